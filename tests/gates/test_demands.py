"""Rules as they are written: what is read from them, and what is refused."""

from __future__ import annotations

import pytest

from expectations.demands import Demand, DemandError, read_demands

RULE = "- {table: bank.things, code: c, says: s, "


def read(tmp_path, text, **parameters):
    file = tmp_path / "rules.yml"
    file.write_text(text, encoding="utf-8")
    return read_demands(file, parameters)


def test_a_rule_says_what_it_demands_and_is_critical_unless_it_says_warning(tmp_path):
    demands = read(
        tmp_path, RULE + "between: {column: a, min: 0}}\n- {table: t, code: d, says: s, severity: warning, rows: select 1}"
    )
    assert demands == [
        Demand("bank.things", "c", "s", between=("a", 0, None)),
        Demand("t", "d", "s", severity="warning", rows="select 1"),
    ]


def test_parameters_are_filled_in_and_the_batch_is_left_for_the_gate(tmp_path):
    (demand,) = read(tmp_path, RULE + "rows: 'select * from {batch} where a > {limit} and b = {{}}'}", limit=3)
    assert demand.rows == "select * from {batch} where a > 3 and b = {}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- {code: c, says: s, rows: r}", "rule 'c': a rule has table, code, says and exactly one of between, references, rows"),
        ("- {table: t, says: s, rows: r}", r"rule '\?': a rule has table"),
        ("- {table: t, code: c, rows: r}", "rule 'c': a rule has table"),
        (RULE + "}", "rule 'c': a rule has table"),
        (RULE + "rows: r, between: {column: a, min: 1}}", "rule 'c': a rule has table"),
        (RULE + "between: {min: 1}}", "rule 'c': between needs a column and a min or a max"),
        (RULE + "between: {column: a}}", "rule 'c': between needs a column and a min or a max"),
        (RULE + "between: a}", "rule 'c': between needs a column and a min or a max"),
        (RULE + "references: {column: a}}", "rule 'c': references needs a column and a to: source.table.column"),
        (RULE + "references: {column: a, to: b.c}}", "rule 'c': references needs a column and a to: source.table.column"),
        (RULE + "references: a}", "rule 'c': references needs a column and a to: source.table.column"),
        (RULE + "rows: 'select {limt}'}", "rule 'c': knows no parameter 'limt'; there are limit"),
        (RULE + "rows: 'select {'}", "rule 'c': braces hold batch or a parameter; write {{ and }} for a brace itself"),
        (RULE + "rows: 'select {}'}", "rule 'c': braces hold batch or a parameter"),
        (RULE + "rows: r, severity: Critical}", "rule 'c': severity is one of critical, warning, not 'Critical'"),
        (RULE + "rows: r, severty: warning}", "rule 'c': a rule has no severty"),
        (RULE + "rows: r}\n" + RULE + "rows: q}", r"rule 'c': stands twice for bank\.things"),
        ("rules: []", "holds a list of rules"),
        ("- a", "holds a list of rules"),
        ("", "holds a list of rules"),
    ],
)
def test_what_is_not_a_rule_is_refused_by_file_and_rule(tmp_path, text, complaint):
    with pytest.raises(DemandError, match=rf"^rules\.yml.*{complaint}"):
        read(tmp_path, text, limit=3)

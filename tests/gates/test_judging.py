"""Trying rules at all: what is found and shown, and a rule that cannot be tried."""

from __future__ import annotations

import logging

import duckdb
import pytest

from expectations.demands import Demand
from expectations.findings import Finding
from expectations.validate import GateError, Judge
from foundation.engine import Engine


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema marts; create schema published;"
            "create table published.things (rank varchar, other varchar);"
            "create table marts.things (id varchar, rank integer, note varchar);"
            "insert into marts.things select 'k' || i, i, 'secret ' || i from range(1, 6) r(i);"
            "insert into marts.things values (null, 0, 'secret');"
        )
    return file


def judge(database, *demands):
    with Judge(database, schema="marts") as judge:
        return judge.judge("things", demands, key=["id"])


def test_one_finding_per_rule_in_their_order(database):
    findings = judge(
        database,
        Demand("marts.things", "passes", "p", rows="select id from {batch} where rank > 5"),
        Demand("marts.things", "fails", "f", severity="warning", rows="select id from {batch} b where b.rank >= 2"),
        Demand("marts.things", "ranked", "r", between=("rank", 2, 3)),
    )
    assert findings == [
        Finding("marts.things", "passes", "p", "critical", passed=True),
        Finding("marts.things", "fails", "f", "warning", passed=False, unexpected=4, sample_keys=("k2", "k3", "k4")),
        Finding("marts.things", "ranked", "r", "critical", passed=False, unexpected=4, sample_keys=("k1", "k4", "k5")),
    ]


def test_a_rule_is_tried_within_the_memory_and_threads_it_is_given(database):
    seen = "select id from {batch} where current_setting('memory_limit') = '953.6 MiB' and current_setting('threads') = 1"
    demands = [Demand("marts.things", "held", "h", rows=seen), Demand("marts.things", "held by column", "h", not_null="id")]
    with Judge(database, schema="marts", engine=Engine("1GB", threads=1)) as held:
        found = held.judge("things", demands, key=["id"])
        with duckdb.connect(str(database)) as beside:  # as Great Expectations opens it
            assert beside.execute("select current_setting('memory_limit')").fetchall() == [("953.6 MiB",)]
    assert [finding.unexpected for finding in found] == [6, 1]
    assert judge(database, demands[0])[0].passed, "unheld"


def test_a_row_without_its_key_is_counted_and_not_shown(database):
    (finding,) = judge(database, Demand("marts.things", "named", "n", not_null="id"))
    assert (finding.unexpected, finding.sample_keys) == (1, ())
    assert finding.sentence() == "named: n (1 rows do not conform)"


def test_a_rule_is_about_the_table_of_its_own_schema_where_another_has_one_of_that_name(database):
    with pytest.raises(GateError, match=r"marts\.things: the rule 'otherwise' cannot be tried: .*other"):
        judge(database, Demand("marts.things", "otherwise", "o", not_null="other"))


@pytest.mark.parametrize(
    "rows",
    [
        "select nothing from {batch}",
        "select id from nowhere",
        "selec id from {batch}",
        "select rank from {batch} where rank > 99",
    ],
    ids=["unknown column", "unknown table", "no SQL", "does not select the key, though no row is against it"],
)
def test_a_rule_with_bad_sql_names_its_table_and_itself(database, rows):
    with pytest.raises(GateError, match=r"marts\.things: the rule 'broken' cannot be tried: .*(Binder|Catalog|Parser) Error"):
        judge(database, Demand("marts.things", "broken", "b", rows=rows))


@pytest.mark.parametrize(
    "rows",
    ["select id from {batch} where cast(note as integer) = 1", "select error(note) as id from {batch}"],
    ids=["while looking for a row", "while counting rows"],
)
def test_an_error_that_quotes_a_value_is_not_passed_on(database, rows, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(GateError, match=r"marts\.things: the rule 'broken' cannot be tried: ") as caught:
        judge(database, Demand("marts.things", "broken", "b", rows=rows))
    shown = str(caught.value) + repr(caught.value.__cause__) + caplog.text
    assert "secret" not in shown

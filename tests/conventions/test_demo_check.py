"""What the demo bank does not show is named: tags, tiers, stages, micro-segments and moments of nobody, or of everybody."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from published_by_hand import CUSTOMERS, ON, publish, tables, tag

from orchestration.demo_faults import conclude, faults_of


def test_where_everything_is_true_of_some_nothing_is_named(tmp_path: Path) -> None:
    assert faults_of(publish(tables(), tmp_path)) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("never true", "tag praises: nobody carries it"),
        ("always true", "tag praises: everybody carries it"),
        ("not computable", "tag praises: it is not computable, for there never landed app.events, app.users"),
    ],
)
def test_a_tag_that_is_not_in_use_is_named(tmp_path: Path, state: str, said: str) -> None:
    home = tables()
    home["tag_catalogue"].append(tag("praises", state, "app.events;app.users" if state == "not computable" else None))
    assert faults_of(publish(home, tmp_path)) == [said]


@pytest.mark.parametrize(
    ("dimension", "said"),
    [("value_tier", "value tier"), ("lifecycle_stage", "lifecycle stage"), ("micro_segment", "micro-segment")],
)
@pytest.mark.parametrize("code", ["one", "other"])
def test_a_segment_of_nobody_and_one_of_everybody_are_named(tmp_path: Path, dimension: str, said: str, code: str) -> None:
    home = tables()
    for row in home["customer_segments"]:
        row[dimension] = code
    empty = {"one": "other", "other": "one"}[code]
    named = {f"{said} {code}: everybody is in it", f"{said} {empty}: nobody is in it"}
    assert set(faults_of(publish(home, tmp_path))) == named


def test_a_segment_of_all_but_one_is_not_named(tmp_path: Path) -> None:
    home = tables()
    for row in home["customer_segments"]:
        row["micro_segment"] = "one" if row["customer_id"] == "c0" else "other"
    assert faults_of(publish(home, tmp_path)) == []


def test_a_moment_of_nobody_is_named_although_somebody_who_is_no_more_had_it(tmp_path: Path) -> None:
    home = tables()
    home["moments"][0]["customer_id"] = "merged into another"
    assert faults_of(publish(home, tmp_path)) == ["moment birthday: it is found for nobody"]


@pytest.mark.parametrize(("found_for", "faults"), [(10, ["moment birthday: it is found for everybody"]), (9, [])])
def test_a_moment_of_everybody_is_named(tmp_path: Path, found_for: int, faults: list[str]) -> None:
    home = tables()
    home["moments"] += [{"business_date": ON, "moment_code": "birthday", "customer_id": code} for code in CUSTOMERS[:found_for]]
    assert faults_of(publish(home, tmp_path)) == faults


def test_a_table_that_is_not_there_or_empty_is_no_success(tmp_path: Path) -> None:
    home = tables()
    del home["moments"]
    [said] = faults_of(publish(home, tmp_path / "without"))
    assert said.startswith("moments is not published in ")
    publish(tables(), tmp_path / "empty")
    path = tmp_path / "empty" / "tag_catalogue" / "tag_catalogue.parquet"
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    [said] = faults_of(tmp_path / "empty")
    assert said.startswith("tag_catalogue in ") and "has no row" in said


def test_the_check_fails_where_anything_is_named_and_names_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        conclude(["tag praises: nobody carries it", "moment birthday: it is found for nobody"])
    assert ended.value.code not in (0, None)  # a text is told, and the process ends with 1
    assert "tag praises: nobody carries it; moment birthday: it is found for nobody" in str(ended.value.code)
    conclude([])
    assert "every tag, tier, stage, micro-segment and moment" in capsys.readouterr().out

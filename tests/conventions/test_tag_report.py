"""The report on tags: whom each holds, what never landed of what it needs, and which strategies name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from published_by_hand import Tables, publish, tables, tag

from orchestration.published_views import NotPublishedError
from orchestration.tag_report import answers, page, report_of


def manifest(**texts: Any) -> dict[str, Any]:
    """A parsed project with one strategy, two columns of the profile and none of the segments'."""
    model = "model.customer_360."
    entry = {"strategy_id": "winback", "audience": "age > 60", "values_used": ["age"]} | texts
    columns = {name: {"data_type": "bigint"} for name in ("age", "risk_level")}
    return {
        "nodes": {
            model + "strategies": {"config": {"meta": {"strategies": [entry]}}},
            model + "int_customers_profiled": {"columns": columns},
            model + "int_customers_segmented": {"columns": {}},
        }
    }


@pytest.fixture
def home() -> Tables:
    """The tables by hand, with a tag that holds nobody and one that cannot be computed."""
    home = tables()
    home["tag_catalogue"] += [
        tag("night_owl", "never true", rule="a || b"),
        tag("app_active", "not computable", "app.events;core_banking.customers.risk_level"),
    ]
    return home


def test_what_never_landed_of_what_a_tag_needs_is_named_and_what_landed_is_not(home: Tables, tmp_path: Path) -> None:
    report = report_of(publish(home, tmp_path), manifest())
    missing = {each.code: each.missing for each in report.tags}
    assert missing == {"youth": "", "elderly": "", "night_owl": "", "app_active": "app.events, core_banking.customers.risk_level"}


@pytest.mark.parametrize("text", [{"audience": "has_tag('youth') and age > 60"}, {"reason": "'is a youth'"}, {"tags": ["youth"]}])
def test_a_strategy_whose_entry_names_a_tag_uses_it(home: Tables, tmp_path: Path, text: dict[str, Any]) -> None:
    report = report_of(publish(home, tmp_path), manifest(**text))
    assert {each.code: each.strategies for each in report.tags if each.strategies} == {"youth": ("winback",)}
    assert report.unused == 3


@pytest.mark.parametrize("code", ["risk_level", "one", "win"])
def test_a_word_that_means_a_column_or_a_segment_or_is_part_of_another_names_no_tag(
    home: Tables, tmp_path: Path, code: str
) -> None:
    home["tag_catalogue"].append(tag(code))
    report = report_of(publish(home, tmp_path), manifest(audience="risk_level = 'C1' and value_tier = 'one'"))
    assert report.unused == len(report.tags)


def test_the_terminal_shows_every_tag_by_category_and_counts_the_states(home: Tables, tmp_path: Path) -> None:
    who, feels, states = answers(report_of(publish(home, tmp_path), manifest()))
    assert (who.title_en, who.title_zh) == ("Tags: who", "标签：身份")
    assert who.rows[1] == ("night_owl", "Night_Owl", "标签", 0, "0.0%", "never true")
    assert [row[0] for row in feels.rows] == ["elderly"]
    assert dict(states.rows) == {
        "in use 使用中": 2, "never true 从未成立": 1, "not computable 无法计算": 1, "named by no strategy 未被策略使用": 4,
    }  # fmt: skip


def test_strategies_have_a_column_where_one_names_a_tag(home: Tables, tmp_path: Path) -> None:
    who, *_ = answers(report_of(publish(home, tmp_path), manifest(tags=["youth"])))
    assert who.columns[-1] == "used by"
    assert {row[0]: row[-1] for row in who.rows} == {"youth": "winback", "night_owl": "", "app_active": ""}


def test_the_page_says_why_a_tag_holds_nobody_and_which_command_wrote_it(home: Tables, tmp_path: Path) -> None:
    written = page(report_of(publish(home, tmp_path), manifest(tags=["youth"])), "make tags MARKDOWN=page.md").splitlines()
    assert "Written by `make tags MARKDOWN=page.md`, over 10 customers as of 2026-01-31." in written
    assert "- 4 tags: 2 in use, 1 never true, 1 not computable." in written
    assert "- Named by no strategy: 3." in written
    rows = [line for line in written if line.startswith("| who") or line.startswith("| feels")]
    assert rows == [
        "| who | `app_active` | App_Active | 标签 |  |  | not computable |"
        " never landed: app.events, core_banking.customers.risk_level |  |",
        "| who | `night_owl` | Night_Owl | 标签 | 0 | 0.0% | never true | true of nobody: `a \\|\\| b` |  |",
        "| who | `youth` | Youth | 标签 | 4 | 40.0% | in use |  | winback |",
        "| feels | `elderly` | Elderly | 标签 | 4 | 40.0% | in use |  |  |",
    ]


def test_where_nothing_is_published_the_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match=r"tag_catalogue is not published in .*: process a date first"):
        report_of(tmp_path, manifest())

"""One run over a range of dates ends in the same tables as a run for each."""

from __future__ import annotations

from day_kit import THIRD, published, query
from day_scenes import Lived

from foundation.contract import published_tables

LATEST = {table.name for table in published_tables() if table.kind == "latest"}
# since when a tag is in force is known to the day only where each day was looked at
OF_EACH_RUN = frozenset({"customer_tags.since"})


def test_a_range_killed_in_its_first_load_and_run_again_is_done(one_range: Lived) -> None:
    assert one_range.done.code == 0, one_range.done.output


def test_day_by_day_and_one_range_end_in_the_same_profile_tags_segments_and_identities(days: Lived, one_range: Lived) -> None:
    assert days.done.code == 0, days.done.output
    by_day, by_range = (published(home, leaving_out=OF_EACH_RUN) for home in (days.home, one_range.home))
    assert (
        LATEST & by_day.keys()
        == LATEST & by_range.keys()
        >= {"customers_360", "customer_segments", "customer_tags", "customer_identities"}
    )
    for name in sorted(LATEST & by_day.keys()):
        assert by_day[name] == by_range[name], name
    assert {row[0] for row in by_day["customers_360"]} == {THIRD}


def test_source_health_is_the_same_too_for_it_speaks_of_dates(days: Lived, one_range: Lived) -> None:
    assert published(days.home)["source_health"] == published(one_range.home)["source_health"]


def test_a_history_decides_nothing_and_contacts_nobody(days: Lived) -> None:
    assert not (days.home / "decisions").exists()
    assert not (days.home / "ledger.sqlite").exists()


def test_a_range_decides_for_its_last_date_alone(one_range: Lived) -> None:
    assert [path.name for path in (one_range.home / "decisions").iterdir()] == [str(THIRD)]
    assert query(one_range.home, "select distinct business_date from published.decision_trace") == [(THIRD,)]

"""Whatever lands, in whatever order: what must never happen does not, and the same records give the same customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_kit import Home, Record, Word, groups, person
from identity_worlds import check_safe, judged_worlds

FEW = settings(max_examples=3, deadline=None)
MANY = settings(max_examples=150, deadline=None)


def both(test: Any) -> Any:
    """A property tried on a few examples, and on many in the slow suite."""
    return pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"])(test)


def check_world(world: tuple[list[Record], list[Word]]) -> None:
    records, words = world
    with TemporaryDirectory() as folder, Home.opened(Path(folder)) as home:
        check_safe(records, words, home.day(0, records, words))


@both
def test_no_world_makes_one_customer_of_what_must_stay_apart(examples: settings) -> None:
    examples(given(judged_worlds())(check_world))()


def check_same(world: tuple[list[Record], list[Word]], data: st.DataObject) -> None:
    records, words = world
    days = data.draw(st.lists(st.integers(0, 2), min_size=len(records), max_size=len(records)))
    with (
        TemporaryDirectory() as one,
        Home.opened(Path(one)) as home,
        TemporaryDirectory() as two,
        Home.opened(Path(two)) as fresh,
    ):
        for number in range(3):
            arrived = [r.on(on) for r, on in zip(records, days, strict=True) if on <= number]
            ids = home.day(number, arrived, words)
            check_safe(arrived, words, ids)
        before, kept = home.outcome(), home.history()
        home.resolve(2)
        assert (home.outcome(), home.history()) == (before, kept), "a day run again"
        home.forget()
        home.put(reversed(arrived), words)
        home.resolve(2)
        assert home.ids() == ids, "rebuilt with the history"
        assert home.history() == kept
        assert groups(fresh.day(2, reversed(records), words)) == groups(ids), "in one go"
        assert fresh.pairs() == home.pairs()


@both
def test_the_same_records_give_the_same_customers_day_by_day_again_rebuilt_and_in_one_go(examples: settings) -> None:
    examples(given(judged_worlds(), st.data())(check_same))()


# who is there on each of three days, and which town and birth date they then have
_TOWNS, _BIRTHS = ("Beijing", "Harbin"), (date(1980, 1, 1), date(1991, 7, 9))
crowds = st.lists(
    st.dictionaries(st.sampled_from("abcdefg"), st.tuples(st.sampled_from(_TOWNS), st.sampled_from(_BIRTHS))),
    min_size=3, max_size=3,
)  # fmt: skip


def check_crowds(days: list[dict[str, tuple[str, date]]]) -> None:
    with TemporaryDirectory() as folder, Home.opened(Path(folder)) as home:
        home.bounds = replace(home.bounds, block_records=2, review=0.0)
        home.rules = replace(home.rules, blocks=(("city",), ("birth_date",)), rare_blocks=(("city", "birth_date"),), exact=())
        landed: dict[tuple[str, tuple[str, date]], int] = {}
        for number, present in enumerate(days):
            records = [
                person(key, full_name=f"Ann {key}", city=said[0], birth_date=said[1]).on(landed.setdefault((key, said), number))
                for key, said in present.items()
            ]
            home.day(number, records)
            home.check_anew(number, records)


@both
def test_blocks_that_crowd_and_empty_leave_what_comparing_all_anew_finds(examples: settings) -> None:
    examples(given(crowds)(check_crowds))()

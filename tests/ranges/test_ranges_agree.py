"""One example with every trouble in it, with everything real: a range, day by day and a rebuild end in the same tables."""

from __future__ import annotations

from decimal import Decimal

from bank_homes import Contents
from lived_example import DATES, Lived


def differing(these: Contents, those: Contents) -> list[str]:
    return sorted(name for name in these.keys() | those.keys() if these.get(name) != those.get(name))


def test_every_way_ends_on_the_last_date(lived: Lived) -> None:
    assert lived.as_of == (DATES[-1],) * 3


def test_the_days_saw_a_first_load_a_table_that_came_later_and_an_ordinary_day(lived: Lived) -> None:
    assert lived.kinds == ("first", "in full", "daily")
    assert lived.scored == [("answered; nps 3",)]  # a table's first row, which came on the ordinary day


def test_one_run_over_the_range_ends_in_the_tables_of_day_by_day(lived: Lived) -> None:
    assert differing(lived.at_once, lived.by_day) == []


def test_a_rebuild_from_raw_ends_in_the_tables_of_day_by_day(lived: Lived) -> None:
    assert differing(lived.built_anew, lived.by_day) == []


def test_what_came_late_was_corrected_removed_or_replaced_is_what_stands_in_the_end(lived: Lived) -> None:
    # a replaced folder's balance and a mended account's; dollars by rates that landed after them; C4 was removed
    assert lived.worth == [("C1", Decimal("550900.00")), ("C2", Decimal("82500.00")), ("C3", Decimal("0.00"))]
    # the older refusal came later and says nothing, the newer one says no
    assert lived.consents == [("C1", True), ("C2", False)]
    # an older observation came later; another came after a removal in its own folder
    assert lived.scores == [("1", 600), ("2", 510)]

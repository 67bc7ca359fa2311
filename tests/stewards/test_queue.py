"""The review queue as a steward reads it: the likeliest pair first, both records as their sources gave them."""

from __future__ import annotations

from datetime import date

import pytest
from rich.console import Console
from steward_kit import CUSTOMERS, MORE, PEOPLE, WANG, Bank

from identity.review import FIELDS, Pair, likeness, next_shown, next_waiting, said_before, show
from orchestration.side_by_side import shown, side_by_side

C1, A, B, E, F = (CUSTOMERS, "C1"), *((PEOPLE, f"bureau:{key}") for key in "ABEF")


def test_the_likeliest_pair_comes_first_and_what_was_passed_never_again(doubtful: Bank) -> None:
    pairs = doubtful.queue()
    assert set(pairs) == {Pair.of(C1, A), Pair.of(C1, B), Pair.of(E, F)}
    with doubtful.opened() as connection:
        found = []
        for number in range(3):
            waiting = next_waiting(connection, pairs[:number])
            assert waiting is not None
            found.append(waiting)
    assert [each.pair for each in found] == pairs
    assert [each.count for each in found] == [3, 2, 1]
    assert sorted((each.probability for each in found), reverse=True) == [each.probability for each in found]
    assert "birth date one slip" in {each.pair: each.evidence for each in found}[Pair.of(E, F)]


def test_a_pair_of_which_a_record_went_since_waits_for_nobody(doubtful: Bank) -> None:
    pairs = doubtful.queue()
    with doubtful.opened() as connection:
        connection.execute("begin; delete from raw.third_party__people where record_id in ('A', 'F')")
        found = next_shown(connection, [])
        assert found is not None
        assert (found[0].pair, [each.name for each in found[1]]) == (Pair.of(C1, B), [C1, B])
        assert next_shown(connection, [Pair.of(C1, B)]) is None
        connection.execute("rollback")
    assert doubtful.queue() == pairs


def test_a_pair_is_the_same_whichever_record_is_named_first() -> None:
    assert Pair.of(C1, A) == Pair.of(A, C1)


def test_both_records_are_shown_as_given_with_where_they_belong_now(doubtful: Bank) -> None:
    with doubtful.opened() as connection:
        one, other = show(connection, Pair.of(C1, B))
    assert (one.name, other.name) == (C1, B)
    assert {name: one.given[name] for name in (*WANG, *MORE)} == WANG | MORE | {"birth_date": date(1980, 2, 1)}
    assert (one.given["customer_no"], other.given["customer_no"], one.first_seen_on) == ("C1", None, date(2020, 1, 1))
    customers = doubtful.customers()
    assert (one.customer_id, other.customer_id) == (customers[C1], customers[B])
    assert (one.customer_records, other.customer_records, one.method) == (1, 1, "alone")


@pytest.mark.parametrize(
    ("column", "how"),
    [("birth_date", "same"), ("full_name", "alike"), ("city", "different"), ("mobile", "unknown"), ("device_id", "unknown")],
)
def test_a_field_is_the_same_alike_in_its_normal_form_different_or_unknown(doubtful: Bank, column: str, how: str) -> None:
    with doubtful.opened() as connection:
        assert likeness(column, *show(connection, Pair.of(C1, B))) == how


def test_what_is_drawn_marks_what_differs_and_names_both_customers(doubtful: Bank) -> None:
    with doubtful.opened() as connection:
        one, other = show(connection, Pair.of(C1, B))
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(side_by_side(one, other))
    lines = [[cell for cell in line.split("  ") if cell.strip()] for line in capture.get().splitlines()]
    rows = {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines if cells}
    assert rows["name · 姓名"] == ["王小明", "≈", "王小明"]
    assert rows["city · 城市"] == ["北京市", "≠", "上海市"]
    assert rows["mobile · 手机号码"] == [MORE["mobile"], "—"]
    assert "device · 设备" not in rows
    assert one.customer_id in capture.get()
    assert other.customer_id in capture.get()


def test_nothing_in_a_value_can_steer_the_terminal_or_fill_it() -> None:
    assert shown("王\x1b[2J\r小\u202e明") == "王�[2J�小�明"
    assert shown("x" * 5_000) == "x" * 300 + "…"
    assert shown("[bold]") == "[bold]"


def test_a_record_that_is_printed_by_mistake_shows_no_value(doubtful: Bank) -> None:
    with doubtful.opened() as connection:
        one, _ = show(connection, Pair.of(C1, B))
    assert {name for name in FIELDS if one.given[name] and str(one.given[name]) in repr(one)} == {"customer_no"}


def test_nothing_was_said_of_a_pair_that_nobody_decided(doubtful: Bank) -> None:
    with doubtful.opened() as connection:
        assert said_before(connection, Pair.of(E, F)) is None

"""From one page to the next: every style brings every row once, and an interface that leads in circles is found out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_kit import PAGINGS, TICKETS, Desk, bank_of, entry, ticket
from rest_service import Reply, Service
from sources_kit import FIRST, FOURTH, SECOND, THIRD

Serve = Callable[..., Service]


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("count", [0, 9, 10, 11, 20])
def test_every_style_of_paging_brings_every_row_once(tmp_path: Path, serve: Serve, paging: str, count: int) -> None:
    bank = bank_of(tmp_path, serve(Desk(count)), entry(paging))
    assert bank.landed().rows == count
    assert bank.rows("ticket_id", table=TICKETS) == [f"T{number:04d}" for number in range(count)]
    (result,) = bank.take_in(TICKETS)
    assert (result.error, result.rows_accepted) == (None, count)


@pytest.mark.parametrize("paging", ["offset", "cursor", "link"])
def test_pages_smaller_than_asked_for_are_not_taken_for_the_last(tmp_path: Path, serve: Serve, paging: str) -> None:
    bank = bank_of(tmp_path, serve(Desk(10, at_most=3)), entry(paging))
    assert bank.landed().rows == 10


def test_one_answer_without_pages_is_the_whole(tmp_path: Path, serve: Serve) -> None:
    service = serve(lambda _: Reply([ticket(1), ticket(2)]))
    bank = bank_of(tmp_path, service, entry(rows="@", paging={"style": "none"}))
    assert bank.landed().rows == 2
    assert len(service.asked) == 1


def test_the_parameters_and_the_size_are_asked_for(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(12))
    bank_of(tmp_path, service, entry(parameters={"state": "all"})).landed()
    assert [request.query for request in service.asked] == [
        {"state": "all", "size": "10"}, {"state": "all", "size": "10", "cursor": "10"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("paging", "answer", "why"),
    [
        ("cursor", {"items": [ticket(1)], "next": "again"}, "names a page again"),
        ("page", {"items": [ticket(1)]}, "the same page twice"),
        ("offset", {"items": [ticket(1)]}, "the same page twice"),
        ("cursor", {"items": [ticket(1)], "next": {"a": 1}}, "neither text nor a number"),
        ("cursor", {"tickets": []}, "without a list"),
        ("cursor", {"items": {"id": 1}}, "without a list"),
        ("cursor", b'{"items": [', "is not JSON"),
        ("cursor", b'{"items": [NaN]}', "is not JSON"),
        ("cursor", b"\xff\xfe\xff", "is not JSON"),
    ],
)
def test_an_answer_that_leads_nowhere_is_an_error_and_lands_nothing(
    tmp_path: Path, serve: Serve, paging: str, answer: Any, why: str
) -> None:
    assert why in bank_of(tmp_path, serve(lambda _: Reply(answer)), entry(paging)).failure()


def test_a_next_page_on_another_server_is_not_asked_for(tmp_path: Path, serve: Serve) -> None:
    elsewhere = serve(Desk(1))
    service = serve(lambda _: Reply({"items": []}, headers={"Link": f'<{elsewhere.url}/tickets>; rel="next"'}))
    assert "on another server" in bank_of(tmp_path, service, entry("link")).failure()
    assert elsewhere.asked == []


def test_an_expression_that_meets_what_it_cannot_take_names_its_column(tmp_path: Path, serve: Serve) -> None:
    columns = entry()["columns"] | {"topic": "upper_case(id)"}
    assert "columns.topic" in bank_of(tmp_path, serve(Desk(1)), entry(columns=columns)).failure()


def test_numbers_stay_exact_nested_values_stay_json_and_what_is_no_object_is_a_bad_row(tmp_path: Path, serve: Serve) -> None:
    body = b'{"items": [{"id": 1, "opened": "2026-02-01T10:00:00Z", "n": 1.10}, null, {"id": true, "opened": "x", "n": [1.5]}]}'
    columns = entry()["columns"] | {"topic": "n"}
    bank = bank_of(tmp_path, serve(lambda _: Reply(body)), entry(columns=columns))
    assert bank.landed().rows == 3
    assert (bank.place(TICKETS) / "rows.jsonl").read_text().splitlines()[1] == "null"
    (result,) = bank.take_in(TICKETS)
    assert (result.rows_landed, result.rows_accepted, result.reasons) == (3, 1, {"malformed_row": 1, "bad_type": 1})
    assert bank.raw("ticket_id, topic, opened_at::varchar", table=TICKETS) == [("1", "1.10", "2026-02-01 18:00:00")]
    assert '"topic": "[1.5]"' in (bank.place(TICKETS) / "rows.jsonl").read_text()


def test_more_rows_than_allowed_land_nothing(tmp_path: Path, serve: Serve) -> None:
    assert "more than 14" in bank_of(tmp_path, serve(Desk(15)), entry(max_rows=14)).failure()


def test_too_few_rows_land_nothing_and_are_asked_for_again(tmp_path: Path, serve: Serve) -> None:
    desk = Desk(0)
    bank = bank_of(tmp_path, serve(desk), entry(min_rows=1))
    assert "at least 1" in bank.failure()
    desk.tickets = Desk(12).tickets
    assert bank.landed().rows == 12


def test_rows_changed_since_the_highest_mark_are_asked_for_as_the_interface_writes_it(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(3))
    changes = {"by": "changed_since", "column": "opened", "parameter": "from", "overlap": 60}
    plain = bank_of(tmp_path, service, entry(changes=changes))
    plain.landed()
    plain.tables[0]["changes"] = changes | {"format": "%d.%m.%Y %H:%M"}
    plain.landed(SECOND)
    plain.tables[0]["changes"] = changes
    plain.landed(THIRD)
    assert [request.query.get("from") for request in service.asked] == [None, "01.02.2026 09:59", "2026-02-01T09:59:02+00:00"]


def test_business_dates_are_asked_for_from_the_first_not_yet_landed(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(1))
    ranged = bank_of(tmp_path, service, entry(changes={"by": "business_date", "parameter": "to", "from_parameter": "from"}))
    assert [ranged.landed(on).told for on in (FIRST, FOURTH)] == ["", ""]
    asked = [(request.query.get("from"), request.query["to"]) for request in service.asked]
    assert asked == [(None, "2026-03-01"), ("2026-03-02", "2026-03-04")]
    single = bank_of(tmp_path / "single", service, entry(changes={"by": "business_date", "parameter": "day"}))
    single.folder.mkdir()
    told = [single.landed(on).told for on in (FIRST, SECOND, FOURTH)]
    assert told == ["", "", f"the dates between {SECOND} and {FOURTH} were never asked for; land each of them too"]

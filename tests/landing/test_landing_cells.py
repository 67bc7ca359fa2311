"""What a cell is worth, format by format, at the edges of each type; and the reason where it is worth nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

BAD = object()
CASES = [
    ("date", "2026-01-31", date(2026, 1, 31)),
    ("date", "2026-02-30", BAD),
    ("date", "2026-1-31", BAD),
    ("date", "2026/01/31", BAD),
    ("date", "20260131", BAD),
    ("date", " 026-01-31", BAD),
    ("date", "2026-01-31 ", BAD),
    ("date", "infinity", BAD),
    ("timestamp", "2026-01-31 10:20:30", datetime.fromisoformat("2026-01-31 10:20:30")),
    ("timestamp", "2026-01-31T10:20:30", datetime.fromisoformat("2026-01-31 10:20:30")),
    ("timestamp", "2026-01-31T10:20", datetime.fromisoformat("2026-01-31 10:20:00")),
    ("timestamp", "2026-01-31 10:20:30.5", datetime.fromisoformat("2026-01-31 10:20:30.500000")),
    ("timestamp", "2026-01-31T10:20:30Z", datetime.fromisoformat("2026-01-31 18:20:30")),
    ("timestamp", "2026-01-31T10:20Z", datetime.fromisoformat("2026-01-31 18:20:00")),
    ("timestamp", "2026-01-31 10:20+0100", datetime.fromisoformat("2026-01-31 17:20:00")),
    ("timestamp", "2026-01-31T10:20-05:00", datetime.fromisoformat("2026-01-31 23:20:00")),
    ("timestamp", "2026-01-31T10:20:30+01:00", datetime.fromisoformat("2026-01-31 17:20:30")),
    ("timestamp", "2026-01-31 10:20:30-0500", datetime.fromisoformat("2026-01-31 23:20:30")),
    ("timestamp", "2026-01-31", BAD),
    ("timestamp", "2026-01-31 10:61:00", BAD),
    ("timestamp", "31.01.2026 10:20", BAD),
    ("decimal", "12.345", Decimal("12.35")),
    ("decimal", "-0.01", Decimal("-0.01")),
    ("decimal", "9999999999999999.99", Decimal("9999999999999999.99")),
    ("decimal", "10000000000000000.00", BAD),
    ("decimal", "NaN", BAD),
    ("decimal", "inf", BAD),
    ("decimal", "1_000", BAD),
    ("decimal", "1e3", Decimal("1000.00")),
    ("rate", "0.035", Decimal("0.035000")),
    ("rate", "1000", BAD),
    ("decimal(18,8)", "0.12345678", Decimal("0.12345678")),
    ("integer", "7", 7),
    ("integer", "7.0", 7),
    ("integer", "7.5", BAD),
    ("integer", "0x1F", BAD),
    ("integer", "9223372036854775807", 9223372036854775807),
    ("integer", "9223372036854775808", BAD),
    ("boolean", "true", True),
    ("boolean", "0", False),
    ("boolean", "yes", BAD),
    ("json", '{"a": [1]}', '{"a": [1]}'),
    ("json", "{a}", BAD),
    ("json", "NaN", BAD),
    ("text", "anything", "anything"),
    ("text [x|y]", "y", "y"),
    ("text [x|y]", "z", BAD),
]


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _reason(contract_type: str) -> str:
    return "not_allowed" if "[" in contract_type else "bad_type"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_each_type_takes_what_it_should_and_refuses_the_rest_in_every_format(bank, ending):
    columns = {f"c{number}": contract_type for number, (contract_type, _, _) in enumerate(CASES)}
    place = bank({"id": "text!", **columns}, ["id"])
    names, values = ["id", *columns], ["1", *(text for _, text, _ in CASES)]
    if ending == "csv":
        place.land(",".join(names) + "\n" + ",".join(map(_field, values)) + "\n")
    else:
        pairs = ", ".join(f"$v{number} as {name}" for number, name in enumerate(names))
        target = place.folder() / f"a.{ending}"
        form = "format json" if ending == "jsonl" else "format parquet"
        with duckdb.connect() as connection:
            # `cast(... as varchar)`: as text, so that every format meets the same rules.
            query = ", ".join(
                f"cast({pair.split(' as ')[0]} as varchar) as {pair.split(' as ')[1]}" for pair in pairs.split(", ")
            )
            connection.execute(f"copy (select {query}) to '{target}' ({form})", {f"v{n}": v for n, v in enumerate(values)})
    (result,) = place.take_in()
    (row,) = place.rows(", ".join(columns))
    found = dict(place.quarantined("column_name, reason"))

    assert result.rows_accepted == 1
    for (contract_type, text, worth), name, value in zip(CASES, columns, row, strict=True):
        assert value == (None if worth is BAD else worth), (contract_type, text)
        assert found.get(name) == (_reason(contract_type) if worth is BAD else None), (contract_type, text)


@pytest.mark.parametrize(
    ("contract_type", "sql", "worth"),
    [
        ("decimal", "12.5::double", Decimal("12.50")),
        ("decimal", "'nan'::double", BAD),
        ("decimal", "'inf'::double", BAD),
        ("decimal", "5::tinyint", Decimal("5.00")),
        ("decimal", "true", BAD),
        ("integer", "3.0::double", 3),
        ("integer", "3.5::double", BAD),
        ("integer", "4.00::decimal(9,2)", 4),
        ("text", "17::bigint", "17"),
        ("date", "timestamp '2026-01-31 00:00:00'", date(2026, 1, 31)),
        ("date", "timestamp '2026-01-31 08:00:00'", BAD),
        ("timestamp", "timestamptz '2026-01-31 10:00:00+00'", datetime.fromisoformat("2026-01-31 18:00:00")),
        ("timestamp", "timestamp_ns '2026-01-31 10:00:00'", datetime.fromisoformat("2026-01-31 10:00:00")),
        ("timestamp", "12::bigint", BAD),
        ("boolean", "1::int", True),
        ("boolean", "2::int", BAD),
        ("json", "{'a': [1, 2]}", '{"a":[1,2]}'),
    ],
)
def test_typed_parquet_columns_are_taken_by_their_worth(bank, contract_type, sql, worth):
    place = bank({"id": "text!", "c": contract_type}, ["id"])
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 'k' as id, {sql} as c) to '{place.folder() / 'a.parquet'}'")
    place.take_in()

    assert place.rows("c") == [(None if worth is BAD else worth,)]
    assert place.quarantined() == ([("a.parquet", 1, "cell", "c", "bad_type")] if worth is BAD else [])


def test_a_json_line_keeps_plain_values_nested_ones_and_nulls(bank):
    place = bank({"id": "text!", "amount": "decimal", "flag": "boolean", "extra": "json", "gone": "text"}, ["id"])
    place.land('{"flag": true, "amount": 1.25, "id": 7, "extra": {"a": [1]}, "gone": null}\n', "a.jsonl")
    place.take_in()

    assert place.rows("id, amount, flag, extra, gone") == [("7", Decimal("1.25"), True, '{"a":[1]}', None)]

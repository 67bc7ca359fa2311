"""Personal data stays behind one door: looked for by column name, and by the demo bank's actual names and numbers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
from day_kit import FIRST, Done, opened, published_files, query, read
from day_scenes import Again, Gated, Lived, NextDay

from foundation.contract import landing_table, pii_column_names

BEHIND_THE_DOOR = {"landing", "raw", "quarantine", "vault.duckdb", "demo", "warehouse.duckdb"}
DESTINATIONS = ("sandbox.sqlite",)
VALUES = {
    "core_banking.customers": ("full_name", "id_number", "mobile", "email"),
    "app.users": ("mobile", "email", "device_id"),
    "third_party.people": ("full_name", "id_number", "mobile", "email"),
    "call_centre.contacts": ("caller_number",),
}
_WORDS = re.compile(r"[A-Za-z0-9._@+-]{6,}")
_HAN = re.compile(r"[一-鿿]+")
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")


@cache
def personal_values(home: Path) -> frozenset[str]:
    """Every name, number and address that the raw storage holds."""
    values: set[str] = set()
    with duckdb.connect() as connection:
        for table, columns in VALUES.items():
            files = str(home / "raw" / Path(*table.split(".")) / "*.parquet")
            for column in columns:
                assert landing_table(table).column(column).pii
                rows = connection.execute(f"select distinct {column} from read_parquet(?) where {column} is not null", [files])
                values |= {row[0] for row in rows.fetchall()}
    assert len(values) > 1_000
    return frozenset(values)


def found(text: str, values: frozenset[str]) -> set[str]:
    """The personal values in a text, however its Chinese is escaped. Two characters are a name only where they stand alone."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    tokens = set(_WORDS.findall(text))
    tokens |= {part for token in tokens for part in re.split(r"[^A-Za-z0-9]", token)}
    for run in set(_HAN.findall(text)):
        tokens.add(run)
        tokens |= {run[start : start + 3] for start in range(len(run) - 2)}
    return tokens & values


def files_to_search(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        top = path.relative_to(home).parts[0]
        if path.is_file() and top not in BEHIND_THE_DOOR and not top.startswith(DESTINATIONS) and path.suffix != ".parquet":
            yield path


def test_the_search_would_find_them_in_files_and_however_they_are_written(first_run: Lived) -> None:
    values = personal_values(first_run.home)
    landed = first_run.home / "landing" / "core_banking" / "customers" / str(FIRST) / "customers.csv"
    customers = landed.read_text(encoding="utf-8")
    assert len(found(customers, values)) > 100
    name = max((value for value in values if _HAN.fullmatch(value)), key=lambda value: (len(value) == 3, value))
    mobile = next(value for value in sorted(values) if value.isdigit() and len(value) == 11)
    assert found(f'{{"told": "{name.encode("unicode_escape").decode()}"}}', values) == {name}
    assert found(f"to={mobile}; nothing else", values) == {mobile}
    # what a SQLite file keeps lies there as plain text
    kept = b"".join(path.read_bytes() for path in first_run.home.glob("sandbox.sqlite*"))
    assert found(kept.decode(errors="replace"), values)


def assert_nothing_personal_in_files(home: Path) -> None:
    values = personal_values(home)
    searched = 0
    for path in files_to_search(home):
        hits = found(path.read_bytes().decode(errors="replace"), values)
        assert not hits, f"{len(hits)} personal values in {path.relative_to(home)}"
        searched += 1
    assert searched > 20


def test_no_log_event_ledger_control_or_published_text_file_names_anybody(first_run: Lived) -> None:
    assert_nothing_personal_in_files(first_run.home)
    names = {path.relative_to(first_run.home).as_posix() for path in files_to_search(first_run.home)}
    assert {"dagster/event_log.db", "dagster/history/runs.db", "ledger.sqlite", "control.sqlite", "logs/sandbox.log"} <= names
    assert any(name.endswith(".csv") and "customers_360" in name for name in names)


def test_nor_does_one_after_closed_gates(gated: Gated) -> None:
    assert_nothing_personal_in_files(gated.home)


def test_nor_does_one_after_a_second_day(next_day: NextDay) -> None:
    assert_nothing_personal_in_files(next_day.home)


def assert_nothing_personal_in(said: list[Done], values: frozenset[str]) -> None:
    assert [len(found(done.output, values)) for done in said] == [0] * len(said)


def test_nor_does_what_the_commands_print(first_run: Lived, next_day: NextDay, gated: Gated) -> None:
    said = [first_run.done, next_day.refused, next_day.patient, gated.stopped, gated.closed, gated.after_it]
    assert_nothing_personal_in(said, personal_values(gated.home))


def test_nor_does_what_they_print_that_go_on(again: Again, mended: Lived) -> None:
    assert_nothing_personal_in([again.done, mended.done], personal_values(mended.home))


def cells(rows: list[tuple[object, ...]]) -> str:
    return "\n".join(str(cell) for row in rows for cell in row)


def test_no_published_or_decided_parquet_file_names_anybody(first_run: Lived) -> None:
    values = personal_values(first_run.home)
    tables = {
        folder.name: published_files(first_run.home, folder.name) for folder in (first_run.home / "published").glob("[!.]*")
    }
    tables |= {str(path): [path] for path in sorted((first_run.home / "decisions").rglob("*.parquet"))}
    assert len(tables) > 10
    for name, files in tables.items():
        columns, rows = read(files)
        assert not pii_column_names() & set(columns), name
        assert not found(cells(rows), values), name


def test_the_warehouse_has_no_personal_column_and_no_personal_value(first_run: Lived) -> None:
    values, schemas = personal_values(first_run.home), set()
    with opened(first_run.home) as connection:
        listed = "select table_schema, table_name from information_schema.tables where table_catalog = 'warehouse' order by all"
        for schema, table in connection.execute(listed).fetchall():
            schemas.add(schema)
            name = f"{schema}.{table}"
            columns = {row[0] for row in connection.execute(f"describe {name}").fetchall()}
            assert not pii_column_names() & columns, name
            # staging shows what raw holds, and of raw's many rows those about customers are enough
            if schema not in ("raw", "changes", "staging") or table == "core_banking__customers":
                assert not found(cells(connection.execute(f"from {name}").fetchall()), values), name
    assert {"raw", "staging", "intermediate", "identity", "marts", "decisions", "published", "control"} <= schemas


def test_the_vault_holds_them_and_its_files_and_the_sandbox_are_for_their_owner_alone(first_run: Lived) -> None:
    values = personal_values(first_run.home)
    assert len(found(cells(query(first_run.home, "select * from vault.contacts.contact_points")), values)) > 100
    assert (first_run.home / "sandbox.sqlite").stat().st_mode & 0o077 == 0


def test_a_delivery_carries_only_the_fields_that_its_destination_declared(first_run: Lived) -> None:
    values = personal_values(first_run.home)
    with sqlite3.connect(first_run.home / "sandbox.sqlite") as sandbox:
        bodies = dict(sandbox.execute("select kind, group_concat(body, char(10)) from received group by kind").fetchall())
    mobiles = {value for value in values if value.isdigit() and len(value) == 11}
    assert set(bodies) == {"task", "message"}
    assert found(bodies["message"], values) <= mobiles
    assert found(bodies["message"], values)
    assert found(bodies["task"], values)
    assert not found(bodies["task"], values) & mobiles


@pytest.mark.parametrize("secret", ["set-once-before-the-first-list", "set-once-before-the-first-run"])
def test_no_file_that_is_read_or_shown_holds_a_secret(first_run: Lived, secret: str) -> None:
    shown = [path for path in files_to_search(first_run.home) if secret.encode() in path.read_bytes()]
    assert shown == []

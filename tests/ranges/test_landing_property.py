"""From files to the warehouse: however rows land - twice in a file or a folder, late, removed, in older versions, in folders
that are replaced - each table holds what the contract's words say, row after row in the order of folder, file and line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.engine import Engine
from foundation.home import Home
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.warehouse.apply import Accepted
from tests.store.applied_store import TABLES, VAULTED, VAULTED_VERSIONED, Row, Store, Table, day, in_vault, in_warehouse, standing

_KEYS = {"text": ["x", "y"], "date": [str(day(0)), str(day(1))]}
_VALUES = {
    "text": st.sampled_from(["p", "q"]),
    "date": st.integers(0, 2).map(day),
    "decimal": st.sampled_from(["0.00", "-1.50"]),
    "integer": st.integers(0, 1),
    "boolean": st.booleans(),
}
Folder = tuple[tuple[Row, ...], ...]  # the rows of each of its files


def rows_of(table: Table) -> st.SearchStrategy[Row]:
    """A row as it is landed; a removal may carry a version, and needs none."""
    key = {name: st.sampled_from(_KEYS[table.column(name).type]) for name in table.key}
    others = {column.name: _VALUES[column.type] for column in table.columns if column.name not in table.key}
    removed = {"_deleted": st.just(True)} | ({table.version: st.none() | others[table.version]} if table.version else {})
    whole = st.fixed_dictionaries(key | others)
    return st.one_of(whole, whole, st.fixed_dictionaries(key | removed))


@st.composite
def landings(draw: st.DrawFn) -> tuple[Table, list[dict[date, Folder | None]]]:
    """A table, and evenings: the folders that come, in place of earlier ones, or go (None)."""
    table = draw(st.sampled_from(TABLES))
    file = st.lists(rows_of(table), max_size=4).map(tuple)
    folder = st.lists(file, min_size=1, max_size=2).map(tuple)
    evening = st.dictionaries(st.integers(0, 3).map(day), st.one_of(folder, folder, folder, st.none()), min_size=1, max_size=3)
    return table, draw(st.lists(evening, min_size=1, max_size=4))


def check(table: Table, evenings: Sequence[dict[date, Folder | None]]) -> None:
    with TemporaryDirectory() as place, Store.in_memory(Path(place) / "unused") as store:
        home = Home(root=Path(place) / "home", landing=Path(place) / "landing")
        folders: dict[date, Folder] = {}
        for evening in evenings:
            for on, folder in evening.items():
                _land(home, table, on, folder)
                folders.pop(on, None)
                folders |= {on: folder} if folder is not None else {}
            _take_in(home, store, table, evening)
            expected = standing(
                table, {on: [_typed(table, row) for file in folder for row in file] for on, folder in folders.items()}
            )
            assert store.raw(table) == in_warehouse(table, expected)
            if table in (VAULTED, VAULTED_VERSIONED):
                assert store.vault(table) == in_vault(table, expected)


def _land(home: Home, table: Table, on: date, folder: Folder | None) -> None:
    place = home.landing / table.source / table.name / str(on)
    shutil.rmtree(place, ignore_errors=True)
    for number, rows in enumerate(folder or ()):
        place.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, default=str) + "\n" for row in rows)
        place.joinpath(f"{number}.jsonl").write_text(text, encoding="utf-8")


def _take_in(home: Home, store: Store, table: Table, evening: dict[date, Folder | None]) -> None:
    batches = [batch for batch in scan(home.landing, [table], date.min, date.max) if batch.on in evening]
    for result in ingest(batches, home, time_zone="Asia/Shanghai", engine=Engine(threads=1)):
        assert result.error is None
        file = home.raw_batch(table.source, table.name, result.on)
        store.accepted[table.full_name, result.on] = Accepted(table, result.on, file, result.content_id)
    for on in evening.keys() - {batch.on for batch in batches}:
        store.withdraw(table, on)
    store.apply((table,))


def _typed(table: Table, row: Row) -> Row:
    """A landed row as the contract's types have it."""
    types = {column.name: column.type for column in table.columns}
    return {name: _value(types.get(name, ""), value) for name, value in row.items()}


def _value(kind: str, value: object) -> object:
    return Decimal(str(value)) if kind == "decimal" else date.fromisoformat(str(value)) if kind == "date" and value else value


@settings(max_examples=10, deadline=None)
@given(landings())
def test_a_table_holds_what_the_contract_says_of_all_that_landed(landing: tuple[Table, list[dict[date, Folder | None]]]) -> None:
    check(*landing)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(landings())
def test_it_does_for_a_thousand_landings(landing: tuple[Table, list[dict[date, Folder | None]]]) -> None:
    check(*landing)

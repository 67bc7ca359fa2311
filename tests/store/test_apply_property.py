"""Whatever lands in whatever order, is replaced, withdrawn, or cut off by a kill: the warehouse says what the contract says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from applied_store import TABLES, VAULTED, VAULTED_VERSIONED, Image, Row, Store, Table, day, in_vault, in_warehouse, standing
from hypothesis import event, given, settings
from hypothesis import strategies as st

from integrations.warehouse.apply import forget_changes, is_rebuild_pending

IN_VAULT = (VAULTED, VAULTED_VERSIONED)
_KEYS = {"text": ["x", "y", "z"], "date": [day(0), day(1), day(2)]}
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["p", "q"]),
    "date": st.integers(0, 2).map(day),
    "decimal": st.sampled_from([Decimal("0.00"), Decimal("-1.50")]),
    "integer": st.integers(0, 1),
    "boolean": st.booleans(),
}


def rows_of(table: Table) -> st.SearchStrategy[list[Row]]:
    """One batch as the intake leaves it: a key once, or with versions a row after its removal; a removal has nothing but its
    key."""
    keys = st.sampled_from([tuple(_KEYS[table.column(name).type][number] for name in table.key) for number in range(3)])
    others = {column.name: _VALUES[column.type] for column in table.columns if column.name not in table.key}
    removed, whole = st.just({"_deleted": True}), st.fixed_dictionaries(others)
    content = st.one_of(removed.map(lambda row: [row]), whole.map(lambda row: [row]))
    if table.version:
        content |= st.tuples(removed, whole).map(list)
    batch = st.dictionaries(keys, content, max_size=3)
    return batch.map(lambda found: [dict(zip(table.key, key, strict=True)) | row for key, rows in found.items() for row in rows])


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Table, list[tuple[dict[date, list[Row] | None], bool]]]:
    """A table, and steps: what lands on which dates (None: is withdrawn), and whether the run is killed half-way."""
    table = draw(st.sampled_from(TABLES))
    landing = st.dictionaries(
        st.integers(0, 2).map(day), st.one_of(st.none(), rows_of(table), rows_of(table)), min_size=1, max_size=3
    )
    killed = st.booleans() if table in IN_VAULT else st.just(False)
    return table, draw(st.lists(st.tuples(landing, killed), min_size=2, max_size=5))


@settings(max_examples=50, deadline=None)
@given(schedules())
def test_the_warehouse_says_what_the_accepted_batches_say_however_they_came(schedule):
    table, steps = schedule
    batches: dict[date, list[Row]] = {}
    with TemporaryDirectory() as folder, Store.in_memory(Path(folder)) as store:
        before: list[Image] = []
        persons: list[Image] = []
        seen = 0
        for landing, is_killed in [*steps, ({}, False)]:
            land(store, table, batches, landing)
            if is_killed:
                event("killed between the vault and the warehouse")
                store.apply_until_killed(table)
                continue
            store.apply((table,))
            check_rows(store, table, batches)
            check_changes(store, table, before)
            check_held(store, table, seen, {*before} ^ {*store.raw(table)}, {*persons} ^ {*vault_of(store, table)})
            before, persons, seen = store.raw(table), vault_of(store, table), counted(store)[0]
            forget_changes(store.connection, (table,))
        check_against_scratch(store, table)


def land(store: Store, table: Table, batches: dict[date, list[Row]], landing: dict[date, list[Row] | None]) -> None:
    for on, rows in landing.items():
        if rows is None:
            store.withdraw(table, on)
            batches.pop(on, None)
        else:
            store.land(table, on, rows)
            batches[on] = rows


def check_rows(store: Store, table: Table, batches: dict[date, list[Row]]) -> None:
    expected = standing(table, batches)
    assert store.raw(table) == in_warehouse(table, expected)
    if table in IN_VAULT:
        assert store.vault(table) == in_vault(table, expected)


def check_changes(store: Store, table: Table, before: list[Image]) -> None:
    """Every row that came, went or changed has its images there, and nothing has that never stood."""
    after, images = store.raw(table), set(store.changes(table))
    if is_rebuild_pending(store.connection):
        event("rebuild")
        return
    assert set(before) ^ set(after) <= images
    assert images <= set(before) | set(after)


def vault_of(store: Store, table: Table) -> list[Image]:
    return store.vault(table) if table in IN_VAULT else []


def counted(store: Store) -> tuple[int, int]:
    """Applied, and up to where forgotten."""
    return store.connection.execute("select applied, forgotten from control.changing").fetchall()[0]


def check_held(store: Store, table: Table, seen: int, altered: set[Image], persons: set[Image]) -> None:
    """Who saw the last state finds in the changes every key that is another now, in the warehouse or in the vault."""
    if seen < counted(store)[1]:
        event("changes forgotten unseen")
        return
    event("changes held")
    width = len(table.key)
    assert {image[:width] for image in altered | persons} <= {image[:width] for image in store.changes(table)}


def check_against_scratch(store: Store, table: Table) -> None:
    with Store.in_memory(store.folder) as fresh:
        fresh.accepted = store.accepted
        fresh.apply((table,))
        assert fresh.raw(table) == store.raw(table)
        if table in IN_VAULT:
            assert fresh.vault(table) == store.vault(table)

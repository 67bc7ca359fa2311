"""A tiny bank's home through which days are run as the nightly assets run them, twice over: with everything real, and quick.

Belongs here: landing, a run of some dates, a rebuild, and what a warehouse holds afterwards. Not here: what lands when
(landing_schedules.py), what must agree (the tests). `RealBank` lands files, takes them in, lets gate 1 judge and dbt build.
`QuickBank` starts from raw files with their verdicts, in memory, and repeats dbt's statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dbt_statements import Kind, Statements, run_dbt
from pydantic import PrivateAttr

from assets.identity import apply_accepted, resolve_records
from assets.judging import judge_dates, landed_batches, missing_verdicts
from assets.warehouse import accepted_batches, tell_dbt
from assets.workspace import Workspace
from expectations.batches import Landed
from expectations.verdicts import Verdict
from expectations.warehouse import warehouse_demands
from foundation.contract import landing_table, landing_tables
from foundation.settings import Settings
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.registry import BatchResult
from integrations.warehouse.apply import forget_changes
from integrations.warehouse.connection import FRESH_FILES
from tests.store.raw_files import write_raw

Row = dict[str, Any]
Contents = dict[str, list[tuple[Any, ...]]]
TABLES = landing_tables()
# since when a tag is in force is known to the day only where each day was looked at
OF_EACH_RUN = ("since",)
# what became of published ids is told by the days on which they were published. A moment is found, or not, by the profile of
# the date that looked for it, stays found when its cause is corrected or removed, and after a stretch of history is looked for in
# a month alone: which moments there are is itself history. Tags are compared with those of the processed date before, and what
# holds of them stands in customer_tags; who was merged when is told by the days, too
HISTORY = ("tag_changes", "segment_changes", "identity_changes", "customer_aliases", "moments", "moment_catalogue",
           "int_moments_found", "int_customers_tagged", "int_tags_of_merged")  # fmt: skip
_ADDED_UP = {
    "tag_changes": """
        select customer_id, tag_code from marts.tag_changes
        group by all having max_by(change, business_date) = 'entered'
    """,
    "segment_changes": """
        select customer_id, dimension, max_by(coalesce(to_value, ''), business_date) as code from marts.segment_changes
        group by all having code <> ''
    """,
}
# of what gate 2 demands, what holds of a drawn bank, too, however its rows contradict each other
DEMANDED = (
    "one_row_per_customer", "aum_is_the_sum_of_its_parts", "everybody_has_one_place", "scores_are_the_sum_of_their_parts",
    "changes_add_up_to_the_tags", "changes_add_up_to_the_segments", "moments_belong_to_customers_and_stand_once",
    "links_name_two_customers", "tags_belong_to_customers", "counts_agree_with_the_tags", "each_contact_on_its_own_day",
)  # fmt: skip

_NAMES = "select customer_id, min(record_source || ' ' || record_id) from identity.customer_identities group by customer_id"


def _named(rows: Sequence[tuple[Any, ...]], names: Mapping[str, str]) -> list[tuple[Any, ...]]:
    return sorted(
        (tuple(names.get(value, value) if isinstance(value, str) else value for value in row) for row in rows), key=repr
    )


class BankWorkspace(Workspace):
    """A workspace with settings of its own instead of the environment's."""

    _own: Settings = PrivateAttr()

    @classmethod
    def at(cls, folder: Path) -> BankWorkspace:
        workspace = cls()
        workspace._own = Settings(home=folder, landing=folder / "landing", gate_tolerated_rows=0)
        return workspace

    @property
    def settings(self) -> Settings:
        return self._own


class Bank:
    """What both have in common: a run, in the order of the assets."""

    def __init__(self, folder: Path, statements: Statements) -> None:
        self.workspace = BankWorkspace.at(folder)
        self.statements = statements
        self.kinds: list[Kind] = []

    def land(self, name: str, on: date, rows: Sequence[Row], *, is_bad: bool = False) -> None:
        """The folder of a table and date, in place of what it was; a bad one is one that gate 1 must refuse."""
        raise NotImplementedError

    def connection(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        raise NotImplementedError

    def rebuild(self, last: date) -> date | None:
        """Forgets all that is derived, and runs the last date."""
        raise NotImplementedError

    def _take_in(self, first: date, last: date) -> None:
        raise NotImplementedError

    def _judge(self, first: date, last: date) -> None:
        raise NotImplementedError

    def _build(self, kind: Kind) -> None:
        raise NotImplementedError

    def run(self, first: date, last: date) -> date | None:
        """One run over these dates through the marts. The business date that they then speak of; None: it was held back."""
        workspace = self.workspace
        self._take_in(first, last)
        self._judge(first, last)
        try:
            as_of = workspace.as_of(first, last)
        except dg.Failure:
            return None
        with self.connection() as connection:
            accepted = accepted_batches(workspace, as_of)
            apply_accepted(workspace, connection, accepted)
            resolve_records(workspace, connection, as_of, accepted)
            in_full = tell_dbt(workspace, connection, as_of)
            there = connection.execute("select 1 from duckdb_tables() where schema_name = 'marts'").fetchone()
            kind: Kind = "first" if not there else "in full" if in_full else "daily"
        self._build(kind)
        self.kinds.append(kind)
        with self.connection() as connection:
            forget_changes(connection, TABLES)
        workspace.progress.finish("marts", as_of)
        return as_of

    def contents(self) -> Contents:
        """Every row of every table from raw to the marts and in the vault; a log as what it adds up to.

        A customer is called by the first of the records: which record founded an id depends on the dates that were published.
        """
        with self.connection() as connection:
            names = dict(connection.execute(_NAMES).fetchall())
            found: Contents = {
                f"what {log} adds up to": _named(connection.execute(sql).fetchall(), names) for log, sql in _ADDED_UP.items()
            }
            for relation, columns in _relations(connection).items():
                rows = connection.execute(f"select {', '.join(columns)} from {relation}").fetchall()
                found[relation] = _named(rows, names)
        return found

    def against_demands(self) -> list[tuple[str, str]]:
        """Which of the demands that hold of any bank do not hold, and of whom."""
        with self.connection() as connection:
            return [
                (demand.code, str(row[0]))
                for demand in warehouse_demands("marts")
                if demand.code in DEMANDED
                for row in connection.execute(str(demand.rows).replace("{batch}", demand.table)).fetchall()
            ]

    def ids(self) -> list[tuple[Any, ...]]:
        """Which id each record's customer has."""
        with self.connection() as connection:
            return connection.execute(
                "select record_source, record_id, customer_id from identity.customer_identities order by all"
            ).fetchall()


def _relations(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    listed = connection.execute(
        "select database_name || '.' || schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
        " and schema_name in ('raw', 'staging', 'identity', 'intermediate', 'marts', 'contacts')"
        # what the vault keeps of comparing records is a memory, not an outcome: it knows values that are gone
        f" and table_name not in {HISTORY} and not starts_with(table_name, 'int_occasions_')"
        " and not (database_name = 'vault' and schema_name = 'identity') order by all"
    ).fetchall()
    relations: dict[str, list[str]] = {}
    for relation, column in listed:
        if column not in OF_EACH_RUN:
            relations.setdefault(relation, []).append(column)
    return relations


class RealBank(Bank):
    """Files in a landing folder, the intake, gate 1 and dbt."""

    def land(self, name: str, on: date, rows: Sequence[Row], *, is_bad: bool = False) -> None:
        self.land_files(name, on, {"a.jsonl": rows})
        if is_bad:
            self._folder(name, on).joinpath("b.parquet").write_bytes(b"no parquet")

    def land_files(self, name: str, on: date, files: Mapping[str, Sequence[Row]]) -> None:
        """The same with the rows of several files, in the order of their names."""
        folder = self._folder(name, on)
        for left in folder.iterdir():
            left.unlink()
        for file, rows in files.items():
            folder.joinpath(file).write_text("".join(json.dumps(row, default=str) + "\n" for row in rows), encoding="utf-8")

    def _folder(self, name: str, on: date) -> Path:
        folder = self.workspace.home.landing / name.replace(".", "/") / str(on)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def connection(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return self.workspace.warehouse()

    def rebuild(self, last: date) -> date | None:
        for file in (self.workspace.home.warehouse, self.workspace.home.vault):
            file.unlink()
        return self.run(last, last)

    def _take_in(self, first: date, last: date) -> None:
        home = self.workspace.home
        known = {(batch.source, batch.table, batch.on) for batch in self.workspace.batches(last)}
        landed = [
            batch
            for batch in scan(home.landing, TABLES, date.min, last)
            if batch.on >= first or (batch.table.source, batch.table.name, batch.on) not in known
        ]
        self.workspace.record(ingest(landed, home, time_zone=self.workspace.settings.time_zone))

    def _judge(self, first: date, last: date) -> None:
        judge_dates(self.workspace, first, last)

    def _build(self, kind: Kind) -> None:
        run_dbt(self.workspace.home, kind, self.statements)


class QuickBank(Bank):
    """Raw files as the intake leaves them, the verdict that each was given, a warehouse in memory, dbt's statements again."""

    def __init__(self, folder: Path, statements: Statements) -> None:
        super().__init__(folder, statements)
        self._drops: dict[tuple[str, date], tuple[str, Sequence[Row]]] = {}
        self._bad: dict[str, bool] = {}
        self._open()

    def _open(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(f"attach ':memory:' as warehouse; attach ':memory:' as vault; use warehouse; {FRESH_FILES}")
        self._connection.execute("set threads = 1")
        for schema in ("staging", "identity", "intermediate", "marts", "vault.contacts"):
            self._connection.execute(f"create schema {schema}")

    def close(self) -> None:
        self._connection.close()

    def land(self, name: str, on: date, rows: Sequence[Row], *, is_bad: bool = False) -> None:
        content = f"content {len(self._bad)}"
        self._bad[content] = is_bad
        self._drops[name, on] = (content, rows)

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self._connection

    def rebuild(self, last: date) -> date | None:
        self.close()
        self._open()
        return self.run(last, last)

    def _take_in(self, first: date, last: date) -> None:
        known = {(f"{batch.source}.{batch.table}", batch.on) for batch in self.workspace.batches(last)}
        taken = []
        for (name, on), (content, rows) in self._drops.items():
            if on <= last and (on >= first or (name, on) not in known):
                table = landing_table(name)
                write_raw(self.workspace.home.raw_batch(table.source, table.name, on), table, on, rows)
                taken.append(BatchResult(table.source, table.name, on, 1, len(rows), len(rows), content_id=content))
        self.workspace.record(taken)

    def _judge(self, first: date, last: date) -> None:
        landed = landed_batches(self.workspace, last)
        given = [_given(batch, is_bad=self._bad[batch.content_id]) for batch in landed]
        self.workspace.verdicts.record([*given, *missing_verdicts(self.workspace, landed, first, last)])

    def _build(self, kind: Kind) -> None:
        self.statements.repeat(kind, self._connection)


def _given(batch: Landed, *, is_bad: bool) -> Verdict:
    table = batch.table
    gate, why = ("closed", ("it is bad",)) if is_bad else ("open", ())
    return Verdict(table.source, table.name, batch.on, table.required, gate, batch.content_id, why)  # type: ignore[arg-type]

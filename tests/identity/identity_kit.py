"""A bare home in memory: records as they stand, stewards' words, and who is who by them. No test is here.

A record is (source, key) with its fields; `Home.resolve` puts them where accepted batches would, and resolves a date.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from stdnum.iso7064 import mod_11_2

from foundation.contract import landing_tables
from foundation.engine import Engine
from identity.model import Model, expert
from identity.resolve import Bounds, Resolved, resolve
from identity.rulebook import Rulebook, rulebook
from integrations.warehouse.apply import prepare
from integrations.warehouse.connection import FRESH_FILES, warehouse

CORE, USERS, PEOPLE, COMPANIES = "core_banking.customers", "app.users", "third_party.people", "third_party.companies"
CALLERS = "call_centre.callers"
BOUNDS = Bounds(
    region="CN", accept=0.85, review=0.3, margin=10, junk_records=10, block_records=60, cluster_records=50,
    core_duplicates="national_id",
)  # fmt: skip
Name = tuple[str, str]
_WAREHOUSE = "duckdb_tables() where database_name = current_database() and schema_name = 'resolution'"


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


def resident(place_and_birth: str, serial: int = 1) -> str:
    """An identity number whose check character is right."""
    body = f"{place_and_birth}{serial:03d}"
    return body + mod_11_2.calc_check_digit(body)


@dataclass(frozen=True)
class Record:
    """What one source says of one person or organisation, and when its standing version landed."""

    source: str
    key: str
    landed_on: date
    fields: tuple[tuple[str, Any], ...]

    @property
    def name(self) -> Name:
        return self.source, self.key

    def get(self, column: str) -> Any:
        return dict(self.fields).get(column)

    def but(self, **fields: Any) -> Record:
        return replace(self, fields=tuple((dict(self.fields) | fields).items()))

    def on(self, number: int) -> Record:
        return replace(self, landed_on=day(number))


def _record(source: str, key: str, fields: Mapping[str, Any]) -> Record:
    return Record(source, key, day(0), tuple(fields.items()))


def customer(no: str, **fields: Any) -> Record:
    return _record(CORE, no, {"customer_type": "retail"} | fields)


def user(key: str, **fields: Any) -> Record:
    return _record(USERS, key, fields)


def person(key: str, **fields: Any) -> Record:
    return _record(PEOPLE, f"p:{key}", fields)


def company(code: str, **fields: Any) -> Record:
    return _record(COMPANIES, code, fields)


def caller(no: str | None = None, hashed: str | None = None, **fields: Any) -> Record:
    return _record(CALLERS, f"{no or ''}:{hashed or ''}", fields)


@dataclass(frozen=True)
class Word:
    """A steward's decision."""

    a: Name
    b: Name
    decision: str
    at: int = 0


def same(a: Record, b: Record, at: int = 0) -> Word:
    return Word(a.name, b.name, "same", at)


def different(a: Record, b: Record, at: int = 0) -> Word:
    return Word(a.name, b.name, "different", at)


def _rows(record: Record) -> dict[str, dict[str, Any]]:
    """The record's row by table; the vault's tables have the personal columns."""
    f, landed = dict(record.fields), {"_landed_on": record.landed_on}
    pii = {name: f.get(name) for name in ("full_name", "id_number", "mobile", "email", "address")}
    if record.source == CORE:
        plain = {name: f.get(name) for name in ("customer_type", "birth_date", "gender", "city", "credit_code")}
        key = {"customer_no": record.key}
        opened = {"opened_on": f.get("opened_on") or day(-1000), "closed_on": f.get("closed_on")}
        return {"raw.core_banking__customers": key | plain | opened | landed, "vault.raw.core_banking__customers": key | pii}
    if record.source == USERS:
        key = {"app_user_id": record.key}
        own = {"mobile": f.get("mobile"), "email": f.get("email"), "device_id": f.get("device_id")}
        plain = {"customer_no": f.get("customer_no"), "registered_at": datetime(2025, 6, 1)}  # noqa: DTZ001
        return {"raw.app__users": key | plain | landed, "vault.raw.app__users": key | own}
    if record.source == PEOPLE:
        provider, _, rest = record.key.partition(":")
        key = {"provider": provider, "record_id": rest}
        plain = {"birth_date": f.get("birth_date"), "city": f.get("city"), "observed_on": day(-50)}
        return {"raw.third_party__people": key | plain | landed, "vault.raw.third_party__people": key | pii}
    if record.source == COMPANIES:
        plain = {"company_name": f.get("full_name"), "city": f.get("city"), "observed_on": day(-50)}
        return {"raw.third_party__companies": {"credit_code": record.key} | plain | landed}
    no, _, hashed = record.key.partition(":")
    key = {"contact_id": f"contact {record.key}"}
    plain = {"customer_no": no or None, "caller_number_hash": hashed or None, "started_at": datetime(2025, 7, 1)}  # noqa: DTZ001
    return {
        "raw.call_centre__contacts": key | plain | landed,
        "vault.raw.call_centre__contacts": key | {"caller_number": f.get("mobile")},
    }


_TABLES = (
    "raw.core_banking__customers", "vault.raw.core_banking__customers", "raw.app__users", "vault.raw.app__users",
    "raw.third_party__people", "vault.raw.third_party__people", "raw.third_party__companies", "raw.call_centre__contacts",
    "vault.raw.call_centre__contacts", "raw.stewardship__identity_decisions",
)  # fmt: skip


def _arrow(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of one table; a column that is null throughout is text to DuckDB, which takes it for any type."""
    columns = {name: pa.array([row[name] for row in rows]) for name in rows[0]}
    return pa.table({k: v.cast(pa.string()) if pa.types.is_null(v.type) else v for k, v in columns.items()})


@dataclass
class Home:
    """One bank's warehouse and vault in memory, and its identity history in a folder."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    rules: Rulebook = field(default_factory=rulebook)
    model: Model = field(default_factory=expert)
    bounds: Bounds = BOUNDS
    counted: set[date] = field(default_factory=set)
    standing: set[Record] = field(default_factory=set)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, **bounds: Any) -> Iterator[Home]:
        with duckdb.connect() as connection:
            connection.execute(f"attach ':memory:' as vault; {FRESH_FILES}; set threads = 1")
            prepare(connection, landing_tables())
            yield cls(connection, folder / "identity", bounds=replace(BOUNDS, **bounds))

    @classmethod
    @contextmanager
    def on_disk(cls, folder: Path) -> Iterator[Home]:
        """A home that can be closed and opened again."""
        with warehouse(folder / "warehouse.duckdb", folder / "vault.duckdb", Engine(threads=1)) as connection:
            prepare(connection, landing_tables())
            yield cls(connection, folder / "identity")

    def put(self, records: Iterable[Record], words: Iterable[Word] = ()) -> None:
        """These records and words stand, and no others. What differs from what stood is in `changes`, as applying has it."""
        records = list(records)
        self._note_changes(self.standing ^ set(records))
        self.standing = set(records)
        rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for record in records:
            for table, row in _rows(record).items():
                rows[table].append(row)
        for word in words:
            rows["raw.stewardship__identity_decisions"].append({
                "source_a": word.a[0], "record_a": word.a[1], "source_b": word.b[0], "record_b": word.b[1],
                "decision": word.decision, "decided_by": "ann",
                "decided_at": datetime(2026, 1, 1) + timedelta(hours=word.at), "_landed_on": day(0),  # noqa: DTZ001
            })  # fmt: skip
        for table in _TABLES:
            self.connection.execute(f"delete from {table}")
            if rows[table]:
                self.connection.register("landed", _arrow(rows[table]))
                self.connection.execute(f"insert into {table} by name from landed")
                self.connection.unregister("landed")

    def _note_changes(self, altered: Iterable[Record]) -> None:
        """Rows as they were and as they are. A day's are forgotten before the next day's come."""
        self.connection.execute("update control.changing set applied = applied + 1, forgotten = applied")
        for table in filter(lambda name: name.startswith("raw."), _TABLES):
            self.connection.execute(f"delete from {table.replace('raw.', 'changes.')}")
        for record in altered:
            table, row = next(iter(_rows(record).items()))
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            changes = table.replace("raw.", "changes.")
            self.connection.execute(f"insert into {changes} ({names}) values ({marks})", list(row.values()))

    def resolve(self, number: int, landings: Mapping[str, str] | None = None) -> Resolved:
        """Resolves a date, whose marts are then finished."""
        done = resolve(
            self.connection, on=day(number), folder=self.folder, counted=self.counted, landings=landings or {},
            rules=self.rules, model=self.model, bounds=self.bounds,
        )  # fmt: skip
        self.counted.add(day(number))
        return done

    def day(self, number: int, records: Iterable[Record], words: Iterable[Word] = ()) -> dict[Name, str]:
        """What the date brought, resolved: the customer's id by record."""
        self.put(records, words)
        self.resolve(number)
        return self.ids()

    def forget(self) -> None:
        """Deletes what is derived: the vault's memory and the outcome. The history stays."""
        for name in ("vault.identity", "resolution"):
            self.connection.execute(f"drop schema if exists {name} cascade")

    def check_anew(self, number: int, records: Iterable[Record], words: Iterable[Word] = ()) -> None:
        """All is as in a home that has kept nothing but the history and now resolves these records on the date."""
        with TemporaryDirectory() as folder, Home.opened(Path(folder)) as anew:
            shutil.copytree(self.folder, anew.folder)
            anew.rules, anew.model, anew.bounds, anew.counted = self.rules, self.model, self.bounds, set(self.counted)
            anew.put(records, words)
            anew.resolve(number)
            for mine, other in ((self.outcome(), anew.outcome()), (self.kept(), anew.kept()), (self.history(), anew.history())):
                assert [name for name in other if mine.get(name) != other[name]] == []
                assert mine.keys() == other.keys()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def ids(self) -> dict[Name, str]:
        found = self.rows("select record_source, record_id, customer_id from resolution.identities")
        assert len({row[:2] for row in found}) == len(found)
        return {(source, key): customer_id for source, key, customer_id in found}

    def together(self) -> set[frozenset[Name]]:
        return groups(self.ids())

    def pairs(self) -> set[tuple[Any, ...]]:
        """The pairs that the vault keeps, by name."""
        return set(
            self.rows(
                """
                select least(a, b), greatest(a, b), probability, evidence from (
                    select concat_ws(' ', x.record_source, x.record_id) as a, concat_ws(' ', y.record_source, y.record_id) as b,
                        probability, evidence
                    from vault.identity.pairs as pairs
                    inner join vault.identity.records as x on pairs.a = x.no
                    inner join vault.identity.records as y on pairs.b = y.no
                )
                """
            )
        )

    def kept(self) -> dict[str, list[str]]:
        """What the vault keeps of the records, whatever it numbers them."""
        named = "inner join vault.identity.records as own using (no)"
        parts = {
            "records": "select * exclude (no) from vault.identity.records",
            "left out": f"select record_source, record_id, column_name, value from vault.identity.left_out {named}",
            "junk": "from vault.identity.junk",
            "keys": f"select record_source, record_id, block, key from vault.identity.block_keys {named}",
            "crowded": "from vault.identity.crowded",
            "areas": f"select list(own.rank order by own.rank) from vault.identity.areas {named} group by area",
            "clusters": f"select list(own.rank order by own.rank) from vault.identity.areas {named} group by cluster",
            "numbered": "select count(*) from vault.identity.areas",
            "parted": f"select count(*) from vault.identity.parted {named}",
            "decided": "select decision, count(*) from vault.identity.decided group by decision",
            "assignments": "from vault.identity.assignments",
        }
        kept = {name: sorted(map(repr, self.rows(query))) for name, query in parts.items()}
        return kept | {"pairs": sorted(map(repr, self.pairs()))}

    def probability(self, a: Record, b: Record) -> float | None:
        wanted = {" ".join(a.name), " ".join(b.name)}
        return next((each[2] for each in self.pairs() if {each[0], each[1]} == wanted), None)

    def reviewed(self) -> set[frozenset[Name]]:
        rows = self.rows("select source_a, record_a, source_b, record_b from resolution.review")
        return {frozenset([(a, x), (b, y)]) for a, x, b, y in rows}

    def outcome(self) -> dict[str, list[str]]:
        """Every table of schema `resolution`, its rows in an order of their own."""
        tables = [row[0] for row in self.rows(f"select table_name from {_WAREHOUSE} order by 1")]
        assert tables
        return {table: sorted(map(repr, self.rows(f"from resolution.{table}"))) for table in tables}

    def history(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted(self.folder.rglob("*.parquet"))}


def groups(ids: Mapping[Name, str]) -> set[frozenset[Name]]:
    """Who is together, whatever they are called."""
    found: dict[str, set[Name]] = defaultdict(set)
    for name, customer_id in ids.items():
        found[customer_id].add(name)
    return {frozenset(each) for each in found.values()}


def are_one(ids: Mapping[Name, str], *records: Record) -> bool:
    return len({ids[record.name] for record in records}) == 1


def are_apart(ids: Mapping[Name, str], *records: Record) -> bool:
    return len({ids[record.name] for record in records}) == len(records)

"""A small real home for this folder: files dropped, taken in, applied and resolved, without gates and dbt. No test is here.

A pair that only the model finds is never sure enough here: it waits for a steward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from stdnum.cn import ric

from assets.answering import Given, answer, require_pair
from foundation.contract import landing_table, landing_tables
from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import Settings
from identity.model import SHIPPED, load
from identity.resolve import Bounds, Resolved, resolve
from identity.review import Name, Pair, next_waiting
from identity.rulebook import rulebook
from integrations.sources import registry
from integrations.sources.answers import TABLE
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.registry import BatchResult
from integrations.warehouse.apply import Accepted, apply_batches
from integrations.warehouse.connection import warehouse

FIRST, SECOND, THIRD, FOURTH = (date(2025, 3, day) for day in (3, 4, 5, 6))
BOUNDS = Bounds(
    region="CN", accept=0.9995, review=0.30, margin=10, junk_records=10, block_records=60, cluster_records=50,
    core_duplicates="national_id",
)  # fmt: skip
PEOPLE, CUSTOMERS, COMPANIES = "third_party.people", "core_banking.customers", "third_party.companies"


def identity_number(place_birth_order: str) -> str:
    """A number of seventeen digits with its check digit."""
    return place_birth_order + ric.calc_check_digit(place_birth_order)


WANG = {"full_name": "王小明", "birth_date": "1980-02-01", "id_number": identity_number("11010119800201003")}
MORE = {"mobile": "13912845671", "email": "wang@bank.example", "address": "北京市朝阳区建国路1号", "city": "北京市"}


@dataclass(frozen=True)
class Bank:
    """A home and its landing folder."""

    home: Home
    settings: Settings

    def drop(self, table: str, on: date, *rows: dict[str, Any], file: str = "rows.jsonl") -> Path:
        """Lands rows of a table."""
        landed = self.home.landing.joinpath(*table.split("."), str(on), file)
        landed.parent.mkdir(parents=True, exist_ok=True)
        landed.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return landed

    def person(self, key: str, on: date = FIRST, **known: Any) -> Name:
        """Lands a record of a bureau, alone in its file."""
        self.drop(PEOPLE, on, {"provider": "bureau", "record_id": key, "observed_on": str(on)} | known, file=f"{key}.jsonl")
        return PEOPLE, f"bureau:{key}"

    def customer(self, key: str, on: date = FIRST, **known: Any) -> Name:
        """Lands a customer of core banking."""
        row = {"customer_no": key, "customer_type": "retail", "opened_on": "2020-01-01"} | known
        self.drop(CUSTOMERS, on, row, file=f"{key}.jsonl")
        return CUSTOMERS, key

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with warehouse(self.home.warehouse, self.home.vault) as connection:
            yield connection

    def take_in(self, last: date) -> list[BatchResult]:
        """Reads all folders up to a date."""
        results = ingest(scan(self.home.landing, landing_tables(), date.min, last), self.home, time_zone="Asia/Shanghai")
        assert [result.error for result in results if result.error] == []
        registry.record(self.home.control, results)
        return results

    def process(self, on: date) -> Resolved:
        """A date from landing to identities."""
        accepted = [
            Accepted(landing_table(f"{each.source}.{each.table}"), each.on,
                     self.home.raw_batch(each.source, each.table, each.on), each.content_id)
            for each in self.take_in(on)
        ]  # fmt: skip
        progress = Progress(self.home.control)
        with self.opened() as connection:
            apply_batches(connection, landing_tables(), accepted, hash_key="a key")
            done = resolve(
                connection, on=on, folder=self.home.identity, counted=progress.finished("marts"), landings={},
                rules=rulebook(), model=load(SHIPPED), bounds=BOUNDS,
            )  # fmt: skip
        progress.finish("marts", on)
        return done

    def answer(self, a: Name, b: Name, decision: str, by: str = "Li Wei") -> Given:
        with self.opened() as connection:
            return answer(connection, self.settings, self.home, require_pair(connection, a, b), decision, by)

    def customers(self) -> dict[Name, str]:
        """Which customer each record is."""
        with self.opened() as connection:
            rows = connection.execute("select record_source, record_id, customer_id from resolution.identities").fetchall()
        return {(source, key): customer for source, key, customer in rows}

    def queue(self) -> list[Pair]:
        """The whole queue, likeliest first."""
        found: list[Pair] = []
        with self.opened() as connection:
            while (waiting := next_waiting(connection, found)) is not None:
                found.append(waiting.pair)
        return found

    def folder(self, on: date) -> Path:
        return self.home.landing / TABLE.source / TABLE.name / str(on)


def bank_in(folder: Path, **settings: Any) -> Bank:
    home = Home(folder / "home", folder / "landing")
    return Bank(home, Settings(_env_file=None, home=home.root, landing=home.landing, **settings))  # type: ignore[call-arg]

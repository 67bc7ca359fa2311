"""Tells dbt what a run is about, in small tables of schema `control`: dates by table, not by variable, so that dbt's
parsed manifest stays valid from run to run.

Belongs here: writing these tables. Not here: deciding what stands in them (assets/).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from foundation.contract import Table
from foundation.settings import Settings

_MONEY = (
    "tier_private_banking_aum",
    "tier_wealth_aum",
    "tier_basic_aum",
    "tier_key_organisation_aum",
    "tier_growth_organisation_aum",
)
_COUNTS = (
    "tier_basic_own_transactions", "tier_potential_age_from", "tier_potential_age_to", "stage_lost_days",
    "stage_won_back_gap_days", "stage_declining_days", "stage_activated_days", "risk_assessment_valid_months",
    "gate_tolerated_rows",
)  # fmt: skip
_RATIOS = (
    "tier_potential_growth_ratio", "stage_declining_aum_ratio", "stage_growing_aum_ratio", "holdout_ratio",
    "identity_contact", "identity_max_changed_ratio",
)  # fmt: skip


@dataclass(frozen=True)
class BatchHealth:
    """What became of one batch, for `source_health`."""

    business_date: date
    source: str
    table_name: str
    rows_landed: int
    rows_accepted: int
    rows_quarantined: int
    gate: str
    worst_failure: str | None

    @property
    def counts_as_landed(self) -> bool:
        """A folder that is missing can be overridden, too: then nothing landed."""
        return self.gate == "open" or (self.gate == "overridden" and self.rows_landed > 0)


def _parameters(settings: Settings) -> dict[str, tuple[str, object]]:
    values: dict[str, tuple[str, object]] = {}
    for name in _MONEY:
        values[name] = ("decimal(18,2)", Decimal(getattr(settings, name)))
    for name in _COUNTS:
        values[name] = ("integer", int(getattr(settings, name)))
    for name in _RATIOS:
        values[name] = ("double", float(getattr(settings, name)))
    values["holdout_salt"] = ("varchar", settings.holdout_salt.get_secret_value())
    return values


def _replace(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[list[object]]) -> None:
    connection.execute(f"create or replace table control.{table} ({columns})")
    if rows:  # as columns: inserted row by row, a long history of batches would take seconds
        columns_of = [list(values) for values in zip(*rows, strict=True)]
        marks = ", ".join(f"unnest(${number})" for number in range(1, len(columns_of) + 1))
        connection.execute(f"insert into control.{table} select {marks}", columns_of)


def write_control(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    settings: Settings,
    tables: Iterable[Table],
    health: Iterable[BatchHealth],
) -> None:
    """Writes `run`, `parameters`, `source_tables` and `batches` in one transaction.

    `as_of` is the business date of the marts.
    """
    batches = [batch for batch in health if batch.business_date <= as_of]
    landed: dict[tuple[str, str], date] = {}
    for batch in batches:
        if batch.counts_as_landed:
            name = (batch.source, batch.table_name)
            landed[name] = max(batch.business_date, landed.get(name, batch.business_date))
    parameters = _parameters(settings)
    connection.execute("begin")
    _replace(
        connection,
        "run",
        "as_of_date date, base_currency varchar",
        [[as_of, settings.base_currency]],
    )
    columns = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in parameters.items())
    _replace(connection, "parameters", columns, [[value for _, value in parameters.values()]])
    rows: list[list[object]] = [[t.source, t.name, (t.source, t.name) in landed, landed.get((t.source, t.name))] for t in tables]
    _replace(connection, "source_tables", "source varchar, table_name varchar, has_landed boolean, last_landed_on date", rows)
    _replace(
        connection, "batches",
        "business_date date, source varchar, table_name varchar, rows_landed bigint, rows_accepted bigint,"
        " rows_quarantined bigint, gate varchar, worst_failure varchar",
        [[b.business_date, b.source, b.table_name, b.rows_landed, b.rows_accepted, b.rows_quarantined, b.gate, b.worst_failure]
         for b in batches],
    )  # fmt: skip
    connection.execute("commit")

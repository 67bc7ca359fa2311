"""Tells dbt what a run is about, in small tables of schema `control`: dates by table, not by variable, so that dbt's
parsed manifest stays valid from run to run.

Belongs here: writing these tables. Not here: deciding what stands in them (assets/).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
from pydantic import SecretStr

from foundation.contract import Table
from foundation.settings import Settings
from integrations.warehouse.apply import demand_rebuild
from integrations.warehouse.calendar import calendar

# the settings that rules read, with their SQL types
_OF_TYPE = {
    "decimal(18,2)": (
        "tier_private_banking_aum", "tier_wealth_aum", "tier_basic_aum", "tier_key_organisation_aum",
        "tier_growth_organisation_aum", "contribution_full",
    ),
    "integer": (
        "tier_basic_own_transactions", "tier_potential_age_from", "tier_potential_age_to", "stage_lost_days",
        "stage_won_back_gap_days", "stage_declining_days", "stage_activated_days", "risk_assessment_valid_months",
        "gate_tolerated_rows", "spender_purchases", "interest_views", "complaint_answer_hours",
        "complaint_resolve_working_days", "core_enterprise_partners", "household_holders", "moment_range_days",
        "moment_late_days",
    ),
    "double": (
        "tier_potential_growth_ratio", "stage_declining_aum_ratio", "stage_growing_aum_ratio", "holdout_ratio",
        "identity_contact", "identity_max_changed_ratio", "margin_deposit", "margin_loan", "margin_investment",
    ),
    "varchar": ("tier_falls", "home_country", "own_bank_names", "holdout_salt"),
}  # fmt: skip
PARAMETER_TYPES = {name: sql_type for sql_type, names in _OF_TYPE.items() for name in names}
RUN_TYPES = {"as_of_date": "date", "base_currency": "varchar", "previous_date": "date"}
# what kept facts were counted by: when one of these changes, facts are computed in full
_IN_FACTS = ("home_country", "own_bank_names")

# what dbt notes for the step that publishes: it outlives the run
UNPUBLISHED = "unpublished_days"


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


def parameters_of(settings: Settings) -> dict[str, object]:
    """The settings that rules read, by name, in the order of `PARAMETER_TYPES`."""
    values = {name: getattr(settings, name) for name in PARAMETER_TYPES}
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()}


def _are_facts_stale(connection: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> bool:
    """Whether facts that stand were counted by other settings, or by fewer."""
    standing = "select column_name from duckdb_columns() where schema_name = 'control' and table_name = 'parameters'"
    columns = {name for (name,) in connection.execute(standing).fetchall()}
    if not columns:
        return False
    if not columns.issuperset(_IN_FACTS):
        return True
    known = connection.execute(f"select {', '.join(_IN_FACTS)} from control.parameters").fetchone()
    return known != tuple(parameters[name] for name in _IN_FACTS)


def _columns(types: dict[str, str]) -> str:
    return ", ".join(f"{name} {sql_type}" for name, sql_type in types.items())


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
    previous: date | None = None,
) -> None:
    """Writes `run`, `parameters`, `calendar`, `source_tables` and `batches` in one transaction.

    `as_of` is the business date of the marts, `previous` the last one before it whose marts were finished. Where a setting that
    facts were counted by has changed, a rebuild is demanded. Errors: SettingsError, where the calendar's settings cannot be used.
    """
    batches = [batch for batch in health if batch.business_date <= as_of]
    landed: dict[tuple[str, str], date] = {}
    for batch in batches:
        if batch.counts_as_landed:
            name = (batch.source, batch.table_name)
            landed[name] = max(batch.business_date, landed.get(name, batch.business_date))
    parameters = parameters_of(settings)
    days = calendar(as_of, country=settings.calendar_country, own=settings.calendar)
    connection.execute("begin")
    if _are_facts_stale(connection, parameters):
        demand_rebuild(connection)
    _replace(connection, "run", _columns(RUN_TYPES), [[as_of, settings.base_currency, previous]])
    _replace(connection, "parameters", _columns(PARAMETER_TYPES), [list(parameters.values())])
    connection.execute(f"create table if not exists control.{UNPUBLISHED} (table_name varchar, business_date date)")
    _replace(connection, "calendar", "day date, is_working_day boolean, working_day_no integer", days)
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

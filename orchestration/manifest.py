"""dbt's view of the project, prepared before anything runs: sources.yml from the landing contract, then the parsed manifest.

Belongs here: what dbt must know of the outside (which tables exist, their columns and types) and the one full parse.
Not here: running models (assets/warehouse.py), what a column means (contract/landing.yml). Run it as
`python -m orchestration.manifest` after a change in contract/ or dbt_project/.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from foundation.contract import Table, landing_tables
from identity.outcome import TABLES as RESOLUTION_TABLES
from integrations.warehouse import rows
from integrations.warehouse.vault import VAULTED, vault_columns

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SOURCES = PROJECT / "models" / "sources.yml"
MANIFEST = PROJECT / "target" / "manifest.json"
_HEADER = "# Generated from contract/landing.yml by `python -m orchestration.manifest`; change the contract, not this file.\n"

_PARAMETERS = {
    "tier_private_banking_aum": "decimal(18,2)",
    "tier_wealth_aum": "decimal(18,2)",
    "tier_basic_aum": "decimal(18,2)",
    "tier_basic_own_transactions": "integer",
    "tier_potential_age_from": "integer",
    "tier_potential_age_to": "integer",
    "tier_potential_growth_ratio": "double",
    "tier_key_organisation_aum": "decimal(18,2)",
    "tier_growth_organisation_aum": "decimal(18,2)",
    "stage_lost_days": "integer",
    "stage_won_back_gap_days": "integer",
    "stage_declining_days": "integer",
    "stage_declining_aum_ratio": "double",
    "stage_activated_days": "integer",
    "stage_growing_aum_ratio": "double",
    "risk_assessment_valid_months": "integer",
    "gate_tolerated_rows": "integer",
    "holdout_ratio": "double",
    "identity_contact": "double",
    "identity_max_changed_ratio": "double",
    "holdout_salt": "varchar",
}
CONTROL_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "run": (
        "One row: the business date that the marts speak of, and the bank's base currency.",
        {"as_of_date": "date", "base_currency": "varchar"},
    ),
    "parameters": ("One row: the settings that rules read.", _PARAMETERS),
    "source_tables": (
        "One row per landing table: whether it has ever landed, and when last.",
        {"source": "varchar", "table_name": "varchar", "has_landed": "boolean", "last_landed_on": "date"},
    ),
    "batches": (
        "One row per landing table and business date on which it landed.",
        {
            "business_date": "date",
            "source": "varchar",
            "table_name": "varchar",
            "rows_landed": "bigint",
            "rows_accepted": "bigint",
            "rows_quarantined": "bigint",
            "gate": "varchar",
            "worst_failure": "varchar",
        },
    ),
}


class ManifestError(RuntimeError):
    """dbt could not parse the project. The message carries dbt's own words."""


def warehouse_columns(table: Table) -> dict[str, str]:
    """The columns that the warehouse keeps of a landing table, with their types."""
    return dict(rows.warehouse_columns(table))


def _table(name: str, description: str, columns: dict[str, str], asset_key: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "config": {"meta": {"dagster": {"asset_key": asset_key}}},
        "columns": [{"name": column, "data_type": sql_type} for column, sql_type in columns.items()],
    }


def sources() -> dict[str, Any]:
    """The content of sources.yml: what stands in the warehouse and the vault before dbt runs."""
    raw, changes, vault = [], [], []
    for table in landing_tables():
        key, columns = ", ".join(table.key), warehouse_columns(table)
        place = [table.source, table.name]
        raw.append(
            _table(table.relation, f"The accepted state of {table.full_name}, one row per {key}.", columns, ["raw", *place])
        )
        said = f"Before- and after-images of the rows of {table.full_name} that changed since the marts last completed."
        changes.append(_table(table.relation, said, columns, ["changes", *place]))
        if table.full_name in VAULTED:
            said = f"What identifies the people of {table.full_name}, one row per {key}."
            vault.append(_table(table.relation, said, vault_columns(table), ["vault", *place]))
    resolution = [_table(name, said, columns, ["identity", name]) for name, (said, columns) in RESOLUTION_TABLES.items()]
    control = [_table(name, said, columns, ["control", name]) for name, (said, columns) in CONTROL_TABLES.items()]
    return {
        "version": 2,
        "sources": [
            {"name": "raw", "schema": "raw", "tables": raw},
            {"name": "changes", "schema": "changes", "tables": changes},
            {"name": "control", "schema": "control", "tables": control},
            {"name": "resolution", "schema": "resolution", "tables": resolution},
            {"name": "vault", "database": "vault", "schema": "raw", "tables": vault},
        ],
    }


def write_sources() -> bool:
    """Write sources.yml if its content changed (an untouched file keeps dbt's partial parse). True if it did."""
    content = _HEADER + yaml.safe_dump(sources(), sort_keys=False, allow_unicode=True, width=130)
    if SOURCES.exists() and SOURCES.read_text(encoding="utf-8") == content:
        return False
    SOURCES.write_text(content, encoding="utf-8")
    return True


def build_manifest() -> Path:
    """Write sources.yml, parse the project, and return the path of manifest.json. Errors: ManifestError."""
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    write_sources()
    folder = str(PROJECT)
    result = dbtRunner().invoke(
        ["--quiet", "--log-level-file", "none", "parse", "--project-dir", folder, "--profiles-dir", folder]
    )
    if not result.success or not MANIFEST.exists():
        raise ManifestError(f"dbt could not parse {PROJECT.name}/; mend what it names and run this again: {result.exception}")
    return MANIFEST


def load_manifest() -> Manifest:
    """The parsed project for `dbtRunner(manifest=...)`, which then need not parse. A fresh object each time: a run alters it.

    Errors: ManifestError when the project was never parsed.
    """
    parsed = PROJECT / "target" / "partial_parse.msgpack"
    if not parsed.exists():
        raise ManifestError(f"{PROJECT.name}/ has not been parsed yet; run `python -m orchestration.manifest`")
    manifest: Manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()  # what `graph` is in a model; dbt builds it only when it parses
    return manifest


if __name__ == "__main__":
    build_manifest()

"""dbt's view of the project, prepared before anything runs: sources.yml from the landing contract, then the parsed manifest.

Belongs here: what dbt must know of the outside (which tables exist, their columns and types) and the one full parse.
Not here: running models (assets/warehouse.py), what a column means (contract/landing.yml). Run it as
`python -m orchestration.manifest` after a change in contract/ or dbt_project/.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from assets.dbt_runner import MANIFEST, PROJECT
from clustering.tables import TABLES as CLUSTER_TABLES
from foundation.contract import Table, landing_tables
from identity.outcome import TABLES as RESOLUTION_TABLES
from integrations.warehouse import rows
from integrations.warehouse.control import PARAMETER_TYPES, RUN_TYPES
from integrations.warehouse.inputs import INPUT_TYPES
from integrations.warehouse.vault import VAULTED, vault_columns

SOURCES = PROJECT / "models" / "sources.yml"
_PARSED = "partial_parse.msgpack"
# whose columns rules name: int_tags_defined derives from them what a tag needs
_NAMED_IN_RULES = ("int_customers_profiled", "int_customers_segmented")
_HEADER = "# Generated from contract/landing.yml by `python -m orchestration.manifest`; change the contract, not this file.\n"

CONTROL_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "run": (
        "One row: the date that the marts speak of, the base currency, and the last date before it whose marts were finished.",
        RUN_TYPES,
    ),
    "parameters": ("One row: the settings that rules read.", PARAMETER_TYPES),
    "calendar": (
        "One row per day around the business date: whether the bank works, and how many working days there were up to it.",
        {"day": "date", "is_working_day": "boolean", "working_day_no": "integer"},
    ),
    "source_tables": (
        "One row per landing table: whether it has ever landed, and when last.",
        {"source": "varchar", "table_name": "varchar", "has_landed": "boolean", "last_landed_on": "date"},
    ),
    "inputs": (
        "One row per input that a column of the profile or a tag names: whether it has landed.",
        INPUT_TYPES,
    ),
    "earlier_messages": (
        "One row per message or task that the lists frozen on earlier dates called for, under the id that it was sent with.",
        {"delivery_id": "varchar", "customer_id": "varchar", "channel": "varchar", "strategy_id": "varchar"},
    ),
    "earlier_tags": (
        "One row per tag that a customer held when the date that the marts speak of began, with the date since which.",
        {"customer_id": "varchar", "tag_code": "varchar", "since": "date"},
    ),
    "unpublished_days": (
        "One row per table and date whose content changed since it was published; no date: any may have.",
        {"table_name": "varchar", "business_date": "date"},
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
    **CLUSTER_TABLES,
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
    """Write sources.yml, parse the project, and return the path of manifest.json. Errors: ManifestError.

    What stands is replaced file by file when all is parsed: a run that loads meanwhile reads one or the other, never half of one.
    """
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    write_sources()
    folder, target = str(PROJECT), MANIFEST.parent
    target.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=".parsing-", dir=target) as draft:
        if (target / _PARSED).exists():  # what did not change is not parsed again
            shutil.copy(target / _PARSED, draft)
        place = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", draft]
        result = dbtRunner().invoke(["--quiet", "--log-level-file", "none", "parse", *place])
        if not result.success or not Path(draft, MANIFEST.name).exists():
            raise ManifestError(f"dbt could not parse {PROJECT.name}/; mend what it names and run this again: {result.exception}")
        for name in (_PARSED, MANIFEST.name):
            Path(draft, name).replace(target / name)
    return MANIFEST


def load_manifest() -> Manifest:
    """The parsed project for `dbtRunner(manifest=...)`, which then need not parse. A fresh object each time: a run alters it.

    Errors: ManifestError when the project was never parsed.
    """
    parsed = MANIFEST.parent / _PARSED
    if not parsed.exists():
        raise ManifestError(f"{PROJECT.name}/ has not been parsed yet; run `python -m orchestration.manifest`")
    manifest: Manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()  # what `graph` is in a model; dbt builds it only when it parses
    show_to_unit_tests(manifest)
    return manifest


def show_to_unit_tests(manifest: Manifest) -> None:
    """Write the models' lists and columns into the macro through which unit tests read them: dbt gives them no `graph`."""
    described = {
        node.name: {
            "meta": node.config.meta,
            "columns": {name: {"config": {"meta": column.config.meta}} for name, column in node.columns.items()},
        }
        for node in manifest.nodes.values()
        if node.resource_type == "model" and (node.name in _NAMED_IN_RULES or not node.config.meta.keys() <= {"dagster"})
    }
    # twice: the JSON text, and that text as the literal of a Jinja string
    text = json.dumps(json.dumps(described))
    macro = manifest.macros["macro.customer_360.shown_to_unit_tests"]
    macro.macro_sql = f"{{% macro shown_to_unit_tests() %}}{{{{ return(fromjson({text})) }}}}{{% endmacro %}}"


if __name__ == "__main__":
    build_manifest()

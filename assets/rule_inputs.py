"""Which inputs rules have, as the parsed project names them.

Belongs here: reading them from the manifest. Not here: how one is written and looked for (integrations/warehouse/inputs.py),
which of them a rule needs (dbt_project/macros/entries.sql).
"""

from __future__ import annotations

from typing import Any

_MODEL = "model.customer_360."
VOCABULARY = ("int_customers_profiled", "int_customers_segmented")
# each cluster is a tag without an entry of its own: models/intermediate/tags/int_tags_defined.sql
_OF_CLUSTERS = {"core_banking.transactions"}


def column_inputs(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Column that rules may name -> its inputs, in a parsed project (manifest.json as a dictionary); of those that have some."""
    columns = [column for model in VOCABULARY for column in manifest["nodes"][_MODEL + model]["columns"].values()]
    inputs = {column["name"]: column["config"]["meta"].get("inputs") for column in columns}
    return {name: list(named) for name, named in inputs.items() if named}


def named_inputs(manifest: dict[str, Any]) -> set[str]:
    """Every input that a column or a tag names."""
    tags = manifest["nodes"][_MODEL + "int_tags_defined"]["config"]["meta"]["tags"]
    of_tags = {name for tag in tags for name in tag.get("inputs") or []}
    return of_tags | _OF_CLUSTERS | {name for named in column_inputs(manifest).values() for name in named}

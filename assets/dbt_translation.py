"""How dbt's nodes appear in Dagster: one method a concern.

Belongs here: keys, groups, owners, and the manifest that all of it is read from. Not here: running dbt (dbt_runner.py).
A key is [layer, source or area, entity], the same words as the DuckDB schema and table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from assets.dbt_runner import MANIFEST, DbtError
from assets.partitions import OWNERS


@cache
def manifest() -> dict[str, Any]:
    """dbt's manifest. Errors: DbtError, when the project was never parsed."""
    if not MANIFEST.exists():
        raise DbtError("the dbt project was never parsed: run `make manifest`")
    return json.loads(MANIFEST.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


class Translator(DagsterDbtTranslator):
    """Names, groups and owners of dbt's models."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return self._source_key(dbt_resource_props)
        name, layer = dbt_resource_props["name"], dbt_resource_props["schema"]
        if layer == "staging":
            return dg.AssetKey([layer, *name.removeprefix("stg_").split("__")])
        return dg.AssetKey([layer, name])

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """Who is considered waits for gate 2, which judges the published profile, although entries read what that is made of."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_considered = spec.key == dg.AssetKey(["decisions", "candidates"])
        return spec.merge_attributes(deps=[dg.AssetKey(["marts", "customers_360"])]) if is_considered else spec

    def _source_key(self, props: Mapping[str, Any]) -> dg.AssetKey:
        """What lies before dbt is one thing to people: the raw table, whatever schema shows it; and the run's control."""
        if "__" in props["name"]:
            return dg.AssetKey(["raw", *props["name"].split("__")])
        if props["source_name"] == "resolution":
            return dg.AssetKey(["identity", "resolution"])
        return dg.AssetKey(["control", "run"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return "vault" if dbt_resource_props["database"] == "vault" else str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return list(dbt_resource_props.get("config", {}).get("meta", {}).get("owners", OWNERS))


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

"""Databases and interfaces, where a mapping file names them: their landing nodes are filled by the run itself, before raw.

Belongs here: which nodes these are, and what Dagster is told of each. Not here: extracting (integrations/sources), nodes that
somebody else drops (landing.py). Of a range, the last date alone is asked for: a source gives what it has now. A folder that is
there is left alone.
"""

from collections.abc import Iterator

import dagster as dg

from assets.landing import LANDING
from assets.partitions import DATES, SINGLE_RUN, dates_of
from assets.workspace import Workspace
from foundation.contract import landing_table
from foundation.settings import Settings
from integrations.sources.extract import Outcome, extractor
from integrations.sources.mapping import Mapping
from integrations.sources.mapping_file import load_mapping
from integrations.sources.sql.entry import SqlConnection

CHECK = "source_read"


def landing(settings: Settings) -> list[dg.AssetSpec | dg.AssetsDefinition]:
    """All landing nodes: those that a run fills, and those that are dropped. Errors: MappingError."""
    mapping = load_mapping(settings.sources) if settings.sources else None
    if mapping is None or not mapping.tables:
        return list(LANDING)
    mapped = {_key(entry.table) for entry in mapping.tables}
    return [*(spec for spec in LANDING if spec.key not in mapped), _filled(mapping)]


def _key(full_name: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", *full_name.split(".")])


def _spec(mapping: Mapping, table: str, connection: str) -> dg.AssetSpec:
    node = next(spec for spec in LANDING if spec.key == _key(table))
    kind = "sql" if isinstance(mapping.connections[connection], SqlConnection) else "rest"
    told = f"{node.description} Filled from the connection {connection}, one folder a date."
    return node.replace_attributes(partitions_def=DATES, kinds={kind}, description=told)


def _filled(mapping: Mapping) -> dg.AssetsDefinition:
    specs = [_spec(mapping, entry.table, entry.connection) for entry in mapping.tables]
    checks = [
        dg.AssetCheckSpec(
            CHECK,
            asset=_key(entry.table),
            blocking=landing_table(entry.table).required,
            description=f"The source of {entry.table} could be read.",
        )
        for entry in mapping.tables
    ]

    @dg.multi_asset(name="landing", specs=specs, check_specs=checks, can_subset=True, backfill_policy=SINGLE_RUN)
    def extract(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        """One folder per mapped table and date, from what its source has now; whole or not at all."""
        _, last = dates_of(context)
        working = extractor(workspace.settings, workspace.home)
        assert working is not None  # noqa: S101 - these nodes exist because of its mapping
        tables = {".".join(key.path[1:]) for key in context.selected_asset_keys}
        with workspace.stage("sources", last):
            for outcome in working.run(last, tables=tables):
                yield _told(outcome)
                if dg.AssetCheckKey(_key(outcome.table), CHECK) in context.selected_asset_check_keys:
                    yield _judged(outcome)

    return extract


def _told(outcome: Outcome) -> dg.MaterializeResult:  # type: ignore[type-arg]
    metadata = {
        "dagster/row_count": dg.MetadataValue.int(outcome.rows),
        "outcome": dg.MetadataValue.text(outcome.state),
        "told": dg.MetadataValue.text(outcome.told),
    }
    return dg.MaterializeResult(asset_key=_key(outcome.table), metadata=metadata)


def _judged(outcome: Outcome) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.ERROR if landing_table(outcome.table).required else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=_key(outcome.table), check_name=CHECK, passed=outcome.state != "failed", severity=severity,
        description=outcome.told or f"{outcome.rows} rows",
    )  # fmt: skip

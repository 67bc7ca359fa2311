"""What the business reads: the promised tables, in schema `published` and as files, swapped whole.

Belongs here: which relation fills which promise, and publishing it after the gates. Not here: the promise itself
(contract/published.yml), the swap (integrations/warehouse/publish.py). A promise that nothing fills yet is absent.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import duckdb

from assets.activation import as_table
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.pictures import bar_chart, matrix
from assets.warehouse import require_open
from assets.workspace import Workspace
from foundation.contract import Published, published_tables
from integrations.delivery.ledger import Ledger
from integrations.warehouse.connection import parquet
from integrations.warehouse.decisions import frozen_files
from integrations.warehouse.history import LOGS
from integrations.warehouse.publish import Content, forget_unpublished, publish_files, publish_schema, unpublished_days

# beside what is promised: what reading it takes
BESIDES = (
    Published(
        "segment_names", "latest", "one row per tier, stage and micro-segment, with its names in both languages", (), csv=True
    ),
    Published("moment_catalogue", "latest", "one row per moment, with its names and definition", (), csv=True),
    Published(
        "customer_links",
        "latest",
        "one row per two customers and link between them: household, employer, trade, owner",
        (),
        csv=True,
    ),
    Published("column_catalogue", "latest", "one row per column of the profile: meaning, unit, window and sources", (), csv=True),
)
PROMISES = {table.name: table for table in (*published_tables(), *BESIDES)}
# promise -> the relation of the warehouse that fills it
FROM_MARTS = {
    "customers_360": "marts.customers_360",
    "customer_identities": "identity.customer_identities",
    "identity_review": "identity.identity_review",
    "identity_changes": "identity.identity_changes",
    "tag_catalogue": "marts.tag_catalogue",
    "customer_tags": "marts.customer_tags",
    "tag_changes": "marts.tag_changes",
    "customer_segments": "marts.customer_segments",
    "segment_changes": "marts.segment_changes",
    "moments": "marts.moments",
    "interactions": "marts.interactions",
    "source_health": "marts.source_health",
    **{table.name: f"marts.{table.name}" for table in BESIDES},
}
# histories too long to be compared date by date: their models note the dates that they change
NOTES_ITS_DAYS = ("interactions", *LOGS)
FROM_DECISIONS = ("list_entries", "decision_trace")
_OF_THE_DAY = "business_date = (select as_of_date from control.run)"
_OF_THE_QUARTER = "business_date > (select as_of_date - 92 from control.run)"
PICTURES = {
    "customer_segments": "select value_tier, count(*) from published.customer_segments group by 1 order by 2 desc",
    "customer_tags": "select tag_code, count(*) from published.customer_tags group by 1 order by 2 desc limit 30",
    "tag_catalogue": "select category || ', ' || state, count(*) from published.tag_catalogue group by 1 order by 1",
    "moments": f"select moment_code, count(*) from published.moments where {_OF_THE_DAY} group by 1 order by 2 desc",
    "interactions": "select channel || ', ' || kind, count(*) from published.interactions"
    " where business_date > (select as_of_date - 30 from control.run) group by 1 order by 2 desc",
    "source_health": "select source || '.' || table_name, sum(rows_accepted) from published.source_health group by 1 order by 2",
    "list_entries": "select channel || ' / ' || arm, count(*) from published.list_entries group by 1 order by 2 desc",
}
_TIERS = "select code from marts.segment_names where dimension = 'value_tier' order by position"
MIGRATIONS = """
select from_value, to_value, count(*) from published.segment_changes
where dimension = 'value_tier' and from_value is not null and to_value is not null and {when} group by all order by all
"""


def _spec(name: str, deps: Sequence[Sequence[str]]) -> dg.AssetSpec:
    table = PROMISES[name]
    return dg.AssetSpec(
        ["published", name], deps=list(deps), group_name="published", owners=OWNERS, partitions_def=DATES,
        kinds={"parquet", "csv"} if table.csv else {"parquet"}, description=table.grain[0].upper() + table.grain[1:] + ".",
    )  # fmt: skip


def _metadata(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    rows = connection.execute(f"select count(*) from published.{name}").fetchone()
    metadata: dict[str, Any] = {"dagster/row_count": int(rows[0]) if rows else 0}
    if query := PICTURES.get(name):
        metadata["picture"] = bar_chart(name.replace("_", " "), connection.execute(query).fetchall())
    if name == "segment_changes":
        tiers = [code for (code,) in connection.execute(_TIERS).fetchall()]
        for title, when in (("tier migration of the day", _OF_THE_DAY), ("tier migration of the last 92 days", _OF_THE_QUARTER)):
            metadata[title] = matrix(title, connection.execute(MIGRATIONS.format(when=when)).fetchall(), order=tiers)
    return metadata


def _publish(workspace: Workspace, contents: Sequence[Content]) -> Iterator[dg.MaterializeResult[Any]]:
    root = workspace.home.published
    with workspace.warehouse() as connection:
        publish_files(connection, root, contents)
        publish_schema(connection, root, contents)
        forget_unpublished(connection, contents)
        for content in contents:
            name = content.table.name
            yield dg.MaterializeResult(asset_key=["published", name], metadata=_metadata(connection, name))


@dg.multi_asset(
    name="publish",
    specs=[
        *[_spec(name, [relation.split(".")]) for name, relation in FROM_MARTS.items()],
        *[_spec(name, [["decided", "lists"]]) for name in FROM_DECISIONS],
    ],
    can_subset=True,
    backfill_policy=SINGLE_RUN,
)
def publish(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult[Any]]:
    """The profile and the lists, one version together: a reader sees the whole of one business date."""
    as_of = workspace.as_of(*dates_of(context))
    require_open(workspace, "gate_2", as_of)
    wanted = {key.path[-1] for key in context.selected_asset_keys}
    with workspace.warehouse() as connection:
        noted = {name: unpublished_days(connection, name) for name in NOTES_ITS_DAYS}
    contents = [
        Content(PROMISES[name], f"select * from {source}", touched=noted.get(name))
        for name, source in FROM_MARTS.items()
        if name in wanted
    ]
    for name in FROM_DECISIONS:
        files = frozen_files(workspace.home.decisions, name)
        if name in wanted and files:
            contents.append(Content(PROMISES[name], f"select * from {parquet(files)}", is_frozen=True))
    with workspace.stage("publish", as_of):
        yield from _publish(workspace, contents)
    for name in wanted - {content.table.name for content in contents}:
        yield dg.MaterializeResult(asset_key=["published", name], metadata={"dagster/row_count": 0})
    workspace.progress.finish("published", as_of)


@dg.asset(
    key=["published", "deliveries"],
    deps=[["activation", "deliveries"], ["published", "list_entries"]],  # the lists first: each delivery names an entry
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="published",
    kinds={"parquet", "csv"},
    owners=OWNERS,
)
def publish_deliveries(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult[Any]]:
    """One row per thing sent or to be sent to one destination, as the ledger has it."""
    workspace.as_of(*dates_of(context))  # nothing is published for a run that a gate holds back whole
    with Ledger(workspace.home.ledger) as ledger, workspace.warehouse() as connection:
        connection.register("ledger_rows", as_table(ledger.deliveries()))
        connection.execute("create or replace table control.deliveries as select * from ledger_rows")
        connection.unregister("ledger_rows")
    yield from _publish(workspace, [Content(PROMISES["deliveries"], "select * from control.deliveries")])

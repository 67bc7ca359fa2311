"""Who is who: accepted batches applied to the warehouse, then its records resolved into customers.

Belongs here: what is handed to identity resolution, and what Dagster shows of it. Not here: resolving (identity/), what a batch
means (integrations/warehouse/apply.py), reading the outcome (dbt_project/models/identity).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from assets.known_truth import measured
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.pictures import bar_chart
from assets.warehouse import accepted_batches
from assets.workspace import Workspace
from foundation.contract import landing_table, landing_tables
from foundation.home import Home
from foundation.settings import Settings
from identity.model import SHIPPED, Model, load
from identity.resolve import Bounds, Resolved, load_libraries_ahead, resolve
from identity.rulebook import rulebook
from integrations.warehouse.apply import Accepted, Applied, apply_batches
from integrations.warehouse.rows import projected

RECORDS = ("core_banking.customers", "app.users", "third_party.people", "third_party.companies", "call_centre.contacts",
            "call_centre.tickets", "call_centre.surveys", "stewardship.identity_decisions")  # fmt: skip
# in which tables records land
CALLERS = "call_centre.callers"
_LANDS_IN = {name: (name,) for name in RECORDS[:4]} | {CALLERS: RECORDS[4:7]}
_NO_NUMBER = "select cast(null as varchar) as caller_number_hash where false"  # a survey has none to be called by
_BY_METHOD = "select method, count(*) from resolution.identities group by 1 order by 2 desc"
_BY_SIZE = """
    select records || case when records = 1 then ' record' else ' records' end, count(*) from (
        select least(count(*), 10) as records from resolution.identities group by customer_id
    ) group by records order by records
"""


def model_in_use(settings: Settings) -> Model:
    """The bank's own model, or the one shipped. Errors: ModelError."""
    return load(settings.identity_model or SHIPPED)


def first_landings(accepted: Sequence[Accepted], finished: date | None, hash_key: str) -> dict[str, str]:
    """By record source, SQL for the raw rows in which a record may have landed for the first time: those of dates not processed
    yet."""
    files: dict[str, list[Path]] = defaultdict(list)
    for batch in accepted:
        if finished is None or batch.on > finished:
            files[batch.table.full_name].append(batch.file)
    landings = {}
    for source, tables in _LANDS_IN.items():
        rows = [projected(landing_table(name), files[name], hash_key) for name in tables if name in files]
        if rows:
            landings[source] = " union all by name ".join([*rows, _NO_NUMBER] if source == CALLERS else rows)
    return landings


def apply_accepted(workspace: Workspace, connection: duckdb.DuckDBPyConnection, accepted: Sequence[Accepted]) -> Applied:
    """Brings the warehouse's `raw` to what the accepted batches say."""
    hash_key = workspace.settings.hash_key.get_secret_value()
    return apply_batches(connection, landing_tables(), accepted, hash_key=hash_key)


def resolve_records(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, as_of: date, accepted: Sequence[Accepted]
) -> Resolved:
    """Who is who among the records applied, given what was published of every date before."""
    settings, finished = workspace.settings, workspace.progress.finished("marts")
    return resolve(
        connection,
        on=as_of,
        folder=workspace.home.identity,
        counted=finished,
        landings=first_landings(accepted, max(finished - {as_of}, default=None), settings.hash_key.get_secret_value()),
        rules=rulebook(),
        model=model_in_use(settings),
        bounds=Bounds.of(settings),
    )


@dg.asset(
    key=["identity", "resolution"],
    deps=[["history", "month_ends"], *[["raw", *name.split(".")] for name in RECORDS]],
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="identity",
    kinds={"duckdb", "python"},
    owners=OWNERS,
)
def resolution(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult[Any]:
    """One row per source record: its customer, by rules, model and stewards' words. Ids are stable for ever."""
    as_of = workspace.as_of(*dates_of(context))
    load_libraries_ahead()  # while the engine applies
    with workspace.stage("apply", as_of), workspace.warehouse() as connection:
        accepted = accepted_batches(workspace, as_of)
        applied = apply_accepted(workspace, connection, accepted)
    context.log.info(f"{applied.batches} batches applied, {sum(applied.rows_changed.values()):,} keys touched")
    with workspace.warehouse() as connection:
        with workspace.stage("identity", as_of):
            done = resolve_records(workspace, connection, as_of, accepted)
            metadata = _metadata(connection)
        context.log.info(f"{done.changed:,} of {done.records:,} records new or changed, {done.pairs:,} pairs compared")
        # no part of a bank's day, which knows no truth
        return dg.MaterializeResult(metadata=metadata | _accuracy(connection, workspace.home))


def _metadata(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    run = connection.execute("from resolution.run").fetchdf().iloc[0].to_dict()
    by_method = connection.execute(_BY_METHOD).fetchall()
    changes = connection.execute(
        "select change, count(*) from resolution.changes semi join resolution.run using (business_date) group by 1"
    ).fetchall()
    reviewed = connection.execute("select count(*) from resolution.review").fetchone() or (0,)
    largest = connection.execute(
        "select customer_id, count(*) from resolution.identities group by 1 order by 2 desc, 1 limit 5"
    ).fetchall()
    junk = connection.execute(
        "select column_name || ', ' || reason, junk_values from resolution.junk_values order by 1"
    ).fetchall()
    return {
        "dagster/row_count": int(run["records"]),
        "customers": int(run["customers"]),
        "records by method": bar_chart("records by method", by_method),
        "customers by records": bar_chart("customers by number of records", connection.execute(_BY_SIZE).fetchall()),
        "matches by rule": dg.MetadataValue.json(dict(by_method)),
        "review queue": int(reviewed[0]),
        "id changes of the day": dg.MetadataValue.json(dict(changes)),
        "largest clusters": dg.MetadataValue.json(dict(largest)),
        "clusters parted": int(run["clusters_parted"]),
        "junk values": dg.MetadataValue.json(dict(junk)),
    }


def _accuracy(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[str, Any]:
    """Where the truth is known, as the demo bank's is."""
    found = measured(connection, home)
    if found is None:
        return {}
    (whole, *pairs), clusters = found
    return {
        "precision": round(whole.precision, 6),
        "recall": round(whole.recall, 6),
        "right customers of all persons": round(clusters.exact / clusters.persons, 6) if clusters.persons else 1.0,
        "accuracy by sources": dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {"source": each.source_a, "and": each.source_b, "true pairs": each.true_pairs,
                     "precision": each.precision, "recall": each.recall}
                )
                for each in pairs
            ]
        ),
    }  # fmt: skip

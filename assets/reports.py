"""The day's report in the Dagster UI.

Belongs here: showing the summary, noting the date as finished, and ending a range that a gate cut short as a failure, after
what could be done was done.
Not here: the questions (summary.py).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.summary import Answer, summarise
from assets.workspace import Workspace


def _markdown(answer: Answer) -> str:
    lines = [f"### {answer.title_en} · {answer.title_zh}", "", "| " + " | ".join(answer.columns) + " |"]
    lines.append("|" + " --- |" * len(answer.columns))
    lines += ["| " + " | ".join("" if value is None else str(value) for value in row) + " |" for row in answer.rows]
    return "\n".join(lines)


@dg.asset(
    key=["reports", "daily_summary"],
    deps=[["published", name] for name in ("customer_segments", "source_health", "list_entries", "deliveries")],
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="reports",
    kinds={"markdown"},
    owners=OWNERS,
)
def daily_summary(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult[Any]]:
    """One page per run: rows by source, customers by tier and stage, the day's lists and deliveries.

    Errors: dagster.Failure, where a gate cut the run's range short; everything before the held date is done and published.
    """
    first, last = dates_of(context)
    with workspace.warehouse() as connection:
        text = "\n\n".join(_markdown(answer) for answer in summarise(connection))
    yield dg.MaterializeResult(metadata={"summary": dg.MetadataValue.md(text)})
    # the last step of a whole run, and of no other: what only publishes again finishes no date whose lists were not sent
    as_of = workspace.as_of(first, last)
    if as_of <= last:  # older dates run again decide nothing, and finish no day
        workspace.progress.finish("day", as_of)
    _, held_on = workspace.effective_dates(last)
    if held_on is not None:
        told = workspace.why_held(held_on)
        raise dg.Failure(f"{told}. All before it is done: mend its landing and run from {held_on} on")

"""The business date as Dagster's partition: one day, and ranges in a single run.

Belongs here: the definition that every asset shares. Not here: which dates a gate lets through (expectations/verdicts.py).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date

import dagster as dg

from foundation.settings import load_settings

# a range in one run is what this project rests on; Dagster still marks the parameter as beta
warnings.filterwarnings("ignore", category=dg.BetaWarning)

# how Dagster names a run's dates in its tags
PARTITION = "dagster/partition"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"

OWNERS = ["team:data-engineering"]
SINGLE_RUN = dg.BackfillPolicy.single_run()


def business_dates() -> dg.DailyPartitionsDefinition:
    """Every date from the bank's first on; today counts, because its landing may be complete before midnight."""
    settings = load_settings()
    return dg.DailyPartitionsDefinition(start_date=settings.first_date, timezone=settings.time_zone, end_offset=1)


DATES = business_dates()


def dates_in(tags: Mapping[str, str]) -> str:
    """A run's dates as its tags tell them, for people."""
    first, last = tags.get(RANGE_START) or tags.get(PARTITION), tags.get(RANGE_END) or tags.get(PARTITION)
    if not first or not last:
        return "no date"
    return first if first == last else f"{first} to {last}"


def dates_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> tuple[date, date]:
    """The first and the last business date of a run, from its tags: checks have no partition of their own.

    Errors: dagster.Failure, when the run was launched without a date.
    """
    tags = context.run.tags
    first = tags.get(RANGE_START) or tags.get(PARTITION)
    last = tags.get(RANGE_END) or tags.get(PARTITION)
    if not first or not last:
        raise dg.Failure("this run has no business date: choose a partition, or a range of them as one run")
    return date.fromisoformat(first), date.fromisoformat(last)

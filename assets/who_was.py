"""The answer to "what was this customer on that day?": tier, stage, micro-segment, every tag, replayed from published logs.

Belongs here: the answer, from what was published alone. Not here: writing the logs (dbt_project/models/marts), printing
(orchestration/). Values that are not in the logs (a tag's value, a score) are those of one date alone, and are not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from assets.summary import Answer
from foundation.home import Home
from foundation.progress import Progress
from integrations.warehouse.connection import parquet

_PLACES = """
select placed.dimension, placed.code, coalesce(names.name_en || ' · ' || names.name_zh, '') as name, placed.since from (
    select dimension, max_by(coalesce(to_value, ''), business_date) as code, cast(max(business_date) as varchar) as since
    from {log} where customer_id = $customer and business_date <= $as_of group by dimension
) as placed left join {names} as names on names.dimension = placed.dimension and names.code = placed.code
where placed.code <> '' order by placed.dimension = 'micro_segment', placed.dimension = 'lifecycle_stage'
"""
_TAGS = """
select held.tag_code, coalesce(names.name_en || ' · ' || names.name_zh, '') as name, held.since from (
    select tag_code, cast(max(business_date) as varchar) as since from {log}
    where customer_id = $customer and business_date <= $as_of group by tag_code having max_by(change, business_date) = 'entered'
) as held left join {names} as names using (tag_code) order by held.tag_code
"""
_MERGED = """
select to_customer_id, business_date from {log}
where change = 'merge' and from_customer_id = $customer and business_date <= $as_of order by business_date desc limit 1
"""
_LAST_PLACED = """
select max(business_date) from {log} where customer_id = $customer and business_date <= $as_of and to_value is not null
"""
_SEEN = """
select min(business_date), max(business_date) filter (where business_date <= $as_of) from {log} where customer_id = $customer
"""


class WhoWasError(ValueError):
    """The question has no answer. The message says why, and which dates or customers have one."""


@dataclass(frozen=True)
class WhoWas:
    """What to know before reading the answer, as sentences, and the answer as tables."""

    said: list[str]
    answers: list[Answer]


def processed_dates(home: Home) -> list[date]:
    """Every business date that the published logs speak of, oldest first."""
    progress = Progress(home.control)
    published = progress.last_finished("published") if home.control.exists() else None
    return sorted(on for on in progress.finished("marts") if on <= published) if published else []


def answering_date(processed: list[date], on: date) -> date:
    """The processed date whose answer holds on a day: the day itself, else the one before. Errors: WhoWasError."""
    if not processed:
        raise WhoWasError("nothing was published yet: run `make run`, or `make materialize FROM=… TO=…`")
    if on < processed[0]:
        raise WhoWasError(f"{on} was never processed: the first date that was is {processed[0]}")
    if on > processed[-1]:
        raise WhoWasError(f"{on} was not processed yet: the last date that was is {processed[-1]}")
    return max(each for each in processed if each <= on)


class _Logs:
    """The published files of a home, read as of a date."""

    def __init__(self, home: Home, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        self._home, self._connection, self._as_of = home, connection, as_of

    def ask(self, sql: str, log: str, customer: str, names: str = "") -> list[tuple[object, ...]]:
        """The rows of a question to one log; none where the log has no file."""
        files = sorted((self._home.published / log).glob("*.parquet"))
        if not files:
            return []
        named = parquet(sorted((self._home.published / names).glob("*.parquet"))) if names else ""
        asked = {"customer": customer, "as_of": self._as_of}
        return self._connection.execute(sql.format(log=parquet(files), names=named), asked).fetchall()

    def id_in_force(self, customer: str) -> tuple[str, list[str]]:
        """The id under which a customer stood on the date, merges followed, and what is to be said of them."""
        said, current, seen = [], customer, {customer}
        while not self.ask(_PLACES, "segment_changes", current, "segment_names"):
            merged = self.ask(_MERGED, "identity_changes", current)
            if not merged or merged[0][0] in seen or self._was_placed_after(current, merged[0][1]):
                break
            said.append(f"{current} was merged into {merged[0][0]} on {merged[0][1]}: this is the answer for {merged[0][0]}")
            current = str(merged[0][0])
            seen.add(current)
        return current, said

    def _was_placed_after(self, customer: str, merged_on: object) -> bool:
        """Whether the id was somebody's again after a merge, which then says no more whose it is."""
        ((placed_on,),) = self.ask(_LAST_PLACED, "segment_changes", customer) or [(None,)]
        return isinstance(placed_on, date) and isinstance(merged_on, date) and placed_on > merged_on


def who_was(home: Home, customer: str, on: date) -> WhoWas:
    """What a customer was on a day. Errors: WhoWasError, for a day or a customer that nothing is known of."""
    processed = processed_dates(home)
    as_of = answering_date(processed, on)
    said = [] if as_of == on else [f"{on} was not processed itself: this is the answer of {as_of}, the processed date before"]
    with duckdb.connect() as connection:
        logs = _Logs(home, connection, as_of)
        current, merges = logs.id_in_force(customer)
        placed = logs.ask(_PLACES, "segment_changes", current, "segment_names")
        tags = logs.ask(_TAGS, "tag_changes", current, "tag_catalogue")
        seen = logs.ask(_SEEN, "segment_changes", current)
    if not placed:
        raise WhoWasError(_nobody(customer, as_of, seen[0] if seen else (None, None)))
    return WhoWas(
        [*said, *merges],
        [
            Answer(f"{current} on {as_of}", "当日分层", ("dimension", "code", "name", "since"), tuple(placed)),
            Answer(f"{len(tags)} tags", "当日标签", ("tag", "name", "since"), tuple(tags)),
        ],
    )


def _nobody(customer: str, as_of: date, seen: tuple[object, ...]) -> str:
    first, last = seen
    if not isinstance(first, date):
        return f"no customer {customer} is known: customer_id stands in published/customers_360, older ones in identity_changes"
    if first > as_of:
        return f"{customer} was no customer on {as_of} yet: the first processed date with this id is {first}"
    return f"{customer} was no customer on {as_of} any more: the id is gone since {last}"

"""What a table's recent dates make usual: bounds for a date's rows and quarantine, and how far its values have drifted.

Belongs here: learning, as SQL over the register of batches and the counts of their values. Not here: what follows from it
(landing.py makes demands of it), counting (profiles.py).

Learned is from folders dated before the judged one, so that one run over a range says what day-by-day runs say. A folder
teaches if it could be read, brought rows and is not the table's first, which usually carries the whole history. What its gate
said does not matter: median and median absolute deviation hold against a few bad dates, and a level that changed for good is
usual again by the middle of the window instead of closing the gate for ever.

Rows: bounds are exp(m +- width * s), with m the median of the logarithms of the recent dates' rows and s 1.4826 times their
median absolute deviation (Hampel 1974, "The influence curve and its role in robust estimation"), among dates of the same kind
(working days, weekends) once enough of them are known; only by these may a gate close.
Drift: the population stability index, sum((q - p) * ln(q / p)) over the bins, p expected and q found (Siddiqi 2006, "Credit
Risk Scorecards", ch. 6). Each recent date weighs the same; half a row is added to each bin, so that an empty one has a share.
Numeric columns are compared in bins that hold a tenth of the expected rows each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from expectations.batches import Landed, Learning, Limits
from expectations.profiles import Count
from foundation.contract import Table

_REGISTER = pa.schema(
    [("table_name", pa.string()), ("_landed_on", pa.date32()), ("landed", pa.int64()), ("quarantined", pa.int64()),
     ("content_id", pa.string()), ("is_judged", pa.bool_())]
)  # fmt: skip
_COUNTS = pa.schema(
    [("table_name", pa.string()), ("_landed_on", pa.date32()), ("content_id", pa.string()), ("column_name", pa.string()),
     ("bin", pa.string()), ("position", pa.float64()), ("n", pa.int64())]
)  # fmt: skip
_DAYS = """
with teaching as (
    select *, isodow(_landed_on) > 5 as is_weekend,
        landed > 0 and row_number() over (partition by table_name order by _landed_on) > 1 as teaches
    from register
), sized as (
    select *, case when teaches then ln(landed) end as size, case when teaches then quarantined / landed end as share
    from teaching
), looked_back as (
    select *,
        count(size) over alike >= {least_days} as knows_alike,
        count(size) over recent as recent_days, count(size) over alike as alike_days,
        median(size) over recent as recent_size, median(size) over alike as alike_size,
        mad(size) over recent as recent_spread, mad(size) over alike as alike_spread,
        median(share) over recent + {width} * greatest(1.4826 * mad(share) over recent, {max_quarantine_ratio} / 10)
            as share_bound
    from sized
    window recent as (partition by table_name order by _landed_on rows between {recent_days} preceding and 1 preceding),
        alike as (partition by table_name, is_weekend order by _landed_on rows between {recent_days} preceding and 1 preceding)
), chosen as (
    select *, if(knows_alike, alike_days, recent_days) as days, if(knows_alike, alike_size, recent_size) as size_learned,
        greatest({least_spread}, 1.4826 * if(knows_alike, alike_spread, recent_spread)) as spread
    from looked_back where is_judged
), known as (
    select *, recent_days >= {least_days} as knows_share, days >= {least_days} and exp(size_learned) >= {least_rows} as knows_size
    from chosen
)
select table_name, _landed_on, landed, quarantined, recent_days as days, is_weekend,
    case when knows_size then exp(size_learned) end as usual,
    case when knows_size then exp(size_learned - {width} * spread) end as low,
    case when knows_size then exp(size_learned + {width} * spread) end as high,
    case when knows_size and knows_alike then exp(size_learned - {closing_width} * spread) end as closing_low,
    case when knows_share then least(share_bound, {max_quarantine_ratio}) end as quarantine_bound
from known order by table_name, _landed_on
"""
_DRIFTS = """
with numbered as (
    select *, row_number() over (partition by table_name order by _landed_on) as number from register
), counted as (
    select c.*, r.number, r.is_judged, sum(c.n) over (partition by c.table_name, c._landed_on, c.column_name) as total
    from counts c join numbered r using (table_name, _landed_on, content_id)
), enough as (
    select * from counted where total >= {least_rows}
), judged as (
    select distinct table_name, _landed_on, column_name, number, total from enough where is_judged
), recent as (
    select distinct table_name, column_name, number from enough where number > 1
), windows as (
    select j.table_name, j._landed_on, j.column_name, j.number, j.total, count(*) as days
    from judged j join recent r on r.table_name = j.table_name and r.column_name = j.column_name
        and r.number between j.number - {recent_days} and j.number - 1
    group by all having count(*) >= {least_days}
), expected as (
    select w.table_name, w._landed_on, w.column_name, e.bin, e.position, sum(e.n / e.total) / any_value(w.days) as share
    from windows w join enough e on e.table_name = w.table_name and e.column_name = w.column_name
        and e.number between greatest(2, w.number - {recent_days}) and w.number - 1
    group by all
), found as (
    select w.table_name, w._landed_on, w.column_name, e.bin, e.position, e.n / e.total as share
    from windows w join enough e on e.table_name = w.table_name and e.column_name = w.column_name and e.number = w.number
), bins as (
    select table_name, _landed_on, column_name, bin, coalesce(e.position, f.position) as position,
        coalesce(e.share, 0) as expected, coalesce(f.share, 0) as found
    from expected e full join found f using (table_name, _landed_on, column_name, bin)
), below as (
    select *, coalesce(sum(expected) over (partition by table_name, _landed_on, column_name, position is null order by position
        rows between unbounded preceding and 1 preceding), 0) as expected_below from bins
), grouped as (
    select table_name, _landed_on, column_name, if(position is null, bin, '') as label,
        if(position is null, null, least(9, floor(round(10 * expected_below, 6)))) as tenth,
        min(position) as low, max(position) as high, sum(expected) as expected, sum(found) as found
    from below group by all
), shares as (
    select g.*, w.days, w.total * g.expected + 0.5 as p, w.total * g.found + 0.5 as q,
        w.total + 0.5 * count(*) over (partition by table_name, _landed_on, column_name) as base
    from grouped g join windows w using (table_name, _landed_on, column_name)
)
select table_name, _landed_on, column_name, any_value(days) as days,
    round(sum((q - p) / base * ln(q / p)), 4) as drift,
    list(struct_pack(label, low, high, expected := round(expected, 5), found := round(found, 5)) order by tenth, label) as bins
from shares group by table_name, _landed_on, column_name order by all
"""


@dataclass(frozen=True)
class Learned:
    """What was learned for the judged batches: `days` holds a row for each, `drifts` one for each of its watched columns that has
    enough of a past. A bound that is not known is null."""

    days: pa.Table
    drifts: pa.Table


def looked_back_to(landed: Sequence[Landed], judged: Sequence[Landed], learning: Learning) -> dict[Table, date]:
    """For each table judged, the oldest date whose counts its judged dates are compared with."""
    oldest = {}
    for table in {batch.table for batch in judged}:
        first = min(batch.on for batch in judged if batch.table == table)
        before = sorted(batch.on for batch in landed if batch.table == table and batch.error is None and batch.on < first)
        oldest[table] = min([*before[-learning.recent_days :], first])
    return oldest


def learn(landed: Sequence[Landed], judged: Sequence[Landed], counts: Iterable[Count], limits: Limits) -> Learned:
    """The bounds and drifts of the judged batches, by all that landed before each of them."""
    readable = [batch for batch in landed if batch.error is None]
    asked = {(batch.table, batch.on) for batch in judged}
    register = [
        (b.table.full_name, b.on, b.rows_landed, b.rows_quarantined, b.content_id, (b.table, b.on) in asked) for b in readable
    ]
    parameters = vars(limits.learning) | {"max_quarantine_ratio": limits.max_quarantine_ratio}
    with duckdb.connect() as connection:
        connection.register("register", _table(register, _REGISTER))
        connection.register("counts", _table(list(counts), _COUNTS))
        days, drifts = (connection.execute(query.format(**parameters)).to_arrow_table() for query in (_DAYS, _DRIFTS))
    return Learned(days, drifts)


def _table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)], schema=schema)

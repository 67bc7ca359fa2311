"""What a person wants to know after a run, as small tables read from the published schema.

Belongs here: the questions, as SQL, with titles in English and Chinese. Not here: how they are drawn (the terminal in
orchestration/, the report asset in reports.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

_TIERS = """
select coalesce(n.name_en || ' ' || n.name_zh, s.value_tier) as tier, count(*) as customers
from published.customer_segments s
left join marts.segment_names n on n.dimension = 'value_tier' and n.code = s.value_tier
group by 1, n.position order by n.position
"""
_STAGES = _TIERS.replace("value_tier", "lifecycle_stage").replace("as tier", "as stage")
_MICRO = _TIERS.replace("value_tier", "micro_segment").replace("as tier", 'as "micro-segment"')
_TAGS = """
select category, count(*) as tags, sum(customers)::bigint as carried,
       count(*) filter (where state = 'never true') as "true of nobody",
       count(*) filter (where state = 'not computable') as "not computable",
       coalesce(sum(entered), 0)::bigint as "entered today", coalesce(sum(left_again), 0)::bigint as "left today"
from published.tag_catalogue left join (
    select tag_code, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'left') as left_again
    from published.tag_changes where business_date = (select as_of_date from control.run) group by 1
) using (tag_code) group by 1 order by 1
"""
_MOMENTS = """
select n.name_en || ' ' || n.name_zh as moment, count(*) as found, count(distinct m.customer_id) as customers
from published.moments m join published.moment_catalogue n using (moment_code)
where m.business_date = (select as_of_date from control.run) group by 1 order by 2 desc, 1
"""
_SOURCES = """
select source || '.' || table_name as "table", sum(rows_landed) as landed, sum(rows_accepted) as accepted,
       sum(rows_quarantined) as quarantined, count(*) filter (where gate <> 'open') as "dates not open"
from published.source_health group by 1 order by 1
"""
_LISTS = """
select strategy_id as strategy, arm, channel, count(*) as entries from published.list_entries
where business_date = (select as_of_date from control.run) group by all order by all
"""
_DELIVERIES = """
select destination, status, count(*) as deliveries, coalesce(string_agg(distinct error_code, ', '), '') as reasons
from published.deliveries where business_date = (select as_of_date from control.run) group by all order by all
"""
_IDENTITIES = """
select record_source as source, count(*) as records, count(distinct customer_id) as customers,
       count(*) filter (where record_source <> 'core_banking.customers' and customer_id not in
                        (select customer_id from published.customers_360)) as "matching no customer"
from published.customer_identities group by 1 order by 1
"""
_REACTIONS = """
with sent as (
    select d.delivery_id, e.strategy_id from published.deliveries d join published.list_entries e using (entry_id)
    where d.status = 'acknowledged'
),
heard as (
    select message_id as delivery_id, event as what from raw.engagement__message_events
    union all
    select task_id, case when status <> 'done' then status when outcome in ('interested', 'bought') then 'won' else 'done' end
    from raw.engagement__task_results
)
select strategy_id as strategy, count(distinct delivery_id) as sent,
       count(distinct delivery_id) filter (what = 'opened') as opened,
       count(distinct delivery_id) filter (what = 'clicked') as clicked,
       count(distinct delivery_id) filter (what in ('bounced', 'failed')) as unreached,
       count(distinct delivery_id) filter (what in ('unsubscribed', 'complained')) as refused,
       count(distinct delivery_id) filter (what in ('done', 'won')) as "tasks done",
       count(distinct delivery_id) filter (what = 'won') as interested
from sent left join heard using (delivery_id) group by 1 order by 1
"""
_DAY = """
select (select count(*) from published.list_entries where business_date = as_of_date) as "list entries",
       (select count(*) from published.deliveries where business_date = as_of_date and status = 'acknowledged') as delivered,
       (select coalesce(sum(rows_accepted), 0)::bigint from control.batches where business_date = as_of_date
        and table_name in ('message_events', 'task_results')) as "reactions landed"
from control.run
"""
QUESTIONS = (
    ("Rows by source", "各来源行数", "source_health", _SOURCES),
    ("Records and who they belong to", "记录归属", "customer_identities", _IDENTITIES),
    ("Customers by tier", "客户分层", "customer_segments", _TIERS),
    ("Customers by stage", "客户生命周期", "customer_segments", _STAGES),
    ("Customers by micro-segment", "客户微群", "customer_segments", _MICRO),
    ("Tags", "标签", "tag_changes", _TAGS),
    ("Moments of the day", "当日客户时刻", "moments", _MOMENTS),
    ("List entries of the day", "当日名单", "list_entries", _LISTS),
    ("Deliveries of the day", "当日触达", "deliveries", _DELIVERIES),
    ("Deliveries and reactions by strategy so far", "各策略累计触达与反馈", "deliveries", _REACTIONS),
)


@dataclass(frozen=True)
class Answer:
    """One small table: a title in both languages, column names, rows."""

    title_en: str
    title_zh: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def summarise(connection: duckdb.DuckDBPyConnection) -> list[Answer]:
    """The answers to all questions whose table is published."""
    there = {
        row[0]
        for row in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'published'"
        ).fetchall()
    }
    answers = []
    for title_en, title_zh, table, query in QUESTIONS:
        if table in there:
            cursor = connection.execute(query)
            columns = tuple(str(column[0]) for column in cursor.description or [])
            answers.append(Answer(title_en, title_zh, columns, tuple(cursor.fetchall())))
    return answers


def day_in_numbers(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What the newest day decided, delivered and heard, by name."""
    cursor = connection.execute(_DAY)
    names = [str(column[0]) for column in cursor.description or []]
    return dict(zip(names, cursor.fetchall()[0], strict=True))

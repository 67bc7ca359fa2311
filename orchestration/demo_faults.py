"""What a demo bank lacks: tags, tiers, stages, micro-segments and moments that are true of nobody or of everybody.

Belongs here: finding them in published tables, and ending by what was found. Not here: running the bank (demo_check.py),
whether an entry is whole (entry_check.py). What is named here either says nothing, or the demo bank lacks its cause.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.published_views import NotPublishedError, published_views

_TABLES = ("tag_catalogue", "customer_segments", "segment_names", "moment_catalogue", "moments")
# each: what is wrong, by kind and code
_TAGS = """
select 'tag ' || tag_code || ': ' || case state
    when 'never true' then 'nobody carries it'
    when 'always true' then 'everybody carries it'
    else 'it is ' || state || ', for there never landed ' || replace(never_landed, ';', ', ')
end
from tag_catalogue where state <> 'in use' order by tag_code
"""
_SEGMENTS = """
select
    case dimension when 'micro_segment' then 'micro-segment' else replace(dimension, '_', ' ') end || ' ' || code || ': '
    || case when count(customer_id) = 0 then 'nobody' else 'everybody' end || ' is in it'
from segment_names
left join (unpivot customer_segments on value_tier, lifecycle_stage, micro_segment into name dimension value code)
    using (dimension, code)
group by dimension, code, position
having count(customer_id) in (0, (select count(*) from customer_segments))
order by dimension, position
"""
_MOMENTS = """
select 'moment ' || moment_code || ': it is found for ' || case when count(customer_id) = 0 then 'nobody' else 'everybody' end
from moment_catalogue
left join (select distinct moment_code, customer_id from moments semi join customer_segments using (customer_id))
    using (moment_code)
group by moment_code
having count(customer_id) in (0, (select count(*) from customer_segments))
order by moment_code
"""


def faults_of(published: Path) -> list[str]:
    """What is true of nobody or of everybody in a home's published tables, each by kind and code; nothing where all is well."""
    try:
        with published_views(published, _TABLES) as connection:
            return [row[0] for query in (_TAGS, _SEGMENTS, _MOMENTS) for row in connection.execute(query).fetchall()]
    except NotPublishedError as error:
        return [str(error)]


def conclude(faults: Sequence[str]) -> None:
    """Says how it ended. Exits 1, naming every fault, where there is one."""
    if faults:
        sys.exit("the demo bank does not show all that is defined: " + "; ".join(faults))
    sys.stdout.write(
        "every tag, tier, stage, micro-segment and moment is true of some of the demo bank's customers, not of all\n"
    )

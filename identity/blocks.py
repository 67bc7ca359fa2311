"""Which pairs of records are worth comparing: those that agree in all columns of a block that few others agree in.

Belongs here: the blocks' keys, and whom a day's new and changed records are to be compared with. Not here: comparing (model.py),
the blocks themselves (rules.yml).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from identity.rulebook import Rulebook

# organisations are known by their credit code; a record without name and birth date says too little, and rules alone place it
COMPARABLE = "(kind is distinct from 'organisation' and (name is not null or birth_date is not null))"
_DERIVED = """
    year(birth_date) as birth_year,
    strftime(birth_date, '%Y%m') as birth_month,
    strftime(birth_date, '%m%d') as birth_day,
    left(split_part(name_words, ' ', 1), 3) as first_word,
    left(split_part(name_words, ' ', -1), 3) as last_word,
    nullif(left(replace(address, ' ', ''), 8), '') as address_start,
    nullif(right(replace(address, ' ', ''), 8), '') as address_end,
    split_part(email, '@', 1) as email_name,
    split_part(email, '@', 2) as email_domain
"""
# a key tells its block, too: it is a hash of both, and looked for alone costs less
# what is rare is shared by so many times fewer records than other blocks may have
_RARER = 4
_DOUBTED = """
create or replace temp table doubted as
with closed as (
    select after.* from after
    semi join (select * from sizes where size > allowed and size - change >= 2) using (block, key)
    where no not in (from affected)
)
select distinct a.no as a, b.no as b
from closed as a inner join closed as b on a.block = b.block and a.key = b.key and a.no < b.no
semi join vault.identity.pairs as pairs on a.no = pairs.a and b.no = pairs.b
"""
_LOST = """
create or replace temp table lost as
with crowded as (
    select block, key from vault.identity.crowded anti join sizes using (block, key)
    union all select block, key from sizes where size > allowed
), theirs as (
    select * from vault.identity.block_keys where no in (select a from doubted union all select b from doubted)
), holding as (
    select doubted.a, doubted.b
    from doubted
    inner join theirs as x on doubted.a = x.no
    inner join theirs as y on doubted.b = y.no and x.block = y.block and x.key = y.key
    anti join crowded on x.block = crowded.block and x.key = crowded.key
)
from doubted anti join holding using (a, b)
"""


def _keys(blocks: Sequence[Sequence[str]]) -> str:
    return " union all ".join(
        f"select no, cast({number} as utinyint) as block, hash({number}, {', '.join(columns)}) as key from derived"
        f" where {' and '.join(f'{column} is not null' for column in columns)}"
        for number, columns in enumerate(blocks)
    )


def find_candidates(connection: duckdb.DuckDBPyConnection, rules: Rulebook, limit: int) -> int:
    """Makes `candidates` (a, b: the pairs to compare), `affected` (numbers of records of which every pair is compared again, or
    gone: what changed or went), `lost` (a, b: other pairs that nobody would compare any more) and `sizes` (of the blocks that
    somebody came to or left), and returns how many pairs there are to compare.

    Two records that stand are compared when a block of theirs shrank to the limit, and lost when it grew past it and they share
    no other. Persons alone are compared: organisations are known by their credit code.
    """
    allowed = f"case when block < {len(rules.blocks)} then {limit} else {max(limit // _RARER, 2)} end"
    connection.execute(
        f"""
        create or replace temp table new_keys as
        with derived as (
            select *, {_DERIVED} from fresh where is_changed and {COMPARABLE}
        )
        {_keys([*rules.blocks, *rules.rare_blocks])};
        create or replace temp table stale as
        select no from outdated anti join (select no from fresh where not is_changed) as standing using (no);
        create or replace temp table affected as select no from fresh where is_changed union select no from stale;
        -- only a block that somebody came to or left can have crossed its limit; nothing follows from one that stays too large
        create or replace temp table touched as
        with moved as (
            select block, key, 1 as change from new_keys
            union all select block, key, -1 from vault.identity.block_keys semi join stale using (no)
        ), summed as (
            select block, key, sum(change)::bigint as change, {allowed} as allowed from moved group by block, key
        )
        select
            summed.*, case when crowded.size + summed.change > summed.allowed then crowded.size end as size_while_crowded
        from summed left join vault.identity.crowded as crowded using (block, key);
        create or replace temp table standing as
        with asked as (select key from touched where size_while_crowded is null)
        select no, block, key from vault.identity.block_keys semi join asked using (key);
        create or replace temp table sizes as
        with before as (select block, key, count(*) as size from standing group by block, key)
        select touched.*, coalesce(size_while_crowded, before.size, 0) + change as size
        from touched left join before using (block, key);
        create or replace temp table after as
        with asked as (from sizes where size >= 2 and size_while_crowded is null)
        from standing semi join asked using (block, key) anti join stale using (no)
        union all from new_keys semi join asked using (block, key);
        create or replace temp table candidates as
        with fitting as (
            select after.* from after semi join (select * from sizes where size <= allowed) using (block, key)
        ), opened as (
            select after.* from after
            semi join (select * from sizes where size <= allowed and size - change > allowed) using (block, key)
        ), compared as (
            select least(a.no, b.no) as a, greatest(a.no, b.no) as b
            from new_keys as a inner join fitting as b on a.block = b.block and a.key = b.key and a.no <> b.no
        ), again as (
            select a.no as a, b.no as b
            from opened as a inner join opened as b on a.block = b.block and a.key = b.key and a.no < b.no
            where a.no not in (from affected) and b.no not in (from affected)
        )
        from compared union select * from again anti join vault.identity.pairs using (a, b);
        {_DOUBTED};
        """
    )
    is_any = connection.execute("select 1 from doubted limit 1").fetchone()
    connection.execute(_LOST if is_any else "create or replace temp table lost as from doubted")
    connection.execute("drop table doubted; drop table touched; drop table standing; drop table after")
    return int((connection.execute("select count(*) from candidates").fetchone() or (0,))[0])

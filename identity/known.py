"""The records as they were last compared, kept in the vault: what a day need not do again.

Belongs here: bringing the landed records into normal form, which of them changed, and keeping them with their blocks and pairs.
Not here: comparing (model.py), what changed records mean for customers (clusters.py, ids.py).
All of it is derived: emptied whenever rules, model or limits change, and then built from every record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from identity import normalise
from identity.junk import find_junk, leave_out_junk
from identity.rulebook import Rulebook

_FOLDER = Path(__file__).resolve().parent
_LEARNED = {
    "names": ("full_name",), "phones": ("mobile",), "emails": ("email",), "numbers": ("id_number",),
    "places": ("address", "city"), "credit_codes": ("credit_code",),
}  # fmt: skip
# `changed_on`: since when the record says what it says, so that a date that is run again names the same cause
_KEPT = """
create or replace table vault.identity.records (
    no bigint, record_source varchar, record_id varchar, content ubigint, changed_on date
);
create or replace table vault.identity.block_keys (no bigint, block utinyint, key ubigint);
create or replace table vault.identity.pairs (
    a bigint, b bigint, probability double, evidence varchar
);
create or replace table vault.identity.basis (text varchar);
"""
_LAYOUT = "2"  # of these tables
# what a record is compared by: another value of one of these, and it is compared again
_COMPARED = (
    "kind", "customer_no", "name", "birth_date", "gender", "id_number", "is_proven", "mobile", "email", "device_id", "address",
    "city", "credit_code",
)  # fmt: skip
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
# what is rare is shared by so many times fewer records than other blocks may have
_RARER = 4


def _sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def prepare(connection: duckdb.DuckDBPyConnection, *, region: str, basis: str) -> None:
    """Creates what is not there; empties what rests on another basis (a text that says which rules and limits it rests on)."""
    normalise.prepare(connection, region)
    connection.execute("create table if not exists vault.identity.basis (text varchar)")
    wanted = f"{basis}; layout {_LAYOUT}"
    if connection.execute("select text from vault.identity.basis").fetchone() != (wanted,):
        connection.execute(f"begin; {_KEPT} insert into vault.identity.basis values ('{wanted}'); commit")


def collect(connection: duckdb.DuckDBPyConnection, rules: Rulebook, *, region: str, junk_records: int) -> None:
    """Makes the temporary table `usable`: every record in normal form, without junk."""
    connection.execute(f"create or replace temp table collected as {_sql('records')}")
    for kind, columns in _LEARNED.items():
        query = " union all ".join(f"select {column} from collected" for column in columns)
        normalise.learn(connection, kind, query, region)
    connection.execute(f"create or replace temp table normal as {_sql('normal')}")
    find_junk(connection, rules, junk_records)
    leave_out_junk(connection)
    connection.execute("drop table collected; drop table normal")


def number_records(connection: duckdb.DuckDBPyConnection, arrivals: str | None) -> None:
    """Makes `records`: `usable` with a number for each (its old one, where it has one), its rank, its content and `changed_on`:
    when the version landed that first said it.

    `arrivals`: SQL for (record_source, record_id, landed_on) of records whose first version landed before the one that stands.
    A rank orders records by arrival, then source, then key: what is older keeps its customer's id.
    """
    content = ", ".join(_COMPARED)
    first = (
        f"({arrivals})" if arrivals else "(select '' as record_source, '' as record_id, date '1970-01-01' as landed_on limit 0)"
    )
    connection.execute(
        f"""
        create or replace temp table records as
        with ranked as (
            select
                usable.* exclude (landed_on),
                least(usable.landed_on, coalesce(arrived.landed_on, usable.landed_on)) as landed_on,
                hash({content}) as content,
                usable.landed_on as version_landed_on
            from usable
            left join {first} as arrived using (record_source, record_id)
        ), numbered as (
            select
                ranked.*,
                concat_ws(':', strftime(landed_on, '%Y%m%d'), priority, record_source, record_id) as rank,
                known.no as known_no,
                known.content as known_content,
                known.changed_on as known_changed_on
            from ranked
            left join vault.identity.records as known using (record_source, record_id)
        )
        select
            * exclude (known_no, known_content, known_changed_on, version_landed_on, priority),
            coalesce(
                known_no,
                (select coalesce(max(no), 0) from vault.identity.records)
                + row_number() over (partition by known_no is null order by rank)
            ) as no,
            known_content is distinct from content as is_changed,
            case when known_content is distinct from content then version_landed_on else known_changed_on end as changed_on
        from numbered
        """
    )
    connection.execute("drop table usable")


def _keys(blocks: Sequence[Sequence[str]]) -> str:
    return " union all ".join(
        f"select no, cast({number} as utinyint) as block, hash({number}, {', '.join(columns)}) as key from derived"
        f" where {' and '.join(f'{column} is not null' for column in columns)}"
        for number, columns in enumerate(blocks)
    )


def find_candidates(connection: duckdb.DuckDBPyConnection, rules: Rulebook, limit: int) -> int:
    """Makes `affected` (numbers of records to compare again) and `candidates` (a, b: the pairs to compare), and returns how many
    pairs there are.

    Affected is what changed, what went, and what shares a block that has grown past the limit or shrunk below it. Persons
    alone are compared: organisations are known by their credit code.
    """
    allowed = f"case when block < {len(rules.blocks)} then {limit} else {max(limit // _RARER, 2)} end"
    connection.execute(
        f"""
        create or replace temp table new_keys as
        with derived as (
            select *, {_DERIVED} from records where is_changed and {COMPARABLE}
        )
        {_keys([*rules.blocks, *rules.rare_blocks])};
        create or replace temp table stale as
        select no from vault.identity.records anti join (select no from records where not is_changed) as standing using (no);
        create or replace temp view keys as
        select * from vault.identity.block_keys anti join stale using (no) union all select * from new_keys;
        -- only a block that somebody came to or left can have crossed its limit
        create or replace temp table touched as
        select block, key from new_keys
        union select block, key from vault.identity.block_keys semi join stale using (no);
        create or replace temp table flipped as
        with before as (
            select block, key from vault.identity.block_keys semi join touched using (block, key)
            group by block, key having count(*) > {allowed}
        ), after as (
            select block, key from keys semi join touched using (block, key) group by block, key having count(*) > {allowed}
        )
        (from before except from after) union all (from after except from before);
        create or replace temp table affected as
        select no from records where is_changed
        union select no from stale
        union select no from keys semi join flipped using (block, key);
        create or replace temp table asked as
        select * from keys semi join affected using (no);
        create or replace temp table answering as
        with fitting as (
            select block, key from keys semi join (select distinct block, key from asked) using (block, key)
            group by block, key having count(*) between 2 and {allowed}
        )
        select * from keys semi join fitting using (block, key);
        create or replace temp table candidates as
        select distinct least(a.no, b.no) as a, greatest(a.no, b.no) as b
        from asked as a inner join answering as b on a.block = b.block and a.key = b.key and a.no <> b.no;
        """
    )
    return int((connection.execute("select count(*) from candidates").fetchone() or (0,))[0])


def keep(connection: duckdb.DuckDBPyConnection) -> None:
    """Records, blocks and pairs as they are now, in one transaction; `scored` holds the pairs compared this time."""
    connection.execute(
        """
        begin;
        delete from vault.identity.records where no in (from stale);
        insert into vault.identity.records select no, record_source, record_id, content, changed_on from records where is_changed;
        delete from vault.identity.block_keys where no in (from stale);
        insert into vault.identity.block_keys from new_keys;
        delete from vault.identity.pairs where a in (from affected) or b in (from affected);
        insert into vault.identity.pairs select a, b, probability, evidence from scored;
        commit;
        drop view keys;
        drop table new_keys; drop table stale; drop table touched; drop table flipped; drop table asked; drop table answering;
        drop table candidates;
        """
    )


def describe(parts: Mapping[str, object]) -> str:
    """A basis as text."""
    return "; ".join(f"{name} {value}" for name, value in sorted(parts.items()))

"""Values that say nothing about who a record is: what forms are filled with, and what too many records share.

Belongs here: finding them among the normal forms, and leaving them out. Not here: the patterns (rules.yml), what a value's normal
form is (values.py).
"""

from __future__ import annotations

import duckdb

from foundation.sql import quoted
from identity.rulebook import Rulebook

# what one person alone has: when many records of one source share one of these, it is nobody's
SHARED = ("mobile", "email", "id_number", "device_id", "credit_code", "address")
# a number that core banking knows gives its records a kind; one that it does not know is nobody's, and counts for none
_HOLDER = "case when kind is null then record_id else coalesce(customer_no, record_id) end"
# a check digit proves that the number is somebody's, however many files of a bureau repeat it: what counts there are the people,
# by their births or, where none is said, by their names, which one person's files may spell in many ways; but no person fills a
# bureau's file
_IS_SOMEBODYS = "(is_proven and record_source <> 'core_banking.customers')"
_REPEATED = 50  # so many records of one source count as one more who shares the number
# what is one character over and over; a name may be two of one: 高高. An e-mail's name may be that, too, or its own domain's
_EMPTY = "(length({value}) > {least} and replace({value}, left({value}, 1), '') = '')"
_LOCAL, _DOMAIN = "split_part({value}, '@', 1)", "split_part(split_part({value}, '@', 2), '.', 1)"
_OWN_PART = {
    "email": f"{_EMPTY.format(value=_LOCAL, least=1)} or {_LOCAL} = {_DOMAIN}",
    "name": _EMPTY.format(value="{value}", least=2),
}
_NULLED_WITH = {"name": ("name", "name_words", "name_letters", "family"), "id_number": ("id_number", "is_proven")}


def _listed(column: str, patterns: tuple[str, ...], value: str) -> str:
    own = _OWN_PART.get(column, _EMPTY.format(value="{value}", least=1)).format(value=value)
    return f"(regexp_full_match({value}, {quoted('|'.join(patterns))}) or {own})"


def _text(column: str) -> str:
    """A column's value as junk is written."""
    return f"cast({column} as varchar)" if column.endswith("birth_date") else column


def _counted(limit: int, *, of_people: bool) -> str:
    """A caller's records by number are one customer's: they count once for each customer number."""
    holders = "count(distinct holder)"
    if of_people:
        holders = f"""greatest(
            count(distinct holder) filter (not {_IS_SOMEBODYS}),
            count(distinct birth_date) filter ({_IS_SOMEBODYS}),
            count(distinct name_letters) filter ({_IS_SOMEBODYS} and birth_date is null),
            count(*) filter ({_IS_SOMEBODYS}) // {_REPEATED}
        )"""
    return f"""
        select value, 'shared' as reason
        from (select value, {holders} as holders from owners group by value, record_source) as counted
        group by value having max(holders) > {limit}
    """


def _touched(column: str) -> str:
    """The values of a column that somebody came with or left with."""
    return f"""
        select {_text(column)} as value from normal where {column} is not null
        union all select {_text(column)} from outdated where {column} is not null
        union all
        select value from vault.identity.left_out semi join outdated using (no) where column_name = '{column}'
    """


def _judged(column: str, rules: Rulebook, limit: int) -> str:
    """Which of these values are junk, by all records that have them, those of which they were left out among them.

    What a pattern alone can find is left out of every record that was judged before: only what is counted is sought elsewhere.
    """
    of_people = column == "id_number"
    others = f"record_source, {_HOLDER} as holder{', name_letters, birth_date' if of_people else ''}"
    proven = ", {}.is_proven" if of_people else ""
    # as it will be left out, so that who was judged before counts as who is judged now
    unlisted = ", ".join(
        f"case when not {_listed(each, rules.junk[each], _text(each))} then {counted} end as {counted}"
        for each, counted in (("name", "name_letters"), ("birth_date", "birth_date")) if each in rules.junk and of_people
    )  # fmt: skip
    tests = []
    if column in rules.junk:
        tests += [f"select distinct value, 'listed' as reason from owners where {_listed(column, rules.junk[column], 'value')}"]
    if column in SHARED:
        tests += [_counted(limit, of_people=of_people)]
    elsewhere = f"""
            union all
            select {_text(column)}, {others}{proven.format("unaltered")} from unaltered
            where {_text(column)} in ({_touched(column)})
    """
    return f"""
        insert into judged
        with owners as (
            select {_text(column)} as value, {others}{proven.format("normal")}
            from (select * {f"replace ({unlisted})" if unlisted else ""} from normal where {column} is not null) as normal
            {elsewhere if column in SHARED else ""}
            union all
            select left_out.value, {others}{proven.format("left_out")}
            from unaltered inner join vault.identity.left_out as left_out using (no)
            where left_out.column_name = '{column}' and left_out.value in ({_touched(column)})
        )
        select '{column}', value, min(reason) from ({" union all ".join(tests)}) group by value;
        insert into was_junk
        from vault.identity.junk where column_name = '{column}' and value in ({_touched(column)})
    """


def judge_values(connection: duckdb.DuckDBPyConnection, rules: Rulebook, limit: int) -> None:
    """Makes `junk` (column_name, value, reason), of it `judged` (what is new) and `was_junk` (what this stands in place of), and
    `rejudged`: the records kept of which a value is junk now or is none any more.

    `limit`: how many records of one source may share a value. Only values of `normal` and of `outdated` are judged.
    """
    connection.execute(
        """
        create or replace temp view unaltered as from vault.identity.records anti join outdated using (no);
        create or replace temp table judged (column_name varchar, value varchar, reason varchar);
        create or replace temp table was_junk (column_name varchar, value varchar, reason varchar);
        """
    )
    columns = sorted({*SHARED, *rules.junk})
    for column in columns:
        connection.execute(_judged(column, rules, limit))
    connection.execute(
        """
        create or replace temp table junk as
        select * from vault.identity.junk anti join was_junk using (column_name, value) union all select * from judged;
        create or replace temp table flipped as
        select column_name, value from judged anti join was_junk using (column_name, value)
        union all select column_name, value from was_junk anti join judged using (column_name, value);
        """
    )
    flipped = [row[0] for row in connection.execute("select distinct column_name from flipped order by 1").fetchall()]
    of_column = "in (select value from flipped where column_name = '{column}')"
    having = " or ".join(f"{_text(column)} {of_column.format(column=column)}" for column in flipped)
    connection.execute(
        f"""
        create or replace temp table rejudged as
        select no, record_source, record_id from unaltered
        where {having or "false"} or no in (select no from vault.identity.left_out semi join flipped using (column_name, value));
        drop view unaltered; drop table flipped;
        """
    )


def leave_out_junk(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes `usable` of `normal`: the same rows, with null where a value is junk; and `left_out`: what was there."""
    columns = [row[0] for row in connection.execute("select distinct column_name from junk order by 1").fetchall()]
    joins, nulled = [], []
    for column in columns:
        joins.append(
            f"left join junk as junk_{column} on junk_{column}.column_name = '{column}'"
            f" and {_text(f'normal.{column}')} = junk_{column}.value"
        )
        for each in _NULLED_WITH.get(column, (column,)):
            otherwise = "false" if each == "is_proven" else "null"
            nulled.append(f"case when junk_{column}.value is null then normal.{each} else {otherwise} end as {each}")
    replaced = f" replace ({', '.join(nulled)})" if nulled else ""
    connection.execute(
        f"""
        create or replace temp table usable as select normal.*{replaced} from normal {" ".join(joins)};
        create or replace temp table left_out
        (record_source varchar, record_id varchar, column_name varchar, value varchar, is_proven boolean)
        """
    )
    for column in columns:
        connection.execute(
            "insert into left_out select record_source, record_id, column_name, value,"
            f" {'is_proven' if column == 'id_number' else 'false'} from normal inner join junk"
            f" on junk.column_name = '{column}' and {_text(f'normal.{column}')} = junk.value"
        )

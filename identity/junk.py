"""Values that say nothing about who a record is: what forms are filled with, and what too many records share.

Belongs here: finding them among the normal forms, and leaving them out. Not here: the patterns (rules.yml), what a value's normal
form is (values.py).
"""

from __future__ import annotations

import duckdb

from identity.rulebook import Rulebook

# what one person alone has: when many records of one source share one of these, it is nobody's
SHARED = ("mobile", "email", "id_number", "device_id", "credit_code")
_NULLED_WITH = {"name": ("name", "name_words", "name_letters", "family"), "id_number": ("id_number", "is_proven")}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _patterned(rules: Rulebook) -> list[str]:
    return [
        f"select distinct {_quoted(column)} as column_name, {column} as value, 'listed' as reason from normal"
        f" where regexp_full_match({column}, {_quoted('|'.join(patterns))})"
        f" or (length({column}) > 1 and replace({column}, left({column}, 1), '') = '')"
        for column, patterns in rules.junk.items()
    ]


def _counted(limit: int) -> list[str]:
    """A caller's records by number are one customer's: they count once for each customer number."""
    return [
        f"""
        select '{column}' as column_name, {column} as value, 'shared' as reason
        from (
            select {column}, count(distinct coalesce(customer_no, record_id)) as records
            from normal where {column} is not null group by {column}, record_source
        ) as counted
        group by {column} having max(records) > {limit}
        """
        for column in SHARED
    ]


def find_junk(connection: duckdb.DuckDBPyConnection, rules: Rulebook, limit: int) -> None:
    """Fills the temporary table `junk` (column_name, value, reason) from `normal`; `limit` is how many records of one source
    may share a value."""
    parts = " union all ".join([*_patterned(rules), *_counted(limit)])
    connection.execute(
        "create or replace temp table junk as"
        f" select column_name, value, min(reason) as reason from ({parts}) group by column_name, value"
    )


def leave_out_junk(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes `usable` of `normal`: the same rows, with null where a value is junk."""
    columns = [row[0] for row in connection.execute("select distinct column_name from junk").fetchall()]
    joins, nulled = [], []
    for column in columns:
        joins.append(
            f"left join junk as junk_{column} on junk_{column}.column_name = '{column}' and normal.{column} = junk_{column}.value"
        )
        for each in _NULLED_WITH.get(column, (column,)):
            otherwise = "false" if each == "is_proven" else "null"
            nulled.append(f"case when junk_{column}.value is null then normal.{each} else {otherwise} end as {each}")
    replaced = f" replace ({', '.join(nulled)})" if nulled else ""
    connection.execute(f"create or replace temp table usable as select normal.*{replaced} from normal {' '.join(joins)}")

"""Whom a day concerns: the records that came, changed or went, and all that anything ties to them or tied before.

Belongs here: finding these records. Not here: what follows for them (edges.py, clusters.py, ids.py, outcome.py), which look at
no others, so that what a day costs is what it brought.

Records stand in areas: what an edge, a pair that the model accepts, or a steward's word ties together, whether or not it was
taken. An area's outcome depends on its own records alone, and on how many share their telephones and addresses. So these are
sought: records that are new, changed or gone, those of pairs or words that changed, and those that share a value that rules
count by or a customer number with one of them; then whoever they may be tied to now, and all areas that any of these stood in.
"""

from __future__ import annotations

import duckdb

from identity.rulebook import Rulebook

# what `where` of a rule may count by (edges.py), and what ties all that have it to one of them
_COUNTED = ("mobile", "email", "customer_no")


def _sharing(column: str) -> str:
    return f"""
        select no from vault.identity.records where {column} in (
            select {column} from fresh where {column} is not null
            union all select {column} from outdated where {column} is not null
            union all select {column} from vault.identity.records where no in (from reworded)
        )
    """


def _agreeing(columns: tuple[str, ...]) -> str:
    listed = ", ".join(columns)
    return f"""
        select no from vault.identity.records
        semi join seeded using ({listed})
    """


def find_concerned(connection: duckdb.DuckDBPyConnection, rules: Rulebook, *, accept: float, is_whole: bool) -> None:
    """Makes `concerned`: the records, as they are, whose customer is to be found anew; all of them, where `is_whole`. And
    `gone`: the numbers of those that went; `named`: the names of all of these.
    """
    if is_whole:
        connection.execute("create or replace temp table concerned as from vault.identity.records")
    else:
        _seek(connection, rules, accept)
    connection.execute(
        f"""
        create or replace temp table gone as select no from outdated anti join fresh using (no);
        create or replace temp table named as
        select record_source, record_id from concerned
        union select record_source, record_id from {"assignments" if is_whole else "outdated"};
        drop table repaired; drop table fresh; drop table outdated;
        """
    )


def _seek(connection: duckdb.DuckDBPyConnection, rules: Rulebook, accept: float) -> None:
    agreeing = {("customer_no",), *(rule.agree for rule in rules.exact), *(question.agree for question in rules.asked)}
    # who agrees in two columns is among those who agree in one of them
    agreeing = {each for each in agreeing if not any(set(other) < set(each) for other in agreeing)}
    connection.execute(
        f"""
        create or replace temp table seeds as
        with words as (
            (from decided except from vault.identity.decided) union all (from vault.identity.decided except from decided)
        ), reworded as (
            select a as no from words union select b from words
        )
        select no from fresh union select no from outdated
        union select a from repaired union select b from repaired
        union from reworded
        {" ".join(f"union {_sharing(column)}" for column in _COUNTED)};
        create or replace temp table seeded as
        select {", ".join(sorted({column for columns in agreeing for column in columns}))}
        from vault.identity.records semi join seeds using (no);
        create or replace temp table reached as
        with tied as (
            select a, b from vault.identity.pairs where probability >= {accept} union all select a, b from decided
        )
        select no from seeds
        union select a from tied where b in (from seeds)
        union select b from tied where a in (from seeds)
        {" ".join(f"union {_agreeing(columns)}" for columns in sorted(agreeing))};
        create or replace temp table concerned as
        with touched as (
            select distinct area from vault.identity.areas semi join reached using (no)
        ), members as (
            select no from reached union select no from vault.identity.areas semi join touched using (area)
        )
        from vault.identity.records semi join members using (no);
        drop table seeds; drop table seeded; drop table reached;
        """
    )

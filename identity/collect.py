"""What is new since the records were last compared: those that came, changed or went, in normal form and without junk.

Belongs here: telling them by what they say, numbering them, when they landed first. Not here: what is kept of them (known.py),
which values are junk (junk.py).
"""

from __future__ import annotations

import duckdb

from identity import normalise
from identity.junk import judge_values, leave_out_junk
from identity.keys import CALLER, PERSON, statement
from identity.rulebook import Rulebook

# what a record is compared by: another value of one of these, and it is compared again
_COMPARED = (
    "kind", "customer_no", "name", "birth_date", "gender", "id_number", "is_proven", "mobile", "email", "device_id", "address",
    "city", "credit_code",
)  # fmt: skip
# a rank orders records by arrival, then source, then key: what is older keeps its customer's id
_RANK = "concat_ws(':', strftime({landed_on}, '%Y%m%d'), {priority}, record_source, record_id)"
_NOWHERE = "select '' as record_source, '' as record_id, date '1970-01-01' as landed_on limit 0"


# whatever an applied batch touched; and whose customer number is of a customer touched, for that says what kind the record is
_TOUCHED = f"""
select 'core_banking.customers' as record_source, customer_no as record_id from changes.core_banking__customers
union select 'app.users', app_user_id from changes.app__users
union select 'third_party.people', {PERSON} from changes.third_party__people
union select 'third_party.companies', credit_code from changes.third_party__companies
union select 'call_centre.callers', {CALLER} from changes.call_centre__contacts
union select 'call_centre.callers', {CALLER} from changes.call_centre__tickets
union select 'call_centre.callers', concat(coalesce(customer_no, ''), ':') from changes.call_centre__surveys
union select record_source, record_id from vault.identity.records
where customer_no in (select nullif(trim(customer_no), '') from changes.core_banking__customers)
"""


def collect(connection: duckdb.DuckDBPyConnection, rules: Rulebook, *, region: str, junk_records: int, is_whole: bool) -> None:
    """Makes `collected` (records as landed), `outdated` (records kept that no longer hold), and `usable`: what stands in
    their place, in normal form and without junk. What became junk, or is none any more, outdates whoever has it.

    `is_whole`: every record is looked at; else those that `changes` names, which must hold all that changed since.
    """
    if not is_whole:
        connection.execute(f"create or replace temp table sought as {_TOUCHED}")
    of_them = "" if is_whole else "semi join sought using (record_source, record_id)"
    connection.execute(
        f"""
        create or replace temp table collected as {statement("records", of_sought=not is_whole)};
        create or replace temp table kept as
        select no, record_source, record_id, said from vault.identity.records {of_them};
        create or replace temp table came as
        from collected anti join kept using (record_source, record_id, said);
        create or replace temp table outdated as
        from vault.identity.records
        where no in (select no from kept anti join collected using (record_source, record_id, said));
        drop table kept;
        """
    )
    normalise.learn(connection, region)
    connection.execute(f"create or replace temp table normal as {statement('normal')}")
    judge_values(connection, rules, junk_records)
    _look_again(connection, region)
    leave_out_junk(connection)
    connection.execute("drop table normal; drop table junk; drop table came")
    normalise.forget_landed(connection)


def _look_again(connection: duckdb.DuckDBPyConnection, region: str) -> None:
    """Takes into `normal` and `outdated` those of whom a value is judged otherwise than it was."""
    if connection.execute("select 1 from rejudged limit 1").fetchone():
        connection.execute(
            f"""
            create or replace temp table sought as select record_source, record_id from rejudged;
            create or replace temp table came as {statement("records", of_sought=True)};
            """
        )
        normalise.learn(connection, region)
        connection.execute(
            f"""
            insert into normal {statement("normal")};
            insert into outdated from vault.identity.records semi join rejudged using (no);
            """
        )
    connection.execute("drop table rejudged; drop table if exists sought")


def number_records(connection: duckdb.DuckDBPyConnection, arrivals: str | None, *, is_whole: bool) -> None:
    """Makes `fresh`: `usable` with a number for each (its old one, where it has one), its rank, its content and `changed_on`:
    when the version that stands landed; and the view `records`: every record as it is now.

    `arrivals`: SQL for (record_source, record_id, landed_on) of records of `asked` whose first version landed before the one
    that stands. `is_whole`: this is asked of all records again (`redated`), for what was published is not what it was.
    """
    arrived = f"({arrivals or _NOWHERE})"
    connection.execute(
        f"""
        create or replace temp table asked as select record_source, record_id from usable;
        create or replace temp table fresh as
        with ranked as (
            select
                usable.* exclude (landed_on),
                least(usable.landed_on, coalesce(arrived.landed_on, usable.landed_on)) as landed_on,
                hash({", ".join(_COMPARED)}) as content,
                usable.landed_on as changed_on
            from usable
            left join {arrived} as arrived using (record_source, record_id)
        ), numbered as (
            select
                ranked.*,
                {_RANK.format(landed_on="ranked.landed_on", priority="priority")} as rank,
                known.no as known_no,
                known.content as known_content
            from ranked
            left join (select record_source, record_id, no, content from outdated) as known
                using (record_source, record_id)
        )
        select
            * exclude (known_no, known_content, priority),
            coalesce(
                known_no,
                (select coalesce(max(no), 0) from vault.identity.records)
                + row_number() over (partition by known_no is null order by rank)
            ) as no,
            known_content is distinct from content as is_changed
        from numbered;
        create or replace temp view records as
        from vault.identity.records anti join outdated using (no)
        union all by name select * exclude (is_changed) from fresh;
        create or replace temp table asked as
        select no, record_source, record_id, landed_on from vault.identity.records anti join outdated using (no)
        where {"true" if is_whole else "false"};
        create or replace temp table redated as
        with dated as (
            select
                asked.no, asked.landed_on as known_landed_on, record_source, record_id, collected.priority,
                least(collected.landed_on, coalesce(arrived.landed_on, collected.landed_on)) as landed_on
            from asked
            inner join collected using (record_source, record_id)
            left join {arrived} as arrived using (record_source, record_id)
        )
        select no, landed_on, {_RANK.format(landed_on="landed_on", priority="priority")} as rank
        from dated where landed_on <> known_landed_on;
        drop table asked; drop table usable; drop table collected;
        """
    )

"""Who is truly who, where that is known: the demo bank's truth beside its home.

Belongs here: reading it as identities are measured by. Not here: measuring (identity/accuracy.py). It tells people how right
identities are; nothing that decides about a customer reads it. A bank's own home has none.
"""

from __future__ import annotations

import duckdb

from foundation.home import Home
from identity.accuracy import Accuracy, Clusters, measure
from identity.keys import CALLER
from integrations.warehouse.connection import parquet


def known_truth(home: Home) -> str | None:
    """SQL for (record_source, record_id, person_id) over the home's warehouse; None where no truth is known.

    A caller's record may hold contacts of several people who share a phone: it is nobody's in particular, and left out.
    """
    people, callers = home.demo / "truth" / "people.parquet", sorted((home.demo / "truth" / "callers").glob("*.parquet"))
    if not people.exists():
        return None
    told = f"select source || '.' || table_name as record_source, record_id, person_id from {parquet([people])}"
    if not callers:
        return told
    return f"""
        {told}
        union all
        select
            'call_centre.callers',
            {CALLER} as record_id,
            min(truth.person_id)
        from raw.call_centre__contacts as contacts
        inner join {parquet(callers)} as truth using (contact_id)
        where contacts.customer_no is not null or contacts.caller_number_hash is not null
        group by record_id
        having count(distinct truth.person_id) = 1
    """


def measured(connection: duckdb.DuckDBPyConnection, home: Home) -> tuple[list[Accuracy], Clusters] | None:
    """How right the identities of a home's warehouse are; None where no truth is known."""
    truth = known_truth(home)
    return measure(connection, truth) if truth else None

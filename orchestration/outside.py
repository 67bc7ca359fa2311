"""The people behind the sandbox, for the demo bank: what each was sent, by the number that the bank knows them by.

Belongs here: joining what the sandbox holds with the published identities, as a CRM does. Not here: reading the sandbox
(integrations/sandbox/outbox.py), what people make of it (demo/).
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

import integrations.crm.client as crm
import integrations.messaging.client as messaging
from demo.sent import ARRIVALS, TASK, Outbox
from foundation.home import Home
from integrations.sandbox.outbox import received_since
from integrations.sandbox.rules import TASK as TASK_KIND

_TELL = """
with numbers as (
    select customer_id, min(record_id) as customer_no from {identities}
    where record_source = 'core_banking.customers' group by customer_id
)
select r.number, if(r.kind = '{task}', '{crm}', '{messaging}') as destination, r.delivery_id,
       if(r.kind = '{task}', '{channel}', r.channel) as channel, r.strategy_id, cast(r.business_date as date) as business_date,
       n.customer_no, r.mobile, r.manager_id, r.product_code, cast(r.due_on as date) as due_on
from received r left join numbers n using (customer_id) order by r.number
"""


def sent_to_customers(home: Home) -> Outbox:
    """Tells the demo bank what its destinations received."""

    def told(after: int) -> pa.Table:
        received = received_since(home.sandbox, after)
        if not len(received):
            return ARRIVALS.empty_table()
        files = home.published / "customer_identities"
        known = f"read_parquet('{files}/*.parquet')" if files.exists() else _NOBODY
        query = _TELL.format(identities=known, task=TASK_KIND, channel=TASK, crm=crm.NAME, messaging=messaging.NAME)
        with duckdb.connect() as connection:
            connection.register("received", received)
            return connection.execute(query).to_arrow_table().cast(ARRIVALS)

    return told


_NOBODY = "(select null::varchar as customer_id, null::varchar as record_id, null::varchar as record_source)"

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
from integrations.sandbox.process import SandboxError
from integrations.sandbox.rules import TASK as TASK_KIND

_TELL = f"""
with numbers as (
    select customer_id, min(record_id) as customer_no from read_parquet($identities)
    where record_source = 'core_banking.customers' group by customer_id
)
select r.number, if(r.kind = '{TASK_KIND}', '{crm.NAME}', '{messaging.NAME}') as destination, r.delivery_id,
       if(r.kind = '{TASK_KIND}', '{TASK}', r.channel) as channel, r.strategy_id,
       try_cast(r.business_date as date) as business_date, n.customer_no, r.mobile, r.manager_id, r.product_code,
       try_cast(r.due_on as date) as due_on
from received r left join numbers n using (customer_id) order by r.number
"""


def sent_to_customers(home: Home) -> Outbox:
    """Tells the demo bank what its destinations received. Errors, when it is asked: SandboxError."""

    def told(after: int) -> pa.Table:
        received = received_since(home.sandbox, after)
        if not len(received):
            return ARRIVALS.empty_table()
        identities = home.published / "customer_identities" / "customer_identities.parquet"
        if not identities.exists():
            raise SandboxError(
                f"{home.sandbox} holds {len(received)} new tasks and messages, but {identities}, which says whom they reached,"
                " is not there; process the newest date again with `make materialize`"
            )
        with duckdb.connect() as connection:
            connection.register("received", received)
            return connection.execute(_TELL, {"identities": str(identities)}).to_arrow_table().cast(ARRIVALS)

    return told

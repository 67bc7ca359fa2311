"""What the sandbox received, read from its file by whoever plays the people behind it: customers and managers.

Belongs here: reading, beside a running sandbox or without one; values as they came. Not here: keeping it (store.py), what they
do about it (demo/). Names are left out; a message's number is how its reader is found.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from integrations.sandbox.process import SandboxError

RECEIVED = pa.schema(
    [
        ("number", pa.int64()),  # the order of arrival
        ("kind", pa.string()),
        ("delivery_id", pa.string()),
        ("strategy_id", pa.string()),
        ("channel", pa.string()),
        ("business_date", pa.string()),
        ("customer_id", pa.string()),
        ("mobile", pa.string()),
        ("manager_id", pa.string()),
        ("product_code", pa.string()),
        ("due_on", pa.string()),
    ]
)
_BODY = ("channel", "business_date", "customer_id", "to", "manager_id", "product_code", "due_on")
_WAIT_SECONDS = 30
_SINCE = f"""
select id, kind, json_extract(body, '$.delivery_id'), strategy_id,
       {", ".join(f"cast(json_extract(body, '$.{name}') as text)" for name in _BODY)}
from received where id > ? order by id
"""


def received_since(path: Path, number: int) -> pa.Table:
    """What arrived after the arrival of this number, oldest first; nothing where no sandbox ever ran.

    Errors: SandboxError, where the file is no sandbox's.
    """
    if not path.exists():
        return RECEIVED.empty_table()
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)) as connection:
            rows = connection.execute(_SINCE, [number]).fetchall()
    except sqlite3.Error as error:
        raise SandboxError(f"{path} cannot be read as what the sandbox received ({error}); remove it, or put it back") from error
    columns = zip(*rows, strict=True) if rows else ((),) * len(RECEIVED)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, RECEIVED, strict=True)], schema=RECEIVED)

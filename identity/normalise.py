"""Normal forms of whole columns, kept beside the vault's records: each distinct value is worked out once, ever.

Belongs here: which values are new, working them out on all processors, keeping them. Not here: what a value means (values.py),
which columns of which source hold such values (collect.py). A changed rule has another VERSION, and all are worked out anew.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import duckdb
import pyarrow as pa

from identity import values

VERSION = "4"
_BATCH = 20_000
_MANY = 100_000  # from here on starting processes is cheaper than working alone

Row = tuple[object, ...]


def _phone(text: str, *, region: str) -> Row:
    return (values.phone(text, region),)


def _email(text: str, *, region: str) -> Row:  # noqa: ARG001 - alike for all kinds
    return (values.email(text),)


def _number(text: str, *, region: str) -> Row:  # noqa: ARG001
    number = values.identity_number(text)
    return tuple(number) if number else (None, None)


def _credit_code(text: str, *, region: str) -> Row:  # noqa: ARG001
    return (values.credit_code(text),)


def _name(text: str, *, region: str) -> Row:  # noqa: ARG001
    name = values.name(text)
    return tuple(name) if name else (None, None, None, None)


def _place(text: str, *, region: str) -> Row:  # noqa: ARG001
    return (values.place(text),)


# kind -> (the function, the columns it gives)
KINDS: Mapping[str, tuple[Callable[..., Row], Mapping[str, pa.DataType]]] = {
    "phones": (_phone, {"phone": pa.string()}),
    "emails": (_email, {"email": pa.string()}),
    "numbers": (_number, {"number": pa.string(), "is_proven": pa.bool_()}),
    "credit_codes": (_credit_code, {"credit_code": pa.string()}),
    "names": (_name, {"name": pa.string(), "name_words": pa.string(), "name_letters": pa.string(), "family": pa.string()}),
    "places": (_place, {"place": pa.string()}),
}
_SQL_TYPES = {pa.string(): "varchar", pa.bool_(): "boolean"}


def prepare(connection: duckdb.DuckDBPyConnection, region: str) -> None:
    """Creates the tables of normal forms, empty where rules or region have changed since they were filled."""
    connection.execute("create schema if not exists vault.identity")
    connection.execute("create table if not exists vault.identity.version (text varchar)")
    version = f"{VERSION} {region}"
    known = connection.execute("select text from vault.identity.version").fetchone()
    if known != (version,):
        for kind, (_, columns) in KINDS.items():
            listed = ", ".join(f"{name} {_SQL_TYPES[of_type]}" for name, of_type in columns.items())
            connection.execute(f"create or replace table vault.identity.{kind} (value varchar, {listed})")
        connection.execute("delete from vault.identity.version")
        connection.execute("insert into vault.identity.version values (?)", [version])


def _work_out(batch: Sequence[str], *, kind: str, region: str) -> pa.Table:
    function, columns = KINDS[kind]
    found = [function(text, region=region) for text in batch]
    arrays = [pa.array([row[place] for row in found], of_type) for place, of_type in enumerate(columns.values())]
    return pa.table([pa.array(batch, pa.string()), *arrays], names=["value", *columns])


def _batches(connection: duckdb.DuckDBPyConnection, new: str) -> Iterator[list[str]]:
    reader = connection.execute(new).to_arrow_reader(_BATCH)
    for batch in reader:
        yield batch.column(0).to_pylist()


def learn(connection: duckdb.DuckDBPyConnection, kind: str, query: str, region: str) -> int:
    """Works out the values that `query` selects (one column) and that are not known yet. Returns how many there were."""
    new = f"select distinct value from ({query}) as landed (value) anti join vault.identity.{kind} using (value)"
    new = f"{new} where value is not null"
    connection.execute(f"create or replace temp table new_values as {new}")
    count = int((connection.execute("select count(*) from new_values").fetchone() or (0,))[0])
    work = partial(_work_out, kind=kind, region=region)
    batches = list(_batches(connection, "from new_values"))
    if count >= _MANY and (os.cpu_count() or 1) > 1:
        with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
            found = list(pool.map(work, batches))
    else:
        found = [work(batch) for batch in batches]
    for rows in found:
        connection.register("found_values", rows)
        connection.execute(f"insert into vault.identity.{kind} select * from found_values")
        connection.unregister("found_values")
    connection.execute("drop table new_values")
    return count

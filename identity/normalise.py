"""Normal forms of whole columns, kept beside the vault's records: each distinct value is worked out once, ever.

Belongs here: which values are new, working them out on all processors, keeping them. Not here: what a value means (values.py),
which records are asked for (collect.py). A changed rule has another VERSION, and all are worked out anew.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import duckdb
import pyarrow as pa

from identity import values

VERSION = "4"
_BATCH = 20_000
_MANY = 100_000  # from here on starting processes is cheaper than working alone

# a text that every day looks through for a few of its values: reading it compressed costs more than the disk it would save
SCANNED = "varchar using compression uncompressed"

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


class Kind(NamedTuple):
    """How values of a kind are worked out, the forms that this gives, and the columns of `came` (records.sql) that hold them."""

    work_out: Callable[..., Row]
    forms: Mapping[str, pa.DataType]
    columns: tuple[str, ...]


_NAME = dict.fromkeys(("name", "name_words", "name_letters", "family"), pa.string())
KINDS: Mapping[str, Kind] = {
    "phones": Kind(_phone, {"phone": pa.string()}, ("mobile",)),
    "emails": Kind(_email, {"email": pa.string()}, ("email",)),
    "numbers": Kind(_number, {"number": pa.string(), "is_proven": pa.bool_()}, ("id_number",)),
    "credit_codes": Kind(_credit_code, {"credit_code": pa.string()}, ("credit_code",)),
    "names": Kind(_name, _NAME, ("full_name",)),
    "places": Kind(_place, {"place": pa.string()}, ("address", "city")),
}
_SQL_TYPES = {pa.string(): "varchar", pa.bool_(): "boolean"}


def prepare(connection: duckdb.DuckDBPyConnection, region: str) -> None:
    """Creates the tables of normal forms, empty where rules or region have changed since they were filled."""
    connection.execute("create schema if not exists vault.identity")
    connection.execute("create table if not exists vault.identity.version (text varchar)")
    version = f"{VERSION} {region}"
    known = connection.execute("select text from vault.identity.version").fetchone()
    if known != (version,):
        for kind, (_, forms, _) in KINDS.items():
            listed = ", ".join(f"{name} {_SQL_TYPES[of_type]}" for name, of_type in forms.items())
            connection.execute(f"create or replace table vault.identity.{kind} (value {SCANNED}, {listed})")
        connection.execute("delete from vault.identity.version")
        connection.execute("insert into vault.identity.version values (?)", [version])


def _work_out(batch: Sequence[str], *, kind: str, region: str) -> pa.Table:
    work_out, forms, _ = KINDS[kind]
    found = [work_out(text, region=region) for text in batch]
    arrays = [pa.array([row[place] for row in found], of_type) for place, of_type in enumerate(forms.values())]
    return pa.table([pa.array(batch, pa.string()), *arrays], names=["value", *forms])


def _batches(connection: duckdb.DuckDBPyConnection, new: str) -> Iterator[list[str]]:
    reader = connection.execute(new).to_arrow_reader(_BATCH)
    for batch in reader:
        yield batch.column(0).to_pylist()


def _landed(kind: str) -> str:
    columns = " union all ".join(f"select {column} from came" for column in KINDS[kind].columns)
    return f"({columns}) as landed (value)"


def find_known(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes what normal.sql reads: for each kind a table `landed_<kind>`, the values of `came` with their forms, where known."""
    for kind in KINDS:
        connection.execute(
            f"create or replace temp table landed_{kind} as"
            f" select forms.* from vault.identity.{kind} as forms semi join {_landed(kind)} using (value)"
        )


def learn(connection: duckdb.DuckDBPyConnection, region: str) -> None:
    """The same with every value of `came`: those that are not known yet are worked out and kept."""
    find_known(connection)
    for kind in KINDS:
        connection.execute(
            f"create or replace temp table new_values as"
            f" select distinct value from {_landed(kind)} anti join landed_{kind} using (value) where value is not null"
        )
        for rows in _worked_out(connection, kind, region):
            connection.register("found_values", rows)
            connection.execute(
                f"insert into vault.identity.{kind} from found_values; insert into landed_{kind} from found_values"
            )
            connection.unregister("found_values")
    connection.execute("drop table new_values")


def forget_landed(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops these tables."""
    for kind in KINDS:
        connection.execute(f"drop table landed_{kind}")


def _worked_out(connection: duckdb.DuckDBPyConnection, kind: str, region: str) -> list[pa.Table]:
    count = int((connection.execute("select count(*) from new_values").fetchone() or (0,))[0])
    work = partial(_work_out, kind=kind, region=region)
    batches = list(_batches(connection, "from new_values"))
    if count >= _MANY and (os.cpu_count() or 1) > 1:
        with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(work, batches))
    return [work(batch) for batch in batches]

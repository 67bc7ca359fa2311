"""A record is called the same by identity resolution and by dbt, whose macros spell its key a second time."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from jinja2 import Environment

from identity.keys import CALLER, PERSON

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "identity.sql"
ODD = ["a", "a:b", "a\\", "a\\:b", "'", ""]


def of_dbt(call: str) -> str:
    """What a macro writes."""
    dbt = SimpleNamespace(concat=lambda parts: "(" + " || ".join(parts) + ")")
    text = MACROS.read_text(encoding="utf-8") + "{{ " + call + " }}"
    return Environment(autoescape=False).from_string(text, {"dbt": dbt}).render()  # noqa: S701 - what comes of it is SQL


@pytest.mark.parametrize(
    ("call", "own", "columns"),
    [
        ("person_key('provider', 'record_id')", PERSON, ("provider", "record_id")),
        ("caller_key('customer_no', 'caller_number_hash')", CALLER, ("customer_no", "caller_number_hash")),
    ],
)
def test_both_spell_every_key_alike_and_no_two_people_share_one(call: str, own: str, columns: tuple[str, str]) -> None:
    one, other = columns
    with duckdb.connect() as connection:
        connection.execute(f"create table odd ({one} varchar, {other} varchar)")
        connection.executemany("insert into odd values (?, ?)", [(a, b) for a in ODD for b in ODD])
        rows = connection.execute(f"select {own}, {of_dbt(call)} from odd").fetchall()
    assert all(mine == theirs for mine, theirs in rows)
    assert own == CALLER or len({mine for mine, _ in rows}) == len(rows)

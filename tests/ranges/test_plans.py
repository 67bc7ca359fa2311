"""How the engine goes about the models of a day: none compares every row of one relation with every row of another."""

from __future__ import annotations

import re

import pytest
from bank_homes import RealBank
from dbt_statements import Kind, Statements
from lived_example import Lived

# joins without an equality that a hash table could serve: rows times rows
EVERY_ROW_WITH_EVERY_OTHER = "BLOCKWISE_NL_JOIN"
MAKES_A_TABLE = re.compile(r"create\s+(?:or\s+replace\s+|temporary\s+)?table\s+(\S+)\s+as\b", re.IGNORECASE)


def _plans(bank: RealBank, statements: Statements, kind: Kind) -> dict[str, str]:
    """The plan of each statement that makes a table, by the table's name."""
    made = {found[1]: text for said in statements.of_kind[kind] for text in said if (found := MAKES_A_TABLE.match(text))}
    with bank.connection() as connection:
        return {name: connection.execute(f"explain (format json) {text}").fetchall()[0][1] for name, text in made.items()}


@pytest.mark.parametrize("kind", ["first", "daily"])
def test_no_model_compares_every_row_with_every_other(lived: Lived, kind: Kind) -> None:
    plans = _plans(lived.bank, lived.statements, kind)
    assert len(plans) > 40
    assert [name for name, plan in plans.items() if EVERY_ROW_WITH_EVERY_OTHER in plan] == []

"""Whether what a rule needs has landed: a table, a column of it, a value of a column, or one of several of these."""

from __future__ import annotations

from datetime import date

import pytest

from foundation.contract import landing_tables
from foundation.settings import Settings
from integrations.warehouse.apply import prepare
from integrations.warehouse.control import BatchHealth, write_control
from integrations.warehouse.inputs import InputError, parts_of, write_inputs

MONDAY = date(2026, 1, 5)
CUSTOMERS, TRANSACTIONS = "core_banking.customers", "core_banking.transactions"


@pytest.fixture
def landed(connection):
    """Looks for inputs where some customers have an occupation and none a risk level, with transactions but no salary."""
    connection.execute("attach ':memory:' as vault")
    prepare(connection, landing_tables())
    connection.execute("""
        create or replace table raw.core_banking__customers as
        select null::varchar as risk_level, case when number = 4000 then 'poet' end as occupation, number = 0 as is_staff
        from range(5000) as rows(number)
    """)
    connection.execute("insert into raw.core_banking__transactions (transaction_type) values ('transfer'), ('pension')")
    connection.execute("insert into raw.app__users (customer_no) values ('C1')")

    def looked_for(*inputs: str, gate: str = "open") -> dict[str, bool]:
        health = [BatchHealth(MONDAY, *name.split("."), 3, 3, 0, gate, None) for name in (CUSTOMERS, TRANSACTIONS)]
        settings = Settings(_env_file=None)
        write_control(connection, as_of=MONDAY, settings=settings, tables=landing_tables(), health=health)
        write_inputs(connection, inputs)
        return dict(connection.execute("from control.inputs").fetchall())

    return looked_for


@pytest.mark.parametrize(
    ("name", "has_landed"),
    [
        (CUSTOMERS, True),
        ("app.users", False),
        (f"{CUSTOMERS}.occupation", True),
        (f"{CUSTOMERS}.risk_level", False),
        (f"{CUSTOMERS}.is_staff", True),
        ("app.users.customer_no", False),
        (f"{TRANSACTIONS}.transaction_type=pension", True),
        (f"{TRANSACTIONS}.transaction_type=salary", False),
        (f"{CUSTOMERS}.risk_level or {TRANSACTIONS}.transaction_type=salary", False),
        (f"{CUSTOMERS}.risk_level or {TRANSACTIONS}.transaction_type=pension", True),
    ],
)
def test_an_input_has_landed_once_its_table_was_let_through_and_a_row_has_what_it_names(landed, name, has_landed):
    assert landed(name, name) == {name: has_landed}


@pytest.mark.parametrize(("gate", "has_landed"), [("open", True), ("overridden", True), ("closed", False), ("missing", False)])
def test_what_a_gate_holds_back_has_not_landed(landed, gate, has_landed):
    assert landed(CUSTOMERS, f"{CUSTOMERS}.occupation", gate=gate) == dict.fromkeys(
        (CUSTOMERS, f"{CUSTOMERS}.occupation"), has_landed
    )


def test_without_an_input_there_is_a_table_without_rows(landed):
    assert landed() == {}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("core_banking.shoes", "is of no table of the landing contract"),
        ("core_banking", "is of no table of the landing contract"),
        (f"{CUSTOMERS} or core_banking.shoes", "'core_banking.shoes' is of no table"),
        (f"{CUSTOMERS}.shoe_size", "is no column that the warehouse has of core_banking.customers"),
        (f"{CUSTOMERS}._landed_on", "is no column that the warehouse has"),
        (f"{CUSTOMERS}.mobile", "is no column that the warehouse has"),
        (f"{CUSTOMERS}=a", "is no column that the warehouse has"),
        (f"{TRANSACTIONS}.transaction_type=shoes", "is no value of transaction_type: it is one of salary, transfer"),
    ],
)
def test_what_cannot_land_is_no_input(name, told):
    with pytest.raises(InputError, match=told):
        parts_of(name)

"""Gate 3 on consent: an entry stands only where every customer number of its customer agreed to its channel and category.

A refusal holds until a newer grant of the same or a narrower scope; silence is no consent; what changes after the business
date is not known yet.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from itertools import product

import duckdb
import pytest
from judged_warehouse import GOOD, demand_of, found_by_gate, named_by

CODE = "no_entry_without_consent"
GRANT, REFUSAL = True, False

# each consent: number, channel, category, granted or refused, day of June 2026; the action is a text about wealth to k1 (C1, C1b)
CASES = {
    "nothing was ever said": ([], False),
    "granted for the very scope": ([("sms", "wealth", GRANT, 1)], True),
    "granted for all channels": ([("all", "wealth", GRANT, 1)], True),
    "granted for all categories": ([("sms", "all", GRANT, 1)], True),
    "granted for everything": ([("all", "all", GRANT, 1)], True),
    "granted for another channel": ([("push", "wealth", GRANT, 1)], False),
    "granted for another category": ([("sms", "fund", GRANT, 1)], False),
    "refused for another channel": ([("sms", "wealth", GRANT, 1), ("push", "wealth", REFUSAL, 2)], True),
    "refused for another category": ([("sms", "wealth", GRANT, 1), ("sms", "fund", REFUSAL, 2)], True),
    "refused later": ([("all", "wealth", GRANT, 1), ("sms", "wealth", REFUSAL, 2)], False),
    "refused at the same moment": ([("all", "wealth", GRANT, 1), ("sms", "wealth", REFUSAL, 1)], False),
    "refused more widely later": ([("sms", "wealth", GRANT, 1), ("all", "all", REFUSAL, 2)], False),
    "a wider grant does not lift a narrower refusal": ([("sms", "wealth", REFUSAL, 1), ("all", "all", GRANT, 2)], False),
    "a grant of all channels lifts no refusal of one": ([("sms", "wealth", REFUSAL, 1), ("all", "wealth", GRANT, 2)], False),
    "a grant of all categories lifts no refusal of one": ([("sms", "wealth", REFUSAL, 1), ("sms", "all", GRANT, 2)], False),
    "the same scope lifts": ([("all", "wealth", REFUSAL, 1), ("all", "wealth", GRANT, 2)], True),
    "a narrower grant lifts a wider refusal": ([("all", "all", REFUSAL, 1), ("sms", "wealth", GRANT, 2)], True),
    "a grant of one channel lifts the refusal of all": ([("all", "wealth", REFUSAL, 1), ("sms", "wealth", GRANT, 2)], True),
    "a narrower grant that is older lifts nothing": ([("sms", "wealth", GRANT, 1), ("all", "all", REFUSAL, 2)], False),
    "agreed in between": ([("all", "all", REFUSAL, 1), ("sms", "all", GRANT, 2), ("all", "wealth", REFUSAL, 3)], False),
    "a grant of another scope lifts nothing": ([("all", "wealth", REFUSAL, 1), ("sms", "all", GRANT, 2)], False),
    "granted on the business date": ([("sms", "wealth", GRANT, 30)], True),
    "granted after the business date": ([("sms", "wealth", GRANT, 31)], False),
    "refused after the business date": ([("sms", "wealth", GRANT, 1), ("all", "wealth", REFUSAL, 31)], True),
    "lifted after the business date": ([("all", "wealth", REFUSAL, 1), ("sms", "wealth", GRANT, 31)], False),
}  # fmt: skip


def against(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return named_by(warehouse, demand_of("decisions", CODE), sql)


def moment(on: int) -> datetime:
    return datetime.combine(date(2026, 5, 31) + timedelta(days=on), time.min)


def said(number: str, consents) -> str:
    rows = [
        f"('{number}', 'marketing', '{channel}', '{category}', {granted}, timestamp '{moment(on)}')"
        for channel, category, granted, on in consents
    ]
    return f"insert into raw.engagement__consents values {', '.join(rows)};" if rows else ""


FORGET = "delete from raw.engagement__consents where customer_no in ('C1', 'C1b');"


@pytest.mark.parametrize("case", CASES)
def test_an_entry_needs_a_consent_in_force(good_warehouse, case):
    consents, may_be_sent = CASES[case]
    spoil = FORGET + said("C1", consents) + said("C1b", [("sms", "wealth", GRANT, 1)])
    assert against(good_warehouse, spoil) == ([] if may_be_sent else ["k1"])


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (said("C1b", [("sms", "wealth", REFUSAL, 2)]), ("k1",)),
        ("delete from raw.engagement__consents where customer_no = 'C1b'", ("k1",)),
        (said("C9", [("sms", "wealth", REFUSAL, 2)]), ()),
        (said("C6", [("sms", "wealth", REFUSAL, 2)]), ()),
        ("update raw.engagement__consents set purpose = 'profiling' where customer_no = 'C2'", ("k2",)),
        ("update raw.engagement__consents set changed_at = '2026-06-30 23:59:59.999999' where customer_no = 'C2'", ()),
        ("delete from raw.engagement__consents", ("k1", "k2")),
        ("update decisions.actions set consent_channel = null; delete from raw.engagement__consents", ()),
        ("insert into decisions.list_entries values ('e', 's', 's:1', 1, 'k5', 'treatment', 'sms')", ("k5",)),
        ("insert into decisions.list_entries values ('e', 's', 's:1', 1, 'k5', 'treatment', 'rm_task')", ()),
        ("insert into decisions.list_entries values ('e', 's', 's:1', 1, 'k2', 'treatment', 'fax')", ("k2",)),
        ("update decisions.list_entries set arm = null, customer_id = 'k3' where entry_id = 'e3'", ("k3",)),
        ("update decisions.list_entries set customer_id = 'k3' where entry_id = 'e2'", ()),
    ],
    ids=[
        "one of two numbers refuses", "one of two numbers never agreed", "a number of another source refuses",
        "a control customer refuses", "agreed for another purpose", "agreed in the date's last moment", "nobody agreed",
        "the channel needs no consent", "a customer without a number", "a customer without a number on a channel that needs none",
        "a channel that its strategy does not have", "an entry of no arm", "a channel that needs none, to one who gave none",
    ],
)  # fmt: skip
def test_whose_consent_counts_and_where_it_is_needed(good_warehouse, sql, named):
    assert against(good_warehouse, sql) == list(named)


def test_gate_3_finds_an_entry_without_consent(tmp_path):
    found = found_by_gate(tmp_path, "decisions", CODE, FORGET)
    assert (found.passed, found.unexpected, found.sample_keys) == (False, 1, ("k1",))


def agrees(consents, channel: str, category: str, as_of: date) -> bool:
    """The contract's words in Python: does one customer number agree to one channel and category?"""
    known = [c for c in consents if c[3].date() <= as_of and c[0] in (channel, "all") and c[1] in (category, "all")]
    grants, refusals = [c for c in known if c[2]], [c for c in known if not c[2]]
    narrower = lambda grant, refusal: refusal[0] in (grant[0], "all") and refusal[1] in (grant[1], "all")  # noqa: E731
    lifted = all(any(g[3] > refusal[3] and narrower(g, refusal) for g in grants) for refusal in refusals)
    return bool(grants) and lifted


def test_whatever_was_said_the_rule_says_what_the_contract_says():
    """Some thousand customers with one or two numbers and random consents, all on the list."""
    dice = random.Random(20260630)  # noqa: S311
    scopes = list(product(("sms", "push", "all"), ("wealth", "fund", "all")))
    numbers, consents, expected = [], [], set()
    for customer in range(2_000):
        agree = []
        for number in range(dice.choice([1, 1, 2])):
            name = f"N{customer}-{number}"
            numbers.append(("core_banking.customers", name, f"c{customer}"))
            own = [(*scope, dice.random() < 0.6, moment(dice.randint(26, 32)))
                   for scope in dice.sample(scopes, dice.randint(0, 4))]  # fmt: skip
            consents += [(name, "marketing", *consent) for consent in own]
            agree.append(agrees(own, "sms", "wealth", date(2026, 6, 30)))
        if not all(agree):
            expected.add(f"c{customer}")
    with duckdb.connect() as connection:
        connection.execute(GOOD + "delete from decisions.list_entries; delete from raw.engagement__consents;")
        insert(connection, "identity.customer_identities", numbers)
        insert(connection, "raw.engagement__consents", consents)
        insert(connection, "decisions.list_entries", [("e", "s", "o", 1, f"c{n}", "treatment", "sms") for n in range(2_000)])
        found = against(connection, "")
    assert found == sorted(expected)
    assert 200 < len(expected) < 1_800


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    columns = [list(values) for values in zip(*rows, strict=True)]
    connection.execute(f"insert into {table} select {', '.join(f'unnest(${n + 1})' for n in range(len(columns)))}", columns)

"""What a strategy makes of the customers it moves: money comes back, they pay again, they open an account.

Belongs here: each kind of effect as one set-based function, and the rows of accounts that only an effect opens. Not here: whom it
moves and when (sent.py), how likely that is (reactions.yml). An account so opened keeps what was paid in, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import dates, moments, money, numbered, picked, plain, repeated
from demo.days import digits
from demo.draws import Array
from demo.ledger import OUT
from demo.sent import values
from demo.today import Day, bring
from foundation.contract import landing_table

_POSTED_AT = 20 * 3_600


@dataclass(frozen=True)
class Opened:
    """Accounts that effects opened on a day."""

    customer: Array
    product: Array
    cents: Array


def act(today: Day, rows: pa.Table) -> Opened:
    """Moves the money of those whom a strategy moves on this day, and says which accounts were opened."""
    starts, effect = values(rows, "acts_on"), values(rows, "effect")
    customer, cents, lasts = (values(rows, name) for name in ("customer", "cents", "for_days"))
    begins, goes_on = starts == today.day, (starts <= today.day) & (today.day < starts + lasts)
    back = begins & (effect == "brings_money")
    bring(today, customer[back], cents[back])
    _pay_again(today, customer, cents // lasts, goes_on & (effect == "pays_again"))
    return _open(today, customer, values(rows, "product"), cents, begins & (effect == "opens_account"))


def _pay_again(today: Day, customer: Array, cents: Array, who: Array) -> None:
    """Money arrives, and half of it is spent: so nobody is overdrawn."""
    bring(today, customer[who], cents[who])
    today.ledger.post(today.mains(customer[who]), OUT, cents[who] // 2, "card_purchase", "mobile")


def _open(today: Day, customer: Array, product: Array, cents: Array, who: Array) -> Opened:
    """A new account, paid for with money from elsewhere; one a customer and day."""
    buyers, first = np.unique(customer[who], return_index=True)
    opened = Opened(buyers, product[who][first], cents[who][first])
    bring(today, opened.customer, opened.cents)
    today.ledger.post(today.mains(opened.customer), OUT, opened.cents, "investment_purchase", "mobile")
    return opened


def opened_rows(model: Model, opened: Opened, day: int) -> dict[str, pa.Table]:
    """The rows of the day's new accounts, by table."""
    rows = len(opened.customer)
    today = np.full(rows, day)
    number = plain((6218 * 10**9 + opened.customer) * 10**5 + (day - model.first))
    paid, currency = money(opened.cents), repeated("CNY", rows)
    return {
        "core_banking.accounts": _whole(
            "core_banking.accounts",
            account_no=number,
            customer_no=model.customer_numbers(opened.customer),
            product_code=picked([item.code for item in words.PRODUCTS], opened.product),
            currency=currency,
            opened_on=dates(today),
        ),
        "core_banking.balances": _whole("core_banking.balances", account_no=number, balance_date=dates(today), balance=paid),
        "core_banking.transactions": _whole(
            "core_banking.transactions",
            transaction_id=numbered("T", digits(today) * 10**8 + 9 * 10**7 + np.arange(1, rows + 1), 16),
            account_no=number,
            posted_at=moments(today, np.full(rows, _POSTED_AT)),
            direction=repeated("in", rows),
            amount=paid,
            currency=currency,
            transaction_type=repeated("investment_purchase", rows),
            channel=repeated("mobile", rows),
        ),
    }


def _whole(full_name: str, **columns: pa.Array) -> pa.Table:
    """All columns of a table in the contract's order, the others empty."""
    rows = len(next(iter(columns.values())))
    names = [column.name for column in landing_table(full_name).columns]
    return pa.table({name: columns.get(name, pa.nulls(rows, pa.string())) for name in names})

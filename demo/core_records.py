"""Rows of core_banking.products, accounts, balances and transactions.

Belongs here: how money and its containers are written down. Not here: what happened
to it (flows.py), customers (customer_records.py).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import blank, dates, moments, money, numbered, picked, plain, rate
from demo.days import FAR, digits, next_day_of_month, to_date
from demo.draws import Array
from demo.holdings import LOAN, WITHDRAWN_DAYS
from demo.ledger import IN, Ledger, Postings
from demo.vocabulary import TYPE


def products(model: Model, day: int) -> pa.Table:
    """The whole catalogue on the first date; afterwards, on the first of a month, what is limited and its new quota."""
    index = np.arange(len(words.PRODUCTS))
    quota = np.array([product.quota or 0 for product in words.PRODUCTS])
    if day != model.first:
        index = index[(quota > 0) & (to_date(day).day == 1)]
    items = [words.PRODUCTS[i] for i in index]
    left = (quota[index] * (0.3 + 0.7 * model.draws.uniform("quota", index, day))).astype(np.int64) * 100
    gone = np.array([item.is_withdrawn for item in items], dtype=bool)
    withdrawn = model.parameters.start - WITHDRAWN_DAYS
    launched = np.where(gone, withdrawn, model.first) - 2_000 + model.draws.below("launched", index, 1_500)
    return pa.table(
        {
            "product_code": pa.array([item.code for item in items], pa.string()),
            "product_name": pa.array([item.name for item in items], pa.string()),
            "category": pa.array([item.category for item in items], pa.string()),
            "risk_rating": pa.array([item.risk for item in items], pa.string()),
            "annual_rate": rate(np.array([item.rate for item in items], dtype=np.int64)),
            "quota": blank(money(left), quota[index] == 0),
            "launched_on": dates(launched),
            "withdrawn_on": blank(dates(np.full(len(items), withdrawn)), ~gone),
        }
    )


def accounts(model: Model, day: int) -> pa.Table:
    """Accounts opened, closed, rolled over or with a new date due on the day (on the first date: all so far)."""
    h = model.holdings
    told = h.open_day <= day
    if day != model.first:
        is_due = (h.due == to_date(day).day) & (h.closed_day > day)
        rolls = (h.term > 0) & ((day - h.open_day) % np.maximum(h.term, 1) == 0) & (h.slot != LOAN)
        told &= (h.open_day == day) | (h.closed_day == day) | is_due | (rolls & (h.closed_day > day))
    index = np.flatnonzero(told)
    matures, limit, due = h.matures(index, day), h.limit[index], h.due[index]
    return pa.table(
        {
            "account_no": model.account_numbers(index),
            "customer_no": model.customer_numbers(h.customer[index]),
            "product_code": picked([product.code for product in words.PRODUCTS], h.product[index]),
            "currency": picked(words.CURRENCIES, h.currency[index]),
            "opened_on": dates(h.open_day[index]),
            "matures_on": blank(dates(matures), matures == FAR),
            "closed_on": blank(dates(h.closed_day[index]), h.closed_day[index] > day),
            "credit_limit": blank(money(limit), limit == 0),
            "payment_due_on": blank(dates(next_day_of_month(day, np.maximum(due, 1))), due == 0),
        }
    )


def balances(model: Model, ledger: Ledger, changed: Array, day: int) -> pa.Table:
    """End-of-day balances of the given accounts."""
    owes = model.holdings.is_debt[changed]
    return pa.table(
        {
            "account_no": model.account_numbers(changed),
            "balance_date": dates(np.full(len(changed), day)),
            "balance": money(ledger.balance[changed]),
            "days_past_due": blank(pa.array(ledger.missed[changed] * 30), ~owes),
        }
    )


def transactions(model: Model, postings: Postings) -> pa.Table:
    """One row per posting."""
    d, number, day, kind = model.draws, postings.number, postings.day, postings.kind
    has_party = (kind == TYPE["transfer"]) | (kind == TYPE["salary"])
    on_card = kind == TYPE["card_purchase"]
    surname = d.below("party_surname", number, len(words.SURNAMES), day)
    given = d.below("party_given", number, len(words.GIVEN), day)
    party = np.array(words.SURNAMES, dtype=object)[surname] + np.array(words.GIVEN, dtype=object)[given]
    abroad = on_card & (d.uniform("abroad", number, day) < 0.01)
    country = np.where(abroad, 1 + d.below("country", number, len(words.COUNTRIES) - 1, day), 0)
    bank = d.below("party_bank", number, len(words.OTHER_BANKS), day)
    return pa.table(
        {
            "transaction_id": numbered("T", digits(day) * 10**8 + number, 16),
            "account_no": model.account_numbers(postings.account),
            "posted_at": moments(day, postings.seconds),
            "direction": picked(["in", "out"], postings.direction != IN),
            "amount": money(postings.cents),
            "currency": picked(words.CURRENCIES, model.holdings.currency[postings.account]),
            "transaction_type": picked(words.TRANSACTION_TYPES, kind),
            "channel": picked(words.CHANNELS, postings.channel),
            "counterparty_name": blank(pa.array(party, pa.string()), ~has_party),
            "counterparty_account": blank(plain(62 * 10**14 + d.below("party", number, 10**13, day)), ~has_party),
            "counterparty_bank": blank(picked(words.OTHER_BANKS, bank), ~has_party),
            "merchant_category": blank(picked(words.MERCHANTS, d.below("merchant", number, len(words.MERCHANTS), day)), ~on_card),
            "country": picked(words.COUNTRIES, country),
            "description": picked(words.DESCRIPTIONS, kind),
        }
    )

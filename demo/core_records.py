"""Rows of core_banking.products, accounts, balances and transactions.

Belongs here: how money and its containers are written down. Not here: what happened
to it (flows.py), customers (customer_records.py).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import Column, blank, dates, joined, moments, money, numbered, picked, plain, rate, spread
from demo.days import FAR, digits, next_day_of_month, to_date
from demo.draws import Array
from demo.holdings import LOAN, WITHDRAWN_DAYS
from demo.ledger import IN, Ledger, Postings
from demo.people import OUTSIDER
from demo.vocabulary import TYPE

_EMPLOYERS_ELSEWHERE = OUTSIDER + 80_000_000


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
    number, day, kind = postings.number, postings.day, postings.kind
    name, account, bank = _counterparties(model, postings)
    merchant, country = _shops(model, postings)
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
            "counterparty_name": name,
            "counterparty_account": account,
            "counterparty_bank": bank,
            "merchant_category": merchant,
            "country": country,
            "description": _descriptions(model, postings),
        }
    )


def _counterparties(model: Model, postings: Postings) -> tuple[Column, Column, Column]:
    """Name, account and bank of who is on the other side: the employer, the biller, or somebody anywhere."""
    d, h, p = model.draws, model.holdings, model.population
    kind, is_salary = postings.kind, postings.kind == TYPE["salary"]
    owner = h.customer[postings.account]
    has_party = is_salary | (kind == TYPE["transfer"])
    number, day = postings.number[has_party], postings.day[has_party]
    surname, given = (
        d.below("party_surname", number, len(words.SURNAMES), day),
        d.below("party_given", number, len(words.GIVEN), day),
    )
    somebody = spread(joined(picked(words.SURNAMES, surname), picked(words.GIVEN, given)), has_party)
    is_pay = is_salary & (postings.direction == IN)
    employer = p.employer[owner[is_pay]]
    employer = np.where(employer < 0, _EMPLOYERS_ELSEWHERE + d.below("employer_elsewhere", owner[is_pay], 5_000), employer)
    is_bill = kind == TYPE["bill_payment"]
    bill = d.below("description", postings.number[is_bill], len(words.BILLERS), postings.day[is_bill])
    company = spread(model.people.company_name(employer), is_pay)
    name = pc.coalesce(company, spread(picked(words.BILLERS, bill), is_bill), somebody)
    account = plain(62 * 10**14 + d.below("party", number, 10**13, day))
    bank = picked(words.OTHER_BANKS, d.below("party_bank", number, len(words.OTHER_BANKS), day))
    return name, spread(account, has_party), spread(bank, has_party)


def _shops(model: Model, postings: Postings) -> tuple[Column, Column]:
    """What is bought with a card, and where: everybody has a favourite, and a few are often abroad."""
    d, on_card = model.draws, postings.kind == TYPE["card_purchase"]
    owner = model.holdings.customer[postings.account[on_card]]
    number, day = postings.number[on_card], postings.day[on_card]
    favourite = d.below("favourite", owner, len(words.MERCHANTS))
    likes = d.uniform("likes", number, day) < 0.4
    merchant = np.where(likes, favourite, d.below("merchant", number, len(words.MERCHANTS), day))
    travels = np.where(d.uniform("travels", owner) < 0.04, 0.25, 0.005)
    abroad = d.uniform("abroad", number, day) < travels
    country = np.zeros(len(postings), dtype=np.int64)
    country[on_card] = np.where(abroad, 1 + d.below("country", number, len(words.COUNTRIES) - 1, day), 0)
    return spread(picked(words.MERCHANTS, merchant), on_card), picked(words.COUNTRIES, country)


def _descriptions(model: Model, postings: Postings) -> Column:
    texts = [text for choice in words.DESCRIPTIONS for text in choice]
    counts = np.array([len(choice) for choice in words.DESCRIPTIONS])
    which = model.draws.below("description", postings.number, counts[postings.kind], postings.day)
    return picked(texts, (np.cumsum(counts) - counts)[postings.kind] + which)

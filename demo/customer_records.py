"""Rows of core_banking.customers, account_holders and engagement.consents.

Belongs here: what the bank knows of a customer on a day, and which customers changed. Not here: their money (core_records.py).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import blank, dates, joined, moments, money, numbered, picked, plain, repeated
from demo.days import FAR
from demo.draws import Array
from demo.holdings import CARD, DEMAND
from demo.population import RETAIL

_MOVES_EVERY = 1_800  # days between two addresses
_MINDS_EVERY = 700  # days between two answers to the same question
# purpose, channel, product category, how many have answered, how many of these agree
SCOPES = (
    ("marketing", "sms", "all", 0.85, 0.78),
    ("marketing", "push", "all", 0.6, 0.75),
    ("marketing", "phone", "all", 0.5, 0.5),
    ("profiling", "all", "all", 0.9, 0.92),
    ("third_party_sharing", "all", "all", 0.3, 0.3),
    ("marketing", "sms", "wealth", 0.03, 0.4),
)


def _phase(model: Model, name: str, index: Array, every: Array | int) -> Array:
    return model.draws.below(name, index, every)


def _assessments(model: Model, index: Array, day: int) -> tuple[Array, Array, Array]:
    """Which assessment is the latest, its day, and whether it happened today."""
    every = 280 + model.draws.below("assessed_every", index, 520)
    position = day + _phase(model, "assessed", index, every)
    turn, since = position // every, position % every
    on = np.maximum(day - since, model.population.open_day[index])
    answered = (model.draws.uniform("assesses", index) < 0.85) & (model.population.kind[index] == RETAIL)
    return turn, np.where(answered, on, FAR), answered & (since == 0)


def changed_customers(model: Model, day: int) -> Array:
    """Customers inserted or changed on a day."""
    population = model.population
    index = np.flatnonzero((population.open_day <= day) & (population.closed_day >= day))
    if day == model.first:
        return np.flatnonzero(population.open_day <= day)
    moved = (day + _phase(model, "moves", index, _MOVES_EVERY)) % _MOVES_EVERY == 0
    assessed = _assessments(model, index, day)[2]
    changed: Array = index[moved | assessed | (population.open_day[index] == day) | (population.closed_day[index] == day)]
    return changed


def customers(model: Model, day: int) -> pa.Table:
    """The day's inserted and changed customers."""
    index, d = changed_customers(model, day), model.draws
    p, people = model.population, model.people
    who, kind = p.person[index], p.kind[index]
    retail, opened = kind == RETAIL, p.open_day[index]
    turn, assessed_on, _ = _assessments(model, index, day)
    home = (day + _phase(model, "moves", index, _MOVES_EVERY)) // _MOVES_EVERY
    branch = people.city(who) * 10 + d.below("branch", index, 3)
    managed = p.is_wealthy[index] | (kind == 2)
    level = np.clip(d.below("risk", index, 5, turn) - (people.age(who) > 65), 0, 4)
    names = people.name(who).to_numpy(zero_copy_only=False)
    companies = people.company_name(index).to_numpy(zero_copy_only=False)
    occupation = np.where(
        p.is_pensioner[index], len(words.OCCUPATIONS) - 1, d.below("occupation", who, len(words.OCCUPATIONS) - 1)
    )
    employer = p.employer[index]
    return pa.table(
        {
            "customer_no": model.customer_numbers(index),
            "customer_type": picked(["retail", "small_business", "corporate"], kind),
            "full_name": pa.array(np.where(retail, names, companies), pa.string()),
            "gender": blank(picked(["F", "M"], people.is_male(who)), ~retail),
            "birth_date": blank(dates(people.birth_day(who)), ~retail),
            "id_type": picked(["national_id", "business_licence"], ~retail),
            "id_number": blank(people.national_id(who), ~retail),
            "mobile": people.mobile(who),
            "email": blank(people.email(who), d.uniform("has_email", index) < 0.4),
            "address": people.address(who, home),
            "province": picked([province for province, _, _ in words.CITIES], people.city(who)),
            "city": picked([city for _, city, _ in words.CITIES], people.city(who)),
            "occupation": blank(picked(words.OCCUPATIONS, occupation), ~retail),
            "monthly_income": blank(money(np.round(p.income[index]).astype(np.int64) * 100), p.income[index] == 0),
            "employer_no": blank(model.customer_numbers(np.maximum(employer, 0)), employer < 0),
            "credit_code": blank(people.credit_code(index), retail),
            "risk_level": blank(picked(["C1", "C2", "C3", "C4", "C5"], level), assessed_on == FAR),
            "risk_assessed_on": blank(dates(assessed_on), assessed_on == FAR),
            "branch_no": numbered("B", branch, 4),
            "manager_id": blank(joined(numbered("RM", branch, 4), plain(1 + d.below("manager", index, 3))), ~managed),
            "wecom_external_id": blank(
                numbered("wm", d.bits("wecom", who) % np.uint64(10**15), 15), d.uniform("on_wecom", who) < 0.7
            ),
            "is_staff": pa.array(retail & (d.uniform("staff", index) < 0.004)),
            "opened_on": dates(opened),
            "closed_on": blank(dates(p.closed_day[index]), p.closed_day[index] > day),
        }
    )


def account_holders(model: Model, day: int) -> pa.Table:
    """Further people on accounts opened on the day (on the first date: so far)."""
    h, p = model.holdings, model.population
    opened = h.open_day <= day if day == model.first else h.open_day == day
    accounts = np.flatnonzero(opened & ((h.slot == DEMAND) | (h.slot == CARD)) & (h.customer > 0))
    owner = h.customer[accounts]
    known = p.open_day[owner - 1] <= day
    shared = known & (p.kind[owner - 1] == RETAIL) & (model.draws.uniform("shares_account", accounts) < 0.035)
    accounts = accounts[shared]
    joint = (h.slot[accounts] == DEMAND) & (p.kind[h.customer[accounts]] == RETAIL)
    return pa.table(
        {
            "account_no": model.account_numbers(accounts),
            "customer_no": model.customer_numbers(h.customer[accounts] - 1),
            "role": picked(["authorised", "joint"], joint),
        }
    )


def consents(model: Model, day: int) -> pa.Table:
    """Answers given on the day (on the first date: the latest of each so far)."""
    p, d = model.population, model.draws
    index = np.flatnonzero((p.open_day <= day) & (p.kind == RETAIL) & (p.closed_day > day))
    tables = []
    for number, (purpose, channel, category, answered, agreed) in enumerate(SCOPES):
        name = f"consent/{number}"
        position = day + _phase(model, name, index, _MINDS_EVERY)
        since = position % _MINDS_EVERY
        on = np.maximum(day - since, p.open_day[index])
        told = (d.uniform(name + "/answered", index) < answered) & ((day == model.first) | (on == day))
        who = index[told]
        agrees = d.uniform(name + "/agrees", who, position[told] // _MINDS_EVERY) < agreed
        seconds = 8 * 3_600 + d.below(name + "/time", who, 12 * 3_600)
        tables.append(
            pa.table(
                {
                    "customer_no": model.customer_numbers(who),
                    "purpose": repeated(purpose, len(who)),
                    "channel": repeated(channel, len(who)),
                    "product_category": repeated(category, len(who)),
                    "is_granted": pa.array(agrees),
                    "changed_at": moments(on[told], seconds),
                }
            )
        )
    return pa.concat_tables(tables)

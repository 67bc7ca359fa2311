"""Rows of third_party.companies, company_links and company_people: the bank's organisations and their neighbours, from outside.

Belongs here: tax, registry and judicial data, who supplies whom, who owns what. Not here: their accounts (holdings.py).
Told on the first date, and on the first of each month: what is new, and a fifth of the companies again. With every second
organisation of the bank stands one that banks elsewhere.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import Column, blank, dates, money, picked
from demo.days import FAR, to_date, to_day
from demo.draws import Array
from demo.outside_records import providers_tell
from demo.people import OUTSIDER
from demo.population import CORPORATE, RETAIL, SMALL_BUSINESS

_ROLES = ("owner", "legal_representative", "director")
_LINKS = ("supplier", "buyer", "shareholder")
_PEOPLE_ELSEWHERE = OUTSIDER + 20_000_000


def _told(model: Model, day: int) -> Array:
    """The organisations that the providers know of on a day, in rising order; none on a day on which they are silent."""
    p = model.population
    return np.flatnonzero(p.is_organisation & (p.open_day <= day) & providers_tell(model, day))


def _since_told(model: Model, day: int) -> int:
    """The first day that the providers have not told of before."""
    return -FAR if day == model.first else max(model.first, to_day(to_date(day - 1).replace(day=1))) + 1


def _neighbours(organisations: Array) -> Array:
    """The companies that bank elsewhere."""
    elsewhere: Array = OUTSIDER + organisations[organisations % 2 == 0]
    return elsewhere


def _is_new(model: Model, organisations: Array, day: int) -> Array:
    new: Array = model.population.open_day[organisations] >= _since_told(model, day)
    return new


def companies(model: Model, day: int) -> pa.Table:
    """What is known of each company; nothing on a day on which providers are silent."""
    d, p = model.draws, model.population
    mine = _told(model, day)
    mine = mine[_is_new(model, mine, day) | (d.uniform("company/refreshed", mine, day) < 0.2)]
    code = np.concatenate([mine, _neighbours(mine)])
    here = code < OUTSIDER
    paid = p.employer[(p.employer >= 0) & (p.open_day <= day)]
    paid_here = np.bincount(paid, minlength=p.size)[np.where(here, code, 0)] * here
    year = int(day - model.first) // 365
    size = np.where(here, p.aum[np.where(here, code, 0)], np.exp(12.0 + 1.8 * d.normal("company/size", code)))
    revenue = size * np.exp(1.6 + 0.5 * d.normal("company/revenue", code, year + 1))
    staff = np.maximum(paid_here * 2, (revenue / 600_000 * (0.5 + d.uniform("company/staff", code))).astype(np.int64) + 1)
    grade = np.searchsorted([0.25, 0.75, 0.9, 0.96], d.uniform("company/grade", code))
    founded = np.where(here, p.open_day[np.where(here, code, 0)], model.first - 900) - 60
    lag = d.below("company/lag", code, 200) if day == model.first else np.zeros(len(code), dtype=np.int64)
    return pa.table(
        {
            "credit_code": model.people.credit_code(code),
            "company_name": model.people.company_name(code),
            "industry": picked(words.INDUSTRIES, d.below("industry", code, len(words.INDUSTRIES))),
            "city": picked([city for _, city, _ in words.CITIES], model.people.city(code)),
            "registered_on": dates(founded - d.below("company/founded", code, 5_000)),
            "tax_grade": picked(("A", "B", "M", "C", "D"), grade),
            "annual_tax": money(np.round(revenue * (0.01 + 0.05 * d.uniform("company/tax", code))).astype(np.int64) * 100),
            "annual_revenue": money(np.round(revenue).astype(np.int64) * 100),
            "employees": pa.array(staff),
            "is_specialised_new": pa.array(d.uniform("company/specialised", code) < 0.06),
            "has_judicial_record": pa.array(d.uniform("company/judicial", code) < 0.03 + 0.25 * (grade == 4)),
            "observed_on": dates(day - lag),
        }
    )


def core_enterprises(model: Model) -> Array:
    """The few large organisations at the head of a supply chain: the richest eighth of the first corporate customers."""
    p = model.population
    corporate = np.flatnonzero((p.kind == CORPORATE) & (np.arange(p.size) < model.parameters.customers))
    richest = corporate[np.argsort(-p.aum[corporate], kind="stable")]
    return richest[: -(-len(richest) // 8)]


def company_links(model: Model, day: int) -> pa.Table:
    """From supplier to the company supplied, from buyer to the seller, from shareholder to the company held."""
    d, cores = model.draws, core_enterprises(model)
    mine = _told(model, day)
    mine = mine[_is_new(model, mine, day) & ~np.isin(mine, cores) & (len(cores) > 0)]
    code = np.concatenate([mine, _neighbours(mine)])
    u = d.uniform("link", code)
    chosen = u < 0.65
    code, u = code[chosen], u[chosen]
    head = cores[(d.uniform("link/core", code) ** 2 * len(cores)).astype(np.int64)]  # the first have the longest chains
    link = np.searchsorted([0.38, 0.56], u)
    holds = link == _LINKS.index("shareholder")  # the core enterprise holds shares of the smaller company
    return pa.table(
        {
            "from_credit_code": model.people.credit_code(np.where(holds, head, code)),
            "to_credit_code": model.people.credit_code(np.where(holds, code, head)),
            "link": picked(_LINKS, link),
            "observed_on": dates(np.full(len(code), day)),
        }
    )


def owners(model: Model, organisations: Array) -> Array:
    """The person who owns each organisation: a customer here for two in three small businesses, somebody else otherwise."""
    d, p = model.draws, model.population
    elsewhere = _PEOPLE_ELSEWHERE + organisations
    candidates = np.stack([d.below(f"owner/{number}", organisations, organisations) for number in range(4)])
    fits = (p.kind[candidates] == RETAIL) & (p.person[candidates] == candidates)
    fits &= p.open_day[candidates] <= p.open_day[organisations]
    best = np.argmax(np.where(fits, p.aum[candidates], -1.0), axis=0)
    place = np.arange(len(organisations))
    small = p.kind[organisations] == SMALL_BUSINESS
    banks_here = small & fits[best, place] & (d.uniform("owner/here", organisations) < 0.75)
    return np.where(banks_here, candidates[best, place], elsewhere)


def company_people(model: Model, day: int) -> tuple[pa.Table, Array]:
    """Owners, legal representatives and directors of the companies new to the providers; and who these people are."""
    d, p = model.draws, model.population
    mine = _told(model, day)
    mine = mine[_is_new(model, mine, day)]
    owner = owners(model, mine)
    manager = np.where(d.uniform("owner/manages", mine) < 0.8, owner, _PEOPLE_ELSEWHERE + 10_000_000 + mine)
    large = mine[p.kind[mine] == CORPORATE]
    directors = [_PEOPLE_ELSEWHERE + number * 10_000_000 + large for number in (2, 3)]
    company = np.concatenate([mine, mine, large, large])
    person = np.concatenate([owner, manager, *directors])
    role = np.repeat([0, 1, 2], [len(mine), len(mine), 2 * len(large)])
    return pa.table(
        {
            "credit_code": model.people.credit_code(company),
            "id_number": model.people.national_id(person),
            "full_name": _known_name(model, person, role),
            "role": picked(_ROLES, role),
            "observed_on": dates(np.full(len(company), day)),
        }
    ), person


def _known_name(model: Model, person: Array, role: Array) -> Column:
    return blank(model.people.name(person), model.draws.uniform("company/name", person * 3 + role) < 0.03)

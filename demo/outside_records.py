"""Rows of app.users, app.events and third_party.people: the same people, seen from elsewhere.

Belongs here: what other sources know, with their gaps and slips. Not here: what core banking knows (customer_records.py),
calls and complaints (service_records.py).
Each function also says whose rows they are, for the truth.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import Column, blank, dates, joined, moments, nothing, numbered, picked, plain, repeated
from demo.days import FAR, season, to_date
from demo.draws import Array
from demo.interest import visits
from demo.people import OUTSIDER
from demo.population import RETAIL

EVENT_HISTORY_DAYS = 60
_NIGHT_OWLS = 0.06
_MOVES, _MOVING_DAYS = 0.08, (-300, 600)  # who comes to live elsewhere without telling the bank; when, from the first date on
_APPLIES, _FINISHES = 0.035, 0.75  # sessions in which somebody applies who will not take it; how many of these send it off
_APPLIED_FOR = np.array([words.PRODUCT[code] for code in words.APPLIED_FOR])
_ABOUT_A_PRODUCT = ("product_view", "apply_start", "apply_submit")
PROVIDERS = (("bureau_a", 0.4), ("bureau_b", 0.25))


@lru_cache(maxsize=1)
def _app_people(model: Model) -> tuple[Array, Array, Array]:
    """Everybody who ever installs the app: their person, their customer index (-1: none), their registration day."""
    p, d = model.population, model.draws
    index = np.arange(p.size)
    young = np.clip(1.15 - model.people.age(p.person) / 120, 0.3, 1.0)
    mine = np.flatnonzero((p.kind == RETAIL) & ~p.goes_to_branch & (d.uniform("has_app", index) < young))
    opened, first = p.open_day[mine], model.first
    from_day = np.maximum(opened, first - 1_500)
    early = from_day + (d.uniform("app_since", mine) * (first - from_day)).astype(np.int64)
    since = np.where(opened >= first, opened + d.below("app_since", mine, 20), np.minimum(early, first - 1))
    visitors = np.arange(p.size // 20) * 20 + 19  # with every twentieth customer comes a visitor who is none
    known = p.open_day[visitors]
    seen = np.where(known >= first, known, first - 1 - d.below("visitor_since", visitors, 500))
    person = np.concatenate([p.person[mine], OUTSIDER + visitors])
    return person, np.concatenate([mine, np.full(len(visitors), -1)]), np.concatenate([since, seen])


def _app_numbers(person: Array, index: Array) -> Array:
    """App user numbers that do not show the customer number."""
    place = np.where(index >= 0, index * 2, (person - OUTSIDER) * 2 + 1)
    return place * 7_368_787 % 10**9


def app_user_numbers(model: Model, places: Array) -> Column:
    """The app user ids at these places among the app's people."""
    person, index, _ = _app_people(model)
    return numbered("U", _app_numbers(person, index)[places], 9)


def _bound_day(model: Model, index: Array, since: Array) -> Array:
    """When an app user binds the customer number; some do later, some never."""
    u = model.draws.uniform("binds", np.maximum(index, 0))
    late = np.maximum(since, model.first - 150) + 1 + model.draws.below("binds_after", np.maximum(index, 0), 300)
    return np.where((index < 0) | (u < 0.12), np.iinfo(np.int64).max, np.where(u < 0.25, late, since))


def users(model: Model, day: int, *, everybody: bool = False) -> tuple[pa.Table, Array]:
    """App users registered or bound on the day (on the first date, or if asked: all so far), and their people."""
    person, index, since = _app_people(model)
    bound = _bound_day(model, index, since)
    told = since <= day if everybody or day == model.first else (since == day) | ((bound == day) & (since < day))
    person, index, since, bound = person[told], index[told], since[told], bound[told]
    d = model.draws
    push_token = numbered("push", d.bits("push", person) % np.uint64(10**15), 15)
    return pa.table(
        {
            "app_user_id": numbered("U", _app_numbers(person, index), 9),
            "customer_no": blank(model.customer_numbers(np.maximum(index, 0)), bound > day),
            "mobile": model.people.mobile(person),
            "email": blank(model.people.email(person), d.uniform("app_email", person) < 0.7),
            "device_id": numbered("dev", d.bits("device", person) % np.uint64(10**15), 15),
            "push_token": blank(push_token, d.uniform("push_off", person) < 0.3),
            "registered_at": moments(since, 7 * 3_600 + d.below("registered", person, 15 * 3_600)),
        }
    ), person


@lru_cache(maxsize=1)
def app_user_of(model: Model) -> Array:
    """For each customer the place of their app user; -1 where they never have one."""
    _, index, _ = _app_people(model)
    mine = np.flatnonzero(index >= 0)
    place = np.full(model.population.size, -1)
    place[index[mine]] = mine
    return place


def app_users_of(model: Model, customers: Array, day: int) -> tuple[Array, Array, Array]:
    """Each customer's person, app user number, and whether they have the app on the day."""
    person, index, since = _app_people(model)
    place = app_user_of(model)[np.maximum(customers, 0)]
    return person[place], _app_numbers(person, index)[place], (place >= 0) & (since[place] <= day) & (customers >= 0)


@lru_cache(maxsize=1)
def moves_to(model: Model) -> tuple[Array, Array]:
    """For each of the app's people the day on which they come to live elsewhere (FAR: never), and the city."""
    d, (person, index, _) = model.draws, _app_people(model)
    key, (soonest, latest) = _app_numbers(person, index), _MOVING_DAYS
    on = model.first + soonest + d.below("moves_on", key, latest - soonest)
    cities = len(words.CITIES)
    city = (model.people.city(person) + 1 + d.below("moves_to", key, cities - 1)) % cities
    return np.where(d.uniform("moves_away", key) < _MOVES, on, FAR), city


def _sessions(model: Model, day: int) -> tuple[Array, Array, Array]:
    """Who opens the app on a day: their places among the app's people, the product they come for (-1: none), and how far
    they get with applying for it (0: they do not, 1: begun, 2: sent). People who drift away open it less and less."""
    person, index, since = _app_people(model)
    activity = np.where(index >= 0, model.population.activity(day)[np.maximum(index, 0)], 0.4)
    d, key = model.draws, _app_numbers(person, index)
    opens = d.uniform("opens_app", key, day) < 0.09 * activity * season(day)
    about, applying = np.full(len(person), -1), np.zeros(len(person), dtype=np.int64)
    came = np.flatnonzero(opens)
    applicants = came[d.uniform("applies", key[came], day) < _APPLIES]
    about[applicants] = _APPLIED_FOR[d.below("applied_for", key[applicants], len(_APPLIED_FOR), day)]
    applying[applicants] = np.where(d.uniform("finishes", key[applicants], day) < _FINISHES, 2, 1)
    customer, product, applies = visits(model, day)
    place = app_user_of(model)[customer]
    about[place[place >= 0]] = product[place >= 0]
    applying[place[place >= 0]] = applies[place >= 0] * 2
    chosen = np.flatnonzero((opens | (about >= 0)) & (since <= day))
    return chosen, about[chosen], applying[chosen]


def events(model: Model, day: int) -> pa.Table:
    """The day's app sessions, a row per event; night owls come between midnight and four."""
    person, index, _ = _app_people(model)
    d, key = model.draws, _app_numbers(person, index)
    chosen, about, applying = _sessions(model, day)
    length = np.where(about >= 0, 4, 2) + d.below("session_length", key[chosen], 4, day)
    who = np.repeat(chosen, length)
    about, applying = about.repeat(length), applying.repeat(length)
    step = np.arange(len(who)) - np.repeat(np.cumsum(length) - length, length)
    draw = key[who] * 8 + step
    name = np.array(words.EVENT_NAMES)[d.below("event", draw, len(words.EVENT_NAMES), day)]
    is_last = step == length.repeat(length) - 1
    name = np.where(about >= 0, "product_view", name)
    name = np.where((step > 0) & (step <= applying), np.where(step == 1, "apply_start", "apply_submit"), name)
    names = np.where(step == 0, "login", np.where(is_last, "logout", name))
    by_day = 7 * 3_600 + d.below("session_start", key[who], 16 * 3_600, day)
    by_night = d.below("session_start", key[who], 4 * 3_600 - 900, day)
    started = np.where(d.uniform("night_owl", key[who]) < _NIGHT_OWLS, by_night, by_day)
    looks = np.isin(names, _ABOUT_A_PRODUCT)
    inside = (step > 0) & ~is_last & (about >= 0)
    seen = np.where(inside, about, d.below("seen", draw, len(words.PRODUCTS), day))
    product_page = np.array([words.PAGES.index(words.PRODUCT_PAGES[product.category]) for product in words.PRODUCTS])
    by_chance = len(words.PAGES) - 1  # all but the last, which nobody sees without looking for it
    page = np.where(looks, product_page[seen], d.below("page", draw, by_chance, day))
    away = d.uniform("away", key[who], day) < 0.04
    moves_on, new_city = moves_to(model)
    home = np.where(moves_on[who] <= day, new_city[who], model.people.city(person[who]))
    city = np.where(away, d.below("away/city", key[who], len(words.CITIES), day), home)
    stay = d.below("stay", draw, 90, day)
    stamp = int(to_date(day).strftime("%Y%m%d"))
    return pa.table(
        {
            "event_id": numbered("E", stamp * 10**8 + np.arange(1, len(who) + 1), 16),
            "app_user_id": numbered("U", key[who], 9),
            "device_id": numbered("dev", d.bits("device", person[who]) % np.uint64(10**15), 15),
            "session_id": joined(numbered("S", key[who], 9), f"-{stamp}"),
            "occurred_at": moments(np.full(len(who), day), started + step * 95 + stay),
            "event_name": pa.array(names, pa.string()),
            "page": picked(words.PAGES, page),
            "city": picked([name for _, name, _ in words.CITIES], city),
            "product_code": blank(picked([product.code for product in words.PRODUCTS], seen), ~looks),
            "message_id": nothing(len(who)),
            "properties": joined('{"stay_seconds": ', plain(stay + 1), "}"),
        }
    )


def providers_tell(model: Model, day: int) -> bool:
    """Whether data providers deliver on a day: the first date, and the first of each month."""
    return day == model.first or to_date(day).day == 1


def third_party_people(model: Model, day: int) -> tuple[pa.Table, Array]:
    """What data providers know: everybody they cover on the first date, a fifth of them again on the first of each month."""
    tables, people = [], []
    for number, (provider, share) in enumerate(PROVIDERS):
        table, person = _provider(model, day, provider, share, number)
        tables.append(table)
        people.append(person)
    return pa.concat_tables(tables), np.concatenate(people)


def provider_records(number: int, person: Array) -> Array:
    """The provider's own numbers, which do not show the customer's."""
    record: Array = (person * 2 + number) * 5_915_587 % 10**10
    return record


def name_slips(model: Model, number: int, person: Array) -> Array:
    """How the provider of a number got people's names wrong; 0 where it did not."""
    u = model.draws.uniform(f"{PROVIDERS[number][0]}/slip", person)
    return np.select([u < 0.03, u < 0.07, u < 0.09, u < 0.12], [1, 2, 3, 4], 0)


def _interests(model: Model, provider: str, person: Array) -> Array:
    """Half the people like what their age likes."""
    d, age = model.draws, model.people.age(person)
    of_ages = np.array([words.INTERESTS.index(text) for text in words.OF_AGES])
    of_age = of_ages[np.searchsorted([25, 32, 46, 60], age, side="right")]
    drawn = d.below(f"{provider}/interests", person, len(words.INTERESTS))
    return np.where(d.uniform(f"{provider}/typical", person) < 0.5, of_age, drawn)


def _provider(model: Model, day: int, provider: str, share: float, number: int) -> tuple[pa.Table, Array]:
    p, d = model.population, model.draws
    index = np.arange(p.size)
    covered = (p.kind == RETAIL) & (p.person == index) & (p.open_day <= day)
    if day != model.first:
        covered &= d.uniform(f"{provider}/refreshed", index, day) < 0.2
    mine = index[covered & (d.uniform(f"{provider}/covers", index) < share)]
    others = OUTSIDER + 10_000_000 + mine[mine % 20 == 0]  # and people nobody else knows
    person = np.concatenate([mine, others])
    slip = name_slips(model, number, person)
    record = provider_records(number, person)
    lag = d.below(f"{provider}/lag", person, 200) if day == model.first else np.zeros(len(person), dtype=np.int64)
    number_known = d.uniform(f"{provider}/mobile", person)
    mobile, former = (
        column.to_numpy(zero_copy_only=False) for column in (model.people.mobile(person), model.people.former_mobile(person))
    )
    band = np.clip(d.below(f"{provider}/band", person, 5, day // 180), 0, 4)
    interests = picked(words.INTERESTS, _interests(model, provider, person))
    return pa.table(
        {
            "provider": repeated(provider, len(person)),
            "record_id": numbered("R", record, 10),
            "full_name": model.people.name(person, slip),
            "birth_date": blank(dates(model.people.birth_day(person)), d.uniform(f"{provider}/birth", person) < 0.1),
            "id_number": blank(model.people.national_id(person), d.uniform(f"{provider}/id", person) < 0.55),
            "mobile": blank(pa.array(np.where(number_known < 0.12, former, mobile), pa.string()), number_known > 0.9),
            "email": blank(model.people.email(person), d.uniform(f"{provider}/email", person) < 0.6),
            "address": blank(model.people.address(person), d.uniform(f"{provider}/address", person) < 0.4),
            "city": picked([city for _, city, _ in words.CITIES], model.people.city(person)),
            "income_band": picked(words.INCOME_BANDS, band),
            "interests": interests,
            "credit_score": pa.array(350 + d.below(f"{provider}/score", person, 600, day // 60)),
            "has_judicial_record": pa.array(d.uniform("judicial", person) < 0.01),
            "observed_on": dates(day - lag),
        }
    ), person

"""Rows of app.users, app.events, call_centre.contacts and third_party.people: the same people, seen from elsewhere.

Belongs here: what other sources know, with their gaps and slips. Not here: what core banking knows (customer_records.py).
Each function also says whose rows they are, for the truth.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import blank, dates, joined, moments, nothing, numbered, picked, plain, repeated
from demo.days import season, to_date
from demo.draws import Array
from demo.people import OUTSIDER
from demo.population import RETAIL

EVENT_HISTORY_DAYS = 60
_PROVIDERS = (("bureau_a", 0.4), ("bureau_b", 0.25))


def _app_people(model: Model) -> tuple[Array, Array, Array]:
    """Everybody who ever installs the app: their person, their customer index (-1: none), their registration day."""
    p, d = model.population, model.draws
    index = np.arange(p.size)
    young = np.clip(1.15 - model.people.age(p.person) / 120, 0.3, 1.0)
    mine = np.flatnonzero((p.kind == RETAIL) & (d.uniform("has_app", index) < young))
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


def app_users_of(model: Model, customers: Array, day: int) -> tuple[Array, Array, Array]:
    """Each customer's person, app user number, and whether they have the app on the day."""
    person, index, since = _app_people(model)
    installed = np.flatnonzero((index >= 0) & (since <= day))
    at = np.full(model.population.size, -1)
    at[index[installed]] = installed
    place = at[np.maximum(customers, 0)]
    return person[place], _app_numbers(person, index)[place], (place >= 0) & (customers >= 0)


def events(model: Model, day: int) -> pa.Table:
    """The day's app sessions, a row per event; people who drift away open the app less and less."""
    person, index, since = _app_people(model)
    d = model.draws
    activity = np.where(index >= 0, model.population.activity(day)[np.maximum(index, 0)], 0.4)
    key = _app_numbers(person, index)
    opens = d.uniform("opens_app", key, day) < 0.09 * activity * season(day)
    chosen = np.flatnonzero(opens & (since <= day))
    length = 2 + d.below("session_length", key[chosen], 4, day)
    who = np.repeat(chosen, length)
    step = np.arange(len(who)) - np.repeat(np.cumsum(length) - length, length)
    draw = key[who] * 8 + step
    name = np.array(words.EVENT_NAMES)[d.below("event", draw, len(words.EVENT_NAMES), day)]
    is_last = step == length.repeat(length) - 1
    names = np.where(step == 0, "login", np.where(is_last, "logout", name))
    started = 7 * 3_600 + d.below("session_start", key[who], 16 * 3_600, day)
    looks = names == "product_view"
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
            "page": picked(words.PAGES, d.below("page", draw, len(words.PAGES), day)),
            "city": picked([city for _, city, _ in words.CITIES], model.people.city(person[who])),
            "product_code": blank(
                picked([product.code for product in words.PRODUCTS], d.below("seen", draw, len(words.PRODUCTS), day)), ~looks
            ),
            "message_id": nothing(len(who)),
            "properties": joined('{"stay_seconds": ', plain(stay + 1), "}"),
        }
    )


def contacts(model: Model, day: int) -> tuple[pa.Table, Array]:
    """The day's calls, chats and visits, and the people behind them; some callers are strangers."""
    p, d = model.population, model.draws
    index = np.arange(p.size)
    rare = 0.003 + 0.004 * ((p.leave_day - day > 0) & (p.leave_day - day < 40))  # those about to leave complain first
    calls = np.flatnonzero((d.uniform("contacts", index, day) < rare) & (p.open_day <= day) & (day < p.closed_day))
    stranger = d.uniform("stranger", calls, day) < 0.06
    person = np.where(stranger, OUTSIDER + calls, p.person[calls])
    channel = d.below("contact_channel", calls, 10, day)
    channels = ["inbound_call"] * 6 + ["outbound_call", "chat", "wecom", "branch_visit"]
    outcome = np.minimum(d.below("outcome", calls, 12, day), 3)
    served = outcome > 0
    wait, service = d.below("wait_time", calls, 240, day), np.where(served, 30 + d.below("service", calls, 600, day), 0)
    started = 8 * 3_600 + d.below("called_at", calls, 12 * 3_600, day)
    rows, days, reason = len(calls), np.full(len(calls), day), d.below("reason", calls, len(words.CONTACT_REASONS), day)
    stamp = int(to_date(day).strftime("%Y%m%d"))
    return pa.table(
        {
            "contact_id": numbered("K", stamp * 10**6 + np.arange(1, rows + 1), 14),
            "customer_no": blank(model.customer_numbers(calls), stranger | (d.uniform("identified", calls, day) < 0.4)),
            "caller_number": blank(model.people.mobile(person), channel > 6),
            "channel": picked(channels, channel),
            "started_at": moments(days, started),
            "ended_at": moments(days, started + wait + service),
            "wait_seconds": pa.array(wait),
            "service_seconds": pa.array(service),
            "agent_id": blank(numbered("A", d.below("agent", calls, 60, day), 3), ~served),
            "reason": picked(words.CONTACT_REASONS, reason),
            "outcome": picked(["abandoned", "transferred", "voicemail", "served"], outcome),
            "transcript": blank(picked(words.TRANSCRIPTS, reason), ~served),
        }
    ), person


def providers_tell(model: Model, day: int) -> bool:
    """Whether data providers deliver on a day: the first date, and the first of each month."""
    return day == model.first or to_date(day).day == 1


def third_party_people(model: Model, day: int) -> tuple[pa.Table, Array]:
    """What data providers know: everybody they cover on the first date, a fifth of them again on the first of each month."""
    tables, people = [], []
    for number, (provider, share) in enumerate(_PROVIDERS):
        table, person = _provider(model, day, provider, share, number)
        tables.append(table)
        people.append(person)
    return pa.concat_tables(tables), np.concatenate(people)


def _provider(model: Model, day: int, provider: str, share: float, number: int) -> tuple[pa.Table, Array]:
    p, d = model.population, model.draws
    index = np.arange(p.size)
    covered = (p.kind == RETAIL) & (p.person == index) & (p.open_day <= day)
    if day != model.first:
        covered &= d.uniform(f"{provider}/refreshed", index, day) < 0.2
    mine = index[covered & (d.uniform(f"{provider}/covers", index) < share)]
    others = OUTSIDER + 10_000_000 + mine[mine % 20 == 0]  # and people nobody else knows
    person = np.concatenate([mine, others])
    u = d.uniform(f"{provider}/slip", person)
    slip = np.select([u < 0.03, u < 0.07, u < 0.09], [1, 2, 3], 0)
    record = (person * 2 + number) * 5_915_587 % 10**10
    lag = d.below(f"{provider}/lag", person, 200) if day == model.first else np.zeros(len(person), dtype=np.int64)
    number_known = d.uniform(f"{provider}/mobile", person)
    mobile, former = (
        column.to_numpy(zero_copy_only=False) for column in (model.people.mobile(person), model.people.former_mobile(person))
    )
    band = np.clip(d.below(f"{provider}/band", person, 5, day // 180), 0, 4)
    interests = picked(words.INTERESTS, d.below(f"{provider}/interests", person, len(words.INTERESTS)))
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

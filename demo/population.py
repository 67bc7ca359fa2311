"""Who banks here, how rich and how lively they are, and when they drift away.

Belongs here: what is settled about each customer number for ever, as arrays. Not here: their accounts (holdings.py), what
happens on a day (flows.py), names (people.py). Index i is customer number i; a longer population begins with the shorter one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.days import FAR
from demo.draws import Array, Draws
from demo.people import Kin, People

HISTORY_DAYS = 400  # before the first date, unless told otherwise
GROWTH_PER_10_000 = 4  # new customers a day for each 10,000 at the start
FADING_DAYS = 60
RETAIL, SMALL_BUSINESS, CORPORATE = 0, 1, 2
WEALTHY = 500_000.0


@dataclass(frozen=True)
class Parameters:
    """What makes one demo bank differ from another."""

    customers: int
    seed: int
    first: int
    history_days: int = HISTORY_DAYS

    @property
    def start(self) -> int:
        """The day before the history."""
        return self.first - self.history_days

    def size_on(self, day: int) -> int:
        """Customer numbers given out up to and including a day."""
        return self.customers + (day - self.first + 1) * self.customers * GROWTH_PER_10_000 // 10_000

    def joined_on(self, index: Array) -> Array:
        """The day on which each later customer number is given out."""
        later = (index - self.customers + 1) * 10_000
        day: Array = self.first + -(-later // (self.customers * GROWTH_PER_10_000)) - 1
        return day


@dataclass(frozen=True)
class Population:
    """One entry per customer number. Days are integers, money is yuan as float (targets) until it moves."""

    people: People
    kind: Array  # RETAIL, SMALL_BUSINESS, CORPORATE
    person: Array  # the person's number: another customer's where somebody has two customer numbers
    lookalike: Array  # 0 none, 1 twin, 2 family phone, 3 recycled number (with the person in `kin`)
    open_day: Array
    active_from: Array  # first day with own transactions
    silent_from: Array  # fading ends and silence begins; FAR for those who stay
    leave_day: Array  # the money leaves; FAR where it stays
    returns: Array  # first day back; FAR for those who do not
    closed_day: Array
    aum: Array  # what they tend to own
    liveliness: Array  # own payments a day
    income: Array  # monthly; 0 where no salary or pension arrives
    is_pensioner: Array
    keeps_salary: Array  # the salary goes on arriving after the drift
    salary_stop: Array  # from here on it arrives no more, although the customer stays; FAR where it does
    payday: Array
    employer: Array  # customer index, -1 where the salary comes from elsewhere
    pays_elsewhere: Array  # an organisation whose payroll another bank runs
    goes_to_branch: Array  # a person who pays at the counter, and has no app

    @property
    def size(self) -> int:
        return len(self.kind)

    @property
    def is_organisation(self) -> Array:
        organisations: Array = self.kind != RETAIL
        return organisations

    @property
    def is_wealthy(self) -> Array:
        wealthy: Array = self.aum >= WEALTHY
        return wealthy

    def activity(self, day: int | Array, who: Array | slice = slice(None)) -> Array:
        """How lively customers (all, or those given) are on a day, or each on a day of their own: 1 as ever, 0 silent."""
        fading = np.clip((self.silent_from[who] - day) / FADING_DAYS, 0.0, 1.0)
        level = np.where(day >= self.returns[who], 1.0, fading)
        return np.where((day >= self.active_from[who]) & (day < self.closed_day[who]), level, 0.0)


def _kin(draws: Draws, index: Array, kind: Array, person: Array) -> tuple[Kin, Array]:
    u = draws.uniform("lookalike", index)
    before = np.maximum(index - 1, 0)
    plain = (kind == RETAIL) & (person == index)
    beside = plain & plain[before] & (index > 0)
    other = draws.below("recycled", index, index)
    twin, family = beside & (u < 0.005), beside & (u >= 0.005) & (u < 0.03)
    recycled = plain & plain[other] & (other < index) & (u >= 0.03) & (u < 0.035)
    own = index
    kin = Kin(
        surname=np.where(twin | family, person[before], own),
        birth=np.where(twin, before, own),
        home=np.where(twin | family, before, own),
        phone=np.where(family, before, np.where(recycled, other, own)),
    )
    return kin, np.select([twin, family, recycled], [1, 2, 3], 0)


def _second_numbers(draws: Draws, index: Array, kind: Array) -> Array:
    """The person behind each customer number; six in a thousand retail numbers are somebody's second one."""
    other = draws.below("second_number", index, index)
    candidate = (kind == RETAIL) & (draws.uniform("is_second", index) < 0.006) & (index > 0)
    valid = candidate & (kind[other] == RETAIL) & ~candidate[other]
    return np.where(valid, other, index)


def _drift(draws: Draws, index: Array, first: int, open_day: Array, rich: Array, organisation: Array) -> tuple[Array, ...]:
    share = np.where(rich, 0.7, np.where(organisation, 0.12, 0.28))
    drifts = draws.uniform("drifts", index) < share
    u = draws.uniform("silent_from", index)
    silent = np.where(open_day >= first, open_day + 90 + u * 900, first - 330 + u * np.where(rich, 660, 800)).astype(np.int64)
    silent = np.where(drifts, np.maximum(silent, open_day + 90), FAR)
    leaves = drifts & (draws.uniform("leaves", index) < np.where(rich, 0.35, 0.6))
    leave = np.where(leaves, silent - 1 - draws.below("leave", index, 15), FAR)
    returns = drifts & (draws.uniform("returns", index) < 0.3)
    back = np.where(returns, silent + 185 + draws.below("back", index, 150), FAR)
    return silent, leave, back


def _salary_stops(draws: Draws, index: Array, first: int, earns: Array) -> Array:
    stops = earns & (draws.uniform("salary_stops", index) < 0.08)
    return np.where(stops, first - 300 + draws.below("salary_stop", index, 700), FAR)


def build(parameters: Parameters, size: int, draws: Draws) -> Population:
    """The first `size` customer numbers."""
    index, first = np.arange(size, dtype=np.int64), parameters.first
    u = draws.uniform("kind", index)
    kind = np.select([u < 0.015, u < 0.08], [CORPORATE, SMALL_BUSINESS], RETAIL)
    person = _second_numbers(draws, index, kind)
    kin, lookalike = _kin(draws, index, kind, person)
    people = People(draws, first, kin)
    organisation, age = kind != RETAIL, people.age(person)

    luck = draws.normal("wealth", index)
    z = 0.95 * luck + 0.31 * (age - 43.0) / 17.0
    aum = np.where(organisation, np.exp(np.log(150_000.0) + 1.8 * luck + 2.0 * (kind == CORPORATE)), 29_800.0 * np.exp(2.2 * z))
    aum = np.minimum(aum, 80_000_000.0)
    old = first - 1 - (draws.uniform("opened", index) * 4_500).astype(np.int64)
    open_day = np.where(index < parameters.customers, old, parameters.joined_on(index))
    slow = draws.uniform("slow_start", index) < 0.25
    wait = np.where(slow, 30 + draws.below("wait", index, 370), draws.below("wait", index, 12))
    active_from = np.where(open_day > parameters.start, open_day + wait, open_day)
    silent, leave, back = _drift(draws, index, first, active_from, aum >= WEALTHY, organisation)

    dormant = (aum < 1_000) & ~organisation
    lively = np.where(organisation, 0.4, 0.06 + 0.13 * -np.log(1.0 - draws.uniform("lively", index)))
    lively = np.where(dormant, 0.012, lively)
    pensioner = ~organisation & ~dormant & (age >= 60)
    earns = ~organisation & ~dormant & (draws.uniform("earns", index) < np.where(pensioner, 0.8, 0.7))
    salary = np.exp(np.log(8_500.0) + 0.35 * z + 0.3 * draws.normal("income", index))
    employers = np.flatnonzero((kind == CORPORATE) & (index < parameters.customers))
    works_here = earns & ~pensioner & (draws.uniform("works_here", index) < 0.55) & (len(employers) > 0)
    desk = draws.below("employer", index, len(employers))
    employer = np.where(works_here, np.append(employers, -1)[desk], -1)
    pays_elsewhere = organisation & (draws.uniform("pays_elsewhere", index) < 0.5)
    employer = np.where(pays_elsewhere[np.maximum(employer, 0)], -1, employer)
    at_counter = ~organisation & (draws.uniform("goes_to_branch", index) < np.where(age >= 60, 0.2, 0.015))
    paydays = np.array([5, 8, 10, 15, 20, 25])
    payday = paydays[draws.below("payday", np.where(employer >= 0, employer, index + 10**9), 6)]
    closes = (leave < FAR) & (back >= FAR) & ~organisation & (draws.uniform("closes", index) < 0.25)
    return Population(
        people=people,
        kind=kind,
        person=person,
        lookalike=lookalike,
        open_day=open_day,
        active_from=active_from,
        silent_from=silent,
        leave_day=leave,
        returns=back,
        closed_day=np.where(closes, silent + 10, FAR),
        aum=aum,
        liveliness=lively,
        income=np.where(earns, np.where(pensioner, salary * 0.6, salary), 0.0),
        is_pensioner=pensioner,
        keeps_salary=draws.uniform("keeps_salary", index) < 0.3,
        salary_stop=_salary_stops(draws, index, first, earns & ~pensioner & (silent >= FAR)),
        payday=np.where(pensioner, 15, payday),
        employer=employer,
        pays_elsewhere=pays_elsewhere,
        goes_to_branch=at_counter,
    )

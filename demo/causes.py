"""The causes planted in the demo bank, as tables of the truth: what later work should be able to find again.

Belongs here: one table per cause, all that has happened by a day (what a table foretells says so in its name). Not here: how a
cause is planted (life.py, holdings.py, calls.py, interest.py), who is who (truth.py).
- affinities: whoever had one product and bought the other soon after, as holdings.AFFINITIES has it.
- maturities: each maturity of a deposit or wealth product, and what became of it: reinvested, redeemed, left.
- grievances: complaints of people who then left, how they were dealt with (well, late, never), whether they complained once more,
  and when the money left.
- salary_stops: whose salary came no more, although they stayed.
- large_moves: a large sum that came from elsewhere (windfall), or was paid at once (large_outlay, out of what there was).
- mortgage_interest: mortgages taken up by app users, who looked at the page on some of the thirty days before.
- habits: who pays at the counter alone (branch); app users who came to live elsewhere without saying so (moved), when and where.
- name_variants: providers' records under another spelling than the bank's.
- owners: who owns which organisation; owner_customer_no where the owner is a customer too.
- campaigns: earlier campaigns, with the share that responds anyway and what being approached adds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from demo import life
from demo import vocabulary as words
from demo.bank_model import Model
from demo.calls import handling, second_complaints
from demo.columns import Column, blank, dates, joined, numbered, picked, rate
from demo.company_records import owners
from demo.days import FAR
from demo.draws import Array
from demo.earlier_records import CAMPAIGNS
from demo.holdings import AFFINITIES, LEFT, REDEEMED, STAYS, TIME, WEALTH
from demo.interest import LOOKS_DAYS, MORTGAGE
from demo.outside_records import PROVIDERS, app_user_numbers, app_user_of, moves_to, name_slips, provider_records
from demo.people import OUTSIDER
from demo.population import RETAIL


def _codes(product: Array) -> Column:
    return picked([item.code for item in words.PRODUCTS], product)


def affinities(model: Model, last: int) -> pa.Table:
    """One row per pair of accounts."""
    h, tables = model.holdings, []
    for affinity in AFFINITIES:
        having = np.full(model.population.size, -1)
        having[h.customer[h.slot == affinity.has]] = np.flatnonzero(h.slot == affinity.has)
        bought = np.flatnonzero((h.slot == affinity.buys) & (h.open_day <= last))
        bought = bought[having[h.customer[bought]] >= 0]
        had = having[h.customer[bought]]
        days = h.open_day[bought] - h.open_day[had]
        soon = (days > 0) & (days <= affinity.within_days)
        had, bought = had[soon], bought[soon]
        tables.append(
            pa.table(
                {
                    "customer_no": model.customer_numbers(h.customer[bought]),
                    "had_product": _codes(h.product[had]),
                    "had_since": dates(h.open_day[had]),
                    "bought_product": _codes(h.product[bought]),
                    "bought_on": dates(h.open_day[bought]),
                }
            )
        )
    return pa.concat_tables(tables)


def maturities(model: Model, last: int) -> pa.Table:
    """One row per account and maturity since the history's start."""
    h, start = model.holdings, model.parameters.start
    account = np.flatnonzero(((h.slot == TIME) | (h.slot == WEALTH)) & (h.term > 0) & (h.open_day < last))
    opened, term = h.open_day[account], h.term[account]
    until = np.minimum(last, h.closed_day[account])
    first = np.maximum(-(-(start + 1 - opened) // term), 1)
    times = np.maximum((until - opened) // term - first + 1, 0)
    row = np.repeat(account, times)
    turn = np.repeat(first, times) + np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    on = h.open_day[row] + turn * h.term[row]
    choice = np.where(on == h.closed_day[row], h.maturing[row], STAYS)
    return pa.table(
        {
            "account_no": model.account_numbers(row),
            "customer_no": model.customer_numbers(h.customer[row]),
            "product_code": _codes(h.product[row]),
            "matured_on": dates(on),
            "choice": picked(["reinvested", "redeemed", "left"], np.select([choice == REDEEMED, choice == LEFT], [1, 2], 0)),
        }
    )


def grievances(model: Model, last: int) -> pa.Table:
    """One row per customer who complained and then left."""
    agenda = life.grievances(model)
    who = np.sort(agenda.between(model.parameters.start, last))
    day = agenda.day[who]
    is_late, never = handling(model, who, day)
    again = second_complaints(model).day[who]
    return pa.table(
        {
            "customer_no": model.customer_numbers(who),
            "complained_on": dates(day),
            "handling": picked(["well", "late", "never"], np.select([never, is_late], [2, 1], 0)),
            "complains_again_on": blank(dates(np.minimum(again, FAR)), again >= FAR),
            "leave_on": dates(model.population.leave_day[who]),
        }
    )


def salary_stops(model: Model, last: int) -> pa.Table:
    """One row per customer."""
    p = model.population
    who = np.flatnonzero((p.salary_stop <= last) & (p.salary_stop > np.maximum(model.parameters.start, p.active_from)))
    employer = p.employer[who]
    return pa.table(
        {
            "customer_no": model.customer_numbers(who),
            "employer_no": blank(model.customer_numbers(np.maximum(employer, 0)), employer < 0),
            "stops_on": dates(p.salary_stop[who]),
        }
    )


def large_moves(model: Model, last: int) -> pa.Table:
    """One row per customer and day."""
    parts = [
        (kind, np.full(len(who), day), who)
        for day in range(model.parameters.start + 1, last + 1)
        for kind, who in enumerate((life.windfalls(model, day), life.large_outlays(model, day)))
    ]
    who = np.concatenate([part[2] for part in parts])
    kind = np.repeat([part[0] for part in parts], [len(part[2]) for part in parts])
    return pa.table(
        {
            "customer_no": model.customer_numbers(who),
            "moved_on": dates(np.concatenate([part[1] for part in parts])),
            "kind": picked(["windfall", "large_outlay"], kind),
        }
    )


def mortgage_interest(model: Model, last: int) -> pa.Table:
    """One row per mortgage of an app user, those about to be taken up included."""
    h = model.holdings
    place = app_user_of(model)
    opened = (h.open_day > model.first - LOOKS_DAYS) & (h.open_day <= last + LOOKS_DAYS)
    account = np.flatnonzero((h.product == MORTGAGE) & opened & (place[h.customer] >= 0))
    account = account[model.population.open_day[h.customer[account]] <= last]
    return pa.table(
        {
            "customer_no": model.customer_numbers(h.customer[account]),
            "app_user_id": app_user_numbers(model, place[h.customer[account]]),
            "account_no": model.account_numbers(account),
            "takes_up_on": dates(h.open_day[account]),
        }
    )


def habits(model: Model, last: int) -> pa.Table:
    """One row per customer and habit."""
    p = model.population
    place, (moves_on, city) = app_user_of(model), moves_to(model)
    moved = np.flatnonzero((place >= 0) & (p.open_day <= last))
    moved = moved[moves_on[place[moved]] <= last]
    at_counter = np.flatnonzero(p.goes_to_branch & (p.open_day <= last))
    none = np.arange(len(at_counter) + len(moved)) < len(at_counter)
    where = np.concatenate([np.zeros(len(at_counter), dtype=np.int64), place[moved]])
    return pa.table(
        {
            "customer_no": model.customer_numbers(np.concatenate([at_counter, moved])),
            "kind": picked(["moved", "branch"], none),
            "moved_on": blank(dates(moves_on[where]), none),
            "city": blank(picked([name for _, name, _ in words.CITIES], city[where]), none),
        }
    )


def name_variants(model: Model, last: int) -> pa.Table:
    """One row per provider's record."""
    p, tables = model.population, []
    who = np.flatnonzero((p.kind == RETAIL) & (p.person == np.arange(p.size)) & (p.open_day <= last))
    for number, (provider, share) in enumerate(PROVIDERS):
        known = who[model.draws.uniform(f"{provider}/covers", who) < share]
        slip = name_slips(model, number, known)
        known, slip = known[slip > 0], slip[slip > 0]
        tables.append(
            pa.table(
                {
                    "customer_no": model.customer_numbers(known),
                    "record_id": joined(f"{provider}:", numbered("R", provider_records(number, known), 10)),
                    "variant": picked(["", "swapped", "mistaken", "reversed", "latin"], slip),
                }
            )
        )
    return pa.concat_tables(tables)


def owner_links(model: Model, last: int) -> pa.Table:
    """One row per organisation."""
    p = model.population
    organisation = np.flatnonzero(p.is_organisation & (p.open_day <= last))
    owner = owners(model, organisation)
    return pa.table(
        {
            "credit_code": model.people.credit_code(organisation),
            "organisation_no": model.customer_numbers(organisation),
            "owner_person_id": numbered("P", owner, 9),
            "owner_customer_no": blank(model.customer_numbers(np.minimum(owner, p.size - 1)), owner >= OUTSIDER),
        }
    )


def campaigns(model: Model, last: int) -> pa.Table:  # noqa: ARG001 - the same on every day
    """One row per earlier campaign."""
    return pa.table(
        {
            "campaign": pa.array([campaign.code for campaign in CAMPAIGNS]),
            "channel": pa.array([campaign.channel for campaign in CAMPAIGNS]),
            "base": rate(np.array([round(campaign.base * 1e6) for campaign in CAMPAIGNS])),
            "lift": rate(np.array([round(campaign.lift * 1e6) for campaign in CAMPAIGNS])),
        }
    )


CAUSES: dict[str, Callable[[Model, int], pa.Table]] = {
    "affinities": affinities,
    "maturities": maturities,
    "grievances": grievances,
    "salary_stops": salary_stops,
    "large_moves": large_moves,
    "mortgage_interest": mortgage_interest,
    "habits": habits,
    "name_variants": name_variants,
    "owners": owner_links,
    "campaigns": campaigns,
}

"""What customers pay and receive themselves, day by day.

Belongs here: the many small flows around each customer's budget. Not here: salaries, investments, debts, leaving (flows.py).
"""

from __future__ import annotations

import numpy as np

from demo.days import season
from demo.draws import Array
from demo.holdings import CARD
from demo.ledger import IN, OUT
from demo.today import Day, cents
from demo.vocabulary import CHANNEL, TYPE


def _pick(u: Array, shares: list[tuple[float, str]], codes: dict[str, int]) -> Array:
    bounds = np.cumsum([share for share, _ in shares])
    names = np.array([codes[name] for _, name in shares])
    return names[np.minimum(np.searchsorted(bounds, u, side="right"), len(names) - 1)]


def _counts(u: Array, mean: Array) -> Array:
    """Poisson counts (at most 4) from uniform draws."""
    term = np.exp(-mean)
    total, counts = term.copy(), np.zeros(len(u), dtype=np.int64)
    for k in range(1, 5):
        counts += u > total
        term = term * mean / k
        total = total + term
    return counts


_OUT_KINDS = [(0.55, "card_purchase"), (0.2, "transfer"), (0.13, "bill_payment"), (0.1, "cash"), (0.02, "insurance_premium")]
_ORGANISATION_KINDS = [(0.85, "transfer"), (0.1, "bill_payment"), (0.05, "tax")]
_CHANNELS = {
    "card_purchase": [(0.6, "pos"), (0.4, "mobile")],
    "transfer": [(0.8, "mobile"), (0.1, "web"), (0.1, "branch")],
    "bill_payment": [(0.9, "mobile"), (0.1, "web")],
    "cash": [(0.8, "atm"), (0.2, "branch")],
    "insurance_premium": [(0.7, "mobile"), (0.3, "phone")],
    "tax": [(1.0, "web")],
}
_NOT_AT_COUNTER = TYPE["card_purchase"]  # whoever goes to the branch fetches cash instead


def _channels(u: Array, kinds: Array) -> Array:
    chosen = np.zeros(len(u), dtype=np.int64)
    for name, shares in _CHANNELS.items():
        chosen = np.where(kinds == TYPE[name], _pick(u, shares, CHANNEL), chosen)
    return chosen


def payments(today: Day) -> None:
    """What customers pay and receive themselves: around their budget, more when flush, less when short."""
    p, ledger = today.population, today.ledger
    mean = p.liveliness * today.activity * np.where(p.is_organisation, 1.0, season(today.day))
    everyone = np.arange(p.size)
    times = _counts(today.uniform("payments", everyone), mean)
    who = np.repeat(everyone, times)
    key = who * 8 + (np.arange(len(who)) - np.repeat(np.cumsum(times) - times, times))
    main = today.mains(who)
    fullness = (ledger.balance[main] + 100.0) / (today.holdings.target[main] + 100.0)
    budget = np.where(p.is_organisation, p.aum * 0.4, np.where(p.income > 0, p.income * 0.95, p.aum * 0.03 + 200.0))[who]
    arrives = today.uniform("arrives", key) < np.where(p.is_organisation, 0.5, np.where(p.income > 0, 0.12, 0.45))[who]
    typical = budget / (30.0 * np.maximum(p.liveliness[who], 0.05)) * np.where(arrives & (p.income[who] > 0), 0.8, 1.0)
    amount = typical * np.exp(0.8 * today.draws.normal("amount", key, today.day) - 0.32)
    amount = cents(amount * np.clip(np.where(arrives, 1 / fullness, fullness), 0.15, 3.0))
    u = today.uniform("kind_of_payment", key)
    kinds = np.where(p.is_organisation[who], _pick(u, _ORGANISATION_KINDS, TYPE), _pick(u, _OUT_KINDS, TYPE))
    kinds = np.where(arrives, np.where(p.is_organisation[who] | (u < 0.8), TYPE["transfer"], TYPE["cash"]), kinds)
    at_counter = p.goes_to_branch[who]
    kinds = np.where(at_counter & (kinds == _NOT_AT_COUNTER), TYPE["cash"], kinds)
    channels = np.where(at_counter, CHANNEL["branch"], _channels(today.uniform("channel", key), kinds))
    ledger.post_kinds(main[arrives], IN, amount[arrives], kinds[arrives], channels[arrives])
    main, amount, kinds, channels = main[~arrives], amount[~arrives], kinds[~arrives], channels[~arrives]
    asked = np.bincount(main, amount, today.holdings.size)
    room = np.minimum(1.0, 0.9 * ledger.balance[main] / np.maximum(asked[main], 1.0))
    ledger.post_kinds(main, OUT, (amount * room).astype(np.int64), kinds, channels)


def card_purchases(today: Day) -> None:
    """Credit cards, up to their limit."""
    p, h, ledger = today.population, today.holdings, today.ledger
    cards = np.flatnonzero((h.slot == CARD) & today.is_open & (h.open_day <= today.day))
    owner = h.customer[cards]
    used = today.uniform("card_used", cards) < 0.12 * today.activity[owner] * season(today.day)
    cards, owner = cards[used], owner[used]
    spent = cents(np.maximum(p.income[owner], 4_000.0) * 0.05 * np.exp(0.7 * today.draws.normal("card", cards, today.day)))
    spent = np.minimum(spent, h.limit[cards] - ledger.balance[cards])
    channel = np.where(today.uniform("card_channel", cards) < 0.5, CHANNEL["pos"], CHANNEL["mobile"])
    ledger.post(cards, OUT, spent, "card_purchase", channel)

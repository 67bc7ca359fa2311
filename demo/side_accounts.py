"""What happens on a day in accounts beside the main ones: wallets and foreign money.

Belongs here: their small flows. Not here: everyday payments (spending.py), opening and leaving (flows.py).
"""

from __future__ import annotations

import numpy as np

from demo.draws import Array
from demo.holdings import FOREIGN, WALLET
from demo.ledger import IN, OUT
from demo.today import Day, cents


def _used(today: Day, slot: int, rate: float) -> Array:
    h = today.holdings
    accounts = np.flatnonzero((h.slot == slot) & today.is_open & (h.open_day < today.day))
    used: Array = accounts[today.uniform(f"used/{slot}", accounts) < rate * today.activity[h.customer[accounts]]]
    return used


def wallets(today: Day) -> None:
    """Small purchases; an empty wallet is filled from the demand account first."""
    h, ledger = today.holdings, today.ledger
    used = _used(today, WALLET, 0.08)
    price = cents(np.exp(np.log(35.0) + 0.7 * today.draws.normal("wallet", used, today.day)))
    main = today.mains(h.customer[used])
    short = (ledger.balance[used] < price) & (ledger.balance[main] > 50_000)
    filled = np.full(int(short.sum()), 20_000)
    ledger.post(main[short], OUT, filled, "transfer", "mobile")
    ledger.post(used[short], IN, filled, "transfer", "mobile")
    ledger.post(used, OUT, np.minimum(price, ledger.balance[used]), "card_purchase", "mobile")


def foreign_accounts(today: Day) -> None:
    """Money from and to other countries, in the account's own currency."""
    h, ledger = today.holdings, today.ledger
    used = _used(today, FOREIGN, 0.03)
    share = 0.05 + 0.3 * today.uniform("foreign/share", used)
    arrives = today.uniform("foreign/arrives", used) < 0.5
    ledger.post(used[arrives], IN, (h.target[used] * share).astype(np.int64)[arrives], "transfer", "web")
    ledger.post(used[~arrives], OUT, (ledger.balance[used] * share).astype(np.int64)[~arrives], "transfer", "web")

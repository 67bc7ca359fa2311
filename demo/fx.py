"""The currencies beside the bank's own: their rates of each day, and rows of core_banking.fx_rates.

Belongs here: a small random walk for each currency from the history's start. Not here: who holds a currency (holdings.py).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import dates, picked
from demo.draws import Array

_FOREIGN = words.CURRENCIES[1:]
_STEP = 0.0025
_SCALE = pa.decimal128(18, 8)


def _walk(model: Model, day: int) -> Array:
    """Rates from the history's start to a day: a row a day, a column a currency."""
    days = np.arange(model.parameters.start, day + 1)
    steps = [model.draws.normal(f"fx/{currency}", days) * _STEP for currency in _FOREIGN]
    drift = np.cumsum(np.stack(steps, axis=1), axis=0)
    walk: Array = np.array(words.FIRST_RATES[1:]) * np.exp(drift)
    return walk


def fx_rates(model: Model, day: int) -> pa.Table:
    """The day's rates (on the first date: those of the whole history)."""
    rates = _walk(model, day)
    rates = rates if day == model.first else rates[-1:]
    days = np.arange(day - len(rates) + 1, day + 1)
    text = pa.array(np.char.mod("%.8f", rates.ravel()), pa.string())
    return pa.table(
        {
            "currency": picked(_FOREIGN, np.tile(np.arange(len(_FOREIGN)), len(days))),
            "rate_date": dates(np.repeat(days, len(_FOREIGN))),
            "rate": text.cast(_SCALE),
        }
    )

"""The simulator's own state between calls: balances after the last finished date, what waits for a reaction, and which bank
they belong to.

Belongs here: saving, loading and refusing. Not here: the truth (truth.py), the drops (drop.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demo.days import to_date
from demo.draws import Array
from demo.ledger import Ledger
from demo.population import Parameters

_VERSION = 3
_FILE = "state.npz"


class DemoBankError(ValueError):
    """The demo bank cannot go on as asked. The message names the folder and the mend."""


@dataclass(frozen=True)
class Saved:
    """What was saved after a finished date."""

    day: int
    balance: Array
    missed: Array
    reactions: Mapping[str, Array]

    def restore(self, ledger: Ledger) -> None:
        """Put the balances back; accounts that came later start at zero."""
        ledger.balance[: len(self.balance)] = self.balance
        ledger.missed[: len(self.missed)] = self.missed


def save(folder: Path, parameters: Parameters, day: int, ledger: Ledger, reactions: Mapping[str, Any]) -> None:
    """Save atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = np.array([*_stamp(parameters).values(), day], dtype=np.int64)
    partial = folder / f".{_FILE}.partial"
    with partial.open("wb") as file:
        np.savez(file, stamp=stamp, balance=ledger.balance, missed=ledger.missed, **reactions)
    partial.replace(folder / _FILE)


def load(folder: Path, parameters: Parameters) -> Saved | None:
    """What was saved, or None where nothing was.

    Errors: DemoBankError, where it belongs to a bank of other parameters or cannot be read.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    mend = f"give {folder} back its own parameters, or start another bank with an empty state folder and an empty landing folder"
    try:
        with np.load(path, allow_pickle=False) as file:
            stamp, balance, missed = (file[name] for name in ("stamp", "balance", "missed"))
            reactions = {name: file[name] for name in file.files if name.startswith("reactions_")}
    except (OSError, ValueError, KeyError) as error:
        raise DemoBankError(f"{path} cannot be read as the demo bank's state; {mend}") from error
    asked = _stamp(parameters)
    if len(stamp) != len(asked) + 1:
        raise DemoBankError(f"{path} was written by another version of the demo bank; {mend}")
    *known, day = (int(value) for value in stamp)
    for (name, wanted), found in zip(asked.items(), known, strict=True):
        if found != wanted:
            told, not_told = (to_date(value) if name == "first" else value for value in (found, wanted))
            raise DemoBankError(f"{path} belongs to a demo bank with {name} {told}, not {not_told}; {mend}")
    return Saved(day, balance, missed, reactions)


def _stamp(parameters: Parameters) -> dict[str, int]:
    """What makes a bank this one and no other."""
    return {"version": _VERSION, **asdict(parameters)}

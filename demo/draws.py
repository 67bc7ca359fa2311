"""Random draws without a generator's state: each is a pure function of seed, name, index and turn.

Belongs here: hashing whole arrays to numbers. Not here: what the numbers mean (people.py, population.py, flows.py).
So a customer's draw never depends on how many others there are or on which dates ran together, and a bank continued by
one date equals a bank generated in one go.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_TURN = 0xD1B54A32D192ED03


def _mix(bits: Array) -> Array:
    """SplitMix64's finaliser: every input bit reaches every output bit."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = bits ^ (bits >> np.uint64(31))
    return mixed


class Draws:
    """All draws of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._starts: dict[str, int] = {}

    def _start(self, name: str) -> int:
        if name not in self._starts:
            digest = hashlib.blake2b(f"{self._seed}:{name}".encode(), digest_size=8).digest()
            self._starts[name] = int.from_bytes(digest, "little")
        return self._starts[name]

    def bits(self, name: str, index: Array, turn: Array | int = 0) -> Array:
        """64 random bits for each index (and turn, often a day)."""
        mixed = _mix(index.astype(np.uint64) * np.uint64(_STEP) + np.uint64(self._start(name)))
        if isinstance(turn, int):
            return mixed if turn == 0 else _mix(mixed + np.uint64((turn * _TURN) & _MASK))
        return _mix(mixed + turn.astype(np.uint64) * np.uint64(_TURN))

    def uniform(self, name: str, index: Array, turn: Array | int = 0) -> Array:
        """A float in [0, 1) for each index."""
        return (self.bits(name, index, turn) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, name: str, index: Array, limit: Array | int, turn: Array | int = 0) -> Array:
        """An integer in [0, limit) for each index; 0 where the limit is 0."""
        return (self.uniform(name, index, turn) * limit).astype(np.int64)

    def normal(self, name: str, index: Array, turn: Array | int = 0) -> Array:
        """A standard normal float for each index."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(name, index, turn)))
        return radius * np.cos(2.0 * np.pi * self.uniform(name + "/angle", index, turn))

    def one(self, name: str, limit: int, turn: int = 0) -> int:
        """One integer in [0, limit)."""
        return int(self.below(name, np.zeros(1, dtype=np.int64), limit, turn)[0])

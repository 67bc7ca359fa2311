"""Garbage that holds on to itself goes in the end, however seldom a look is taken."""

from __future__ import annotations

import gc
import weakref

from foundation.garbage import look_seldom


class _Ring:
    """Holds on to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_holds_on_to_itself_goes_at_the_next_look() -> None:
    look_seldom()
    between = gc.get_threshold()[0]
    ring = weakref.ref(_Ring())
    assert ring() is not None
    kept: list[list[int]] = [[] for _ in range(between + 1)]
    assert ring() is None, "nobody looked"
    assert len(kept) > between

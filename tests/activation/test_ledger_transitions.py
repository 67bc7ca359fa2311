"""Any sequence of steps, by two senders over one file, keeps the ledger's promises (hypothesis looks for one that does not)."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from activation_kit import AT, planned
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Delivery, Status


class LedgerMachine(RuleBasedStateMachine):
    """Plans, claims and settles at random; `seen` is what stood there after the step before."""

    seen_rows: Bundle[Delivery] = Bundle("seen_rows")
    claims: Bundle[tuple[int, Delivery]] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.senders = [Ledger(self.folder / "ledger.sqlite") for _ in range(2)]
        self.seen: dict[str, Delivery] = {}
        self.held: set[str] = set()
        self.released: set[str] = set()
        self.moment = AT

    def teardown(self) -> None:
        for sender in self.senders:
            sender.close()
        shutil.rmtree(self.folder)

    @rule(count=st.integers(1, 4))
    def plan(self, count: int) -> None:
        assert self.senders[0].plan(planned(count)) == max(0, count - len(self.seen))

    @rule(target=seen_rows, who=st.integers(0, 1))
    def look(self, who: int) -> Any:
        return multiple(*self.senders[who].open_deliveries())

    @rule(target=claims, who=st.integers(0, 1), row=seen_rows)
    def claim(self, who: int, row: Delivery) -> Any:
        self.moment += timedelta(minutes=1)
        mine = self.senders[who].claim([row], self.moment)
        for taken in mine:
            assert taken.delivery_id not in self.held, "two senders hold one row"
            self.held.add(taken.delivery_id)
        return multiple(*((who, taken) for taken in mine))

    @rule(claim=consumes(claims), how=st.sampled_from(["acknowledge", "reject", "leave_unknown", "put_back", "release"]))
    def settle(self, claim: tuple[int, Delivery], how: str) -> None:
        who, row = claim
        with self.senders[who].settling() as outcomes:
            if how == "acknowledge":
                outcomes.acknowledge(row, "T1")
            elif how == "release":
                outcomes.release(row)
                self.released.add(row.delivery_id)
            else:
                getattr(outcomes, how)(row, code="code", detail="detail")
        self.held.remove(row.delivery_id)

    @invariant()
    def promises_hold(self) -> None:
        now = {row.delivery_id: row for row in self.senders[1].deliveries()}
        for key, before in self.seen.items():
            after = now[key]  # no row ever disappears
            assert not before.status.is_final or after == before
            assert after.attempts >= before.attempts - (key in self.released)
            assert before.status is not Status.UNKNOWN or after.status is not Status.PLANNED
            assert after.status is not Status.ACKNOWLEDGED or after.attempts > 0
            assert (after.status is Status.SENDING) == (key in self.held)
        self.seen = now
        self.released.clear()


TestLedgerTransitions = LedgerMachine.TestCase
TestLedgerTransitions.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

"""What managers record on their tasks: taken up, done with an outcome, declined, or expired.

Belongs here: the order of a task's states and their rows. Not here: how often each comes (reactions.yml), messages
(reactions_messages.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demo.bank_model import Model
from demo.columns import blank, moments, repeated
from demo.draws import Array
from demo.reactions_messages import NEVER, SECONDS, lands_on, sent_at
from demo.reactions_plan import Plan
from demo.sent import values

_STATES = ("open", "done", "declined", "expired")
_CLOSES_AT = 18 * 3_600


@dataclass(frozen=True)
class Tasks:
    """Tasks, the seconds since 1970 at which each reaches each state (NEVER where it does not), and what is recorded if done."""

    rows: pa.Table
    happens: dict[str, Array]
    outcome: Array

    @classmethod
    def of(cls, model: Model, plan: Plan, rows: pa.Table) -> Tasks:
        """What will have become of each task in the end."""
        draws, key, is_moved, rates = model.draws, values(rows, "key"), values(rows, "is_moved"), plan.tasks
        taken_up = sent_at(rows) + 3_600 + draws.below("task/open", key, 7 * 3_600)
        is_taken_up = is_moved | (draws.uniform("task/taken_up", key) < rates.taken_up)
        days = 1 + (-np.log(1.0 - draws.uniform("task/days", key)) * rates.done_after_days).astype(np.int64)
        due = values(rows, "due_day")
        day = np.minimum(values(rows, "sent_day") + days, np.where(is_moved, due, NEVER))  # who is won is never late
        at = day * SECONDS + 34_200 + draws.below("task/hour", key, 8 * 3_600)
        fate, in_time = draws.uniform("task/fate", key), is_taken_up & (day <= due) & (at > taken_up)
        is_done = in_time & (is_moved | (fate < rates.done))
        is_declined = in_time & ~is_done & (fate < rates.done + rates.declined)
        happens = {
            "open": np.where(is_taken_up, taken_up, NEVER),
            "done": np.where(is_done, at, NEVER),
            "declined": np.where(is_declined, at, NEVER),
            "expired": np.where(is_done | is_declined, NEVER, due * SECONDS + _CLOSES_AT),
        }
        return cls(rows, happens, _outcomes(model, plan, rows))

    def on(self, state: str, day: int) -> Array:
        """The tasks of which a day's drop tells that they reached this state."""
        at = self.happens[state]
        return np.flatnonzero((at < NEVER) & (lands_on(self.rows, at) == day))

    def results(self, day: int) -> pa.Table:
        """Rows of engagement.task_results."""
        tables = [self._results(state, self.on(state, day)) for state in _STATES]
        return pa.concat_tables(tables).sort_by([("updated_at", "ascending"), ("task_id", "ascending")])

    def _results(self, state: str, who: Array) -> pa.Table:
        rows, at = self.rows.take(who), self.happens[state][who]
        return pa.table(
            {
                "task_id": rows["delivery_id"],
                "manager_id": rows["manager_id"],
                "status": repeated(state, len(who)),
                "outcome": blank(pa.array(self.outcome[who], pa.string()), np.full(len(who), state != "done")),
                "updated_at": moments(at // SECONDS, at % SECONDS),
            }
        )

    def complaints(self, day: int) -> Array:
        """The tasks of which a day's drop tells that the customer complained."""
        done = self.on("done", day)
        complained: Array = done[self.outcome[done] == "complaint"]
        return complained


def _outcomes(model: Model, plan: Plan, rows: pa.Table) -> Array:
    """What a manager hears: of customers whom the effect reaches mostly interest, or the account they open."""
    draws, key, is_moved = model.draws, values(rows, "key"), values(rows, "is_moved")
    names, shares = zip(*plan.tasks.outcomes.items(), strict=True)
    at = np.searchsorted(np.cumsum(shares), draws.uniform("task/outcome", key), side="right")
    usual = np.array(names)[np.minimum(at, len(names) - 1)]
    won = np.where(values(rows, "effect") == "opens_account", "bought", "interested")
    told = is_moved & (draws.uniform("task/interested", key) < plan.moved.interested)
    return np.where(told, won, np.where(is_moved, "other", usual)).astype(object)

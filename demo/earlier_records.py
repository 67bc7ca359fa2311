"""Rows of engagement.past_contacts and stewardship.identity_decisions: what people did before, or beside, this system.

Belongs here: earlier campaigns with their control arms, a steward's word on look-alike records. Not here: what this system
sends and what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demo.bank_model import Model
from demo.columns import Column, joined, moments, money, picked, plain, repeated
from demo.days import FAR
from demo.draws import Array
from demo.population import RETAIL


@dataclass(frozen=True)
class Campaign:
    """One earlier campaign: when (days before the first date), to whom, and what it did.

    `base` is the share that responds without being approached, `lift` what being approached adds.
    """

    code: str
    days_before: int
    channel: str
    least: float
    share: float
    base: float
    lift: float
    cost: int  # cents
    lasts_days: int = 5


CAMPAIGNS = (
    Campaign("CARD_ACTIVATION", 310, "sms", 1_000.0, 0.12, 0.05, 0.03, 5),
    Campaign("FUND_AUTUMN", 220, "push", 5_000.0, 0.12, 0.03, 0.02, 1),
    Campaign("WEALTH_CALL", 150, "phone", 500_000.0, 0.5, 0.08, 0.09, 600, 20),
    Campaign("INSURANCE_GIFT", 90, "wecom", 20_000.0, 0.15, 0.04, 0.0, 30),
    Campaign("TIME_DEPOSIT", 45, "sms", 20_000.0, 0.2, 0.06, 0.04, 5),
    Campaign("SPRING_GREETING", 12, "sms", 2_000.0, 0.15, 0.02, 0.01, 5, 8),
)
CONTROL_SHARE = 0.2
_STEWARDS = ("steward_li", "steward_wang", "steward_chen")
_DECIDED_SHARE = 0.25


def _approached(model: Model, number: int, campaign: Campaign) -> Array:
    p, on = model.population, model.first - campaign.days_before
    fits = (p.kind == RETAIL) & (p.aum >= campaign.least) & (p.activity(on) > 0.2) & (p.open_day < on)
    return np.flatnonzero(fits & (model.draws.uniform("campaign", np.arange(p.size), number + 1) < campaign.share))


def past_contacts(model: Model) -> pa.Table:
    """One row per customer of each campaign, its control arm included: what was sent, and who responded."""
    d, tables = model.draws, []
    for number, campaign in enumerate(CAMPAIGNS):
        who, turn = _approached(model, number, campaign), number + 1
        control = d.uniform("campaign/arm", who, turn) < CONTROL_SHARE
        responds = d.uniform("campaign/responds", who, turn) < campaign.base + campaign.lift * ~control
        read = d.uniform("campaign/read", who, turn) < 0.3
        days = model.first - campaign.days_before + d.below("campaign/day", who, campaign.lasts_days, turn)
        outcome = np.where(responds, 0, np.where(control, 3, np.where(read, 1, 2)))
        tables.append(
            pa.table(
                {
                    "message_id": joined("PC", plain(np.full(len(who), turn)), "-", model.customer_numbers(who)),
                    "customer_no": model.customer_numbers(who),
                    "campaign": repeated(campaign.code, len(who)),
                    "arm": picked(("treatment", "control"), control),
                    "channel": picked((campaign.channel, "none"), control),
                    "sent_at": moments(days, 9 * 3_600 + d.below("campaign/time", who, 9 * 3_600, turn)),
                    "outcome": picked(("responded", "read", "no_response", "no_response"), outcome),
                    "cost": money(np.where(control, 0, campaign.cost)),
                }
            )
        )
    return pa.concat_tables(tables)


def _pairs(model: Model) -> tuple[Array, Array, Array]:
    """Customer numbers that a steward may look at: the later, the earlier, and whether it is one person's second number."""
    p, index = model.population, np.arange(model.population.size)
    kin = p.people.kin
    other = np.where(p.lookalike == 1, kin.birth, kin.phone)
    second = (p.person != index) & (p.kind == RETAIL)
    alike = p.lookalike > 0
    later = np.concatenate([index[second], index[alike]])
    earlier = np.concatenate([p.person[second], other[alike]])
    return later, earlier, np.repeat([True, False], [int(second.sum()), int(alike.sum())])


def identity_decisions(model: Model, day: int) -> pa.Table:
    """A steward's decisions of the day (on the first date: all so far): always the truth, of a few of the pairs."""
    d, p = model.draws, model.population
    later, earlier, same = _pairs(model)
    known = np.maximum(np.maximum(p.open_day[later], p.open_day[earlier]), model.first - 200)
    decided = known + 3 + d.below("steward/days", later, 150)
    decided = np.where(d.uniform("steward", later) < _DECIDED_SHARE, decided, FAR)
    told = decided <= day if day == model.first else decided == day
    later, earlier, same, decided = later[told], earlier[told], same[told], decided[told]
    name: Column = repeated("core_banking.customers", len(later))
    return pa.table(
        {
            "source_a": name,
            "record_a": model.customer_numbers(earlier),
            "source_b": name,
            "record_b": model.customer_numbers(later),
            "decision": picked(("different", "same"), same),
            "decided_by": picked(_STEWARDS, d.below("steward/who", later, len(_STEWARDS))),
            "decided_at": moments(decided, 9 * 3_600 + d.below("steward/time", later, 8 * 3_600)),
        }
    )

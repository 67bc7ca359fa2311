"""What reactions.yml may say, as checked records: base rates by channel, what managers do, what each strategy makes of it.

Belongs here: the entries and their bounds. Not here: drawing by them (reactions_messages.py, reactions_tasks.py) and acting by
them (reactions_effects.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from demo.state import DemoBankError
from demo.vocabulary import PRODUCT, PRODUCTS

FILE = Path(__file__).with_name("reactions.yml")
ACCOUNTS = frozenset({"time_deposit", "wealth", "fund", "insurance", "precious_metal", "trust"})  # what an effect can open
Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=90)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Channel(_Entry):
    """A message's way: failed and bounced of all, opened of those delivered, the rest of those opened."""

    failed: Share
    bounced: Share
    opened: Share
    opened_after_hours: Annotated[float, Field(gt=0)]  # on average
    clicked: Share
    replied: Share
    unsubscribed: Share
    complained: Share

    @model_validator(mode="after")
    def _one_fate(self) -> Channel:
        if self.failed + self.bounced > 1:
            raise ValueError("failed and bounced must not exceed 1 together")
        return self


class Tasks(_Entry):
    """What managers do with a task: taken up, then done or declined (of all taken up), else it expires."""

    taken_up: Share
    done: Share
    declined: Share
    done_after_days: Annotated[float, Field(gt=0)]  # on average
    outcomes: dict[Literal["interested", "bought", "not_interested", "unreachable", "complaint", "other"], Share]

    @model_validator(mode="after")
    def _shares_of_one(self) -> Tasks:
        if self.done + self.declined > 1 or abs(sum(self.outcomes.values()) - 1) > 1e-9:
            raise ValueError("done and declined must not exceed 1 together, and the outcomes must add up to 1")
        return self


class Moved(_Entry):
    """How a customer whom the effect reaches takes the message or the call."""

    opened: Share
    clicked: Share
    interested: Share


class Effect(_Entry):
    """What a strategy makes of a treated customer with probability `lift`, beyond what would have happened anyway."""

    kind: Literal["brings_money", "pays_again", "opens_account"]
    lift: Share
    within_days: Days
    share_of_wealth: tuple[Share, Share]
    for_days: Days = 1
    product: str | None = None  # of an account to open; a product that the bank named itself goes first

    @model_validator(mode="after")
    def _whole(self) -> Effect:
        if self.share_of_wealth[0] > self.share_of_wealth[1]:
            raise ValueError("share_of_wealth is [least, most]")
        if self.kind == "opens_account" and not can_be_opened(self.product):
            raise ValueError("opens_account needs a product of the demo bank that can be held as an investment")
        return self


class Effects(_Entry):
    """The effect of each strategy; of one without an entry, by whether it named a product."""

    default: Effect
    about_a_product: Effect
    strategies: dict[str, Effect]

    def of(self, strategy: str, product: str | None) -> Effect:
        unnamed = self.about_a_product if can_be_opened(product) else self.default
        return self.strategies.get(strategy, unnamed)


class Plan(_Entry):
    """The whole file."""

    channels: dict[str, Channel]
    tasks: Tasks
    moved: Moved
    effects: Effects

    @model_validator(mode="after")
    def _has_a_default(self) -> Plan:
        if "default" not in self.channels:
            raise ValueError("channels needs an entry called default")
        return self

    def channel(self, name: str) -> Channel:
        return self.channels.get(name, self.channels["default"])


def can_be_opened(product: str | None) -> bool:
    """Whether a customer can hold an account of this product by way of an effect."""
    return product in PRODUCT and PRODUCTS[PRODUCT[product]].category in ACCOUNTS


def load_plan(path: Path = FILE) -> Plan:
    """The plan in a file. Errors: DemoBankError, naming the file, the entry and what is wrong with it."""
    try:
        return Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise DemoBankError(f"{path} cannot be read as the plan of reactions; mend it or put it back: {error}") from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors())
        raise DemoBankError(f"{path} is not a plan of reactions: {told}") from error

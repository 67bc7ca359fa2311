"""Who turns to the bank on a day, why, and how well it is dealt with: what contacts, tickets and surveys are made of.

Belongs here: the day's calls, chats and visits as arrays, and what becomes of the case. Not here: rows (service_records.py).
A complaint that is answered late or never is often followed by leaving: most who complain so leave of their own accord, some
because of it (life.py settles who), and many complain once more before. Who looks at mortgages (interest.py) now and then asks.
Everything rests on the call's own day, so that any later day finds the same case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import vocabulary as words
from demo.bank_model import Model
from demo.cycles import Agenda
from demo.days import FAR, to_date
from demo.draws import Array
from demo.interest import MORTGAGE, visits
from demo.life import grievances
from demo.people import OUTSIDER

DAY = 86_400
LONGEST_CASE_DAYS = 45
SURVEY_AFTER_CASE_DAYS = 7  # whoever has a case is asked once it should be settled
LONGEST_SURVEY_DAYS = SURVEY_AFTER_CASE_DAYS + 3
CHANNELS = (*["inbound_call"] * 6, "outbound_call", "chat", "wecom", "branch_visit", "video")
OUTCOMES = ("abandoned", "transferred", "voicemail", "served", "unreachable")
SERVED, UNREACHABLE = 3, 4
CATEGORIES = ("complaint", "enquiry", "request", "praise", "fraud_report")
COMPLAINT, PRAISE, FRAUD = 0, 3, 4
# for each reason of words.CONTACT_REASONS: the category of the case that comes of it, and how often one does
_CASES = ((3, 0.1), (2, 0.5), (2, 0.4), (1, 0.4), (0, 1.0), (2, 0.6), (1, 0.4), (2, 0.3), (1, 0.5))
_FRAUD, _PRAISES = 0.2, 0.03  # of card problems; of calls after which all is well
_BADLY = 0.2  # of complaints that are nobody's last
_NEVER = 0.03  # of other cases
_AGAIN, _AGAIN_DAYS = 0.7, (2, 7)  # of complaints before leaving that are dealt with badly, and so many days later
_ASKS = 0.2  # of looks at mortgages
_QUEUES, _LONGEST_QUEUE = 0.06, 1_200  # of calls, and seconds


@dataclass(frozen=True)
class Calls:
    """Calls in order of day and customer number; `number` is unique over all days. Times are seconds since 1970."""

    day: Array
    number: Array
    customer: Array
    person: Array
    is_stranger: Array
    is_grievance: Array
    channel: Array
    reason: Array
    outcome: Array
    started: Array
    wait: Array
    service: Array
    category: Array  # -1 where no case is opened
    is_late: Array  # the case is answered late, or never
    answered: Array
    resolved: Array  # FAR where never

    @property
    def ended(self) -> Array:
        ended: Array = self.started + self.wait + self.service
        return ended

    def only(self, where: Array) -> Calls:
        return Calls(*(getattr(self, name)[where] for name in Calls.__dataclass_fields__))

    @staticmethod
    def joined(parts: list[Calls]) -> Calls:
        return Calls(*(np.concatenate([getattr(part, name) for part in parts]) for name in Calls.__dataclass_fields__))


def calls(model: Model, day: int) -> Calls:
    """What a day brought."""
    return model.lately("calls", day, lambda: _calls(model, day))


def handling(model: Model, who: Array, day: Array) -> tuple[Array, Array]:
    """Whether complaints before leaving are dealt with late or never, and whether never."""
    size = len(who)
    complaint, grievance = np.full(size, COMPLAINT), np.ones(size, dtype=bool)
    is_late, _, resolved = _handling(model, who, day, complaint, grievance, day * DAY)
    return is_late, resolved >= FAR * DAY


def second_complaints(model: Model) -> Agenda:
    """Who complains once more before leaving, because the first complaint was left lying; by customer."""

    def build() -> Agenda:
        d, first = model.draws, grievances(model).day
        who = np.flatnonzero(first < FAR)
        is_late, _ = handling(model, who, first[who])
        again = who[is_late & (d.uniform("grievance/again", who) < _AGAIN)]
        soonest, latest = _AGAIN_DAYS
        on = np.full(len(first), FAR)
        on[again] = first[again] + soonest + d.below("grievance/again_after", again, latest - soonest)
        return Agenda.of(on)

    return model.once("second_complaints", build)


def _askers(model: Model, day: int) -> Array:
    """Who asks about mortgages: some of those who look at them."""
    customer, product, _ = visits(model, day)
    looking = customer[product == MORTGAGE]
    asking: Array = looking[model.draws.uniform("asks", looking, day) < _ASKS]
    return asking


def _callers(model: Model, day: int) -> tuple[Array, Array, Array]:
    """Who calls, whose complaint it is before leaving, who asks about mortgages; those about to leave call more often anyway."""
    p, index = model.population, np.arange(model.population.size)
    ahead = p.leave_day - day
    rare = 0.003 + 0.004 * ((ahead > 0) & (ahead < 40))
    calling = (model.draws.uniform("contacts", index, day) < rare) & (p.open_day <= day) & (day < p.closed_day)
    aggrieved, asking = np.concatenate([grievances(model).due(day), second_complaints(model).due(day)]), _askers(model, day)
    calling[aggrieved] = True
    calling[asking] = True
    return np.flatnonzero(calling), aggrieved, asking


def _calls(model: Model, day: int) -> Calls:
    d = model.draws
    who, aggrieved, asking = _callers(model, day)
    grievance, asks = np.isin(who, aggrieved), np.isin(who, asking)
    stranger = (d.uniform("stranger", who, day) < 0.06) & ~grievance & ~asks
    channel = d.below("contact_channel", who, len(CHANNELS), day)
    outcome = np.minimum(d.below("outcome", who, 12, day), SERVED)
    outbound = channel == CHANNELS.index("outbound_call")
    outcome = np.where(outbound & (outcome < SERVED), UNREACHABLE, np.where(grievance, SERVED, outcome))
    reason = np.where(asks, words.CONTACT_REASONS.index("mortgage_question"), _reasons(model, who, day))
    reason = np.where(grievance, words.CONTACT_REASONS.index("complaint"), reason)
    started = day * DAY + 8 * 3_600 + d.below("called_at", who, 12 * 3_600, day)
    queues = d.uniform("queues", who, day) < _QUEUES
    wait = d.below("wait_time", who, 240, day) + queues * d.below("queue", who, _LONGEST_QUEUE, day)
    reached = (outcome > 0) & (outcome != UNREACHABLE)
    service = np.where(reached, 30 + d.below("service", who, 600, day), 0)
    category = _category(model, who, day, reason, outcome)
    is_late, answered, resolved = _handling(model, who, day, category, grievance, started + wait + service)
    return Calls(
        day=np.full(len(who), day),
        number=int(to_date(day).strftime("%Y%m%d")) * 10**6 + np.arange(1, len(who) + 1),
        customer=who,
        person=np.where(stranger, OUTSIDER + who, model.population.person[who]),
        is_stranger=stranger,
        is_grievance=grievance,
        channel=channel,
        reason=reason,
        outcome=outcome,
        started=started,
        wait=wait,
        service=service,
        category=category,
        is_late=is_late,
        answered=answered,
        resolved=resolved,
    )


def _reasons(model: Model, who: Array, day: int) -> Array:
    by_chance = len(words.CONTACT_REASONS) - 1  # all but the last
    return model.draws.below("reason", who, by_chance, day)


def _category(model: Model, who: Array, day: int, reason: Array, outcome: Array) -> Array:
    """The category of the case that each call opens; -1 for none."""
    categories, shares = (np.array(column) for column in zip(*_CASES, strict=True))
    u = model.draws.uniform("case", who, day)
    fraud = (reason == words.CONTACT_REASONS.index("card_problem")) & (u < _FRAUD)
    opens, praises = u < shares[reason], u >= 1 - _PRAISES
    category = np.select([opens & fraud, opens, praises], [FRAUD, categories[reason], PRAISE], -1)
    return np.where(outcome == SERVED, category, -1)


def _handling(
    model: Model, who: Array, day: int | Array, category: Array, grievance: Array, ended: Array
) -> tuple[Array, Array, Array]:
    """Whether a case is dealt with late or never, when it is first answered and when resolved (seconds; FAR days for never)."""
    d, complaint = model.draws, category == COMPLAINT
    u, v = d.uniform("handling", who, day), d.uniform("handling/days", who, day)
    badly = complaint & (u < np.where(grievance, 0.8, _BADLY))
    never = np.where(complaint, badly & (v < 0.5), u < _NEVER)
    hours = np.where(badly, 72 + 220 * v, 0.2 + np.where(complaint, 20.0, 6.0) * v)
    days = np.where(badly, 14 + 25 * v, np.where(complaint, 1 + 4 * v, 0.2 + 4 * v))
    answered = ended + (hours * 3_600).astype(np.int64)
    resolved = np.maximum(answered + 600, ended + (days * DAY).astype(np.int64))
    return badly, answered, np.where(never, FAR * DAY, resolved)

"""Rows of call_centre.contacts, tickets and surveys.

Belongs here: what the call centre writes down, and when. Not here: who calls and how it goes on (calls.py).
A ticket lands when it is opened, and again on the days on which it is first answered and resolved; a survey when it is asked
and, if later, when it is answered.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.calls import (
    CATEGORIES,
    CHANNELS,
    COMPLAINT,
    DAY,
    FRAUD,
    LONGEST_CASE_DAYS,
    LONGEST_SURVEY_DAYS,
    OUTCOMES,
    SERVED,
    SURVEY_AFTER_CASE_DAYS,
    Calls,
    calls,
)
from demo.columns import Column, blank, numbered, picked
from demo.days import FAR
from demo.draws import Array

_BY_PHONE = 6  # channels up to this one show a number


def _at(seconds: Array, where: Array) -> Column:
    """Timestamps; null where `where` is true."""
    return blank(pa.array(np.where(where, 0, seconds)).cast(pa.timestamp("s")), where)


def _told(model: Model, day: int, longest: int) -> range:
    """The days whose cases may have news on a day: on the first date all of the history."""
    return range(model.parameters.start if day == model.first else day - longest, day + 1)


def contacts(model: Model, day: int) -> tuple[pa.Table, Array]:
    """The day's calls, chats and visits, and the people behind them; some callers are strangers."""
    c, d = calls(model, day), model.draws
    who = c.customer
    unknown = c.is_stranger | (~c.is_grievance & (d.uniform("identified", who, day) < 0.4))
    unserved = c.outcome == 0
    return pa.table(
        {
            "contact_id": numbered("K", c.number, 14),
            "customer_no": blank(model.customer_numbers(who), unknown),
            "caller_number": blank(model.people.mobile(c.person), c.channel > _BY_PHONE),
            "channel": picked(CHANNELS, c.channel),
            "started_at": _at(c.started, np.zeros(len(who), dtype=bool)),
            "ended_at": _at(c.ended, np.zeros(len(who), dtype=bool)),
            "wait_seconds": pa.array(c.wait),
            "service_seconds": pa.array(c.service),
            "agent_id": blank(numbered("A", d.below("agent", who, 60, day), 3), unserved),
            "reason": picked(words.CONTACT_REASONS, c.reason),
            "outcome": picked(OUTCOMES, c.outcome),
            "transcript": blank(picked(words.TRANSCRIPTS, c.reason), c.service == 0),
        }
    ), c.person


def tickets(model: Model, day: int) -> pa.Table:
    """Tickets opened, answered or resolved on the day (on the first date: all so far), as they stand at its end."""
    parts = []
    for on in _told(model, day, LONGEST_CASE_DAYS):
        c = calls(model, on)
        news = (c.day == day) | (c.answered // DAY == day) | (c.resolved // DAY == day) | (day == model.first)
        parts.append(c.only((c.category >= 0) & news))
    return _tickets(model, Calls.joined(parts), day)


def _tickets(model: Model, c: Calls, day: int) -> pa.Table:
    d, who, category, reason = model.draws, c.customer, c.category, c.reason
    end = (day + 1) * DAY
    unknown = c.is_stranger | (~c.is_grievance & (d.uniform("case/identified", who, c.day) < 0.15))
    topics = d.below("case/topic", who, len(words.COMPLAINT_TOPICS), c.day)
    topic = np.where(category == COMPLAINT, topics, len(words.COMPLAINT_TOPICS) + reason)
    weight = d.uniform("case/severity", who, c.day) + 0.3 * (category == COMPLAINT) + 0.6 * (category == FRAUD)
    product = np.array([words.PRODUCT[code] for code in words.REASON_PRODUCTS])[reason]
    return pa.table(
        {
            "ticket_id": numbered("W", c.number, 14),
            "contact_id": numbered("K", c.number, 14),
            "customer_no": blank(model.customer_numbers(who), unknown),
            "caller_number": blank(model.people.mobile(c.person), c.channel > _BY_PHONE),
            "category": picked(CATEGORIES, category),
            "topic": picked([*words.COMPLAINT_TOPICS, *words.CONTACT_REASONS], topic),
            "severity": picked(("low", "medium", "high"), np.searchsorted([0.6, 1.0], weight)),
            "product_code": blank(picked([item.code for item in words.PRODUCTS], product), category == COMPLAINT),
            "channel": picked(CHANNELS, c.channel),
            "opened_at": _at(c.ended, np.zeros(len(who), dtype=bool)),
            "first_response_at": _at(c.answered, c.answered >= end),
            "resolved_at": _at(c.resolved, c.resolved >= end),
            "narrative": picked(words.NARRATIVES, category),
        }
    )


def surveys(model: Model, day: int) -> pa.Table:
    """Surveys asked or answered on the day (on the first date: all so far), as they stand at its end."""
    parts = []
    for on in _told(model, day, LONGEST_SURVEY_DAYS):
        c = calls(model, on)
        asked, answered = _asked(model, c)
        news = (asked // DAY == day) | (answered // DAY == day) | (day == model.first)
        parts.append(c.only((asked < (day + 1) * DAY) & news))
    return _surveys(model, Calls.joined(parts), day)


def _asked(model: Model, c: Calls) -> tuple[Array, Array]:
    """When each call's survey is asked and answered (FAR days: never)."""
    d = model.draws
    is_asked = (c.outcome == SERVED) & (d.uniform("survey", c.customer, c.day) < 0.35)
    asked = np.where(is_asked, c.ended + np.where(c.category >= 0, SURVEY_AFTER_CASE_DAYS * DAY, 1_800), FAR * DAY)
    answers = is_asked & (d.uniform("survey/answers", c.customer, c.day) < 0.4)
    answered = asked + 300 + d.below("survey/after", c.customer, 2 * DAY, c.day)
    return asked, np.where(answers, answered, FAR * DAY)


def _surveys(model: Model, c: Calls, day: int) -> pa.Table:
    d, who = model.draws, c.customer
    asked, answered = _asked(model, c)
    open_still, score = answered >= (day + 1) * DAY, _score(model, c)
    u = d.uniform("survey/says", who, c.day)
    band = np.searchsorted([6.5, 8.5], score)
    return pa.table(
        {
            "survey_id": numbered("Q", c.number, 14),
            "customer_no": blank(model.customer_numbers(who), c.is_stranger | (d.uniform("identified", who, c.day) < 0.1)),
            "contact_id": numbered("K", c.number, 14),
            "channel": picked(("sms", "app", "phone"), d.below("survey/channel", who, 3, c.day)),
            "asked_at": _at(asked, np.zeros(len(who), dtype=bool)),
            "answered_at": _at(answered, open_still),
            "nps_score": blank(pa.array(score), open_still | (u < 0.05)),
            "satisfaction": blank(pa.array(np.clip(score // 2, 1, 5)), open_still | (u > 0.9)),
            "comment": blank(picked(words.COMMENTS, band), open_still | (u < 0.6)),
        }
    )


def _score(model: Model, c: Calls) -> Array:
    """0 to 10: lower after long waiting, much lower after a complaint that was left lying."""
    mood = 8.6 + 1.4 * model.draws.normal("survey/mood", c.customer, c.day)
    score = mood - 1.5 * (c.wait > 180) - 1.5 * (c.category == COMPLAINT) - 4.0 * c.is_late
    whole: Array = np.clip(np.round(score), 0, 10).astype(np.int64)
    return whole

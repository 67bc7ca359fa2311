"""Gate 1 over the dates of a run: what is judged, beside what past, and what of it is kept.

Belongs here: gathering batches, keys and the past; recording verdicts and judgements. Not here: the asset checks that show
them (raw.py), judging (expectations/landing.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, timedelta

from assets.gate_pages import page_of
from assets.workspace import Workspace
from expectations.batches import Landed, Learning, Limits, Stale, stale_dates
from expectations.findings import Finding
from expectations.judgements import LANDING, Judgement, learned_by_batch, tried_on
from expectations.landing import judge_landing, referenced_tables
from expectations.learned import Learned, learn, looked_back_to
from expectations.profiles import profile
from expectations.verdicts import Verdict
from foundation.contract import landing_table, landing_tables
from foundation.engine import Engine
from foundation.settings import Settings
from integrations.sources.book import Book

TABLES = landing_tables()
_UNREADABLE, _FRESH = "files_can_be_read", "is_fresh"


def limits_of(settings: Settings) -> Limits:
    """The bank's limits."""
    learning = Learning(
        settings.gate_recent_days, settings.gate_least_days, settings.gate_least_rows, settings.gate_width,
        settings.gate_closing_width, settings.gate_least_spread, settings.gate_drift,
    )  # fmt: skip
    return Limits(settings.gate_max_quarantine_ratio, settings.gate_min_reference_ratio, settings.gate_tolerated_rows, learning)


def landed_batches(workspace: Workspace, last: date) -> list[Landed]:
    """Every batch up to a date."""
    home = workspace.home
    return [
        Landed(
            table=landing_table(f"{batch.source}.{batch.table}"),
            on=batch.on,
            file=home.raw_batch(batch.source, batch.table, batch.on),
            rows_landed=batch.rows_landed,
            rows_quarantined=batch.rows_quarantined,
            content_id=batch.content_id,
            error=batch.error,
        )
        for batch in workspace.batches(last)
    ]


def _unfinished_from(workspace: Workspace, first: date) -> date:
    """The first date of a run, or an earlier one: that after the last finished date."""
    finished = workspace.progress.last_finished("marts")
    return min(first, finished + timedelta(days=1)) if finished else first


def _caught_up(workspace: Workspace, last: date) -> dict[str, date]:
    sources = workspace.home.sources
    return Book(sources).caught_up(last) if sources.exists() else {}


def missing_verdicts(workspace: Workspace, landed: Sequence[Landed], first: date, last: date) -> list[Verdict]:
    """A verdict for every required table that landed before and has no folder on a date of the run, or on one that was skipped
    before it. A table that was read from its source on a later date, with all that changed since, is not missing before that."""
    # a date that no run asked for, as when the machine was off for a night, may have left nothing that would be judged later
    since = _unfinished_from(workspace, first)
    days = [date.fromordinal(day) for day in range(since.toordinal(), last.toordinal() + 1)]
    caught_up = _caught_up(workspace, last)
    there = {(batch.table.full_name, batch.on) for batch in landed}
    began = {batch.table.full_name: batch.on for batch in sorted(landed, key=lambda batch: batch.on, reverse=True)}
    return [
        Verdict(
            table.source, table.name, on, is_required=True, gate="missing",
            failures=(
                f"landed: {table.full_name} is required and has no folder for {on};"
                " land it (an empty folder says that nothing changed) or override it",
            ),
        )
        for table in TABLES
        for on in days
        if table.required and began.get(table.full_name, date.max) < on and (table.full_name, on) not in there
        and caught_up.get(table.full_name, on) <= on
    ]  # fmt: skip


def _take_back_missing(workspace: Workspace, last: date) -> None:
    """Withdraws what an earlier run said of dates on which a source was down, where it has given all that changed since. Their
    pages go, and are written anew where something else is said of the date."""
    caught_up = _caught_up(workspace, last)
    standing = workspace.verdicts.through(last) if caught_up else []
    over = [v for v in standing if v.gate == "missing" and caught_up.get(v.full_name, v.on) > v.on]
    workspace.verdicts.withdraw(over)
    for verdict in over:
        page_of(workspace.home, verdict.on).unlink(missing_ok=True)


def _to_judge(workspace: Workspace, landed: Sequence[Landed], first: date, last: date) -> list[Landed]:
    """The batches of the run's dates, and older ones whose content no verdict is about."""
    standing = {(v.full_name, v.on): v for v in workspace.verdicts.through(last)}
    return [
        batch
        for batch in landed
        if batch.on >= first
        or (verdict := standing.get((batch.table.full_name, batch.on))) is None
        or verdict.content_id != batch.content_id
    ]


def _engine(workspace: Workspace) -> Engine:
    """Judging is done in memory, and what that does not hold goes into the home; what a killed run left there goes."""
    spill = workspace.home.root / ".judging"
    shutil.rmtree(spill, ignore_errors=True)
    return Engine.of(workspace.settings, spill)


def _learned(
    workspace: Workspace, landed: Sequence[Landed], judged: Sequence[Landed], last: date, limits: Limits, engine: Engine
) -> Learned:
    """What is usual for the judged batches; their own distributions are counted and kept on the way."""
    profiles = workspace.profiles
    profiles.keep(judged, profile(judged, engine))
    counts = profiles.since(looked_back_to(landed, judged, limits.learning), last)
    return learn(landed, judged, counts, limits)


def _judgements(
    judged: Sequence[Landed], stale: Sequence[Stale], findings: Sequence[Finding], learned: Learned
) -> list[Judgement]:
    by_batch = learned_by_batch(learned)
    of_table = {table: [f for f in findings if f.table == table.full_name] for table in TABLES}
    made = []
    for batch in judged:
        # a file of another date that cannot be read is no matter of this one
        own = [f for f in of_table[batch.table] if (batch.on in f.dates if f.expectation == _UNREADABLE else not batch.error)]
        more = by_batch.get((batch.table.full_name, batch.on), {})
        made.append(
            Judgement(LANDING, batch.table.source, batch.table.name, batch.on, batch.content_id, tried_on(own, batch.on), more)
        )
    for each in stale:
        own = [f for f in of_table[each.table] if f.expectation == _FRESH]
        made.append(Judgement(LANDING, each.table.source, each.table.name, each.on, tried=tried_on(own, each.on)))
    return made


def judge_dates(workspace: Workspace, first: date, last: date) -> tuple[list[Finding], list[Verdict]]:
    """Judges the batches of a run, and what is missing, and records what was found: the findings, and the verdicts as they now
    stand."""
    limits = limits_of(workspace.settings)
    landed = landed_batches(workspace, last)
    judged = _to_judge(workspace, landed, first, last)
    known = {
        table: [batch.file for batch in landed if batch.table == table and batch.error is None]
        for table in referenced_tables(TABLES)
    }
    engine = _engine(workspace)
    learned, stale = _learned(workspace, landed, judged, last, limits, engine), stale_dates(landed, first, last)
    findings, verdicts = judge_landing(judged, known=known, limits=limits, learned=learned, stale=stale, engine=engine)
    verdicts += missing_verdicts(workspace, landed, first, last)
    _take_back_missing(workspace, last)
    workspace.judgements.record(_judgements(judged, stale, findings, learned))
    workspace.verdicts.record(verdicts)
    asked = {(verdict.full_name, verdict.on) for verdict in verdicts}
    return findings, [verdict for verdict in workspace.verdicts.through(last) if (verdict.full_name, verdict.on) in asked]

"""The answer to "why is this date closed?": what closed, what that holds back, how to mend it, how to let it through.

Belongs here: the answer as lines of text, from what the gates recorded. Not here: printing (orchestration/), recording.
Named are tables, rules, counts, keys and files; never a value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import duckdb

from expectations.judgements import Judgement, Judgements, Tried
from expectations.verdicts import Verdict, Verdicts, first_held_date
from foundation.contract import published_tables
from foundation.home import Home
from foundation.progress import Progress
from integrations.sources import registry
from integrations.warehouse.connection import parquet

_GATE_NAMES = {"gate_1": "Gate 1", "gate_2": "Gate 2", "gate_3": "Gate 3"}
_GUARDED = {"gate_2": "marts", "gate_3": "decisions"}


def published_dates(home: Home) -> dict[date, list[str]]:
    """The newest business date that each published table holds: date -> tables."""
    found: dict[date, list[str]] = defaultdict(list)
    with duckdb.connect() as connection:
        for table in published_tables():
            files = sorted((home.published / table.name).glob("*.parquet"))
            if files and "business_date" in table.columns:
                newest = connection.execute(f"select max(business_date) from {parquet(files[-1:])}").fetchone()
                if newest and newest[0]:
                    found[newest[0]].append(table.name)
    return dict(sorted(found.items(), reverse=True))


def _failure(tried: Tried) -> str:
    keys = f", e.g. {', '.join(tried.keys)}" if tried.keys else ""
    return f"    {tried.expectation}: {tried.says} ({tried.told or f'{tried.against:,} rows{keys}'})"


def _closed_table(home: Home, verdict: Verdict, judgement: Judgement | None) -> Iterator[str]:
    need = "required" if verdict.is_required else "optional: its last accepted state carries forward"
    yield f"  {verdict.full_name} is {verdict.gate} ({need})"
    told = [_failure(each) for each in judgement.tried if not each.passed and each.severity == "critical"] if judgement else []
    yield from told or [f"    {failure}" for failure in verdict.failures]
    if verdict.override:
        yield f"    {verdict.override.sentence()}"
    quarantine = home.quarantine_batch(verdict.source, verdict.table, verdict.on)
    if quarantine.is_file() and _is_as_judged(home, verdict):
        yield f"    refused rows and cells, with reasons: {quarantine}"


def _is_as_judged(home: Home, verdict: Verdict) -> bool:
    """Whether raw and quarantine are of the content judged: what cannot be read leaves there what was before it."""
    taken = {(b.source, b.table): b for b in registry.batches(home.control, verdict.on, verdict.on)}
    batch = taken.get((verdict.source, verdict.table))
    return batch is not None and batch.error is None and batch.content_id == verdict.content_id


def _mend(home: Home, verdict: Verdict) -> Iterator[str]:
    folder = home.landing / verdict.source / verdict.table / str(verdict.on)
    if verdict.gate == "missing":
        yield f"  drop {folder} (an empty folder says that nothing changed)"
    else:
        yield f"  replace the files in {folder}"
    errors = {(b.source, b.table): b.error for b in registry.batches(home.control, verdict.on, verdict.on)}
    if errors.get((verdict.source, verdict.table)):
        yield "  it could not be read, so there are no rows that could be let through"
    else:
        yield "  or let it through as it is:"
        yield f'    make override TABLE={verdict.full_name} DATE={verdict.on} BY="your name" REASON="why it may pass"'


def _guard(verdict: Verdict, judgements: list[Judgement]) -> Iterator[str]:
    yield f"{_GATE_NAMES[verdict.table]} closed on the {_GUARDED[verdict.table]} of {verdict.on}: nothing after it was made"
    told = [
        f"  {each.full_name}\n{_failure(tried)}"
        for each in judgements
        if each.gate == verdict.table
        for tried in each.tried
        if not tried.passed and tried.severity == "critical"
    ]
    yield from told or [f"    {failure}" for failure in verdict.failures]
    yield "  it guards what leaves the house and cannot be overridden: mend the rule or the data, and run the date again"


def why_closed(home: Home, on: date) -> list[str]:
    """The answer for one date, as lines. A home that never ran has an answer, too."""
    verdicts = Verdicts(home.control).through(date.max) if home.control.exists() else []
    own = [verdict for verdict in verdicts if verdict.on == on]
    if not own:
        held = _held_back(home, on, [], first_held_date(verdicts), guarded=False)
        return [f"Nothing of {on} was judged: no run has come to it", *held]
    judgements = Judgements(home.control).of(on)
    by_table = {each.full_name: each for each in judgements if each.gate == "gate_1"}
    closed = [v for v in own if v.source != "gate" and (v.gate == "closed" or v.holds_back)]
    let_through = [v for v in own if v.override]
    guards = [v for v in own if v.source == "gate" and not v.lets_through]
    lines = [f"Gate 1 closed on {on}"] if closed else []
    for verdict in closed:
        lines += _closed_table(home, verdict, by_table.get(verdict.full_name))
    for verdict in guards:
        lines += _guard(verdict, judgements)
    if not closed and not guards:
        lines.append(f"Nothing closed on {on}: {len(own)} verdicts, none of them against it")
    for verdict in let_through:
        lines += ["Let through by hand", *_closed_table(home, verdict, by_table.get(verdict.full_name))]
    lines += _held_back(home, on, closed, first_held_date(verdicts), guarded=bool(guards))
    if closed:
        lines.append("How to mend")
        for verdict in closed:
            lines += _mend(home, verdict)
        lines.append(f"  then: make materialize FROM={on} TO={_last_landed(home, on)}")
    page = home.gates / f"{on}.html"
    return [*lines, f"All that was tried: {page}"] if page.is_file() else lines


def _last_landed(home: Home, on: date) -> date:
    return max((batch.on for batch in registry.batches(home.control, on, date.max)), default=on)


def _held_back(home: Home, on: date, closed: list[Verdict], held_on: date | None, *, guarded: bool) -> Iterator[str]:
    if held_on is not None and held_on < on:
        yield f"It is held back by {held_on}: make why-closed DATE={held_on}"
    elif any(verdict.holds_back for verdict in closed):
        yield "What it holds back"
        yield f"  {on} and every later date: marts, lists, published tables, deliveries"
    elif closed:
        yield "What it holds back"
        yield "  nothing but its own rows: these tables are optional"
    if guarded or (held_on is not None and held_on <= on):
        finished = Progress(home.control).last_finished("published")
        yield f"  published tables stand as of {finished}:" if finished else "  nothing was published yet"
        for newest, names in published_dates(home).items():
            yield f"    newest rows of {newest}: {', '.join(names)}"

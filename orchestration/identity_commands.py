"""The commands of a steward: working through the review queue, and looking at what counts as junk.

Belongs here: asking, one pair after another, and telling what became of an answer. Not here: when an answer is possible and where
it lands (assets/answering.py), drawing (side_by_side.py). The home is held while the queue is read and while an answer is
landed, not while a person thinks: no run waits for a steward.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import Annotated

import duckdb
import typer
from rich.markup import escape
from rich.prompt import Prompt

from assets.answering import Given, ReviewError, answer, finished_on, require_name, require_pair, require_resolved, waiting_words
from foundation.home import Home
from foundation.settings import Settings
from identity.review import Pair, Record, Waiting, junk_values, next_shown
from integrations.sources.file_drop.errors import LandingError
from integrations.warehouse.connection import warehouse
from orchestration.commands import INTERRUPTED_CODE, alone, open_home, stop, tell
from orchestration.console import CONSOLE
from orchestration.side_by_side import junk_list, require_terminal, side_by_side

COMMAND = "make review"
_WAYS = {"s": "same", "d": "different", "k": "skip", "q": "quit"}
_QUESTION = "same \\[s], different \\[d], skip \\[k], quit \\[q] · 同一客户 s，不同客户 d，跳过 k，退出 q"


class Decision(StrEnum):
    """What a steward may say of two records."""

    SAME = "same"
    DIFFERENT = "different"


def review(
    by: Annotated[str, typer.Option(help="who decides")] = "",
    source_a: Annotated[str, typer.Option(help="the first record's source, such as core_banking.customers")] = "",
    record_a: Annotated[str, typer.Option(help="its key there")] = "",
    source_b: Annotated[str, typer.Option(help="the second record's source")] = "",
    record_b: Annotated[str, typer.Option(help="its key there")] = "",
    decision: Annotated[Decision | None, typer.Option(help="the answer about these two, without asking")] = None,
) -> None:
    """The pairs that may be one customer, likeliest first, both records side by side; or one answer, without asking."""
    settings, home = open_home()
    try:
        by = require_name(by)
        named = (source_a, record_a, source_b, record_b)
        if decision is None and not any(named):
            _ask_all(settings, home, by)
        elif decision is None or not all(named):
            raise stop(
                'one answer needs both records and the decision: DECISION=same PAIR="source key source key"'
                " (source_a, record_a, source_b, record_b and decision), or none of them to be asked",
                2,
            )
        else:
            _answer_one(settings, home, (source_a, record_a), (source_b, record_b), decision.value, by)
    except (ReviewError, LandingError) as error:
        raise stop(escape(str(error))) from None


def _answer_one(settings: Settings, home: Home, a: tuple[str, str], b: tuple[str, str], decision: str, by: str) -> None:
    with _opened(settings, home) as (connection, _):
        given = answer(connection, settings, home, require_pair(connection, a, b), decision, by)
    tell(escape(_told(given)))


def _ask_all(settings: Settings, home: Home, by: str) -> None:
    """Until nothing waits or the steward has enough."""
    require_terminal("the records name people", "a script says DECISION=… PAIR=…")
    skipped: set[Pair] = set()
    given = 0
    try:
        while (found := _next(settings, home, skipped)) is not None:
            waiting, records = found
            said = _ask(waiting, records)
            if said == "quit":
                break
            if said == "skip":
                skipped.add(waiting.pair)
                continue
            given += _land(settings, home, waiting.pair, said, by)
        else:
            tell("Nothing more waits for a steward. · 没有待审核的记录对。")
    except (EOFError, KeyboardInterrupt):
        raise stop(f"Interrupted. {given} answer(s) landed and stand.", INTERRUPTED_CODE) from None
    tell(f"{given} answer(s) landed, {len(skipped)} pair(s) skipped. They count from the next run on. · 下次运行起生效。")


def _next(settings: Settings, home: Home, skipped: set[Pair]) -> tuple[Waiting, tuple[Record, Record]] | None:
    """The next pair with both its records. Whoever answers meanwhile, in another session, is not asked after."""
    with _opened(settings, home) as (connection, finished):
        return next_shown(connection, skipped | waiting_words(home, finished).keys())


def _ask(waiting: Waiting, records: tuple[Record, Record]) -> str:
    CONSOLE.rule(f"{waiting.count} waiting · 待审核", characters="─")
    sure = "> 99.9%" if waiting.probability > 0.999 else f"{waiting.probability:.1%}"  # it is never certain
    CONSOLE.print(f"[bold]probability · 概率[/] {sure}", highlight=False)
    CONSOLE.print(f"[bold]evidence · 依据[/] {escape(waiting.evidence)}", highlight=False)
    CONSOLE.print(side_by_side(*records))
    said = Prompt.ask(_QUESTION, console=CONSOLE, choices=[*_WAYS, *_WAYS.values()], show_choices=False)
    return _WAYS.get(said, said)


def _land(settings: Settings, home: Home, pair: Pair, decision: str, by: str) -> bool:
    """Whether an answer landed; one that could never hold is said and changes nothing, and its pair is asked again."""
    with _opened(settings, home) as (connection, _):
        try:
            given = answer(connection, settings, home, pair, decision, by)
        except ReviewError as error:
            tell(escape(str(error)))
            return False
    tell(escape(_told(given)))
    return given.file is not None


@contextmanager
def _opened(settings: Settings, home: Home) -> Iterator[tuple[duckdb.DuckDBPyConnection, date]]:
    """The warehouse with resolved identities, the home held meanwhile, and the newest finished date. Errors: ReviewError."""
    with alone(settings, home, COMMAND):
        finished = finished_on(home)
        with warehouse(home.warehouse, home.vault) as connection:
            require_resolved(connection)
            yield connection, finished


def _told(given: Given) -> str:
    word = given.word
    if given.file is None:
        return f"{word.decided_by} said so already ({word.decision}, {word.decided_at:%Y-%m-%d %H:%M}); nothing was added."
    return f"{word.decision}: landed for {given.on} as {given.file}. It counts from that date's run on."


def junk(most: Annotated[int, typer.Option(min=1, help="how many are shown")] = 100) -> None:
    """The values that count neither for nor against two records being one, those that most records have first."""
    settings, home = open_home()
    try:
        require_terminal("the values may be somebody's", "give the command in one, without > or |")
        with _opened(settings, home) as (connection, _):
            values = junk_values(connection)
    except ReviewError as error:
        raise stop(escape(str(error))) from None
    CONSOLE.print(junk_list(values[:most]))
    tell(f"{len(values):,} values are left out, {min(most, len(values)):,} of them shown. · 已忽略的值。")


def add_to(app: typer.Typer) -> None:
    """Adds these commands to the others."""
    app.command("review")(review)
    app.command("junk")(junk)

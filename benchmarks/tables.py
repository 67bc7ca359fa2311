"""The figures as tables: stages by size, whole runs by size, rows a second, and the machine they were measured on.

Belongs here: drawing. Not here: measuring (bank.py, children.py). There is no threshold: a figure never passes or fails.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.bank import BARE_MARTS, BARE_RAW, HISTORY, NEXT_DAY, Result, Run

_PACKAGES = ("duckdb", "dagster", "dbt-core", "great-expectations")
RAW, MONTH_END = "raw", "month end"


def load() -> str:
    """How busy the machine is, with this and with everything else."""
    return "Load over 1, 5, 15 minutes: " + ", ".join(f"{average:.1f}" for average in os.getloadavg())


def machine() -> str:
    """What the figures hold for: cores, memory, system, versions."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{cores} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {packages}"
    )


def _table(title: str, names: Sequence[str], results: Sequence[Result], figures: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", header_style="bold")
    for name in names:
        table.add_column(name, no_wrap=True)
    for result in results:
        for position, figure in enumerate(figures):
            heading = f"{result.customers:,} x {result.dates}" if position == 0 else ""
            table.add_column(f"{heading}\n{figure}", justify="right", no_wrap=True)
    return table


def _cells(results: Sequence[Result], find: Callable[[Result], Sequence[str] | None], width: int) -> list[str]:
    return [cell for result in results for cell in (find(result) or [""] * width)]


def _run(result: Result, name: str) -> Run:
    return next(run for run in result.runs if run.name == name)


def draw_stages(console: Console, results: Sequence[Result]) -> None:
    """A row per run and stage. Peak memory is that of the process so far, so it never falls from stage to stage."""
    table = _table("Stages", ["run", "stage"], results, ["wall s", "peak MiB"])
    for run in results[0].runs:
        for stage in dict.fromkeys(timing.stage for result in results for timing in _run(result, run.name).stages):

            def find(result: Result, name: str = run.name, stage: str = stage) -> list[str] | None:
                spent = [timing for timing in _run(result, name).stages if timing.stage == stage]
                return [f"{sum(t.seconds for t in spent):.2f}", f"{max(t.peak_mib for t in spent):,.0f}"] if spent else None

            table.add_row(run.name, stage, *_cells(results, find, 2))
        table.add_section()
    console.print(table)


def draw_children(console: Console, results: Sequence[Result]) -> None:
    """A row per process, from its start to its end; what is not in its stages is starting, Dagster and the summary."""
    table = _table("Whole processes", ["process"], results, ["wall s", "in stages", "CPU s", "peak MiB"])
    for name in results[0].children:

        def find(result: Result, name: str = name) -> list[str]:
            cost = result.children[name]
            staged = sum(timing.seconds for run in result.runs if run.child == name for timing in run.stages)
            figures = [f"{cost.wall_seconds:.1f}", f"{staged:.1f}" if staged else "", f"{cost.cpu_seconds:.1f}"]
            return [*figures, f"{cost.peak_mib:,.0f}"]

        table.add_row(name, *_cells(results, find, 4))
    console.print(table)


def draw_rows(console: Console, results: Sequence[Result]) -> None:
    """A row per run: what landed, and how fast landing became raw."""
    table = _table("Landing to raw", ["run"], results, ["rows", "rows/s"])
    for run in results[0].runs:

        def find(result: Result, name: str = run.name) -> list[str]:
            same = _run(result, name)
            seconds = sum(timing.seconds for timing in same.stages if timing.stage == RAW)
            return [f"{same.rows_landed:,}", f"{same.rows_landed / seconds:,.0f}" if same.rows_landed and seconds else ""]

        table.add_row(run.name, *_cells(results, find, 2))
    console.print(table)


def _seconds(result: Result, run: str, stage: str | None = None) -> float:
    return sum(timing.seconds for timing in _run(result, run).stages if stage in (None, timing.stage))


def draw_ratios(console: Console, results: Sequence[Result]) -> None:
    """The pipeline's stages beside the same work done bare (whole processes), and a day beside the first load."""
    table = _table("Ratios", ["what", "beside"], results, ["wall s", "beside s", "ratio"])

    def row(what: str, beside: str, seconds: Callable[[Result], tuple[float, float]]) -> None:
        pairs = [seconds(result) for result in results]
        table.add_row(what, beside, *(cell for a, b in pairs for cell in (f"{a:.1f}", f"{b:.1f}", f"{a / b:.2f}")))

    row("raw", "DuckDB copying the same files", lambda r: (_seconds(r, HISTORY, RAW), _bare(r, BARE_RAW)))
    row("history but its month ends", "that copy and the same SQL", lambda r: (_once(r), _bare(r, BARE_RAW, BARE_MARTS)))
    row("history's month ends", "all else of it", lambda r: (_seconds(r, HISTORY, MONTH_END), _once(r)))
    row("next day", "the history", lambda r: (_seconds(r, NEXT_DAY), _seconds(r, HISTORY)))
    console.print(table)


def _once(result: Result) -> float:
    """The history as one run to its last date, which is what the bare SQL does: month ends are processed besides."""
    return _seconds(result, HISTORY) - _seconds(result, HISTORY, MONTH_END)


def _bare(result: Result, *names: str) -> float:
    return sum(result.children[name].wall_seconds for name in names)


def draw_growth(console: Console, results: Sequence[Result]) -> None:
    """The day after histories of several lengths: a row per stage, and how many times the first history's day the others cost."""
    table = Table(box=box.SIMPLE_HEAD, title=f"The next day at {results[0].customers:,} customers", title_justify="left")
    table.add_column("stage")
    for result in results:
        table.add_column(f"after {result.history_days} days\nwall s", justify="right")
        table.add_column("ratio", justify="right")
    stages = dict.fromkeys(timing.stage for timing in _run(results[0], NEXT_DAY).stages)
    for stage in [*stages, None]:
        seconds = [_seconds(result, NEXT_DAY, stage) for result in results]
        table.add_row(stage or "all stages", *(cell for s in seconds for cell in (f"{s:.2f}", f"{s / seconds[0]:.2f}")))
    whole = [result.children[NEXT_DAY].wall_seconds for result in results]
    table.add_row("whole process", *(cell for s in whole for cell in (f"{s:.2f}", f"{s / whole[0]:.2f}")))
    console.print(table)


def draw_accuracy(console: Console, results: Sequence[Result]) -> None:
    """A row per pair of sources, all first: how right pairs of records are beside the demo bank's truth; then whole customers."""
    table = _table("Who is who, pairs of records", ["source", "and"], results, ["true pairs", "precision", "recall", "F1"])
    for place, first in enumerate(results[0].accuracy[0]):
        cells = []
        for result in results:
            known = {(each.source_a, each.source_b): each for each in result.accuracy[0]}
            each = known.get((first.source_a, first.source_b))
            cells += [f"{each.true_pairs:,}", *(f"{v:.4f}" for v in (each.precision, each.recall, each.f1))] if each else [""] * 4
        table.add_row(first.source_a, "" if place == 0 else first.source_b, *cells)
    console.print(table)
    whole = _table("Who is who, customers", [""], results, ["persons", "customers", "exact", "share"])
    cells = []
    for result in results:
        clusters = result.accuracy[1]
        share = f"{clusters.exact / clusters.persons:.4f}" if clusters.persons else ""
        cells += [f"{clusters.persons:,}", f"{clusters.customers:,}", f"{clusters.exact:,}", share]
    whole.add_row("all records of one person, and no other", *cells)
    console.print(whole)

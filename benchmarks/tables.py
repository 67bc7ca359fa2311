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

from benchmarks.bank import Result, Run

_PACKAGES = ("duckdb", "dagster", "dbt-core", "great-expectations")
RAW = "raw"


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

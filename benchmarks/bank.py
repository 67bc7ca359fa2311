"""One demo bank from nothing: generated, loaded, moved on by a day, then given a day on which nothing happened.

Belongs here: which commands run in which order, the same work done bare, and what is read from the home afterwards. Not here:
measuring a process (children.py), showing figures (tables.py). The commands are those that people use.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks import accuracy
from benchmarks.children import Cost, run_python
from foundation.contract import landing_tables
from foundation.home import Home
from foundation.progress import Progress, Timing
from foundation.settings import PREFIX
from integrations.sources import registry

FIRST = date(2025, 1, 1)
SEED = 20250101
LOAD_DEFINITIONS = "from orchestration.definitions import defs; defs()"
DEFINITIONS = "load definitions"
HISTORY, NEXT_DAY = "history", "next day"
ACCURACY = "accuracy"
COMPILE, BARE_RAW, BARE_MARTS = "compile", "bare raw", "bare marts"


@dataclass(frozen=True)
class Run:
    """One pipeline run inside a child: its stages in order, and the rows that landed on its dates."""

    name: str
    child: str
    stages: tuple[Timing, ...]
    rows_landed: int


@dataclass(frozen=True)
class Result:
    """The figures of one size: what each child cost, and the runs within them."""

    customers: int
    dates: int
    history_days: int
    children: dict[str, Cost]
    runs: tuple[Run, ...]
    accuracy: accuracy.Measured


class Bank:
    """A demo bank of one size in a fresh home."""

    def __init__(self, root: Path, customers: int, dates: int, history_days: int, tell: Callable[[str], None]) -> None:
        self.home = Home(root=root, landing=root / "landing")
        self.customers, self.dates, self.history_days, self.tell = customers, dates, history_days, tell
        self.children: dict[str, Cost] = {}
        self.runs: list[Run] = []
        values = {
            "HOME": root, "LANDING": self.home.landing, "FIRST_DATE": FIRST, "SENDER_CLOCK": "business",
            "DEMO_CUSTOMERS": customers, "DEMO_DATES": dates, "DEMO_SEED": SEED, "DEMO_HISTORY_DAYS": history_days,
        }  # fmt: skip
        bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self.environment = bare | {PREFIX + name: str(value) for name, value in values.items()}

    def measure(self) -> Result:
        """Runs everything, in an order that never varies. Errors: ChildError."""
        self._child(DEFINITIONS, ["-c", LOAD_DEFINITIONS])
        empty = self._load_and_move_on() + timedelta(days=1)
        self._drop_nothing(empty)
        self._load("empty day", ["materialize", "--from", str(empty), "--to", str(empty)], {"empty day": (empty, empty)})
        return self._result()

    def measure_next_day(self) -> Result:
        """The first load and the day after it alone: what a history of some length costs. Errors: ChildError."""
        self._load_and_move_on()
        return self._result()

    def _result(self) -> Result:
        file = self.home.root / "accuracy.json"
        self._child(ACCURACY, ["-m", "benchmarks.accuracy", str(self.home.root), str(file)])
        return Result(
            self.customers, self.dates, self.history_days, self.children, tuple(self.runs), accuracy.read(file)
        )  # fmt: skip

    def _load_and_move_on(self) -> date:
        live = FIRST + timedelta(days=self.dates - 1)
        self._generate("generate", live)
        self._load("first load", ["run"], {HISTORY: (FIRST, live - timedelta(days=1)), "live day": (live, live)})
        self._work_barely()
        following = live + timedelta(days=1)
        self._generate("generate next day", following)
        self._load("next day", ["run"], {NEXT_DAY: (following, following)})
        return following

    def _work_barely(self) -> None:
        """What the first load did, as plain SQL in one DuckDB process over the same files."""
        folder = self.home.root / "bare"
        compiled = folder / "compiled.json"
        (folder / "nothing").mkdir(parents=True)
        self._child(COMPILE, ["-m", "benchmarks.compiled", str(folder / "nothing"), str(compiled)])
        self._child(BARE_RAW, ["-m", "benchmarks.bare", "raw", str(self.home.root), str(folder / "raw")])
        self._child(BARE_MARTS, ["-m", "benchmarks.bare", "marts", str(self.home.root), str(folder / "marts"), str(compiled)])
        shutil.rmtree(folder)

    def _child(self, name: str, arguments: list[str]) -> None:
        self.tell(f"{self.customers:,} customers: {name}")
        log = self.home.root / f"{name.replace(' ', '_')}.log"
        self.children[name] = run_python(arguments, folder=self.home.root, environment=self.environment, log=log)

    def _generate(self, name: str, last: date) -> None:
        places = ["--landing", str(self.home.landing), "--state", str(self.home.demo)]
        dates = ["--from", str(FIRST), "--to", str(last)]
        bank = ["--customers", str(self.customers), "--seed", str(SEED), "--history-days", str(self.history_days)]
        self._child(name, ["-m", "demo", *bank, *dates, *places])

    def _load(self, name: str, command: list[str], spans: dict[str, tuple[date, date]]) -> None:
        """A child of the command line; `spans` names the runs it holds in their order, with their dates."""
        earlier = len(self.runs)
        self._child(name, ["-m", "orchestration.cli", *command])
        for run_id, (run, (first, last)) in zip(Progress(self.home.control).run_ids()[earlier:], spans.items(), strict=True):
            landed = sum(batch.rows_landed for batch in registry.batches(self.home.control, first, last))
            self.runs.append(Run(run, name, tuple(Progress(self.home.control).timings(run_id)), landed))

    def _drop_nothing(self, on: date) -> None:
        """An empty folder of every required table: the bank says that nothing changed."""
        for table in landing_tables():
            folder = self.home.landing / table.source / table.name
            if table.required and folder.is_dir():
                (folder / str(on)).mkdir()

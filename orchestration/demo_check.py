"""Whether the demo bank is rich enough: every tag, tier, stage, micro-segment and moment is true of some customers, not of all.

Belongs here: running a small demo bank in a home of its own. Not here: the bank (demo/), what its published tables lack
(demo_faults.py).
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from foundation.settings import PREFIX, load_settings
from orchestration.cli import drop_next, run_through
from orchestration.commands import alone, main, open_home, take_what_is_there
from orchestration.demo_faults import conclude, faults_of
from orchestration.sandboxed import destinations_ready

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

# a bank as small as it can be: it passes a month's end, and its history is long enough for customers who were lost to come back
BANK = {
    "FIRST_DATE": "2025-01-28",
    "DEMO_CUSTOMERS": "1500",
    "DEMO_DATES": "6",
    "DEMO_HISTORY_DAYS": "250",
    "SENDER_CLOCK": "business",
}


def _run_bank(folder: Path) -> Path:
    """The bank's history and newest date, by the steps of `make run`; the folder of what it published. Errors: typer.Exit."""
    for name in [name for name in os.environ if name.startswith(PREFIX) or name == "DAGSTER_HOME"]:
        del os.environ[name]
    os.chdir(folder)  # where no .env says otherwise, or names a destination that is real
    os.environ.update({PREFIX + name: value for name, value in BANK.items()} | {PREFIX + "HOME": str(folder / "home")})
    load_settings.cache_clear()
    settings, home = open_home()
    take_what_is_there()
    with alone(settings, home, "make check"):
        target = drop_next(settings, home, lasting=False)
        with destinations_ready(settings, home):
            run_through(settings, home, target, lasting=False)
    return home.published


@app.command()
def check() -> None:
    """Runs the bank. Exits 1, naming all that is true of nobody or of everybody."""
    logging.disable(logging.INFO)  # libraries tell of folders of their own
    with TemporaryDirectory(prefix="c360-demo-") as folder:
        conclude(faults_of(_run_bank(Path(folder))))


if __name__ == "__main__":
    main(app)

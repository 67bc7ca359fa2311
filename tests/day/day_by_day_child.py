"""`python day_by_day_child.py FIRST LAST`: each date of history as a run of its own, all in this one process."""

from __future__ import annotations

import sys
from datetime import date

from foundation.home import Home
from foundation.settings import load_settings
from orchestration.instance import prepare_instance
from orchestration.runs import execute

if __name__ == "__main__":
    prepare_instance(Home.of(load_settings()))
    first, last = (date.fromisoformat(argument) for argument in sys.argv[1:])
    for day in range(first.toordinal(), last.toordinal() + 1):
        on = date.fromordinal(day)
        outcome = execute("history", on, on)
        if not outcome.is_success:
            sys.exit(f"{on}: {outcome.failures}")

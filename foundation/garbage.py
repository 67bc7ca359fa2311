"""How often a process looks for garbage that holds on to itself.

Belongs here: that alone. What nothing holds any more goes at once, whatever is said here.
"""

from __future__ import annotations

import gc

# dbt's manifest and Dagster's definitions are millions of objects that live as long as the process: by Python's own thresholds
# (700, 10, 10) a tenth of a small day went into going through them again and again. The last one stays as it is, so that a server
# which lives for months looks at everything, too
_THRESHOLDS = (100_000, 50, 10)


def look_seldom() -> None:
    """Of this process; what lies between two looks is a few MB."""
    gc.set_threshold(*_THRESHOLDS)

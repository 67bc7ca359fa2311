"""`python -m benchmarks.accuracy HOME FILE`: how right a demo bank's identities are, as JSON.

A child of the benchmark, so that its memory is its own.
Belongs here: writing and reading that file. Not here: measuring (identity/accuracy.py), drawing (tables.py).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from identity.accuracy import Accuracy, Clusters

Measured = tuple[list[Accuracy], Clusters]


def write(root: Path, file: Path) -> None:
    """Measures a home that has a truth."""
    from assets.known_truth import measured
    from foundation.home import Home
    from integrations.warehouse.connection import warehouse

    home = Home(root=root, landing=root / "landing")
    with warehouse(home.warehouse, home.vault) as connection:
        found = measured(connection, home)
    if found is None:
        raise SystemExit(f"{home.demo} holds no truth: this is not a demo bank's home")
    pairs, clusters = found
    file.write_text(json.dumps({"pairs": [asdict(each) for each in pairs], "clusters": asdict(clusters)}), encoding="utf-8")


def read(file: Path) -> Measured:
    """What was measured."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return [Accuracy(**each) for each in told["pairs"]], Clusters(**told["clusters"])


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))

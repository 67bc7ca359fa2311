"""The command that fits a model of customers who behave alike on the home's own profile.

Belongs here: reading arguments, printing what was found. Not here: fitting (clustering/fit.py), using the model:
C360_CLUSTER_MODEL names it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from assets.clusters import cluster_model_file
from clustering.features import FeatureError, entries
from clustering.fit import FitError, behaviour, fit
from clustering.model import Model, ModelError, read, save
from foundation.engine import Engine
from foundation.home import Home
from foundation.settings import PREFIX, Settings
from integrations.warehouse.connection import warehouse
from orchestration.commands import alone, new_model_file, open_home, stop, tell
from orchestration.console import CONSOLE


def fit_clusters(
    to: Annotated[Path, typer.Option(help="the file to write; an existing one is never overwritten")],
    earlier: Annotated[Path | None, typer.Option("--from", help="the model whose codes stay; default: the one in use")] = None,
) -> None:
    """Fits clusters of customers on the home's profile, into a new file."""
    settings, home = open_home()
    target = new_model_file(to)
    if not home.warehouse.exists():
        raise stop("this home has no profile yet: `make run` or `make materialize` first")
    with alone(settings, home, "make fit-clusters"):
        try:
            before = read(earlier.expanduser() if earlier else cluster_model_file(settings))
            with CONSOLE.status("fitting: comparing customers"):
                model = _fitted(settings, home, target.stem, before)
            save(model, target)
        except (FitError, FeatureError, ModelError, FileExistsError) as error:
            raise stop(escape(str(error))) from None
    draw_clusters(model, before)
    tell(escape(f"Written to {target}: read its words, and change names that do not fit"))
    tell(escape(f"To use it from the next run on: {PREFIX}CLUSTER_MODEL={target}"))


def _fitted(settings: Settings, home: Home, version: str, before: Model) -> Model:
    with warehouse(home.warehouse, home.vault, Engine.of(settings)) as connection:
        sample = behaviour(connection, entries())
    return fit(sample, entries(), version, before)


def draw_clusters(model: Model, before: Model) -> None:
    """The clusters, which of them are new, and which are no more."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in ("code", "", "share", "name", "description"):
        table.add_column(name, justify="right" if name == "share" else "left", no_wrap=name in ("code", "share"), overflow="fold")
    known = {each.code for each in before.clusters}
    for each in model.clusters:
        words = (escape(f"{each.name_en} {each.name_zh}"), escape(f"{each.description_en} {each.description_zh}"))
        table.add_row(each.code, "kept" if each.code in known else "new", f"{each.share:.1%}", *words)
    CONSOLE.print(table)
    for gone in sorted(known - {each.code for each in model.clusters}):
        tell(f"{gone} is no more; its code is never given again")
    tell(escape(f"Fitted on {model.rows:,} customers as of {model.fitted_on}, after {before.version}; version {model.version}"))

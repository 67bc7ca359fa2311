"""The command that trains a model of who is who on the home's own records.

Belongs here: reading arguments, printing what was learned. Not here: training (identity/training.py), the records it is done on
(identity/training_room.py), using the model: C360_IDENTITY_MODEL names it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from foundation.engine import Engine
from foundation.home import Home
from foundation.settings import PREFIX, Settings
from identity.model import Model, expert, save
from orchestration.commands import alone, new_model_file, open_home, stop, tell
from orchestration.console import CONSOLE


def train_identity(to: Annotated[Path, typer.Option(help="the file to write; an existing one is never overwritten")]) -> None:
    """Trains a model of who is who on the home's records, into a new file."""
    from identity.training import TrainingError  # this and what trains take seconds to load, which no other command needs

    settings, home = open_home()
    target = new_model_file(to)
    if not (home.warehouse.exists() and home.vault.exists()):
        raise stop("this home has no records yet: `make run` or `make materialize` first")
    with alone(settings, home, "make train-identity"):
        try:
            with CONSOLE.status("training: comparing records"):
                model = _trained(settings, home, target.stem)
            save(model, target)
        except (TrainingError, FileExistsError) as error:
            raise stop(escape(str(error))) from None
    draw_model(model)
    tell(escape(f"Written to {target}"))
    tell(escape(f"To use it from the next run on: {PREFIX}IDENTITY_MODEL={target}"))


def _trained(settings: Settings, home: Home, version: str) -> Model:
    from identity.resolve import Bounds
    from identity.rulebook import rulebook
    from identity.training import train
    from identity.training_room import training_room

    with training_room(home.warehouse, home.vault, rulebook(), Bounds.of(settings), Engine.of(settings)) as room:
        return train(room, version)


def draw_model(model: Model) -> None:
    """How often each level is seen among pairs of one person and of two, beside what the experts say."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in ("comparison", "level", "one person (m)", "two persons (u)", "experts' m", "experts' u"):
        table.add_column(name, justify="left" if name in ("comparison", "level") else "right", no_wrap=True)
    experts = expert().levels
    for column, levels in model.levels.items():
        for place, (level, (m, u)) in enumerate(levels.items()):
            known_m, known_u = experts[column][level]
            table.add_row(column if place == 0 else "", level, f"{m:.4f}", f"{u:.2g}", f"{known_m:.4f}", f"{known_u:.2g}")
        table.add_section()
    CONSOLE.print(table)
    tell(f"Of all pairs of records {model.prior:.2g} are taken to be of one person; version {escape(model.version)}")

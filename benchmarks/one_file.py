"""`python -m benchmarks.one_file --gigabytes N`: one landed file of that size taken in, beside DuckDB copying it bare.

Belongs here: writing the file, and the two children that read it. Not here: a bank (bank.py) or its whole runs. The file holds
app events, one row in a million of them bad; what must hold is that memory does not grow with it. It lies under C360_BENCH_HOME,
or where the system keeps temporary files, and needs twice its size there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.children import ChildError, run_python
from benchmarks.tables import load, machine
from foundation.contract import landing_table
from foundation.engine import Engine
from foundation.home import Home
from foundation.settings import PREFIX, load_settings
from foundation.sql import quoted
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest

PLACE = "C360_BENCH_HOME"
ON = date(2025, 1, 1)
GIGABYTE = 1_000_000_000
BAD_EVERY = 1_000_000
CONSOLE = Console(width=None if Console().is_terminal else 140)
# about 150 bytes each; a bad one has no time
ROWS = f"""
select
    'event-' || lpad(cast(i as varchar), 12, '0') as event_id,
    'user-' || lpad(cast(i % 1000003 as varchar), 8, '0') as app_user_id,
    md5(cast(i % 1500007 as varchar)) as device_id,
    'session-' || cast(i // 12 as varchar) as session_id,
    case when i % {BAD_EVERY} = {BAD_EVERY - 1} then 'no time' else cast(timestamp '{ON}' + to_seconds(i % 86400) as varchar) end
        as occurred_at,
    case i % 4 when 0 then 'login' when 1 then 'page_view' when 2 then 'product_view' else 'logout' end as event_name,
    '/page/' || cast(i % 97 as varchar) as page,
    'Shanghai' as city, null as product_code, null as message_id, '{{"step": ' || cast(i % 9 as varchar) || '}}' as properties
from range(?, ?) as numbers(i)
"""
BATCH = 500_000


def home_of(root: Path) -> Home:
    return Home(root=root, landing=root / "landing")


def write(root: Path, size: int) -> str:
    """Writes one CSV file of at least that many bytes into the landing."""
    table = landing_table("app.events")
    folder = home_of(root).landing / table.source / table.name / str(ON)
    folder.mkdir(parents=True)
    part, whole, first = root / "part.csv", folder / "events.csv", 0
    with duckdb.connect() as connection, whole.open("wb") as target:
        while target.tell() < size:
            connection.execute(f"create or replace temp table drawn as {ROWS}", [first, first + BATCH])
            connection.execute(f"copy drawn to {quoted(part)} (format csv, header {str(first == 0).lower()})")
            with part.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 24)
            first += BATCH
    part.unlink()
    return f"{whole.stat().st_size / GIGABYTE:,.2f} GB of CSV"


def take_in(root: Path) -> str:
    """The file as the stage raw takes it in; what became of it."""
    settings, home = load_settings(), home_of(root)
    batches = list(scan(home.landing, [landing_table("app.events")], ON, ON))
    [result] = ingest(batches, home, time_zone=settings.time_zone, engine=Engine.of(settings))
    return result.error or (
        f"{result.rows_landed:,} rows landed, {result.rows_accepted:,} accepted, {result.rows_quarantined:,} quarantined"
    )


def copy(root: Path) -> str:
    """The same file to Parquet, as DuckDB reads it, in one process with as much memory."""
    file = next(home_of(root).landing.rglob("*.csv"))
    with duckdb.connect(config={"memory_limit": load_settings().duckdb_memory_limit}) as connection:
        source = f"read_csv({quoted(file)}, all_varchar = true)"
        connection.execute(f"copy (from {source}) to {quoted(root / 'bare.parquet')} (format parquet)")
    return "copied"


def main(
    gigabytes: Annotated[float, typer.Option(min=0.001, help="size of the one file, in 10^9 bytes")] = 10.0,
    child: Annotated[str, typer.Option(hidden=True)] = "",
    root: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """One landed file of some gigabytes: wall time, speed and peak memory of taking it in, and of a bare copy."""
    size = int(gigabytes * GIGABYTE)
    children = {"write": lambda home: write(home, size), "take in": take_in, "bare copy": copy}
    if child and root:
        typer.echo(children[child](root))
        return
    CONSOLE.print(machine(), load(), sep="\n", highlight=False, soft_wrap=True)
    place = os.environ.get(PLACE)
    if place:
        Path(place).mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="bench-file-", dir=place))
    table = Table(title=f"One landed file; memory limit {load_settings().duckdb_memory_limit}", box=box.SIMPLE_HEAD)
    for column in ("what", "wall s", "MB/s", "CPU s", "peak MiB", "result"):
        table.add_column(column, justify="left" if column in ("what", "result") else "right")
    try:
        for name in children:
            table.add_row(name, *_measured(home, name, gigabytes))
    except ChildError as error:
        CONSOLE.print(f"Stopped. {error}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        shutil.rmtree(home)
    CONSOLE.print(table)


def _measured(home: Path, name: str, gigabytes: float) -> tuple[str, ...]:
    """What one child cost and said: a child each, the writing one too, for Linux counts from what the starting process held."""
    arguments = ["-m", "benchmarks.one_file", "--child", name, "--root", str(home), "--gigabytes", str(gigabytes)]
    environment = {variable: value for variable, value in os.environ.items() if not variable.startswith(PREFIX)}
    log = home / f"{name}.log"
    with CONSOLE.status(name):
        cost = run_python(arguments, folder=home, environment=environment, log=log)
    size = sum(file.stat().st_size for file in home_of(home).landing.rglob("*.csv"))
    figures = (f"{cost.wall_seconds:,.1f}", f"{size / 1e6 / cost.wall_seconds:,.0f}", f"{cost.cpu_seconds:,.1f}")
    return *figures, f"{cost.peak_mib:,.0f}", log.read_text(encoding="utf-8").strip()


if __name__ == "__main__":
    typer.run(main)

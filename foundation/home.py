"""Where everything lies under C360_HOME: the one place that spells a path.

Belongs here: names of files and folders. Not here: reading or writing them. Nothing is created when this is imported.
State (kept, backed up): raw/, quarantine/, identity/, control.sqlite, sources.sqlite, ledger.sqlite, decisions/, and
published/ for its change logs. Derived (may be deleted and comes back equal): warehouse.duckdb, vault.duckdb, gates/ (pages,
from control.sqlite).
Neither: dagster/ (runs as the UI shows them), logs/, and what stands for the world outside: landing/, demo/, sandbox.sqlite.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.settings import Settings


@dataclass(frozen=True)
class Home:
    """The folders and files of one home."""

    root: Path
    landing: Path

    @classmethod
    def of(cls, settings: Settings) -> Home:
        root = settings.home.expanduser().resolve()
        landing = settings.landing.expanduser().resolve() if settings.landing else root / "landing"
        return cls(root=root, landing=landing)

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def control(self) -> Path:
        return self.root / "control.sqlite"

    @property
    def sources(self) -> Path:
        """How far each database and interface has been read."""
        return self.root / "sources.sqlite"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def vault(self) -> Path:
        return self.root / "vault.duckdb"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions"

    @property
    def identity(self) -> Path:
        """Which customer each record belonged to, a folder a business date."""
        return self.root / "identity"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def gates(self) -> Path:
        """What the gates found, as pages: one a business date, and an index."""
        return self.root / "gates"

    @property
    def sandbox(self) -> Path:
        return self.root / "sandbox.sqlite"

    @property
    def demo(self) -> Path:
        return self.root / "demo"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def compiled(self) -> Path:
        """What dbt compiles during one invocation; removed after it."""
        return self.root / ".dbt"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def restoring(self) -> Path:
        """Where a backup is put before it takes its place; while it stands, until all is built, the home is not whole."""
        return self.root / ".restoring"

    @property
    def state_folders(self) -> tuple[Path, ...]:
        """State as folders of files that are written once and replaced whole."""
        return (self.raw, self.quarantine, self.identity, self.decisions, self.published)

    @property
    def books(self) -> tuple[Path, ...]:
        """State as SQLite files."""
        return (self.sources, self.ledger, self.control)

    @property
    def derived(self) -> tuple[Path, ...]:
        """The DuckDB files, each with the log that a killed run leaves beside it."""
        return tuple(path.with_name(path.name + end) for path in (self.warehouse, self.vault) for end in ("", ".wal"))

    def raw_batch(self, source: str, table: str, on: date) -> Path:
        """The Parquet file of the accepted rows that one table landed on one date."""
        return self.raw / source / table / f"{on}.parquet"

    def quarantine_batch(self, source: str, table: str, on: date) -> Path:
        """The Parquet file of the rows and cells refused on one date, with their reasons."""
        return self.quarantine / source / table / f"{on}.parquet"

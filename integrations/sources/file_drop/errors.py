"""What may be wrong with a drop as a whole: one small tree.

Belongs here: faults that keep a whole file, and so its batch, from being taken in. Not here: faults of rows and cells,
which are data (cells.py names their reasons) and go to quarantine.
"""

from __future__ import annotations

from pathlib import Path


class LandingError(Exception):
    """A drop that cannot be taken in. Its text names the file and the mend, never a value that stood in it."""

    def __init__(self, path: Path, wrong: str, mend: str) -> None:
        super().__init__(f"{path}: {wrong}; {mend}")
        self.path = path


class UnsupportedFileError(LandingError):
    """A file of a kind that the landing contract does not know."""


class UnreadableFileError(LandingError):
    """A file that cannot be read at all: cut short, damaged, or without a usable header."""


class TooLittleMemoryError(Exception):
    """A file for which memory does not suffice: no fault of the file, so that nothing is said against it and the run stops."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: memory does not suffice to read it; raise C360_DUCKDB_MEMORY_LIMIT and run the same again")


class UnfinishedLandingError(LandingError):
    """What landed is still written to, or was while it was read."""


class ManifestMismatchError(LandingError):
    """The folder does not hold what its manifest says."""

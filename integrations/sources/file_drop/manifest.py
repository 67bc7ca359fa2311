"""A folder's manifest: which files it promises, with which content, and how many rows.

Belongs here: reading it, and holding the files to it. Not here: counting rows (intake.py), waiting for files (rest.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from integrations.sources.file_drop.errors import ManifestMismatchError

MANIFEST = "_manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a manifest says. `files`: names with their sha256; None: it is about all that lie there. `rows`: how many these
    hold together; None: not said."""

    path: Path
    files: Mapping[str, str] | None
    rows: int | None


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder, if it has one. Errors: ManifestMismatchError."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        named = document.get("files")
        files = None if named is None else {str(name): str(sha256).lower() for name, sha256 in named.items()}
        rows = None if document.get("rows") is None else int(document["rows"])
    except (ValueError, TypeError, AttributeError) as error:
        mend = 'write {"rows": N, "files": {"<name>": "<sha256>"}}'
        raise ManifestMismatchError(path, "it is not a manifest", mend) from error
    return Manifest(path, files, rows)


def check_manifest(folder: Path, found: Mapping[str, str]) -> ManifestMismatchError | None:
    """The first file that is missing or not the one its manifest names. `found`: names with their sha256."""
    try:
        manifest = read_manifest(folder)
    except ManifestMismatchError as error:
        return error
    for name, sha256 in sorted(((manifest and manifest.files) or {}).items()):
        if name not in found:
            return ManifestMismatchError(
                folder / name, "the manifest names it and it is not there", "land it, or mend the manifest"
            )
        if found[name] != sha256:
            wrong = "its content is not what the manifest names (sha256 differs)"
            return ManifestMismatchError(folder / name, wrong, "land the file again, or mend the manifest")
    return None

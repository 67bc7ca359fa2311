"""Whether the mapping file of databases and interfaces can be used, told before anything connects.

Belongs here: the check as a command. Not here: what must hold (integrations/sources/mapping_file.py).
"""

from __future__ import annotations

import sys

from foundation.settings import SettingsError, load_settings
from integrations.sources.errors import MappingError
from integrations.sources.mapping_file import load_mapping


def main() -> None:
    """Checks the file that C360_SOURCES names. Exits 1, naming every fault."""
    try:
        path = load_settings().sources
        tables = len(load_mapping(path).tables) if path else 0
    except (SettingsError, MappingError) as error:
        sys.exit(f"sources are not as they should be: {error}")
    sys.stdout.write(f"{tables} tables from databases and interfaces\n" if path else "no mapping file (C360_SOURCES)\n")


if __name__ == "__main__":
    main()

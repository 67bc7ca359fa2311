"""A value as SQL text.

Belongs here: quoting, for what cannot be a parameter. Not here: any statement.
"""

from __future__ import annotations


def quoted(value: object) -> str:
    """A value as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"

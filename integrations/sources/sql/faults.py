"""A database's error as ours: what a person may be told, and nothing that a row may hold.

Belongs here: which of a driver's words are about the statement alone. Not here: catching (reader.py). A driver quotes values
in its messages (and passwords in its addresses), so only what is said of names and syntax is passed on.
"""

from __future__ import annotations

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError

from integrations.http import scrub
from integrations.sources.errors import SourceError, SourceRefused, SourceUnavailable, SourceUnreadable

_SYNTAX_OR_NAME, _MAY_NOT, _LOGIN, _TOO_LONG = "42", "42501", "28", "57014"


def place(url: URL) -> str:
    """Where a database is, without who asks and with what: host, port and name, or the file."""
    host = f"{url.host}:{url.port}" if url.port else url.host
    return "/".join(part for part in (host, url.database) if part) or url.drivername


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")


def _said_of_the_statement(error: DBAPIError, state: str) -> str:
    if state.startswith(_SYNTAX_OR_NAME):
        diagnosis = getattr(error.orig, "diag", None)
        return scrub(str(getattr(diagnosis, "message_primary", "") or ""))
    # SQLite's general error is about the statement; what it says of a cell it cannot read has no name
    return scrub(str(error.orig)) if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR" else ""


def told(error: SQLAlchemyError, where: str, *, connecting: bool = False) -> SourceError:
    """The error of ours that fits, with the driver's code."""
    if isinstance(error, PendingRollbackError):  # an earlier table's question met the end of the connection
        return SourceUnavailable(f"{where} ended the connection before; run it again when it is back")
    if not isinstance(error, DBAPIError):
        return SourceUnreadable(f"{where} cannot be asked what the entry says ({type(error).__name__}); mend the entry")
    state = _state(error)
    kind = type(error.orig).__name__ + (f", {state}" if state else "")
    said = _said_of_the_statement(error, state)
    if state.startswith(_LOGIN) or state == _MAY_NOT:
        return SourceRefused(f"{where} refuses this account ({kind}); mend its name, password or rights (reading is enough)")
    if state == _TOO_LONG:
        return SourceUnavailable(f"{where} took longer than the connection's timeout_seconds ({kind}); raise it or read less")
    if said:
        return SourceUnreadable(
            f"{where} does not understand the entry: {said} ({kind}); mend its from, query, columns or changes"
        )
    if connecting or error.connection_invalidated:
        return SourceUnavailable(f"{where} cannot be reached, or ended the connection ({kind}); run it again when it is back")
    return SourceUnreadable(f"{where} could not give a row ({kind}); look for a value that the driver cannot read, and cast it")

"""Reading a bank's mapping file and holding it against the landing contract, without connecting to anything.

Belongs here: every fault that can be found beforehand, named by file and entry with its mend, all at once. Not here: what an
entry may say (mapping.py). A value of the file is never repeated in a message: somebody may have written a secret there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from pydantic import TypeAdapter, ValidationError

from foundation.contract import Table, landing_tables
from integrations.sources.entries import ChangedSince
from integrations.sources.errors import MappingError
from integrations.sources.mapping import Connection, Entry, Mapping
from integrations.sources.rest.entry import Cursors, RestConnection, RestEntry
from integrations.sources.sql.entry import SqlEntry

_DELETED = "_deleted"
_CONNECTION: TypeAdapter[Any] = TypeAdapter(Connection)


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file. Errors: MappingError, naming every fault of every entry."""
    document = _document(path)
    faults: list[str] = []
    connections = {}
    for name, raw in document["connections"].items():
        try:
            connections[name] = _CONNECTION.validate_python(raw)
        except ValidationError as error:
            faults += [f"connection {name}: {fault}" for fault in _told(error)]
    entries = []
    for number, raw in enumerate(document["tables"], start=1):
        where = f"entry {raw.get('table', f'number {number}')}" if isinstance(raw, dict) else f"entry number {number}"
        entry, found = _entry(raw, document["connections"], connections)
        entries += [entry] if entry else []
        faults += [f"{where}: {fault}" for fault in found]
    counted = Counter(entry.table for entry in entries)
    faults += [f"entry {table}: it stands there {times} times; keep one" for table, times in counted.items() if times > 1]
    if faults:
        raise MappingError("\n  ".join([f"{path} cannot be used:", *faults]))
    return Mapping.model_construct(connections=connections, tables=tuple(entries))


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} cannot be read ({type(error).__name__}); C360_SOURCES names it") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise MappingError(f"{path}{place}: this is not YAML; mend its indentation or quotes") from None
    whole = isinstance(document, dict) and set(document) == {"connections", "tables"}
    if not whole or not isinstance(document["connections"], dict) or not isinstance(document["tables"], list):
        raise MappingError(f"{path}: it needs `connections:` (by name) and `tables:` (a list), and nothing else")
    return dict(document)


def _entry(raw: Any, named: dict[str, Any], usable: dict[str, Any]) -> tuple[Entry | None, list[str]]:
    if not isinstance(raw, dict):
        return None, ["it is not a mapping; write table:, connection:, columns: ..."]
    name = raw.get("connection")
    if not isinstance(name, str) or name not in named:
        return None, [f"its connection is none of those above: {', '.join(sorted(named))}"]
    if name not in usable:
        return None, []  # the connection's own fault is told
    model = RestEntry if isinstance(usable[name], RestConnection) else SqlEntry
    try:
        entry: Entry = model.model_validate(raw)
    except ValidationError as error:
        return None, _told(error)
    faults = list(_against_contract(entry))
    return entry, faults + (_paths_that_do_not_parse(entry) if isinstance(entry, RestEntry) else [])


def _against_contract(entry: Entry) -> Iterable[str]:
    table: Table | None = next((table for table in landing_tables() if table.full_name == entry.table), None)
    if table is None:
        yield "the landing contract has no such table; contract/landing.yml names them"
        return
    known = {column.name for column in table.columns} | {_DELETED}
    for name in sorted(set(entry.columns) - known):
        yield f"columns.{name}: {table.full_name} has no such column; leave it out, or add it to contract/landing.yml"
    for column in table.columns:
        if column.required and column.name not in entry.columns:
            yield f"columns: {column.name} is missing, and it may not be null; map it"


def _paths_that_do_not_parse(entry: RestEntry) -> list[str]:
    paths = {"rows": entry.rows} | {f"columns.{name}": path for name, path in entry.columns.items()}
    if isinstance(entry.changes, ChangedSince):
        paths["changes.column"] = entry.changes.column
    if isinstance(entry.paging, Cursors):
        paths["paging.cursor"] = entry.paging.cursor
    faults = []
    for where, path in paths.items():
        try:
            jmespath.compile(path)
        except JMESPathError:
            faults.append(f"{where}: this is no JMESPath expression; write one such as customer.number")
    return faults


def _told(error: ValidationError) -> list[str]:
    """Each fault by its place. The words of a choice's tag are pydantic's own and are left out of the place."""
    told = []
    for fault in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith("function-"))
        message = fault["msg"].removeprefix("Value error, ")
        told.append(f"{place}: {message}" if place else message)
    return told

"""Reading an interface: its pages become JSON lines with the contract's names, page by page.

Belongs here: the question, the rows, going on after a kill. Not here: HTTP (client.py), paging (paging.py), the file
(unfinished.py). A row that is no JSON object lands as it is: the contract refuses it by file and line, as it would a file's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from integrations.retries import retry_policy
from integrations.sources.access import Access
from integrations.sources.asked import Asked, Brought, check_most
from integrations.sources.errors import SourceUnreadable
from integrations.sources.folders import emptied
from integrations.sources.marks import Mark, begin_at, highest
from integrations.sources.rest.auth import ClientCredentials, Token
from integrations.sources.rest.client import NothingThere, Pace, RequestRejected, RestClient
from integrations.sources.rest.entry import RestChangedSince, RestConnection, RestEntry
from integrations.sources.rest.exact import OPTIONS
from integrations.sources.rest.paging import Page, pages
from integrations.sources.rest.unfinished import Progress, Unfinished
from integrations.sources.texts import landed_texts


class RestReader:
    """One interface."""

    def __init__(self, client: RestClient) -> None:
        self._client = client

    def read(self, asked: Asked, folder: Path) -> Brought:
        """Writes the entry's rows into the folder, going on with what an earlier call left there.

        Errors: SourceUnavailable, SourceRefused, SourceUnreadable.
        """
        assert isinstance(asked.entry, RestEntry)  # noqa: S101 - the mapping gives each connection its own kind of entry
        parameters = _parameters(asked.entry, asked)
        question = _fingerprint(asked, parameters)
        left = Unfinished.found(folder, question)
        if left is None:
            return self._from_the_start(asked.entry, asked, parameters, folder, question)
        try:
            return self._go_on(asked.entry, asked, parameters, left)
        except (RequestRejected, NothingThere):
            # the place that was noted means nothing to it any more
            return self._from_the_start(asked.entry, asked, parameters, folder, question)

    def _from_the_start(self, entry: RestEntry, asked: Asked, parameters: dict[str, str], folder: Path, question: str) -> Brought:
        mark = asked.mark
        progress = Progress(
            question, asked.began.isoformat(), mark_kind=mark.kind if mark else None, mark_text=mark.text if mark else None
        )
        return self._go_on(entry, asked, parameters, Unfinished(emptied(folder), progress))

    def _go_on(self, entry: RestEntry, asked: Asked, parameters: dict[str, str], kept: Unfinished) -> Brought:
        if not kept.progress.is_complete:
            for page in pages(self._client, entry, parameters, kept.progress.place):
                _keep(entry, asked, page, kept)
        kept.finish()
        return Brought(kept.progress.rows, kept.progress.mark)


def _keep(entry: RestEntry, asked: Asked, page: Page, kept: Unfinished) -> None:
    lines = _lines(entry, asked, page.rows)
    if kept.repeats(lines):
        raise SourceUnreadable(f"{entry.path} gave the same page twice; does it know the parameters that paging names?")
    check_most(entry, kept.progress.rows + len(page.rows))
    kept.add(lines, len(page.rows), place=page.next_place, mark=_read_to(entry, asked, page, kept))


def _read_to(entry: RestEntry, asked: Asked, page: Page, kept: Unfinished) -> Mark | None:
    if not isinstance(entry.changes, RestChangedSince):
        return None
    found = _found(entry.changes.column, "changes.column", [row for row in page.rows if isinstance(row, dict)])
    return highest(entry.changes, found, so_far=kept.progress.mark, began=kept.progress.began_at, zone=asked.zone)


def _lines(entry: RestEntry, asked: Asked, rows: list[Any]) -> bytes:
    found = [row for row in rows if isinstance(row, dict)]
    columns = [
        landed_texts(asked.table, name, _found(path, f"columns.{name}", found), asked.own_zone)
        for name, path in entry.columns.items()
    ]
    records = (dict(zip(entry.columns, values, strict=True)) for values in zip(*columns, strict=True))
    written = [next(records) if isinstance(row, dict) else row for row in rows]
    return "".join(f"{json.dumps(each, default=str)}\n" for each in written).encode()


def _found(path: str, where: str, rows: list[Any]) -> list[Any]:
    expression = jmespath.compile(path)
    try:
        return [expression.search(row, options=OPTIONS) for row in rows]
    except JMESPathError:
        wrong = f"{where}: the expression cannot be worked out for a row"
        raise SourceUnreadable(f"{wrong}; a function may have met null (not_null(…) helps) or what is no number") from None


def _parameters(entry: RestEntry, asked: Asked) -> dict[str, str]:
    changes, given = entry.changes, dict(entry.parameters)
    if changes.by == "changed_since" and asked.mark is not None:
        given[changes.parameter] = _written(begin_at(changes, asked.mark), changes.format)
    elif changes.by == "business_date":
        given[changes.parameter] = str(asked.on)
        if changes.from_parameter and asked.after is not None:
            given[changes.from_parameter] = str(date.fromordinal(asked.after.toordinal() + 1))
    return given


def _written(value: Any, form: str | None) -> str:
    if isinstance(value, date):
        return value.strftime(form) if form else value.isoformat()
    return str(value)


def _fingerprint(asked: Asked, parameters: dict[str, str]) -> str:
    whole = [asked.entry.model_dump(mode="json"), parameters, str(asked.on), str(asked.zone)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


@contextmanager
def connected(name: str, config: RestConnection, access: Access) -> Iterator[RestReader]:
    """A reader of one interface. Errors: SourceRefused."""
    client = RestClient(
        name=name,
        base_url=access.secret(config.url).get_secret_value(),
        auth=_auth(config, access),
        pace=Pace(config.requests_per_second),
        timeout_seconds=config.timeout_seconds,
        attempts=access.attempts,
        backoff_seconds=access.backoff_seconds,
    )
    try:
        yield RestReader(client)
    finally:
        client.close()


def _auth(config: RestConnection, access: Access) -> Token | None:
    if config.oauth2:
        return ClientCredentials(
            token_url=access.secret(config.oauth2.token_url).get_secret_value(),
            client_id=access.secret(config.oauth2.client_id),
            client_secret=access.secret(config.oauth2.client_secret),
            scope=config.oauth2.scope,
            retries=retry_policy(attempts=access.attempts, backoff_seconds=access.backoff_seconds, repeatable=True),
            timeout_seconds=config.timeout_seconds,
        )
    return Token(access.secret(config.token)) if config.token else None

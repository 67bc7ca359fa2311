"""Tries demands on relations with Great Expectations and says what was found.

Belongs here: one factory from demands to suites, the run, and findings with keys instead of values.
Not here: what is demanded (demands.py and the YAML beside it), what follows from it (verdicts.py, assets/).
Great Expectations is imported when a gate runs: it takes seconds, and most commands need none of it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from expectations.demands import Demand
from expectations.dialect import connection_string
from expectations.findings import Finding
from foundation.engine import UNHELD, Engine

SAMPLES = 3
_TRIED = "tried"  # a database in memory beside the one that is judged, which all its connections see
_ABOUT_WORDS = {"Binder", "Catalog", "Parser", "IO"}


class GateError(RuntimeError):
    """A rule could not be tried at all. The message names the table and the rule."""


def _expectation(demand: Demand, tried: str) -> Any:
    """`tried`: the relation that holds a row if there is any against the demand, where it asks by rows."""
    import great_expectations.expectations as gxe

    common = {"severity": demand.severity, "meta": {"code": demand.code}}
    if demand.not_null:
        return gxe.ExpectColumnValuesToNotBeNull(column=demand.not_null, **common)
    if demand.allowed:
        column, values = demand.allowed
        return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values), **common)
    if demand.between:
        column, low, high = demand.between
        return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, **common)
    # the batch is named in a comment, because it must be named
    query = f"select * from {tried} /* {{batch}} */"
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=demand.says, **common)


def _any_row(demand: Demand, relation: str, columns: Sequence[str]) -> str:
    """Asks whether there is any row against the rule: how many is counted afterwards, without carrying them. The columns by
    which rows are shown are named, so that a rule that does not select them is refused at once and not on the day it fails.
    """
    rows = str(demand.rows).replace("{batch}", relation)
    return f"select 1 as found from (select {', '.join(columns) or '1'} from ({rows})) limit 1"


def _query(demand: Demand, result: Mapping[str, Any], relation: str) -> str:
    if demand.rows:
        return demand.rows.replace("{batch}", relation)
    return str(result["unexpected_index_query"]).strip().rstrip(";")


# the one module of Great Expectations that speaks unasked, of temporary folders of its own
_TELLS_OF_FOLDERS = "great_expectations.data_context.types.base"


class Judge:
    """Tries demands on the relations of one schema of a DuckDB database (a file, or a named in-memory one); each relation
    once. A context manager: the database stays open meanwhile, for opening the file anew costs more than most rules."""

    def __init__(self, database: Path | str, schema: str = "main", engine: Engine = UNHELD) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx

        logging.getLogger(_TELLS_OF_FOLDERS).setLevel(logging.WARNING)
        self._schema = schema
        self._connection = duckdb.connect(str(database))
        engine.hold(self._connection)
        self._connection.execute(f"attach ':memory:' as {_TRIED}; set schema = '{schema}'")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        self._source = context.data_sources.add_sql(
            "gate", connection_string=connection_string(database, schema), create_temp_table=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.execute(f"detach {_TRIED}")
        self._connection.close()

    def judge(self, relation: str, demands: Sequence[Demand], *, key: Sequence[str], by_date: bool = False) -> list[Finding]:
        """One finding per demand, in their order.

        `key` names the columns by which rows are shown; `by_date` splits what is found by `_landed_on`.
        Errors: GateError, where a rule cannot be tried.
        """
        import great_expectations as gx

        asset = self._source.add_table_asset(relation, table_name=relation)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        columns = [*key, "_landed_on"] if by_date else list(key)
        tried = [self._tried(number, demand, relation, columns) for number, demand in enumerate(demands)]
        suite = gx.ExpectationSuite(name=relation, expectations=list(map(_expectation, demands, tried)))
        outcome = batch.validate(
            suite,
            result_format={
                "result_format": "SUMMARY", "partial_unexpected_count": 0, "exclude_unexpected_values": True,
                "unexpected_index_column_names": columns, "return_unexpected_index_query": True,
            },
        )  # fmt: skip
        results = {result.expectation_config.meta["code"]: result for result in outcome.results}
        return [self._finding(demand, results[demand.code], relation, key, by_date) for demand in demands]

    def _tried(self, number: int, demand: Demand, relation: str, columns: Sequence[str]) -> str:
        """Where the answer to a demand by rows stands: asked once here, since Great Expectations asks such a query twice."""
        answer = f"{_TRIED}.rule_{number}"
        if demand.rows:
            query = _any_row(demand, f"{self._schema}.{relation}", columns)
            with self._explained(demand):
                self._connection.execute(f"create or replace table {answer} as {query}")
        return answer

    @contextmanager
    def _explained(self, demand: Demand) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise GateError(f"{demand.table}: the rule {demand.code!r} cannot be tried: {_told(str(error))}") from None

    def _finding(self, demand: Demand, result: Any, relation: str, key: Sequence[str], by_date: bool) -> Finding:
        raised = result.exception_info or {}
        if raised.get("raised_exception") or any(isinstance(v, dict) and v.get("raised_exception") for v in raised.values()):
            raise GateError(f"{demand.table}: the rule {demand.code!r} cannot be tried: {_reason(raised)}")
        if result.success:
            return Finding(demand.table, demand.code, demand.says, demand.severity, passed=True)
        with self._explained(demand):
            query = _query(demand, result.result, f"{self._schema}.{relation}")
            dates, count, keys, keys_on = self._against(query, key, by_date)
            told = self._told(query) if demand.is_told else {}
        return Finding(
            demand.table, demand.code, demand.says, demand.severity, passed=False, unexpected=count, sample_keys=keys,
            dates=dates, keys_on=keys_on, told=told,
        )  # fmt: skip

    def _against(
        self, query: str, key: Sequence[str], by_date: bool
    ) -> tuple[dict[date, int], int, tuple[str, ...], dict[date, tuple[str, ...]]]:
        """The rows that a query selects: how many by date, how many, and the keys of a few, in all and by date."""
        dates: dict[date, int] = {}
        if by_date:
            dates = dict(self._connection.execute(f"select _landed_on, count(*) from ({query}) group by 1 order by 1").fetchall())
            count = sum(dates.values())
        else:
            count = (self._connection.execute(f"select count(*) from ({query})").fetchone() or (0,))[0]
        if not key:
            return dates, count, (), {}
        shown = " || ':' || ".join(f"coalesce(cast({column} as varchar), '?')" for column in key)
        named = " or ".join(f"{column} is not null" for column in key)
        on = "_landed_on" if by_date else "null"
        rows = self._connection.execute(
            f"select {on}, list_sort(min({shown}, {SAMPLES})) from ({query}) where {named} group by 1 order by 1"
        ).fetchall()
        keys_on = {on: tuple(keys) for on, keys in rows}
        few = tuple(sorted(key for keys in keys_on.values() for key in keys)[:SAMPLES])
        return dates, count, few, keys_on if by_date else {}

    def _told(self, query: str) -> dict[date, str]:
        asked = f"select _landed_on, any_value(told) from ({query}) group by 1 order by 1"
        return dict(self._connection.execute(asked).fetchall())


def _reason(raised: Mapping[str, Any]) -> str:
    for info in (raised, *[v for v in raised.values() if isinstance(v, dict)]):
        if info.get("exception_message"):
            return _told(str(info["exception_message"]))
    return "no reason was given"


def _told(message: str) -> str:
    """The first line of what the engine said if that is about a rule's words or a file; any other error may quote values."""
    line = message.strip().splitlines()[0]
    kind = re.search(r"([A-Z][A-Za-z ]*) Error: ", line)
    if kind is None or kind[1] in _ABOUT_WORDS:
        return line
    return f"{kind[1]} Error over the rows (its text may quote them); try the rule on the table by hand"

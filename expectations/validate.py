"""Tries demands on relations with Great Expectations and says what was found.

Belongs here: one factory from demands to suites, the run, and findings with keys instead of values.
Not here: what is demanded (demands.py and the YAML beside it), what follows from it (verdicts.py, assets/).
Great Expectations is imported when a gate runs: it takes seconds, and most commands need none of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from expectations.demands import Demand
from expectations.engine import connection_string
from expectations.findings import Finding

SAMPLES = 3


class GateError(RuntimeError):
    """A rule could not be tried at all. The message names the table and the rule."""


def _expectation(demand: Demand) -> Any:
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
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=_any_row(demand), description=demand.says, **common)


def _any_row(demand: Demand) -> str:
    """Asks whether there is any row against the rule: how many is counted afterwards, without carrying them.

    The batch stands in brackets because Great Expectations puts an aliased relation in its place; a rule about other
    relations names it in a comment, because it must be named.
    """
    rows = str(demand.rows)
    query = f"select 1 from ({rows.replace('{batch}', '(select * from {batch})')}) limit 1"
    return query if "{batch}" in rows else f"{query} /* {{batch}} */"


def _query(demand: Demand, result: Mapping[str, Any], relation: str) -> str:
    if demand.rows:
        return demand.rows.replace("{batch}", relation)
    return str(result["unexpected_index_query"]).strip().rstrip(";")


class Judge:
    """Tries demands on the relations of one DuckDB database (a file, or a named in-memory one that somebody holds open)."""

    def __init__(self, database: Path | str) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx

        self._database = str(database)
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        self._source = context.data_sources.add_sql(
            "gate", connection_string=connection_string(database), create_temp_table=False
        )

    def judge(
        self, relation: str, demands: Sequence[Demand], *, key: Sequence[str], schema: str | None = None, by_date: bool = False
    ) -> list[Finding]:
        """One finding per demand, in their order.

        `key` names the columns by which rows are shown; `by_date` splits what is found by `_landed_on`.
        Errors: GateError, where a rule cannot be tried.
        """
        import great_expectations as gx

        asset = self._source.add_table_asset(f"{schema}.{relation}", table_name=relation, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        suite = gx.ExpectationSuite(name=relation, expectations=[_expectation(demand) for demand in demands])
        columns = [*key, "_landed_on"] if by_date else list(key)
        outcome = batch.validate(
            suite,
            result_format={
                "result_format": "SUMMARY", "partial_unexpected_count": 0, "exclude_unexpected_values": True,
                "unexpected_index_column_names": columns, "return_unexpected_index_query": True,
            },
        )  # fmt: skip
        results = {result.expectation_config.meta["code"]: result for result in outcome.results}
        full = f"{schema}.{relation}" if schema else relation
        return [self._finding(demand, results[demand.code], full, key, by_date) for demand in demands]

    def _finding(self, demand: Demand, result: Any, relation: str, key: Sequence[str], by_date: bool) -> Finding:
        raised = result.exception_info or {}
        if raised.get("raised_exception") or any(isinstance(v, dict) and v.get("raised_exception") for v in raised.values()):
            raise GateError(f"{demand.table}: the rule {demand.code!r} cannot be tried: {_reason(raised)}")
        if result.success:
            return Finding(demand.table, demand.code, demand.says, demand.severity, passed=True)
        query = _query(demand, result.result, relation)
        with duckdb.connect(self._database) as connection:
            dates: dict[date, int] = {}
            if by_date:
                dates = dict(connection.execute(f"select _landed_on, count(*) from ({query}) group by 1 order by 1").fetchall())
                count = sum(dates.values())
            else:
                count = (connection.execute(f"select count(*) from ({query})").fetchone() or (0,))[0]
            shown = " || ':' || ".join(f"coalesce(cast({column} as varchar), '?')" for column in key) or "''"
            rows = connection.execute(f"select {shown} from ({query}) order by 1 limit {SAMPLES}").fetchall() if key else []
        return Finding(
            demand.table, demand.code, demand.says, demand.severity, passed=False, unexpected=count,
            sample_keys=tuple(row[0] for row in rows), dates=dates,
        )  # fmt: skip


def _reason(raised: Mapping[str, Any]) -> str:
    """The first line of what the engine said, which names columns and never values."""
    for info in (raised, *[v for v in raised.values() if isinstance(v, dict)]):
        if info.get("exception_message"):
            return str(info["exception_message"]).strip().splitlines()[0]
    return "no reason was given"

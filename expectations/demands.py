"""What is demanded of a table, as data: the one shape in which every gate's rules are written.

Belongs here: the record, reading it from YAML, and what the landing contract demands by itself.
Not here: running it (validate.py). The rules that are a bank's business stand in landing.yml, marts.yml, decisions.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml

from expectations.findings import Severity
from foundation.contract import Table

_NAMED = {"table", "code", "says"}
_KINDS = ("between", "references", "rows")


class DemandError(ValueError):
    """A rule is not written as a rule. The message names the file, the rule and the mend."""


@dataclass(frozen=True)
class Demand:
    """One rule about one relation: exactly one of `not_null`, `allowed`, `between` or `rows` says it.

    `rows` is SQL that selects the rows against the rule; `{batch}` stands for the relation and `{name}` for a parameter. Where
    `is_told`, it selects one row a date, whose column `told` says what was found in words.
    """

    table: str
    code: str
    says: str
    severity: Severity = "critical"
    not_null: str | None = None
    allowed: tuple[str, tuple[str, ...]] | None = None
    between: tuple[str, float | None, float | None] | None = None
    rows: str | None = None
    is_told: bool = False


def contract_demands(table: Table) -> list[Demand]:
    """What the landing contract promises of one table: its key once a date, its columns filled, its values allowed."""
    name = table.full_name
    demands = [
        Demand(name, f"{column.name}_is_filled", f"{column.name} may not be null", not_null=column.name)
        for column in table.columns
        if column.required
    ]
    demands += [
        Demand(name, f"{column.name}_is_allowed", f"{column.name} is one of {', '.join(column.allowed)}",
               allowed=(column.name, column.allowed))
        for column in table.columns
        if column.allowed
    ]  # fmt: skip
    key = ", ".join(table.key)
    once = f"select {key}, _landed_on from {{batch}} group by all having count(*) > 1"
    return [*demands, Demand(name, "key_is_unique", f"({key}) stands once in a date's rows", rows=once)]


def _between(where: str, entry: Any) -> tuple[str, float | None, float | None]:
    if not isinstance(entry, dict) or "column" not in entry or not {"min", "max"} & entry.keys():
        raise DemandError(f"{where}: between needs a column and a min or a max")
    return entry["column"], entry.get("min"), entry.get("max")


def _references(where: str, entry: Any) -> str:
    if not isinstance(entry, dict) or not {"column", "to"} <= entry.keys() or str(entry["to"]).count(".") != 2:
        raise DemandError(f"{where}: references needs a column and a to: source.table.column")
    column, (relation, target) = entry["column"], entry["to"].rsplit(".", 1)
    known = f"select 1 from known_{relation.replace('.', '__')} k where k.{target} = b.{column} and k._landed_on <= b._landed_on"
    return (
        f"select b.* from {{batch}} b where b.{column} is not null and not exists ({known}) and b._landed_on in ("
        f"select _landed_on from {{batch}} b where b.{column} is not null group by _landed_on"
        f" having count(*) filter (where not exists ({known})) > (1 - {{min_reference_ratio}}) * count(*))"
    )


def _filled_in(where: str, rows: str, parameters: Mapping[str, object]) -> str:
    try:
        return rows.format(batch="{batch}", **parameters)
    except KeyError as error:
        raise DemandError(f"{where}: knows no parameter {error}; there are {', '.join(sorted(parameters))}") from None
    except (ValueError, IndexError):
        raise DemandError(f"{where}: braces hold batch or a parameter; write {{{{ and }}}} for a brace itself") from None


def _demand(where: str, entry: Mapping[str, Any], parameters: Mapping[str, object]) -> Demand:
    kinds = [kind for kind in _KINDS if kind in entry]
    if _NAMED - entry.keys() or len(kinds) != 1:
        raise DemandError(f"{where}: a rule has table, code, says and exactly one of {', '.join(_KINDS)}")
    if unknown := sorted(entry.keys() - _NAMED - {"severity", *_KINDS}):
        raise DemandError(f"{where}: a rule has no {', '.join(unknown)}")
    severity = entry.get("severity", "critical")
    if severity not in get_args(Severity):
        raise DemandError(f"{where}: severity is one of {', '.join(get_args(Severity))}, not {severity!r}")
    between = _between(where, entry["between"]) if "between" in entry else None
    rows = _references(where, entry["references"]) if "references" in entry else entry.get("rows")
    rows = _filled_in(where, rows, parameters) if rows else None
    return Demand(entry["table"], entry["code"], entry["says"], severity, between=between, rows=rows)


def read_demands(path: Path, parameters: Mapping[str, object]) -> list[Demand]:
    """The rules of one YAML file, their `{parameters}` filled in (`{batch}` is left for the gate).

    Errors: DemandError, naming the file and the rule.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DemandError(f"{path.name}: holds a list of rules, each with table, code, says and what it demands")
    demands: dict[tuple[str, str], Demand] = {}
    for entry in entries:
        where = f"{path.name}, rule {entry.get('code', '?')!r}"
        demand = _demand(where, entry, parameters)
        if (demand.table, demand.code) in demands:
            raise DemandError(f"{where}: stands twice for {demand.table}; one of the two would never be seen to fail")
        demands[demand.table, demand.code] = demand
    return list(demands.values())

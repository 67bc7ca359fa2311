"""Gates 2 and 3: judge relations of the warehouse file by the rules in marts.yml and decisions.yml.

Belongs here: which file of rules a gate has and how its tables, those of the schema of its name, are tried. Not here: the
rules, or what a failure stops.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from expectations.demands import Demand, read_demands
from expectations.findings import Finding
from expectations.validate import Judge
from foundation.contract import pii_column_names
from foundation.engine import UNHELD, Engine

RULES: dict[str, Path] = {name: Path(__file__).with_name(f"{name}.yml") for name in ("marts", "decisions")}
SHOWN_KEY = ["customer_id"]


def warehouse_demands(gate: Literal["marts", "decisions"]) -> list[Demand]:
    """The rules of one gate. Errors: demands.DemandError."""
    personal = ", ".join(f"'{name}'" for name in sorted(pii_column_names()))
    return read_demands(RULES[gate], {"pii_columns": personal})


def judge_warehouse(database: Path, gate: Literal["marts", "decisions"], engine: Engine = UNHELD) -> list[Finding]:
    """One finding per rule of the gate. Errors: validate.GateError, where a rule cannot be tried."""
    demands, findings = warehouse_demands(gate), list[Finding]()
    with Judge(database, schema=gate, engine=engine) as judge:
        for name in sorted({demand.table for demand in demands}):
            own = [demand for demand in demands if demand.table == name]
            findings += judge.judge(name.removeprefix(f"{gate}."), own, key=SHOWN_KEY)
    return findings

"""A bank whose every landed row is good, to be spoiled one thing at a time; and how gate 1 is asked about it. No test is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from expectations.batches import Landed, Limits
from expectations.findings import Finding
from expectations.landing import judge_landing, referenced_tables
from expectations.verdicts import Verdict
from foundation.contract import Table, landing_table, landing_tables
from tests.store.raw_files import write_raw

FIRST = date(2026, 1, 1)
LIMITS = Limits(max_quarantine_ratio=0.05, min_reference_ratio=0.98, tolerated_rows=10)
KNOWN = 60  # rows of every table that stand from the first date on
_REFERENCED = {
    "customer_no": "C", "employer_no": "C", "account_no": "A", "product_code": "P", "app_user_id": "U", "contact_id": "K",
    "credit_code": "B", "from_credit_code": "B",
}  # fmt: skip
_ANOTHER = {"to_credit_code": "B"}  # whose numbers run one ahead
Row = dict[str, Any]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def good_row(table: Table, on: date, number: int = 0) -> Row:
    """A row that no rule is against, whose key no other number has."""
    row: Row = {}
    for column in table.columns:
        if column.type == "text":
            row[column.name] = column.allowed[0] if column.allowed else _text(column.name, number)
        elif column.type == "date":
            row[column.name] = on
        elif column.type == "timestamp":
            row[column.name] = datetime.combine(on, time(12))
        else:
            row[column.name] = {"boolean": True, "json": "{}"}.get(column.type, 1)
    return row


def _text(column: str, number: int) -> str:
    if column in _ANOTHER:
        return f"{_ANOTHER[column]}{(number + 1) % KNOWN}"
    return f"{_REFERENCED[column]}{number}" if column in _REFERENCED else f"{column} {number}"


@dataclass
class Landing:
    """Raw files of some tables and dates, and the gate over them."""

    folder: Path
    batches: list[Landed] = field(default_factory=list)

    def land(self, name: str, on: date, rows: Sequence[Row], **more: Any) -> Landed:
        """One batch; `more` sets fields of its record."""
        table = landing_table(name)
        file = write_raw(self.folder / table.source / table.name / f"{on}.parquet", table, on, rows)
        counts = {"rows_landed": len(rows), "rows_quarantined": 0} | more
        self.batches.append(Landed(table=table, on=on, file=file, **counts))
        return self.batches[-1]

    def good(self, name: str, on: date, count: int = 1, **spoiled: Any) -> list[Row]:
        """`count` good rows, the last of them spoiled."""
        rows = [good_row(landing_table(name), on, number) for number in range(count)]
        rows[-1] |= spoiled
        return rows

    def judge(
        self, judged: Sequence[Landed] | None = None, limits: Limits = LIMITS, **more: Any
    ) -> tuple[list[Finding], list[Verdict]]:
        known = {
            table: [batch.file for batch in self.batches if batch.table == table and batch.error is None]
            for table in referenced_tables(landing_tables())
        }
        return judge_landing(self.batches if judged is None else judged, known=known, limits=limits, **more)


def of_rule(findings: Sequence[Finding], table: str, code: str) -> Finding:
    (found,) = [finding for finding in findings if (finding.table, finding.expectation) == (table, code)]
    return found

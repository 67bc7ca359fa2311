"""How a gate's findings look in the Dagster UI: which expectation, how many rows, which keys.

Belongs here: turning findings and verdicts into asset check results. Not here: finding them (expectations/).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from expectations.findings import Finding
from expectations.verdicts import Verdict

_COLUMNS = dg.TableSchema(
    columns=[
        dg.TableColumn("expectation"), dg.TableColumn("says"), dg.TableColumn("severity"), dg.TableColumn("rows", "int"),
        dg.TableColumn("keys"), dg.TableColumn("dates"),
    ]
)  # fmt: skip


def _row(finding: Finding) -> dg.TableRecord:
    dates = ", ".join(f"{on} ({count})" for on, count in list(finding.dates.items())[:5])
    return dg.TableRecord(
        {
            "expectation": finding.expectation, "says": finding.says, "severity": finding.severity,
            "rows": finding.unexpected, "keys": ", ".join(finding.sample_keys), "dates": dates,
        }
    )  # fmt: skip


def finding_metadata(findings: Sequence[Finding], page: Path) -> dict[str, dg.MetadataValue]:
    """How many expectations were tried, a table of those that failed, and where the page lies that shows all."""
    failed = [finding for finding in findings if not finding.passed]
    metadata: dict[str, dg.MetadataValue] = {
        "expectations tried": dg.MetadataValue.int(len(findings)),
        "expectations failed": dg.MetadataValue.int(len(failed)),
        "page": dg.MetadataValue.path(str(page)),
    }
    if failed:
        metadata["failed expectations"] = dg.MetadataValue.table([_row(finding) for finding in failed], schema=_COLUMNS)
    return metadata


def check_result(
    *,
    check_name: str,
    asset_key: list[str],
    verdicts: Sequence[Verdict],
    findings: Sequence[Finding],
    stops_run: bool,
    page: Path,
) -> dg.AssetCheckResult:
    """The check that shows a table's verdicts.

    It is an error where the run stops here or an optional table is closed, and a warning where some dates of a range are
    held back and the earlier ones go on, where only warnings failed, where an optional table is stale, or where somebody let
    through what was closed.
    """
    against = [verdict for verdict in verdicts if not verdict.lets_through]
    overridden = [verdict for verdict in verdicts if verdict.override]
    warned = [finding for finding in findings if not finding.passed]
    required = any(verdict.is_required for verdict in against)
    is_error = (required and stops_run) or any(verdict.gate == "closed" and not verdict.is_required for verdict in against)
    metadata = finding_metadata(findings, page)
    told = [f"{verdict.on}: {verdict.worst_failure}" for verdict in against]
    told = told or [finding.sentence() for finding in warned]
    if against:
        metadata["held back" if required else "closed"] = dg.MetadataValue.md(
            "\n".join(f"- {verdict.on}: {verdict.gate}: {verdict.worst_failure}" for verdict in against[:20])
        )
    if overridden:
        metadata["overridden"] = dg.MetadataValue.md(
            "\n".join(f"- {v.on}: {v.override.sentence()} ({v.worst_failure})" for v in overridden[:20] if v.override)
        )
    return dg.AssetCheckResult(
        check_name=check_name,
        asset_key=asset_key,
        passed=not against and not warned and not overridden,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
        description="; ".join(told[:3]) or None,
    )

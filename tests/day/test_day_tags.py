"""What `make tags` and the demo check say of a home agrees with who carries what there."""

from __future__ import annotations

from pathlib import Path

import duckdb
from day_kit import published_files, succeed
from day_scenes import Lived

from orchestration.demo_faults import faults_of


def _rows(home: Path, name: str, query: str) -> list[tuple[str, int]]:
    with duckdb.connect() as connection:
        files = [str(path) for path in published_files(home, name)]
        return connection.execute(query.format("read_parquet(?, union_by_name => true)"), [files]).fetchall()


def test_what_the_check_names_is_what_nobody_or_everybody_carries(first_run: Lived) -> None:
    home = first_run.home
    defined = {row[0] for row in _rows(home, "tag_catalogue", "select tag_code from {}")}
    carried = dict(_rows(home, "customer_tags", "select tag_code, count(distinct customer_id) from {} group by 1"))
    found = dict(_rows(home, "moments", "select moment_code, count(distinct customer_id) from {} group by 1"))
    moments = {row[0] for row in _rows(home, "moment_catalogue", "select moment_code from {}")}
    [(customers,)] = _rows(home, "customer_segments", "select count(*) from {}")
    faults = faults_of(home / "published")
    named = {fault.split(": ")[0] for fault in faults}
    assert {name for name in named if name.startswith("tag ")} == {
        f"tag {code}" for code in defined if not 0 < carried.get(code, 0) < customers
    }
    assert {name for name in named if name.startswith("moment ")} == {
        f"moment {code}" for code in moments if not 0 < found.get(code, 0) < customers
    }
    assert carried and found and len(named) < len(defined) / 2


def test_the_command_tells_every_tag_and_writes_it_as_a_page(first_run: Lived, tmp_path: Path) -> None:
    written = tmp_path / "tags.md"
    said = succeed(first_run.home, "tags", "--markdown", str(written)).output
    catalogue = _rows(first_run.home, "tag_catalogue", "select tag_code, customers from {}")
    lines = written.read_text(encoding="utf-8").splitlines()
    for code, customers in catalogue:
        assert f" {code} " in said
        [line] = [line for line in lines if f"| `{code}` |" in line]
        assert f" | {customers:,} | " in line

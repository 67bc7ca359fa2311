"""Where a mapping file is set, a run fills its landing nodes before it reads them, and the command lands them without a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from sources_kit import PRODUCT_COLUMNS, PRODUCTS, Build, Goods, Sourced

from foundation.home import Home
from foundation.settings import Settings, load_settings
from integrations.sources.extract import extractor

# Dagster marks a range in one run as beta; this project rests on it
pytestmark = pytest.mark.filterwarnings("ignore:.*is currently in beta")

ROOT = Path(__file__).resolve().parents[2]
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 3)
HOLDERS = {
    "table": "core_banking.account_holders", "connection": "core", "from": "holders", "changes": {"by": "full"},
    "columns": {"account_no": "a", "customer_no": "c", "role": "'owner'"},
}  # fmt: skip


def environment(bank: Sourced) -> dict[str, str]:
    return {
        "C360_HOME": str(bank.home.root), "C360_LANDING": str(bank.home.landing), "C360_SOURCES": str(bank.mapping),
        "CORE_URL": str(bank.environment["CORE_URL"]),
    }  # fmt: skip


@pytest.fixture
def bank(sqlite_bank: Build, goods: Goods, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sourced]:
    """A home whose products (required) and account holders (optional) come from a database; this process's settings say so."""
    found = sqlite_bank(columns=dict(PRODUCT_COLUMNS))
    found.tables.append(HOLDERS)
    goods.execute("create table holders (a, c)")
    goods.add([("A", None, None)])
    for name, value in environment(found).items():
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    yield found
    load_settings.cache_clear()


def run(bank: Sourced) -> dg.ExecuteInProcessResult:
    """Landing and raw over three dates, as one run."""
    from assets import extraction, raw
    from assets.partitions import RANGE_END, RANGE_START
    from assets.workspace import Workspace

    assert bank.mapping.is_file()
    wanted = dg.AssetSelection.groups("landing", "raw")
    job = dg.define_asset_job("landing_and_raw", selection=wanted)
    definitions = dg.Definitions(
        assets=[*extraction.landing(load_settings()), raw.raw], jobs=[job], resources={"workspace": Workspace()}
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return (
            definitions.get_repository_def()
            .get_job("landing_and_raw")
            .execute_in_process(instance=instance, tags={RANGE_START: str(FIRST), RANGE_END: str(LAST)}, raise_on_error=False)
        )


def checks(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str | None]]:
    return {each.asset_key.path[-1]: (each.passed, each.description) for each in result.get_asset_check_evaluations()}


def test_a_run_asks_for_its_last_date_and_then_reads_what_landed(bank: Sourced) -> None:
    result = run(bank)
    assert result.success
    assert [path.name for path in bank.place().parent.iterdir()] == [str(LAST)]
    assert bank.raw("product_code", on=LAST) == [("A",)]
    assert checks(result) == {"products": (True, "1 rows"), "account_holders": (True, "0 rows")}
    assert checks(run(bank))["products"] == (True, f"{bank.place(on=LAST)} is there and is left alone")


def test_an_optional_source_that_fails_is_told_and_keeps_nothing_from_going_on(bank: Sourced, goods: Goods) -> None:
    goods.execute("drop table holders")
    result = run(bank)
    assert result.success
    passed, told = checks(result)["account_holders"]
    assert not passed
    assert told is not None
    assert "no such table: holders" in told
    assert bank.raw("product_code", on=LAST) == [("A",)]


def test_a_required_source_that_fails_stops_the_run_before_anything_is_read(bank: Sourced, goods: Goods) -> None:
    goods.execute("drop table goods")
    result = run(bank)
    assert not result.success
    assert not checks(result)["products"][0]
    assert checks(result)["account_holders"][0]
    assert not bank.home.raw.exists()


def test_nodes_are_made_by_a_run_where_they_are_mapped_and_nowhere_else(bank: Sourced) -> None:
    from orchestration.definitions import defs

    graph = defs().resolve_asset_graph()
    made = {key.to_user_string() for key in graph.materializable_asset_keys if key.path[0] == "landing"}
    assert made == {"landing/core_banking/products", "landing/core_banking/account_holders"}
    node = graph.get(dg.AssetKey(["landing", "core_banking", "products"]))
    assert (node.group_name, node.kinds, bool(node.owners)) == ("landing", {"sql"}, True)
    assert bank.mapping.is_file()


def test_the_command_lands_what_it_can_and_names_what_it_cannot(bank: Sourced, goods: Goods) -> None:
    goods.execute("drop table holders")
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "land", "--date", str(FIRST)],
        cwd=ROOT, env={**os.environ, **environment(bank)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert f"✓ {PRODUCTS}" in done.stdout
    assert "1 rows" in done.stdout
    assert "no such table: holders" in done.stdout
    assert "1 of 2 tables could not be read" in done.stdout
    assert bank.rows() == ["A"]


def test_the_check_counts_usable_entries_and_ends_with_what_is_wrong(bank: Sourced, capsys: pytest.CaptureFixture[str]) -> None:
    from orchestration.source_check import main

    main()
    assert capsys.readouterr().out == "2 tables from databases and interfaces\n"
    del bank.tables[0]["columns"]["product_name"]
    assert bank.mapping.is_file()
    with pytest.raises(SystemExit, match=f"entry {PRODUCTS}: columns: product_name is missing"):
        main()
    (bank.folder / "sources.yml").unlink()
    with pytest.raises(SystemExit, match="cannot be read"):
        main()


def test_without_a_mapping_file_nothing_is_extracted_and_no_node_is_made(tmp_path: Path) -> None:
    from assets import extraction
    from assets.landing import LANDING

    settings = Settings(home=tmp_path, sources=None)
    assert extractor(settings, Home.of(settings)) is None
    assert extraction.landing(settings) == LANDING

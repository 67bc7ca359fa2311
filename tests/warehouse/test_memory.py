"""When the engine lacks memory: once more, one model at a time; and where that does not help, which setting to raise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tiny_warehouse import Warehouse

from assets.dbt_runner import DbtError, NodeResult, build, undone_for_memory
from foundation.home import Home
from foundation.settings import load_settings

MODELS = ("int_customers_profiled", "customers_360")


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the engine's memory, which the settings of a process say once."""

    def limit(memory: str) -> None:
        monkeypatch.setenv("C360_DUCKDB_MEMORY_LIMIT", memory)
        load_settings.cache_clear()

    yield limit
    monkeypatch.undo()
    load_settings.cache_clear()


def home_of(warehouse: Warehouse) -> Home:
    return Home(root=warehouse.folder, landing=warehouse.folder / "landing")


def test_memory_that_suffices_for_no_model_is_told_with_its_setting(
    warehouse: Warehouse, limited: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    limited("4MB")
    with pytest.raises(DbtError, match=r"int_customers_profiled.*4MB of memory.*raise C360_DUCKDB_MEMORY_LIMIT"):
        build(home_of(warehouse), ["--select", *MODELS])
    assert "are built one at a time; where there is more, C360_DUCKDB_MEMORY_LIMIT says so" in caplog.text
    limited("1GB")
    results = build(home_of(warehouse), ["--select", *MODELS], tests=False)
    assert sorted((each.unique_id.split(".")[-1], each.status) for each in results) == [
        (name, "success") for name in sorted(MODELS)
    ]  # fmt: skip


def test_all_that_was_not_seen_through_is_tried_again_and_nothing_else_is() -> None:
    wanting = "Runtime Error in model b\n  Out of Memory Error: could not allocate block of size 256.0 KiB"
    built, broken, left, checked, unchecked = (
        NodeResult(f"{kind}.customer_360.{name}", status, 1.0, 0, message)
        for kind, name, status, message in (
            ("model", "a", "success", "OK"), ("model", "b", "error", wanting), ("model", "c", "skipped", ""),
            ("test", "key_of_a.0f1e2d", "pass", ""), ("test", "key_of_c.3c4b5a", "skipped", ""),
        )
    )  # fmt: skip
    assert undone_for_memory([built, broken, left, checked, unchecked]) == ["b", "c", "key_of_c"]
    wrong = NodeResult(broken.unique_id, "error", 1.0, 0, "Runtime Error in model b\n  Binder Error: no column")
    assert undone_for_memory([built, wrong, left]) == []

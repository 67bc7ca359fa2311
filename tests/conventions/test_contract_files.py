"""The two public promises: they can be read, and where the promised originals lie beside the checkout, they say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from checkout import CHECKOUT

from foundation.contract import ContractError, landing_tables, parse_table, published_tables

ORIGINALS = CHECKOUT.parent / "shared" / "contract"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_landing_contract_can_be_read_whole() -> None:
    document = read(CHECKOUT / "contract" / "landing.yml")
    tables = landing_tables()
    assert [table.full_name for table in tables] == [f"{source}.{name}" for source, named in document.items() for name in named]
    for table in tables:
        assert table.key, table.full_name
        assert all(table.column(key).required for key in table.key), table.full_name
        entry = document[table.source][table.name]
        assert [column.name for column in table.columns] == list(entry["columns"])


def test_the_published_contract_can_be_read_whole() -> None:
    tables = published_tables()
    assert [table.name for table in tables] == list(read(CHECKOUT / "contract" / "published.yml"))
    for table in tables:
        assert table.kind in ("latest", "history"), table.name
        assert table.grain.startswith("one row per "), table.name
        assert len(set(table.columns)) == len(table.columns) > 0, table.name


@pytest.mark.parametrize("file", ["landing.yml", "published.yml"])
def test_the_project_keeps_the_contract_as_it_was_promised(file: str) -> None:
    original = ORIGINALS / file
    if not original.is_file():
        pytest.skip(f"the original of {file} does not lie beside this checkout")
    assert read(CHECKOUT / "contract" / file) == read(original)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"id": "text!", "on": "dates"}}, r"bank\.t\.on: 'dates' is not a column"),
        ({"columns": {"id": "text!", "on": "date [a|b"}}, r"bank\.t\.on: 'date \[a\|b' is not a column"),
        ({"key": ["no"]}, "'no' is none"),
        ({"pii": ["name"]}, "'name' is none"),
        ({"version": "changed_at"}, "'changed_at' is none"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_by_its_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        parse_table("bank", "t", {"key": ["id"], "columns": {"id": "text!", "on": "date"}} | change)

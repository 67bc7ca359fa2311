"""The mapping file is judged before anything connects: every fault by its entry, with its mend, and no value repeated."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.sources.errors import MappingError
from integrations.sources.mapping_file import load_mapping
from integrations.sources.rest.entry import RestEntry
from integrations.sources.sql.entry import SqlEntry

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sources.yml"
CUSTOMERS, PRODUCTS, TRANSACTIONS, TICKETS, SURVEYS = range(5)


def refused(tmp_path: Path, document: Any) -> str:
    path = tmp_path / "sources.yml"
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def changed(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The example with another value (None: without one) in one place."""
    document: dict[str, Any] = deepcopy(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")))
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return document


def test_the_example_is_whole() -> None:
    mapping = load_mapping(EXAMPLE)
    assert [type(entry) for entry in mapping.tables] == [SqlEntry, SqlEntry, SqlEntry, RestEntry, RestEntry]
    assert {entry.changes.by for entry in mapping.tables} == {"full", "changed_since", "business_date"}


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("tables", CUSTOMERS, "table"), "core_banking.clients", "entry core_banking.clients: the landing contract has no such"),
        (("tables", CUSTOMERS, "columns", "nick_name"), "x", "columns.nick_name: core_banking.customers has no such column"),
        (("tables", CUSTOMERS, "columns", "customer_no"), None, "columns: customer_no is missing, and it may not be null"),
        (("tables", CUSTOMERS, "columns", "opened_on"), None, "columns: opened_on is missing, and it may not be null"),
        (("tables", CUSTOMERS, "connection"), "elsewhere", "its connection is none of those above"),
        (("tables", CUSTOMERS, "columns"), {}, "entry core_banking.customers: columns"),
        (("tables", CUSTOMERS, "changes"), {"by": "magic"}, "changes: Input tag 'magic'"),
        (("tables", CUSTOMERS, "changes", "column"), None, "changes.changed_since.column: Field required"),
        (("tables", CUSTOMERS, "changes", "overlap"), -1, "overlap: Input should be greater than or equal to 0"),
        (("tables", CUSTOMERS, "changes", "type"), "text", "a mark of type text cannot overlap"),
        (("tables", CUSTOMERS, "query"), "select 1", "give either from or query"),
        (("tables", CUSTOMERS, "from"), None, "give either from or query"),
        (("tables", CUSTOMERS, "form"), "x", "form: Extra inputs are not permitted"),
        (("tables", TRANSACTIONS, "query"), "select * from t where d > :since", "asks for :since, and only :business_date"),
        (("tables", TRANSACTIONS, "chunk_rows"), 0, "chunk_rows: Input should be greater than or equal to 1"),
        (("tables", TICKETS, "columns", "narrative"), "a..b", "columns.narrative: this is no JMESPath expression"),
        (("tables", TICKETS, "rows"), "[", "rows: this is no JMESPath expression"),
        (("tables", TICKETS, "changes", "column"), "a b", "changes.column: this is no JMESPath expression"),
        (("tables", TICKETS, "paging", "cursor"), "a b", "paging.cursor: this is no JMESPath expression"),
        (("tables", TICKETS, "paging"), {"style": "scroll"}, "paging: Input tag 'scroll'"),
        (("tables", TICKETS, "path"), "tickets", "path: String should match pattern"),
        (("tables", TICKETS, "from"), "tickets", "from: Extra inputs are not permitted"),
        (("connections", "core_replica", "kind"), "ftp", "connection core_replica: Input tag 'ftp'"),
        (("connections", "core_replica", "time_zone"), "Mars", "time_zone: is no known time zone"),
        (("connections", "service_desk", "token"), "A_TOKEN", "give token or oauth2, not both"),
        (("connections", "service_desk", "requests_per_second"), 0, "requests_per_second: Input should be greater than 0"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_entry_with_what_to_do(tmp_path: Path, place: tuple[Any, ...], value: Any, told: str) -> None:
    assert told in refused(tmp_path, changed(place, value))


def test_an_address_or_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    for place in (("connections", "core_replica", "url"), ("connections", "survey_tool", "token")):
        told = refused(tmp_path, changed(place, "postgresql://reader:secret-word@host/core"))
        assert "write the NAME of an environment variable" in told
        assert "secret-word" not in told


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    document = changed(("tables", CUSTOMERS, "columns", "customer_no"), None)
    document["tables"][TICKETS]["rows"] = "["
    document["connections"]["survey_tool"]["url"] = "https://x"
    told = refused(tmp_path, document)
    assert all(each in told for each in ("core_banking.customers", "call_centre.tickets", "survey_tool"))


def test_a_table_stands_once(tmp_path: Path) -> None:
    document = changed(("tables", CUSTOMERS, "min_rows"), 1)
    document["tables"].append(document["tables"][CUSTOMERS])
    assert "core_banking.customers: it stands there 2 times" in refused(tmp_path, document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("tables: [", "line 1"),
        ("- a list", "it needs `connections:` (by name) and `tables:` (a list)"),
        ("connections: {}\n", "it needs"),
        ("connections: {}\ntables: [word]\n", "entry number 1: it is not a mapping"),
        ("connections: {}\ntables: []\nmore: 1\n", "and nothing else"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, document: str, told: str) -> None:
    assert told in refused(tmp_path, document)


def test_a_file_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"nowhere\.yml cannot be read .*C360_SOURCES"):
        load_mapping(tmp_path / "nowhere.yml")


def test_columns_called_the_same_may_be_a_list_and_nothing_need_be_mapped(tmp_path: Path) -> None:
    path = tmp_path / "sources.yml"
    path.write_text("connections: {}\ntables: []\n", encoding="utf-8")
    assert load_mapping(path).tables == ()
    columns = load_mapping(EXAMPLE).tables[TRANSACTIONS].columns
    assert columns["transaction_id"] == "transaction_id"


def test_a_colon_in_a_query_that_asks_for_nothing_is_left_alone(tmp_path: Path) -> None:
    query = "select '12:30' as at, x::text from t where d = :business_date and u = 'urn\\:x'"
    path = tmp_path / "sources.yml"
    path.write_text(yaml.safe_dump(changed(("tables", TRANSACTIONS, "query"), query)), encoding="utf-8")
    load_mapping(path)

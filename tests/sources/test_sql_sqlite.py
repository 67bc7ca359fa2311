"""What is true of any database, tried with SQLite: errors that name their place, and addresses that come from the environment."""

from __future__ import annotations

from sources_kit import SECOND, Build, Goods, products


def test_a_variable_that_is_not_set_is_named(sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    bank.environment.clear()
    assert "CORE_URL is not set" in bank.failure()


def test_an_unknown_table_is_named(sqlite_bank: Build) -> None:
    assert "no such table: wares" in sqlite_bank(**{"from": "wares"}).failure()


def test_a_cell_that_the_driver_cannot_read_is_an_error_that_does_not_show_it(goods: Goods, sqlite_bank: Build) -> None:
    goods.execute("insert into goods values ('A', cast(x'5a68616e67ff' as text), null, null)")
    told = sqlite_bank().failure()
    assert "could not give a row" in told
    assert "Zhang" not in told


def test_values_that_are_no_text_become_text(goods: Goods, sqlite_bank: Build) -> None:
    goods.execute("insert into goods values (1, 2.5, null, null), (x'41', x'ff00', null, null), ('B', null, null, null)")
    bank = sqlite_bank()
    bank.landed()
    assert bank.rows("product_code, product_name") == [("1", "2.5"), ("A", "ff00"), ("B", None)]


def test_timestamps_in_sqlite_are_compared_as_text_and_must_be_called_so(sqlite_bank: Build) -> None:
    assert "say type: text" in sqlite_bank(changes={"by": "changed_since", "column": "changed"}).failure()


def test_a_date_that_comes_as_midnight_lands_as_a_date(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(columns=products()["columns"] | {"launched_on": "dated"})
    goods.add([("A", None, "2026-01-05 00:00:00"), ("B", None, "2026-01-05T00:00:00"), ("C", None, "2026-01-05 00:00:01")])
    bank.landed()
    assert sorted(bank.rows("launched_on")) == ["2026-01-05", "2026-01-05", "2026-01-05 00:00:01"]


def test_the_tables_of_a_connection_are_one_transaction(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    bank.tables.append(
        {
            "table": "core_banking.account_holders", "connection": "core", "query": "select * from goods",
            "columns": {"account_no": "code", "customer_no": "code", "role": "'owner'"}, "changes": {"by": "full"},
        }
    )  # fmt: skip
    goods.execute("pragma journal_mode = wal")
    outcomes = bank.extractor().run(SECOND)
    assert next(outcomes).rows == 0
    goods.add([("A", None, None)])
    assert next(outcomes).rows == 0

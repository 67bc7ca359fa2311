"""Applying batches, one meaning at a time: what the property beside this says of all of them at once."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from applied_store import PII_KEY, PLAIN, TABLES, VAULTED, VAULTED_VERSIONED, VERSIONED, Store, day

from foundation.contract import landing_table, landing_tables
from integrations.warehouse.apply import apply_batches, forget_changes, is_rebuild_pending
from integrations.warehouse.rows import projected, warehouse_columns


def balance(amount: str, account: str = "A", on: int = 0):
    return {"account_no": account, "balance_date": day(on), "balance": Decimal(amount)}


def removed(account: str = "A", on: int = 0):
    return {"account_no": account, "balance_date": day(on), "_deleted": True}


def consent(granted: bool, version: int, customer: str = "C"):
    return {"customer_no": customer, "is_granted": granted, "changed_at": day(version)}


def caller(customer: str, mobile: str, city: str = "Bern"):
    return {"customer_no": customer, "city": city, "mobile": mobile}


def person(mobile: str, version: int, city: str = "Bern"):
    return {"provider": "p", "record_id": "1", "mobile": mobile, "city": city, "observed_on": day(version)}


def balances(store: Store) -> list[tuple]:
    return [(row[0], str(row[2]), row[3]) for row in store.raw(PLAIN)]


def test_all_tables_of_the_contract_stand_though_nothing_landed(store):
    apply_batches(store.connection, landing_tables(), [], hash_key="k")
    for table in landing_tables():
        columns = {row[0] for row in store.connection.execute(f"describe raw.{table.relation}").fetchall()}
        assert columns == {row[0] for row in store.connection.execute(f"describe changes.{table.relation}").fetchall()}
        assert not columns & {column.name for column in table.pii}
        assert columns >= {column.name for column in table.columns if not column.pii} | {"_landed_on"}
        assert store.raw(table) == []


def test_a_later_folder_wins_in_whatever_order_the_folders_are_applied(store):
    store.land(PLAIN, day(2), [balance("2")])
    store.apply()
    store.land(PLAIN, day(1), [balance("1"), balance("1", "B")])
    store.apply()
    assert balances(store) == [("A", "2.00", day(2)), ("B", "1.00", day(1))]


@pytest.mark.parametrize("late", [False, True], ids=["as it comes", "the newer version landed first and is applied first"])
def test_an_older_version_never_overwrites_a_newer_one_and_a_tie_goes_to_the_later_folder(store, late):
    first, second = (day(2), day(1)) if late else (day(1), day(2))
    store.land(VERSIONED, first, [consent(True, 5), consent(True, 3, "tie")])
    store.apply()
    store.land(VERSIONED, second, [consent(False, 4), consent(False, 3, "tie")])
    store.apply()
    assert store.raw(VERSIONED) == [("C", True, day(5), first), ("tie", late, day(3), day(2))]


def test_a_removed_row_is_gone_and_may_come_back_even_older(store):
    store.land(VERSIONED, day(0), [consent(True, 5)])
    store.apply()
    store.land(VERSIONED, day(1), [{"customer_no": "C", "_deleted": True}, {"customer_no": "never there", "_deleted": True}])
    store.apply()
    assert store.raw(VERSIONED) == []
    store.land(VERSIONED, day(2), [consent(False, 1)])
    store.apply()
    assert store.raw(VERSIONED) == [("C", False, day(1), day(2))]


def test_a_replaced_batch_takes_its_rows_along_and_what_they_hid_returns(store):
    store.land(PLAIN, day(0), [balance("1"), balance("1", "B")])
    store.land(PLAIN, day(1), [balance("2"), balance("2", "C")])
    store.apply()
    store.land(PLAIN, day(1), [balance("3", "B")])
    store.apply()
    assert balances(store) == [("A", "1.00", day(0)), ("B", "3.00", day(1))]


def test_a_removal_that_is_replaced_gives_its_row_back(store):
    store.land(PLAIN, day(0), [balance("1"), balance("1", "B")])
    store.land(PLAIN, day(1), [removed(), removed("B")])
    store.apply()
    assert balances(store) == []
    store.land(PLAIN, day(1), [removed("B")])
    store.apply()
    assert balances(store) == [("A", "1.00", day(0))]


def test_a_replaced_batch_of_the_same_size_is_read_anew(store):
    store.land(PLAIN, day(1), [removed("B")])
    store.apply()
    store.land(PLAIN, day(1), [removed("A")])
    store.land(PLAIN, day(0), [balance("1", "A")])
    store.apply()
    assert balances(store) == []


def test_a_removal_that_is_withdrawn_gives_the_newer_version_back(store):
    store.land(VERSIONED, day(0), [consent(True, 5)])
    store.land(VERSIONED, day(1), [{"customer_no": "C", "_deleted": True}])
    store.land(VERSIONED, day(2), [consent(False, 3)])
    store.apply()
    assert store.raw(VERSIONED) == [("C", False, day(3), day(2))]
    store.withdraw(VERSIONED, day(1))
    store.apply()
    assert store.raw(VERSIONED) == [("C", True, day(5), day(0))]


def test_a_withdrawn_batch_is_as_if_it_had_never_landed(store):
    store.land(PLAIN, day(0), [balance("1")])
    store.land(PLAIN, day(1), [balance("2"), balance("2", "B")])
    store.apply()
    store.withdraw(PLAIN, day(1))
    assert store.apply().batches == 1
    assert balances(store) == [("A", "1.00", day(0))]
    store.withdraw(PLAIN, day(0))
    store.apply()
    assert balances(store) == []


def test_what_was_applied_is_not_read_again(store):
    store.land(PLAIN, day(0), [balance("1")])
    assert (store.apply().batches, store.apply().batches) == (1, 0)
    (store.folder / "core_banking" / "balances" / f"{day(0)}.parquet").unlink()
    store.land(PLAIN, day(1), [balance("2", "B")])
    applied = store.apply()
    assert (applied.batches, applied.rows_changed) == (1, {PLAIN.full_name: 1})
    assert [row[0] for row in balances(store)] == ["A", "B"]


def test_changes_hold_the_rows_as_they_were_and_as_they_became(store):
    store.land(PLAIN, day(0), [balance("1"), balance("1", "B"), balance("1", "C")])
    store.apply()
    forget_changes(store.connection, TABLES)
    store.land(PLAIN, day(1), [balance("2"), removed("B"), balance("2", "D")])
    store.apply()
    images = [(row[0], str(row[2])) for row in store.changes(PLAIN)]
    assert images == [("A", "1.00"), ("A", "2.00"), ("B", "1.00"), ("D", "2.00")]
    store.land(PLAIN, day(2), [balance("3")])
    store.apply()
    images = [(row[0], str(row[2])) for row in store.changes(PLAIN)]
    assert images[:4] == [("A", "1.00"), ("A", "2.00"), ("A", "2.00"), ("A", "3.00")]
    forget_changes(store.connection, TABLES)
    assert store.changes(PLAIN) == []


def test_a_first_load_asks_for_a_rebuild_until_the_marts_are_complete_and_gathers_no_changes(store):
    store.apply()
    assert not is_rebuild_pending(store.connection)
    store.land(PLAIN, day(0), [balance("1")])
    store.apply()
    assert is_rebuild_pending(store.connection)
    assert store.changes(PLAIN) == []
    store.land(PLAIN, day(1), [balance("2")])
    store.apply()
    assert is_rebuild_pending(store.connection)
    forget_changes(store.connection, TABLES)
    assert not is_rebuild_pending(store.connection)
    store.land(VERSIONED, day(2), [consent(True, 1)])
    store.apply()
    assert is_rebuild_pending(store.connection)


@pytest.mark.parametrize(("standing", "is_few"), [(30, True), (29, False)])
def test_few_first_rows_of_one_more_table_are_changes_like_any_others(store, standing, is_few):
    store.land(PLAIN, day(0), [balance("1", f"A{number}") for number in range(standing)])
    store.apply()
    forget_changes(store.connection, TABLES)
    consents = [consent(True, 1, customer) for customer in ("B", "C", "D")]
    store.land(VERSIONED, day(2), consents)
    store.apply()
    assert is_rebuild_pending(store.connection) is not is_few
    assert store.changes(VERSIONED) == (store.raw(VERSIONED) if is_few else [])
    assert len(store.raw(VERSIONED)) == 3


def test_while_facts_are_to_be_computed_in_full_no_first_rows_are_gathered(store):
    store.land(PLAIN, day(0), [balance("1", f"A{number}") for number in range(30)])
    store.apply()
    store.land(VERSIONED, day(2), [consent(True, 1)])
    store.apply()
    assert is_rebuild_pending(store.connection)
    assert store.changes(VERSIONED) == []


def counted(store: Store) -> tuple[int, int]:
    return store.connection.execute("select applied, forgotten from control.changing").fetchall()[0]


def test_what_changes_do_not_hold_is_said(store):
    store.land(VAULTED, day(0), [caller("C", "1")])
    store.apply()
    assert counted(store) == (1, 1), "a table's first rows are no changes"
    store.land(VAULTED, day(1), [caller("C", "2")])
    store.apply()
    assert counted(store) == (2, 1)
    store.apply()
    assert counted(store) == (2, 1), "nothing was applied"
    forget_changes(store.connection, TABLES)
    assert counted(store) == (2, 2)
    store.land(VAULTED, day(2), [caller("C", "3")])
    store.apply_until_killed(VAULTED)
    store.withdraw(VAULTED, day(2))
    store.apply()
    assert counted(store) == (3, 3), "the vault was filled anew"


def test_pii_is_in_the_vault_alone(store):
    store.land(VAULTED, day(0), [caller("C1", "138-0000-0000-0000"), caller("C2", "139")])
    store.land(VAULTED_VERSIONED, day(0), [person("137", 1)])
    store.apply()
    assert store.raw(VAULTED) == [("C1", "Bern", day(0)), ("C2", "Bern", day(0))]
    assert store.vault(VAULTED) == [("C1", "138-0000-0000-0000", None), ("C2", "139", None)]
    assert store.vault(VAULTED_VERSIONED) == [("p", "1", "137")]
    store.connection.execute("checkpoint; checkpoint vault")
    assert b"138-0000" not in (store.folder.parent / "warehouse.duckdb").read_bytes()
    assert b"138-0000" in (store.folder.parent / "vault.duckdb").read_bytes()


def test_an_identity_number_has_one_hash_however_it_is_written_and_in_whatever_table(store):
    store.connection.execute(
        "create table numbers as select * from (values ('11010119900101123x'), (' 11010119900101123X ')) as t(id_number)"
    )
    hashes = set()
    for name in ("core_banking.customers", "third_party.company_people"):
        table = landing_table(name)
        assert "id_number_hash" in dict(warehouse_columns(table))
        one = next(part for part in projected(table, [], "key").split(", ") if part.endswith("as id_number_hash"))
        hashes |= set(store.connection.execute(f"select {one.removeprefix('select ')} from numbers").fetchall())
    assert len(hashes) == 1


def test_a_key_that_names_a_person_stands_as_its_keyed_hash(store):
    row = {"credit_code": "E1", "id_number": "110101", "full_name": "Name", "share": 1}
    store.land(PII_KEY, day(0), [row])
    store.apply()
    ((code, share, number, landed),) = store.connection.execute(
        f"select credit_code, share, id_number_hash, _landed_on from raw.{PII_KEY.relation}"
    ).fetchall()
    assert (code, share, landed) == ("E1", 1, day(0))
    assert len(number) == 64 and number != "110101"
    apply_batches(store.connection, TABLES, [], hash_key="another key")
    apply_batches(store.connection, TABLES, list(store.accepted.values()), hash_key="another key")
    assert store.connection.execute(f"select id_number_hash from raw.{PII_KEY.relation}").fetchall() != [(number,)]
    store.land(PII_KEY, day(1), [row | {"share": 2}])
    apply_batches(store.connection, TABLES, list(store.accepted.values()), hash_key="another key")
    assert store.connection.execute(f"select share from raw.{PII_KEY.relation}").fetchall() == [(2,)]


def test_the_vault_keeps_the_pii_of_the_version_that_stands(store):
    store.land(VAULTED_VERSIONED, day(0), [person("new", 5)])
    store.apply()
    store.land(VAULTED_VERSIONED, day(1), [person("old", 4, "Basel")])
    store.apply()
    assert store.vault(VAULTED_VERSIONED) == [("p", "1", "new")]
    store.land(VAULTED_VERSIONED, day(2), [person("newest", 6)])
    store.apply()
    assert store.vault(VAULTED_VERSIONED) == [("p", "1", "newest")]
    store.land(VAULTED_VERSIONED, day(3), [{"provider": "p", "record_id": "1", "_deleted": True}])
    store.apply()
    assert store.vault(VAULTED_VERSIONED) == []


def test_killed_between_the_vault_and_the_warehouse_it_is_run_again(store):
    store.land(VAULTED, day(0), [caller("C1", "first"), caller("C2", "first")])
    store.apply()
    store.land(VAULTED, day(1), [caller("C1", "second", "Basel")])
    store.apply_until_killed(VAULTED)
    assert store.raw(VAULTED)[0] == ("C1", "Bern", day(0))
    store.apply()
    assert store.raw(VAULTED) == [("C1", "Basel", day(1)), ("C2", "Bern", day(0))]
    assert store.vault(VAULTED) == [("C1", "second", None), ("C2", "first", None)]


def test_killed_and_landed_anew_before_the_next_run_nothing_of_the_lost_content_stays(store):
    store.land(VAULTED, day(0), [caller("C1", "first")])
    store.apply()
    store.land(VAULTED, day(1), [caller("C1", "wrong"), caller("C2", "wrong")])
    store.apply_until_killed(VAULTED)
    store.land(VAULTED, day(1), [caller("C3", "right")])
    store.apply()
    assert store.vault(VAULTED) == [("C1", "first", None), ("C3", "right", None)]


@pytest.mark.parametrize("deleted", ["vault.duckdb", "warehouse.duckdb"])
def test_either_file_may_be_deleted_and_both_come_back_equal(tmp_path, deleted):
    with Store.on_disk(tmp_path) as store:
        store.land(VAULTED, day(0), [caller("C1", "first"), caller("C2", "first")])
        store.land(VAULTED, day(1), [caller("C1", "second")])
        store.apply()
        before, accepted = (store.raw(VAULTED), store.vault(VAULTED)), store.accepted
    (tmp_path / deleted).unlink()
    with Store.on_disk(tmp_path) as store:
        store.accepted = accepted
        store.apply()
        assert (store.raw(VAULTED), store.vault(VAULTED)) == before


def test_a_raw_file_that_is_missing_stops_the_table_and_leaves_it_as_it_was(store):
    store.land(PLAIN, day(0), [balance("1")])
    store.apply()
    store.land(PLAIN, day(1), [balance("2")])
    (store.folder / "core_banking" / "balances" / f"{day(1)}.parquet").unlink()
    with pytest.raises(duckdb.Error, match="No files found"):
        store.apply()
    assert balances(store) == [("A", "1.00", day(0))]
    store.land(PLAIN, day(1), [balance("3")])
    store.apply()
    assert balances(store) == [("A", "3.00", day(1))]

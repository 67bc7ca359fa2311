"""How right a demo bank's identities are: read from the truth beside a home, where there is one."""

from __future__ import annotations

from pathlib import Path

import duckdb

from assets.known_truth import known_truth, measured
from foundation.home import Home


def _home(root: Path) -> Home:
    return Home(root=root, landing=root / "landing")


def _with_truth(root: Path) -> Home:
    home = _home(root)
    (home.demo / "truth" / "callers").mkdir(parents=True)
    duckdb.execute(
        f"copy (select * from (values ('P1', 'core_banking', 'customers', 'C1'), ('P1', 'app', 'users', 'A1'),"
        f" ('P2', 'app', 'users', 'A2')) as people (person_id, source, table_name, record_id))"
        f" to '{home.demo}/truth/people.parquet'"
    )
    duckdb.execute(
        f"copy (select * from (values ('K1', 'P1'), ('K2', 'P1'), ('K3', 'P2')) as callers (contact_id, person_id))"
        f" to '{home.demo}/truth/callers/2025-01-01.parquet'"
    )
    return home


def _warehouse(shared: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        f"""
        create schema raw; create schema resolution;
        create table raw.call_centre__contacts as select * from (values
            ('K1', 'C1', null), ('K2', null, 'hash'), ('K3', null, '{shared}')
        ) as contacts (contact_id, customer_no, caller_number_hash);
        create table resolution.identities as select * from (values
            ('core_banking.customers', 'C1', 'one'), ('app.users', 'A1', 'one'), ('app.users', 'A2', 'one'),
            ('call_centre.callers', 'C1:', 'one'), ('call_centre.callers', ':hash', 'two')
        ) as identities (record_source, record_id, customer_id);
        """
    )
    return connection


def test_a_home_without_a_truth_is_not_measured(tmp_path: Path) -> None:
    assert known_truth(_home(tmp_path)) is None
    with duckdb.connect() as connection:
        assert measured(connection, _home(tmp_path)) is None


def test_a_home_with_a_truth_is_measured_callers_among_its_records(tmp_path: Path) -> None:
    with _warehouse("another") as connection:
        found = measured(connection, _with_truth(tmp_path))
    assert found is not None
    (whole, *_), clusters = found
    # truly together: C1, A1, both callers: 6 pairs; found together: C1, A1, A2 and the first caller: 6, of which 3 are right
    assert (whole.true_pairs, whole.found_pairs, whole.right_pairs) == (6, 6, 3)
    assert (clusters.persons, clusters.customers, clusters.exact) == (2, 2, 0)


def test_a_phone_that_several_people_call_from_is_nobodys(tmp_path: Path) -> None:
    with _warehouse("hash") as connection:
        found = measured(connection, _with_truth(tmp_path))
    assert found is not None
    assert found[0][0].true_pairs == 3  # C1, A1 and the caller with a customer number

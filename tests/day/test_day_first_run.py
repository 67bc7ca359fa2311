"""The first `run`: what it says, what it publishes, whom it decides for and what it sends."""

from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from day_kit import CUSTOMERS, FIRST, LIVE, MONTH_END, dates_by_file, published_files, query, read
from day_scenes import Lived, requests_received
from sklearn.cluster import KMeans

from clustering.fit import standardised
from clustering.model import SHIPPED, load
from foundation.contract import landing_tables, published_tables

FILLED = {
    "customers_360", "customer_identities", "tag_catalogue", "customer_tags", "tag_changes", "customer_segments", "source_health",
    "list_entries", "decision_trace", "deliveries", "identity_review", "interactions", "segment_changes", "moments",
}  # fmt: skip
BESIDES = {"segment_names", "moment_catalogue", "customer_links", "column_catalogue"}  # what reading the promised takes
EMPTY = {"identity_changes"}  # nobody had an id that could change
RANKS = (
    ["standard_organisation", "growth_organisation", "key_organisation"],
    ["basic", "mass", "potential", "wealth", "private_banking"],
)
PROMISES = [table for table in published_tables() if table.name in FILLED]


def section(output: str, title: str) -> list[list[str]]:
    """The rows of one table of the summary, cell by cell."""
    assert title in output, output
    lines = output.split(title, 1)[1].splitlines()[1:]
    rows = []
    for line in lines:
        if "·" in line:
            break
        if line.strip() and "───" not in line:
            rows.append(re.split(r"\s{2,}", line.strip()))
    return rows


def test_the_first_run_ends_well_and_says_nothing_alarming(first_run: Lived) -> None:
    assert first_run.done.code == 0, first_run.done.output
    for alarming in ("Traceback", "Warning", "Error", "Stopped"):
        assert alarming not in first_run.done.output
    assert f"history {FIRST}" in first_run.done.output
    assert f"daily {LIVE}" in first_run.done.output


def test_the_summary_counts_the_rows_of_every_source_as_they_landed(first_run: Lived) -> None:
    told = {
        row[0]: [int(cell.replace(",", "")) for cell in row[1:4]] for row in section(first_run.done.output, "Rows by source")[1:]
    }
    with closing(sqlite3.connect(first_run.home / "control.sqlite")) as control:
        counted = control.execute(
            "select source || '.' || table_name, sum(rows_landed), sum(rows_accepted), sum(rows_quarantined)"
            " from batches group by 1"
        )
        assert told == {name: counts for name, *counts in counted}
    assert {"core_banking.transactions", "app.events", "call_centre.contacts", "third_party.people", "engagement.consents"} < set(
        told
    )
    assert all(landed >= accepted + quarantined for landed, accepted, quarantined in told.values())


@pytest.mark.parametrize(("title", "column"), [("Customers by tier", "value_tier"), ("Customers by stage", "lifecycle_stage")])
def test_the_summary_counts_the_customers(first_run: Lived, title: str, column: str) -> None:
    told = {row[0]: int(row[1]) for row in section(first_run.done.output, title)[1:]}
    names = "(select name_en || ' ' || name_zh from marts.segment_names where dimension = ? and code = s.code)"
    counted = query(
        first_run.home,
        f"select {names}, n from (select {column} as code, count(*) as n from published.customer_segments group by 1) s",
        [column],
    )
    assert told == dict(counted)
    assert len(told) > 3


def test_the_summary_counts_list_entries_and_deliveries_of_the_day(first_run: Lived) -> None:
    entries = query(first_run.home, "select arm, channel, count(*) from published.list_entries group by all order by all")
    assert [(row[1], row[2], int(row[3])) for row in section(first_run.done.output, "List entries of the day")[1:]] == entries
    sent = query(first_run.home, "select destination, status, count(*) from published.deliveries group by all order by all")
    assert [(row[0], row[1], int(row[2])) for row in section(first_run.done.output, "Deliveries of the day")[1:]] == sent


def test_the_summary_says_where_to_look_next(first_run: Lived) -> None:
    for place in (str(first_run.home / "published"), "make ui", "make run", "sandbox"):
        assert place in first_run.done.output


@pytest.mark.parametrize("table", PROMISES, ids=lambda table: table.name)
def test_a_promised_table_stands_as_parquet_with_the_promised_columns(first_run: Lived, table: Any) -> None:
    files = published_files(first_run.home, table.name)
    columns, rows = read(files)
    assert set(table.columns) <= set(columns)
    assert rows
    if table.kind == "latest":
        assert [path.name for path in files] == [f"{table.name}.parquet"]
    else:
        assert dates_by_file(files) == {path.stem: {path.stem} for path in files}


@pytest.mark.parametrize("table", [table for table in PROMISES if table.csv], ids=lambda table: table.name)
def test_a_table_promised_as_csv_stands_as_csv_too_row_for_row(first_run: Lived, table: Any) -> None:
    for path in published_files(first_run.home, table.name):
        columns, rows = read([path])
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
            header, *told = list(csv.reader(lines))
        assert header == columns
        assert len(told) == len(rows)


@pytest.mark.parametrize("table", PROMISES, ids=lambda table: table.name)
def test_a_promised_table_stands_in_schema_published_as_in_its_files(first_run: Lived, table: Any) -> None:
    columns, rows = read(published_files(first_run.home, table.name))
    assert query(first_run.home, f"select {', '.join(columns)} from published.{table.name} order by all") == rows


def test_nothing_is_published_but_what_is_promised_and_what_reading_it_takes(first_run: Lived) -> None:
    promised = {table.name for table in published_tables()} | BESIDES
    assert {path.name for path in (first_run.home / "published").glob("[!.]*")} == FILLED | EMPTY | BESIDES
    assert all(read(published_files(first_run.home, name))[1] for name in BESIDES)
    tables = query(first_run.home, "select table_name from information_schema.tables where table_schema = 'published'")
    assert {row[0] for row in tables} <= promised


def test_a_promised_table_without_a_row_has_its_columns(first_run: Lived) -> None:
    for table in published_tables():
        if table.name in EMPTY:
            columns, rows = read(published_files(first_run.home, table.name))
            assert set(table.columns) <= set(columns)
            assert rows == []


def test_each_customer_has_one_row_and_aum_is_the_sum_of_its_parts(first_run: Lived) -> None:
    [(rows, customers, wrong)] = query(
        first_run.home,
        "select count(*), count(distinct customer_id), count(*) filter (aum is distinct from deposit_balance + wealth_balance"
        " + fund_balance + insurance_balance + precious_metal_balance + trust_balance) from published.customers_360",
    )
    assert rows == customers >= CUSTOMERS
    assert wrong == 0
    people = first_run.home / "demo" / "truth" / "people.parquet"
    [(behind_the_numbers,)] = query(
        first_run.home,
        "select count(distinct coalesce(person_id, customer_no)) from raw.core_banking__customers"
        f" left join '{people}' on source = 'core_banking' and table_name = 'customers' and record_id = customer_no",
    )
    assert rows == behind_the_numbers


def test_deposits_of_the_profile_are_those_that_landed_to_the_cent(first_run: Lived) -> None:
    balances, accounts, rates = (
        [str(path) for path in sorted((first_run.home / "raw" / "core_banking" / table).glob("*.parquet"))]
        for table in ("balances", "accounts", "fx_rates")
    )
    [(landed, foreign)] = query(
        first_run.home,
        "with last_balances as (select account_no, max_by(balance, (balance_date, _landed_on)) as balance"
        "  from read_parquet(?) group by 1),"
        " last_accounts as (select account_no,"
        "  max_by({c: customer_no, p: product_code, m: currency, closed: closed_on}, _landed_on) as a"
        "  from read_parquet(?) group by 1),"
        " last_rates as (select currency, max_by(rate, rate_date) as rate from read_parquet(?) group by 1)"
        " select sum(cast(balance * case when a.m = 'CNY' then 1 else rate end as decimal(18, 2))),"
        " count(*) filter (a.m <> 'CNY' and balance > 0)"
        " from last_balances join last_accounts using (account_no) left join last_rates on last_rates.currency = a.m"
        " join raw.core_banking__products p on p.product_code = a.p join raw.core_banking__customers c on c.customer_no = a.c"
        " where p.category in ('demand_deposit', 'time_deposit') and balance > 0 and (a.closed is null or a.closed > ?)",
        [balances, accounts, rates, LIVE],
    )
    assert foreign > 0
    assert query(first_run.home, "select sum(deposit_balance) from published.customers_360") == [(landed,)]


def test_every_customer_has_a_tier_a_stage_and_a_reason(first_run: Lived) -> None:
    [(rows, customers, empty)] = query(
        first_run.home,
        "select count(*), count(distinct customer_id), count(*) filter (value_tier is null or lifecycle_stage is null"
        " or coalesce(trim(reason), '') = '') from published.customer_segments join published.customers_360 using (customer_id)",
    )
    assert rows == customers == query(first_run.home, "select count(*) from published.customers_360")[0][0]
    assert empty == 0


def test_after_the_quarters_end_tiers_rise_and_none_falls(first_run: Lived) -> None:
    moved = query(
        first_run.home,
        "select from_value, to_value from published.segment_changes"
        " where dimension = 'value_tier' and from_value is not null and to_value is not null and business_date > ?",
        [MONTH_END],
    )
    steps = [ranks.index(to) - ranks.index(was) for was, to in moved for ranks in RANKS if was in ranks]
    assert steps
    assert len(steps) == len(moved)
    assert min(steps) > 0


def test_every_person_of_known_behaviour_is_in_the_cluster_that_scikit_learn_predicts(first_run: Lived) -> None:
    model = load(SHIPPED)
    columns = ", ".join(each.column for each in model.features)
    rows = query(
        first_run.home,
        f"select cluster_code, {columns} from intermediate.int_customer_behaviour left join intermediate.int_customers_clustered"
        " using (customer_id)",
    )
    known = {each.column: np.array([row[place] for row in rows], dtype=float) for place, each in enumerate(model.features, 1)}
    centres = np.array([[each.centroid[feature.column] for feature in model.features] for each in model.clusters])
    predicted = KMeans(len(centres), init=centres, n_init=1).fit(centres).predict(standardised(known, model.features))
    assert [row[0] for row in rows] == [model.clusters[place].code for place in predicted]
    [(persons,)] = query(
        first_run.home,
        "select count(*) from intermediate.int_customers_profiled"
        " where not is_organisation and (last_transaction_on is not null or last_login_on is not null)",
    )
    assert len(rows) == persons > CUSTOMERS / 2
    assert len(set(predicted)) == len(centres)


def test_each_candidate_has_exactly_one_outcome(first_run: Lived) -> None:
    [(candidates,)] = query(first_run.home, "select count(*) from decisions.candidates")
    [(outcomes, of_customers, chosen)] = query(
        first_run.home,
        "select count(*), count(distinct (customer_id, strategy_id, occasion_id, wave)),"
        " count(*) filter (outcome in ('chosen', 'control'))"
        " from published.decision_trace",
    )
    assert candidates == outcomes == of_customers >= chosen > 0
    [(entered,)] = query(first_run.home, "select count(distinct (customer_id, strategy_id)) from published.list_entries")
    assert entered == chosen


def test_the_list_has_both_channels_and_a_control_arm_that_nothing_is_sent_to(first_run: Lived) -> None:
    kinds = query(first_run.home, "select distinct arm, channel from published.list_entries order by all")
    assert kinds == [("control", "none"), ("treatment", "rm_task"), ("treatment", "sms")]
    approached = query(
        first_run.home,
        "select count(*) from published.deliveries d join published.list_entries e using (customer_id) where e.arm = 'control'",
    )
    assert approached == [(0,)]


Consent = tuple[str, str, bool, datetime]


def covers(channel: str, category: str, *, wider: tuple[str, str]) -> bool:
    """Whether a scope lies within a wider one."""
    return wider[0] in (channel, "all") and wider[1] in (category, "all")


def may_be_texted(consents: list[Consent]) -> bool:
    """The contract's rule for a text about anything: a refusal holds until a newer grant of the same or a narrower scope."""
    about = [consent for consent in consents if covers("sms", "all", wider=consent[:2])]
    grants = [consent for consent in about if consent[2]]
    refusals = [consent for consent in about if not consent[2]]
    return bool(grants) and all(
        any(grant[3] > refusal[3] and covers(*grant[:2], wider=refusal[:2]) for grant in grants) for refusal in refusals
    )


@pytest.mark.parametrize(
    ("consents", "allowed"),
    [
        ([], False),
        ([("sms", "all", True, 1)], True),
        ([("all", "all", True, 1)], True),
        ([("push", "all", True, 1)], False),
        ([("sms", "all", True, 1), ("all", "all", False, 2)], False),
        ([("sms", "all", True, 3), ("all", "all", False, 2)], True),
        ([("all", "all", True, 3), ("sms", "all", False, 2)], False),
    ],
)
def test_the_rule_of_consents_by_which_the_list_is_checked(consents: list[Any], allowed: bool) -> None:
    days = [(channel, category, granted, datetime(2025, 1, day)) for channel, category, granted, day in consents]  # noqa: DTZ001
    assert may_be_texted(days) is allowed


def test_only_customers_who_agreed_are_texted(first_run: Lived) -> None:
    texted = query(
        first_run.home,
        "select record_id from published.list_entries join published.customer_identities using (customer_id)"
        " where arm = 'treatment' and channel = 'sms' and record_source = 'core_banking.customers'",
    )
    files = [str(path) for path in sorted((first_run.home / "raw" / "engagement" / "consents").glob("*.parquet"))]
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select customer_no, channel, product_category, arg_max(is_granted, (changed_at, _landed_on)), max(changed_at)"
            " from read_parquet(?) where purpose = 'marketing' group by all",
            [files],
        ).fetchall()
    consents: dict[str, list[Consent]] = {}
    for customer, *consent in rows:
        consents.setdefault(customer, []).append(tuple(consent))
    assert texted
    assert [may_be_texted(consents.get(customer, [])) for (customer,) in texted] == [True] * len(texted)
    # the check itself would see someone who did not agree
    assert not all(may_be_texted(of_customer) for of_customer in consents.values())


def test_every_delivery_is_acknowledged_and_the_sandbox_holds_exactly_these(first_run: Lived) -> None:
    assert query(first_run.home, "select distinct status from published.deliveries") == [("acknowledged",)]
    deliveries = query(first_run.home, "select delivery_id, remote_id from published.deliveries order by all")
    entries = query(first_run.home, "select count(*) from published.list_entries where arm = 'treatment'")
    with sqlite3.connect(first_run.home / "sandbox.sqlite") as sandbox:
        held = sandbox.execute("select idempotency_key, remote_id from received order by 1, 2").fetchall()
        refused = sandbox.execute("select count(*) from refused").fetchone()
    assert deliveries == held
    assert entries == [(len(deliveries),)]
    assert refused == (0,)
    assert requests_received(first_run.home / "sandbox.sqlite") == len(deliveries)


def test_no_file_of_the_home_but_those_of_its_parts_is_left_behind(first_run: Lived) -> None:
    known = {
        "control.sqlite", "dagster", "decisions", "demo", "gates", "identity", "landing", "ledger.sqlite",
        "ledger.sqlite.senders", "logs",
        "published", "quarantine", "raw", "run.lock", "sandbox.sqlite", "sandbox.sqlite-shm", "sandbox.sqlite-wal",
        "vault.duckdb", "warehouse.duckdb",
    }  # fmt: skip
    left = {path.name for path in Path(first_run.home).iterdir()}
    assert left - known == set()
    assert {f"{table.source}/{table.name}" for table in landing_tables()} >= {
        f"{path.parent.name}/{path.name}" for path in (first_run.home / "raw").glob("*/*")
    }

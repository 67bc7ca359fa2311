"""Every rule of gates 2 and 3 (but for consent, which has a file of its own) seen passing and failing at its boundary."""

from __future__ import annotations

import hashlib

import pytest
import test_consent_rule
from judged_warehouse import demand_of, found_by_gate, named_by, write_warehouse

from expectations.warehouse import judge_warehouse, warehouse_demands
from foundation.contract import pii_column_names


def account(product: str, balance: str, *, customer: str = "C1", currency: str = "CNY", closed: str = "null") -> str:
    """One account with a balance of yesterday."""
    return (
        f"insert into raw.core_banking__accounts (account_no, customer_no, product_code, currency, closed_on)"
        f" values ('A', '{customer}', '{product}', '{currency}', {closed});"
        f"insert into raw.core_banking__balances values ('A', '2026-06-29', {balance});"
    )


def profile(part: str, value: str, customer: str = "k1") -> str:
    """What the profile says that a customer has."""
    return f"update marts.customers_360 set {part}_balance = {value} where customer_id = '{customer}';"


def posting(posted_at: str, direction: str = "in", amount: str = "10", currency: str = "null", *, customer: str = "C1") -> str:
    """One posting on an account without a balance."""
    return (
        f"insert into raw.core_banking__accounts (account_no, customer_no, product_code, currency)"
        f" values ('P', '{customer}', 'fund', 'CNY');"
        f"insert into raw.core_banking__transactions values ('P', '{posted_at}', '{direction}', {amount}, {currency});"
    )


def moved(transactions: int, inflow: str, customer: str = "k1", *, of_30d: int | None = None, outflow: str = "0") -> str:
    """What the profile says that was moved, all within 30 days unless told."""
    in_30d = transactions if of_30d is None else of_30d
    told = f"transactions_90d = {transactions}, transactions_30d = {in_30d}, inflow_30d = {inflow}, outflow_30d = {outflow}"
    return f"update marts.customers_360 set {told} where customer_id = '{customer}';"


def told(column: str, value: str, customer: str = "k2") -> str:
    """The profile with another value in one column."""
    return f"update marts.customers_360 set {column} = {value} where customer_id = '{customer}';"


def landed(column: str, value: str, customer: str = "C2") -> str:
    """The raw customers with another value in one column."""
    return f"update raw.core_banking__customers set {column} = {value} where customer_no = '{customer}';"


def opened(product: str, *, customer: str = "C1", on: str = "2026-06-30", closed: str = "null") -> str:
    """One account without a balance."""
    return (
        "insert into raw.core_banking__accounts (account_no, customer_no, product_code, currency, opened_on, closed_on)"
        f" values ('O', '{customer}', '{product}', 'CNY', '{on}', {closed});"
    )


DOLLARS = """
    insert into raw.core_banking__fx_rates values
    ('USD', '2026-06-01', 6), ('USD', '2026-06-30', 7.12345678), ('USD', '2026-07-01', 9);
"""
NOBODY = "insert into marts.customers_360 (customer_id) values (null)"
SEGMENT = "update marts.customer_segments set "
DIMENSIONS = ("value_tier", "lifecycle_stage", "micro_segment")
SCORES = ("value", "behaviour", "demand")
MOMENT = "insert into marts.moments values "
CONTACT = "insert into marts.interactions values "
BALANCE = "insert into raw.core_banking__balances values "
HOLDOUT = int(hashlib.md5(b"salt:s:k6", usedforsecurity=False).hexdigest()[:8], 16)
ENTRY = "insert into decisions.list_entries values "
TEN_MONTHS = (
    "update control.parameters set risk_assessment_valid_months = 10;"
    "update marts.customers_360 set is_risk_assessment_current = false;"
)
TICKET = "insert into raw.call_centre__tickets values "
CALL = "insert into raw.call_centre__contacts values "
TEXTS = ("customer_type", "gender", "province", "city", "occupation", "branch_no", "manager_id")
INVESTMENTS = ("wealth", "fund", "insurance", "precious_metal", "trust")
LOANS = ("consumer_loan", "mortgage", "auto_loan", "business_loan", "supply_chain_finance")

# rule -> what is done to the good warehouse, and whom the rule then names (nobody: it passes)
AUM_CASES = [
    *[(account(part, "12.34") + profile(part, "12.34"), ()) for part in INVESTMENTS],
    *[(account(kind, "12.34") + profile("deposit", "12.34"), ()) for kind in ("demand_deposit", "time_deposit")],
    *[(account(kind, "12.34") + profile("loan", "12.34"), ()) for kind in LOANS],
    (account("credit_card", "12.34") + profile("credit_card", "12.34"), ()),
    *[(account(kind, "12.34"), ()) for kind in ("payroll", "digital_wallet", "other")],
    (account("demand_deposit", "12.34") + profile("deposit", "12.33"), ("k1",)),
    (account("demand_deposit", "12.34") + profile("deposit", "12.35"), ("k1",)),
    (account("mortgage", "12.34"), ("k1",)),
    (account("fund", "12.34") + profile("wealth", "12.34"), ("k1", "k1")),
    (account("fund", "12.34") + profile("fund", "12.34", "k2"), ("k1", "k2")),
    (account("demand_deposit", "-5") + profile("loan", "5"), ()),
    (account("demand_deposit", "-5") + profile("deposit", "-5"), ("k1", "k1")),
    (account("wealth", "-5") + profile("wealth", "-5"), ()),
    (account("fund", "5", closed="date '2026-06-30'"), ()),
    (account("fund", "5", closed="date '2026-06-30'") + profile("fund", "5"), ("k1",)),
    (account("fund", "5", closed="date '2026-07-01'") + profile("fund", "5"), ()),
    (account("fund", "5", customer="C1b") + profile("fund", "5"), ()),
    (account("fund", "5", customer="C77"), ()),
    (account("fund", "5") + BALANCE + "('A', '2026-07-01', 6);" + profile("fund", "5"), ()),
    (account("fund", "5") + BALANCE + "('A', '2026-06-30', 6);" + profile("fund", "5"), ("k1",)),
    (DOLLARS + account("fund", "10.01", currency="USD") + profile("fund", "71.31"), ()),
    (DOLLARS + account("fund", "10.01", currency="USD") + profile("fund", "71.30"), ("k1",)),
    (DOLLARS + account("fund", "1e12", currency="USD") + profile("fund", "7123456780000"), ()),
    (account("fund", "10.01", currency="USD"), ()),
    (account("fund", "10.01", currency="USD") + profile("fund", "10.01"), ("k1",)),
    ("update marts.customers_360 set " + ", ".join(f"{part}_balance = null" for part in ("fund", "trust", "loan")), ()),
]  # fmt: skip
CASES: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = {
    ("marts", "one_row_per_customer"): [
        ("insert into marts.customers_360 (customer_id) values ('k5')", ()),
        ("insert into marts.customers_360 (customer_id) values ('k2')", ("k2",)),
    ],
    ("marts", "everybody_who_landed_is_there"): [
        ("delete from marts.customers_360 where customer_id = 'k2'", ("C2",)),
        ("delete from marts.customers_360 where customer_id = 'k1'", ("C1", "C1b")),
        ("delete from identity.customer_identities where record_id = 'C1b'", ("C1b",)),
        ("delete from marts.customers_360 where customer_id = 'k2'; " + NOBODY, ("C2",)),
    ],
    ("marts", "aum_is_the_sum_of_its_parts"): [
        *[(f"update marts.customers_360 set aum = 0.03, {part}_balance = 0.03 where customer_id = 'k2'", ())
          for part in ("deposit", "wealth", "fund", "insurance", "precious_metal", "trust")],
        ("update marts.customers_360 set aum = 0.01 where customer_id = 'k2'", ("k2",)),
        ("update marts.customers_360 set aum = 5, loan_balance = 5 where customer_id = 'k2'", ("k2",)),
        ("update marts.customers_360 set fund_balance = null where customer_id = 'k2'", ("k2",)),
        ("update marts.customers_360 set aum = null, deposit_balance = null where customer_id = 'k2'", ()),
    ],
    ("marts", "aum_agrees_with_the_raw_balances"): AUM_CASES,
    ("marts", "attributes_agree_with_the_raw_customers"): [
        *[(landed(name, "'x'") + told(name, "'x'"), ()) for name in TEXTS[1:]],
        (landed("customer_type", "'x'") + told("customer_type", "'x'") + told("age", "null"), ()),
        *[(landed(name, "'x'"), ("k2",)) for name in TEXTS],
        *[(told(name, "'x'"), ("k2",)) for name in TEXTS],
        (told("province", "null"), ("k2",)),
        (landed("province", "'Gansu'", "C1") + told("province", "'Gansu'", "k1"), ()),
        (landed("province", "'Gansu'", "C1"), ("k1",)),
        (landed("closed_on", "date '2026-06-30'", "C1") + told("gender", "'M'", "k1") + told("age", "36", "k1"), ()),
        (landed("closed_on", "date '2026-06-30'", "C1"), ("k1",)),
        (landed("closed_on", "date '2026-07-01'", "C1"), ()),
        (told("gender", "'M'", "k1"), ("k1",)),
        (told("gender", "'F'", "k3"), ("k3",)),
        (told("age", "40"), ("k2",)),
        (told("age", "39", "k1"), ("k1",)),
        (landed("birth_date", "date '1986-06-30'"), ("k2",)),
        (told("age", "40", "k3"), ("k3",)),
        (told("tenure_days", "1"), ("k2",)),
        (landed("opened_on", "date '2024-06-30'", "C1b"), ("k1",)),
        (told("monthly_income", "5"), ()),
        (landed("monthly_income", "5") + told("monthly_income", "5"), ()),
        (landed("monthly_income", "5"), ("k2",)),
        (told("risk_level", "'C2'", "k1"), ("k1",)),
        (landed("risk_level", "null", "C1b") + told("risk_level", "'C2'", "k1"), ()),
        (landed("risk_assessed_on", "date '2025-07-01'", "C1") + told("risk_level", "'C2'", "k1"), ()),
        (landed("risk_assessed_on", "date '2025-07-01'", "C1") + landed("risk_level", "'C4'", "C1"), ()),
        (landed("risk_assessed_on", "date '2025-07-01'", "C1"), ("k1",)),
        (landed("risk_assessed_on", "null", "C1b") + told("risk_level", "'C2'", "k1")
         + told("is_risk_assessment_current", "false", "k1"), ()),
        (told("risk_level", "'C4'", "k1"), ("k1",)),
        (told("risk_level", "null"), ("k2",)),
        (told("risk_level", "'C1'", "k3"), ("k3",)),
        (landed("risk_assessed_on", "date '2025-06-30'", "C1b"), ("k1",)),
        (told("is_risk_assessment_current", "true"), ("k2",)),
        (landed("risk_assessed_on", "date '2026-06-30'") + told("is_risk_assessment_current", "true"), ()),
        (landed("risk_assessed_on", "date '2026-07-01'"), ()),
        (TEN_MONTHS + landed("risk_assessed_on", "date '2025-08-31'"), ()),
        (TEN_MONTHS + landed("risk_assessed_on", "date '2025-08-31'") + told("is_risk_assessment_current", "true"), ("k2",)),
        (TEN_MONTHS + landed("risk_assessed_on", "date '2025-09-01'"), ("k2",)),
        (landed("risk_assessed_on", "date '2026-07-01'") + told("is_risk_assessment_current", "true"), ("k2",)),
    ],
    ("marts", "products_agree_with_the_raw_accounts"): [
        (opened("fund") + told("products_held", "1", "k1") + told("product_categories", "'fund'", "k1"), ()),
        (opened("fund") + opened("fund", customer="C1b") + told("products_held", "1", "k1")
         + told("product_categories", "'fund'", "k1"), ()),
        (opened("trust") + opened("fund") + told("products_held", "2", "k1")
         + told("product_categories", "'fund;trust'", "k1"), ()),
        (opened("unlisted") + told("products_held", "1", "k1") + told("product_categories", "'other'", "k1"), ()),
        (opened("fund"), ("k1",)),
        (opened("fund") + told("products_held", "1", "k1"), ("k1",)),
        (opened("fund", on="2026-07-01"), ()),
        (opened("fund", closed="date '2026-06-30'"), ()),
        (opened("fund", closed="date '2026-07-01'"), ("k1",)),
        (told("products_held", "1"), ("k2",)),
        (told("product_categories", "'fund'"), ("k2",)),
    ],
    ("marts", "postings_agree_with_the_raw_transactions"): [
        (posting("2026-04-02 00:00:00") + moved(1, "0", of_30d=0), ()),
        (posting("2026-06-01 00:00:00") + moved(1, "10"), ()),
        (posting("2026-05-31 23:59:59") + moved(1, "0", of_30d=0), ()),
        (posting("2026-05-31 23:59:59") + moved(1, "10"), ("k1",)),
        (posting("2026-06-30 23:59:59", customer="C1b") + moved(1, "10"), ()),
        (posting("2026-06-30 12:00:00", "out") + moved(1, "0", outflow="10"), ()),
        (posting("2026-06-30 12:00:00", "out") + moved(1, "0"), ("k1",)),
        (posting("2026-06-30 12:00:00", currency="'CNY'") + moved(1, "10"), ()),
        (posting("2026-06-30 12:00:00", currency="'USD'") + moved(1, "71"), ()),
        (posting("2026-06-30 12:00:00", customer="C77"), ()),
        ("update marts.customers_360 set transactions_90d = null, transactions_30d = null, inflow_30d = null,"
         " outflow_30d = null", ()),
        (posting("2026-04-01 23:59:59"), ()),
        (posting("2026-07-01 00:00:00"), ()),
        (posting("2026-04-01 23:59:59") + moved(1, "0", of_30d=0), ("k1",)),
        (posting("2026-06-30 12:00:00") + moved(1, "9.99"), ("k1",)),
        (posting("2026-06-30 12:00:00", currency="'USD'") + moved(2, "71"), ("k1",)),
        (posting("2026-06-30 12:00:00") + moved(1, "10", "k2"), ("k1", "k2")),
        (posting("2026-06-30 12:00:00") + moved(1, "10") + told("last_transaction_on", "date '2026-06-30'", "k1"), ()),
        (posting("2026-06-30 12:00:00") + moved(1, "10") + told("last_transaction_on", "date '2026-06-29'", "k1"), ("k1",)),
    ],
    ("marts", "logins_agree_with_the_raw_events"): [
        ("update marts.customers_360 set logins_30d = null, logins_7d = null", ()),
        (told("logins_30d", "3"), ("k2",)),
        (told("logins_7d", "2"), ("k2",)),
        (told("last_login_on", "date '2026-06-29'"), ("k2",)),
        ("update marts.customers_360 set logins_30d = 1", ("k1", "k2", "k3", "k6")),
        ("insert into raw.app__events values ('C9', 'login', '2026-07-01')", ()),
        ("insert into raw.app__events values ('C9', 'login', '2026-06-24');" + told("logins_30d", "3")
         + told("logins_7d", "2"), ()),
        ("insert into raw.app__events values ('C9', 'login', '2026-06-23 23:59:59');" + told("logins_30d", "3"), ()),
        ("insert into raw.app__events values ('C9', 'login', '2026-06-30')", ("k2",)),
    ],
    ("marts", "service_agrees_with_the_raw_call_centre"): [
        ("update marts.customers_360 set contacts_90d = null, complaints_90d = null, open_tickets = null", ()),
        *[(told(name, "9"), ("k2",)) for name in ("contacts_90d", "complaints_90d", "open_tickets")],
        (TICKET + "('C2', 'n', 'praise', '2026-06-30', null)", ("k2",)),
        (TICKET + "('C2', 'n', 'praise', '2026-06-30', null);" + told("open_tickets", "1"), ()),
        (TICKET + "('C2', 'n', 'complaint', '2026-06-30', '2026-06-30')", ("k2",)),
        (TICKET + "('C2', 'n', 'complaint', '2026-06-30', '2026-06-30');" + told("complaints_90d", "1"), ()),
        (told("last_nps_score", "3", "k1"), ("k1",)),
        (told("last_nps_score", "0"), ("k2",)),
        ("insert into raw.call_centre__surveys values ('S', 'C1', '2026-06-30 23:59:59', 0);"
         + told("last_nps_score", "0", "k1"), ()),
        (CALL + "('K', 'C2', 'n', '2026-06-30')", ("k2",)),
        (CALL + "('K', 'C2', 'n', '2026-07-01')", ()),
        (CALL + "('K', 'C2', 'n', '2026-04-02');" + told("contacts_90d", "2"), ()),
    ],
    ("marts", "sources_agree_with_the_identities"): [
        (told("sources", "'app;core_banking'"), ("k2",)),
        (told("sources", "null"), ("k2",)),
        ("insert into identity.customer_identities values ('third_party.people', 'p:1', 'k2')", ("k2",)),
        ("insert into identity.customer_identities values ('app.users', 'U2', 'k2')", ()),
        (told("credit_score", "610", "k6"), ("k6",)),
        (told("credit_score", "620"), ("k2",)),
        ("update raw.third_party__people set credit_score = 0 where record_id = 'R3';" + told("credit_score", "0", "k6"), ()),
    ],
    ("marts", "benefits_agree_with_the_raw_events"): [
        ("update marts.customers_360 set benefits_granted_90d = null, benefits_redeemed_90d = null", ()),
        ("update marts.customers_360 set benefits_granted_90d = 3 where customer_id = 'k1'", ("k1",)),
        ("update marts.customers_360 set benefits_redeemed_90d = 0 where customer_id = 'k1'", ("k1",)),
        ("insert into raw.core_banking__benefit_events values ('C2', 'redeemed', '2026-06-30')", ("k2",)),
        ("insert into raw.core_banking__benefit_events values ('C2', 'redeemed', '2026-07-01')", ()),
    ],
    ("marts", "few_customers_change_their_id"): [
        ("update resolution.run set customers_changed = 4", ("k1",)),
        ("update resolution.run set customers_changed = 4, customers_before = 400", ()),
        ("update resolution.run set customers_changed = 2, customers_before = 5", ()),
        ("update resolution.run set customers_changed = 3, customers_before = 5", ("k1",)),
    ],
    ("marts", "everybody_has_one_place"): [
        ("delete from marts.customer_segments where customer_id = 'k2'", ("k2",)),
        ("insert into marts.customer_segments from marts.customer_segments where customer_id = 'k2'", ("k2",)),
        ("insert into marts.customer_segments (customer_id, value_tier) values ('k5', 'mass')", ("k5",)),
        ("delete from marts.customers_360 where customer_id = 'k1'", ("k1",)),
        (SEGMENT + "value_tier = 'wealth', lifecycle_stage = 'lost', micro_segment = 'young' where customer_id = 'k2'", ()),
        *[(SEGMENT + f"{name} = null where customer_id = 'k2'", ("k2",)) for name in DIMENSIONS],
        *[(SEGMENT + f"{name} = 'royal' where customer_id = 'k2'", ("k2",)) for name in DIMENSIONS],
        (SEGMENT + "value_tier = 'lost' where customer_id = 'k2'", ("k2",)),
    ],
    ("marts", "scores_are_the_sum_of_their_parts"): [
        *[(SEGMENT + f"{name}_score = 0, {name}_parts = 'a=0.0/100' where customer_id = 'k2'", ()) for name in SCORES],
        *[(SEGMENT + f"{name}_score = 0, {name}_parts = 'a=1.0/100' where customer_id = 'k2'", ("k2",)) for name in SCORES],
        *[(SEGMENT + f"{name}_score = null where customer_id = 'k2'", ("k2",)) for name in SCORES],
        (SEGMENT + "value_score = 62.6, value_parts = 'assets=50.0/50; breadth=12.5/50' where customer_id = 'k2'", ()),
        (SEGMENT + "value_score = 62.7, value_parts = 'assets=50.0/50; breadth=12.5/50' where customer_id = 'k2'", ("k2",)),
        (SEGMENT + "value_score = 100.1, value_parts = 'assets=100.1/101' where customer_id = 'k2'", ("k2",)),
        (SEGMENT + "value_score = -0.1, value_parts = 'assets=0.0/50' where customer_id = 'k2'", ("k2",)),
        (SEGMENT + "value_parts = null where customer_id = 'k2'", ("k2",)),
    ],
    ("marts", "changes_add_up_to_the_tags"): [
        ("delete from marts.customer_tags where customer_id = 'k2'", ("k2",)),
        ("insert into marts.customer_tags values ('k3', 't')", ("k3",)),
        ("delete from marts.tag_changes where customer_id = 'k2'", ("k2",)),
        ("delete from marts.tag_changes where customer_id = 'k1' and business_date = '2026-06-30'", ("k1",)),
        ("delete from marts.tag_changes where customer_id = 'k3' and business_date = '2026-06-30'", ("k3",)),
        ("delete from marts.tag_changes where business_date = '2026-06-28' and customer_id = 'k1'", ("k1",)),
        ("insert into marts.tag_changes values ('2026-06-29', 'k2', 't', 'left')", ("k2",)),
        ("update marts.customer_tags set tag_code = 'u' where customer_id = 'k2'", ("k2",)),
        ("insert into marts.tag_changes values ('2026-07-01', 'k2', 't', 'left')", ()),
    ],
    ("marts", "changes_add_up_to_the_segments"): [
        *[(SEGMENT + f"{name} = '{code}' where customer_id = 'k2'", ("k2",))
          for name, code in zip(DIMENSIONS, ("wealth", "lost", "young"), strict=True)],
        ("delete from marts.customer_segments where customer_id = 'k2'", ("k2", "k2", "k2")),
        ("delete from marts.segment_changes where customer_id = 'k2'", ("k2", "k2", "k2")),
        ("delete from marts.segment_changes where customer_id = 'k2' and business_date = '2026-06-30'", ("k2",)),
        ("delete from marts.segment_changes where customer_id = 'k9' and business_date = '2026-06-30'", ("k9",)),
        ("insert into marts.segment_changes values ('2026-07-01', 'k2', 'value_tier', 'mass', 'wealth')", ()),
    ],
    ("marts", "moments_belong_to_customers_and_stand_once"): [
        (MOMENT + "('2026-06-30', 'k9', 'birthday', '2026-06-30', '2026')", ("k9",)),
        (MOMENT + "('2026-06-29', 'k9', 'birthday', '2026-06-29', '2026')", ()),
        (MOMENT + "('2026-06-30', 'k3', 'forgotten', '2026-06-30', 'x')", ("k3",)),
        (MOMENT + "('2026-06-30', 'k3', 'birthday', '2026-07-01', '2026')", ("k3",)),
        (MOMENT + "('2026-06-30', 'k3', 'birthday', null, '2026')", ("k3",)),
        (MOMENT + "('2026-06-30', 'k1', 'large_inflow', '2026-06-28', 'T1')", ("k1",)),
        (MOMENT + "('2026-06-30', 'k1', 'large_inflow', '2026-06-30', 'T3')", ()),
        (MOMENT + "('2026-06-30', 'k1', 'birthday', '2026-06-30', 'T1')", ()),
        (MOMENT + "('2026-06-30', 'k2', 'large_inflow', '2026-06-30', 'T1')", ()),
        ("delete from marts.customers_360 where customer_id = 'k2'; " + NOBODY, ("k2",)),
    ],
    ("marts", "links_name_two_customers"): [
        ("insert into marts.customer_links values ('k5', 'k1', 'owner_of')", ("k5",)),
        ("insert into marts.customer_links values ('k1', 'k5', 'owner_of')", ("k1",)),
        ("insert into marts.customer_links values ('k1', 'k1', 'owner_of')", ("k1",)),
        ("insert into marts.customer_links values ('k3', 'k6', 'owner_of')", ()),
        ("delete from marts.customers_360 where customer_id = 'k6'; " + NOBODY, ("k1",)),
    ],
    ("marts", "no_tier_without_a_reason"): [
        ("update marts.customer_segments set reason = '.' where customer_id = 'k2'", ()),
        ("update marts.customer_segments set reason = ' ' where customer_id = 'k2'", ("k2",)),
        ("update marts.customer_segments set reason = null where customer_id = 'k2'", ("k2",)),
    ],
    ("marts", "tags_belong_to_customers"): [
        ("insert into marts.customer_tags values ('k5', 't')", ("k5",)),
        ("delete from marts.customers_360 where customer_id = 'k1'; " + NOBODY, ("k1",)),
    ],
    ("marts", "counts_agree_with_the_tags"): [
        ("insert into marts.customer_tags values ('k3', 't')", ("t",)),
        ("update marts.tag_catalogue set customers = null where tag_code = 'v'", ()),
        ("update marts.tag_catalogue set customers = null where tag_code = 'u'", ("u",)),
    ],
    ("marts", "every_known_contact_stands_once"): [
        ("delete from marts.interactions where business_date = '2026-04-02'", ("k1",)),
        ("delete from marts.interactions where business_date = '2026-04-01'", ()),
        ("delete from marts.interactions where customer_id = 'k2'", ("k2",)),
        (CONTACT + "('k2', 'call_centre.contacts', '2026-06-01 12:00:00', '2026-06-01')", ("k2",)),
        (CONTACT + "('k2', 'call_centre.surveys', '2026-06-01 12:00:00', '2026-06-01')", ()),
        ("update marts.interactions set customer_id = 'k3' where customer_id = 'k2'", ("k2", "k3")),
        ("insert into raw.call_centre__contacts values ('K6', 'C1', null, '2026-07-01 00:00:00')", ()),
    ],
    ("marts", "each_contact_on_its_own_day"): [
        (CONTACT + "('k2', 'app.events', '2026-06-29 23:59:59', '2026-06-29')", ()),
        (CONTACT + "('k2', 'app.events', '2026-06-29 23:59:59', '2026-06-30')", ("k2",)),
        (CONTACT + "('k2', 'app.events', '2026-07-01 00:00:00', '2026-07-01')", ("k2",)),
    ],
    ("marts", "no_personal_data"): [
        ("create table raw.x (mobile varchar)", ()),
        ("create schema published; create table published.x (full_names varchar)", ()),
        *[(f"create schema if not exists {schema}; create view {schema}.x as select 1 as mobile", (f"{schema}.x.mobile",))
          for schema in ("staging", "identity", "intermediate", "marts", "decisions", "published")],
        *[(f"alter table marts.customer_tags add column {name} varchar", (f"marts.customer_tags.{name}",))
          for name in sorted(pii_column_names())],
    ],
    ("decisions", "no_control_customer"): [
        (ENTRY + "('e', 's', 's:1', 1, 'k6', 'treatment', 'rm_task')", ("k6",)),
        (ENTRY + "('e', 's', 's:1', 1, 'k3', 'control', 'none')", ("k3",)),
        (f"update control.parameters set holdout_ratio = {HOLDOUT} / 4294967296", ("k6",)),
        (f"update control.parameters set holdout_ratio = {HOLDOUT + 1} / 4294967296", ()),
        ("update control.parameters set holdout_ratio = 1", ("k1", "k1", "k2")),
        ("update control.parameters set holdout_salt = 'pepper'", ("k6",)),
    ],
    ("decisions", "control_has_no_channel"): [
        ("update decisions.list_entries set channel = 'sms' where customer_id = 'k6'", ("k6",)),
        ("update decisions.list_entries set channel = 'none' where entry_id = 'e3'", ("k2",)),
        ("update decisions.list_entries set channel = null where customer_id = 'k6'", ("k6",)),
        ("update decisions.list_entries set arm = null where entry_id = 'e3'", ("k2",)),
    ],
    ("decisions", "size_is_within_bounds"): [
        ("update decisions.strategies set max_entries = 4 where strategy_id = 's'", ()),
        ("update decisions.strategies set max_entries = 3 where strategy_id = 's'", ("s",)),
        ("update decisions.strategies set min_entries = 4 where strategy_id = 's'", ()),
        ("update decisions.strategies set min_entries = 5 where strategy_id = 's'", ("s",)),
        ("update decisions.strategies set min_entries = 1, max_entries = 9 where strategy_id = 'idle'", ("idle",)),
        (ENTRY + "('e', 'stranger', 's:1', 1, 'k3', 'treatment', 'sms')", ("stranger",)),
    ],
    ("decisions", "only_customers_of_the_profile"): [
        (ENTRY + "('e', 's', 's:1', 1, 'k5', 'treatment', 'rm_task')", ("k5",)),
        ("delete from marts.customers_360 where customer_id = 'k2'; " + NOBODY, ("k2",)),
    ],
    ("decisions", "outcomes_add_up_to_candidates"): [
        ("insert into decisions.candidates values ('k1', 's', 's:1', 2); "
         "insert into decisions.decision_trace values ('k1', 's', 's:1', 2, 'chosen')", ()),
        ("insert into decisions.candidates values ('k1', 's', 's:2', 1); "
         "insert into decisions.decision_trace values ('k1', 's', 's:2', 1, 'chosen')", ()),
        ("delete from decisions.decision_trace where customer_id = 'k3'", ("k3",)),
        ("update decisions.decision_trace set outcome = null where customer_id = 'k3'", ("k3",)),
        ("insert into decisions.decision_trace values ('k3', 's', 's:1', 1, 'chosen')", ("k3",)),
        ("insert into decisions.decision_trace values ('k3', 's', 's:1', 2, 'chosen')", ("k3",)),
        ("delete from decisions.candidates where customer_id = 'k3'", ("k3",)),
    ],
    ("decisions", "chosen_have_entries_and_others_none"): [
        ("delete from decisions.list_entries where entry_id = 'e2'", ()),
        ("delete from decisions.list_entries where customer_id = 'k1'", ("k1",)),
        ("delete from decisions.list_entries where customer_id = 'k6'", ("k6",)),
        (ENTRY + "('e', 's', 's:1', 1, 'k3', 'treatment', 'sms')", ("k3",)),
        (ENTRY + "('e', 's', 's:1', 1, 'k5', 'treatment', 'sms')", ("k5",)),
        (ENTRY + "('e', 's', 's:1', 2, 'k1', 'treatment', 'sms')", ("k1",)),
        ("update decisions.list_entries set arm = 'treatment' where customer_id = 'k6'", ("k6",)),
        ("update decisions.decision_trace set outcome = 'control' where customer_id = 'k2'", ("k2",)),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("gate", "code", "sql", "named"),
    [
        pytest.param(*rule, sql, named, id=f"{rule[1]}-{number}-{'fails' if named else 'passes'}")
        for rule, cases in CASES.items()
        for number, (sql, named) in enumerate(cases)
    ],
)
def test_a_rule_names_who_is_against_it(good_warehouse, gate, code, sql, named):
    assert named_by(good_warehouse, demand_of(gate, code), sql) == sorted(named)


@pytest.mark.parametrize(("gate", "code"), CASES, ids=[code for _, code in CASES])
def test_a_rule_that_fails_is_found_by_its_gate(tmp_path, gate, code):
    sql, named = next(case for case in CASES[gate, code] if case[1])
    found = found_by_gate(tmp_path, gate, code, sql)
    assert (found.passed, found.unexpected, found.sample_keys) == (False, len(named), tuple(sorted(named)[:3]))


@pytest.mark.parametrize("gate", ["marts", "decisions"])
def test_a_good_warehouse_passes_every_rule_of_a_gate(tmp_path, gate):
    findings = judge_warehouse(write_warehouse(tmp_path), gate)
    assert [finding for finding in findings if not finding.passed] == []
    assert {(finding.table, finding.expectation) for finding in findings} == {(d.table, d.code) for d in warehouse_demands(gate)}


@pytest.mark.parametrize("gate", ["marts", "decisions"])
def test_every_rule_of_a_gate_is_about_its_schema_and_is_seen_failing(gate):
    demands = warehouse_demands(gate)
    assert {demand.table.split(".")[0] for demand in demands} == {gate}
    seen = {code for (of_gate, code), cases in CASES.items() if of_gate == gate and any(named for _, named in cases)}
    assert {demand.code for demand in demands} == seen | ({test_consent_rule.CODE} if gate == "decisions" else set())
    assert {demand.severity for demand in demands} == {"critical"}

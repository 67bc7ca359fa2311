"""Gate 1 over a range: each date is judged as if it were alone, by what had landed up to it."""

from __future__ import annotations

import pytest
from gate_kit import FIRST, Landing, day, of_rule

from expectations.verdicts import first_held_date

CUSTOMERS, ACCOUNTS, CONTACTS = "core_banking.customers", "core_banking.accounts", "call_centre.contacts"


@pytest.fixture(scope="module")
def four_days(tmp_path_factory):
    """Customers and accounts on four dates; the third date's customers are bad, and so are the second's contacts."""
    landing = Landing(tmp_path_factory.mktemp("four_days"))
    landing.land("core_banking.products", FIRST, landing.good("core_banking.products", FIRST, 3))
    for number in range(4):
        on = day(number)
        landing.land(CUSTOMERS, on, landing.good(CUSTOMERS, on, 3, **({"customer_type": "robot"} if number == 2 else {})))
        landing.land(ACCOUNTS, on, landing.good(ACCOUNTS, on, 3))
        landing.land(CONTACTS, on, landing.good(CONTACTS, on, 3, **({"channel": "telepathy"} if number == 1 else {})))
    return landing


@pytest.fixture(scope="module")
def together(four_days):
    return four_days.judge()[1]


def test_one_bad_date_closes_that_date_of_that_table_alone(together):
    assert {(v.full_name, v.on) for v in together if v.gate == "closed"} == {(CUSTOMERS, day(2)), (CONTACTS, day(1))}


def test_a_range_is_judged_as_its_dates_one_by_one(four_days, together):
    alone = []
    for number in range(4):
        alone += four_days.judge([batch for batch in four_days.batches if batch.on == day(number)])[1]
    assert alone == together


def test_a_required_table_holds_its_date_and_an_optional_one_does_not(together):
    assert first_held_date(together) == day(2)
    assert first_held_date([verdict for verdict in together if verdict.table != "customers"]) is None
    assert {verdict.full_name: verdict.is_required for verdict in together}[CONTACTS] is False


def test_a_reference_counts_what_landed_up_to_the_rows_own_date(landing):
    landing.land("core_banking.products", FIRST, landing.good("core_banking.products", FIRST, 3))
    landing.land(CUSTOMERS, day(1), landing.good(CUSTOMERS, day(1), 1))
    for number in range(3):
        landing.land(ACCOUNTS, day(number), landing.good(ACCOUNTS, day(number), 1))
    findings, _ = landing.judge()
    assert of_rule(findings, ACCOUNTS, "customer_is_known").dates == {day(0): 1}


def test_a_customer_who_was_removed_has_landed_and_one_who_was_only_ever_removed_has_not(landing):
    landing.land("core_banking.products", FIRST, landing.good("core_banking.products", FIRST, 3))
    landing.land(CUSTOMERS, day(0), landing.good(CUSTOMERS, day(0), 1))
    landing.land(CUSTOMERS, day(1), [{"customer_no": "C0", "_deleted": True}, {"customer_no": "C1", "_deleted": True}])
    landing.land(ACCOUNTS, day(2), landing.good(ACCOUNTS, day(2), 1))
    landing.land(ACCOUNTS, day(3), landing.good(ACCOUNTS, day(3), 2))
    findings, verdicts = landing.judge()
    assert of_rule(findings, ACCOUNTS, "customer_is_known").dates == {day(3): 1}
    assert {v.on for v in verdicts if v.full_name == CUSTOMERS and v.gate == "open"} == {day(0), day(1)}


def test_a_row_that_removes_needs_only_its_key(landing):
    landing.land("core_banking.balances", FIRST, [{"account_no": "A0", "balance_date": FIRST, "_deleted": True}])
    findings, verdicts = landing.judge()
    assert [finding for finding in findings if not finding.passed] == []
    assert verdicts[0].gate == "open"


def test_the_same_key_on_two_dates_is_no_double(landing):
    for number in range(2):
        landing.land(CUSTOMERS, day(number), landing.good(CUSTOMERS, day(number), 2))
    assert {verdict.gate for verdict in landing.judge()[1]} == {"open"}


def test_a_date_without_rows_is_open(landing):
    landing.land(CUSTOMERS, FIRST, [])
    assert landing.judge()[1][0].gate == "open"


def test_nothing_to_judge_gives_nothing(landing):
    assert landing.judge() == ([], [])


def test_a_batch_that_could_not_be_read_closes_its_date_and_the_others_are_judged(landing):
    landing.land(CUSTOMERS, day(0), landing.good(CUSTOMERS, day(0)))
    landing.land(CUSTOMERS, day(1), [], error="a.csv: the manifest promises 3 rows, and 2 are there")
    landing.land(CUSTOMERS, day(2), landing.good(CUSTOMERS, day(2), customer_type=None))
    (landing.folder / "core_banking" / "customers" / f"{day(1)}.parquet").unlink()
    findings, verdicts = landing.judge()
    assert [verdict.gate for verdict in verdicts] == ["open", "closed", "closed"]
    assert verdicts[1].worst_failure == "files_can_be_read: a.csv: the manifest promises 3 rows, and 2 are there (1 rows)"
    assert first_held_date(verdicts) == day(1)
    assert of_rule(findings, CUSTOMERS, "files_can_be_read").severity == "critical"


def test_a_verdict_is_about_the_content_judged(landing):
    landing.land(CUSTOMERS, FIRST, landing.good(CUSTOMERS, FIRST), content_id="one")
    landing.land(ACCOUNTS, FIRST, [], content_id="two", error="cannot be read")
    assert [verdict.content_id for verdict in landing.judge()[1]] == ["one", "two"]


def test_the_worst_failure_is_the_one_with_most_rows_and_a_warning_is_none(landing):
    rows = landing.good(CUSTOMERS, FIRST, 5, opened_on=None, gender="X", birth_date=day(9))
    rows[0]["gender"] = "Y"
    landing.land(CUSTOMERS, FIRST, rows)
    (verdict,) = landing.judge()[1]
    assert verdict.failures == (
        "gender_is_allowed: gender is one of F, M (2 rows)",
        "opened_on_is_filled: opened_on may not be null (1 rows)",
    )


def test_a_finding_names_a_few_rows_by_key_and_never_by_value(landing: Landing):
    secrets = {"full_name": "Secret Name", "mobile": "13800000000", "id_number": "secret-id", "gender": "secret gender"}
    rows = [row | secrets for row in landing.good(CUSTOMERS, FIRST, 5)]
    landing.land(CUSTOMERS, FIRST, rows)
    landing.land(ACCOUNTS, FIRST, landing.good(ACCOUNTS, FIRST, 5))
    landing.land("core_banking.balances", FIRST, landing.good("core_banking.balances", FIRST, 2, account_no="unknown"))
    findings, verdicts = landing.judge()
    assert of_rule(findings, CUSTOMERS, "gender_is_allowed").sample_keys == ("C0", "C1", "C2")
    assert of_rule(findings, "core_banking.balances", "account_is_known").sample_keys == (f"unknown:{FIRST}",)
    told = repr(findings) + repr(verdicts) + "".join(finding.sentence() for finding in findings)
    assert not any(secret.lower() in told.lower() for secret in secrets.values())


def test_a_table_whose_key_names_a_person_shows_no_key(landing):
    rows = landing.good("third_party.company_people", FIRST, 2, role="spy")
    landing.land("third_party.company_people", FIRST, rows)
    findings, _ = landing.judge()
    finding = of_rule(findings, "third_party.company_people", "role_is_allowed")
    assert (finding.unexpected, finding.sample_keys) == (1, ())
    assert finding.sentence().startswith("role_is_allowed: role is one of") and finding.sentence().endswith(
        "(1 rows do not conform)"
    )

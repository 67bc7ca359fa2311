"""People of the demo bank are well formed, and stand in several sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from demo_bank_files import Bank

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_national_id(text: str) -> bool:
    """ISO 7064 MOD 11-2: with the check digit counted once, the weighted sum is 1 modulo 11."""
    last = 10 if text[17] == "X" else int(text[17])
    return (sum(int(digit) * weight for digit, weight in zip(text, ID_WEIGHTS, strict=False)) + last) % 11 == 1


def is_credit_code(text: str) -> bool:
    values = [CODE_ALPHABET.index(character) for character in text]
    return (sum(value * weight for value, weight in zip(values, CODE_WEIGHTS, strict=False)) + values[17]) % 31 == 0


@pytest.mark.parametrize(("text", "valid"), [("11010519491231002X", True), ("110105194912310021", False)])
def test_the_check_digit_of_the_standard_s_example_is_known(text: str, valid: bool) -> None:
    assert is_national_id(text) == valid


def test_national_ids_have_their_check_digit_and_the_birth_date(bank: Bank) -> None:
    seen = 0
    for line in bank.good("core_banking.customers"):
        number, born, gender = line.get("id_number"), line.get("birth_date"), line.get("gender")
        if number is None or born == "1980-02-31" or gender == "X":
            continue
        assert is_national_id(number)
        assert number[6:14] == str(born).replace("-", "")
        assert (int(number[16]) % 2 == 1) == (gender == "M")
        seen += 1
    assert seen > 200


def test_organisations_have_a_valid_credit_code_and_no_birth_date(bank: Bank) -> None:
    organisations = [line for line in bank.good("core_banking.customers") if line.get("customer_type") != "retail"]
    assert organisations
    assert all(is_credit_code(str(line.get("credit_code"))) and line.get("birth_date") is None for line in organisations)
    assert not is_credit_code(CODE_ALPHABET[5] + str(organisations[0].get("credit_code"))[1:])


def test_mobiles_have_eleven_digits_and_a_mobile_s_prefix(bank: Bank) -> None:
    for name, column in (("core_banking.customers", "mobile"), ("app.users", "mobile"), ("third_party.people", "mobile")):
        numbers = [number for line in bank.good(name) if (number := line.get(column))]
        assert numbers
        assert all(len(number) == 11 and number.isdigit() and "13" <= number[:2] <= "19" for number in numbers)


def test_the_truth_knows_every_persons_record(bank: Bank) -> None:
    known = {(row["source"], row["table_name"], row["record_id"]) for row in bank.truth("people")}
    retail = [line for line in bank.good("core_banking.customers") if line.get("customer_type") == "retail"]
    landed = {("core_banking", "customers", line.get("customer_no")) for line in retail}
    landed |= {("app", "users", line.get("app_user_id")) for line in bank.good("app.users")}
    landed |= {
        ("third_party", "people", f"{line.get('provider')}:{line.get('record_id')}") for line in bank.good("third_party.people")
    }
    assert known == landed
    assert len(known) == len(bank.truth("people"))


def test_people_stand_in_several_sources_and_some_in_one(bank: Bank) -> None:
    sources = defaultdict(set)
    for row in bank.truth("people"):
        sources[row["person_id"]].add(row["source"])
    spread = Counter(len(names) for names in sources.values())
    assert all(spread[count] > 5 for count in (1, 2, 3))


def test_lookalikes_share_a_phone_or_a_birth_date_and_are_two_people(bank: Bank) -> None:
    person = {row["record_id"]: row["person_id"] for row in bank.truth("people") if row["source"] == "core_banking"}
    customers = [line for line in reversed(bank.good("core_banking.customers")) if str(line.get("customer_no")) in person]
    record = {person[str(line.get("customer_no"))]: line for line in customers if line.get("birth_date")}
    pairs = bank.truth("lookalikes")
    assert pairs
    for pair in pairs:
        a, b = record[pair["person_a"]], record[pair["person_b"]]
        shared = "birth_date" if pair["kind"] == "twin" else "mobile"
        assert a.get(shared) == b.get(shared) or "1980-02-31" in {a.get(shared), b.get(shared)}
        assert pair["person_a"] != pair["person_b"]


def test_about_two_in_three_people_agree_to_text_messages(bank: Bank) -> None:
    retail = {line.get("customer_no") for line in bank.good("core_banking.customers") if line.get("customer_type") == "retail"}
    latest: dict[str | None, tuple[str, str]] = {}
    for line in bank.good("engagement.consents"):
        if (line.get("purpose"), line.get("channel"), line.get("product_category")) == ("marketing", "sms", "all"):
            answer = (str(line.get("changed_at")), str(line.get("is_granted")))
            latest[line.get("customer_no")] = max(latest.get(line.get("customer_no"), answer), answer)
    agreed = sum(1 for _, granted in latest.values() if granted == "true")
    assert 0.55 < agreed / len(retail) < 0.75
    assert len(latest) > agreed


def test_some_app_users_are_bound_later_and_some_never(bank: Bank) -> None:
    rows = defaultdict(list)
    for line in bank.good("app.users"):
        rows[line.get("app_user_id")].append((date.fromisoformat(line.file.parent.name), line.get("customer_no")))
    assert any(row[-1][1] is None for row in rows.values())
    assert any(len(row) > 1 and row[0][1] is None and row[-1][1] is not None for row in map(sorted_by_date, rows.values()))


def sorted_by_date(rows: list[tuple[date, str | None]]) -> list[tuple[date, str | None]]:
    return sorted(rows, key=lambda row: row[0])

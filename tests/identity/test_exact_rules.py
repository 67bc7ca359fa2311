"""Each exact rule of identity/rules.yml at its boundary: two records that it joins, and two that it just does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import Home, Record, are_one, caller, company, customer, person, resident, user

from identity.rulebook import rulebook

NO_PAIRS = (("gender",),)  # nothing for the model to compare
BIRTH, OTHER_BIRTH = date(1980, 1, 1), date(1975, 3, 3)
PROVEN, OTHER = resident("11010519800101"), resident("11010519750303")
MOBILE, EMAIL, CODE = "13912845671", "a@example.com", "91110000600037341L"
A = {"full_name": "王小明", "mobile": MOBILE}
MAIL = {"full_name": "王小明", "email": EMAIL}

# after every user and record of the kit was first seen
LATER = date(2025, 12, 31)
BORN = {"email": EMAIL, "birth_date": BIRTH}

JOINS: dict[str, list[tuple[Record, ...]]] = {
    "national_id": [
        (customer("C1", id_number=PROVEN), person("x", id_number=PROVEN)),
        (customer("C1", id_number=PROVEN), customer("C2", id_number=f" {PROVEN.lower()} ")),
    ],
    "id_number_and_birth_date": [
        (customer("C1", id_number="G1234567", birth_date=BIRTH), person("x", id_number="g-1234567", birth_date=BIRTH))
    ],
    "id_number_and_name": [
        (customer("C1", id_number="G1234567", full_name="Ann Lee"), person("x", id_number="G1234567", full_name="ann lee"))
    ],
    "credit_code": [(customer("C1", customer_type="corporate", credit_code=CODE), company(CODE, full_name="Acme"))],
    "mobile_and_name": [
        (customer("C1", **A), person("x", **A)),
        (customer("C1", **A, birth_date=BIRTH), person("x", **A, birth_date=BIRTH)),
        (customer("C1", **A, id_number=PROVEN), person("x", **A, id_number="G1234567")),
    ],
    "email_and_birth_date": [
        (customer("C1", **BORN, full_name="Ann Lee"), person("x", **BORN, full_name="A L"))
    ],
    "email_and_name": [(customer("C1", **MAIL), person("x", **MAIL, birth_date=BIRTH))],
    "mobile_of_one_customer": [
        (customer("C1", **A), user("u", mobile=MOBILE)),
        (customer("C1", **A), caller(None, "aa", mobile=MOBILE)),
        (customer("C1", **A, birth_date=BIRTH), person("x", mobile=MOBILE, birth_date=BIRTH)),
    ],
    "email_of_one_customer": [(customer("C1", **MAIL), user("u", email=EMAIL))],
    "mobile_of_a_later_customer": [(customer("C1", **A, opened_on=LATER), user("u", mobile=MOBILE))],
    "email_of_a_later_customer": [(customer("C1", **MAIL, opened_on=LATER), user("u", email=EMAIL))],
    "mobile_of_one_person": [
        (person("x", **A), user("u", mobile=MOBILE)),
        (user("u", mobile=MOBILE), caller(None, "aa", mobile=MOBILE)),
    ],
}  # fmt: skip
# the first two of each must be apart; what follows stands beside
JUST_NOT: dict[str, list[tuple[Record, ...]]] = {
    "national_id": [
        (customer("C1", id_number=PROVEN), person("x", id_number=OTHER)),
        (customer("C1", id_number="G1234567"), person("x", id_number="G1234567")),
    ],
    "id_number_and_birth_date": [
        (customer("C1", id_number="G1234567", birth_date=BIRTH), person("x", id_number="G1234567", birth_date=OTHER_BIRTH)),
        (customer("C1", id_number="G1234567", birth_date=BIRTH), person("x", id_number="G1234568", birth_date=BIRTH)),
    ],
    "id_number_and_name": [
        (customer("C1", id_number="G1234567", full_name="Ann Lee"), person("x", id_number="G1234567", full_name="Ann Le")),
    ],
    "credit_code": [
        (customer("C1", customer_type="corporate", credit_code=CODE[:-1] + "M"), company(CODE[:-1] + "M", full_name="Acme")),
        (customer("C1", credit_code=CODE), company(CODE, full_name="Acme")),
    ],
    "mobile_and_name": [
        (customer("C1", **A, birth_date=BIRTH), person("x", **A, birth_date=OTHER_BIRTH)),
        (customer("C1", **A, id_number=PROVEN), person("x", **A, id_number=OTHER)),
        (customer("C1", **A), person("x", **A | {"full_name": "王小红"})),
    ],
    "email_and_birth_date": [
        (customer("C1", **BORN, full_name="Ann Lee"), person("x", **BORN | {"birth_date": OTHER_BIRTH}, full_name="Bob Ray"))
    ],
    "email_and_name": [
        (customer("C1", **MAIL, birth_date=BIRTH), person("x", **MAIL, birth_date=OTHER_BIRTH)),
        (customer("C1", **MAIL), person("x", **MAIL | {"full_name": "Bob Ray"})),
    ],
    "mobile_of_one_customer": [
        (customer("C1", **A), user("u", mobile=MOBILE), customer("C2", **A | {"full_name": "王小红"})),
        (customer("C1", **A, birth_date=BIRTH), person("x", mobile=MOBILE, birth_date=OTHER_BIRTH)),
        (customer("C1", **A), person("x", mobile=MOBILE, id_number="G1234567")),
    ],
    "email_of_one_customer": [
        (customer("C1", **MAIL), user("u", email=EMAIL), customer("C2", **MAIL | {"full_name": "Bob Ray"})),
        (customer("C1", **MAIL, birth_date=BIRTH), person("x", email=EMAIL, birth_date=OTHER_BIRTH)),
    ],
    "mobile_of_a_later_customer": [
        (customer("C1", **A, opened_on=LATER), user("u", mobile=MOBILE), customer("C2", **A | {"full_name": "王小红"})),
    ],
    "email_of_a_later_customer": [
        (customer("C1", **MAIL, opened_on=LATER), user("u", email=EMAIL), customer("C2", **MAIL | {"full_name": "Bob Ray"})),
    ],
    "mobile_of_one_person": [
        (person("x", **A), user("u", mobile=MOBILE), person("y", **A | {"full_name": "Bob Ray"})),
        (person("x", mobile=MOBILE, birth_date=BIRTH), person("y", mobile=MOBILE, birth_date=OTHER_BIRTH)),
        # father and son of one name: a user of their telephone is no bridge
        (person("x", **A, birth_date=BIRTH), person("y", **A, birth_date=OTHER_BIRTH), user("u", mobile=MOBILE)),
    ],
}  # fmt: skip


def cases(table: dict[str, list[tuple[Record, ...]]], *, with_code: bool = True) -> list[object]:
    return [
        pytest.param(*([code] if with_code else []), records, id=f"{code}-{n}")
        for code, each in table.items()
        for n, records in enumerate(each)
    ]


def test_every_rule_is_tried_on_both_sides():
    codes = {rule.code for rule in rulebook().exact}
    assert codes == JOINS.keys() == JUST_NOT.keys()


@pytest.mark.parametrize(("code", "records"), cases(JOINS))
def test_a_rule_alone_joins_what_it_says(home: Home, code, records):
    home.rules = replace(
        home.rules, exact=tuple(rule for rule in home.rules.exact if rule.code == code), blocks=NO_PAIRS, rare_blocks=()
    )
    assert are_one(home.day(0, records), *records)
    assert {row[0] for row in home.rows("select distinct method from resolution.identities")} == {f"exact:{code}"}


@pytest.mark.parametrize("records", cases(JUST_NOT, with_code=False))
def test_no_rule_joins_what_lies_just_beyond_one(home: Home, records):
    home.rules = replace(home.rules, blocks=NO_PAIRS, rare_blocks=())
    assert not are_one(home.day(0, records), *records[:2])

"""Strangers between whom something stands that is nobody's or somebody else's: none of it makes them one customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import Home, are_apart, are_one, caller, customer, person, resident, same, user

MOBILE, OTHER_MOBILE, THIRD_MOBILE = "13912845671", "13712345679", "13612845673"
PROVEN = resident("11010519800101")
ANN = {"full_name": "Ann Lee", "birth_date": date(1980, 1, 1), "mobile": MOBILE}
BOB = {"full_name": "Bob Ray", "birth_date": date(1950, 3, 3), "mobile": OTHER_MOBILE}


def test_a_customers_own_call_from_anothers_telephone_brings_nobody_along(home: Home):
    ann, call, bob = customer("C1", **ANN), caller("C1", "aa", mobile=OTHER_MOBILE), person("x", **BOB)
    ids = home.day(1, [ann, call, bob])
    assert are_one(ids, ann, call)
    assert are_apart(ids, ann, bob)


def test_a_user_with_one_persons_address_and_anothers_telephone_makes_them_no_one(home: Home):
    ann, between, bob = customer("C1", **ANN, email="ann@example.com"), user("u", email="ann@example.com", mobile=OTHER_MOBILE), \
        person("x", **BOB)  # fmt: skip
    assert are_apart(home.day(1, [ann, between, bob]), ann, bob)


def test_a_name_that_was_thrown_away_is_a_person_more_on_its_telephone(home: Home):
    named, unreadable, nameless = person("x", full_name="Ann Lee", mobile=MOBILE), person("y", full_name="未知", mobile=MOBILE), \
        user("u", mobile=MOBILE)  # fmt: skip
    assert are_apart(home.day(1, [named, unreadable, nameless]), named, unreadable)


def test_of_several_users_of_one_address_none_with_another_telephone_is_the_customers(home: Home):
    ann = customer("C1", **ANN, email="lees@example.com")
    own = user("u", email="lees@example.com", mobile=OTHER_MOBILE)
    assert are_one(home.day(1, [ann, own]), ann, own)
    son = user("v", email="lees@example.com", mobile=THIRD_MOBILE)
    assert are_apart(home.day(2, [ann, own, son]), ann, own, son)


@pytest.mark.parametrize("third", [person("z", full_name="张三", id_number=PROVEN), user("u", mobile=MOBILE)])
def test_whom_a_steward_is_asked_about_no_third_record_joins(home: Home, third):
    one = customer("C1", full_name="张三", birth_date=date(1980, 1, 1), id_number=PROVEN, mobile=MOBILE)
    other = customer("C2", full_name="李四", birth_date=date(2015, 6, 7), id_number=PROVEN, mobile=MOBILE)
    ids = home.day(1, [one, other, third])
    assert are_apart(ids, one, other)
    assert frozenset([one.name, other.name]) in home.reviewed()
    assert are_one(home.day(2, [one, other, third], [same(one, other)]), one, other)


@pytest.mark.parametrize(
    ("birth", "is_one"),
    [
        (date(1980, 5, 1), True), (date(1980, 5, 11), True), (date(1980, 1, 5), True), (date(1951, 3, 22), False),
    ],
)  # fmt: skip
def test_father_and_son_of_one_name_and_telephone_are_two_even_to_the_model(home: Home, birth, is_one):
    one = customer("C1", full_name="John Smith", birth_date=date(1980, 5, 1), mobile=MOBILE)
    other = person("x", full_name="John Smith", birth_date=birth, mobile=MOBILE)
    assert are_one(home.day(1, [one, other]), one, other) == is_one


def test_a_customer_number_that_nobody_knows_makes_no_crowd_of_users_one_holder(home: Home):
    ann = customer("C1", **ANN)
    users = [user(f"u{each}", customer_no="000000", mobile=MOBILE) for each in range(home.bounds.junk_records + 1)]
    assert are_apart(home.day(1, [ann, *users]), ann, *users)
    known = customer("000000", full_name="Zoe Doe", birth_date=date(1990, 1, 1))
    home.day(2, [ann, known, *users])
    home.check_anew(2, [ann, known, *users])
    assert home.rows("select column_name from vault.identity.junk") == []  # one customer's, and she holds it once


def test_a_number_with_its_check_digit_is_somebodys_however_often_a_bureau_repeats_it(home: Home):
    wang = customer("C1", full_name="王小明", birth_date=date(1980, 1, 1), id_number=PROVEN)
    rows = [person(f"r{each}", full_name="Wang Xiaoming", id_number=PROVEN) for each in range(home.bounds.junk_records + 1)]
    assert are_one(home.day(1, [wang, *rows]), wang, *rows)
    unproven = [person(f"s{each}", full_name=f"A{each} B", id_number="G1234567") for each in range(home.bounds.junk_records + 1)]
    home.day(2, [wang, *rows, *unproven])
    assert home.rows("select column_name, value, reason from vault.identity.junk") == [("id_number", "G1234567", "shared")]


@pytest.mark.parametrize("column", ["full_name", "birth_date"])
def test_a_number_with_its_check_digit_under_which_a_bureau_has_many_people_is_nobodys(home: Home, column):
    home.bounds = replace(home.bounds, junk_records=3)
    names, births = ["张伟", "王芳", "李娜", "刘强"], [date(1950 + 9 * each, 3, 2 * each + 1) for each in range(4)]
    people = [
        person(f"r{each}", id_number=PROVEN, **{column: (names if column == "full_name" else births)[each]}) for each in range(4)
    ]
    again = replace(people[0], key="p:again")
    junk = "select column_name, value, reason from vault.identity.junk"
    home.day(1, [*people[:3], again])
    assert home.rows(junk) == []
    assert are_apart(home.day(2, [*people, again]), *people)
    assert home.rows(junk) == [("id_number", PROVEN, "shared")]
    home.check_anew(2, [*people, again])
    # of whom one goes, and what stood for nobody is somebody's again; a customer of core banking counts for himself
    wang = customer("C1", full_name="王小明", id_number=PROVEN)
    home.day(3, [*people[:3], again, wang])
    assert home.rows(junk) == []
    home.check_anew(3, [*people[:3], again, wang])


def test_the_spellings_of_one_persons_name_are_no_people_more(home: Home):
    home.bounds = replace(home.bounds, junk_records=2)
    papers = {"birth_date": date(1980, 1, 1), "id_number": PROVEN}
    spelled = ["Alexander Ivanov", "Alexandr Ivanov", "Aleksandr Ivanov", "Alexander Iwanow"]
    core = [customer(key, full_name=spelled[0], **papers) for key in ("C1", "C2")]
    files = [person(f"r{no}", full_name=name, **papers) for no, name in enumerate(spelled)]
    assert are_one(home.day(1, [*core, *files]), *core, *files)
    assert home.rows("select * from vault.identity.junk") == []


def test_names_and_births_that_mean_nothing_are_no_people_more(home: Home):
    home.bounds = replace(home.bounds, junk_records=2)
    rows = [
        person("x", full_name="张伟", birth_date=date(1980, 3, 1), id_number=PROVEN),
        person("y", full_name="未知", birth_date=date(1901, 1, 1), id_number=PROVEN),
        person("z", full_name="test", birth_date=date(1900, 1, 1), id_number=PROVEN),
    ]
    home.day(1, rows)
    assert ("id_number", PROVEN, "shared") not in home.rows("select column_name, value, reason from vault.identity.junk")
    more = [*rows, person("w", full_name="Zhang Wei", birth_date=date(1980, 3, 1), id_number=PROVEN)]
    home.day(2, more)
    home.check_anew(2, more)


@pytest.mark.parametrize(("records", "is_nobodys"), [(149, False), (150, True)])
def test_no_person_fills_a_bureaus_file(home: Home, records, is_nobodys):
    home.bounds = replace(home.bounds, junk_records=2)
    home.day(1, [person(f"r{each}", full_name="王小明", id_number=PROVEN) for each in range(records)])
    assert home.rows("select reason from vault.identity.junk") == ([("shared",)] if is_nobodys else [])


@pytest.mark.parametrize("address", ["University Road 1, dormitory 5", "unknown"])
def test_an_address_that_too_many_share_is_nobodys(home: Home, address):
    crowd = [customer(f"C{each}", full_name=f"Crowd {each}", address=address) for each in range(home.bounds.junk_records + 1)]
    one = customer("N1", full_name="李娜", birth_date=date(1980, 2, 3), address=address, city="北京")
    other = person("x", full_name="李娜", address=address, city="北京")
    assert are_apart(home.day(1, [*crowd, one, other]), one, other)


def test_words_in_place_of_an_identity_number_join_nobody(home: Home):
    filled = [person(key, full_name=name, city="北京", id_number=said) for key, name, said in (
        ("x", "Bob Ray", "UNKNOWN"), ("y", "Li Na", "unknown"), ("z", "Zoe Doe", "Not given"),
    )]  # fmt: skip
    assert are_apart(home.day(1, filled), *filled)


def test_two_extensions_of_one_switchboard_are_two_telephones(home: Home):
    one = customer("C1", full_name="王伟", mobile="021-6123 4567 ext 12")
    same, other = (person(key, full_name="王伟", mobile=f"021-6123 4567 ext {key}") for key in ("12", "99"))
    ids = home.day(1, [one, same, other])
    assert are_one(ids, one, same)
    assert are_apart(ids, one, other)


def test_a_tie_by_a_rule_has_the_rules_confidence_however_many_are_the_customers(home: Home):
    ann = customer("C1", **ANN)
    nameless = person("x", birth_date=date(1980, 1, 1), mobile=MOBILE)
    confidence = "select method, confidence from resolution.identities where record_id = 'p:x'"
    home.day(1, [ann, nameless])
    alone = home.rows(confidence)
    assert alone == [("exact:mobile_of_one_customer", 0.96)]
    home.day(2, [ann, nameless, user("z", customer_no="C1")])
    assert home.rows(confidence) == alone

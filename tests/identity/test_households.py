"""Who shares an address or a telephone is not one customer for that: a steward is asked, and no third record joins them."""

from __future__ import annotations

from datetime import date

import pytest
from identity_kit import Home, are_apart, are_one, customer, different, person, resident, same, user

from foundation.settings import Settings
from identity.model import SHIPPED, load

BIRTH, FATHERS, SONS = date(1980, 1, 1), date(1950, 3, 12), date(1981, 7, 29)
MOBILE, OTHER_MOBILE, NUMBER = "13912845671", "13712345679", resident("11010519800101")
AT_HOME = {"address": "12 Garden Street, Chaoyang", "city": "Beijing"}
EMAIL = "smiths@example.com"


@pytest.fixture
def shipped(home: Home) -> Home:
    """A home whose model is the one that is shipped: what is likely by it is likely at a bank."""
    home.model = load(SHIPPED)
    return home


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"full_name": "Anna Schmidt", "gender": "F", "birth_date": BIRTH, "mobile": MOBILE, "email": "a.one@example.com"},
            {"full_name": "Peter Schmidt", "birth_date": BIRTH, "mobile": OTHER_MOBILE, "email": "other.two@example.com"},
        ),
        (
            {"full_name": "Mary Smith", "gender": "F", "birth_date": FATHERS, "email": EMAIL},
            {"full_name": "John Smith", "birth_date": SONS, "email": EMAIL},
        ),
        ({"full_name": "John Smith", "birth_date": FATHERS}, {"full_name": "John Smith", "birth_date": SONS}),
        (
            {"full_name": "张伟", "birth_date": BIRTH, "mobile": MOBILE},
            {"full_name": "张敏", "birth_date": BIRTH, "mobile": OTHER_MOBILE},
        ),
    ],
    ids=["twins", "a couple", "father and son", "twins of Chinese name"],
)
def test_those_of_one_address_are_two_and_a_steward_is_asked(shipped: Home, one: dict[str, object], other: dict[str, object]):
    records = [customer("C1", **one, **AT_HOME), person("x", **other, **AT_HOME)]
    assert are_apart(shipped.day(0, records), *records)
    assert shipped.reviewed() == {frozenset(each.name for each in records)}


@pytest.mark.parametrize(
    ("one", "other"), [("Anna Schmidt", "Ana Schmidt"), ("武溪平", "Wu Xiping")], ids=["a slip", "two scripts"]
)
def test_one_person_at_one_address_stays_one(shipped: Home, one: str, other: str):
    said = {"birth_date": BIRTH, **AT_HOME}
    records = [customer("C1", full_name=one, **said), person("x", full_name=other, **said)]
    assert are_one(shipped.day(0, records), *records)


@pytest.mark.parametrize(
    "third",
    [{}, {"full_name": "Schmidt"}, {"full_name": "Anna Schmidt", "birth_date": None}],
    ids=["nameless", "surname", "one of them"],
)
def test_a_third_record_on_the_telephone_of_two_makes_no_one_of_them(shipped: Home, third: dict[str, object]):
    twins = {"birth_date": BIRTH, "mobile": MOBILE}
    records = [customer("C1", full_name="Anna Schmidt", gender="F", **twins), person("x", full_name="Peter Schmidt", **twins)]
    ids = shipped.day(0, [*records, person("c", **twins | third)])
    assert are_apart(ids, *records)


def test_nor_does_one_without_a_birth_date_make_one_of_father_and_son(shipped: Home):
    records = [
        customer("C1", full_name="John Smith", birth_date=FATHERS, mobile=MOBILE),
        person("x", full_name="John Smith", birth_date=SONS, mobile=MOBILE),
    ]
    third = person("c", full_name="John Smith", mobile=MOBILE)
    assert are_apart(shipped.day(0, [*records, third]), *records)
    # a steward's word joins them all the same
    assert are_one(shipped.day(1, [*records, third], [same(*records)]), *records)


def test_a_proven_number_that_many_customers_of_core_banking_have_is_nobodys(home: Home):
    family, given = "张王李刘陈杨赵黄周吴徐孙胡朱高", "伟芳娜强静洋磊勇杰敏丽涛军红峰"
    names = [f"{one}{other}" for one, other in zip(family, given, strict=True)]
    records = [customer(f"C{n:02}", full_name=name, id_number=NUMBER, mobile=f"139128456{n:02}") for n, name in enumerate(names)]
    assert are_apart(home.day(0, records), *records)
    assert home.rows("select column_name, reason from vault.identity.junk") == [("id_number", "shared")]
    two = records[:2]
    assert are_one(home.day(1, two), *two)


@pytest.mark.parametrize(
    ("one", "other"),
    [("मीना शर्मा", "मोनू शर्मा"), ("李建\ue815", "李建\ue816"), ("காலா குமார்", "கீலா குமார்")],
    ids=["Devanagari", "characters of the bank's own", "Tamil"],
)
def test_signs_that_tell_two_names_apart_are_not_lost(shipped: Home, one: str, other: str):
    records = [customer("C1", full_name=one, mobile=MOBILE), person("x", full_name=other, mobile=MOBILE)]
    assert are_apart(shipped.day(0, records), *records)


def test_a_merge_undone_leaves_to_each_the_id_that_was_its_own(home: Home):
    younger = customer("C1", full_name="王小明", opened_on=date(2024, 5, 1))
    older = customer("C9", full_name="李四", opened_on=date(1999, 5, 1)).on(1)
    home.day(0, [younger])
    before = home.day(1, [younger, older])
    home.day(2, [younger, older], [same(younger, older, 1)])
    assert home.day(3, [younger, older], [same(younger, older, 1), different(older, younger, 2)]) == before
    assert home.rows("from resolution.aliases") == []


@pytest.mark.parametrize(
    ("opened", "is_contacted"), [(date(2025, 6, 1), True), (date(2025, 6, 2), False)], ids=["on the day", "a day later"]
)
def test_a_user_from_before_the_customer_came_counts_and_carries_no_message(home: Home, opened: date, is_contacted: bool):
    records = [customer("C1", full_name="王小明", mobile=MOBILE, opened_on=opened), user("u", mobile=MOBILE)]
    assert are_one(home.day(0, records), *records)
    ((confidence,),) = home.rows("select confidence from resolution.identities where record_id = 'u'")
    assert (confidence >= Settings().identity_contact) is is_contacted


def test_a_child_with_its_parents_number_and_telephone_is_another_customer_on_it(home: Home):
    parent = customer("C1", full_name="李小龙", birth_date=BIRTH, id_number=NUMBER, mobile=MOBILE)
    child = customer("C2", full_name="李芳", birth_date=date(2015, 6, 7), id_number=NUMBER, mobile=MOBILE)
    records = [parent, child, user("u", mobile=MOBILE)]
    assert are_apart(home.day(0, records), *records)


def test_a_nameless_user_on_the_telephone_of_two_customers_is_neithers(home: Home):
    records = [
        customer("C1", full_name="王小明", mobile=MOBILE),
        customer("C2", full_name="李四", mobile=MOBILE),
        user("u", mobile=MOBILE),
    ]
    assert are_apart(home.day(0, records), *records)

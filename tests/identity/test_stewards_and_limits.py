"""Which records are one customer when what speaks for it contradicts itself: stewards, kinds, core banking, size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import Home, Record, are_apart, are_one, company, customer, different, person, resident, same, user

PROVEN, OTHER = resident("11010519800101"), resident("11010519750303")
CODE = "91110000600037341L"
A = {"full_name": "王小明", "mobile": "13912845671", "birth_date": date(1980, 1, 1)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (customer("C1", **A), person("x", **A)),
        (customer("C1"), user("u", customer_no="C1")),
        (customer("C1", id_number=PROVEN), person("x", id_number=PROVEN)),
        (customer("C1", id_number=PROVEN), customer("C2", id_number=PROVEN)),
    ],
    ids=["by a rule", "by the number", "by the national id", "of core banking"],
)
def test_a_stewards_different_parts_whatever_joined_them(home: Home, a: Record, b: Record):
    assert are_one(home.day(0, [a, b]), a, b)
    assert are_apart(home.day(1, [a, b], [different(b, a)]), a, b)
    told = home.rows("select change, cause, evidence from resolution.changes")
    assert [row[:2] for row in told] == [("split", "manual")]
    assert " ".join(a.name) in told[0][2] and " ".join(b.name) in told[0][2]


def test_a_stewards_different_is_not_overruled_by_way_of_a_third_record(home: Home):
    a, b = customer("C1", **A), person("x", **A)
    between = [user("u", customer_no="C1", mobile=A["mobile"]), person("y", **A), person("z", **A, id_number=PROVEN)]
    assert are_apart(home.day(0, [a, b, *between], [different(a, b)]), a, b)


def test_a_stewards_different_is_not_overruled_by_two_others_same(home: Home):
    a, b, between = customer("C1"), person("x"), user("u")
    words = [different(a, b), same(a, between, at=5), same(between, b, at=5)]
    assert are_apart(home.day(0, [a, b, between], words), a, b)


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        (lambda a, b: [different(a, b, at=1), same(a, b, at=2)], True),
        (lambda a, b: [same(a, b, at=1), different(b, a, at=2)], False),
        (lambda a, b: [same(a, b, at=1), different(b, a, at=1)], False),
    ],
    ids=["same is newer", "different is newer", "at one time"],
)
def test_the_newest_word_counts_whichever_record_it_names_first_and_in_doubt_the_cautious_one(home: Home, words, is_one):
    a, b = customer("C1"), person("x")
    told = words(a, b)
    if told[0].a == told[1].a:
        told[0] = type(told[0])(told[0].b, told[0].a, told[0].decision, told[0].at)
    assert are_one(home.day(0, [a, b], told), a, b) is is_one


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (customer("C1"), person("x")),
        (customer("C1"), customer("C2")),
        (customer("C1", id_number=PROVEN), person("x", id_number=OTHER)),
        (customer("C1", customer_type="corporate"), company(CODE, full_name="Acme")),
    ],
    ids=["with nothing alike", "two customer numbers", "two proven numbers", "organisations"],
)
@pytest.mark.parametrize("core_duplicates", ["national_id", "never"])
def test_a_stewards_same_joins_what_nothing_else_does(home: Home, core_duplicates, a: Record, b: Record):
    home.bounds = replace(home.bounds, core_duplicates=core_duplicates)
    assert are_apart(home.day(0, [a, b]), a, b)
    assert are_one(home.day(1, [a, b], [same(a, b)]), a, b)
    assert home.rows("select change, cause from resolution.changes") == [("merge", "manual")]


def test_a_word_about_a_record_that_is_not_there_changes_nothing(home: Home):
    a, b = customer("C1"), person("x")
    assert are_apart(home.day(0, [a], [same(a, b), different(b, a, at=2), same(a, a)]), a)


@pytest.mark.parametrize("core_duplicates", ["national_id", "never", "any"])
def test_a_person_and_an_organisation_are_never_one_not_even_by_a_stewards_word(home: Home, core_duplicates):
    home.bounds = replace(home.bounds, core_duplicates=core_duplicates)
    owner, firm = customer("C1", **A, id_number=PROVEN), customer("C2", **A, id_number=PROVEN, customer_type="small_business")
    staff = user("u", customer_no="C2", mobile=A["mobile"])
    records = [owner, firm, staff, company(CODE, full_name="王小明")]
    ids = home.day(0, records, [same(owner, firm), same(staff, owner), same(owner, records[3])])
    assert are_apart(ids, owner, firm) and are_apart(ids, owner, staff) and are_apart(ids, owner, records[3])


@pytest.mark.parametrize(
    ("core_duplicates", "numbers", "is_one"),
    [
        ("national_id", (PROVEN, PROVEN), True),
        ("national_id", (PROVEN, None), False),
        ("national_id", ("G1234567", "G1234567"), False),
        ("never", (PROVEN, PROVEN), False),
        ("any", (None, None), True),
        ("any", (PROVEN, OTHER), False),
    ],
)
def test_two_customer_numbers_are_one_as_the_setting_says(home: Home, core_duplicates, numbers, is_one):
    home.bounds = replace(home.bounds, core_duplicates=core_duplicates)
    a, b = (customer(f"C{n}", **A, id_number=number) for n, number in enumerate(numbers))
    assert are_one(home.day(0, [a, b]), a, b) is is_one


def test_another_sources_identity_number_does_not_make_two_customers_one(home: Home):
    """The third record is tied to both; its number proves nothing of the first customer, which has none."""
    a, b = customer("C1", **A), customer("C2", full_name="Li Na", id_number=PROVEN)
    between = person("x", **A, id_number=PROVEN)
    ids = home.day(0, [a, b, between])
    assert are_apart(ids, a, b)


@pytest.mark.parametrize("count", [4, 5])
def test_a_cluster_is_whole_at_the_limit_and_parted_beyond_it_at_its_weakest_link(home: Home, count):
    home.bounds = replace(home.bounds, cluster_records=4)
    core = customer("C1", **A)
    bound = [user(f"u{n}", customer_no="C1") for n in range(count - 2)]
    weakest = user("w", mobile=A["mobile"])
    ids = home.day(0, [core, *bound, weakest])
    assert are_one(ids, core, *bound)
    assert are_one(ids, core, weakest) is (count == 4)
    assert home.rows("select clusters_parted, largest_cluster from resolution.run") == [(count - 4, 4)]


def test_a_stewards_word_joins_beyond_the_limit(home: Home):
    home.bounds = replace(home.bounds, cluster_records=2)
    records = [user("u"), user("v"), user("w")]
    ids = home.day(0, records, [same(records[0], records[1]), same(records[1], records[2])])
    assert are_one(ids, *records)

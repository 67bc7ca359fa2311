"""What joins nobody, what is compared at all, and what the model's probabilities are held against, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import Home, are_apart, are_one, company, customer, different, person, user

from identity.model import expert

BIRTH = date(1980, 1, 1)
MOBILE = "13912845671"
# so much alike that the model has no doubt, without a rule that joins them
LEE = {"full_name": "Ann Marie Lee", "birth_date": BIRTH, "address": "1 Long Road", "city": "Beijing"}


def users(count: int, **fields: object) -> list:
    return [user(f"u{number:05d}", **fields) for number in range(count)]


@pytest.mark.parametrize(
    "fields",
    [{"mobile": "13800138000"}, {"mobile": "13800000000"}, {"mobile": "000000"}, {"mobile": "123456789"},
     {"email": "test@test.com"}, {"email": "noreply@example.com"}],
)  # fmt: skip
def test_a_listed_value_joins_nobody(home: Home, fields):
    records = [customer("C1", full_name="王小明", **fields), person("x", full_name="王小明", **fields), *users(2, **fields)]
    assert are_apart(home.day(0, records), *records)


def test_a_value_is_junk_from_one_more_record_of_a_source_than_the_limit_on(home: Home):
    home.bounds = replace(home.bounds, junk_records=3)
    assert are_one(home.day(0, [*users(3, mobile=MOBILE), person("x", mobile=MOBILE)]), *users(3))
    assert are_apart(home.day(1, users(4, mobile=MOBILE)), *users(4))


def test_what_a_value_joined_parts_when_it_becomes_junk_and_joins_again_when_it_is_none(home: Home):
    home.bounds = replace(home.bounds, junk_records=3)
    two = [person("x", full_name="Ann Lee", mobile=MOBILE), person("y", full_name="Ann Lee", mobile=MOBILE)]
    before = home.day(0, two)
    assert are_one(before, *two)
    pairs = home.pairs()
    crowd = [*two, *(person(f"z{n}", full_name=f"Other {n * 111}", mobile=MOBILE) for n in range(2))]
    assert are_apart(home.day(1, crowd), *crowd)
    assert not pairs & home.pairs()
    told = home.rows("select cause, evidence from resolution.changes where change = 'split'")
    assert [cause for cause, _ in told] == ["evidence_withdrawn"]
    assert "junk" in told[0][1]
    assert home.day(2, two) == before
    assert home.pairs() == pairs


def test_ten_thousand_records_with_one_telephone_and_no_name_are_ten_thousand_customers(home: Home):
    home.connection.execute(
        f"""
        insert into raw.app__users by name
        select 'u' || range as app_user_id, timestamp '2025-01-01' as registered_at, date '2026-01-01' as _landed_on
        from range(10_000);
        insert into vault.raw.app__users by name select 'u' || range as app_user_id, '{MOBILE}' as mobile from range(10_000)
        """
    )
    assert home.resolve(0).customers == 10_000


def test_a_credit_code_that_a_thousand_customers_have_joins_none_of_them(home: Home):
    code = "91110000600037341L"
    records = [customer(f"C{n}", customer_type="corporate", credit_code=code) for n in range(1000)] + [
        company(code, full_name="Acme")
    ]
    assert are_apart(home.day(0, records), *records)


@pytest.mark.parametrize(
    "text", ["", "\0", "\u200b", "x" * 100_000, "محمد علي", "Иван Петров", "😀😀", "'; drop schema raw; --", "\u202e\n\t"]
)
def test_a_strange_value_costs_neither_the_run_nor_a_wrong_merge(home: Home, text):
    fields = dict.fromkeys(("full_name", "id_number", "mobile", "email", "address", "city"), text)
    others = [customer("C9", full_name="Bob Ray", mobile="13712345679"), user("v", mobile="13712345670")]
    records = [customer("C1", **fields), customer("C2", **fields), *others]
    assert are_apart(home.day(0, records), *records)
    nothing = [customer("C1"), person("x"), user("u"), user("w"), *others]
    assert are_apart(home.day(1, nothing), *nothing)


def test_a_zero_width_character_in_a_name_and_a_number_changes_nothing(home: Home):
    records = [
        customer("C1", full_name="王小明", mobile=MOBILE),
        person("x", full_name="王\u200b小明", mobile="139\u200b12845671"),
    ]
    assert are_one(home.day(0, records), *records)


def test_keys_with_colons_stay_apart(home: Home):
    """A record that founds a second customer, and another whose key looks like the first's with a number behind."""
    bad, late = person("7", full_name="Ann Lee", mobile=MOBILE), person("7:1", full_name="Bob Ray")
    old = customer("C1", full_name="Ann Lee", mobile=MOBILE)
    home.day(0, [bad])
    ids = home.day(1, [bad, late.on(1), old.on(1)])
    assert are_one(ids, bad, old)
    ids = home.day(2, [bad.but(full_name="Li Na", mobile=None).on(2), late.on(1), old.on(1)])
    assert are_apart(ids, bad, late, old)


@pytest.mark.parametrize(("records", "pairs"), [(4, 6), (5, 0)])
def test_a_block_is_compared_at_its_limit_and_passed_over_beyond(home: Home, records, pairs):
    home.bounds, home.rules = (
        replace(home.bounds, block_records=4, review=0.0),
        replace(home.rules, blocks=(("city",),), exact=()),
    )
    home.put([person(str(n), full_name=f"Name{n}", city="Beijing") for n in range(records)])
    assert home.resolve(0).pairs == pairs


def test_a_block_that_grows_past_the_limit_forgets_its_pairs_and_shrinking_brings_them_back(home: Home):
    home.bounds, home.rules = replace(home.bounds, block_records=2), replace(home.rules, blocks=(("city",),), exact=())
    two = [person(key, **LEE) for key in "xy"]
    ids = home.day(0, two)
    assert are_one(ids, *two)
    assert are_apart(home.day(1, [*two, person("z", **LEE).on(1)]), *two)
    assert home.pairs() == set()
    assert home.day(2, two) == ids


def test_the_thresholds_count_from_exactly_their_value_on(home: Home):
    two = [person("x", **LEE), person("y", **LEE | {"full_name": "Ann Lee", "address": None, "city": None})]
    home.bounds = replace(home.bounds, review=0.0)
    home.day(0, two)
    exactly = home.probability(*two)
    assert exactly is not None and 0.01 < exactly < 0.999999
    above = exactly + 1e-6
    home.bounds = replace(home.bounds, review=exactly, accept=exactly)
    assert are_one(home.day(1, two), *two)
    home.bounds = replace(home.bounds, accept=above)
    assert are_apart(home.day(2, two), *two)
    assert home.reviewed() == {frozenset(record.name for record in two)}
    home.bounds = replace(home.bounds, review=above)
    home.day(3, two)
    assert home.reviewed() == set()
    assert home.pairs() == set()


def test_a_record_that_two_customers_resemble_goes_to_neither_until_a_steward_tells_one_off(home: Home):
    ann, anna = customer("C1", **LEE, mobile="13700000001"), customer("C2", **LEE, mobile="13700000002")
    between = person("x", **LEE)
    ids = home.day(0, [ann, anna, between])
    assert are_apart(ids, ann, anna, between)
    assert {frozenset([ann.name, between.name]), frozenset([anna.name, between.name])} <= home.reviewed()
    ids = home.day(1, [ann, anna, between], [different(between, anna)])
    assert are_one(ids, between, ann)
    assert are_apart(ids, ann, anna)


def test_two_customers_with_one_unproven_number_leave_a_record_in_doubt_too(home: Home):
    fields = LEE | {"id_number": "G7654321"}
    ann, anna, between = customer("C1", **fields), customer("C2", **fields), person("x", **LEE)
    assert are_apart(home.day(0, [ann, anna, between]), ann, anna, between)


def test_beyond_the_margin_of_doubt_a_record_goes_to_the_likelier_customer(home: Home):
    ann, anna = customer("C1", **LEE), customer("C2", **LEE | {"address": None, "city": None})
    between = person("x", **LEE)
    home.bounds = replace(home.bounds, accept=0.3, margin=1)
    ids = home.day(0, [ann, anna, between])
    assert are_one(ids, ann, between)
    assert are_apart(ids, ann, anna)


def test_more_data_changes_no_old_pairs_probability(home: Home):
    home.model = replace(expert(), version="t", frequencies={"name": {"ann marie lee": 0.001}})
    home.bounds = replace(home.bounds, review=0.0)
    two = [person(key, **LEE) for key in "xy"]
    home.day(0, two)
    before = home.probability(*two)
    home.day(1, [*two, *(person(f"n{n}", full_name="Ann Marie Lee", birth_date=date(1950, 1, 1 + n)).on(1) for n in range(15))])
    assert home.probability(*two) == before
    home.forget()
    home.resolve(1)
    assert home.probability(*two) == before


def test_another_model_judges_every_pair_again(home: Home):
    two = [person("x", **LEE), person("y", **LEE | {"full_name": "Ann Lee"})]
    home.day(0, two)
    before = home.probability(*two)
    home.model = replace(expert(), prior=expert().prior / 10)
    home.resolve(1)
    assert home.probability(*two) != before


@pytest.mark.parametrize("shared", ["mobile", "device_id", "address"])
def test_family_members_who_share_something_are_not_one(home: Home, shared):
    value = {shared: {"mobile": MOBILE, "device_id": "d1", "address": "1 Long Road Beijing"}[shared]}
    if shared == "device_id":
        records = [user("u", **value, mobile="13700000001"), user("v", **value, mobile="13700000002")]
    else:
        records = [
            customer("C1", full_name="王小明", birth_date=BIRTH, gender="M", city="Beijing", **value),
            customer("C2", full_name="李红", birth_date=date(1982, 5, 6), gender="F", city="Beijing", **value),
            person("x", full_name="王大伟", birth_date=date(2010, 7, 8), city="Beijing", **value),
        ]
    assert are_apart(home.day(0, records), *records)


@pytest.mark.parametrize("names", [("王小明", "王大伟"), ("Ann Lee", "Rebecca Lee")])
def test_twins_are_two(home: Home, names):
    shared = LEE | {"mobile": MOBILE}
    records = [make(key, **shared | {"full_name": name}) for make, key, name in zip((customer, person), "Cx", names, strict=True)]
    assert are_apart(home.day(0, records), *records)

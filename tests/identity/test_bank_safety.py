"""Whom nothing may join: what forms are filled with, what families and firms share, what two customers can claim alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import CORE, Home, are_apart, are_one, caller, company, customer, day, different, person, resident, same, user

BIRTH = date(1980, 1, 1)
MOBILE, EMAIL = "13912845671", "wang.xm@example.com"
WANG = {"full_name": "王小明", "birth_date": BIRTH}
# of companies, their check characters right
ACME, BEST = "91110000600037341L", "91310000132231193W"


def mobile(number: int) -> str:
    """One telephone a case, so that all of a test's cases stand in one home."""
    return f"1391284{number:04d}"


def test_a_customer_number_that_core_banking_does_not_know_joins_nobody(home: Home):
    records = []
    for place, number in enumerate(["000000", " ", "C9"]):
        records += [user(f"u{place}{n}", customer_no=number, mobile=mobile(10 * place + n)) for n in range(3)]
        records += [caller(number, f"h{place}{n}", mobile=mobile(100 + 10 * place + n)) for n in range(3)]
    assert are_apart(home.day(0, records), *records)


def test_it_joins_them_as_soon_as_core_banking_knows_it_and_whatever_space_stands_about_it(home: Home):
    users = [user("u", customer_no="C9"), user("v", customer_no=" C9 ")]
    assert are_apart(home.day(0, users), *users)
    known = [*users, customer("C9", **WANG).on(1)]
    assert are_one(home.day(1, known), *known)


def test_two_companies_of_one_legal_representative_are_two(home: Home):
    his = {"id_number": resident("11010519800101")}
    firms = [
        customer("C1", customer_type="corporate", full_name="Acme Ltd", credit_code=ACME, **his),
        customer("C2", customer_type="small_business", full_name="Best Ltd", credit_code=BEST, **his),
    ]
    himself = customer("C3", **WANG, **his)
    assert are_apart(home.day(0, [*firms, himself]), *firms, himself)


def test_two_customer_numbers_of_one_company_are_one_as_those_of_one_person_are(home: Home):
    firms = [customer(no, customer_type="corporate", full_name="Acme Ltd", credit_code=ACME) for no in ("C1", "C2")]
    records = [*firms, company(ACME, full_name="Acme Limited")]
    assert are_one(home.day(0, records), *records)


def test_an_owners_app_user_is_not_the_firms_whose_telephone_is_his(home: Home):
    shared = {"mobile": MOBILE, "id_number": resident("11010519800101")}
    firm = customer("C1", customer_type="small_business", full_name="Acme Ltd", credit_code=ACME, **shared)
    records = [firm, customer("C2", **WANG, **shared), user("u", mobile=MOBILE)]
    assert are_apart(home.day(0, records), *records)


@pytest.mark.parametrize(("by_mobile", "by_email"), [("C1", "C2"), ("C2", "C1")])
def test_a_record_that_two_customers_have_the_same_claim_to_is_neithers_and_a_steward_is_asked(home: Home, by_mobile, by_email):
    one, other = customer(by_mobile, **WANG, mobile=MOBILE), customer(by_email, full_name="李四", email=EMAIL)
    between = user("u", mobile=MOBILE, email=EMAIL)
    assert are_apart(home.day(0, [one, other, between]), one, other, between)
    assert home.reviewed() == {frozenset([one.name, between.name]), frozenset([other.name, between.name])}
    assert are_one(home.day(1, [one, other, between], [same(other, between)]), other, between)
    assert home.reviewed() == set()


def test_the_customer_number_decides_where_two_customers_have_a_claim(home: Home):
    one, other = customer("C1", **WANG, mobile=MOBILE), customer("C2", full_name="李四", email=EMAIL)
    between = user("u", mobile=MOBILE, email=EMAIL, customer_no="C2")
    ids = home.day(0, [one, other, between])
    assert are_one(ids, other, between)
    assert are_apart(ids, one, other)


def test_a_name_that_says_nothing_is_not_the_want_of_one(home: Home):
    names = ["Na", "N/A", "未知", "某" * 300, "a" * 300, "test"]
    cases = [
        (customer(f"C{n}", full_name="Zhang San", mobile=mobile(n)), person(f"x{n}", full_name=name, mobile=mobile(n)))
        for n, name in enumerate(names)
    ]
    ids = home.day(0, [record for case in cases for record in case])
    assert [name for name, case in zip(names, cases, strict=True) if are_one(ids, *case)] == []


def test_a_name_of_two_characters_that_are_the_same_is_a_name(home: Home):
    names = ["丁丁", "高高", "Bo Bo"]
    cases = [
        (customer(f"C{n}", full_name=name, mobile=mobile(n)), person(f"x{n}", full_name=name, mobile=mobile(n)),
         person(f"y{n}", full_name="王芳", mobile=mobile(n)))
        for n, name in enumerate(names)
    ]  # fmt: skip
    ids = home.day(0, [record for case in cases for record in case])
    assert [name for name, (one, same, _) in zip(names, cases, strict=True) if not are_one(ids, one, same)] == []
    assert [name for name, (one, _, other) in zip(names, cases, strict=True) if are_one(ids, one, other)] == []


def test_users_of_one_telephone_with_an_address_each_are_as_many(home: Home):
    users = [user(f"u{n}", mobile=MOBILE, email=f"user.{n}@example.com") for n in range(10)]
    assert are_apart(home.day(0, users), *users)
    nobodys = user("v", mobile=MOBILE)
    assert are_apart(home.day(1, [*users[:2], nobodys]), *users[:2], nobodys)


def test_of_a_customers_telephone_users_with_other_addresses_are_nobody(home: Home):
    wang = customer("C1", **WANG, mobile=MOBILE, email=EMAIL)
    users = [user("u", mobile=MOBILE, email="li.1@example.com"), user("v", mobile=MOBILE, email="zhao.2@example.com")]
    assert are_apart(home.day(0, [wang, *users]), wang, *users)
    his = user("w", mobile=MOBILE, email=EMAIL)
    ids = home.day(1, [wang, *users, his])
    assert are_one(ids, wang, his)
    assert are_apart(ids, wang, *users)


def test_who_registers_when_a_customer_has_gone_has_the_number_from_the_operator(home: Home):
    """A user of the kit registers on 1 June."""
    closed = [date(2025, 6, 1), date(2025, 6, 2), None]
    cases = [
        (customer(f"C{n}", **WANG, mobile=mobile(n), closed_on=on), user(f"u{n}", mobile=mobile(n)))
        for n, on in enumerate(closed)
    ]
    home.rules = replace(home.rules, blocks=(("device_id",),), rare_blocks=())
    ids = home.day(0, [record for case in cases for record in case])
    assert [on for on, case in zip(closed, cases, strict=True) if are_one(ids, *case)] == closed[1:]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"full_name": "李娜", "gender": "F"}, {"full_name": "李强"}),
        ({"full_name": "Anna Schmidt", "mobile": MOBILE}, {"full_name": "Peter Schmidt", "mobile": MOBILE}),
    ],
)
def test_twins_who_share_an_address_are_two(home: Home, one, other):
    shared = {"email": "family.li@example.com", "birth_date": date(2000, 5, 5)}
    records = [customer("C1", **shared, **one), person("x", **shared, **other)]
    assert are_apart(home.day(0, records), *records)


@pytest.mark.parametrize("birth", [date(1900, 1, 1), date(1970, 1, 1), day(1)])
def test_a_date_that_forms_are_filled_with_is_nobodys_birth(home: Home, birth):
    home.rules = replace(home.rules, exact=tuple(rule for rule in home.rules.exact if rule.code == "email_and_birth_date"))
    records = [customer("C1", email=EMAIL, birth_date=birth), person("x", email=EMAIL, birth_date=birth)]
    assert are_apart(home.day(0, records), *records)
    assert home.rows("select count(*) from vault.identity.records where birth_date is not null") == [(0,)]


def test_a_birth_on_the_day_of_landing_is_one(home: Home):
    records = [customer("C1", email=EMAIL, birth_date=day(0)), person("x", email=EMAIL, birth_date=day(0))]
    assert are_one(home.day(0, records), *records)


def joined(home: Home, column: str, values: list[str]) -> list[str]:
    """The values by which a customer's record, a third party's and a user's are one: each value's in the same home."""
    cases = [
        (customer(f"C{n}", full_name=f"王小{chr(0x4E10 + n)}", **{column: value}), user(f"u{n}", **{column: value}))
        for n, value in enumerate(values)
    ]
    ids = home.day(0, [record for case in cases for record in case])
    return [value for value, case in zip(values, cases, strict=True) if are_one(ids, *case)]


def test_a_telephone_that_forms_are_filled_with_joins_nobody_and_one_like_others_does(home: Home):
    filled = ["12345678901", "123456", "13812345678", "13333333333", "15555555555", "010-12345678",
              "13900000000"]  # fmt: skip
    real = ["13912845671", "13888812345", "02161234567", "13912345687"]
    assert joined(home, "mobile", filled + real) == real


def test_an_address_that_forms_are_filled_with_joins_nobody_and_one_like_others_does(home: Home):
    filled = ["a@a.com", "aaa@aaa.com", "123@qq.com", "user@example.com", "unknown@unknown.com", "noemail@bank.com",
              "qwe@qwe.com", "asdf@asdf.com", "test1@qq.com", "zz@mail.com", "wang@wang.com"]  # fmt: skip
    real = ["wang.xm@example.com", "80452@qq.com", "tester.li@example.com", "l@mail.example.com"]
    assert joined(home, "email", filled + real) == real


def test_one_proven_number_under_two_names_and_births_is_a_stewards_matter(home: Home):
    number = resident("11010519800101")
    one = customer("C1", full_name="张三", birth_date=BIRTH, gender="M", id_number=number)
    other = customer("C2", full_name="李四", birth_date=date(2015, 6, 7), gender="F", id_number=number)
    assert are_apart(home.day(0, [one, other]), one, other)
    assert home.reviewed() == {frozenset([one.name, other.name])}
    renamed = other.but(birth_date=BIRTH)
    assert are_one(home.day(1, [one, renamed]), one, renamed)


def test_whom_a_steward_told_apart_are_two_on_their_telephone_whatever_their_papers_say(home: Home):
    papers = {"id_number": resident("11010519800101"), "birth_date": BIRTH, "mobile": MOBILE}
    one, other = (customer(key, full_name=name, **papers) for key, name in (("C1", "张三"), ("C2", "李四")))
    nameless = user("u", mobile=MOBILE)
    assert are_one(home.day(0, [one, other, nameless]), one, other, nameless)
    apart = home.day(1, [one, other, nameless], [different(one, other)])
    assert are_apart(apart, one, other, nameless)
    home.check_anew(1, [one, other, nameless], [different(one, other)])


@pytest.mark.parametrize(
    "stranger", [customer("C9", full_name="李四"), person("z", full_name="李四"), user("z", mobile="+8613611112222")]
)
def test_whom_a_steward_told_from_somebody_else_is_still_one_on_the_telephone(home: Home, stranger):
    papers = {"id_number": resident("11010519800101"), "birth_date": BIRTH, "mobile": MOBILE}
    one, other = (customer(key, full_name="张三", **papers) for key in ("C1", "C2"))
    records = [one, other, user("u", mobile=MOBILE), stranger]
    home.day(0, records)
    assert are_one(home.day(1, records, [different(one, stranger)]), *records[:3])
    home.check_anew(1, records, [different(one, stranger)])


def test_a_number_that_two_have_whom_a_steward_told_apart_says_not_whose_a_record_is(home: Home):
    papers = {"id_number": resident("11010519800101"), "birth_date": BIRTH}
    one, other = (customer(key, full_name=name, **papers) for key, name in (("C1", "张三"), ("C2", "李四")))
    record = person("r", id_number=papers["id_number"])
    records = [one, other, record]
    assert are_one(home.day(0, records), *records)
    assert are_apart(home.day(1, records, [different(one, other)]), *records)
    assert home.reviewed() == {frozenset([each.name, record.name]) for each in (one, other)}
    home.check_anew(1, records, [different(one, other)])


def test_a_stewards_word_about_two_concerns_whom_a_rule_joins_by_how_many_share_their_telephone(home: Home):
    """Of rules that count customers and agree in more than what they count by."""
    counting = [
        replace(rule, where=f"{rule.where} and b.mobile_customers <= 2") if rule.code == "mobile_and_name" else rule
        for rule in home.rules.exact if rule.agree != ("mobile",)
    ]  # fmt: skip
    home.rules, home.bounds = replace(home.rules, exact=tuple(counting)), replace(home.bounds, accept=0.999999)
    papers = {"id_number": resident("11010519800101"), "birth_date": BIRTH, "mobile": MOBILE}
    one, other = (customer(key, full_name=name, **papers) for key, name in (("C1", "张三"), ("C2", "李四")))
    third = customer("C3", full_name="Ann Lee", mobile=MOBILE, birth_date=date(1990, 5, 5))
    namesake = person("r", full_name="Ann Lee", mobile=MOBILE, city="Beijing")
    records = [one, other, third, namesake]
    assert are_one(home.day(0, records), third, namesake)
    assert are_apart(home.day(1, records, [different(one, other)]), third, namesake)
    home.check_anew(1, records, [different(one, other)])


def test_who_shares_a_number_by_mistake_raises_no_doubt_of_whom_a_record_is(home: Home):
    number = resident("11010519800101")
    here = {"address": "1 Long Road", "city": "Beijing"}
    one = customer("C1", **WANG, mobile=MOBILE)
    other = customer("C2", full_name="李四", birth_date=date(1981, 1, 1), id_number=number, **here)
    record = person("x", **WANG, mobile=MOBILE, id_number=number, **here)
    ids = home.day(0, [one, other, record])
    assert are_one(ids, one, record)
    assert are_apart(ids, one, other)
    assert frozenset([other.name, record.name]) in home.reviewed()


def test_a_customer_that_parts_leaves_the_id_with_the_number_opened_first_whichever_landed_first(home: Home):
    number = resident("11010519800101")
    young = customer("C1", **WANG, id_number=number, opened_on=date(2024, 5, 1))
    old = customer("C9", **WANG, id_number=number, opened_on=date(1999, 5, 1))
    before = home.day(0, [young, old])
    assert are_one(before, young, old)
    mended = old.but(id_number=resident("11010519800101", 2)).on(1)
    after = home.day(1, [young, mended])
    assert after[(CORE, "C9")] == before[(CORE, "C9")]
    assert after[(CORE, "C1")] != before[(CORE, "C1")]


def test_a_record_is_as_surely_the_customers_as_what_ties_it_to_the_customer(home: Home):
    """Two records of one person beyond doubt; only the model ties one of them to the customer."""
    home.bounds = replace(home.bounds, accept=0.3)
    lee = {"full_name": "Ann Marie Lee", "birth_date": BIRTH, "address": "1 Long Road", "city": "Beijing"}
    number = resident("11010519800101")
    near = {"full_name": "Ann Lee", "birth_date": BIRTH, "id_number": number}
    records = [customer("C1", **lee), person("t", **near), person("t2", full_name="A Lee", id_number=number)]
    assert are_one(home.day(0, records), *records)
    told = dict(home.rows("select record_id, (method, confidence) from resolution.identities"))
    assert told["C1"][1] == 1
    assert told["p:t"][0] == "exact:national_id"
    likely = home.probability(records[0], records[1])
    assert likely is not None and likely < 0.999
    assert told["p:t"][1] == told["p:t2"][1] == likely


def test_a_record_that_two_ways_lead_to_is_as_sure_as_the_surer(home: Home):
    home.rules = replace(home.rules, blocks=(("device_id",),), rare_blocks=())
    shared = {"mobile": MOBILE, "email": EMAIL}
    records = [customer("C1", **WANG, **shared), person("x", **WANG, **shared), user("u", **shared)]
    assert are_one(home.day(0, records), *records)
    assert dict(home.rows("select record_id, confidence from resolution.identities")) == {"C1": 1, "p:x": 0.995, "u": 0.96}


def test_a_day_is_put_together_as_a_home_that_begins_with_it_is(home: Home):
    """What doubt takes away is doubted again when the other customer comes, and given back when it goes."""
    one, other = customer("C1", **WANG, mobile=MOBILE), customer("C2", full_name="李四", email=EMAIL).on(1)
    between = user("u", mobile=MOBILE, email=EMAIL)
    first = home.day(0, [one, between])
    assert are_one(first, one, between)
    second = home.day(1, [one, between, other])
    assert are_apart(second, one, between, other)
    home.check_anew(1, [one, between, other])
    assert home.day(2, [one, between]) == first
    home.check_anew(2, [one, between])

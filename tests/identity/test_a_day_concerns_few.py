"""A day looks at those whom it concerns: the others' rows stay as they lie, and all is as if everybody were resolved anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from identity_kit import PEOPLE, Home, Record, Word, are_apart, are_one, customer, different, person, resident, same, user

MOBILE = "13912845671"
LEE = {"full_name": "Ann Marie Lee", "birth_date": date(1980, 1, 1), "address": "1 Long Road", "city": "Beijing"}
OTHERS = [
    customer("C8", full_name="Bob Ray", mobile="13712345679"),
    user("v", mobile="13712345679"),
    person("w", full_name="Li Na"),
]
OTHER_NAMES = "('C8', 'v', 'p:w')"


def lie(home: Home) -> list[tuple[object, ...]]:
    """Where the others' rows lie: a row that was written again lies elsewhere."""
    return home.rows(f"select rowid, * from resolution.identities where record_id in {OTHER_NAMES} order by record_id")


FEW = [customer("C1", **LEE), person("x", **LEE), user("u", mobile=MOBILE)]
DAYS: dict[str, tuple[list[Record], list[Word]]] = {
    "nothing": (FEW, []),
    "a record": ([*FEW, person("y", **LEE).on(1)], []),
    "a record of nobody": ([*FEW, person("y", full_name="Zoe Doe").on(1)], []),
    "another value": ([FEW[0].but(mobile=MOBILE).on(1), *FEW[1:]], []),
    "another version of the same": ([FEW[0].on(1), *FEW[1:]], []),
    "a record that went": (FEW[1:], []),
    "a word": (FEW, [different(FEW[0], FEW[1])]),
    "a word that joins": (FEW, [same(FEW[1], FEW[2])]),
}


@pytest.mark.parametrize("name", DAYS)
def test_a_day_leaves_the_rows_of_those_whom_it_does_not_concern_and_ends_as_if_all_were_resolved_anew(home: Home, name: str):
    home.day(0, [*FEW, *OTHERS])
    before = lie(home)
    records, words = DAYS[name]
    home.day(1, [*records, *OTHERS], words)
    assert lie(home) == before
    home.check_anew(1, [*records, *OTHERS], words)


def test_a_word_taken_back_ties_what_it_parted_again(home: Home):
    number, other = user("v", customer_no="C1"), user("w", customer_no="C1")
    records = [FEW[0], number, other]
    home.day(0, records, [different(records[0], number)])
    assert are_apart(home.day(1, records, [different(records[0], number)]), records[0], number)
    assert are_one(home.day(2, records), *records)
    home.check_anew(2, records)


def test_whoever_shares_a_telephone_is_concerned_when_a_second_customer_has_it(home: Home):
    bob, caller = customer("C1", full_name="Bob Ray", mobile=MOBILE), user("u", mobile=MOBILE)
    assert are_one(home.day(0, [bob, caller]), bob, caller)
    third = customer("C2", full_name="Li Na", mobile=MOBILE).on(1)
    assert are_apart(home.day(1, [bob, caller, third]), bob, caller, third)
    home.check_anew(1, [bob, caller, third])
    assert are_one(home.day(2, [bob, caller]), bob, caller)


def test_two_that_stand_are_compared_when_their_block_shrinks_and_lose_their_pair_when_it_grows_unless_another_holds_it(
    home: Home,
):
    home.bounds = replace(home.bounds, block_records=2, review=0.0)
    home.rules = replace(home.rules, blocks=(("city",), ("birth_date",)), rare_blocks=(), exact=())
    two = [person("x", **LEE), person("y", **LEE)]
    many = [*two, *(person(f"z{n}", full_name="Bob Ray", city="Beijing").on(1) for n in range(2))]
    home.day(0, two)
    pairs = home.pairs()
    home.day(1, many)
    assert home.pairs() == pairs, "of one birth date still"
    most = [*many, *(person(f"b{n}", full_name="Li Na", birth_date=LEE["birth_date"]).on(2) for n in range(2))]
    home.day(2, most)
    assert home.pairs() == set()
    home.check_anew(2, most)
    home.day(3, many)
    assert home.pairs() == pairs
    home.check_anew(3, many)


def test_an_outcome_that_is_not_the_last_one_counts_for_nothing(home: Home):
    """As where the warehouse's file came from a copy, or the run that wrote it ended before it had noted so."""
    home.day(0, [*FEW, *OTHERS])
    home.connection.execute("delete from resolution.identities; update control.resolved set token = 'another'")
    home.day(1, [*FEW, *OTHERS])
    home.check_anew(1, [*FEW, *OTHERS])


UNSAID = "update raw.core_banking__customers set birth_date = date '1990-05-05' where customer_no = 'C8'"


def birth(home: Home, no: str = "C8") -> object:
    return home.rows(f"select birth_date from vault.identity.records where record_id = '{no}'")[0][0]


def test_records_that_no_change_names_are_not_looked_at(home: Home):
    home.day(0, [*FEW, *OTHERS])
    home.put([*FEW, *OTHERS])
    home.connection.execute(UNSAID)
    assert home.resolve(1).changed == 0
    assert birth(home) is None


def test_where_changes_were_forgotten_unseen_every_record_is_looked_at(home: Home):
    home.day(0, [*FEW, *OTHERS])
    home.put([*FEW, *OTHERS])
    home.connection.execute(f"{UNSAID}; update control.changing set applied = applied + 1, forgotten = applied + 1")
    assert home.resolve(1).changed == 1
    assert birth(home) == date(1990, 5, 5)
    home.put([*FEW, *OTHERS])
    assert home.resolve(2).changed == 0, "and from then on those alone that changes name"


def test_a_record_is_another_when_its_customer_number_is_of_another_kind(home: Home):
    firm, its = customer("C9", full_name="Lee Ltd"), user("z", customer_no=" C9 ", mobile="13712345678")
    home.day(0, [firm, its])
    standing = [firm.but(customer_type="business").on(1), its]
    home.day(1, standing)
    assert home.rows("select kind from vault.identity.records order by record_id") == [("organisation",)] * 2
    home.check_anew(1, standing)


def test_other_rules_and_limits_put_everybody_together_anew(home: Home):
    proven = resident("11010519800101")
    records = [customer("C1", id_number=proven), person("x", id_number=proven)]
    assert are_one(home.day(0, records), *records)
    rules = home.rules
    home.rules = replace(rules, exact=(), blocks=(("city",),), rare_blocks=())
    assert are_apart(home.day(1, records), *records)
    home.rules, home.bounds = rules, replace(home.bounds, cluster_records=1)
    assert are_apart(home.day(2, records), *records)


def test_two_providers_whose_names_and_keys_read_alike_in_a_row_are_two_records(home: Home):
    named = [("a:b", "c"), ("a", "b:c"), ("a\\", "b:c"), ("a\\:b", "c")]
    plain, pii = "raw.third_party__people", "vault.raw.third_party__people"
    for provider, key in named:
        for table in (plain, pii):
            home.connection.execute(f"insert into {table} by name select ? as provider, ? as record_id", [provider, key])
    home.connection.execute(f"update {plain} set _landed_on = date '2026-01-01'")
    home.resolve(0)
    assert home.ids().keys() == {(PEOPLE, key) for key in ("a\\:b:c", "a:b:c", "a\\\\:b:c", "a\\\\\\:b:c")}

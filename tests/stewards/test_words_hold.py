"""What a steward says holds from the next date on, whatever else speaks for or against it: three dates of one bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from steward_kit import CUSTOMERS, FIRST, PEOPLE, SECOND, THIRD, WANG, Bank, Name, bank_in, identity_number

from identity.review import Pair

WANG_1, WANG_2, WANG_3 = (CUSTOMERS, "C1"), (PEOPLE, "bureau:A"), (PEOPLE, "bureau:M")
LI, ZHAO = (CUSTOMERS, "C2"), (PEOPLE, "bureau:L")
SUN, QIAN = (CUSTOMERS, "C3"), (PEOPLE, "bureau:Q")
ZHOU, ZHOU_1, ZHOU_2 = (CUSTOMERS, "C5"), (PEOPLE, "bureau:Z1"), (PEOPLE, "bureau:Z2")
WU, ZHENG, HIS = (CUSTOMERS, "C6"), (CUSTOMERS, "C7"), (PEOPLE, "bureau:H")
NUMBER = "13500001234"


@dataclass(frozen=True)
class Lived:
    """The bank after three dates; after each of them, which customer each record was, and what waited."""

    bank: Bank
    caller: Name
    customers: dict[date, dict[Name, str]]
    queues: dict[date, list[Pair]]

    def are_one(self, on: date, a: Name, b: Name) -> bool:
        return self.customers[on][a] == self.customers[on][b]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    bank = bank_in(tmp_path_factory.mktemp("lived"))
    customers, queues = {}, {}

    def process(on: date) -> None:
        bank.process(on)
        customers[on], queues[on] = bank.customers(), bank.queue()

    bank.customer("C1", **WANG, mobile="13912845671")
    bank.person("A", **WANG, mobile="13912845671")
    bank.customer("C2", full_name="李大海", birth_date="1990-02-01", id_number=identity_number("11010119900201001"))
    bank.person("L", full_name="赵敏", birth_date="1971-05-05")
    bank.customer("C3", full_name="孙立军", birth_date="1988-08-08")
    bank.person("Q", full_name="钱学文", birth_date="1966-06-16")
    bank.customer("C5", full_name="周国平", birth_date="1975-07-01", city="北京市")
    for key in ("Z1", "Z2"):
        bank.person(key, full_name="周国平", birth_date="1975-07-11", mobile="13812345679", city="北京市")
    bank.customer("C6", full_name="吴天明", birth_date="1961-01-01", mobile="13712845671")
    bank.customer("C7", full_name="郑和平", birth_date="1955-05-01", mobile="13612845671")
    bank.person("H", full_name="郑和平", mobile="13612845671")
    call = {"contact_id": "K1", "caller_number": NUMBER, "channel": "inbound_call", "started_at": f"{FIRST} 09:00:00"}
    bank.drop("call_centre.contacts", FIRST, call)
    process(FIRST)

    (caller,) = (name for name in customers[FIRST] if name[0] == "call_centre.callers")
    bank.answer(WANG_2, WANG_1, "different")
    bank.answer(ZHAO, LI, "same")
    bank.answer(LI, caller, "same")
    bank.answer(HIS, WU, "same")
    (asked,) = (pair for pair in queues[FIRST] if ZHOU in (pair.one, pair.other))
    bank.answer(asked.one, asked.other, "different")
    names = ("source_a", "record_a", "source_b", "record_b", "decision", "decided_by", "decided_at")
    theirs = dict(zip(names, (*QIAN, *SUN, "same", "their steward", f"{SECOND} 23:59:00"), strict=True))
    bank.drop("stewardship.identity_decisions", SECOND, theirs)
    process(SECOND)

    assert bank.answer(SUN, QIAN, "same").word.decided_by == "their steward"
    bank.answer(SUN, QIAN, "different")
    bank.person("M", THIRD, **WANG, mobile="13912845671")
    process(THIRD)
    return Lived(bank, caller, customers, queues)


def test_same_makes_one_customer_of_two_records_that_nothing_else_joins(lived: Lived) -> None:
    assert not lived.are_one(FIRST, LI, ZHAO)
    assert lived.are_one(SECOND, LI, ZHAO)
    assert lived.customers[SECOND][ZHAO] == lived.customers[FIRST][LI]
    with lived.bank.opened() as connection:
        told = connection.execute(
            "select method, confidence, evidence from resolution.identities where record_source = ? and record_id = ?", list(ZHAO)
        ).fetchall()
        changes = connection.execute(
            "select change, cause, to_customer_id from resolution.changes where from_customer_id = ?",
            [lived.customers[FIRST][ZHAO]],
        ).fetchall()
    assert told == [("manual", 1.0, "a steward said so: core_banking.customers C2")]
    assert changes == [("merge", "manual", lived.customers[FIRST][LI])]


def test_same_takes_a_record_from_another_customer_and_the_change_says_who_moved_it(lived: Lived) -> None:
    assert lived.are_one(FIRST, ZHENG, HIS)
    assert lived.are_one(SECOND, WU, HIS)
    assert [lived.customers[SECOND][name] for name in (WU, ZHENG)] == [lived.customers[FIRST][name] for name in (WU, ZHENG)]
    with lived.bank.opened() as connection:
        changes = connection.execute(
            "select change, to_customer_id, cause, evidence from resolution.changes where from_customer_id = ?",
            [lived.customers[FIRST][ZHENG]],
        ).fetchall()
    told = "a steward said so: third_party.people bureau:H and core_banking.customers C6"
    assert changes == [("split", lived.customers[FIRST][WU], "manual", told)]


def test_different_parts_even_records_with_the_same_identity_number(lived: Lived) -> None:
    assert lived.are_one(FIRST, WANG_1, WANG_2)
    assert not lived.are_one(SECOND, WANG_1, WANG_2)
    assert lived.customers[SECOND][WANG_1] == lived.customers[FIRST][WANG_1]


def test_and_no_record_that_comes_between_them_overrules_it(lived: Lived) -> None:
    assert not lived.are_one(THIRD, WANG_1, WANG_2)
    assert lived.are_one(THIRD, WANG_1, WANG_3) != lived.are_one(THIRD, WANG_2, WANG_3)
    assert lived.customers[THIRD][WANG_2] == lived.customers[SECOND][WANG_2]


def test_the_newest_word_counts_whoever_said_it_and_whichever_record_it_names_first(lived: Lived) -> None:
    assert [lived.are_one(on, SUN, QIAN) for on in (FIRST, SECOND, THIRD)] == [False, True, False]


def test_a_caller_is_named_by_customer_number_and_hashed_number(lived: Lived) -> None:
    assert lived.caller[1].startswith(":")
    assert NUMBER not in lived.caller[1]
    assert [lived.are_one(on, LI, lived.caller) for on in (FIRST, SECOND)] == [False, True]


def test_of_two_customers_called_different_no_other_pair_waits(lived: Lived) -> None:
    assert lived.are_one(FIRST, ZHOU_1, ZHOU_2)
    assert [ZHOU in (pair.one, pair.other) for pair in lived.queues[FIRST]] == [True]
    assert not lived.are_one(THIRD, ZHOU, ZHOU_1)
    assert not [pair for on in (SECOND, THIRD) for pair in lived.queues[on] if ZHOU in (pair.one, pair.other)]


def test_what_is_answered_does_not_wait(lived: Lived) -> None:
    answered = {Pair.of(WANG_1, WANG_2), Pair.of(LI, ZHAO), Pair.of(SUN, QIAN)}
    assert answered.isdisjoint(pair for queue in lived.queues.values() for pair in queue)

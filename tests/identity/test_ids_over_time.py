"""A customer's id over time: what keeps it, merges, splits, comes back; aliases and changes say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from identity_kit import Home, Name, Record, Word, are_apart, are_one, customer, day, different, person, resident, same, user
from identity_worlds import RECORDS, check_safe

PROVEN = resident("11010519800101")
A = {"full_name": "王小明", "mobile": "13912845671", "birth_date": date(1980, 1, 1)}
B = {"full_name": "王小明", "email": "a@example.com", "birth_date": date(1980, 1, 1)}


def changes(home: Home) -> list[tuple[str, ...]]:
    return home.rows(
        "select change, from_customer_id, to_customer_id, cause, evidence from resolution.changes order by business_date"
    )


def aliases(home: Home) -> dict[str, str | None]:
    return dict(home.rows("from resolution.aliases"))


def test_a_bad_record_that_joined_two_splits_them_when_it_goes_and_the_id_stays_with_the_core_customer(home: Home):
    old, core = person("x", full_name="Ann Lee", mobile="13912845671"), customer("C1", full_name="Bob Ray", email="b@example.com")
    bad = user("bad").on(1)
    words = [same(old, bad), same(bad, core)]
    first = home.day(0, [old])
    joined = home.day(1, [old, core.on(1), bad], words)
    assert are_one(joined, old, core, bad)
    assert joined[core.name] == first[old.name]
    parted = home.day(2, [old, core.on(1)], words)
    assert parted[core.name] == joined[core.name]
    assert parted[old.name] not in {joined[core.name]}
    assert changes(home) == [
        ("split", parted[core.name], parted[old.name], "record_removed", "what joined them went: app.users bad")
    ]
    assert aliases(home) == {}


def test_without_a_core_customer_the_id_stays_with_the_oldest_record(home: Home):
    young, old, bad = person("a", full_name="Ann Lee").on(1), person("z", full_name="Bob Ray"), user("bad").on(1)
    words = [same(young, bad), same(bad, old)]
    home.day(0, [old])
    joined = home.day(1, [young, old, bad], words)
    parted = home.day(2, [young, old], words)
    assert parted[old.name] == joined[old.name] != parted[young.name]


def test_a_changed_record_that_no_longer_joins_splits_and_is_named(home: Home):
    a, b = customer("C1", **A), person("x", **A)
    before = home.day(0, [a, b])
    after = home.day(1, [a, b.but(full_name="Li Na", mobile="13700000001", birth_date=date(1990, 2, 2)).on(1)])
    assert changes(home) == [
        (
            "split",
            before[a.name],
            after[b.name],
            "record_changed",
            "what joined them says something else now: third_party.people p:x",
        )
    ]


def test_two_customers_found_to_be_one_keep_the_older_id_and_aliases_follow_the_chain(home: Home):
    one, two, three = (customer(f"C{n}").on(n) for n in (2, 1, 0))
    ids = home.day(0, [three])
    ids |= home.day(1, [two, three])
    ids |= home.day(2, [one, two, three])
    c, b, a = ids[one.name], ids[two.name], ids[three.name]
    home.day(3, [one, two, three], [same(one, two)])
    assert aliases(home) == {c: b}
    now = home.day(4, [one, two, three], [same(one, two), same(two, three)])
    assert set(now.values()) == {a}
    assert aliases(home) == {c: a, b: a}
    told = changes(home)
    assert [row[:4] for row in told] == [("merge", c, b, "manual"), ("merge", b, a, "manual")]
    assert all("core_banking.customers C1" in row[4] for row in told)


def test_a_merge_by_a_rule_says_which_and_by_which_records(home: Home):
    a, b = customer("C1", **A), person("x", **B).on(1)
    ids = home.day(0, [a]) | home.day(1, [a, b.but(birth_date=None, full_name=None)])
    home.day(2, [a.but(email="a@example.com").on(2), b.on(2)])
    told = changes(home)
    assert [row[:3] for row in told] == [("merge", ids[b.name], ids[a.name])]
    assert told[0][3].startswith("exact:email_and_")
    assert "third_party.people p:x and core_banking.customers C1" in told[0][4]


@pytest.mark.parametrize("gone_for", [1, 3])
def test_a_record_that_vanishes_and_comes_back_has_its_id_again(home: Home, gone_for):
    a, b = customer("C1", **A), person("y")
    before = home.day(0, [a, b])
    for number in range(1, 1 + gone_for):
        home.day(number, [b])
        assert aliases(home) == {before[a.name]: None}
    assert home.day(1 + gone_for, [a, b]) == before
    assert aliases(home) == {}


def test_a_record_that_was_left_alone_with_an_id_it_did_not_found_has_it_again_too(home: Home):
    founder, other = person("x", **A), customer("C1", **A).on(1)
    home.day(0, [founder])
    joined = home.day(1, [founder, other])
    home.day(2, [other])
    home.day(3, [])
    assert home.day(4, [other]) == {other.name: joined[other.name]}
    assert are_one(home.day(5, [founder, other]), founder, other)


def test_an_id_that_another_still_has_is_not_given_back_to_its_founder(home: Home):
    founder, other = person("x", **A), customer("C1", **A).on(1)
    home.day(0, [founder])
    joined = home.day(1, [founder, other])
    home.day(2, [other])
    back = home.day(3, [founder.but(full_name="Li Na", mobile=None).on(3), other])
    assert back[other.name] == joined[other.name] != back[founder.name]


def test_an_id_in_use_again_after_a_merge_is_no_alias_when_it_goes(home: Home):
    a, b = customer("C1"), customer("C2")
    ids = home.day(0, [a, b])
    home.day(1, [a, b], [same(a, b)])
    gone = next(id_ for id_ in ids.values() if id_ in aliases(home))
    again = home.day(2, [a, b], [different(a, b)])
    assert again == ids
    leaver = next(record for record in (a, b) if ids[record.name] == gone)
    home.day(3, [record for record in (a, b) if record is not leaver])
    assert aliases(home) == {gone: None}


class Days(RuleBasedStateMachine):
    """Days that bring, change and take records and words; some are never finished, some are run again, some after a rebuild."""

    @initialize()
    def open_bank(self) -> None:
        self.folder = TemporaryDirectory()
        self.opened = Home.opened(Path(self.folder.name))
        self.home = self.opened.__enter__()
        self.number = 0
        self.records: dict[Name, Record] = {}
        self.words: dict[tuple[Name, Name], Word] = {}
        self.held: dict[str, set[Name]] = {}  # which records ever held an id, on days that count
        self.held_before: dict[str, set[Name]] = {}
        self.ids: dict[Name, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()

    def _note(self) -> None:
        self.ids = self.home.ids()
        self.held_before = {id_: set(names) for id_, names in self.held.items()}
        for name, id_ in self.ids.items():
            self.held.setdefault(id_, set()).add(name)

    @rule(came=st.lists(RECORDS, max_size=4), gone=st.integers(0, 3), data=st.data())
    def day(self, came: list[Record], gone: int, data: st.DataObject) -> None:
        for record in came:
            self.records[record.name] = record.on(self.number)
        if gone == 0 and self.records:
            del self.records[data.draw(st.sampled_from(sorted(self.records)))]
        if len(self.records) > 1 and data.draw(st.booleans()):
            a, b = data.draw(st.lists(st.sampled_from(sorted(self.records)), min_size=2, max_size=2, unique=True))
            self.words[a, b] = Word(a, b, data.draw(st.sampled_from(["same", "different"])), self.number)
        standing = list(self.records.values()), list(self.words.values())
        self.home.put(*standing)
        self.home.resolve(self.number)
        self.home.check_anew(self.number, *standing)
        if data.draw(st.sampled_from([True, True, True, False])):
            self._note()
        else:
            self.home.counted.discard(day(self.number))
        self.number += 1

    @precondition(lambda self: self.number > 0 and day(self.number - 1) in self.home.counted)
    @rule(is_rebuilt=st.booleans())
    def again(self, is_rebuilt: bool) -> None:
        kept = self.home.history()
        if is_rebuilt:
            self.home.forget()
        self.home.resolve(self.number - 1)
        assert self.home.ids() == self.ids
        assert self.home.history() == kept

    @invariant()
    def no_id_goes_to_another_person(self) -> None:
        if not hasattr(self, "home") or not self.ids or day(self.number - 1) not in self.home.counted:
            return
        check_safe(list(self.records.values()), list(self.words.values()), self.ids)
        for id_, names in self.held_before.items():
            holders = {name for name, each in self.ids.items() if each == id_}
            assert not holders or holders & names, "an id for records of which none held it before"
        known = dict(self.home.rows("from resolution.aliases"))
        assert known.keys() == self.held.keys() - set(self.ids.values())
        assert set(known.values()) - {None} <= set(self.ids.values())


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(settings(max_examples=3, stateful_step_count=5, deadline=None), id="few"),
        pytest.param(settings(max_examples=150, stateful_step_count=12, deadline=None), id="many", marks=pytest.mark.slow),
    ],
)
def test_over_any_days_no_id_is_ever_given_to_another_person(examples: settings) -> None:
    run_state_machine_as_test(Days, settings=examples)


def test_whom_a_steward_told_apart_are_named_alike_after_a_rebuild(home: Home):
    a, b = customer("C1", full_name="Ann Lee"), user("u", mobile="13912845671")
    home.day(0, [a])
    home.day(1, [a, b.on(1)])
    home.day(2, [b.on(1)])
    # who comes back has a new number, and an old rank
    home.day(3, [a.on(3), b.on(1)], [same(a, b)])
    home.day(4, [a.on(3), b.on(1)], [different(a, b, 1)])
    assert [row[-1] for row in changes(home)][-1] == "a steward called them different: app.users u and core_banking.customers C1"
    home.check_anew(4, [a.on(3), b.on(1)], [different(a, b, 1)])


def test_two_that_part_and_join_again_end_as_they_were(home: Home):
    a, b = customer("C1", **A), person("x", **A)
    before = home.day(0, [a, b])
    assert are_apart(home.day(1, [a, b], [different(a, b)]), a, b)
    assert home.day(2, [a, b], [different(a, b), Word(b.name, a.name, "same", 1)]) == before
    assert [row[0] for row in changes(home)] == ["split", "merge"]

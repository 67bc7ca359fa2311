"""Small banks in which much collides, for hypothesis, and what must hold in each whoever is who. No test is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st
from identity_kit import COMPANIES, CORE, PEOPLE, Name, Record, Word, caller, company, customer, person, resident, user

PROVEN = [resident("11010519800101", 1), resident("11010519750303", 2)]
_BIRTHS = [None, date(1980, 1, 1), date(1980, 1, 1), date(1975, 3, 3), date(1981, 1, 1)]
_CODE = "91110000600037341L"
_FIELDS: dict[str, list[Any]] = {
    "full_name": [None, "王小明", "Wang Xiaoming", "王小红", "Li Na", "test"],
    "birth_date": _BIRTHS,
    "id_number": [None, None, *PROVEN, "G1234567", PROVEN[0][:-1] + "?"],
    "mobile": [None, "13912845671", "+86 139 1284 5671", "13712345679", "13800000000"],
    "email": [None, "a@example.com", "A@Example.com", "b@example.com", "test@test.com"],
    "address": [None, "1 Long Road, Beijing", "1 Long Rd Beijing", "99 Other Street"],
    "city": [None, "Beijing", "Shanghai"],
}


def _some(*columns: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({column: st.sampled_from(_FIELDS[column]) for column in columns})


_ALL = _some(*_FIELDS)
_NUMBERS = ["C1", "C2", "C3"]
_OF_COMPANY = st.fixed_dictionaries({
    "customer_type": st.sampled_from(["corporate", "small_business"]), "credit_code": st.sampled_from([None, _CODE]),
    "mobile": st.sampled_from(_FIELDS["mobile"]), "full_name": st.sampled_from(["王小明", "Acme"]),
})  # fmt: skip
_CUSTOMERS = st.builds(lambda no, fields: customer(no, **fields), st.sampled_from(_NUMBERS), _ALL | _ALL | _OF_COMPANY)
_USERS = st.builds(
    lambda key, no, fields: user(key, customer_no=no, **fields),
    st.sampled_from("uvw"), st.sampled_from([None, None, *_NUMBERS, "C9"]), _some("mobile", "email"),
)  # fmt: skip
_PEOPLE = st.builds(lambda key, fields: person(key, **fields), st.sampled_from("xyz"), _ALL)
_COMPANIES = st.just(company(_CODE, full_name="Acme", city="Beijing"))
_CALLERS = st.builds(
    lambda no, hashed, fields: caller(no, hashed, **fields),
    st.sampled_from([None, *_NUMBERS]), st.sampled_from(["aa", "bb"]), _some("mobile"),
)  # fmt: skip
RECORDS = st.one_of(_CUSTOMERS, _CUSTOMERS, _USERS, _PEOPLE, _PEOPLE, _COMPANIES, _CALLERS)


def worlds(most: int = 9) -> st.SearchStrategy[list[Record]]:
    """Records, each key once."""
    return st.lists(RECORDS, min_size=2, max_size=most, unique_by=lambda record: record.name)


@st.composite
def words_on(draw: st.DrawFn, records: Sequence[Record], most: int = 4) -> list[Word]:
    """Stewards' words about some of the records: one a pair of names, as the landing contract's key has it."""
    pair = st.lists(st.sampled_from(records), min_size=2, max_size=2, unique_by=lambda record: record.name)
    word = st.tuples(pair, st.sampled_from(["same", "different"]), st.integers(0, 2))
    told = draw(st.lists(word, max_size=most, unique_by=lambda each: (each[0][0].name, each[0][1].name)))
    return [Word(a.name, b.name, decision, at) for (a, b), decision, at in told]


@st.composite
def judged_worlds(draw: st.DrawFn) -> tuple[list[Record], list[Word]]:
    records = draw(worlds())
    return records, draw(words_on(records))


def _standing(words: Iterable[Word]) -> dict[frozenset[Name], str]:
    """The newest word on each pair; of two at the same time the cautious one."""
    newest: dict[frozenset[Name], tuple[int, bool, str]] = {}
    for word in words:
        pair = frozenset([word.a, word.b])
        rank = (word.at, word.decision == "different", word.decision)
        newest[pair] = max(newest.get(pair, rank), rank)
    return {pair: decision for pair, (_, _, decision) in newest.items()}


def proven(record: Record) -> str | None:
    """What proves who a record is: a person's identity number, an organisation's credit code."""
    if record.source == COMPANIES:
        return record.key
    if record.get("customer_type") in ("corporate", "small_business"):
        code: str | None = record.get("credit_code")
        return code
    number = record.get("id_number")
    return number if number in PROVEN else None


class _Joined:
    """Which of some things are linked, over however many others."""

    def __init__(self) -> None:
        self._parents: dict[Any, Any] = {}

    def root(self, one: Any) -> Any:
        while self._parents.get(one, one) != one:
            one = self._parents[one]
        return one

    def link(self, one: Any, other: Any) -> None:
        self._parents[self.root(one)] = self.root(other)


def kinds(records: Sequence[Record]) -> dict[Name, str | None]:
    """What each record is by its source, else by the customer whose number it has."""
    own = {CORE: None, PEOPLE: "person", COMPANIES: "organisation"}
    of_number = {r.key: "person" if r.get("customer_type") == "retail" else "organisation" for r in records if r.source == CORE}

    def kind(record: Record) -> str | None:
        number = record.key if record.source == CORE else record.get("customer_no") or record.key.partition(":")[0]
        return own.get(record.source) or of_number.get(number)

    return {record.name: kind(record) for record in records}


def check_safe(records: Sequence[Record], words: Sequence[Word], ids: Mapping[Name, str]) -> None:
    """What never happens, however much speaks for it, where core banking's duplicates need a national id."""
    assert ids.keys() == {record.name for record in records}
    standing = _standing(words)
    known = {pair: decision for pair, decision in standing.items() if pair <= ids.keys()}
    for pair, decision in known.items():
        if decision == "different":
            assert len({ids[name] for name in pair}) == 2, "a steward said different"
    told = _Joined()
    for pair, decision in known.items():
        if decision == "same":
            told.link(*pair)
    for record in records:
        if number := proven(record):
            told.link(record.name, number)
    by_id: dict[str, list[Record]] = {}
    for record in records:
        by_id.setdefault(ids[record.name], []).append(record)
    kind = kinds(records)
    for members in by_id.values():
        assert len({kind[r.name] for r in members} - {None}) <= 1, "a person and an organisation"
        assert len({told.root(r.name) for r in members if proven(r)}) <= 1, "two proven numbers"
        _check_core([r for r in members if r.source == CORE], known)


def _check_core(members: Sequence[Record], known: Mapping[frozenset[Name], str]) -> None:
    """Two customer numbers are one by what proves them one, or by stewards' words from one to the other."""
    linked = _Joined()
    for pair, decision in known.items():
        if decision == "same":
            linked.link(*pair)
    for record in members:
        if number := proven(record):
            linked.link(record.name, number)
    assert len({linked.root(record.name) for record in members}) <= 1, "two customer numbers"

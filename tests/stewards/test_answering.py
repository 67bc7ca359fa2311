"""Answers: when one is possible, which folder it lands in, under which time, and that nothing else in the folder suffers."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from steward_kit import COMPANIES, CUSTOMERS, FIRST, FOURTH, MORE, PEOPLE, SECOND, THIRD, WANG, Bank, bank_in

from assets.answering import ReviewError, finished_on, require_name, require_resolved, waiting_words
from identity.review import Pair
from integrations.sources.answers import answers_in
from integrations.sources.file_drop.errors import UnreadableFileError

C1, A, E, F = (CUSTOMERS, "C1"), *((PEOPLE, f"bureau:{key}") for key in "AEF")
COLUMNS = ["source_a", "record_a", "source_b", "record_b", "decision", "decided_by", "decided_at"]


@pytest.fixture
def answering(doubtful: Bank, tmp_path: Path) -> Bank:
    """A copy of that home, to answer in."""
    for folder in (doubtful.home.root, doubtful.home.landing):
        shutil.copytree(folder, tmp_path / folder.name)
    return bank_in(tmp_path)


def landed(bank: Bank, on: date = SECOND) -> list[dict[str, str]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in answers_in(bank.folder(on))]


def test_an_answer_is_one_row_in_a_file_of_its_own_for_the_day_after_the_last_finished_one(answering: Bank) -> None:
    given = answering.answer(E, F, "same")
    answering.answer(C1, A, "different", by="  Zhao\n Min ")
    assert given.on == SECOND
    assert given.file in answers_in(answering.folder(SECOND))
    one, other = landed(answering)
    assert list(one) == COLUMNS
    assert [one[name] for name in COLUMNS[:6]] == [*E, *F, "same", "Li Wei"]
    assert [other[name] for name in COLUMNS[:6]] == [*C1, *A, "different", "Zhao Min"]


def test_it_names_keys_and_nothing_else_of_the_persons(answering: Bank) -> None:
    answering.answer(C1, A, "same")
    text = "".join(path.read_text(encoding="utf-8") for path in answers_in(answering.folder(SECOND)))
    assert not [value for value in (WANG | MORE).values() if value in text]


def test_the_same_answer_again_adds_nothing_before_and_after_a_date_took_it_in(answering: Bank) -> None:
    answering.answer(E, F, "same")
    assert waiting_words(answering.home, FIRST).keys() == {Pair.of(E, F)}
    again = answering.answer(F, E, "same", by="somebody else")
    assert (again.file, again.word.decided_by, again.word.decision) == (None, "Li Wei", "same")
    assert len(landed(answering)) == 1
    answering.process(SECOND)
    assert waiting_words(answering.home, SECOND) == {}
    assert answering.answer(E, F, "same").file is None
    assert landed(answering, THIRD) == []


def test_another_answer_is_later_than_the_one_it_overrules_and_so_its_file(answering: Bank) -> None:
    words = ["same", "different", "same", "different"]
    given = [answering.answer(E, F, word) for word in words]
    assert sorted(each.word.decided_at for each in given) == [each.word.decided_at for each in given]
    assert len({each.word.decided_at for each in given}) == len(words)
    assert [each["decision"] for each in landed(answering)] == words
    assert waiting_words(answering.home, FIRST)[Pair.of(F, E)].decision == "different"


def test_no_answer_is_dated_after_the_folder_it_lands_with(answering: Bank) -> None:
    given = answering.answer(E, F, "same")
    assert given.word.decided_at.date() == SECOND
    assert landed(answering)[0]["decided_at"] == given.word.decided_at.isoformat(sep=" ")


def test_where_the_bank_is_up_to_date_it_is_dated_by_the_clock(doubtful: Bank, tmp_path: Path) -> None:
    for clock, is_now in (("wall", True), ("business", False)):
        bank = bank_in(tmp_path / clock, sender_clock=clock, time_zone="UTC")
        shutil.copytree(doubtful.home.root, bank.home.root)
        ahead = date.today() + timedelta(days=700)  # noqa: DTZ011 - any day that is not over anywhere
        from foundation.progress import Progress

        Progress(bank.home.control).finish("marts", ahead)
        at = bank.answer(E, F, "same").word.decided_at
        assert (abs(at - datetime.now()) < timedelta(days=2)) == is_now  # noqa: DTZ005
        assert (at.date() == ahead + timedelta(days=1)) != is_now


def test_a_folder_that_a_run_has_read_is_passed_over(answering: Bank) -> None:
    answering.drop("stewardship.identity_decisions", SECOND)
    answering.take_in(SECOND)  # and no further: the date was killed or held back
    assert answering.answer(E, F, "same").on == THIRD


@pytest.mark.parametrize(
    ("manifest", "on"),
    [
        ({"rows": 1, "files": {"theirs.jsonl": ""}}, SECOND),
        ({"rows": 0, "files": {}}, SECOND),
        ({"files": {"theirs.jsonl": ""}}, SECOND),
        ({"rows": 1}, THIRD),
        (["no manifest"], THIRD),
    ],
)
def test_a_manifest_stays_true_or_the_answer_lands_the_day_after(answering: Bank, manifest: object, on: date) -> None:
    row = dict(zip(COLUMNS, [*C1, *F, "different", "their steward", f"{SECOND} 09:00:00"], strict=True))
    theirs = answering.drop("stewardship.identity_decisions", SECOND, row, file="theirs.jsonl")
    if isinstance(manifest, dict) and "theirs.jsonl" in manifest.get("files", {}):
        manifest["files"]["theirs.jsonl"] = hashlib.sha256(theirs.read_bytes()).hexdigest()
    (theirs.parent / "_manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if manifest == {"rows": 0, "files": {}}:
        theirs.unlink()
    assert answering.answer(E, F, "same").on == on
    if isinstance(manifest, dict):
        answering.take_in(FOURTH)  # holds every manifest to its word


def test_a_file_among_them_that_is_none_is_named_with_its_mend(answering: Bank) -> None:
    given = answering.answer(E, F, "same")
    assert given.file is not None
    given.file.write_text('{"decision": "same"}\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="remove it and answer again"):
        answering.answer(E, F, "same")


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        (
            ("core_banking.accounts", "C1"),
            A,
            "'core_banking.accounts' is no source of records; it is one of core_banking.customers",
        ),
        (C1, (PEOPLE, "bureau:Z"), "third_party.people has no record 'bureau:Z'"),
        (C1, C1, "core_banking.customers C1 was named twice"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_sentence(
    answering: Bank, a: tuple[str, str], b: tuple[str, str], told: str
) -> None:
    with pytest.raises(ReviewError, match=told):
        answering.answer(a, b, "same")
    assert landed(answering) == []


def test_an_answer_needs_a_name(answering: Bank) -> None:
    with pytest.raises(ReviewError, match="say whose"):
        answering.answer(E, F, "same", by="  ")
    assert require_name(" Li   Wei ") == "Li Wei"


def test_a_person_and_an_organisation_may_only_be_called_different(bank: Bank) -> None:
    wang = bank.customer("C1", **WANG)
    row = {"credit_code": "91110000600037341L", "company_name": "王小明商贸", "observed_on": str(FIRST)}
    bank.drop(COMPANIES, FIRST, row)
    bank.process(FIRST)
    with pytest.raises(ReviewError, match="a person and an organisation are never one customer"):
        bank.answer(wang, (COMPANIES, row["credit_code"]), "same")
    assert bank.answer(wang, (COMPANIES, row["credit_code"]), "different").file is not None


def test_where_nobody_was_resolved_yet_it_is_said(bank: Bank) -> None:
    with pytest.raises(ReviewError, match="nobody was resolved here yet"):
        finished_on(bank.home)
    with bank.opened() as connection, pytest.raises(ReviewError, match="no resolved identities"):
        require_resolved(connection)


def test_a_landing_folder_that_takes_nothing_is_named(answering: Bank) -> None:
    taken = answering.folder(SECOND)
    taken.parent.mkdir(parents=True, exist_ok=True)
    taken.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ReviewError, match=r"identity_decisions cannot be written \(File exists\)"):
        answering.answer(E, F, "same")

"""Pairs told to be unlikely before they are compared in full: the answers are those of comparing every pair."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from random import Random

import duckdb
import pytest

from identity import model as comparing
from identity.bound import may_reach
from identity.model import SHIPPED, Model, comparisons, expert, load, score

_COLUMNS = ["name", "name_words", "name_letters", "birth_date", "id_number", "mobile", "email", "address", "city", "gender"]
_WORDS = ["wei", "wang", "lei", "long", "xiu", "zhang", "fang", "王", "伟", "龙", "磊", "秀", "anne", "müller"]
_LETTERS = "0123456789ab@.é王"
# edits as one would ask for them were they cheap to count
_PLAIN = {
    ("birth", "one slip"): "damerau_levenshtein(birth_l, birth_r) <= 1 or (birth_l[1:4] = birth_r[1:4]"
    " and birth_l[5:6] = birth_r[7:8] and birth_l[7:8] = birth_r[5:6])",
    ("id_number", "one slip"): "(left(id_number_l, 2) = left(id_number_r, 2) or right(id_number_l, 2) = right(id_number_r, 2))"
    " and damerau_levenshtein(id_number_l, id_number_r) <= 1",
    ("email", "nearly the same"): "email_name_l = email_name_r"
    " or (abs(length(email_l) - length(email_r)) <= 2 and damerau_levenshtein(email_l, email_r) <= 2)",
}
_FREQUENT = {"name": {"王伟": 0.01, "wang wei": 0.0002, "李": 0.000001}}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(config={"threads": 1})) as made:
        yield made


def slipped(draw: Random, text: str, letters: str = _LETTERS) -> str:
    """A text with up to three slips of the pen: a letter left out, put in, changed, or swapped with the next."""
    for _ in range(draw.choice([0, 0, 1, 1, 2, 3])):
        place = draw.randrange(len(text) + 1)
        rest = text[place:]
        slips = [rest[1:], draw.choice(letters) + rest, draw.choice(letters) + rest[1:], rest[1:2] + rest[:1] + rest[2:]]
        text = text[:place] + draw.choice(slips)
    return text


def person(draw: Random) -> dict[str, str]:
    words = draw.choices(_WORDS, k=draw.randint(1, 3))
    return {
        "name": draw.choice(["", " "]).join(words), "name_words": " ".join(sorted(words)),
        "name_letters": "".join(sorted("".join(words))),
        "birth_date": f"{draw.randint(1960, 2001)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        "id_number": "".join(draw.choices("0123456789X", k=draw.choice([1, 3, 8, 18]))), "mobile": str(draw.randint(1, 9)),
        "email": f"{draw.choice(_WORDS)}{draw.randint(1, 99)}@{draw.choice(_WORDS)}.example",
        "address": f"{draw.choice(_WORDS)}路{draw.randint(1, 99)}号{draw.randint(1, 9)}栋{draw.randint(1, 999)}室",
        "city": draw.choice(_WORDS), "gender": draw.choice("MF"),
    }  # fmt: skip


def another(draw: Random, known: dict[str, str]) -> dict[str, str | None]:
    """How another source has a person: some columns missing, some another's, some with slips, day and month swapped."""
    other, told = person(draw), {}
    for column, value in known.items():
        told[column] = draw.choice([value, value, value, slipped(draw, value), other[column], None])
    year, month, day = known["birth_date"].split("-")
    near = f"{draw.randint(1960, 2001)}-{month}-{draw.randint(1, 28):02}"
    swapped = f"{year}-{day}-{month}" if int(day) <= 12 else near
    told["birth_date"] = draw.choice([known["birth_date"], swapped, near, other["birth_date"], None])
    return told


def put(connection: duckdb.DuckDBPyConnection, seed: int, people: int = 60) -> None:
    """`records` of people as four sources have them, and as `candidates` each person's pairs and as many of two persons."""
    draw = Random(seed)  # noqa: S311 - nothing here is secret
    columns = ", ".join(f"{column} {'date' if column == 'birth_date' else 'varchar'}" for column in _COLUMNS)
    connection.execute(f"create temp table records (no bigint, {columns})")
    told = [another(draw, known) for known in (person(draw) for _ in range(people)) for _ in range(4)]
    rows = [[no, *(each[column] for column in _COLUMNS)] for no, each in enumerate(told)]
    connection.executemany(f"insert into records values ({', '.join('?' * (len(_COLUMNS) + 1))})", rows)
    connection.execute(
        "create temp table candidates as select l.no as a, r.no as b from records as l inner join records as r"
        " on l.no < r.no and (l.no // 4 = r.no // 4 or hash(l.no, r.no) % 40 = 0)"
    )


def scored(connection: duckdb.DuckDBPyConnection, model: Model, at_least: float) -> list[tuple[int, int, float, str]]:
    score(connection, model, at_least=at_least)
    return connection.execute("from scored order by all").fetchall()


MODELS = {"expert": expert(), "shipped": load(SHIPPED), "by frequency": replace(expert(), frequencies=_FREQUENT)}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_pairs_scored_are_those_of_comparing_every_pair(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, model: Model, seed: int
) -> None:
    put(connection, seed)
    with monkeypatch.context() as patched:
        patched.setattr(comparing, "may_reach", lambda *_: "true")
        every = scored(connection, model, 0)
    met = sorted({probability for _, _, probability, _ in every if probability > 0})
    for at_least in (0.01, 0.3, 0.85, met[len(met) // 2], met[2 * len(met) // 3], met[-1]):
        assert scored(connection, model, at_least) == [pair for pair in every if pair[2] >= at_least]
    assert scored(connection, model, 0) == every


def test_most_pairs_of_two_persons_are_not_compared(connection: duckdb.DuckDBPyConnection) -> None:
    put(connection, 1)
    compared = connection.execute("select count(*) from candidates where a // 4 <> b // 4").fetchone()
    connection.execute("delete from candidates where a // 4 = b // 4; attach ':memory:' as comparing; use comparing")
    left = comparing._find_likely(connection, load(SHIPPED), 0.3)
    assert compared is not None
    assert 0 <= left < compared[0] / 10


@pytest.mark.parametrize(("column", "named"), _PLAIN, ids=[" ".join(each) for each in _PLAIN])
def test_what_is_asked_first_rules_out_no_slip(connection: duckdb.DuckDBPyConnection, column: str, named: str) -> None:
    draw = Random(5)  # noqa: S311 - nothing here is secret
    level = next(
        level for each in comparisons() if each["column"] == column for level in each["levels"] if level["level"] == named
    )
    known = [slipped(draw, "".join(draw.choices(_LETTERS, k=draw.randint(0, 9)))) for _ in range(4000)]
    known += [f"{draw.randint(1998, 2002)}{draw.randint(1, 12):02}{draw.randint(1, 12):02}" for _ in range(2000)]
    pairs = [[text, slipped(draw, text)] for text in known]
    pairs += [[text, draw.choice([text[:4] + text[6:8] + text[4:6], "1" + text])] for text in known]
    connection.execute("create table pairs as select unnest($1) as l, unnest($2) as r", [*map(list, zip(*pairs, strict=True))])
    sides = ", ".join(f"{side} as {column}_{side}, split_part({side}, '@', 1) as {column}_name_{side}" for side in "lr")
    told = f"(({level['only_if']}) and ({level['when']}))"
    differ = f"select l, r from (select *, {sides} from pairs) where l <> r and {told} <> ({_PLAIN[column, named]})"
    assert connection.execute(differ).fetchall() == []


def test_a_level_weighed_by_the_frequency_of_another_column_drops_no_pair() -> None:
    levels = [
        {"level": "the same letters", "when": "letters_l = letters_r", "by_frequency": True},
        {"level": "different"},
    ]
    named = {"the same letters": (0.9, 0.1), "different": (0.1, 0.9)}
    model = Model("any", 0.5, {"name": named}, {"name": {"王": 0.5}})
    with closing(duckdb.connect()) as connection:
        told = may_reach(model, [{"column": "name", "levels": levels}], 0.999)
        rows = "(values ('a', 'b', 'x', 'x'), ('a', 'b', 'x', 'y')) as pairs (name_l, name_r, letters_l, letters_r)"
        assert connection.execute(f"select {told} from {rows}").fetchall() == [(True,), (False,)]

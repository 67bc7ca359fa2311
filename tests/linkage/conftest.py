"""What the tests of linkage share: a drawn set of people with slips, its mapping, a home that has it, the public data."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.linkage.against import ON
from benchmarks.linkage.sets import PublicSet, land, read_sets, show
from benchmarks.linkage.store import taken_in
from foundation.home import Home

CHECKOUT = Path(__file__).resolve().parents[2]
MAPPING = """
sets:
  people:
    file: people.csv
    record: key
    person: owner
    people:
      full_name: concat_ws(' ', first, last)
      birth_date: try_strptime(born, '%d/%m/%Y')::date
      mobile: phone
      address: street
      city: town
    splink:
      blocks: [[born], [last], [phone]]
      comparisons:
        - {name: NameComparison, column: first}
        - {name: NameComparison, column: last}
        - {name: ExactMatch, column: born}
        - {name: ExactMatch, column: town, by_frequency: true}
      sure: [l.first = r.first and l.last = r.last and l.born = r.born]
      recall: 0.7
      sessions: [[born], [last]]
"""
_FIRST = "anna bruno carla dimitri elena farid greta hassan irina jonas karim lena mateo nadia omar petra quentin rosa samir tara"
_LAST = "almeida becker costa dubois eriksen fischer garcia haas ivanov jansen kowalski lopez meyer novak olsen petrov rossi"
_TOWNS = "aston burley carrow denby elmore fenwick"


def _rows(people: int) -> Iterator[dict[str, str]]:
    """Each person twice, the second time with a slip: names swapped, a letter or a day off, a column left out."""
    draw = random.Random(4)  # noqa: S311 - nothing here is secret
    for number in range(people):
        born = f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{draw.randint(1940, 2004)}"
        row = {
            "key": f"a{number}", "owner": str(number), "first": draw.choice(_FIRST.split()), "last": draw.choice(_LAST.split()),
            "born": born, "phone": f"138{draw.randint(10_000_000, 99_999_999)}",
            "street": f"{draw.randint(1, 400)} {draw.choice(_LAST.split())} street", "town": draw.choice(_TOWNS.split()),
        }  # fmt: skip
        yield row
        other = row | {"key": f"b{number}"}
        slip = number % 6
        if slip == 0:
            other |= {"first": row["last"], "last": row["first"], "phone": ""}
        elif slip == 1:
            other |= {"last": row["last"][:-2] + row["last"][-1], "phone": ""}
        elif slip == 2:
            other |= {"born": "unknown"}
        elif slip == 3:
            other |= {"street": "", "phone": ""}
        elif slip == 4:
            other |= {"born": f"29{born[2:]}", "town": ""}
        yield other


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with people.csv and a mapping of it."""
    folder = tmp_path_factory.mktemp("drawn")
    rows = list(_rows(300))
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    (folder / "sets.yml").write_text(MAPPING, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def people(drawn: Path) -> PublicSet:
    return read_sets(drawn / "sets.yml")["people"]


@pytest.fixture(scope="session")
def home(people: PublicSet, drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose warehouse and vault hold the drawn people as third_party.people."""
    root = tmp_path_factory.mktemp("home")
    made = Home(root=root, landing=root / "landing")
    with duckdb.connect() as connection:
        show(connection, people, drawn)
        land(connection, people, made)
    with taken_in(made, ON):
        return made


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder with the public data; skips where it is not."""
    named = os.environ.get("C360_EXAMPLE_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not (folder / "er" / "febrl_dataset1.csv").exists():
        pytest.skip("the public Febrl data is not on this machine; name its folder in C360_EXAMPLE_DATA")
    return folder

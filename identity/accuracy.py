"""How right identities are, where the truth is known: pairs of records, and whole customers, by the sources they come from.

Belongs here: comparing two ways to put records together. Not here: where a truth comes from (the demo bank's is read in
assets/known_truth.py, public sets' in benchmarks/). Pairwise precision and recall as in Christen (2012), Data Matching, ch. 7: of
all pairs of records put together, how many belong together, and of all that belong together, how many were put. A cluster is
right when it holds all records of one person and no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

ALL = "all"
# pairs within a group of n records of one source are n(n-1)/2, between n and m of two sources nm: counted, never listed
_COUNTED = """
with together as (
    select {group} as grouped, record_source, count(*) as n from judged group by all
)
select a.record_source as source_a, b.record_source as source_b,
    sum(case when a.record_source = b.record_source then a.n * (a.n - 1) / 2 else a.n * b.n end) as pairs
from together as a inner join together as b on a.grouped = b.grouped and a.record_source <= b.record_source
group by all
"""


@dataclass(frozen=True)
class Accuracy:
    """Of one pair of sources, or of all: pairs that belong together, that were put together, and that are both."""

    source_a: str
    source_b: str
    true_pairs: int
    found_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        whole = self.precision + self.recall
        return 2 * self.precision * self.recall / whole if whole else 0.0


@dataclass(frozen=True)
class Clusters:
    """Persons in truth, customers found for their records, and how many of these hold all records of one person and no other."""

    persons: int
    customers: int
    exact: int


def _count(connection: duckdb.DuckDBPyConnection, group: str) -> dict[tuple[str, str], int]:
    rows = connection.execute(_COUNTED.format(group=group)).fetchall()
    return {(a, b): int(pairs) for a, b, pairs in rows}


def measure(connection: duckdb.DuckDBPyConnection, truth: str) -> tuple[list[Accuracy], Clusters]:
    """Compares resolution.identities with `truth`, SQL for (record_source, record_id, person_id). Records that the truth does not
    know are left out. Returns all pairs first, then each pair of sources."""
    connection.execute(
        "create or replace temp table judged as select i.record_source, i.record_id, i.customer_id, t.person_id"
        f" from resolution.identities as i inner join ({truth}) as t using (record_source, record_id)"
    )
    true, found = _count(connection, "person_id"), _count(connection, "customer_id")
    right = _count(connection, "(person_id, customer_id)")
    sources = sorted(true.keys() | found.keys())
    each = [Accuracy(*pair, true.get(pair, 0), found.get(pair, 0), right.get(pair, 0)) for pair in sources]
    whole = Accuracy(ALL, ALL, sum(true.values()), sum(found.values()), sum(right.values()))
    row = connection.execute(
        """
        with of_customer as (select customer_id, count(distinct person_id) as persons from judged group by customer_id),
        of_person as (
            select person_id, count(distinct customer_id) as customers, min(customer_id) as customer_id
            from judged group by person_id
        )
        select (select count(*) from of_person), (select count(*) from of_customer),
            (select count(*) from of_person inner join of_customer using (customer_id) where persons = 1 and customers = 1)
        """
    ).fetchone() or (0, 0, 0)
    connection.execute("drop table judged")
    return [whole, *each], Clusters(*(int(value) for value in row))

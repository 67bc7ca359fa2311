"""Which records are one customer: the edges' components, parted where the bank's safety forbids them to be one.

Belongs here: components, what contradicts, taking edges strongest first where something does. Not here: the edges (edges.py), the
customer's id (ids.py). The outcome is a function of records, edges and words of stewards: the order of arrival plays no part.

Never one customer: a person and an organisation; two records that a steward called different; two customer numbers of core
banking, unless they have the same proven identity number (a setting) or a steward called them the same; two proven identity
numbers, unless a steward did; two records of which a rule has a steward asked, unless one joined them; more records than the
limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

CoreDuplicates = Literal["national_id", "never", "any"]
Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """How much may be one customer: records at most, and what lets two customer numbers be one."""

    records: int
    core_duplicates: CoreDuplicates


@dataclass
class _Group:
    """Records joined so far, with what they say about who they are."""

    members: list[int]
    kinds: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    proven: set[str] = field(default_factory=set)
    core_proven: set[str] = field(default_factory=set)
    different: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)

    def take(self, other: _Group) -> None:
        self.members += other.members
        self.kinds |= other.kinds
        self.numbers |= other.numbers
        self.proven |= other.proven
        self.core_proven |= other.core_proven
        self.different |= other.different
        self.asked |= other.asked


def _forbids(a: _Group, b: _Group, limits: Limits) -> bool:
    if a.kinds and b.kinds and a.kinds != b.kinds:
        return True
    if not (a.different.isdisjoint(b.members) and a.asked.isdisjoint(b.members)):
        return True
    if len(a.members) + len(b.members) > limits.records:
        return True
    if a.proven and b.proven and a.proven.isdisjoint(b.proven):
        return True
    if limits.core_duplicates == "any" or not (a.numbers and b.numbers) or not a.numbers.isdisjoint(b.numbers):
        return False
    # each customer's own number: what another source says of one of them proves nothing to core banking
    return limits.core_duplicates == "never" or a.core_proven.isdisjoint(b.core_proven)


def _steward_forbids(a: _Group, b: _Group) -> bool:
    """A steward's "same" yields to nothing but another's "different" and the kind."""
    return bool(a.kinds and b.kinds and a.kinds != b.kinds) or not a.different.isdisjoint(b.members)


_RECORDS = """
    select no, kind, case when record_source = 'core_banking.customers' then customer_no end as number,
        case when is_proven then id_number end as proven,
        case when is_proven and record_source = 'core_banking.customers' then id_number end as core_proven
    from concerned
"""
# the strongest first; of equals the one whose records come first by name, whenever they arrived
_ORDERED = """
    select edges.a, edges.b, edges.method
    from edges
    inner join (select no, concat_ws(':', record_source, record_id) as name_of from concerned) as a on edges.a = a.no
    inner join (select no, concat_ws(':', record_source, record_id) as name_of from concerned) as b on edges.b = b.no
    {where}
    order by edges.place = 3 desc, edges.confidence desc, edges.place desc,
        least(a.name_of, b.name_of), greatest(a.name_of, b.name_of), edges.method
"""


def _components(connection: duckdb.DuckDBPyConnection, name: str, edges: str) -> None:
    """Makes the table `name` (no, component): every record concerned, by edges (a, b) alone."""
    (numbers,) = _columns(connection, "select no from concerned order by no")
    places = [np.searchsorted(numbers, side) for side in _columns(connection, f"select distinct a, b from {edges}")]
    size = len(numbers)
    graph = coo_array((np.ones(len(places[0]), dtype=np.int8), (places[0], places[1])), shape=(size, size))
    _, label = connected_components(graph, directed=False) if size else (0, np.empty(0))
    _register(connection, name, {"no": numbers, "component": np.asarray(label, dtype=np.int64)})


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> list[Array]:
    return [np.asarray(values, dtype=np.int64) for values in connection.execute(query).fetchnumpy().values()]


def _register(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Array]) -> None:
    connection.register("found", pa.table(columns))
    connection.execute(f"create or replace temp table {name} as from found")
    connection.unregister("found")


def _find_contradicted(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Makes `contradicted` (component): those that cannot stand as they are."""
    connection.execute(
        f"""
        create or replace temp table contradicted as
        with told as (
            select
                components.component,
                count(*) as members,
                count(distinct concerned.kind) as kinds,
                count(distinct concerned.customer_no) filter (concerned.record_source = 'core_banking.customers') as numbers,
                count(distinct case when concerned.is_proven then concerned.id_number end) as proven
            from components inner join concerned using (no)
            group by components.component
        )
        select component from told where kinds > 1 or numbers > 1 or proven > 1 or members > {limits.records}
        union
        select a.component
        from decided
        inner join components as a on decided.a = a.no
        inner join components as b on decided.b = b.no and a.component = b.component
        where decided.decision = 'different'
        union
        select a.component
        from asked
        inner join components as a on asked.a = a.no
        inner join components as b on asked.b = b.no and a.component = b.component
        """
    )


def _groups(connection: duckdb.DuckDBPyConnection) -> dict[int, _Group]:
    rows = connection.execute(
        f"with told as ({_RECORDS}) from told where no in (select no from components semi join contradicted using (component))"
    ).fetchall()
    groups = {no: _Group([no], *({value} if value is not None else set() for value in said)) for no, *said in rows}
    for name, apart in (("different", "select a, b from decided where decision = 'different'"), ("asked", "from asked")):
        for a, b in connection.execute(apart).fetchall():
            if a in groups and b in groups:
                getattr(groups[a], name).add(b)
                getattr(groups[b], name).add(a)
    return groups


def _part(connection: duckdb.DuckDBPyConnection, limits: Limits) -> dict[int, int]:
    """Takes the edges of contradicted components one by one, strongest first, each where nothing forbids it: record -> group."""
    groups = _groups(connection)
    where = "where edges.a in (select no from components semi join contradicted using (component))"
    for a, b, method in connection.execute(_ORDERED.format(where=where)).fetchall():
        one, other = groups[a], groups[b]
        if one is other or (_steward_forbids(one, other) if method == "manual" else _forbids(one, other, limits)):
            continue
        if len(one.members) < len(other.members):
            one, other = other, one
        one.take(other)
        for member in other.members:
            groups[member] = one
    return {no: min(group.members) for no, group in groups.items()}


def resolve_clusters(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Makes `placed` (no, area, cluster) from `concerned`, `ties`, `edges`, `asked` and `decided`, and `parted` (no): one record
    of each component that was parted. Areas and clusters are named after a record of theirs.

    A person's records are few, so that going through them in Python costs little: only components in which something
    contradicts are gone through at all.
    """
    _components(connection, "areas", "ties")
    _components(connection, "components", "edges")
    _find_contradicted(connection, limits)
    groups = _part(connection, limits)
    columns = {"no": list(groups), "member": list(groups.values())}
    _register(connection, "regrouped", {name: np.array(values, dtype=np.int64) for name, values in columns.items()})
    connection.execute(
        """
        create or replace temp table placed as
        select
            components.no,
            min(components.no) over (partition by areas.component) as area,
            -- a whole component is named after a member of it, as a part is
            coalesce(
                regrouped.member, min(components.no) over (partition by components.component, regrouped.member is null)
            ) as cluster
        from components inner join areas using (no) left join regrouped using (no);
        create or replace temp table parted as
        select min(components.no) as no from components inner join regrouped using (no)
        group by components.component having count(distinct regrouped.member) > 1;
        drop table areas; drop table components; drop table contradicted; drop table regrouped; drop table ties
        """
    )

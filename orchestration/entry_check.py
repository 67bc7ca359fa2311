"""Whether the entries that define tags, micro-segments, scores and moments can be used, told before anything runs.

Belongs here: what a reviewed entry must have. Not here: the entries (dbt_project/models/intermediate), how their SQL is tried
(compiling.py), how they are computed (the models beside them), strategies (strategy_check.py).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assets.dbt_runner import MANIFEST
from assets.rule_inputs import column_inputs
from integrations.warehouse.control import PARAMETER_TYPES
from integrations.warehouse.inputs import InputError, parts_of
from orchestration.compiling import MODEL, VOCABULARY, EmptyTables, Manifest, columns_of

CODE = re.compile(r"^[a-z][a-z0-9_]*$")
CHINESE = re.compile(r"[一-鿿]")
_CHOICES = {
    "sensitivity": ("internal", "personal", "sensitive"),
    "category": ("who", "holds", "worth", "does", "wants", "feels", "care", "business"),
    "dimension": ("value", "behaviour", "demand"),
    "occasion": ("transactions", "accounts", "app", "tickets", "customers", "aum", "benefits"),
    "refresh": ("daily",),
}
Entry = dict[str, Any]


class EntryError(ValueError):
    """Some entries cannot be used. The message names each by its kind and code, what is wrong, and the mend."""


@dataclass(frozen=True)
class Kind:
    """One list of entries: where it stands, what each must and may have, and which of its fields are SQL of which type."""

    name: str
    model: str
    entries: str
    code: str
    texts: tuple[str, ...]
    sql: dict[str, str]
    may_have: frozenset[str] = field(default_factory=frozenset)


_NAMED = ("name_en", "name_zh", "definition")
KINDS = (
    Kind("tag", "int_tags_defined", "tags", "code", (*_NAMED, "category", "rule", "owner", "refresh", "sensitivity"),
         {"rule": "BOOLEAN", "value": ""}, frozenset({"evidence", "inputs"})),
    Kind("micro-segment", "int_customers_segmented", "micro_segments", "code", (*_NAMED, "rule"), {"rule": "BOOLEAN"},
         frozenset({"evidence"})),
    Kind("score", "int_customers_scored", "scores", "part", ("dimension", "share"), {"share": ""}, frozenset({"points"})),
    Kind("moment", "int_moments_defined", "moments", "code",
         (*_NAMED, "occasion", "rule", "occurred_at", "once_per", "owner", "sensitivity"),
         {"rule": "BOOLEAN", "occurred_at": "TIME", "once_per": "", "product_code": "", "amount": ""},
         frozenset({"evidence", "lead_days", "again_after_days"})),
)  # fmt: skip


def entries_of(manifest: Manifest, kind: Kind) -> list[Entry]:
    """The entries of one kind in a parsed project (manifest.json as a dictionary)."""
    entries: list[Entry] = manifest["nodes"][MODEL + kind.model]["config"]["meta"][kind.entries]
    return entries


def kind_named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def _tables(manifest: Manifest) -> dict[str, dict[str, str]]:
    """What entries may name, by relation: column -> type."""
    profile, vocabulary = columns_of(manifest, VOCABULARY[0]), columns_of(manifest, *VOCABULARY)
    occasions = {name: columns_of(manifest, f"int_occasions_{name}") for name in _CHOICES["occasion"]}
    # a micro-segment is placed by all but itself; like scores it may read settings
    placed = {name: kind for name, kind in vocabulary.items() if not name.startswith("micro_")} | PARAMETER_TYPES
    return {"tag": vocabulary, "micro-segment": placed, "score": profile | PARAMETER_TYPES} | occasions | {
        "customers": vocabulary | occasions["customers"]
    }  # fmt: skip


def _relation(kind: Kind, entry: Entry) -> str:
    return str(entry.get("occasion")) if kind.name == "moment" else kind.name


def _faults_of_texts(kind: Kind, entry: Entry) -> Iterator[str]:
    for name in kind.texts:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield f"it lacks {name}"
        elif name in _CHOICES and entry[name] not in _CHOICES[name]:
            yield f"its {name} is none of {', '.join(_CHOICES[name])}"
    for name in sorted(set(entry) - {kind.code, *kind.texts, *kind.sql, *kind.may_have}):
        yield f"it has {name!r}, which no entry has"
    if not CODE.match(str(entry.get(kind.code, ""))):
        yield f"its {kind.code} is not in snake_case"
    if "name_zh" in kind.texts and not CHINESE.search(str(entry.get("name_zh", ""))):
        yield "its name_zh has no Chinese in it"
    for name in ("points", "lead_days", "again_after_days"):
        if name in entry and (not isinstance(entry[name], int) or isinstance(entry[name], bool)):
            yield f"its {name} is no whole number"


def _faults_of_sql(kind: Kind, entry: Entry, relation: str, tables: EmptyTables) -> Iterator[str]:
    fields = {name: str(entry[name]) for name in kind.sql if str(entry.get(name) or "").strip()}
    fields |= {f"evidence {column}": f'"{column}"' for column in entry.get("evidence") or []}
    for name, expression in fields.items():
        if fault := tables.fault(expression, relation, kind.sql.get(name, "")):
            yield f"its {name} {fault}"


def _faults_of_named(inputs: list[str]) -> Iterator[str]:
    for name in inputs:
        try:
            parts_of(str(name))
        except InputError as error:
            yield f"its input {error}"


def _faults_of_inputs(kind: Kind, entry: Entry, landing: set[str], empty: EmptyTables) -> Iterator[str]:
    yield from _faults_of_named(entry.get("inputs") or [])
    if "inputs" not in kind.may_have or entry.get("inputs"):
        return
    named = {name for field in kind.sql if entry.get(field) for name in empty.columns_in(str(entry[field]))}
    if not named & landing:
        yield "it names no column that comes from what landed; name one, or say in its inputs what must have landed"


def _faults_of_kind(kind: Kind, entries: list[Entry], empty: EmptyTables, landing: set[str]) -> Iterator[str]:
    for entry in entries:
        named = f"{kind.name} {entry.get(kind.code, '?')}"
        faults = [*_faults_of_texts(kind, entry)]
        if not faults:
            faults += _faults_of_sql(kind, entry, _relation(kind, entry), empty)
        if not faults:
            faults += _faults_of_inputs(kind, entry, landing, empty)
        yield from (f"{named}: {fault}" for fault in faults)
    counted = Counter(f"{entry.get('dimension', '')} {entry.get(kind.code)}".strip() for entry in entries)
    yield from (
        f"{kind.name} {code}: {times} entries have this {kind.code}; each stands once"
        for code, times in counted.items()
        if times > 1
    )


def _faults_of_whole(manifest: Manifest) -> Iterator[str]:
    """What no single entry shows: everybody has a micro-segment, and scores add up."""
    segments, scores = entries_of(manifest, kind_named("micro-segment")), entries_of(manifest, kind_named("score"))
    if not segments or str(segments[-1].get("rule")).strip().lower() != "true":
        yield "micro-segments: the last one's rule must be 'true', so that everybody has one"
    for dimension in _CHOICES["dimension"]:
        given = [entry.get("points") for entry in scores if entry.get("dimension") == dimension]
        points = sum(each for each in given if isinstance(each, int))
        if points != 100:
            yield f"score {dimension}: its parts give {points} points together, not 100"


def check_entries(manifest: Manifest) -> dict[str, int]:
    """How many entries of each kind there are, all of them usable. Errors: EntryError, naming every fault of every entry."""
    empty, inputs = EmptyTables(_tables(manifest)), column_inputs(manifest)
    landing = set(inputs)
    faults = [f"column {name}: {fault}" for name, named in inputs.items() for fault in _faults_of_named(named)]
    faults += [f for kind in KINDS for f in _faults_of_kind(kind, entries_of(manifest, kind), empty, landing)]
    faults += _faults_of_whole(manifest)
    if faults:
        raise EntryError("; ".join(faults))
    return {kind.name: len(entries_of(manifest, kind)) for kind in KINDS}


def main() -> None:
    """Checks the parsed project's entries. Exits 1, naming every fault."""
    try:
        counted = check_entries(json.loads(MANIFEST.read_text(encoding="utf-8")))
    except EntryError as error:
        sys.exit(f"entries are not as they should be: {error}")
    sys.stdout.write(", ".join(f"{count} {name}s" for name, count in counted.items()) + ", each whole\n")


if __name__ == "__main__":
    main()

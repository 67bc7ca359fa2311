"""`python -m benchmarks.linkage.scale STEP HOME RECORDS`: one step of the benchmark of size, as a process of its own.

Belongs here: records of four sources drawn by SQL, the first resolution, a day with 1% new ones, and Splink alone on the very
same pairs. Not here: the order of steps and what each cost (scale_steps.py). A step prints its figures as JSON.
Most people are in core banking; the app and third parties know some of them by other spellings, the call centre some by phone.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.linkage.store import taken_in
from demo.vocabulary import CITIES, GIVEN, GIVEN_LATIN, SURNAMES, SURNAMES_LATIN
from foundation.contract import landing_table
from foundation.garbage import look_seldom
from foundation.home import Home
from foundation.settings import Settings
from foundation.sql import quoted
from identity.accuracy import measure
from identity.keys import IN_RAW_FILES
from identity.model import COMPARED, SHIPPED, load
from identity.resolve import Bounds, load_libraries_ahead, resolve
from identity.rulebook import rulebook
from identity.training_room import training_room
from integrations.warehouse.connection import parquet

FIRST, NEXT = date(2025, 1, 1), date(2025, 1, 2)
# of all records, those of each source; who has none in core banking is known to third parties alone
_CORE, _APP, _THIRD = 0.45, 0.30, 0.20
_NEW = 100  # every so manieth record of a source comes on the next day
_TRUTH = f"""
select 'core_banking.customers' as record_source, customer_no as record_id, person_id from truth_core
union all select 'app.users', app_user_id, person_id from truth_app
union all select 'third_party.people', {quoted("bureau:")} || record_id, person_id from truth_third
"""


def _people(connection: duckdb.DuckDBPyConnection, records: int) -> None:
    """One row per person, drawn by hashes of its number alone."""
    for name, words in (
        ("surnames", list(zip(SURNAMES, SURNAMES_LATIN, strict=True))), ("given", list(zip(GIVEN, GIVEN_LATIN, strict=True))),
        ("cities", [(city[1], city[2]) for city in CITIES]),
    ):  # fmt: skip
        connection.execute(f"create table {name} (no bigint, han varchar, latin varchar)")
        connection.executemany(f"insert into {name} values (?, ?, ?)", [(no, *pair) for no, pair in enumerate(words)])
    connection.execute(
        f"""
        create macro drawn(n, salt, size) as (hash(n, salt) % size)::bigint;
        create table people as
        select
            n, 'P' || n as person_id,
            s.han || g.han || case when drawn(n, 9, 4) > 0 then h.han else '' end as full_name,
            s.latin || ' ' || g.latin || case when drawn(n, 9, 4) > 0 then h.latin else '' end as latin_name,
            date '1945-01-01' + drawn(n, 1, 22000)::integer as birth_date,
            '1' || (30 + drawn(n, 2, 70)) || lpad((n * 7919 % 100000000)::varchar, 8, '0') as mobile,
            'u' || n || '@mail' || drawn(n, 3, 40) || '.example.com' as email,
            c.latin || lpad(drawn(n, 4, 90)::varchar, 2, '0') as region, c.han as city,
            c.han || '路' || drawn(n, 5, 900) || '号' || drawn(n, 6, 60) || '栋' || drawn(n, 7, 2000) || '室' as address
        from range({int(records * _CORE * 1.1)}) as numbers (n)
        inner join surnames as s on s.no = drawn(n, 10, {len(SURNAMES)})
        inner join given as g on g.no = drawn(n, 11, {len(GIVEN)})
        inner join given as h on h.no = drawn(n, 12, {len(GIVEN)})
        inner join cities as c on c.no = drawn(n, 13, {len(CITIES)});
        """
    )


_TABLES = {
    "core_banking.customers": ("core", """
        select 'C' || n as customer_no, 'retail' as customer_type, full_name, birth_date, person_id,
            'X' || region || strftime(birth_date, '%Y%m%d') || lpad(n::varchar, 7, '0') as id_number, mobile,
            case when drawn(n, 20, 3) > 0 then email end as email, address, city, date '2020-01-01' as opened_on
        from people where n < {core}
    """),
    "app.users": ("app", """
        select 'A' || n as app_user_id, case when drawn(n, 30, 10) > 0 then 'C' || n end as customer_no, mobile, person_id,
            case when drawn(n, 31, 2) > 0 then email end as email, timestamp '2024-01-01 00:00:00' as registered_at
        from people where n < {app}
    """),
    "third_party.people": ("third", """
        select 'bureau' as provider, 'R' || n as record_id, person_id,
            case drawn(n, 40, 10) when 0 then latin_name when 1 then reverse(full_name) when 2 then full_name || '华'
                else full_name end as full_name,
            case when drawn(n, 41, 20) = 0 then birth_date + 1 else birth_date end as birth_date,
            case when drawn(n, 42, 2) = 0 then mobile end as mobile, case when drawn(n, 43, 3) = 0 then email end as email,
            case when drawn(n, 44, 4) > 0 then address end as address, city, date '2025-01-01' as observed_on
        from people where n >= {all} - {third}
    """),
    "call_centre.contacts": ("calls", """
        select 'K' || n as contact_id, case when drawn(n, 50, 2) > 0 then 'C' || n end as customer_no, mobile as caller_number,
            'inbound_call' as channel, timestamp '2024-12-01 00:00:00' as started_at, person_id
        from people where n < {calls}
    """),
}  # fmt: skip


def _drop(home: Home, records: int) -> dict[str, Any]:
    """The landing folders of both dates, and whose each record truly is."""
    counts = {"core": int(records * _CORE), "app": int(records * _APP), "third": int(records * _THIRD)}
    counts |= {"calls": records - sum(counts.values()), "all": int(records * _CORE * 1.1)}
    with duckdb.connect() as connection:
        _people(connection, records)
        for table, (name, query) in _TABLES.items():
            connection.execute(f"create table {name} as select *, row_number() over () as turn from ({query.format(**counts)})")
            connection.execute(f"copy (select * exclude (turn) from {name}) to {quoted(home.root / f'truth_{name}.parquet')}")
            for on, condition in ((FIRST, f"turn % {_NEW} <> 0"), (NEXT, f"turn % {_NEW} = 0")):
                folder = home.landing / table.replace(".", "/") / str(on)
                folder.mkdir(parents=True)
                connection.execute(
                    f"copy (select * exclude (turn, person_id) from {name} where {condition})"
                    f" to {quoted(folder / 'rows.parquet')} (format parquet)"
                )
    return {}


def _resolve(home: Home, on: date) -> dict[str, Any]:
    """What a run's stage does, timed after all has been taken in; and how right it is."""
    load_libraries_ahead()  # as a run does
    with taken_in(home, on) as connection:
        tables = [landing_table(name) for name in _TABLES]
        landings = {
            table.full_name: f"from {parquet([home.raw_batch(table.source, table.name, on)])}"
            for table in tables
            if table.full_name in IN_RAW_FILES
        }
        counted = [FIRST] if on > FIRST else []
        began, used = time.perf_counter(), _cpu_seconds()
        done = resolve(
            connection, on=on, folder=home.identity, counted=counted, landings=landings, rules=rulebook(), model=load(SHIPPED),
            bounds=Bounds.of(Settings()),
        )  # fmt: skip
        seconds, used = time.perf_counter() - began, _cpu_seconds() - used
        for name in ("core", "app", "third"):
            connection.execute(f"create temp view truth_{name} as from {quoted(home.root / f'truth_{name}.parquet')}")
        (whole, *_), _ = measure(connection, _TRUTH)
    told = {
        "records": done.records,
        "changed": done.changed,
        "pairs": done.pairs,
        "seconds": seconds,
        "cpu_seconds": used,
        "comparing": done.comparing_seconds,
    }
    return told | {"precision": whole.precision, "recall": whole.recall}


def _cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    return sum(os.times()[:4])


def _first(home: Home) -> dict[str, Any]:
    return _resolve(home, FIRST)


def _next(home: Home) -> dict[str, Any]:
    return _resolve(home, NEXT)


def _alone(home: Home) -> dict[str, Any]:
    """Splink's own time to predict the same candidate pairs, by comparisons of its library as its tutorials choose them."""
    from splink import DuckDBAPI, Linker, SettingsCreator
    from splink import comparison_library as library

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            library.NameComparison("name"),
            library.DateOfBirthComparison("birth", input_is_string=True, datetime_format="%Y%m%d"),
            library.DamerauLevenshteinAtThresholds("id_number", [2]),
            library.ExactMatch("mobile"),
            library.EmailComparison("email"),
            library.JaroWinklerAtThresholds("address", [0.9]),
            library.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[],
    )
    with training_room(home.warehouse, home.vault, rulebook(), Bounds.of(Settings())) as room:
        room.execute(
            f"create table compared as select {COMPARED} from records;"
            "create table pairs as select '0' as match_key, a as join_key_l, b as join_key_r from candidates"
        )
        api = DuckDBAPI(room)
        linker = Linker(api.register("compared"), settings, log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
        began = time.perf_counter()
        linker.inference.predict(threshold_match_probability=0.3, warning_mode="never")
        seconds = time.perf_counter() - began
        pairs = room.execute("select count(*) from pairs").fetchone() or (0,)
    return {"pairs": int(pairs[0]), "seconds": seconds}


STEPS = {"first": _first, "next": _next, "alone": _alone}

if __name__ == "__main__":
    look_seldom()  # as the pipeline's processes do
    root = Path(sys.argv[2])
    made = Home(root=root, landing=root / "landing")
    told = _drop(made, int(sys.argv[3])) if sys.argv[1] == "drop" else STEPS[sys.argv[1]](made)
    (root / f"{sys.argv[1]}.json").write_text(json.dumps(told), encoding="utf-8")

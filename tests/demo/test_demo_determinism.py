"""One seed, one bank: however its dates are generated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from demo_bank_files import FIRST, Bank, make

from demo import (
    benefits,
    causes,
    company_records,
    core_records,
    customer_records,
    earlier_records,
    fx,
    outside_records,
    service_records,
)
from demo.bank import DemoBankError, generate
from demo.bank_model import Model
from demo.days import to_day
from demo.draws import Draws
from demo.population import Parameters, build

LAST = date(2026, 1, 3)
ENOUGH = 1_300  # customers for a day's transactions to hold planted faults


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path, and every folder as no bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Three dates in one go."""
    return make(tmp_path_factory.mktemp("whole"), last=LAST, customers=ENOUGH)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Sixty customers on one date."""
    return make(tmp_path_factory.mktemp("tiny"), last=FIRST, customers=60)


def test_going_on_by_single_dates_equals_one_go_byte_by_byte_with_its_truth(tmp_path: Path, whole: Bank) -> None:
    for day in range(1, LAST.day + 1):
        parts = make(tmp_path, last=date(2026, 1, day), customers=ENOUGH)
    assert {fault["business_date"] for fault in whole.truth("bad_rows")} == {date(2026, 1, day) for day in (1, 2, 3)}
    assert contents(parts.landing) == contents(whole.landing)
    assert contents(parts.state / "truth") == contents(whole.state / "truth")


def test_another_seed_gives_another_bank(tmp_path: Path, tiny: Bank) -> None:
    other = make(tmp_path, last=FIRST, customers=60, seed=8)
    folders = {path.name for path in other.landing.glob("core_banking/*")}
    assert folders == {path.name for path in tiny.landing.glob("core_banking/*")}
    assert contents(other.landing) != contents(tiny.landing)


def test_an_interrupted_date_is_written_again_the_same(tmp_path: Path, whole: Bank) -> None:
    broken = make(tmp_path, last=date(2026, 1, 2), customers=ENOUGH)
    saved = (broken.state / "state.npz").read_bytes()
    make(tmp_path, last=LAST, customers=ENOUGH)
    (broken.state / "state.npz").write_bytes(saved)  # as if killed after the folders, before the state
    unfinished = broken.landing / "core_banking" / "accounts" / f".{LAST}.partial"
    unfinished.with_name(str(LAST)).rename(unfinished)
    (unfinished / "half.csv").write_text("half")
    assert make(tmp_path, last=LAST, customers=ENOUGH) == broken
    assert contents(broken.landing) == contents(whole.landing)
    assert contents(broken.state / "truth") == contents(whole.state / "truth")


def test_only_dates_not_yet_written_are_written_and_told(tmp_path: Path) -> None:
    told: list[date] = []
    first = generate(tmp_path / "l", tmp_path / "s", 60, FIRST, date(2026, 1, 2), 7, told.append)
    again = generate(tmp_path / "l", tmp_path / "s", 60, FIRST, date(2026, 1, 2), 7, told.append)
    more = generate(tmp_path / "l", tmp_path / "s", 60, FIRST, date(2026, 1, 3), 7, told.append)
    assert (first, again, more) == ([FIRST, date(2026, 1, 2)], [], [date(2026, 1, 3)])
    history = [FIRST - timedelta(days=n) for n in range(399, 0, -1)]
    assert told == history + first + more


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 8}, "seed 7, not 8"),
        ({"customers": 61}, "customers 60, not 61"),
        ({"first": date(2025, 12, 31)}, "first 2026-01-01, not 2025-12-31"),
        ({"history_days": 399}, "history_days 400, not 399"),
    ],
)
def test_changed_parameters_are_refused_by_name(tiny: Bank, change: dict[str, object], named: str) -> None:
    asked = {"customers": 60, "first": FIRST, "last": LAST, "seed": 7, **change}
    before = contents(tiny.landing)
    with pytest.raises(DemoBankError, match=f"belongs to a demo bank with {named}"):
        generate(tiny.landing, tiny.state, **asked)  # type: ignore[arg-type]
    assert contents(tiny.landing) == before


def test_drops_that_are_gone_are_missed_rather_than_continued(tmp_path: Path, tiny: Bank) -> None:
    with pytest.raises(DemoBankError, match="is not there"):
        generate(tmp_path / "elsewhere", tiny.state, 60, FIRST, LAST, 7)


def test_a_broken_state_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "state.npz").write_bytes(b"not a state")
    with pytest.raises(DemoBankError, match=r"state\.npz cannot be read"):
        generate(tmp_path / "l", tmp_path, 60, FIRST, FIRST, 7)


def test_a_last_date_before_the_first_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoBankError, match="not before"):
        generate(tmp_path / "l", tmp_path / "s", 60, FIRST, date(2025, 12, 31), 7)


def test_a_shorter_history_is_a_smaller_first_drop_and_at_least_a_day(tmp_path: Path) -> None:
    generate(tmp_path / "l", tmp_path / "s", 60, FIRST, FIRST, 7, history_days=2)
    bank = Bank(tmp_path / "l", tmp_path / "s")
    assert {str(line.get("posted_at"))[:10] for line in bank.good("core_banking.transactions")} == {"2025-12-31", "2026-01-01"}
    assert {line.get("balance_date") for line in bank.good("core_banking.balances")} == {"2025-12-30", "2025-12-31", "2026-01-01"}
    with pytest.raises(DemoBankError, match="a day of history"):
        generate(tmp_path / "l2", tmp_path / "s2", 60, FIRST, FIRST, 7, history_days=0)


def test_what_the_platform_put_into_a_folder_stays_when_the_bank_drops_it(tmp_path: Path) -> None:
    generate(tmp_path / "l", tmp_path / "s", 60, FIRST, FIRST, 7, history_days=2)
    folder = tmp_path / "l" / "engagement" / "consents" / "2026-01-02"
    folder.mkdir()
    for name in ("c360-review-1.jsonl", "left-by-an-interrupted-run.csv"):
        (folder / name).write_text("{}\n", encoding="utf-8")
    generate(tmp_path / "l", tmp_path / "s", 60, FIRST, date(2026, 1, 2), 7, history_days=2)
    names = {path.name for path in folder.iterdir()}
    assert "c360-review-1.jsonl" in names
    assert "left-by-an-interrupted-run.csv" not in names
    assert len(names) > 1


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    none = np.zeros(0, dtype=np.int64)
    np.savez(tmp_path / "state.npz", stamp=np.array([1, 60, 7, 0, 0]), balance=none, missed=none)
    with pytest.raises(DemoBankError, match="another version"):
        generate(tmp_path / "l", tmp_path, 60, FIRST, FIRST, 7)


def test_a_longer_population_begins_with_the_shorter_one() -> None:
    parameters, draws = Parameters(500, 7, to_day(FIRST)), Draws(7)
    short, long = build(parameters, 500, draws), build(parameters, 900, draws)
    for name in ("kind", "person", "open_day", "silent_from", "returns", "aum", "employer", "payday"):
        assert np.array_equal(getattr(short, name), getattr(long, name)[:500]), name


def test_customer_numbers_given_out_by_a_day_are_those_that_joined_by_then() -> None:
    parameters = Parameters(5_000, 7, to_day(FIRST))
    joined = parameters.joined_on(np.arange(5_000, 6_000))
    for day in range(parameters.first, parameters.first + 300):
        assert parameters.size_on(day) == 5_000 + int((joined <= day).sum())


def test_the_command_writes_and_refuses(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--customers", "60", "--from", "2026-01-01", "--to", "2026-01-02"]
    command += ["--landing", str(tmp_path / "l"), "--state", str(tmp_path / "s"), "--seed"]
    written = subprocess.run([*command, "7"], capture_output=True, text=True, check=False)
    refused = subprocess.run([*command, "8"], capture_output=True, text=True, check=False)
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "l" / "core_banking" / "customers" / "2026-01-02").is_dir()
    assert refused.returncode == 1
    assert "seed" in refused.stderr
    assert "Traceback" not in refused.stderr


TOLD: dict[str, Callable[[Model, int], pa.Table]] = {
    "customers": customer_records.customers,
    "accounts": core_records.accounts,
    "events": outside_records.events,
    "tickets": service_records.tickets,
    "surveys": service_records.surveys,
    "benefits": lambda model, day: benefits.benefit_events(model, range(day - 40, day + 1)),
    "rates": fx.fx_rates,
    "companies": company_records.companies,
    "links": company_records.company_links,
    "company people": lambda model, day: company_records.company_people(model, day)[0],
    "decisions": earlier_records.identity_decisions,
    "past contacts": lambda model, _: earlier_records.past_contacts(model),
    **causes.CAUSES,
}


@pytest.fixture(scope="module")
def known_far() -> tuple[Model, Model]:
    """One bank, its customer numbers known up to a few weeks and up to a year ahead."""
    parameters = Parameters(1_500, 7, to_day(FIRST))
    return Model.build(parameters, parameters.first + 31), Model.build(parameters, parameters.first + 400)


@pytest.mark.parametrize("name", TOLD)
def test_what_a_day_tells_does_not_depend_on_how_far_ahead_the_bank_is_known(known_far: tuple[Model, Model], name: str) -> None:
    near, far = known_far
    for day in (near.first, near.first + 31):
        assert TOLD[name](near, day).equals(TOLD[name](far, day)), day
    assert not TOLD[name](far, near.first + 31).equals(TOLD[name](far, near.first)) or name in {"past contacts", "campaigns"}

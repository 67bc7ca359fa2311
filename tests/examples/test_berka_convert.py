"""Converting: which folders come out, what happens the second time, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from examples.berka.convert import convert
from examples.berka.sources import BerkaError
from foundation.settings import Settings

FIRST, LAST = date(1998, 12, 1), date(1999, 1, 31)
EVERY_DATE = [FIRST + timedelta(days=day) for day in range(62)]
CHECKOUT = Path(__file__).resolve().parents[2]
Rewrite = Callable[[str, str, str], None]


def _content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("table", ["customers", "products", "accounts", "balances", "transactions"])
def test_a_required_table_has_a_folder_for_every_date(
    tiny_bank: Path, tmp_path: Path, landed: Callable[[Path], Any], table: str
) -> None:
    convert(tiny_bank, tmp_path / "landing", FIRST, LAST)
    assert landed(tmp_path / "landing").dates(f"core_banking.{table}") == EVERY_DATE


def test_a_table_that_is_not_required_has_folders_for_its_rows_alone(
    tiny_bank: Path, tmp_path: Path, landed: Callable[[Path], Any]
) -> None:
    convert(tiny_bank, tmp_path / "landing", FIRST, LAST)
    assert landed(tmp_path / "landing").dates("call_centre.contacts") == [date(1999, 1, 1), date(1999, 1, 3)]
    assert not (tmp_path / "landing" / "engagement").exists()


def test_history_and_days_together_are_the_same_rows_wherever_history_ends(tiny_bank: Path, tmp_path: Path) -> None:
    early = convert(tiny_bank, tmp_path / "early", date(1998, 1, 1), LAST)
    late = convert(tiny_bank, tmp_path / "late", LAST, LAST)
    # the paid-off loan lands in both of its states only where they fall into different folders
    assert early.pop("core_banking.accounts") == late.pop("core_banking.accounts") + 1
    assert early == late


def test_converting_again_writes_the_same_bytes_and_leaves_other_tables_alone(tiny_bank: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    convert(tiny_bank, landing, FIRST, LAST)
    feedback = landing / "engagement" / "message_events" / "1998-12-02" / "feedback.jsonl"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("{}\n", encoding="utf-8")
    before = _content(landing)
    convert(tiny_bank, landing, FIRST, LAST)
    assert _content(landing) == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["landing", "source"]


def test_what_a_killed_run_left_is_mended(tiny_bank: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    convert(tiny_bank, landing, FIRST, LAST)
    before = _content(landing)
    (landing / "core_banking" / "balances").rename(tmp_path / "lost")
    stale = tmp_path / ".landing.partial" / "core_banking__balances" / "1998-12-01"
    stale.mkdir(parents=True)
    convert(tiny_bank, landing, FIRST, LAST)
    assert _content(landing) == before
    assert not (tmp_path / ".landing.partial").exists()


def test_somebody_elses_landing_folder_is_not_touched(tiny_bank: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "landing" / "core_banking" / "customers" / "2026-01-01" / "customers.csv"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("customer_no\n1\n", encoding="utf-8")
    with pytest.raises(BerkaError, match="name an empty folder"):
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)
    assert list(_content(tmp_path / "landing")) == ["core_banking/customers/2026-01-01/customers.csv"]


def test_a_missing_file_is_named_with_the_place_the_data_comes_from(tiny_bank: Path, tmp_path: Path) -> None:
    (tiny_bank / "berka" / "loan.asc").unlink()
    with pytest.raises(BerkaError, match=r"loan\.asc \(or \.gz\) is missing.*PKDD'99 discovery challenge.*Technion"):
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)
    assert not (tmp_path / "landing").exists()


def test_a_missing_column_is_named(rewrite: Rewrite, tiny_bank: Path, tmp_path: Path) -> None:
    rewrite("berka/card.asc", '"issued"', '"printed"')
    with pytest.raises(BerkaError, match=r"card\.asc: lacks the column\(s\) issued"):
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)


def test_a_broken_line_is_named_without_showing_it(rewrite: Rewrite, tiny_bank: Path, tmp_path: Path) -> None:
    rewrite("berka/client.asc", '3;"005101";70', '3;"005101";70;secret;secret')
    with pytest.raises(BerkaError, match=r"client\.asc") as refused:
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("berka/account.asc", "POPLATEK TYDNE", "POPLATEK ROCNE", r"frequency: 'POPLATEK ROCNE' is not in vocabulary"),
        ("berka/trans_cz.asc", '"PRIJEM";"VKLAD"', '"PRIJEM";"DAR"', r"operation: 'DAR' is not in vocabulary"),
        ("berka/trans_cz.asc", "DUCHOD", "PENZE", r"purpose: 'PENZE' is not in vocabulary"),
        ("berka/disp.asc", '3;3;2;"DISPONENT"', '3;3;2;"BUTLER"', r"disposition: 'BUTLER' is not in vocabulary"),
        ("berka/loan.asc", '"D"', '"E"', r"loan_status: 'E' is not in vocabulary"),
        ("berka/card.asc", "gold", "platinum", r"card: 'platinum' is not in vocabulary"),
        ("berka/order.asc", "LEASING", "DANE", r"purpose: 'DANE' is not in vocabulary"),
        ("callcenter/january.txt.gz", "PHANTOM", "GHOST", r"call_outcome: 'GHOST' is not in vocabulary"),
        ("berka/client.asc", "706213", "709913", r"client 1: birth_number is not YYMMDD"),
        ("berka/disp.asc", '3;3;2;"DISPONENT"\r\n', "", r"client 3: has no account in disp\.asc"),
        ("berka/disp.asc", '4;4;3;"OWNER"', '4;4;3;"DISPONENT"', r"account 3: has not exactly one OWNER"),
        ("berka/disp.asc", '3;3;2;"DISPONENT"', '3;3;9;"DISPONENT"', r"account 9: is not in account\.asc"),
        ("berka/loan.asc", "5;1;981205", "5;9;981205", r"loan 5: its account is not in account\.asc"),
        ("berka/card.asc", "1;1;", "1;9;", r"card 1: its disposition is not in disp\.asc"),
    ],
)
def test_what_the_mapping_cannot_place_is_refused_by_name(
    rewrite: Rewrite, tiny_bank: Path, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    rewrite(name, old, new)
    with pytest.raises(BerkaError, match=message):
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)


def test_an_amount_that_is_no_number_is_refused(rewrite: Rewrite, tiny_bank: Path, tmp_path: Path) -> None:
    rewrite("berka/trans_cz.asc", "1000.00;1000.00", "many;1000.00")
    with pytest.raises(BerkaError, match=r"1_entries\.sql: a source file holds what the mapping does not expect.*many"):
        convert(tiny_bank, tmp_path / "landing", FIRST, LAST)


def test_dates_in_the_wrong_order_are_refused(tiny_bank: Path, tmp_path: Path) -> None:
    with pytest.raises(BerkaError, match="is after the last date"):
        convert(tiny_bank, tmp_path / "landing", LAST, FIRST)


def test_the_command_lands_the_bank_and_says_how_many_rows(tiny_bank: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.berka", "--data", str(tiny_bank), "--landing", str(tmp_path / "landing")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "core_banking.customers" in done.stdout
    assert (tmp_path / "landing" / "core_banking" / "customers" / "1999-01-31").is_dir()


def test_the_command_ends_with_the_reason_when_a_file_is_missing(tiny_bank: Path, tmp_path: Path) -> None:
    (tiny_bank / "callcenter" / "january.txt.gz").unlink()
    command = [sys.executable, "-m", "examples.berka", "--data", str(tiny_bank), "--landing", str(tmp_path / "landing")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "january.txt (or .gz) is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_banks_settings_are_settings_that_exist(berka_settings: Settings) -> None:
    file = CHECKOUT / "examples" / "berka" / "settings.env"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    values = dict(line.split("=", 1) for line in lines)
    assert {name.removeprefix("C360_").lower() for name in values} <= set(Settings.model_fields)
    settings = berka_settings
    assert (settings.base_currency, settings.time_zone, settings.first_date) == ("CZK", "Europe/Prague", "1998-12-01")

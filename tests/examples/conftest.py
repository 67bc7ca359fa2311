"""What the tests of the examples share: a tiny bank in the source's own format, and where the public data may lie."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic_settings import SettingsConfigDict

from foundation.contract import landing_table
from foundation.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
SETTINGS_FILE = CHECKOUT / "examples" / "berka" / "settings.env"

FILES = {
    "berka/account.asc": '"account_id";"district_id";"frequency";"date"\r\n'
    '1;1;"POPLATEK MESICNE";930105\r\n2;69;"POPLATEK TYDNE";930601\r\n3;1;"POPLATEK PO OBRATU";981210\r\n',
    "berka/client.asc": '"client_id";"birth_number";"district_id"\r\n'
    '1;"706213";1\r\n2;"450204";69\r\n3;"005101";70\r\n4;"801231";1\r\n',
    "berka/disp.asc": '"disp_id";"client_id";"account_id";"type"\r\n'
    '1;1;1;"OWNER"\r\n2;2;2;"OWNER"\r\n3;3;2;"DISPONENT"\r\n4;4;3;"OWNER"\r\n5;1;3;"DISPONENT"\r\n',
    "berka/district.asc": "A1;A2;A3;A4;A5;A6;A7;A8;A9;A10;A11;A12;A13;A14;A15;A16\r\n"
    '1;"Hl.m. Praha";"Prague";1204953;0;0;0;1;1;100.0;12541;0.29;0.43;167;85677;99107\r\n'
    '69;"Jesenik";"north Moravia";42821;4;13;5;1;3;48.4;8173;?;7.01;124;?;1358\r\n'
    "70;?;?;1;4;13;5;1;3;48.4;8173;?;7.01;124;?;1358\r\n",
    "berka/order.asc": '"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"\r\n'
    '1;1;"YZ";"111";100.00;"POJISTNE"\r\n2;1;"YZ";"222";200.00;"LEASING"\r\n3;1;"YZ";"333";300.00;" "\r\n',
    "berka/loan.asc": '"loan_id";"account_id";"date";"amount";"duration";"payments";"status"\r\n'
    '1;1;971210;1200;12;100.00;"A"\r\n2;1;971010;1200;12;100.00;"B"\r\n3;2;980131;2400;24;100.00;"C"\r\n'
    '4;2;980110;2400;24;100.00;"D"\r\n5;1;981205;1200;12;100.00;""\r\n',
    "berka/card.asc": '"card_id";"disp_id";"type";"issued"\r\n1;1;"gold";981215 00:00:00\r\n2;2;"junior";970101 00:00:00\r\n',
    "berka/trans_cz.asc": '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"\r\n'
    '9;1;930105;"PRIJEM";"VKLAD";1000.00;1000.00;"";;\r\n'
    # one day, in an order of its own: 1000 + 500 = 1500 - 400 = 1100 - 14.6 = 1085.4
    '3;1;930131;"VYDAJ";"VYBER";14.60;1085.40;"SLUZBY";;\r\n'
    '4;1;930131;"PRIJEM";"";500.00;1500.00;"UROK";;\r\n'
    '5;1;930131;"VYBER";"VYBER";400.00;1100.00;"";;\r\n'
    '6;1;930201;"VYDAJ";"PREVOD NA UCET";100.00;985.40;" ";"YZ";"111"\r\n'
    '7;1;930202;"VYDAJ";"PREVOD NA UCET";200.00;785.40;"";"YZ";"222"\r\n'
    '8;1;930203;"VYDAJ";"PREVOD NA UCET";300.00;485.40;" ";"YZ";"333"\r\n'
    '10;1;930204;"VYDAJ";"PREVOD NA UCET";5.00;480.40;" ";"YZ";"999"\r\n'
    '11;1;930205;"PRIJEM";"PREVOD Z UCTU";4000.00;4480.40;"DUCHOD";"AB";"0"\r\n'
    '12;1;930206;"VYDAJ";"PREVOD NA UCET";50.00;4430.40;"UVER";"YZ";"444"\r\n'
    '13;1;930207;"VYDAJ";"VYBER";30.00;4400.40;"SIPO";;\r\n'
    '14;1;930208;"VYDAJ";"VYBER";0.40;4400.00;"SANKC. UROK";;\r\n'
    '15;1;930209;"VYDAJ";"VYBER KARTOU";400.00;4000.00;"";;\r\n'
    '16;1;930210;"VYDAJ";"PREVOD NA UCET";10.00;3990.00;"POJISTNE";"YZ";"555"\r\n',
    "berka/trans_en.csv.gz": "trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account\n"
    "109;2;981120;credit;credit in cash;1000.00;1000.00;;;\n"
    "110;2;981130;credit;;10.00;1010.00;interest credited;;\n"
    "111;2;981201;withdrawal;withdrawal in cash;14.60;995.40;payment for statement;;\n"
    "112;2;981202;withdrawal in cash;withdrawal in cash;100.00;895.40;;;\n"
    "113;2;981203;withdrawal;remittance to another bank;20.00;875.40;household;CD;777\n"
    "114;2;981203;withdrawal;remittance to another bank;20.00;855.40;insurrance payment;CD;778\n"
    "115;2;981204;credit;collection from another bank;500.00;1355.40;;CD;779\n"
    "116;2;981204;withdrawal;credit card withdrawal;300.00;1055.40;;;\n"
    "117;2;990201;withdrawal;withdrawal in cash;0.10;1055.30;sanction interest if negative balance;;\n",
    "callcenter/january.txt.gz": "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time"
    "\tq_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n"
    "AA0101\t1\t9664491\t2\tPS\t990101\t0:00:31\t0:00:36\t5\t0:00:36\t0:03:09\t153\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\n"
    "AA0101\t2\t0\t0\tNW\t990101\t23:59:50\t23:59:55\t5\t0:00:00\t0:00:00\t0\tAGENT\t23:59:55\t0:00:55\t60\tBASCH\n"
    "AA0102\t1\t4\t1\tPE\t990103\t15:46:01\t15:45:24\t-37\t15:45:24\t15:46:41\t77\tAGENT\t15:46:41\t15:46:51\t10\tTOVA\n"
    "AA0102\t3\t0\t0\tAA\t990103\t16:00:00\t16:00:02\t2\t0:00:00\t0:00:00\t0\tPHANTOM\t0:00:00\t0:00:00\t0\tNO_SERVER\n"
    "AA0102\t4\t0\t0\tAA\t990103\t17:00:00\t17:00:02\t2\t0:00:00\t0:00:00\t0\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\n",
}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


@pytest.fixture
def tiny_bank(tmp_path: Path) -> Path:
    """A folder with a bank of four clients in the files of the published data."""
    for name, text in FILES.items():
        _write(tmp_path / "source" / name, text)
    return tmp_path / "source"


@pytest.fixture
def rewrite(tiny_bank: Path) -> Callable[[str, str, str], None]:
    """Replace a piece of text in one of the tiny bank's files."""

    def change(name: str, old: str, new: str) -> None:
        assert old in FILES[name]
        _write(tiny_bank / name, FILES[name].replace(old, new))

    return change


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder with the public data; skips where it is not."""
    named = os.environ.get("C360_EXAMPLE_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not (folder / "berka" / "account.asc").exists():
        pytest.skip("the public PKDD'99 data is not on this machine; name its folder in C360_EXAMPLE_DATA")
    return folder


class BerkaSettings(Settings):
    """The settings that the example comes with."""

    model_config = SettingsConfigDict(env_file=SETTINGS_FILE)


@pytest.fixture(scope="session")
def berka_settings() -> Settings:
    return BerkaSettings()


class Landed:
    """What lies in a landing folder, read back with the engine that the pipeline reads it with."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing

    def files(self, table: str) -> list[Path]:
        source, name = table.split(".")
        return sorted(file for file in (self.landing / source / name).glob("*/*") if file.is_file())

    def dates(self, table: str) -> list[date]:
        source, name = table.split(".")
        return sorted(date.fromisoformat(folder.name) for folder in (self.landing / source / name).iterdir())

    def relation(self, table: str) -> str:
        """SQL for all its rows, with `filename` and `folder`."""
        files = self.files(table)
        listed = ", ".join(f"'{file}'" for file in files)
        how = (
            "read_parquet([{}], filename = true)"
            if files[0].suffix == ".parquet"
            else "read_csv([{}], all_varchar = true, filename = true)"
        )
        return f"(select *, parse_filename(parse_dirpath(filename)) as folder from {how.format(listed)})"

    def rows(self, table: str, columns: str, order: str = "1") -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            return connection.execute(f"select {columns} from {self.relation(table)} order by {order}").fetchall()

    def faults(self, table: str) -> list[str]:
        """Where the drops of one table break the contract: nothing where they do not."""
        contract = landing_table(table)
        relation = self.relation(table)
        faults = []
        with duckdb.connect() as connection:
            present = {row[0] for row in connection.execute(f"describe from {relation}").fetchall()} - {"filename", "folder"}

            def count(condition: str) -> int:
                row = connection.execute(f"select count(*) from {relation} where {condition}").fetchone()
                return int(row[0]) if row else 0

            faults += [f"unknown column {name}" for name in sorted(present - {column.name for column in contract.columns})]
            for column in contract.columns:
                if column.name not in present:
                    faults += [f"{column.name} is missing"] if column.required else []
                    continue
                if column.required and count(f'"{column.name}" is null'):
                    faults.append(f"{column.name} is null")
                if count(f'"{column.name}" is not null and try_cast("{column.name}" as {column.sql_type}) is null'):
                    faults.append(f"{column.name} is not {column.type}")
                if column.allowed and count(f'"{column.name}" not in {(*column.allowed, "")}'):
                    faults.append(f"{column.name} is not one of the allowed values")
            key = ", ".join(contract.key)
            if connection.execute(f"select 1 from {relation} group by folder, {key} having count(*) > 1").fetchone():
                faults.append("its key is not unique in a folder")
        return faults


@pytest.fixture(scope="session")
def landed() -> Callable[[Path], Landed]:
    return Landed

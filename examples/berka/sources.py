"""Reading the source files: their names, their columns, and a clear word when one is missing.

Belongs here: what the published files are called and look like. Not here: what their contents mean (sql/, vocabulary.csv).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROVENANCE = (
    "berka/ is the financial data set of the PKDD'99 discovery challenge (the 'Berka' data set), "
    "callcenter/ the 'Anonymous Bank' call-centre data of the Technion's service engineering laboratory"
)
VOCABULARY = Path(__file__).parent / "vocabulary.csv"


class BerkaError(ValueError):
    """The source files cannot be mapped. The message names the file and the mend."""


@dataclass(frozen=True)
class Source:
    """One kind of source file: where it lies under the data folder and the columns it must have."""

    name: str
    pattern: str
    columns: tuple[str, ...]
    delimiter: str = ";"


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SOURCES = (
    Source("account", "berka/account.asc", _columns("account_id district_id frequency date")),
    Source("client", "berka/client.asc", _columns("client_id birth_number district_id")),
    Source("disp", "berka/disp.asc", _columns("disp_id client_id account_id type")),
    Source("order", "berka/order.asc", _columns("order_id account_id bank_to account_to amount k_symbol")),
    Source("loan", "berka/loan.asc", _columns("loan_id account_id date amount duration payments status")),
    Source("card", "berka/card.asc", _columns("card_id disp_id type issued")),
    Source("district", "berka/district.asc", _columns("A1 A2 A3")),
    Source("trans", "berka/trans*", _columns("trans_id account_id date type operation amount balance k_symbol bank account")),
    Source(
        "call",
        "callcenter/january.txt",
        _columns("vru+line call_id customer_id type date vru_entry vru_time q_time outcome ser_time server"),
        delimiter="\t",
    ),
)


def files_of(data: Path, source: Source) -> list[Path]:
    """The files of one source, plain or gzipped, by name. Errors: BerkaError when there is none."""
    found = sorted({*data.glob(source.pattern), *data.glob(f"{source.pattern}.gz")})
    if not found:
        raise BerkaError(f"{data / source.pattern} (or .gz) is missing. Put the public files there: {PROVENANCE}.")
    return found


def _load(connection: duckdb.DuckDBPyConnection, source: Source, files: list[Path]) -> None:
    names = ", ".join(file.name for file in files)
    try:
        connection.execute(
            f"create table source_{source.name} as select * from read_csv($files, delim = $delimiter, header = true, "
            "quote = '\"', escape = '\"', all_varchar = true, union_by_name = true, filename = true)",
            {"files": [str(file) for file in files], "delimiter": source.delimiter},
        )
    except duckdb.Error as error:
        # the engine's message quotes the whole line, and with it a person
        line = re.search(r"[Ll]ine:? (\d+)", str(error))
        where = f"{names}, line {line[1]}" if line else names
        raise BerkaError(f"{where}: not a text file with columns separated by {source.delimiter!r}; get it anew.") from None
    present = {str(row[0]) for row in connection.execute(f"describe source_{source.name}").fetchall()}
    missing = [column for column in source.columns if column not in present]
    if missing:
        raise BerkaError(f"{names}: lacks the column(s) {', '.join(missing)}; is it the published file of that name?")


def load(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Every source file as a table `source_<name>` of text columns, and the vocabulary.

    Errors: BerkaError, naming the first file that is missing or cannot be read.
    """
    found = [(source, files_of(data, source)) for source in SOURCES]
    for source, files in found:
        _load(connection, source, files)
    connection.execute(
        "create table vocabulary as from read_csv($file, header = true, all_varchar = true)", {"file": str(VOCABULARY)}
    )

"""Opening the warehouse: the vault beside it, and what is said when a file cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foundation.engine import Engine
from foundation.sql import quoted
from integrations.warehouse.connection import WarehouseError, parquet, warehouse

KILLED = """
import duckdb, os, sys
held = duckdb.connect(sys.argv[1])
held.execute("create table t (a int); checkpoint; insert into t values (1)")
held.execute("insert into t values (2)")
os.kill(os.getpid(), 9)
"""
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def files(folder: Path) -> tuple[Path, Path]:
    return folder / "warehouse.duckdb", folder / "vault.duckdb"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The file, held by another process."""
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        yield
        child.communicate()


def test_the_vault_is_attached_as_a_file_of_its_own(tmp_path):
    path, vault = files(tmp_path / "home")
    with warehouse(path, vault, Engine("200MB", threads=1)) as connection:
        connection.execute("create table here (a int); create table vault.main.there (a int)")
        limits = "select current_setting('memory_limit'), current_setting('threads')"
        assert connection.execute(limits).fetchone() == ("190.7 MiB", 1)
    with warehouse(path, vault) as connection:
        tables = "select table_catalog, table_name from information_schema.tables order by all"
        assert connection.execute(tables).fetchall() == [("vault", "there"), ("warehouse", "here")]


def test_one_process_may_open_it_twice(tmp_path):
    with warehouse(*files(tmp_path)) as first, warehouse(*files(tmp_path)) as second:
        first.execute("create table vault.main.t (a int)")
        assert second.execute("select count(*) from vault.main.t").fetchone() == (0,)


@pytest.mark.parametrize("name", ["warehouse.duckdb", "vault.duckdb"])
def test_a_file_held_by_another_process_is_said_to_be(tmp_path, name):
    with (
        held(tmp_path / name),
        pytest.raises(WarehouseError, match=f"^another process holds {name}: wait"),
        warehouse(*files(tmp_path)),
    ):
        pass
    with warehouse(*files(tmp_path)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("name", ["warehouse.duckdb", "vault.duckdb"])
@pytest.mark.parametrize("damage", ["text", "nothing", "half"])
def test_a_file_that_is_no_database_is_said_to_be_damaged_with_the_command_that_builds_it_anew(tmp_path, name, damage):
    folder = tmp_path / "block"  # the word lock, in a path, says nothing of a lock
    with warehouse(*files(folder)) as connection:
        connection.execute("create table t as select range from range(100000); create table vault.main.t as from t")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes({"text": b"text\n" * 3_000, "nothing": b"", "half": content[:5_000]}[damage])
    with (
        pytest.raises(WarehouseError, match=f"^{name} is damaged; it is derived data: `make rebuild` .* state$"),
        warehouse(*files(folder)),
    ):
        pass


def spoil(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize("name", ["warehouse.duckdb", "vault.duckdb"])
def test_a_file_that_another_version_wrote_is_said_to_be_damaged_too(tmp_path, name):
    with warehouse(*files(tmp_path)) as connection:
        connection.execute("create table t (a int); create table vault.main.t (a int)")
    spoil(tmp_path / name, 12, (999).to_bytes(8, "little"))
    with pytest.raises(WarehouseError, match=f"^{name} is damaged"), warehouse(*files(tmp_path)):
        pass


def test_a_block_damaged_in_the_midst_shows_when_it_is_read_and_is_then_said_to_be_damaged(tmp_path):
    path, vault = files(tmp_path)
    with warehouse(path, vault) as connection:
        connection.execute("create table t as select range, sha256(cast(range as varchar)) as text from range(200000)")
    size = path.stat().st_size
    spoil(path, size // 4, bytes(size // 2))
    with (
        pytest.raises(WarehouseError, match=r"^warehouse\.duckdb.* is damaged; it is derived data: `make rebuild`"),
        warehouse(path, vault) as connection,
    ):
        connection.execute("select sum(hash(text)) from t").fetchall()


def killed_with_a_log(folder: Path) -> Path:
    """A warehouse whose process was killed after it had committed: the log beside it holds what the file lacks."""
    told = subprocess.run([sys.executable, "-c", KILLED, str(folder / "warehouse.duckdb")], check=False)
    assert told.returncode == -9
    return folder / "warehouse.duckdb.wal"


def test_what_was_committed_before_a_kill_is_read_from_the_log_and_what_was_being_written_is_not(tmp_path):
    log = killed_with_a_log(tmp_path)
    log.write_bytes(log.read_bytes()[:-1])
    with warehouse(*files(tmp_path)) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (1,)


def test_a_damaged_log_is_said_to_be_damaged(tmp_path):
    log = killed_with_a_log(tmp_path)
    spoil(log, log.stat().st_size // 2, b"\xa5" * 8)
    with pytest.raises(WarehouseError, match=r"^warehouse\.duckdb is damaged"), warehouse(*files(tmp_path)):
        pass


def test_another_reason_is_passed_on_with_the_file_and_no_advice_to_delete(tmp_path):
    (tmp_path / "vault.duckdb").mkdir()
    with pytest.raises(WarehouseError, match=r"^vault\.duckdb cannot be opened: .*directory"), warehouse(*files(tmp_path)):
        pass


def test_an_apostrophe_in_a_path_stays_one(tmp_path, connection):
    file = tmp_path / "it's.parquet"
    connection.execute(f"copy (select 1 as a) to {quoted(file)}")
    connection.execute(f"copy (select 2 as b) to {quoted(tmp_path / 'other.parquet')}")
    both = connection.execute(f"select a, b from {parquet([file, tmp_path / 'other.parquet'])} order by all").fetchall()
    assert both == [(1, None), (None, 2)]
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault's.duckdb") as opened:
        opened.execute("create table vault.main.t (a int)")

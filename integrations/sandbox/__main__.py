"""`python -m integrations.sandbox`: the sandbox in the foreground.

Belongs here: its options. Not here: serving (server.py). The token comes by environment, where no process list shows it.
"""

from __future__ import annotations

import argparse
import logging
import os
import sqlite3
import sys
from pathlib import Path

from pydantic import SecretStr

from integrations.sandbox.faults import Faults
from integrations.sandbox.process import TOKEN_VARIABLE
from integrations.sandbox.server import HOST, serve


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="integrations.sandbox", description="A local CRM and messaging service.")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one; the one taken is printed")
    parser.add_argument("--database", type=Path, required=True, help="the SQLite file that keeps what it receives")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    faults = parser.add_argument_group("faults, for trying retries")
    for name, default in vars(Faults()).items():
        faults.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    return parser


def main() -> int:
    options = vars(_options().parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    token = os.environ.get(TOKEN_VARIABLE)
    try:
        serve(
            port=options["port"],
            database=options["database"],
            token=SecretStr(token) if token else None,
            faults=Faults(**{name: options[name] for name in vars(Faults())}),
            until_stdin_closes=options["until_stdin_closes"],
        )
    except OSError as error:
        sys.stderr.write(
            f"the sandbox cannot listen on {HOST}:{options['port']}: {os.strerror(error.errno or 0)}; give another --port, or 0\n"
        )
        return 2
    except sqlite3.Error as error:
        sys.stderr.write(f"the sandbox cannot use {options['database']}: {error}; name another --database, or remove this one\n")
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether the rules of who is who can be tried: each one's SQL, the blocks, the comparisons and the model in use, on two records.

Belongs here: the check as a command. Not here: the rules (identity/rules.yml), what is wrong with an entry (rulebook.py).
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from assets.identity import model_in_use
from foundation.contract import landing_tables
from foundation.settings import Settings, SettingsError, load_settings
from identity.model import Model, ModelError
from identity.resolve import Bounds, resolve
from identity.rulebook import Rulebook, RuleError, rulebook
from integrations.warehouse.apply import prepare

ON = date(2025, 1, 1)
# two people who agree in enough for every block and comparison to be tried
_TWO = f"""
insert into raw.third_party__people by name
select 'check' as provider, unnest(['a', 'b']) as record_id, date '1980-01-01' as birth_date, 'city' as city,
    date '{ON}' as observed_on, date '{ON}' as _landed_on;
insert into vault.raw.third_party__people by name
select 'check' as provider, unnest(['a', 'b']) as record_id, unnest(['ann lee', 'ann leigh']) as full_name,
    '13912345678' as mobile, 'ann@lee.example' as email, 'G1234567' as id_number, '1 long road town' as address
"""


def check_identity(rules: Rulebook, model: Model, bounds: Bounds) -> int:
    """How many exact rules there are. Errors: RuleError, naming the entry that cannot be tried."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("attach ':memory:' as vault")
        prepare(connection, landing_tables())
        connection.execute(_TWO)
        resolve(
            connection, on=ON, folder=Path(folder), counted=[], landings={}, rules=rules, model=model, bounds=bounds
        )  # fmt: skip
    return len(rules.exact)


def main() -> None:
    """Checks identity/rules.yml, identity/comparisons.yml and the model in use. Exits 1, naming the entry that is wrong."""
    try:
        settings: Settings = load_settings()
        rules = check_identity(rulebook(), model_in_use(settings), Bounds.of(settings))
    except (SettingsError, RuleError, ModelError) as error:
        sys.exit(f"who is who cannot be found out: {error}")
    sys.stdout.write(f"{rules} exact rules of who is who, each tried\n")


if __name__ == "__main__":
    main()

"""How a record is named: its key in its source, as SQL; and the statements of this folder, in which these keys stand.

Belongs here: the one spelling of each key. dbt's side of it is dbt_project/macros/identity.sql: a test holds both to the same
words. Not here: what a record says (records.sql).
"""

from __future__ import annotations

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).resolve().parent
# a provider's name may hold what parts it from the record's id: a mark before it keeps two records' keys from being equal
PERSON = r"concat_ws(':', replace(replace(provider, '\', '\\'), ':', '\:'), record_id)"
# either part may be missing; a hashed number never holds a colon
CALLER = "concat(coalesce(customer_no, ''), ':', coalesce(caller_number_hash, ''))"
# where the first landing of a record is looked up: its key in the raw files
IN_RAW_FILES = {
    "core_banking.customers": "customer_no",
    "app.users": "app_user_id",
    "third_party.people": PERSON,
    "third_party.companies": "credit_code",
    "call_centre.callers": CALLER,
}


def statement(name: str) -> str:
    """A statement of this folder."""
    return Template((_FOLDER / f"{name}.sql").read_text(encoding="utf-8")).substitute(person_key=PERSON, caller_key=CALLER)

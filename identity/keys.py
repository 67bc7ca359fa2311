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
# by source, the key of its records, in its tables and in the raw files that fill them
IN_RAW_FILES = {
    "core_banking.customers": "customer_no",
    "app.users": "app_user_id",
    "third_party.people": PERSON,
    "third_party.companies": "credit_code",
    "call_centre.callers": CALLER,
}
_OWNERS = "nullif(trim(customer_no), '') in (select customer_no from collected)"


def _wanted(source: str, key: str) -> str:
    return f"{key} in (select record_id from sought where record_source = '{source}')"


def statement(name: str, *, of_sought: bool = False) -> str:
    """A statement of this folder; of records.sql all records, or those that a table `sought` (record_source, record_id) names."""
    wanted = {f"sought_{source.split('.')[1]}": _wanted(source, key) for source, key in IN_RAW_FILES.items()}
    wanted["sought_owners"] = _OWNERS
    if not of_sought:
        wanted = dict.fromkeys(wanted, "true")
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return Template(text).substitute(wanted, person_key=PERSON, caller_key=CALLER)

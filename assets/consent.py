"""Consent when a delivery is sent: the customer may have refused since the list was decided.

Belongs here: which entries lack the consent that their channel needs, asked as deciding asks it
(dbt_project/models/decisions/eligible_actions.sql). Not here: what amounts to consent (int_consents_in_force), what becomes of
such a delivery (activation.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from assets.dbt_translation import manifest
from foundation.sql import quoted

# an entry of a channel or an action that is no longer written has nothing that permits it
_WITHOUT = """
with entries as (
    select e.entry_id, e.strategy_id, e.channel, coalesce(aliases.current_customer_id, e.customer_id) as customer_id
    from {entries} e
    left join identity.customer_aliases aliases on e.customer_id = aliases.customer_id
    where list_contains(?, e.entry_id)
)
select entries.entry_id
from entries
left join ({channels}) channels on entries.channel = channels.channel
left join ({actions}) actions on entries.strategy_id = actions.strategy_id and entries.channel = actions.channel
left join intermediate.int_consents_in_force named
    on entries.customer_id = named.customer_id and named.purpose = 'marketing'
    and channels.consent_channel = named.channel and actions.product_category = named.product_category
left join intermediate.int_consents_in_force general
    on entries.customer_id = general.customer_id and general.purpose = 'marketing'
    and channels.consent_channel = general.channel and general.product_category = 'all'
where channels.channel is null
   or channels.consent_channel is not null
      and (actions.strategy_id is null or not coalesce(named.is_granted, general.is_granted, false))
"""


def without_consent(connection: duckdb.DuckDBPyConnection, entries: str, asked: Sequence[str]) -> set[str]:
    """Of the entries asked for, by id, those whose channel needs a consent that is not in force. `entries`: their relation."""
    written = manifest()["nodes"]["model.customer_360.strategies"]["config"]["meta"]
    channels = [(each["channel"], each["consent_channel"]) for each in written["channels"]]
    actions = [
        (entry["strategy_id"], action["channel"], action["product_category"])
        for entry in written["strategies"]
        for action in entry["actions"]
    ]
    query = _WITHOUT.format(
        entries=entries,
        channels=_relation(("channel", "consent_channel"), channels),
        actions=_relation(("strategy_id", "channel", "product_category"), actions),
    )
    return {entry for (entry,) in connection.execute(query, [list(asked)]).fetchall()}


def _relation(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    """Rows as a query: with these columns, and none where there are no rows."""
    nothing = "select " + ", ".join(f"cast(null as varchar) as {name}" for name in names) + " where false"
    return " union all ".join([nothing, *("select " + ", ".join(map(_literal, row)) for row in rows)])


def _literal(value: object) -> str:
    return "null" if value is None else quoted(value)

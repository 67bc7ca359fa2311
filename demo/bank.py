"""The demo bank: a deterministic generator of landing drops with known truth.

Belongs here: the order of dates and of what is written for each. Not here: what happens on a day (flows.py), what
the bank's own messages bring about (reactions.py), what rows look like (*_records.py), faults (faults.py). The first date's
folder carries the whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from demo import benefits, company_records, earlier_records, flows, fx, life, outside_records, service_records
from demo import core_records as core
from demo import customer_records as customers_
from demo import state as books
from demo.bank_model import Model
from demo.carried import Carried
from demo.days import is_month_end, to_date, to_day
from demo.draws import Array
from demo.drop import Drop
from demo.faults import Planter
from demo.holdings import CARD
from demo.ledger import Ledger, Postings
from demo.population import HISTORY_DAYS, Parameters
from demo.reactions import Reactions
from demo.reactions_plan import load_plan
from demo.sent import Outbox
from demo.today import Day
from demo.truth import Truth
from demo.writing import Writer

_ROWS_A_FILE = 2_000_000
DemoBankError = books.DemoBankError


def generate(
    landing: Path,
    state: Path,
    customers: int,
    first: date,
    last: date,
    seed: int,
    progress: Callable[[date], None] | None = None,
    history_days: int = HISTORY_DAYS,
    sent: Outbox | None = None,
) -> list[date]:
    """Write the drops of each date from `first` to `last` that is not yet written, and say which these were.

    `customers` is their number on the first date; a few join every day. `state` keeps what is needed to go on, and the
    truth. `progress` is told each day as it is done, those of the history before the first date included. `sent` tells
    what the bank sent to its customers, who then react to it.
    Errors: DemoBankError, where the state belongs to another bank, or the drops it speaks of are gone.
    """
    if customers < 1 or last < first or history_days < 1:
        raise DemoBankError(
            "the demo bank needs at least one customer, a last date not before the first and a day of history, "
            f"not {customers}, {first} to {last}, {history_days}"
        )
    parameters = Parameters(customers, seed, to_day(first), history_days)
    saved = books.load(state, parameters)
    start = parameters.first if saved is None else saved.day + 1
    if saved is not None:
        _check_landing(landing, to_date(saved.day), state)
    if start > to_day(last):
        return []
    model = Model.build(parameters, to_day(last))
    ledger = Ledger.empty(model.holdings.is_debt)
    reactions = Reactions(model, load_plan(), sent)
    if saved is not None:
        saved.restore(ledger)
        reactions.restore(saved.reactions)
    truth = Truth(state / "truth")
    dates = []
    tell = progress or (lambda _: None)
    with Writer() as writer:
        for day in range(start, to_day(last) + 1):
            on = to_date(day)
            planter = Planter(model.draws, on, day - parameters.first)
            carried = Carried(state / "carried", on, model.draws, is_first=day == parameters.first)
            drop = Drop(landing, on, planter, carried, writer)
            if day == parameters.first:
                write_history(model, ledger, drop, tell)
            reactions.take_in(truth, day)
            write_date(model, ledger, drop, truth, day, reactions)
            if day == to_day(last):
                truth.write_people(model, day)
            drop.finish()
            truth.add_bad_rows(on, planter.planted)
            truth.add_quirks(on, drop.quirks.noted)
            books.save(state, parameters, day, ledger, reactions.saved())
            dates.append(on)
            tell(on)
    return dates


def _check_landing(landing: Path, last: date, state: Path) -> None:
    folder = landing / "core_banking" / "customers" / str(last)
    if not folder.is_dir():
        raise DemoBankError(
            f"{state} says that the demo bank's drops are written up to {last}, but {folder} is not there; "
            "give the landing folder they are in, or empty both folders to start again"
        )


def simulate(model: Model, ledger: Ledger, day: int, reactions: Reactions | None = None) -> Postings:
    """Let one day happen."""
    h, p = model.holdings, model.population
    is_open = (h.open_day <= day) & (h.closed_day > day)
    windfalls, outlays = life.windfalls(model, day), life.large_outlays(model, day)
    today = Day(day, model.draws, p, h, ledger, p.activity(day), is_open, windfalls, outlays)
    flows.run(today)
    if reactions is not None:
        reactions.act(today)
    return ledger.close_day(day, model.draws)


def write_date(model: Model, ledger: Ledger, drop: Drop, truth: Truth, day: int, reactions: Reactions) -> None:
    """All files of one date, under their unfinished names."""
    postings = simulate(model, ledger, day, reactions)
    reactions.write(drop, day)
    _add_postings(model, drop, postings, day, "csv" if day % 7 == 3 else "parquet")
    _add_balances(model, ledger, drop, day, "csv" if day % 10 == 4 else "parquet")
    contacts, callers = _contacts(model, day)
    truth.add_callers(drop.on, contacts, callers)
    registered, _ = outside_records.users(model, day)
    drop.add("core_banking.customers", "customers.csv", customers_.customers(model, day))
    drop.add("core_banking.accounts", "accounts.csv", core.accounts(model, day))
    drop.add("engagement.consents", "consents.csv", customers_.consents(model, day))
    drop.folder("core_banking.products")
    for name, file, rows in (
        ("core_banking.products", "products.csv", core.products(model, day)),
        ("core_banking.account_holders", "account_holders.csv", customers_.account_holders(model, day)),
        ("app.users", "users.csv", registered),
        ("call_centre.contacts", "contacts.csv", contacts),
        ("call_centre.tickets", "tickets.csv", service_records.tickets(model, day)),
        ("call_centre.surveys", "surveys.csv", service_records.surveys(model, day)),
        ("third_party.companies", "companies.csv", company_records.companies(model, day)),
        ("third_party.company_links", "company_links.csv", company_records.company_links(model, day)),
        ("third_party.company_people", "company_people.csv", company_records.company_people(model, day)[0]),
        ("stewardship.identity_decisions", "decisions.csv", earlier_records.identity_decisions(model, day)),
        ("core_banking.fx_rates", "fx_rates.csv", fx.fx_rates(model, day)),
    ):
        if rows.num_rows:
            drop.add(name, file, rows)
    for number, some in enumerate(_in_files(outside_records.events(model, earlier) for earlier in _event_days(model, day)), 1):
        drop.add("app.events", f"events-{number}.parquet", some)
    ending = "parquet" if day == model.first else "csv"
    benefits_told = (benefits.benefit_events(model, days) for days in _months(_history_days(model, day)))
    for number, some in enumerate(_in_files(benefits_told), 1):
        drop.add("core_banking.benefit_events", f"benefit_events-{number}.{ending}", some)
    if day == model.first:
        drop.add("engagement.past_contacts", "past_contacts.csv", earlier_records.past_contacts(model))
    if outside_records.providers_tell(model, day):
        drop.add("third_party.people", "people.csv.gz", outside_records.third_party_people(model, day)[0])


def _event_days(model: Model, day: int) -> range:
    history = min(outside_records.EVENT_HISTORY_DAYS, model.parameters.history_days)
    return range(day - history if day == model.first else day, day + 1)


def _history_days(model: Model, day: int) -> range:
    """The days whose events a date tells: on the first date those of the whole history."""
    return range(model.parameters.start if day == model.first else day, day + 1)


def _months(days: range) -> Iterator[range]:
    for start in days[::30]:
        yield range(start, min(start + 30, days.stop))


def _in_files(days: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The days' rows in tables of about a file's size; nothing where there are no rows."""
    held: list[pa.Table] = []
    for rows in days:
        held.append(rows)
        if sum(part.num_rows for part in held) > _ROWS_A_FILE:
            yield pa.concat_tables(held)
            held = []
    if any(part.num_rows for part in held):
        yield pa.concat_tables(held)


def _contacts(model: Model, day: int) -> tuple[pa.Table, Array]:
    days = _history_days(model, day)
    tables, people = zip(*(service_records.contacts(model, earlier) for earlier in days), strict=True)
    return pa.concat_tables(tables), np.concatenate(people)


def write_history(model: Model, ledger: Ledger, drop: Drop, tell: Callable[[date], None]) -> None:
    """What lies before the first date: every transaction, balances at each month's end."""
    start = model.parameters.start
    _open_books(model, ledger, start)
    _add_balances(model, ledger, drop, start, _history_format(start))
    parts: list[Postings] = []
    for day in range(start + 1, model.first):
        parts.append(simulate(model, ledger, day))
        closes = is_month_end(day) or day == model.first - 1
        if closes:
            _add_balances(model, ledger, drop, day, _history_format(day))
        if closes or sum(map(len, parts)) > _ROWS_A_FILE:
            _add_postings(model, drop, Postings.joined(parts), day, _history_format(day))
            parts = []
        tell(to_date(day))


def _history_format(day: int) -> str:
    return "csv" if to_date(day).month % 4 == 1 else "parquet"


def _add_postings(model: Model, drop: Drop, postings: Postings, day: int, ending: str) -> None:
    drop.add("core_banking.transactions", f"transactions-{to_date(day)}.{ending}", core.transactions(model, postings))


def _add_balances(model: Model, ledger: Ledger, drop: Drop, day: int, ending: str) -> None:
    """Balances changed since they were last written."""
    changed = np.flatnonzero(ledger.changed)
    ledger.changed[:] = False
    drop.add("core_banking.balances", f"balances-{to_date(day)}.{ending}", core.balances(model, ledger, changed, day))


def _open_books(model: Model, ledger: Ledger, day: int) -> None:
    """Balances at the start of the history: near what each account tends to hold or owe."""
    h = model.holdings
    accounts = np.flatnonzero((h.open_day <= day) & (h.closed_day > day))
    spread = model.draws.uniform("opening_balance", accounts)
    held = h.target[accounts] * (0.8 + 0.4 * spread)
    owed = np.where(h.slot[accounts] == CARD, h.limit[accounts] * 0.2 * spread, h.target[accounts] * (0.4 + 0.6 * spread))
    ledger.balance[accounts] = np.where(h.is_debt[accounts], owed, held).astype(np.int64)
    ledger.changed[accounts] = True

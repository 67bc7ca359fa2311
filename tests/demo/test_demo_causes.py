"""What is planted in customers' behaviour shows in the rows: strongly where many are counted, exactly where one is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from demo_bank_files import FIRST, LAST
from demo_bank_query import Rows

from demo import causes, core_records, customer_records, earlier_records, interest, outside_records, service_records, truth
from demo import vocabulary as words
from demo.bank_model import Model
from demo.days import to_date, to_day
from demo.interest import LOOKS_DAYS
from demo.population import Parameters

DAYS = 40


@pytest.fixture(scope="module")
def first() -> int:
    return to_day(FIRST)


@pytest.fixture(scope="module")
def model(first: int) -> Model:
    """A bank large enough to count in, without its money."""
    return Model.build(Parameters(6_000, 7, first), first + DAYS)


def ask(query: str, **tables: pa.Table) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        return connection.execute(query).fetchall()


def test_a_complaint_left_lying_is_followed_by_leaving_far_more_often_than_one_answered_well(model: Model, first: int) -> None:
    shares = dict(
        ask(
            "select resolved_at is null or first_response_at > opened_at + interval 3 day,"
            " avg(coalesce(leave_on between opened_at and opened_at + interval 45 day, false)::int)"
            " from tickets left join drifters using (customer_no)"
            f" where category = 'complaint' and customer_no is not null and opened_at < date '{FIRST}' - 45 group by 1",
            tickets=service_records.tickets(model, first),
            drifters=truth.drifters(model, first + DAYS),
        )
    )
    assert shares[True] > 0.3
    assert shares[True] > 3 * shares[False]


def test_bad_service_makes_detractors(model: Model, first: int) -> None:
    scores = dict(
        ask(
            "select t.ticket_id is not null and (resolved_at is null or first_response_at > opened_at + interval 3 day)"
            " and category = 'complaint', avg(nps_score) from surveys left join tickets t using (contact_id) group by 1",
            surveys=service_records.surveys(model, first),
            tickets=service_records.tickets(model, first),
        )
    )
    assert scores[True] < 5
    assert scores[False] > 7


@pytest.mark.parametrize(("has", "buys", "within"), [("fund", "insurance", 45), ("time_deposit", "precious_metal", 30)])
def test_products_go_together_and_one_is_bought_soon_after_the_other(
    model: Model, first: int, has: str, buys: str, within: int
) -> None:
    accounts, products = core_records.accounts(model, first), core_records.products(model, first)
    [(with_it, without, soon, later)] = ask(
        "with held as (select customer_no, min(opened_on) filter (category = $has) as had_on,"
        " min(opened_on) filter (category = $buys) as bought_on,"
        " count(*) filter (category = 'wealth') > 0 as invests from accounts join products using (product_code) group by 1)"
        .replace("$has", f"'{has}'").replace("$buys", f"'{buys}'") +
        " select avg((bought_on is not null)::int) filter (had_on is not null), avg((bought_on is not null)::int)"
        f" filter (had_on is null), count(*) filter (bought_on - had_on between 1 and {within}),"
        f" count(*) filter (bought_on - had_on between {within} + 1 and 2 * {within}) from held where invests",
        accounts=accounts, products=products,
    )  # fmt: skip
    assert with_it > 1.7 * without
    assert soon > 5 * max(later, 1)


def test_most_whose_complaint_before_leaving_was_left_lying_complain_once_more(model: Model, first: int) -> None:
    tickets = [service_records.tickets(model, day) for day in range(first, first + DAYS)]
    told = causes.grievances(model, first + DAYS)
    shares = dict(ask("select handling, avg((complains_again_on is not null)::int) from told group by 1", told=told))
    assert shares["well"] == 0
    assert shares["late"] > 0.4 and shares["never"] > 0.4
    [(again, before_leaving, opened)] = ask(
        "with second as (select * from told where complains_again_on between complained_on and"
        f" date '{to_date(first + DAYS - 1)}' and complains_again_on >= date '{FIRST}')"
        " select count(*), count(*) filter (complains_again_on < leave_on), count(*) filter (exists (select 1 from tickets t"
        " where t.customer_no = second.customer_no and category = 'complaint' and t.opened_at::date = complains_again_on))"
        " from second",
        told=told,
        tickets=pa.concat_tables(tickets),
    )
    assert again == before_leaving == opened > 0


def test_whoever_asks_about_mortgages_looked_at_them_that_day(model: Model, first: int) -> None:
    for day in range(first, first + 10):
        calls, _ = service_records.contacts(model, day)
        [(asked,)] = ask("select count(*) from calls where reason = 'mortgage_question'", calls=calls)
        customer, product, _ = interest.visits(model, day)
        assert asked <= (product == interest.MORTGAGE).sum() == len(set(customer[product == interest.MORTGAGE]))
    asked = ask(
        "select count(*) filter (reason = 'mortgage_question'), count(distinct reason) from calls",
        calls=pa.concat_tables([service_records.contacts(model, day)[0] for day in range(first, first + DAYS)]),
    )
    [(questions, reasons)] = asked
    assert questions > 20
    assert reasons == len(words.CONTACT_REASONS)


def test_some_wait_long_some_praise_and_some_report_fraud(model: Model, first: int) -> None:
    [(long, calls)] = ask(
        "select count(*) filter (wait_seconds >= 300), count(*) from calls",
        calls=pa.concat_tables([service_records.contacts(model, day)[0] for day in range(first, first + DAYS)]),
    )
    assert 0.01 * calls < long < 0.1 * calls
    cases = dict(ask("select category, count(*) from t group by 1", t=service_records.tickets(model, first)))
    assert min(cases["praise"], cases["fraud_report"]) > 0.01 * sum(cases.values())
    assert max(cases["praise"], cases["fraud_report"]) < cases["complaint"]


def test_whoever_moved_logs_in_from_there_from_that_day_on(model: Model, first: int) -> None:
    events = pa.concat_tables([outside_records.events(model, day) for day in range(first, first + DAYS)])
    place = outside_records.app_user_of(model)
    users = pa.table(
        {
            "customer_no": model.customer_numbers(np.flatnonzero(place >= 0)),
            "app_user_id": outside_records.app_user_numbers(model, place[place >= 0]),
        }
    )
    [(there, everywhere, movers)] = ask(
        "select count(*) filter (e.city = h.city), count(*), (select count(*) from habits where kind = 'moved') from events e"
        " join users using (app_user_id) join (select * from habits where kind = 'moved') h using (customer_no)"
        " where occurred_at::date >= moved_on",
        events=events, users=users, habits=causes.habits(model, first + DAYS),
    )  # fmt: skip
    assert there > 0.9 * everywhere > 0
    assert 0.005 * model.population.size < movers < 0.06 * model.population.size


def test_few_apply_in_the_app_and_most_of_them_send_it(model: Model, first: int) -> None:
    events = pa.concat_tables([outside_records.events(model, day) for day in range(first, first + DAYS)])
    [(users, begun, sent)] = ask(
        "select count(distinct app_user_id), count(distinct app_user_id) filter (event_name = 'apply_start'),"
        " count(distinct app_user_id) filter (event_name = 'apply_submit') from events",
        events=events,
    )
    assert 0.05 * users < begun < 0.3 * users
    assert 0.6 * begun < sent < begun


def test_whoever_goes_to_the_branch_pays_there_and_has_no_app(rows: Rows) -> None:
    at_counter = f"{POSTED} join truth_habits h using (customer_no) where kind = 'branch' and transaction_type"
    kinds = "in ('transfer', 'cash', 'bill_payment', 'insurance_premium') and t.channel <> 'system'"
    [(branch, others)] = rows(f"select count(*) filter (t.channel = 'branch'), count(*) from {at_counter} {kinds}")
    assert branch > 0.6 * others > 0
    assert rows.one("select count(*) from app__users join truth_habits using (customer_no) where kind = 'branch'") == 0


def test_whoever_takes_up_a_mortgage_looked_at_it_in_the_app_before(model: Model, first: int) -> None:
    events = pa.concat_tables([outside_records.events(model, day) for day in range(first, first + DAYS)])
    [(takers, looked, applied, users, lookers)] = ask(
        "with looks as (select distinct app_user_id, cast(occurred_at as date) as day from events where page = 'mortgage'"
        " and event_name = 'product_view'), takers as (select * from interest"
        f" where takes_up_on between date '{to_date(first + LOOKS_DAYS)}' and date '{to_date(first + DAYS)}')"
        " select count(*), count(*) filter ((select count(*) from looks l where l.app_user_id = t.app_user_id"
        " and day < takes_up_on) >= 2), count(*) filter (exists (select 1 from events e where e.app_user_id = t.app_user_id and"
        " event_name = 'apply_submit' and product_code = 'L002' and cast(occurred_at as date) = takes_up_on - 1)),"
        " (select count(distinct app_user_id) from events), (select count(*) from (select 1 from looks where app_user_id not in"
        " (select app_user_id from interest) group by app_user_id having count(*) >= 2)) from takers t",
        events=events,
        interest=causes.mortgage_interest(model, first + DAYS),
    )
    assert takers > 3
    assert looked >= 0.8 * takers
    assert applied >= 0.6 * takers
    assert lookers < 0.05 * users


def test_earlier_campaigns_did_some_good(model: Model) -> None:
    shares = dict(
        ask(
            "select arm, avg((outcome = 'responded')::int) from contacts join campaigns using (campaign)"
            " where lift > 0 group by 1",
            contacts=earlier_records.past_contacts(model),
            campaigns=causes.campaigns(model, 0),
        )
    )
    assert shares["treatment"] > 1.3 * shares["control"] > 0


def test_a_steward_decides_as_the_truth_has_it(model: Model, first: int) -> None:
    decisions = [earlier_records.identity_decisions(model, day) for day in range(first, first + DAYS)]
    decided = ask(
        "select decision, a.person_id = b.person_id, count(*) from decisions d join people a on d.record_a = a.record_id"
        " join people b on d.record_b = b.record_id where a.source = 'core_banking' and b.source = 'core_banking' group by all",
        decisions=pa.concat_tables(decisions),
        people=truth.people(model, first + DAYS),
    )
    assert {row[:2] for row in decided} == {("same", True), ("different", False)}
    assert sum(row[2] for row in decided) == sum(rows.num_rows for rows in decisions)


def test_some_customers_close_and_are_told_of_on_their_day(model: Model, first: int) -> None:
    closed = customer_records.customers(model, first)["closed_on"].drop_null().to_pylist()
    assert closed
    assert max(closed) <= FIRST


def test_of_what_matures_most_is_reinvested_some_redeemed_and_some_leaves(model: Model, first: int) -> None:
    shares = dict(ask("select choice, count(*) / sum(count(*)) over () from m group by 1", m=causes.maturities(model, first)))
    assert shares["reinvested"] > 0.6
    assert min(shares["redeemed"], shares["left"]) > 0.05


POSTED = "core_banking__transactions t join core_banking__accounts_now a using (account_no)"


def test_what_is_not_reinvested_is_paid_out_and_its_account_closed_on_the_day(rows: Rows) -> None:
    ended = "truth_maturities m join core_banking__accounts_now a on a.account_no = m.account_no"
    assert rows.one(f"select count(*) from {ended} where choice <> 'reinvested' and closed_on is distinct from matured_on") == 0
    assert rows.one(f"select count(*) from {ended} where choice = 'reinvested' and closed_on <= matured_on") == 0
    assert rows.one(f"select count(*) from {ended} where a.matures_on < coalesce(a.closed_on, date '{FIRST}')") == 0
    paid = (
        "truth_maturities m join core_banking__transactions t on t.account_no = m.account_no"
        " and cast(posted_at as date) = matured_on and transaction_type = 'investment_redemption' and channel = 'system'"
    )
    assert rows.one(f"select count(*) from {paid} where choice = 'reinvested'") == 0
    assert rows.one(f"select count(*) from {paid} where choice <> 'reinvested'") > 5
    gone = (
        "truth_maturities m where choice = 'left' and exists (select 1 from {} where a.customer_no = m.customer_no and"
        " cast(posted_at as date) = matured_on and transaction_type = 'transfer' and direction = 'out' and t.channel = 'mobile')"
    )
    assert rows.one(f"select count(*) from {gone.format(POSTED)}") == rows.one(
        f"select count(*) from {paid} where choice = 'left'"
    )


def test_maturities_lie_ahead_of_the_last_date_too(rows: Rows) -> None:
    assert rows.one(f"select count(*) from core_banking__accounts_now where matures_on > date '{LAST}'") > 20


def test_after_a_salary_stops_none_arrives(rows: Rows) -> None:
    paid = f"select a.customer_no, cast(posted_at as date) as day from {POSTED} where transaction_type = 'salary'"
    paid += " and direction = 'in'"
    counts = rows(
        "select s.customer_no, count(*) filter (p.day < stops_on), count(*) filter (p.day >= stops_on)"
        f" from truth_salary_stops s left join ({paid}) p using (customer_no) group by 1"
    )
    assert counts
    assert sum(before for _, before, _ in counts) > 0
    assert {after for _, _, after in counts} == {0}


@pytest.mark.parametrize(
    ("kind", "posting"), [("windfall", "direction = 'in'"), ("large_outlay", "direction = 'out' and t.channel = 'branch'")]
)
def test_large_sums_move_on_their_days(rows: Rows, kind: str, posting: str) -> None:
    moved = rows(
        f"select exists (select 1 from {POSTED} where a.customer_no = m.customer_no and cast(posted_at as date) = moved_on"
        f" and transaction_type = 'transfer' and {posting}) from truth_large_moves m where kind = '{kind}'"
    )
    assert len(moved) > 5
    assert sum(found for (found,) in moved) >= 0.95 * len(moved)


def test_a_complaint_before_leaving_is_a_ticket_of_its_day(rows: Rows) -> None:
    told = rows(
        "select g.handling, t.resolved_at is null, t.first_response_at > t.opened_at + interval 3 day, leave_on > complained_on"
        " from truth_grievances g left join call_centre__tickets_now t on t.customer_no = g.customer_no"
        f" and cast(t.opened_at as date) = complained_on and t.category = 'complaint' where complained_on < date '{LAST}' - 45"
    )
    assert told
    for handling, is_open, is_late, leaves_later in told:
        assert (handling == "never") == is_open
        assert (handling != "well") == bool(is_late)
        assert leaves_later


def test_a_provider_s_name_differs_from_the_bank_s_where_the_truth_says_so(rows: Rows) -> None:
    names = rows(
        "select coalesce(v.variant, 'same'), p.full_name = c.full_name from truth_people k"
        " join third_party__people_now p on k.source = 'third_party' and k.record_id = p.provider || ':' || p.record_id"
        " join core_banking__customers_now c on k.person_id = 'P0' || right(c.customer_no, 8)"
        " left join truth_name_variants v on v.record_id = k.record_id where c.customer_type = 'retail'"
    )
    assert all(same for variant, same in names if variant == "same")
    assert {variant for variant, _ in names} > {"same", "latin"}
    assert not any(same for variant, same in names if variant in {"latin", "reversed"})


def test_the_truth_of_a_date_ends_with_that_date(rows: Rows) -> None:
    for table, column in (
        ("affinities", "bought_on"), ("maturities", "matured_on"), ("grievances", "complained_on"),
        ("salary_stops", "stops_on"), ("large_moves", "moved_on"),
    ):  # fmt: skip
        latest: date = rows.one(f"select max({column}) from truth_{table}")
        assert date(2025, 6, 1) < latest <= LAST, table

"""The tables beside money and people agree with each other, and each of their columns is used."""

from __future__ import annotations

import pytest
from demo_bank_files import FIRST, LAST, Bank
from demo_bank_query import Rows

from foundation.contract import landing_tables

REACTIONS = {"engagement.message_events", "engagement.task_results"}  # what comes of what was sent: nothing is
NEVER_FILLED = {("app.events", "message_id"), ("core_banking.customers", "closed_on")}  # of a bank as small as this one
TABLES = [table for table in landing_tables() if table.full_name not in REACTIONS]


def test_every_table_of_the_contract_lands(bank: Bank) -> None:
    assert [table.full_name for table in TABLES if not bank.lines(table.full_name)] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.full_name)
def test_every_column_says_something(rows: Rows, table: object) -> None:
    name, columns = table.full_name, table.columns  # type: ignore[attr-defined]
    filled = rows(f"select {', '.join(f'count({column.name})' for column in columns)} from {name.replace('.', '__')}")[0]
    assert {(name, column.name) for column, count in zip(columns, filled, strict=True) if not count} <= NEVER_FILLED


def test_every_allowed_value_of_what_customers_live_through_occurs(rows: Rows) -> None:
    for table, column, unused in (
        ("core_banking__benefit_events", "event", set()),
        ("call_centre__tickets", "severity", set()),
        ("third_party__company_links", "link", set()),
        ("third_party__company_people", "role", set()),
        ("engagement__past_contacts", "arm", set()),
        ("core_banking__transactions", "transaction_type", {"other"}),
    ):
        source, name = table.split("__")
        allowed = next(item for item in TABLES if item.full_name == f"{source}.{name}").column(column).allowed
        seen = {value for (value,) in rows(f"select distinct {column} from {table} where {column} is not null")}
        assert set(allowed or ()) - seen == unused, table


def test_what_is_redeemed_or_expires_was_granted_once_and_not_used_before(rows: Rows) -> None:
    rows("create or replace table grants as select *, left(benefit_event_id, -1) as grant_id from core_banking__benefit_events")
    ends = "select grant_id, customer_no, benefit_code, occurred_at, event from grants where event <> 'granted'"
    matched = f"from ({ends}) e join grants g using (grant_id, customer_no, benefit_code) where g.event = 'granted'"
    assert rows.one(f"select count(*) from ({ends})") == rows.one(f"select count(*) {matched}") > 50
    assert rows.one(f"select count(*) from (select 1 from ({ends}) group by grant_id having count(*) > 1)") == 0
    assert rows.one(f"select count(*) {matched} and e.event = 'redeemed' and e.occurred_at >= g.expires_on") == 0
    assert rows.one(f"select count(*) {matched} and e.event = 'expired' and cast(e.occurred_at as date) <> g.expires_on") == 0
    assert rows.one("select count(*) from grants where (cost is not null) <> (event = 'redeemed')") == 0


def test_a_grant_that_ran_out_by_the_last_date_has_ended(rows: Rows) -> None:
    assert (
        rows.one(
            "select count(*) from core_banking__benefit_events g where event = 'granted'"
            f" and expires_on <= date '{LAST}' and not exists (select 1 from core_banking__benefit_events e"
            " where e.event <> 'granted' and left(e.benefit_event_id, -1) = left(g.benefit_event_id, -1))"
        )
        == 0
    )


def test_each_currency_has_a_rate_on_each_day_that_moves_a_little(rows: Rows) -> None:
    days = (LAST - FIRST).days + 1 + 400
    counts = rows("select currency, count(distinct rate_date), count(*), max(rate_date) from core_banking__fx_rates group by 1")
    assert len(counts) >= 5
    assert all(row[1] == row[2] and row[1] in (days, days + 1) and row[3] == LAST for row in counts)
    steps = "select rate / lag(rate) over (partition by currency order by rate_date) - 1 as step from core_banking__fx_rates"
    assert 0 < rows.one(f"select max(abs(step)) from ({steps})") < 0.03


def test_postings_are_in_their_accounts_currency_and_foreign_ones_have_a_rate(rows: Rows) -> None:
    wrong = (
        "from core_banking__transactions t join core_banking__accounts_now a using (account_no) where t.currency <> a.currency"
    )
    assert rows.one(f"select count(*) {wrong}") == 0
    foreign = {row[0] for row in rows("select distinct currency from core_banking__accounts where currency <> 'CNY'")}
    assert foreign
    assert foreign <= {row[0] for row in rows("select distinct currency from core_banking__fx_rates")}


def test_foreign_money_is_a_small_part_of_what_customers_own(rows: Rows) -> None:
    worth = (
        "select sum(b.balance * case when a.currency = 'CNY' then 1 else f.rate end) filter (where {}) from"
        " core_banking__accounts_now a join core_banking__products_now p using (product_code)"
        " join (select account_no, arg_max(balance, balance_date) as balance from core_banking__balances group by 1) b"
        " using (account_no) left join (select currency, arg_max(rate, rate_date) as rate from core_banking__fx_rates"
        " group by 1) f using (currency) where p.category in ('demand_deposit', 'time_deposit', 'wealth', 'fund')"
    )
    assert 0 < rows.one(worth.format("a.currency <> 'CNY'")) < 0.1 * float(rows.one(worth.format("true")))


def test_a_ticket_belongs_to_its_contact_and_is_told_as_it_stood(rows: Rows) -> None:
    tickets = "call_centre__tickets t join call_centre__contacts c using (contact_id)"
    assert rows.one(f"select count(*) from {tickets}") == rows.one("select count(*) from call_centre__tickets") > 50
    assert rows.one(f"select count(*) from {tickets} where t.customer_no <> c.customer_no") == 0
    assert rows.one("select count(*) from call_centre__tickets where opened_at > first_response_at") == 0
    assert rows.one("select count(*) from call_centre__tickets where first_response_at > resolved_at") == 0
    last_news = "cast(greatest(opened_at, coalesce(first_response_at, opened_at), coalesce(resolved_at, opened_at)) as date)"
    assert rows.one(f"select count(*) from call_centre__tickets where {last_news} > _on") == 0
    later = f"call_centre__tickets where _on > date '{FIRST}'"
    assert rows.one(f"select count(*) from {later} and {last_news} = _on") > 0.9 * rows.one(f"select count(*) from {later}")


def test_tickets_are_answered_on_later_dates_some_late_and_some_never(rows: Rows) -> None:
    told = rows("select ticket_id, count(*), count(distinct opened_at) from call_centre__tickets group by 1")
    assert max(count for _, count, _ in told) >= 2
    assert {opened for _, _, opened in told} == {1}
    assert rows.one("select count(*) from call_centre__tickets_now where first_response_at > opened_at + interval 3 day") > 0
    old = f"opened_at < date '{LAST}' - 45"
    assert rows.one(f"select count(*) from call_centre__tickets_now where resolved_at is null and {old}") > 0


def test_surveys_follow_contacts_and_are_answered_after_they_were_asked(rows: Rows) -> None:
    surveys = "call_centre__surveys s join call_centre__contacts c using (contact_id)"
    assert rows.one(f"select count(*) from {surveys}") == rows.one("select count(*) from call_centre__surveys") > 20
    assert rows.one(f"select count(*) from {surveys} where asked_at <= ended_at or answered_at <= asked_at") == 0
    assert rows.one("select count(*) from call_centre__surveys where greatest(asked_at, answered_at) >= _on + 1") == 0
    assert rows.one("select count(*) from call_centre__surveys where answered_at is null and nps_score is not null") == 0
    assert rows("select min(nps_score) >= 0, max(nps_score) <= 10, min(satisfaction) >= 1, max(satisfaction) <= 5"
                " from call_centre__surveys") == [(True, True, True, True)]  # fmt: skip


def test_every_organisation_is_a_known_company_and_some_companies_bank_elsewhere(rows: Rows) -> None:
    known = "select credit_code from third_party__companies"
    joined = f"from core_banking__customers where credit_code is not null and opened_on < date '{FIRST}'"
    assert rows.one(f"select count(distinct credit_code) {joined} and credit_code not in ({known})") == 0
    here = "select credit_code from core_banking__customers where credit_code is not null"
    assert rows.one(f"select count(*) from third_party__companies where credit_code not in ({here})") > 5
    for column in ("from_credit_code", "to_credit_code"):
        assert rows.one(f"select count(*) from third_party__company_links where {column} not in ({known})") == 0
    assert rows.one(f"select count(*) from third_party__company_people where credit_code not in ({known})") == 0
    assert rows.one("select count(*) from third_party__company_links where from_credit_code = to_credit_code") == 0


def test_a_core_enterprise_has_a_chain_and_companies_are_told_of_again(rows: Rows) -> None:
    chains = rows("select to_credit_code, count(*) from third_party__company_links where link = 'supplier' group by 1")
    assert max(count for _, count in chains) >= 5
    assert rows.one("select max(n) from (select count(*) as n from third_party__companies group by credit_code)") >= 2


def test_owners_who_bank_here_are_found_by_their_national_id(rows: Rows) -> None:
    found = rows(
        "select count(*), count(*) filter (where p.id_number = c.id_number) from truth_owners o"
        " join third_party__company_people_now p using (credit_code) join core_banking__customers_now c"
        " on c.customer_no = o.owner_customer_no where p.role = 'owner'"
    )
    assert found[0][0] == found[0][1] > 3
    assert rows.one("select count(*) from truth_owners where owner_customer_no is null") > 0


def test_employees_of_organisations_here_are_paid_by_them(rows: Rows) -> None:
    paid = (
        "from core_banking__customers_now e join core_banking__accounts_now a using (customer_no)"
        " join core_banking__transactions t using (account_no) join core_banking__customers_now o"
        " on o.customer_no = e.employer_no"
        " where t.transaction_type = 'salary' and t.direction = 'in'"
    )
    assert rows.one(f"select count(*) {paid}") > 100
    assert rows.one(f"select count(*) {paid} and t.counterparty_name <> o.full_name") == 0


def test_earlier_campaigns_lie_before_the_first_date_and_leave_their_control_arm_alone(rows: Rows) -> None:
    assert rows.one(f"select count(*) from engagement__past_contacts where sent_at >= date '{FIRST}'") == 0
    assert rows.one("select count(distinct campaign) from engagement__past_contacts") == rows.one(
        "select count(*) from truth_campaigns"
    )
    control = "from engagement__past_contacts where (arm = 'control') <> (cost = 0) or (arm = 'control') <> (channel = 'none')"
    assert rows.one(f"select count(*) {control}") == 0
    assert rows.one("select count(*) from engagement__past_contacts where customer_no not in"
                    " (select customer_no from core_banking__customers)") == 0  # fmt: skip


AGE = f"date_diff('year', birth_date, date '{LAST}')"


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("owe more than they should", "core_banking__balances where days_past_due >= 30"),
        ("are elderly", f"core_banking__customers where {AGE} >= 70"),
        ("are young", f"core_banking__customers where {AGE} < 24"),
        ("have a judicial record", "third_party__people where has_judicial_record"),
        ("are likely parents", "third_party__people where interests like '%parenting%'"),
        ("live in a county city", "core_banking__customers where city in ('昆山市', '江阴市', '义乌市', '慈溪市', '晋江市')"),
        ("come to the app by night", "app__events where hour(occurred_at) < 4"),
        ("spend abroad", "core_banking__transactions where country <> 'CN' and transaction_type = 'card_purchase'"),
        ("pay bills", "core_banking__transactions where description in ('水费', '电费') and counterparty_name is not null"),
        ("pay insurance premiums", "core_banking__transactions where transaction_type = 'insurance_premium'"),
        ("are staff or on WeCom", "core_banking__customers where is_staff or wecom_external_id is not null"),
        ("hold what is no longer sold", "core_banking__accounts join core_banking__products using (product_code)"
                                        f" where withdrawn_on < date '{FIRST}'"),
        ("hold a wallet", "core_banking__accounts join core_banking__products using (product_code)"
                          " where category = 'digital_wallet'"),
        ("run a payroll here", "core_banking__accounts join core_banking__products using (product_code)"
                               " where category = 'payroll'"),
    ],
)  # fmt: skip
def test_there_are_customers_who(rows: Rows, who: str, found: str) -> None:
    assert rows.one(f"select count(*) from {found}") > 0, who
    assert rows.one(f"select count(*) from {found.split(' where ')[0]}") > rows.one(f"select count(*) from {found}")

"""The least of a warehouse that gates 2 and 3 read, good in every respect, to be spoiled by SQL. No test is here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import duckdb

from expectations.demands import Demand
from expectations.findings import Finding
from expectations.validate import Judge
from expectations.warehouse import SHOWN_KEY, warehouse_demands

Gate = Literal["marts", "decisions"]
# what the profile has beside them and the sums, empty until GOOD fills it
COLUMNS = {
    "customer_type": "varchar", "gender": "varchar", "age": "integer", "province": "varchar", "city": "varchar",
    "occupation": "varchar", "branch_no": "varchar", "manager_id": "varchar", "tenure_days": "bigint", "risk_level": "varchar",
    "is_risk_assessment_current": "boolean default false", "monthly_income": "decimal(18,2)", "products_held": "bigint default 0",
    "product_categories": "varchar", "transactions_30d": "bigint default 0", "last_transaction_on": "date",
    "inflow_30d": "decimal(18,2) default 0", "outflow_30d": "decimal(18,2) default 0", "logins_7d": "bigint default 0",
    "last_login_on": "date", "contacts_90d": "bigint default 0", "complaints_90d": "bigint default 0",
    "open_tickets": "bigint default 0", "last_nps_score": "integer", "credit_score": "integer",
}  # fmt: skip
PARTS = ("deposit", "wealth", "fund", "insurance", "precious_metal", "trust", "loan", "credit_card")

# Customer k1 has two customer numbers, C1 and C1b. The control arm's share is a tenth: by the hash of 'salt:s:<customer>',
# k6 is in it (0.0703) and k1, k2, k3 are not (0.58, 0.30, 0.60). Nobody agreed for k3, and it has no entry.
GOOD = f"""
create schema raw; create schema control; create schema identity; create schema marts; create schema decisions;
create table control.run (as_of_date date, base_currency varchar);
insert into control.run values ('2026-06-30', 'CNY');
create table control.parameters (holdout_ratio double, holdout_salt varchar, identity_max_changed_ratio double,
    gate_tolerated_rows integer, risk_assessment_valid_months integer);
insert into control.parameters values (0.1, 'salt', 0.01, 2, 12);
create schema resolution;
create table resolution.run (business_date date, customers_before bigint, customers_changed bigint);
insert into resolution.run values ('2026-06-30', 300, 3);
create table resolution.changes (business_date date, from_customer_id varchar);
insert into resolution.changes values ('2026-06-30', 'k1'), ('2026-06-29', 'k2');

create table raw.core_banking__customers (customer_no varchar, customer_type varchar, gender varchar, birth_date date,
    province varchar, city varchar, occupation varchar, branch_no varchar, manager_id varchar, monthly_income decimal(18,2),
    risk_level varchar, risk_assessed_on date, opened_on date, closed_on date);
insert into raw.core_banking__customers (customer_no, customer_type, gender, birth_date, province, risk_level, risk_assessed_on,
    opened_on) values ('C1', 'retail', 'F', '1986-06-30', null, 'C2', '2025-06-30', '2024-07-01'),
    ('C1b', 'retail', 'M', '1990-01-01', 'Hebei', 'C3', '2025-07-01', '2025-07-01'),
    ('C2', 'retail', null, '1986-07-01', 'Hebei', 'C5', null, '2026-06-30'),
    ('C3', 'corporate', 'F', '1986-06-30', null, null, null, '2026-06-30'),
    ('C6', 'retail', null, null, null, null, null, '2026-06-30');
create table raw.core_banking__products (product_code varchar, category varchar);
insert into raw.core_banking__products select unnest(['demand_deposit', 'time_deposit', 'wealth', 'fund', 'insurance',
    'precious_metal', 'trust', 'credit_card', 'consumer_loan', 'mortgage', 'auto_loan', 'business_loan', 'supply_chain_finance',
    'payroll', 'digital_wallet', 'other']) as category, category;
create table raw.core_banking__accounts (account_no varchar, customer_no varchar, product_code varchar, currency varchar,
    closed_on date, opened_on date default '2020-01-01');
create table raw.core_banking__balances (account_no varchar, balance_date date, balance decimal(18,2));
create table raw.core_banking__fx_rates (currency varchar, rate_date date, rate decimal(18,8));
create table raw.engagement__consents (customer_no varchar, purpose varchar, channel varchar, product_category varchar,
    is_granted boolean, changed_at timestamp);
insert into raw.engagement__consents select c, 'marketing', 'sms', 'wealth', true, '2026-01-01' from
    (select unnest(['C1', 'C1b', 'C2']) as c);

create table identity.customer_identities (record_source varchar, record_id varchar, customer_id varchar);
insert into identity.customer_identities values ('core_banking.customers', 'C1', 'k1'), ('core_banking.customers', 'C1b', 'k1'),
    ('core_banking.customers', 'C2', 'k2'), ('core_banking.customers', 'C3', 'k3'), ('core_banking.customers', 'C6', 'k6'),
    ('third_party.people', 'a\\:\\\\b:R1', 'k6'), ('third_party.people', 'a\\:\\\\b:R2', 'k6'),
    ('third_party.people', 'a\\:\\\\b:R3', 'k6'),
    ('app.users', 'C9', 'k2'), ('app.users', 'U5', 'k5'), ('call_centre.callers', 'C1:', 'k1'),
    ('call_centre.callers', 'C2:n', 'k2');
create table raw.call_centre__contacts (contact_id varchar, customer_no varchar, caller_number_hash varchar,
    started_at timestamp);
insert into raw.call_centre__contacts values ('K1', 'C1', null, '2026-06-30 23:59:59'), ('K2', 'C1', null, '2026-04-02 00:00:00'),
    ('K3', 'C2', 'n', '2026-06-01 12:00:00'), ('K4', 'C1', null, '2026-04-01 23:59:59'),
    ('K5', null, null, '2026-06-01 12:00:00');

create table marts.customers_360 (customer_id varchar, aum decimal(18,2),
    {", ".join(f"{part}_balance decimal(18,2)" for part in PARTS)});
insert into marts.customers_360 select unnest(['k1', 'k2', 'k3', 'k6']), 0, 0, 0, 0, 0, 0, 0, 0, 0;
alter table marts.customers_360 add column sources varchar;
update marts.customers_360 set sources = case customer_id when 'k1' then 'call_centre;core_banking'
    when 'k2' then 'app;call_centre;core_banking' when 'k6' then 'core_banking;third_party' else 'core_banking' end;
create table raw.call_centre__surveys (survey_id varchar, customer_no varchar, answered_at timestamp, nps_score integer);
insert into raw.call_centre__surveys values ('S1', 'C1', '2026-06-30 12:00:00', 3), ('S2', 'C1', '2026-06-30 12:00:00', 7),
    ('S3', 'C1', '2026-06-30 23:59:59', null), ('S4', 'C1', '2026-07-01 00:00:00', 9), ('S5', null, '2026-06-30', 1);
create table raw.third_party__people (provider varchar, record_id varchar, credit_score integer, observed_on date);
insert into raw.third_party__people values ('a:\\b', 'R1', 600, '2026-06-01'), ('a:\\b', 'R2', 610, '2026-05-31'),
    ('a:\\b', 'R3', null, '2026-06-30'), ('a', 'R1', 620, '2026-06-30');
create table raw.call_centre__tickets (customer_no varchar, caller_number_hash varchar, category varchar, opened_at timestamp,
    resolved_at timestamp);
insert into raw.call_centre__tickets values ('C1', null, 'complaint', '2026-04-02 00:00:00', '2026-06-30 23:59:59'),
    ('C1', null, 'complaint', '2026-04-01 23:59:59', '2026-07-01 00:00:00'), ('C1', null, 'praise', '2026-06-30 12:00:00', null),
    ('C2', 'n', 'complaint', '2026-07-01 00:00:00', null), (null, null, 'complaint', '2026-06-30 12:00:00', null);
create table raw.core_banking__transactions (account_no varchar, posted_at timestamp, direction varchar, amount decimal(18,2),
    currency varchar);
create table raw.app__events (app_user_id varchar, event_name varchar, occurred_at timestamp);
insert into raw.app__events values ('C9', 'login', '2026-06-01 00:00:00'), ('C9', 'login', '2026-06-30 23:59:59'),
    ('C9', 'login', '2026-05-31 23:59:59'), ('C9', 'logout', '2026-06-30 12:00:00'), ('U7', 'login', '2026-06-30 12:00:00');
create table raw.core_banking__benefit_events (customer_no varchar, event varchar, occurred_at timestamp);
insert into raw.core_banking__benefit_events values ('C1', 'granted', '2026-04-02 00:00:00'),
    ('C1b', 'granted', '2026-06-30 23:59:59'), ('C1', 'redeemed', '2026-06-30 12:00:00'),
    ('C1', 'granted', '2026-04-01 23:59:59'), ('C1', 'expired', '2026-06-30 12:00:00');
alter table marts.customers_360 add column transactions_90d bigint default 0;
{"".join(f"alter table marts.customers_360 add column {name} {kind};" for name, kind in COLUMNS.items())}
alter table marts.customers_360 add column logins_30d bigint default 0;
alter table marts.customers_360 add column benefits_granted_90d bigint default 0;
alter table marts.customers_360 add column benefits_redeemed_90d bigint default 0;
update marts.customers_360 set logins_30d = 2, logins_7d = 1, last_login_on = '2026-06-30' where customer_id = 'k2';
update marts.customers_360 set contacts_90d = 1, customer_type = 'retail', age = 39, province = 'Hebei', risk_level = 'C5',
    tenure_days = 0 where customer_id = 'k2';
update marts.customers_360 set contacts_90d = 2, complaints_90d = 1, open_tickets = 2, customer_type = 'retail', gender = 'F',
    age = 40, province = 'Hebei', risk_level = 'C3', is_risk_assessment_current = true, tenure_days = 729,
    last_nps_score = 7 where customer_id = 'k1';
update marts.customers_360 set credit_score = 600 where customer_id = 'k6';
update marts.customers_360 set tenure_days = 0, customer_type = case customer_id when 'k3' then 'corporate' else 'retail' end
    where customer_id in ('k3', 'k6');
update marts.customers_360 set benefits_granted_90d = 2, benefits_redeemed_90d = 1 where customer_id = 'k1';
create table marts.segment_names (dimension varchar, code varchar);
insert into marts.segment_names values ('value_tier', 'mass'), ('value_tier', 'wealth'), ('lifecycle_stage', 'mature'),
    ('lifecycle_stage', 'lost'), ('micro_segment', 'rest'), ('micro_segment', 'young');
create table marts.customer_segments (customer_id varchar, value_tier varchar, lifecycle_stage varchar, micro_segment varchar,
    value_score double, behaviour_score double, demand_score double, reason varchar, value_parts varchar, behaviour_parts varchar,
    demand_parts varchar);
insert into marts.customer_segments select customer_id, 'mass', 'mature', 'rest', 62.5, 0, 100, 'AUM 0',
    'assets=50.0/50; breadth=12.5/50', 'recency=0.0/100', 'asking=100.0/100' from marts.customers_360;
create table marts.segment_changes (business_date date, customer_id varchar, dimension varchar, from_value varchar,
    to_value varchar);
insert into marts.segment_changes select '2026-06-29', customer_id, unnest(['value_tier', 'lifecycle_stage', 'micro_segment']),
    null, unnest(['wealth', 'mature', 'rest']) from marts.customers_360;
insert into marts.segment_changes select '2026-06-30', customer_id, 'value_tier', 'wealth', 'mass' from marts.customers_360;
insert into marts.segment_changes values ('2026-06-29', 'k9', 'value_tier', null, 'mass'),
    ('2026-06-30', 'k9', 'value_tier', 'mass', null);
create table marts.customer_tags (customer_id varchar, tag_code varchar);
insert into marts.customer_tags values ('k1', 't'), ('k2', 't'), ('k1', 'u');
create table marts.tag_changes (business_date date, customer_id varchar, tag_code varchar, change varchar);
insert into marts.tag_changes values ('2026-06-28', 'k1', 't', 'entered'), ('2026-06-29', 'k1', 't', 'left'),
    ('2026-06-30', 'k1', 't', 'entered'), ('2026-06-30', 'k2', 't', 'entered'), ('2026-06-29', 'k1', 'u', 'entered'),
    ('2026-06-28', 'k3', 't', 'entered'), ('2026-06-30', 'k3', 't', 'left');
create table marts.moment_catalogue (moment_code varchar);
insert into marts.moment_catalogue values ('large_inflow'), ('birthday');
create table marts.moments (business_date date, customer_id varchar, moment_code varchar, occurred_at timestamp,
    occasion_key varchar);
insert into marts.moments values ('2026-06-30', 'k1', 'large_inflow', '2026-06-30 23:59:59', 'T1'),
    ('2026-06-30', 'k1', 'large_inflow', '2026-06-29 10:00:00', 'T2'), ('2026-06-30', 'k2', 'birthday', '2026-06-30', '2026'),
    ('2026-06-01', 'k9', 'forgotten', '2026-06-01', 'x');
create table marts.customer_links (from_customer_id varchar, to_customer_id varchar, link varchar);
insert into marts.customer_links values ('k1', 'k2', 'household'), ('k2', 'k1', 'household'), ('k1', 'k6', 'employer');
create table marts.interactions (customer_id varchar, source varchar, occurred_at timestamp, business_date date);
insert into marts.interactions select customer_id, 'call_centre.contacts', started_at, cast(started_at as date)
    from raw.call_centre__contacts join identity.customer_identities on record_source = 'call_centre.callers'
    and record_id = customer_no || ':' || coalesce(caller_number_hash, '');
insert into marts.interactions values ('k1', 'call_centre.tickets', '2026-06-30', '2026-06-30');
create table marts.tag_catalogue (tag_code varchar, customers bigint);
insert into marts.tag_catalogue values ('t', 2), ('u', 1), ('v', 0);

create table decisions.strategies (strategy_id varchar, min_entries bigint, max_entries bigint);
insert into decisions.strategies values ('s', 2, 7), ('idle', 0, 0);
create table decisions.actions (strategy_id varchar, channel varchar, consent_channel varchar, product_category varchar);
insert into decisions.actions values ('s', 'sms', 'sms', 'wealth'), ('s', 'rm_task', null, 'all');
create table decisions.candidates (customer_id varchar, strategy_id varchar, occasion_id varchar, wave integer);
insert into decisions.candidates select customer_id, 's', 's:1', 1 from marts.customers_360;
create table decisions.list_entries (entry_id varchar, strategy_id varchar, occasion_id varchar, wave integer,
    customer_id varchar, arm varchar, channel varchar);
insert into decisions.list_entries values ('e1', 's', 's:1', 1, 'k1', 'treatment', 'sms'),
    ('e2', 's', 's:1', 1, 'k1', 'treatment', 'rm_task'), ('e3', 's', 's:1', 1, 'k2', 'treatment', 'sms'),
    ('e4', 's', 's:1', 1, 'k6', 'control', 'none');
create table decisions.decision_trace (customer_id varchar, strategy_id varchar, occasion_id varchar, wave integer,
    outcome varchar);
insert into decisions.decision_trace select customer_id, 's', 's:1', 1,
    case customer_id when 'k3' then 'no_open_channel' when 'k6' then 'control' else 'chosen' end from marts.customers_360;
"""


def named_by(connection: duckdb.DuckDBPyConnection, demand: Demand, sql: str) -> list[str]:
    """Whom a rule names after some SQL, which is undone again."""
    with connection.cursor() as cursor:
        cursor.begin()
        try:
            cursor.execute(sql)
            rows = str(demand.rows).replace("{batch}", demand.table)
            return sorted(str(row[0]) for row in cursor.execute(f"select customer_id from ({rows})").fetchall())
        finally:
            cursor.rollback()


def demand_of(gate: Gate, code: str) -> Demand:
    (demand,) = [demand for demand in warehouse_demands(gate) if demand.code == code]
    return demand


def found_by_gate(folder: Path, gate: Gate, code: str, sql: str) -> Finding:
    """What Great Expectations finds by one rule in a warehouse file to which this was done. The gates know the database by
    its file's name."""
    demand = demand_of(gate, code)
    with Judge(write_warehouse(folder, sql), schema=gate) as judge:
        (finding,) = judge.judge(demand.table.removeprefix(f"{gate}."), [demand], key=SHOWN_KEY)
    return finding


def write_warehouse(folder: Path, sql: str = "") -> Path:
    file = folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(GOOD + sql)
    return file

-- One row per client. A client has neither name nor contact data in the source; the branch is that of the first account.
with first_account as (
    select
        cast(d.client_id as bigint) as client_id,
        min(cast(strptime(a."date", '%y%m%d') as date)) as opened_on,
        arg_min(a.district_id, (a."date", cast(a.account_id as bigint))) as branch_no
    from source_disp as d
    inner join source_account as a on d.account_id = a.account_id
    group by 1
),

client as (
    select
        cast(client_id as bigint) as client_id,
        district_id,
        cast(birth_number as integer) as born,
        cast(substr(birth_number, 3, 2) as integer) > 50 as is_woman
    from source_client
)

select
    'cz-' || c.client_id as customer_no,
    'retail' as customer_type,
    case when c.is_woman then 'F' else 'M' end as gender,
    cast(
        strptime('19' || lpad(cast(c.born - case when c.is_woman then 5000 else 0 end as varchar), 6, '0'), '%Y%m%d') as date
    ) as birth_date,
    nullif(trim(p.a3), '?') as province,
    nullif(trim(p.a2), '?') as city,
    f.branch_no,
    f.opened_on,
    f.opened_on as known_on
from client as c
inner join first_account as f on c.client_id = f.client_id
left join source_district as p on c.district_id = p.a1

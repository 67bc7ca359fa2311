-- One row per thing in the source files that the mapping cannot place: file, place, problem.
-- Read before anything is mapped, so that no row is lost in a join. No value of a person is shown.
with used as (
    select 'account.asc' as file, 'frequency' as field, frequency as word from source_account
    union all select 'disp.asc', 'disposition', "type" from source_disp
    union all select 'card.asc', 'card', "type" from source_card
    union all select 'loan.asc', 'loan_status', nullif(trim(status), '') from source_loan
    union all select 'order.asc', 'purpose', nullif(trim(k_symbol), '') from source_order
    union all select 'trans*', 'direction', coalesce(trim("type"), '') from source_trans
    union all select 'trans*', 'operation', nullif(trim(operation), '') from source_trans
    union all select 'trans*', 'purpose', nullif(trim(k_symbol), '') from source_trans
    union all select 'january.txt', 'call_outcome', coalesce(outcome, '') from source_call
    union all select 'january.txt', 'call_type', "type" from source_call
),

problem as (
    select distinct u.file, u.field as place, '''' || u.word || ''' is not in vocabulary.csv: add what it means' as problem
    from used as u
    anti join vocabulary as v on u.field = v.field and u.word = v.word
    where u.word is not null
    union all
    select 'client.asc', 'client ' || client_id, 'birth_number is not YYMMDD, with 50 added to the month for women'
    from source_client
    where try_strptime('19' || birth_number, '%Y%m%d') is null
    and (try_cast(birth_number as integer) is null or try_strptime('19' || lpad(cast(cast(birth_number as integer) - 5000 as varchar), 6, '0'), '%Y%m%d') is null)
    union all
    select 'client.asc', 'client ' || client_id, 'has no account in disp.asc'
    from source_client anti join source_disp using (client_id)
    union all
    select 'disp.asc', 'account ' || account_id, 'is not in account.asc'
    from source_disp anti join source_account using (account_id)
    union all
    select 'account.asc', 'account ' || account_id, 'has not exactly one OWNER in disp.asc'
    from (
        select a.account_id, count(d.disp_id) as owners
        from source_account as a
        left join source_disp as d on a.account_id = d.account_id and d."type" = 'OWNER'
        group by 1
    ) as counted
    where owners <> 1
    union all
    select 'loan.asc', 'loan ' || loan_id, 'its account is not in account.asc'
    from source_loan anti join source_account using (account_id)
    union all
    select 'card.asc', 'card ' || card_id, 'its disposition is not in disp.asc'
    from source_card anti join source_disp using (disp_id)
)

select file, place, problem
from problem
order by all

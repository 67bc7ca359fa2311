-- One row per record of the temporary table `came` (of records.sql) in normal form; the normal forms are the vault's.
-- of the forms kept those alone that are asked for: a join would make a hash table of all
with names as (
    select * from vault.identity.names where value in (select full_name from came)
),

numbers as (
    select * from vault.identity.numbers where value in (select id_number from came)
),

phones as (
    select * from vault.identity.phones where value in (select mobile from came)
),

emails as (
    select * from vault.identity.emails where value in (select email from came)
),

places as (
    select * from vault.identity.places where value in (select address from came union all select city from came)
),

credit_codes as (
    select * from vault.identity.credit_codes where value in (select credit_code from came)
),

normal as (
    select
        came.record_source,
        came.record_id,
        came.priority,
        came.customer_no,
        coalesce(came.kind, came.owner_kind) as kind,
        names.name,
        names.name_words,
        names.name_letters,
        names.family,
        coalesce(trim(came.full_name) <> '', false) as is_named,
        -- nobody is born after having landed
        case when came.birth_date <= came.landed_on then came.birth_date end as birth_date,
        came.gender,
        -- an organisation is known by its credit code; the identity number beside it is its legal representative's
        case when coalesce(came.kind, came.owner_kind) = 'organisation' then credit_codes.credit_code else numbers.number end
            as id_number,
        case
            when coalesce(came.kind, came.owner_kind) = 'organisation' then credit_codes.credit_code is not null
            else coalesce(numbers.is_proven, false)
        end as is_proven,
        phones.phone as mobile,
        emails.email,
        came.device_id,
        addresses.place as address,
        cities.place as city,
        credit_codes.credit_code,
        came.first_seen_on,
        came.closed_on,
        came.landed_on,
        came.said
    from came
    left join names on came.full_name = names.value
    left join numbers on came.id_number = numbers.value
    left join phones on came.mobile = phones.value
    left join emails on came.email = emails.value
    left join places as addresses on came.address = addresses.value
    left join places as cities on came.city = cities.value
    left join credit_codes on came.credit_code = credit_codes.value
)

select * from normal

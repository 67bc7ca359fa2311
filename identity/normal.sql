-- One row per record of the temporary table `came` (of records.sql) in normal form; the tables named
-- landed_… hold the forms of its values (normalise.py).
with normal as (
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
    left join landed_names as names on came.full_name = names.value
    left join landed_numbers as numbers on came.id_number = numbers.value
    left join landed_phones as phones on came.mobile = phones.value
    left join landed_emails as emails on came.email = emails.value
    left join landed_places as addresses on came.address = addresses.value
    left join landed_places as cities on came.city = cities.value
    left join landed_credit_codes as credit_codes on came.credit_code = credit_codes.value
)

select * from normal

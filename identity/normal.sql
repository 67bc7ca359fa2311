-- One row per record of the temporary table `came` (of records.sql) in normal form; the normal forms are the vault's.
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
        came.birth_date,
        came.gender,
        numbers.number as id_number,
        coalesce(numbers.is_proven, false) as is_proven,
        phones.phone as mobile,
        emails.email,
        came.device_id,
        addresses.place as address,
        cities.place as city,
        credit_codes.credit_code,
        came.first_seen_on,
        came.landed_on,
        came.said
    from came
    left join vault.identity.names as names on came.full_name = names.value
    left join vault.identity.numbers as numbers on came.id_number = numbers.value
    left join vault.identity.phones as phones on came.mobile = phones.value
    left join vault.identity.emails as emails on came.email = emails.value
    left join vault.identity.places as addresses on came.address = addresses.value
    left join vault.identity.places as cities on came.city = cities.value
    left join vault.identity.credit_codes as credit_codes on came.credit_code = credit_codes.value
)

select * from normal

-- One row per record in normal form. Temporary table `collected` (records.sql) stands beside; the normal forms are the vault's.
with normal as (
    select
        collected.record_source,
        collected.record_id,
        collected.priority,
        collected.customer_no,
        coalesce(collected.kind, owners.kind) as kind,
        names.name,
        names.name_words,
        names.name_letters,
        names.family,
        collected.birth_date,
        collected.gender,
        numbers.number as id_number,
        coalesce(numbers.is_proven, false) as is_proven,
        phones.phone as mobile,
        emails.email,
        collected.device_id,
        addresses.place as address,
        cities.place as city,
        credit_codes.credit_code,
        collected.first_seen_on,
        collected.landed_on
    from collected
    left join (select customer_no, kind from collected where record_source = 'core_banking.customers') as owners
        on collected.customer_no = owners.customer_no
    left join vault.identity.names as names on collected.full_name = names.value
    left join vault.identity.numbers as numbers on collected.id_number = numbers.value
    left join vault.identity.phones as phones on collected.mobile = phones.value
    left join vault.identity.emails as emails on collected.email = emails.value
    left join vault.identity.places as addresses on collected.address = addresses.value
    left join vault.identity.places as cities on collected.city = cities.value
    left join vault.identity.credit_codes as credit_codes on collected.credit_code = credit_codes.value
)

select * from normal

-- Which sources know the customer, and what third parties observed last.
with sources as (
    select distinct customer_id, {{ dbt.split_part('record_source', "'.'", 1) }} as source
    from {{ ref('customer_identities') }}
),

listed as (
    select customer_id, {{ listed('source') }} as sources
    from sources
    group by customer_id
),

observed as (
    -- of two observations on one day the record's key decides, so that every run says the same
    select
        identities.customer_id
        {%- for field in ['credit_score', 'income_band', 'interests', 'has_judicial_record'] %},
        {{ max_by('people.' ~ field, 'case when people.' ~ field ~ ' is not null then ' ~ dbt.concat([
            'cast(people.observed_on as ' ~ dbt.type_string() ~ ')', 'people.record_key']) ~ ' end') }} as {{ field }}
        {%- endfor %}
    from {{ ref('stg_third_party__people') }} as people
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'third_party.people' and identities.record_id = people.record_key
    group by identities.customer_id
)

select
    listed.customer_id,
    listed.sources,
    observed.credit_score,
    observed.income_band,
    observed.interests,
    observed.has_judicial_record
from listed
left join observed on listed.customer_id = observed.customer_id

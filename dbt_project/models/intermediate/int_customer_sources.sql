-- Which sources know the customer, and what third parties observed last.
with sources as (
    select distinct customer_id, {{ dbt.split_part('record_source', "'.'", 1) }} as source
    from {{ ref('customer_identities') }}
),

listed as (
    select customer_id, {{ dbt.listagg('source', "';'", 'order by source') }} as sources
    from sources
    group by customer_id
),

observed as (
    select
        identities.customer_id,
        {{ max_by('people.credit_score', 'case when people.credit_score is not null then people.observed_on end') }} as credit_score
    from {{ ref('stg_third_party__people') }} as people
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'third_party.people' and identities.record_id = people.record_key
    group by identities.customer_id
)

select
    listed.customer_id,
    listed.sources,
    observed.credit_score
from listed
left join observed on listed.customer_id = observed.customer_id

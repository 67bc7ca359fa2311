-- Every moment that an entry finds, in one pass over each kind of occasion; of several at one time the first in order. Which are new, the
-- mart knows, and which of one occasion's it takes.
{% set occasions = [
    ['transactions', ref('int_occasions_transactions')],
    ['accounts', ref('int_occasions_accounts')],
    ['app', ref('int_occasions_app')],
    ['tickets', ref('int_occasions_tickets')],
    ['customers', ref('int_occasions_customers')],
    ['aum', ref('int_occasions_aum')],
    ['benefits', ref('int_occasions_benefits')],
] %}
{% set entries = entries_of('int_moments_defined', 'moments') %}
{% set used = [] %}
{% for name, relation in occasions if entries | selectattr('occasion', 'equalto', name) | list %}{% do used.append([name, relation]) %}{% endfor %}
with found as (
    {%- for name, relation in used %}
    select
        customer_id,
        {{ unnest_structs(moment_structs(entries | selectattr('occasion', 'equalto', name))) }} as moment
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select customer_id from {{ ref('int_occasions_customers') }}
    {%- endfor %}
),

listed as (
    select
        customer_id,
        moment.moment_code as moment_code,
        moment.occasion_key as occasion_key,
        moment.occurred_at as occurred_at,
        moment.product_code as product_code,
        moment.amount as amount,
        moment.evidence as evidence
    from found
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, moment_code, occasion_key, occurred_at order by product_code, amount desc, evidence
        ) as position
    from listed
)

select customer_id, moment_code, occasion_key, occurred_at, product_code, amount, evidence
from ranked
where position = 1

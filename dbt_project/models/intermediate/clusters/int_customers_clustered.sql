-- The nearest of the centres, and what ties a customer to it: a function of the day's behaviour and the model in use.
{% set clustering = clustering_entries() %}
{% set features = clustering.features %}
{% set far = clustering.said_from %}
with standards as (
    select
        {%- for feature in features %}
        {%- for field in ['fill', 'low', 'high', 'centre', 'scale'] %}
        {{ of_feature(feature, field) }} as {{ feature.column }}_{{ field }},
        {%- endfor %}
        {%- endfor %}
        count(*) as features
    from {{ source('control', 'cluster_features') }}
),

centres as (
    select
        cluster_code,
        {%- for feature in features %}
        coalesce({{ of_feature(feature, 'centroid') }}, 0) as {{ feature.column }}_centre,
        {%- endfor %}
        count(*) as features
    from {{ source('control', 'cluster_centroids') }}
    group by cluster_code
),

customers as (
    select
        {%- for feature in features %}
        {{ standardised(feature) }} as {{ feature.column }},
        {%- endfor %}
        behaviour.customer_id
    from {{ ref('int_customer_behaviour') }} as behaviour
    cross join standards
),

distances as (
    select
        customers.customer_id,
        clusters.cluster_code,
        clusters.position,
        sqrt(
            {%- for feature in features %}
            ({{ feature.column }} - {{ feature.column }}_centre) * ({{ feature.column }} - {{ feature.column }}_centre) +
            {%- endfor %} 0
        ) as distance
    from customers
    cross join {{ source('control', 'clusters') }} as clusters
    inner join centres on clusters.cluster_code = centres.cluster_code
),

nearest as (
    -- of two at the very same distance the first by code
    select customer_id, {{ max_by('cluster_code', '-(distance + position * 1e-9)') }} as cluster_code, min(distance) as distance
    from distances
    group by customer_id
),

-- A feature ties a customer to the cluster where both are far from the mean on the same side of it.
tied as (
    select
        {%- for feature in features %}
        customers.{{ feature.column }},
        case
            when abs(customers.{{ feature.column }}) >= {{ far }}
                then greatest(customers.{{ feature.column }} * centres.{{ feature.column }}_centre, 0)
            else 0
        end as {{ feature.column }}_tie,
        {%- endfor %}
        nearest.customer_id,
        nearest.cluster_code,
        nearest.distance
    from nearest
    inner join customers on nearest.customer_id = customers.customer_id
    inner join centres on nearest.cluster_code = centres.cluster_code
),

first_tied as (
    select *, {{ strongest(features) }} as first_tie
    from tied
),

themed as (
    select *, {{ theme_at('first_tie', features) }} as first_theme
    from first_tied
),

-- the second is of another theme: two features of one would say the same twice
second_tied as (
    select *, {{ strongest(features, 'first_theme') }} as second_tie
    from themed
),

told as (
    select
        customer_id,
        cluster_code,
        distance,
        first_tie,
        second_tie,
        {{ words_at('first_tie', features) }} as first_words,
        {{ words_at('second_tie', features, 'first_theme') }} as second_words
    from second_tied
)

select
    told.customer_id,
    told.cluster_code,
    told.distance,
    {%- for language, stop in [('en', '; '), ('zh', '；')] %}
    case
        when told.first_tie < {{ far * far }} then {{ sql_text(clustering.in_sum[language]) }}
        when told.second_tie < {{ far * far }} then first_said.said_{{ language }}
        else first_said.said_{{ language }} || '{{ stop }}' || second_said.said_{{ language }}
    end as why_{{ language }},
    {%- endfor %}
    {{ value_of('first_said.column_name', features, 'profile') }} || '; '
    || {{ value_of('second_said.column_name', features, 'profile') }} as evidence
from told
inner join {{ ref('int_cluster_words') }} as first_said on told.first_words = first_said.words_key
inner join {{ ref('int_cluster_words') }} as second_said on told.second_words = second_said.words_key
inner join {{ ref('int_customers_profiled') }} as profile on told.customer_id = profile.customer_id

{#
  What daily facts of money say of each account, in the currency as posted: a measure is one entry, and the facts, the windows and
  the customer's sums read it here. `window` lists the days over which rules read it; without one only the daily facts hold it.
#}
{% macro money_measures() -%}
  {%- set other_bank = "direction = 'out' and transaction_type = 'transfer' and goes_to_other_bank" -%}
  {{ return([
      {'name': 'inflow', 'rows': "direction = 'in'", 'windows': [30, 90]},
      {'name': 'outflow', 'rows': "direction = 'out'", 'windows': [30, 90]},
      {'name': 'salary_in', 'rows': "direction = 'in' and transaction_type = 'salary'", 'windows': []},
      {'name': 'fees', 'rows': "direction = 'out' and transaction_type = 'fee'", 'windows': [90]},
      {'name': 'interest_earned', 'rows': "direction = 'in' and transaction_type = 'interest'", 'windows': [90]},
      {'name': 'card_spend', 'rows': "direction = 'out' and transaction_type = 'card_purchase'", 'windows': [90]},
      {'name': 'cash_out', 'rows': "direction = 'out' and transaction_type = 'cash'", 'windows': [90]},
      {'name': 'loan_repayments', 'rows': "direction = 'out' and transaction_type = 'loan_repayment'", 'windows': [90]},
      {'name': 'investment_purchases', 'rows': "direction = 'out' and transaction_type = 'investment_purchase'", 'windows': [90]},
      {'name': 'investment_redemptions', 'rows': "direction = 'in' and transaction_type = 'investment_redemption'", 'windows': [90]},
      {'name': 'premiums', 'rows': "direction = 'out' and transaction_type = 'insurance_premium'", 'windows': [90]},
      {'name': 'pension', 'rows': "direction = 'in' and transaction_type = 'pension'", 'windows': [90]},
      {'name': 'tax_paid', 'rows': "direction = 'out' and transaction_type = 'tax'", 'windows': [90]},
      {'name': 'cross_border_spend', 'rows': "direction = 'out' and is_cross_border", 'windows': [90]},
      {'name': 'transfers_out_to_other_banks', 'rows': other_bank, 'windows': [30, 90]},
  ]) }}
{%- endmacro %}

{% macro count_measures() -%}
  {%- set measures = [
      {'name': 'transactions', 'rows': 'true', 'windows': [30, 90]},
      {'name': 'own_transactions', 'rows': 'is_own_transaction', 'windows': [90]},
      {'name': 'card_purchases', 'rows': "direction = 'out' and transaction_type = 'card_purchase'", 'windows': [90]},
      {'name': 'bill_payments', 'rows': "direction = 'out' and transaction_type = 'bill_payment'", 'windows': [90]},
      {'name': 'cross_border_transactions', 'rows': 'is_cross_border', 'windows': [90]},
      {'name': 'night_transactions', 'rows': 'is_own_transaction and is_at_night', 'windows': [90]},
  ] -%}
  {%- for channel in transaction_channels() -%}
    {%- do measures.append({'name': 'own_' ~ channel, 'rows': "is_own_transaction and channel = '" ~ channel ~ "'", 'windows': [90]}) -%}
  {%- endfor -%}
  {{ return(measures) }}
{%- endmacro %}

{# The largest single posting: no sum, so it is read from the days themselves. #}
{% macro largest_measures() -%}
  {{ return([
      {'name': 'largest_inflow', 'rows': "direction = 'in'", 'windows': [30]},
      {'name': 'largest_outflow', 'rows': "direction = 'out'", 'windows': [30]},
  ]) }}
{%- endmacro %}

{# Every window of the measures as [column, measure, days]. #}
{% macro windows_of(measures) -%}
  {%- set windows = [] -%}
  {%- for measure in measures -%}
    {%- for days in measure.windows -%}
      {%- do windows.append([measure.name ~ '_' ~ days ~ 'd', measure.name, days]) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(windows) }}
{%- endmacro %}

{# Whether the customer spent, drew or sent money in another country; and whether a posting's other side is another bank. #}
{% macro is_cross_border(facts, parameters) -%}
  coalesce(
      {{ facts }}.is_own_transaction and {{ facts }}.transaction_type in ('card_purchase', 'cash', 'transfer')
      and {{ facts }}.country <> {{ parameters }}.home_country, false
  )
{%- endmacro %}

{% macro goes_to_other_bank(facts, parameters) -%}
  coalesce(
      {{ dbt.position("';' || " ~ facts ~ ".counterparty_bank || ';'", "';' || " ~ parameters ~ ".own_bank_names || ';'") }} = 0, false
  )
{%- endmacro %}

{# An account's sums with the customer whose it is, and the currency they are in: the account's own, where a posting names none. #}
{% macro with_owner_and_currency(sums) -%}
select
        accounts.customer_id,
        coalesce(sums.currency, accounts.currency) as posted_currency,
        sums.*
    from {{ sums }} as sums
    inner join {{ ref('int_accounts_valued') }} as accounts on sums.account_no = accounts.account_no
{%- endmacro %}

{# The channels in which a customer acts, in the alphabetical order that breaks a tie for the preferred one. #}
{% macro transaction_channels() %}{{ return(['atm', 'branch', 'mobile', 'phone', 'pos', 'web']) }}{% endmacro %}

{# The channels through which the bank may approach, each of which a consent for 'all' covers. #}
{% macro contact_channels() %}{{ return(['sms', 'push', 'wecom', 'email', 'phone']) }}{% endmacro %}

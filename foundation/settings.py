"""Every setting of the project, typed and validated in one place.

Belongs here: what a bank may want to change without touching a rule (paths, thresholds, addresses, waiting times).
Not here: rules about customers (dbt_project/), columns (contract/), what a destination's API looks like (integrations/).
Each setting is an environment variable with the prefix `C360_`; `.env.example` explains them one by one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "C360_"


class SettingsError(ValueError):
    """A setting has a value that cannot be used. The message names the variable and what is wrong."""


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no known time zone; write one such as Asia/Shanghai") from None
    return name


def _calendar_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("is no date; write one such as 2025-01-01") from None


def _listed(text: str) -> str:
    return ";".join(part.strip() for part in text.split(";") if part.strip())


Ratio = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Money = Annotated[Decimal, Field(ge=0)]


class Settings(BaseSettings):
    """The settings of one process, read from the environment (and `.env` in the folder it runs in)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    # where things lie
    home: Path = Path("data")
    landing: Path | None = None
    sources: Path | None = None

    # the bank
    base_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    home_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    own_bank_names: Annotated[str, AfterValidator(_listed)] = ""
    spender_purchases: Annotated[int, Field(ge=1)] = 3
    time_zone: Annotated[str, AfterValidator(_known_time_zone)] = "Asia/Shanghai"
    first_date: Annotated[str, AfterValidator(_calendar_date)] = "2025-01-01"
    schedule: Annotated[str, Field(pattern=r"^([\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+$")] = "30 5 * * *"
    calendar_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    calendar: Path | None = None
    landing_quiet_seconds: Annotated[int, Field(ge=0)] = 60
    landing_patience_seconds: Annotated[int, Field(ge=0)] = 600

    # tiers of persons and of organisations, by AUM in base currency
    tier_private_banking_aum: Money = Decimal(6_000_000)
    tier_wealth_aum: Money = Decimal(500_000)
    tier_basic_aum: Money = Decimal(1_000)
    tier_basic_own_transactions: Annotated[int, Field(ge=0)] = 2
    tier_potential_age_from: Annotated[int, Field(ge=0)] = 22
    tier_potential_age_to: Annotated[int, Field(ge=0)] = 35
    tier_potential_growth_ratio: Annotated[float, Field(ge=0)] = 0.30
    tier_key_organisation_aum: Money = Decimal(5_000_000)
    tier_growth_organisation_aum: Money = Decimal(200_000)
    tier_falls: Literal["quarter_end", "month_end", "at_once"] = "quarter_end"

    # lifecycle stages
    stage_lost_days: Days = 180
    stage_won_back_gap_days: Days = 180
    stage_declining_days: Days = 90
    stage_declining_aum_ratio: Ratio = 0.50
    stage_activated_days: Days = 90
    stage_growing_aum_ratio: Annotated[float, Field(ge=0)] = 0.10
    risk_assessment_valid_months: Annotated[int, Field(ge=1)] = 12

    # contacts, links and interests
    interest_views: Annotated[int, Field(ge=1)] = 3
    complaint_answer_hours: Annotated[int, Field(ge=1)] = 24
    complaint_resolve_working_days: Annotated[int, Field(ge=1, le=30)] = 3
    core_enterprise_partners: Annotated[int, Field(ge=1)] = 5
    household_holders: Annotated[int, Field(ge=2)] = 6

    # what a customer brings in a year, by balances: fractions of them
    margin_deposit: Ratio = 0.012
    margin_loan: Ratio = 0.030
    margin_investment: Ratio = 0.006
    contribution_full: Annotated[Decimal, Field(gt=0)] = Decimal(10_000)

    # moments
    moment_range_days: Annotated[int, Field(ge=1, le=366)] = 31
    moment_late_days: Annotated[int, Field(ge=0, le=31)] = 3

    # who is who
    identity_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    identity_model: Path | None = None
    identity_accept: Ratio = 0.85
    identity_review: Ratio = 0.30
    identity_contact: Ratio = 0.90
    identity_margin: Annotated[float, Field(ge=1)] = 10.0
    identity_junk_records: Annotated[int, Field(ge=2)] = 10
    identity_block_records: Annotated[int, Field(ge=2)] = 30
    identity_cluster_records: Annotated[int, Field(ge=2)] = 50
    identity_core_duplicates: Literal["national_id", "never", "any"] = "national_id"
    identity_max_changed_ratio: Ratio = 0.01

    # customers who behave alike
    cluster_model: Path | None = None

    # gates
    gate_max_quarantine_ratio: Ratio = 0.05
    gate_min_reference_ratio: Ratio = 0.98
    gate_tolerated_rows: Annotated[int, Field(ge=0)] = 10
    gate_recent_days: Annotated[int, Field(ge=1, le=1_000)] = 28
    gate_least_days: Annotated[int, Field(ge=2, le=1_000)] = 7
    gate_least_rows: Annotated[int, Field(ge=1)] = 100
    gate_width: Annotated[float, Field(gt=0)] = 4.0
    gate_closing_width: Annotated[float, Field(gt=0)] = 10.0
    gate_least_spread: Annotated[float, Field(gt=0)] = 0.2
    gate_drift: Annotated[float, Field(gt=0)] = 0.25

    # alerts
    alert_url: str | None = None
    alert_secret: SecretStr | None = None
    landing_deadline: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "06:00"

    # deciding
    holdout_ratio: Ratio = 0.10
    holdout_salt: SecretStr = SecretStr("set-once-before-the-first-list")
    hash_key: SecretStr = SecretStr("set-once-before-the-first-run")

    # sending
    sender_clock: Literal["wall", "business"] = "wall"
    crm_url: str | None = None
    crm_token: SecretStr | None = None
    messaging_url: str | None = None
    messaging_token: SecretStr | None = None
    http_timeout_seconds: Annotated[float, Field(gt=0)] = 10.0
    http_attempts: Annotated[int, Field(ge=1, le=10)] = 4
    http_backoff_seconds: Annotated[float, Field(ge=0)] = 0.5

    # running
    lock_wait_seconds: Annotated[float, Field(ge=0)] = 600.0
    duckdb_memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*([KMGT]i?B|%)$")] = "4GB"
    duckdb_threads: Annotated[int, Field(ge=1)] | None = None

    # the demo bank
    demo_customers: Annotated[int, Field(ge=50)] = 5_000
    demo_dates: Annotated[int, Field(ge=2)] = 120
    demo_seed: int = 20250101
    demo_history_days: Annotated[int, Field(ge=1, le=3_650)] = 400

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Settings:
        if not self.tier_basic_aum <= self.tier_wealth_aum <= self.tier_private_banking_aum:
            raise ValueError("the tiers' thresholds must rise: TIER_BASIC_AUM <= TIER_WEALTH_AUM <= TIER_PRIVATE_BANKING_AUM")
        if self.tier_potential_age_from > self.tier_potential_age_to:
            raise ValueError("TIER_POTENTIAL_AGE_FROM must not be above TIER_POTENTIAL_AGE_TO")
        if self.identity_review > self.identity_accept:
            raise ValueError("IDENTITY_REVIEW must not be above IDENTITY_ACCEPT: what is accepted need not be reviewed")
        if self.gate_least_days > self.gate_recent_days:
            raise ValueError("GATE_LEAST_DAYS must not be above GATE_RECENT_DAYS, or nothing is ever learned")
        if self.gate_width > self.gate_closing_width:
            raise ValueError("GATE_WIDTH must not be above GATE_CLOSING_WIDTH: a date that closes is unusual, too")
        if self.alert_url and not self.alert_secret:
            raise ValueError("ALERT_URL needs ALERT_SECRET, with which alerts are signed")
        return self


def shared_secrets(settings: Settings) -> list[str]:
    """The variables of secrets that everybody knows, being as they were shipped: good for a demonstration alone."""
    names = ("hash_key", "holdout_salt")
    return [PREFIX + name.upper() for name in names if getattr(settings, name) == Settings.model_fields[name].default]


def _explain(error: ValidationError) -> str:
    lines = []
    for fault in error.errors():
        name = PREFIX + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else "settings"
        lines.append(f"{name}: {fault['msg']}")
    return "; ".join(lines)


@cache
def load_settings() -> Settings:
    """The settings of this process.

    Errors: SettingsError, naming each variable that is wrong (values are left out: one may be a secret).
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None

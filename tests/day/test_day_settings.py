"""Settings as a user gives them: by environment, refused by name when wrong, all of them explained."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from day_kit import FIRST, ROOT, materialize, run
from pydantic import SecretStr

from foundation.settings import PREFIX, Settings, SettingsError, load_settings, shared_secrets


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("C360_LOCK_WAIT_SECONDS", "-1"),
        ("C360_TIME_ZONE", "Mars"),
        ("C360_FIRST_DATE", "2025-02-30"),
        ("C360_SCHEDULE", "nonsense"),
        ("C360_DUCKDB_MEMORY_LIMIT", "lots"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load_settings.__wrapped__()  # what this process asked before is remembered


def test_nothing_is_done_with_a_wrong_value(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = run(home, *materialize(FIRST, FIRST), C360_LOCK_WAIT_SECONDS="-1")
    assert done.code == 1
    assert "Stopped. a setting is wrong: C360_LOCK_WAIT_SECONDS: " in done.output
    assert "Traceback" not in done.output
    assert not home.exists()


def test_several_wrong_values_are_all_named_and_no_value_is_repeated(tmp_path: Path) -> None:
    secret = "never-to-be-seen-9137"  # noqa: S105 - made for this test
    done = run(
        tmp_path / "home", "run", C360_TIME_ZONE="Mars/Olympus", C360_HOLDOUT_RATIO="1.5", C360_BASE_CURRENCY="yuan",
        C360_DEMO_CUSTOMERS="many", C360_HTTP_ATTEMPTS="0", C360_HOLDOUT_SALT=secret, C360_CRM_TOKEN=secret, C360_HASH_KEY=secret,
    )  # fmt: skip
    assert done.code == 1
    for name in ("TIME_ZONE", "HOLDOUT_RATIO", "BASE_CURRENCY", "DEMO_CUSTOMERS", "HTTP_ATTEMPTS"):
        assert f"{PREFIX}{name}: " in done.output
    assert secret not in done.output
    assert not {"Mars/Olympus", "yuan", "many"} & set(done.output.replace("'", " ").split())


def test_thresholds_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "run", C360_TIER_BASIC_AUM="900000")
    assert done.code == 1
    assert "TIER_BASIC_AUM <= TIER_WEALTH_AUM" in done.output


def test_dates_the_wrong_way_round_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "materialize", "--from", "2025-01-02", "--to", "2025-01-01")
    assert done.code == 1
    assert "TO (2025-01-01) lies before FROM (2025-01-02)" in done.output


def test_a_home_that_belongs_to_another_demo_bank_is_refused(tmp_path: Path, bank: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(bank.parent / "state", home / "demo")
    done = run(home, "run", C360_LANDING=str(bank), C360_DEMO_SEED="7")
    assert done.code == 1
    assert "Stopped. " in done.output
    assert "another" in done.output
    assert "Traceback" not in done.output


def explained() -> dict[str, str]:
    """Each setting of .env.example and its value, whether it is set there or shown behind a `#`."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(rf"^#? ?({PREFIX}[A-Z0-9_]+)=(.*)$", text, flags=re.MULTILINE))


def test_the_example_names_every_setting_and_else_only_what_the_makefile_or_the_benchmark_reads() -> None:
    settings = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    assert settings - set(explained()) == set()
    readers = [ROOT / "Makefile", *(ROOT / "benchmarks").glob("*.py")]
    read_elsewhere = "".join(path.read_text(encoding="utf-8") for path in readers)
    assert [name for name in set(explained()) - settings if name not in read_elsewhere] == []


def test_the_example_gives_each_setting_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name}".upper(), raising=False)
    example = Settings(_env_file=ROOT / ".env.example")  # type: ignore[call-arg]
    defaults = Settings(_env_file=None)  # type: ignore[call-arg]
    differing = [name for name in Settings.model_fields if getattr(example, name) != getattr(defaults, name)]
    assert differing == []


def test_secrets_that_are_as_shipped_are_named_until_each_is_set() -> None:
    assert shared_secrets(Settings()) == ["C360_HASH_KEY", "C360_HOLDOUT_SALT"]
    assert shared_secrets(Settings(hash_key=SecretStr("own"))) == ["C360_HOLDOUT_SALT"]
    assert shared_secrets(Settings(hash_key=SecretStr("own"), holdout_salt=SecretStr("own"))) == []

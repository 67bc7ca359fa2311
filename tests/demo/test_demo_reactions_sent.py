"""What was sent is taken in once, by whoever it reached, on the date after; the plan of reactions is checked before its use."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from demo_bank_files import FIRST
from reaction_kit import MANY, PLAN, arrival, delivery, many, model, outbox, share_is, task, waiting

from demo.bank_model import Model
from demo.days import FAR, to_day
from demo.reactions import Reactions
from demo.reactions_plan import FILE, load_plan
from demo.sent import ARRIVALS, text_keys
from demo.state import DemoBankError
from demo.truth import Truth
from demo.vocabulary import PRODUCT

TWO, THREE = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def bank() -> Model:
    return model()


def taken(bank: Model, folder: Path, days: dict[date, Rows]) -> Rows:
    """What waits after these dates, of each of which is given all that had been sent when it was made."""
    reactions = Reactions(bank, PLAN, None)
    for on, sent in days.items():
        reactions.outbox = outbox(sent)
        reactions.take_in(Truth(folder), to_day(on))
        kept, reactions = reactions.saved(), Reactions(bank, PLAN, None)
        reactions.restore(kept)  # as another process does
    waiting_rows: Rows = reactions.waiting.to_pylist()
    return waiting_rows


def test_each_is_taken_in_once_on_the_date_after_the_one_it_was_sent_for(bank: Model, tmp_path: Path) -> None:
    sent = [arrival(1), arrival(2, business_date=TWO, strategy_id="b"), arrival(3, business_date=THREE, strategy_id="c")]
    for days, ids in (({FIRST: sent}, []), ({TWO: sent}, [1]), ({TWO: sent[:1], THREE: sent}, [1, 2]), ({THREE: sent}, [1, 2])):
        assert [row["delivery_id"] for row in taken(bank, tmp_path, days)] == [delivery(number) for number in ids]


def test_what_arrives_late_or_without_a_date_counts_as_sent_the_day_before_it_is_heard_of(bank: Model, tmp_path: Path) -> None:
    late = [arrival(1), arrival(2, strategy_id="late"), task(3, business_date=None, strategy_id="undated")]
    rows = taken(bank, tmp_path, {TWO: late[:1], THREE: late})
    assert {row["strategy_id"]: row["sent_day"] - to_day(FIRST) for row in rows} == {"wealth_winback": 0, "late": 1, "undated": 1}


def test_the_order_in_which_threads_reached_the_destination_makes_no_difference(bank: Model, tmp_path: Path) -> None:
    sent = [arrival(1), task(2), arrival(3, strategy_id="b"), task(4, strategy_id="b")]
    turned = [row | {"number": number} for number, row in enumerate(reversed(sent), start=1)]
    rows = taken(bank, tmp_path, {TWO: sent})
    assert rows == taken(bank, tmp_path, {TWO: turned})
    assert len(rows) == 4


def test_a_strategy_treats_a_customer_once_while_anything_of_it_may_still_be_heard(bank: Model, tmp_path: Path) -> None:
    sent = [task(1), arrival(2), arrival(3, strategy_id="b"), arrival(4, business_date=TWO), arrival(5, customer_no="C00000002")]
    rows = taken(bank, tmp_path, {TWO: sent[:3], THREE: sent})
    led = sorted((row["strategy_id"], row["customer"]) for row in rows if row["is_treatment"])
    assert led == [("b", 1), ("wealth_winback", 1), ("wealth_winback", 2)]
    for strategy, customer in led:
        own = [row for row in rows if (row["strategy_id"], row["customer"]) == (strategy, customer)]
        assert len({row["is_moved"] for row in own}) == 1
        assert sum(row["acts_on"] < FAR for row in own) == int(own[0]["is_moved"])


def test_a_customer_is_found_by_number_else_by_phone_and_no_phone_is_kept(bank: Model, tmp_path: Path) -> None:
    mobile = bank.people.mobile(bank.population.person)[42].as_py()
    by_phone: dict[str, Any] = {"customer_no": None, "mobile": mobile}
    sent = [arrival(1, **by_phone), task(2, customer_no="C00000007"), arrival(3, customer_no=None, mobile="10000000000")]
    sent.append(arrival(4, customer_no="not ours", mobile=None))
    rows = taken(bank, tmp_path, {TWO: sent})
    assert sorted(row["customer"] for row in rows) == [-1, -1, 7, 42]
    assert mobile not in str(rows)


def test_each_strategy_moves_as_many_as_its_lift_says_and_whoever_closes_the_account_never(bank: Model) -> None:
    open_to_all = PLAN.model_copy(
        update={"effects": PLAN.effects.model_copy(update={"default": PLAN.effects.strategies["wealth_winback"]})}
    )
    rows = waiting(bank, many(), open_to_all)
    assert share_is(rows["is_moved"].to_numpy(), MANY, PLAN.effects.strategies["wealth_winback"].lift)
    closing = bank.customer_numbers((bank.population.closed_day < FAR).nonzero()[0])
    assert len(closing) > 0
    told = [arrival(n, customer_no=closing[0].as_py(), strategy_id=f"s{n}") for n in range(500)]
    assert not any(waiting(bank, pa.Table.from_pylist(told, ARRIVALS), open_to_all)["is_moved"].to_pylist())


@pytest.mark.parametrize(
    ("strategy", "product", "kind", "opens"),
    [
        ("wealth_winback", None, "brings_money", -1),
        ("nobody knows", None, "pays_again", -1),
        ("nobody knows", "W002", "opens_account", PRODUCT["W002"]),
        ("nobody knows", "C001", "pays_again", -1),  # a credit card is not bought
        ("nobody knows", "Z999", "pays_again", -1),
    ],
)
def test_an_unknown_strategy_has_the_default_effect_by_whether_it_names_a_product(
    bank: Model, strategy: str, product: str | None, kind: str, opens: int
) -> None:
    rows = waiting(bank, pa.Table.from_pylist([task(1, strategy_id=strategy, product_code=product)], ARRIVALS)).to_pylist()
    assert [(row["effect"], row["product"] if kind == "opens_account" else -1) for row in rows] == [(kind, opens)]


def test_keys_of_ids_are_their_own_whatever_is_beside_them() -> None:
    ids = pa.chunked_array([[delivery(number) for number in range(1_000)] + ["贷款-1", ""]])
    keys = text_keys(ids)
    assert len(set(keys.tolist())) == 1_002
    assert text_keys(ids.slice(998)).tolist() == keys[998:].tolist()


def plan_with(tmp_path: Path, where: list[str], value: object) -> Path:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    place = content
    for name in where[:-1]:
        place = place[name]
    place[where[-1]] = value
    path = tmp_path / "reactions.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        (["channels", "sms", "opened"], 1.01, "channels.sms.opened"),
        (["channels", "sms", "bounced"], 0.997, "failed and bounced"),
        (["channels"], {}, "called default"),
        (["tasks", "declined"], 0.23, "done and declined"),
        (["tasks", "outcomes", "other"], 0.11, "add up to 1"),
        (["tasks", "outcomes", "gone"], 0, "tasks.outcomes.gone"),
        (["effects", "default", "within_days"], 0, "effects.default.within_days"),
        (["effects", "default", "share_of_wealth"], [0.2, 0.1], "least, most"),
        (["effects", "about_a_product", "product"], "C001", "needs a product"),
        (["effects", "strategies", "wealth_winback", "luck"], 1, "wealth_winback.luck"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_file_and_entry(tmp_path: Path, where: list[str], value: object, told: str) -> None:
    path = plan_with(tmp_path, where, value)
    with pytest.raises(DemoBankError, match=told) as refused:
        load_plan(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (["channels", "sms", "opened"], 1),
        (["channels", "sms", "bounced"], 0.996),
        (["tasks", "declined"], 0.22),
        (["effects", "default", "within_days"], 1),
        (["effects", "default", "share_of_wealth"], [0.1, 0.1]),
    ],
)
def test_a_plan_at_its_bounds_is_taken(tmp_path: Path, where: list[str], value: object) -> None:
    assert load_plan(plan_with(tmp_path, where, value)) != PLAN


def test_a_plan_that_is_no_yaml_or_not_there_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("channels: [", encoding="utf-8")
    for name in ("broken.yml", "absent.yml"):
        with pytest.raises(DemoBankError, match=f"{name} cannot be read"):
            load_plan(tmp_path / name)

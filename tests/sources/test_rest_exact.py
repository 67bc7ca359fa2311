"""Numbers of an interface keep their digits through the expressions of a mapping."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import jmespath
import pytest
from jmespath.exceptions import JMESPathTypeError

from integrations.sources.rest.exact import OPTIONS


def worked_out(expression: str, row: dict[str, Any]) -> Any:
    return jmespath.compile(expression).search(row, options=OPTIONS)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("to_number(amount)", "-12.75"),
        ("to_number(text)", "12.10"),
        ("abs(amount)", "12.75"),
        ("to_string(amount)", "-12.75"),
        ("sum([tenth, fifth])", "0.3"),
        ("max([amount, tenth, one])", "1"),
        ("min([amount, one])", "-12.75"),
        ("[tenth, fifth] | sort(@) | [0]", "0.1"),
        ("type(amount)", "number"),
        ("to_number('7')", "7"),
    ],
)
def test_an_amount_is_what_was_sent(expression: str, found: str) -> None:
    row = {"amount": Decimal("-12.75"), "tenth": Decimal("0.1"), "fifth": Decimal("0.2"), "one": 1, "text": "12.10"}
    assert str(worked_out(expression, row)) == found


def test_what_is_no_number_is_none_and_null_has_no_amount() -> None:
    assert [worked_out("to_number(a)", {"a": each}) for each in ("x", "", None, [1])] == [None] * 4
    assert worked_out("a > `1`", {"a": Decimal("1.5")}) is True
    with pytest.raises(JMESPathTypeError):
        worked_out("abs(a)", {"a": None})

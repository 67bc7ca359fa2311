"""`make check` tries every rule of who is who, and names the entry that cannot be tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundation.settings import Settings
from identity.model import SHIPPED, load
from identity.resolve import Bounds
from identity.rulebook import Rulebook, RuleError, rulebook
from orchestration.identity_check import check_identity

BOUNDS = Bounds.of(Settings())


def checked(rules: Rulebook) -> int:
    return check_identity(rules, load(SHIPPED), BOUNDS)


def test_the_rules_that_stand_can_all_be_tried():
    assert checked(rulebook()) == len(rulebook().exact)


@pytest.mark.parametrize("where", ["a.shoe_size = 5", "a.name =", "no_such_function(a.name)", "a.birth_date = 'x' || 5 > date"])
@pytest.mark.parametrize("kind", ["exact", "asked", "apart"])
def test_an_entry_whose_condition_cannot_be_tried_is_named(kind, where):
    rules = rulebook()
    first, *others = getattr(rules, kind)
    broken = replace(rules, **{kind: (replace(first, where=where), *others)})
    with pytest.raises(RuleError, match=f"{first.code}: its `where` cannot be tried"):
        checked(broken)

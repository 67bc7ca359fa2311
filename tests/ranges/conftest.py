"""The example lived through once, and what dbt said meanwhile, for all tests of this folder."""

from __future__ import annotations

import warnings

import pytest
from dbt_statements import Statements
from lived_example import Lived, live


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The example with everything real: day by day, at once, and built anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations.expectations  # noqa: F401
    return live(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def statements(lived: Lived) -> Statements:
    """What dbt says in each kind of run."""
    return lived.statements

"""JMESPath over numbers that keep their digits: money as it was sent, not its nearest binary fraction, nor without its cents.

Belongs here: what JMESPath's functions make of decimals. Not here: expressions (mapping_file.py), rows (reader.py).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import jmespath
from jmespath.functions import Functions, signature

_NAME = Decimal.__name__
_Functions: Any = Functions  # its stubs leave out what is built upon here


class _ExactNumbers(_Functions):  # type: ignore[misc]
    """JMESPath knows numbers by the names of their types, and decimals by none."""

    def _get_allowed_pytypes(self, types: Any) -> Any:
        allowed, within = super()._get_allowed_pytypes(types)
        return _with_decimals(allowed), [_with_decimals(each) for each in within]

    def _convert_to_jmespath_type(self, pyobject: str) -> Any:
        return "number" if pyobject == _NAME else super()._convert_to_jmespath_type(pyobject)

    @signature({"types": []})
    def _func_to_number(self, arg: Any) -> Any:
        if not isinstance(arg, str):
            return arg if isinstance(arg, Decimal) else super()._func_to_number(arg)
        try:
            return int(arg)
        except ValueError:
            try:
                return Decimal(arg)
            except InvalidOperation:
                return None

    @signature({"types": []})
    def _func_to_string(self, arg: Any) -> Any:
        return str(arg) if isinstance(arg, Decimal) else super()._func_to_string(arg)

    @signature({"types": []})
    def _func_type(self, arg: Any) -> Any:
        return "number" if isinstance(arg, Decimal) else super()._func_type(arg)


def _with_decimals(names: Any) -> tuple[str, ...]:
    return (*names, _NAME) if "float" in names else tuple(names)


OPTIONS = jmespath.Options(custom_functions=_ExactNumbers())

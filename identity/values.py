"""What one landed value means, whatever the spelling: a phone number, an e-mail address, an identity number, a name, an address.

Belongs here: functions of one value, by libraries that know the field. Not here: whole columns (normalise.py), which values are
junk (rules.yml), comparing two of them (model.py). A value that means nothing becomes None; none of these functions raises.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

# what is longer than any real value says nothing about a person, and would cost time in every comparison
LONGEST = 200
_SHORTEST_PHONE = 6
_RESIDENT_CARD = 18
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
# signs that belong to letters (of Indic and other scripts) and characters that a bank made its own, or that came after this
# Python, part no words: without them two names would be one
_OF_WORDS = r"\u0300-\u036f\u0900-\u109f\u1780-\u17ff\ue000-\uf8ff\U0002ebf0-\U0002ee5d\U000f0000-\U0010fffd"
_NOT_WORDS = re.compile(rf"[^\w{_OF_WORDS}]+|_+")
_BLANK = frozenset({"Zs", "Zl", "Zp", "Cc", "Cs"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "先生", "女士", "小姐"})


class Name(NamedTuple):
    """A name as written, in Latin letters with its words in order of the alphabet, and the letters alone in that order."""

    written: str
    words: str
    letters: str
    family: str


class Number(NamedTuple):
    """An identity number, and whether its own check digit proves it (a resident identity card of China)."""

    text: str
    is_proven: bool


def clean(text: str | None) -> str | None:
    """Full-width characters as plain ones, what is invisible and surrounding space gone; None where nothing is left."""
    if text is None:
        return None
    folded = text[: LONGEST * 4]
    if not (folded.isascii() and folded.isprintable()):  # of which nothing below changes anything, and most values are
        folded = unicodedata.normalize("NFKC", folded)
        folded = "".join(each for each in folded if unicodedata.category(each) != "Cf")  # nobody sees them; they part no words
        folded = "".join(" " if unicodedata.category(each) in _BLANK else each for each in folded)
    folded = " ".join(folded.split())
    return folded if folded and len(folded) <= LONGEST else None


def phone(text: str | None, region: str) -> str | None:
    """E.164 where the number can exist in its country (`region` where it names none), with its extension; else its digits."""
    cleaned = clean(text)
    if cleaned is None:
        return None
    try:
        number = phonenumbers.parse(cleaned, region)
        if phonenumbers.is_valid_number(number):
            spelled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return f"{spelled};ext={number.extension}" if number.extension else spelled  # two of one switchboard are two
    except phonenumbers.NumberParseException:
        pass  # not a number by its country's rules: what digits it has may still agree with another record's
    digits = "".join(each for each in cleaned if each.isdecimal())
    return digits if len(digits) >= _SHORTEST_PHONE else None


def email(text: str | None) -> str | None:
    """The address in lower case with its domain as the standard has it; None where it cannot be one."""
    cleaned = clean(text)
    if cleaned is None:
        return None
    try:
        return validate_email(cleaned.casefold(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def identity_number(text: str | None) -> Number | None:
    """Letters and digits alone, in upper case."""
    cleaned = clean(text)
    bare = _NOT_WORDS.sub("", cleaned).upper() if cleaned else ""
    return Number(bare, _is_resident_card(bare)) if bare else None


def _is_resident_card(number: str) -> bool:
    """GB 11643: 18 characters with a birth date and a check character by ISO 7064; lists of places age, so they are not asked."""
    if len(number) != _RESIDENT_CARD or not number[:-1].isdecimal():
        return False
    try:
        return ric.get_birth_date(number) is not None and bool(mod_11_2.validate(number))
    except ValidationError:
        return False


def credit_code(text: str | None) -> str | None:
    """A unified social credit code; None where its check character is wrong."""
    cleaned = clean(text)
    try:
        return str(uscc.validate(cleaned)) if cleaned else None
    except ValidationError:
        return None


@cache
def dictionary() -> ModuleType:
    """pypinyin, whose dictionary most commands never look into."""
    return import_module("pypinyin")


@lru_cache(maxsize=65_536)
def _sounds(han: str) -> str:
    pypinyin = dictionary()
    return " ".join(pypinyin.lazy_pinyin(han, style=pypinyin.Style.NORMAL, errors="ignore"))


def name(text: str | None) -> Name | None:
    """A person's or company's name: `family` is the first character of a Chinese name, the last word of another."""
    cleaned = clean(text)
    if cleaned is None:
        return None
    words = [word for word in _NOT_WORDS.split(_unaccented(cleaned.casefold())) if word and word not in _TITLES]
    if not words:
        return None
    written = " ".join(words)
    is_han = bool(_HAN.search(written))
    sounded = " ".join(_sounds(word) if _HAN.search(word) else word for word in words).split() or words
    ordered = sorted(sounded)
    family = words[0][0] if is_han else words[-1]
    return Name(written, " ".join(ordered), "".join(sorted("".join(ordered))), family)


def _unaccented(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def place(text: str | None) -> str | None:
    """An address or a city as letters and digits in lower case, words apart by one space."""
    cleaned = clean(text)
    return (" ".join(_NOT_WORDS.sub(" ", _unaccented(cleaned.casefold())).split()) or None) if cleaned else None

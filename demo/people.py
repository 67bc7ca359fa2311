"""Who a person is: names, birth, national id, mobile, address, as functions of the person's number.

Belongs here: attributes of people and companies. Not here: what a customer owns or does (population.py), nor which records
of which source speak of a person (*_records.py, truth.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import vocabulary as words
from demo.columns import Column, joined, numbered, picked, plain
from demo.days import digits
from demo.draws import Array, Draws

OUTSIDER = 500_000_000  # from here on: people who are no customers
_AGE_AT = ([0.0, 0.08, 0.36, 0.62, 0.86, 1.0], [18.2, 22.0, 35.5, 48.0, 62.0, 86.0])
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILE_PREFIXES = np.concatenate(
    [np.arange(start, end) for start, end in ((130, 134), (135, 140), (150, 154), (155, 160), (175, 179), (180, 190), (195, 200))]
)
_MOBILE_SPACE = len(_MOBILE_PREFIXES) * 10**8


def _weighted(number: Array, weights: tuple[int, ...]) -> Array:
    total = np.zeros(len(number), dtype=np.int64)
    for weight in reversed(weights):
        total += number % 10 * weight
        number = number // 10
    return total


@dataclass(frozen=True)
class Kin:
    """For each customer number's person: whose surname, birth, home and phone they share (their own index: nobody's)."""

    surname: Array
    birth: Array
    home: Array
    phone: Array

    @staticmethod
    def follow(table: Array, people: Array) -> Array:
        inside = people < len(table)
        return np.where(inside, table[np.where(inside, people, 0)], people)


class People:
    """Attributes of any people, by their numbers."""

    def __init__(self, draws: Draws, first: int, kin: Kin) -> None:
        self.draws, self.first, self.kin = draws, first, kin

    def age(self, people: Array) -> Array:
        """Years on the first day, as a float."""
        u = self.draws.uniform("age", Kin.follow(self.kin.birth, people))
        return np.interp(u, *_AGE_AT)

    def birth_day(self, people: Array) -> Array:
        return self.first - (self.age(people) * 365.25).astype(np.int64)

    def is_male(self, people: Array) -> Array:
        return self.draws.uniform("male", people) < 0.5

    def city(self, people: Array) -> Array:
        home = self.draws.uniform("city", Kin.follow(self.kin.home, people))
        return (home**1.3 * len(words.CITIES)).astype(np.int64)

    def name(self, people: Array, slip: Array | None = None) -> Column:
        """Full names; `slip` spoils them: 1 given names swapped, 2 a character wrong, 3 given name first, 4 in Latin letters."""
        d = self.draws
        surname = (d.uniform("surname", Kin.follow(self.kin.surname, people)) ** 1.8 * len(words.SURNAMES)).astype(np.int64)
        a, b = d.below("given", people, len(words.GIVEN)), d.below("given2", people, len(words.GIVEN) + 30)
        kind = np.zeros(len(people), dtype=np.int64) if slip is None else slip
        given = [*words.GIVEN, *[""] * 30]  # some given names are one character long
        first, second = np.where(kind == 1, b, a), np.where(kind == 1, a, b)
        second = np.where(kind == 2, (second + 7) % len(words.GIVEN), second)
        reversed_order = kind == 3
        front = picked([*words.SURNAMES, ""], np.where(reversed_order, len(words.SURNAMES), surname))
        back = picked([*words.SURNAMES, ""], np.where(reversed_order, surname, len(words.SURNAMES)))
        names = joined(front, picked(given, first), picked(given, second), back)
        if not (kind == 4).any():
            return names
        given_latin = [*words.GIVEN_LATIN, *[""] * 30]
        latin = joined(picked(words.SURNAMES_LATIN, surname), " ", picked(given_latin, first), picked(given_latin, second))
        return pc.if_else(pa.array(kind == 4), latin, names)

    def national_id(self, people: Array) -> Column:
        """18 characters, the last one the check digit of GB 11643."""
        d = self.draws
        codes = np.array([int(code) for _, _, code in words.CITIES])
        region = codes[self.city(people)] * 100 + 1 + d.below("district", people, 15)
        order = d.below("id_order", people, 500) * 2 + self.is_male(people)
        body = region * 10**11 + digits(self.birth_day(people)) * 1000 + order
        check = _weighted(body, _ID_WEIGHTS) % 11
        return joined(plain(body), picked(list("10X98765432"), check))

    def mobile(self, people: Array) -> Column:
        """11 digits, each person's own unless they share somebody's phone."""
        owner = Kin.follow(self.kin.phone, people)
        return plain(self._number(owner, 0))

    def former_mobile(self, people: Array) -> Column:
        return plain(self._number(people, 1))

    def _number(self, people: Array, generation: int) -> Array:
        # multiplying by a number coprime to the space is one-to-one, so no two people get one number by accident
        place = ((people * 2 + generation) * 2_654_435_761 + self.draws.one("mobile", _MOBILE_SPACE)) % _MOBILE_SPACE
        number: Array = _MOBILE_PREFIXES[place // 10**8] * 10**8 + place % 10**8
        return number

    def email(self, people: Array) -> Column:
        return joined(numbered("user", (people * 7_368_787 + 11) % 10**9, 9), "@mail.example")

    def address(self, people: Array, generation: Array | int = 0) -> Column:
        home, d = Kin.follow(self.kin.home, people), self.draws
        return joined(
            picked([city for _, city, _ in words.CITIES], self.city(people)),
            picked(words.DISTRICTS, d.below("ward", home, len(words.DISTRICTS), generation)),
            picked(words.ROADS, d.below("road", home, len(words.ROADS), generation)),
            plain(1 + d.below("house", home, 300, generation)),
            "号",
        )

    def company_name(self, companies: Array) -> Column:
        d = self.draws
        return joined(
            picked([city.removesuffix("市") for _, city, _ in words.CITIES], self.city(companies)),
            picked(words.COMPANY_WORDS, d.below("word", companies, len(words.COMPANY_WORDS))),
            picked(words.COMPANY_WORDS, d.below("word2", companies, len(words.COMPANY_WORDS))),
            picked(words.INDUSTRIES, d.below("industry", companies, len(words.INDUSTRIES))),
            "有限公司",
        )

    def credit_code(self, companies: Array) -> Column:
        """Unified social credit code: 18 characters, the last one the check character of GB 32100."""
        codes = np.array([int(code) for _, _, code in words.CITIES])
        organisation = 10**7 + companies % (9 * 10**7)
        organisation_check = (11 - _weighted(organisation, (3, 7, 9, 10, 5, 8, 4, 2)) % 11) % 11
        nine_place = np.where(organisation_check == 10, _CREDIT_ALPHABET.index("X"), organisation_check)
        head = (91 * 10**6 + codes[self.city(companies)] * 100 + 1) * 10**8 + organisation
        total = _weighted(head, _CREDIT_WEIGHTS[:16]) + nine_place * _CREDIT_WEIGHTS[16]
        check = (31 - total % 31) % 31
        return joined(plain(head), picked(list(_CREDIT_ALPHABET), nine_place), picked(list(_CREDIT_ALPHABET), check))

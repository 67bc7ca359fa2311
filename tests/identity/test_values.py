"""What one landed value means: each function at its boundaries, and none that any text can stop."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from identity_kit import resident

from identity import values

STRANGE = [
    "",
    " ",
    "\0",
    "\u200b",
    "\ufeff",
    "😀",
    "محمد علي",
    "Иван Петров",
    "'; drop table x; --",
    "a" * 100_000,
    "１" * 300,
    "\u202e",
    "﷽" * 500,
]


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("139 1234 5678", "CN", "+8613912345678"),
        ("+86-139-1234-5678", "CN", "+8613912345678"),
        ("０１３９１２３４５６７８", "CN", "+8613912345678"),
        ("１３９１２３４５６７８", "CN", "+8613912345678"),
        ("139\u200b12345678", "CN", "+8613912345678"),
        ("0086 13912345678", "CN", "+8613912345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+1 415 555 2671", "CN", "+14155552671"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("123456", "CN", "123456"),
        ("12345", "CN", None),
        ("12-34-56-x", "CN", "123456"),
        ("no phone", "CN", None),
        ("", "CN", None),
        (None, "CN", None),
    ],
)
def test_a_phone_number_is_the_same_however_it_is_written(text, region, normal):
    assert values.phone(text, region) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Ann.Lee@Example.COM ", "ann.lee@example.com"),
        ("ａｎｎ＠example.com", "ann@example.com"),
        ("ann\u200b@example.com", "ann@example.com"),
        ("ann@", None),
        ("ann example.com", None),
        ("a@b@example.com", None),
        (None, None),
    ],
)
def test_an_email_address_is_in_lower_case_or_none(text, normal):
    assert values.email(text) == normal


def test_a_resident_number_is_proven_by_its_check_character_alone():
    right = resident("11010519800101")
    assert values.identity_number(right) == (right, True)
    assert values.identity_number(f" {right[:6]}-{right[6:14]} {right[14:].lower()} ") == (right, True)
    for other in "0123456789X":
        assert values.identity_number(right[:-1] + other).is_proven == (other == right[-1])


@pytest.mark.parametrize("text", [resident("11010519801301"), resident("11010519800230"), "110105800101001", "G12345678"])
def test_a_number_with_no_birth_date_or_of_another_kind_proves_nothing(text):
    assert values.identity_number(text) == (text, False)


@pytest.mark.parametrize("text", ["", "--", None])
def test_a_number_without_letters_and_digits_is_none(text):
    assert values.identity_number(text) is None


def test_a_credit_code_counts_with_its_right_check_character():
    assert values.credit_code(" 91110000600037341l ") == "91110000600037341L"
    assert values.credit_code("91110000600037341M") is None
    assert values.credit_code("9111") is None


def test_a_chinese_name_and_its_latin_spelling_have_the_same_letters():
    chinese, latin, turned = values.name("王小明"), values.name("Wang Xiaoming"), values.name("XIAO-MING, Wang")
    assert chinese.letters == latin.letters == turned.letters
    assert (chinese.written, chinese.family) == ("王小明", "王")
    assert (latin.written, latin.family) == ("wang xiaoming", "xiaoming")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mr. José  GARCÍA", "jose garcia"),
        ("Ａｎｎ Lee", "ann lee"),
        ("王\u200b小明", "王小明"),
        ("Ann\tLee", "ann lee"),
        ("O'Brien", "o brien"),
        ("Иван Петров", "иван петров"),
        ("Dr.", None),
        ("😀", None),
        ("x" * values.LONGEST, "x" * values.LONGEST),
        ("x" * (values.LONGEST + 1), None),
    ],
)
def test_a_name_is_its_words_without_accents_or_titles(text, written):
    found = values.name(text)
    assert (found.written if found else None) == written


def test_a_place_is_letters_and_digits_with_one_space_between():
    assert values.place("No. 5,  Long Röad／Beijing") == "no 5 long road beijing"
    assert values.place("--") is None


def whatever(text: str) -> None:
    for normal in (values.phone(text, "CN"), values.email(text), values.credit_code(text), values.place(text)):
        assert normal is None or 0 < len(normal) <= values.LONGEST * 18
    number, name = values.identity_number(text), values.name(text)
    assert number is None or number.text
    assert name is None or (name.written and name.letters and name.words and name.family)
    assert values.clean(values.clean(text)) == values.clean(text)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_no_strange_text_stops_any_of_them(text):
    whatever(text)


@settings(max_examples=60, deadline=None)
@example("١٢٣٤٥٦")
@given(st.text(max_size=40) | st.text("0123456789+-() xX@.王明", max_size=30))
def test_no_text_stops_any_of_them(text):
    whatever(text)

"""Korean words, numbers and particles of the reports.

Fixed words are in texts.yaml; this module computes the ones that depend on a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from sogong_pipeline.pages.limits import limits_of_change
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.vocabulary import Number, labels

NONE = "–"
CHANGE_DIGITS = 2
"""A change in percent is kept with these decimals, the ones that rules go by; contributions are printed with them."""
SHORT_DIGITS = 1
"""A change in percent is printed with these decimals unless they would put it on a limit of a rule."""
MINUS = "\N{MINUS SIGN}"
Particle = Literal["은/는", "이/가", "을/를", "과/와", "으로/로"]

_FINAL_OF_DIGIT = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
_FINAL_OF_LATIN = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}
_RIEUL = 8
"""Index of the final consonant ㄹ among the 28 of a Hangul syllable; 으로 becomes 로 after it."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Wording common to all kinds of page, by the names of texts.yaml, and the labels of codes."""

    report: Mapping[str, str]
    stages: Mapping[str, str]
    confidence: Mapping[str, str]
    measures: Mapping[str, str]
    bases: Mapping[str, str]


@cache
def texts() -> Texts:
    """Return the fixed wording; cached."""
    words = yaml.safe_load(files(__package__).joinpath("texts.yaml").read_text(encoding="utf-8"))
    named = labels()
    return Texts(**words, stages=named.stages, measures=named.measures, bases=named.bases)


def clean(text: str) -> str:
    """Return an external name as one line of composed characters, without characters that control or reorder text."""
    composed = unicodedata.normalize("NFC", text)
    visible = (char for char in composed if char == _JOINER or not _controls(char))
    return " ".join("".join(visible).split())


_JOINER = "\N{ZERO WIDTH JOINER}"
"""Zero-width joiner: joins emoji and reorders nothing."""


def _controls(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def closed_percent(text: str) -> str:
    """Return the text with every % directly after its number, as in Korean typesetting."""
    return re.sub(r"(?<=\d) +%", "%", text)


def shorten(text: str, length: int = 18) -> str:
    """Truncate the text to `length` characters, the last of them an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip(" " + _JOINER) + "…"


def rounded(value: Number, digits: int = 0) -> Decimal:
    """Round half-even to `digits` decimals, never to a negative zero."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN) + 0


def number(value: Number | None, digits: int = 0) -> str:
    """Format as `1,234.5`, or a dash if unknown."""
    return NONE if value is None else f"{rounded(value, digits):,}".replace("-", MINUS)


def signed(value: Number | None, digits: int = CHANGE_DIGITS) -> str:
    """Format as `+1.20`, `−3.41`, `0.00`, or a dash if unknown."""
    if value is None:
        return NONE
    return f"{rounded(value, digits):+,}".replace("-", MINUS) if rounded(value, digits) else number(0, digits)


def change_digits(value: Number) -> int:
    """The decimals of a change in percent: one; two where one would print a limit of a rule, or no change at all.

    −4.96 is not yet −5: printed as −5.0 it would contradict its stage.
    """
    short = abs(rounded(value, SHORT_DIGITS))
    at_limit = short in limits_of_change() or (not short and rounded(value, CHANGE_DIGITS))
    return CHANGE_DIGITS if at_limit else SHORT_DIGITS


def signed_change(value: Number | None) -> str:
    """`+1.2`, `−3.4`, `−4.96`, `0.0`, or a dash when unknown."""
    return NONE if value is None else signed(value, change_digits(value))


def change_size(value: Number) -> str:
    """A change without its sign, for a sentence whose verb says which way: `1.2`, `4.96`."""
    return number(abs(rounded(value, change_digits(value))), change_digits(value))


def short_percents(text: str) -> str:
    """A sentence of a rule, which has two decimals, with its percentages as tables print them."""
    return re.sub(
        rf"(?<![\d.,])([+{MINUS}-]?)(\d[\d,]*\.\d{{{CHANGE_DIGITS}}})(?=%)",
        lambda found: found[1] + change_size(Decimal(found[2].replace(",", ""))),
        text,
    )


def won(value: Number) -> str:
    """Format money in a sentence: `1조 2,345억원`, `12.3억원` or `34백만원`."""
    hundred_millions = Decimal(value) / 10**8
    if abs(hundred_millions) < 1:
        return f"{number(Decimal(value) / 10**6)}백만원"
    if abs(hundred_millions) < 1000:
        return f"{number(hundred_millions, 1)}억원"
    trillions, rest = divmod(int(rounded(hundred_millions)), 10**4)
    parts = [f"{trillions:,}조" if trillions else "", f"{rest:,}억" if rest else ""]
    return " ".join(filter(None, parts)) + "원"


def with_particle(word: str, particle: Particle) -> str:
    """Append the form of the particle that fits the last sound of the word: 주의는, 심각은, 서울로.

    Brackets at the end are ignored; a digit or Latin letter counts as read in Korean.
    """
    after_consonant, after_vowel = particle.split("/")
    final = _final_consonant(word)
    if particle == "으로/로" and final == "ㄹ":
        final = ""
    return word + (after_consonant if final else after_vowel)


def _final_consonant(word: str) -> str:
    spoken = word
    while spoken.endswith(")") and "(" in spoken:
        spoken = spoken[: spoken.rindex("(")].rstrip()
    last = next((char for char in reversed(spoken) if char.isalnum()), "")
    if "가" <= last <= "힣":
        place = (ord(last) - ord("가")) % 28
        return "ㄹ" if place == _RIEUL else "ㄴ" * bool(place)
    return _FINAL_OF_DIGIT.get(last) or _FINAL_OF_LATIN.get(last.lower(), "")


def quarter_ko(quarter: Quarter) -> str:
    """Format as `2026년 3분기`."""
    return f"{quarter.year}년 {quarter.number}분기"


def month_ko(month: Month) -> str:
    """Format as `2026년 9월`."""
    return month.korean

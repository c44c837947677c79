"""Korean words: particles by the last sound, numbers that round once, names made harmless."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.pages import wording
from sogong_pipeline.reports.wording import report_texts


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("주의", "은/는", "주의는"),
        ("심각", "은/는", "심각은"),
        ("판정보류", "이/가", "판정보류가"),
        ("양호", "과/와", "양호와"),
        ("울산", "으로/로", "울산으로"),
        ("서울", "으로/로", "서울로"),
        ("전주", "으로/로", "전주로"),
        ("국가산단(제2공구)", "을/를", "국가산단(제2공구)을"),
        ("구로(3)(확장)", "을/를", "구로(3)(확장)를"),
        ("여수 2", "이/가", "여수 2가"),
        ("여수 3", "이/가", "여수 3이"),
        ("제1", "으로/로", "제1로"),
        ("2026년 10", "은/는", "2026년 10은"),
        ("테크노파크 B", "은/는", "테크노파크 B는"),
        ("테크노파크 M", "은/는", "테크노파크 M은"),
        ("LCL", "으로/로", "LCL로"),
        ("’산단’", "이/가", "’산단’이"),
        ("🏭", "은/는", "🏭는"),
        ("", "은/는", "는"),
        ("(", "은/는", "(는"),
    ],
)
def test_particle_follows_the_last_sound(word: str, particle: wording.Particle, expected: str) -> None:
    assert wording.with_particle(word, particle) == expected


@given(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")))
def test_every_syllable_takes_eun_exactly_when_it_decomposes_into_three(syllable: str) -> None:
    import unicodedata

    closed = len(unicodedata.normalize("NFD", syllable)) == 3
    assert wording.with_particle(syllable, "은/는").endswith("은" if closed else "는")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (Decimal("1234.5"), 0, "1,234"),
        (Decimal("1235.5"), 0, "1,236"),
        (Decimal("-0.04"), 1, "0.0"),
        (Decimal("-6.25"), 1, "−6.2"),
        (1234567, 0, "1,234,567"),
        (0, 1, "0.0"),
        (None, 1, "–"),
    ],
)
def test_number(value: Decimal | int | None, digits: int, expected: str) -> None:
    assert wording.number(value, digits) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.25"), "+1.25"),
        (Decimal("-5.01"), "−5.01"),
        (Decimal("0.004"), "0.00"),
        (Decimal("-0.004"), "0.00"),
        (None, "–"),
    ],
)
def test_signed(value: Decimal | None, expected: str) -> None:
    assert wording.signed(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-12.34", "−12.3"),
        ("1.27", "+1.3"),
        ("-4.96", "−4.96"),  # printed as −5.0 it would contradict its stage
        ("-5.00", "−5.00"),
        ("-5.06", "−5.1"),
        ("-9.95", "−9.95"),
        ("0.04", "+0.04"),  # printed as 0.0 it would be no change
        ("0", "0.0"),
    ],
)
def test_a_change_has_one_decimal_unless_it_is_rounded_onto_a_limit(value: str, expected: str) -> None:
    assert wording.signed_change(Decimal(value)) == expected
    assert wording.change_size(Decimal(value)) == expected.lstrip("+−")


def test_a_sentence_of_a_rule_has_the_percentages_of_the_tables() -> None:
    told = "종사자(1년 전 대비 4.96%, 2년 전 대비 12.34%), 가장 큰 사업장 50.02%, 전국보다 +1,234.56%"
    short = "종사자(1년 전 대비 4.96%, 2년 전 대비 12.3%), 가장 큰 사업장 50.02%, 전국보다 +1,234.6%"
    assert wording.short_percents(told) == wording.short_percents(short) == short


@given(st.integers(-6_000, 6_000))
def test_no_change_is_printed_on_the_other_side_of_a_limit(hundredths: int) -> None:
    value = Decimal(hundredths) / 100
    shown = Decimal(wording.signed_change(value).replace("−", "-"))
    for limit in (-50, -10, -5, 0, 5, 10, 50):
        assert (value <= limit, value >= limit) == (shown <= limit, shown >= limit)


@pytest.mark.parametrize(
    ("krw", "expected"),
    [
        (34_400_000, "34백만원"),
        (99_600_000, "100백만원"),
        (100_000_000, "1.0억원"),
        (1_234_000_000, "12.3억원"),
        (123_450_000_000, "1,234억원"),
        (1_234_500_000_000, "1조 2,345억원"),
        (2_000_000_000_000, "2조원"),
        (999_960_000_000, "1조원"),
    ],
)
def test_money_in_a_sentence(krw: int, expected: str) -> None:
    assert wording.won(krw) == expected


def test_a_name_is_one_composed_line_that_reorders_nothing() -> None:
    decomposed = "\u1112\u1161\u11ab"
    assert wording.clean(f" {decomposed}\t산단\n\x00\u202e제2\u2028 ") == "한 산단 제2"
    assert wording.clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert wording.clean("\ud800") == ""


@given(st.text(max_size=60), st.integers(2, 30))
def test_shortened_text_is_never_longer_than_asked(text: str, length: int) -> None:
    short = wording.shorten(text, length)
    assert len(short) <= length
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_percent_sign_follows_its_number_closely() -> None:
    assert wording.closed_percent("10 % 이상, 5.25 %") == "10% 이상, 5.25%"
    assert wording.closed_percent("100% 산단 % 표시") == "100% 산단 % 표시"


def test_fixed_words_exist_for_every_code() -> None:
    words = wording.texts()
    assert (
        set(words.stages)
        == set(report_texts().stage_meanings)
        == {"good", "caution", "severe", "undetermined"}
    )
    assert set(report_texts().undetermined) >= {
        "no_base",
        "few_workplaces",
        "dominated_by_one",
        "not_computable",
        "other",
    }

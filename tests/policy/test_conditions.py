"""The four words of the law, their edges, and what unknown does to them."""

from fractions import Fraction

import pytest

from hedui.policy.conditions import (
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    choose,
    opposite,
)
from hedui.policy.rounding import rounded_to_fen
from hedui.policy.truth import UNKNOWN, Truth

YES, NO, OPEN = Truth.YES, Truth.NO, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("word", "one_less", "equal", "one_more"),
    [(below, YES, NO, NO), (at_most, YES, YES, NO), (at_least, NO, YES, YES), (above, NO, NO, YES)],
)
def test_each_word_means_what_the_law_says_at_the_very_fen(word, one_less, equal, one_more):
    line = 159_500
    assert [word(line - 1, line), word(line, line), word(line + 1, line)] == [
        one_less,
        equal,
        one_more,
    ]


@pytest.mark.parametrize("word", [below, at_most, at_least, above])
def test_an_unknown_side_never_passes_and_never_fails(word):
    assert word(UNKNOWN, 1) is OPEN
    assert word(1, UNKNOWN) is OPEN


def test_a_third_of_a_fen_is_told_apart():
    assert below(Fraction(1, 3), Fraction(1, 2)) is YES
    assert at_least(Fraction(2, 6), Fraction(1, 3)) is YES


def test_one_no_decides_all_of_and_one_yes_decides_any_of():
    assert all_of(YES, OPEN, NO) is NO
    assert all_of(YES, OPEN) is OPEN
    assert all_of(YES, YES) is YES
    assert any_of(NO, OPEN, YES) is YES
    assert any_of(NO, OPEN) is OPEN
    assert any_of(NO, NO) is NO


def test_the_opposite_of_unknown_is_unknown():
    assert [opposite(YES), opposite(NO), opposite(OPEN)] == [NO, YES, OPEN]
    assert opposite(UNKNOWN) is OPEN
    assert choose(OPEN, 1, 2) is UNKNOWN


def test_a_truth_cannot_be_used_as_a_yes_or_no_of_python():
    with pytest.raises(TypeError, match="three values"):
        bool(OPEN)


@pytest.mark.parametrize(
    ("dividend", "divisor", "fen"),
    [(5, 10, 1), (4, 10, 0), (15, 10, 2), (11_482_800, 36, 318_967), (0, 12, 0), (1, 2, 1)],
)
def test_it_rounds_half_up_to_the_fen(dividend, divisor, fen):
    assert rounded_to_fen(dividend, divisor) == fen


@pytest.mark.parametrize(("dividend", "divisor"), [(-1, 12), (1, 0)])
def test_it_refuses_to_divide_what_no_rule_means(dividend, divisor):
    with pytest.raises(ValueError, match="non-negative"):
        rounded_to_fen(dividend, divisor)

"""What a sample says of the whole is held against the textbook and against the definition."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.proportion import wilson


@pytest.mark.parametrize(
    ("count", "of", "confidence", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I: two-sided 95 %, method 3
        (81, 263, 0.975, 0.2553, 0.3662),
        (15, 148, 0.975, 0.0624, 0.1605),
        (0, 20, 0.975, 0.0, 0.1611),
        (1, 29, 0.975, 0.0061, 0.1718),
    ],
)
def test_it_gives_the_published_bounds(count, of, confidence, low, high):
    found = wilson(count, of, confidence)
    assert isclose(found[0], low, abs_tol=5e-5)
    assert isclose(found[1], high, abs_tol=5e-5)


def test_without_a_sample_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500), st.data())
def test_at_a_bound_the_sample_is_just_as_far_away_as_the_confidence_allows(of, data):
    count = data.draw(st.integers(0, of))
    share = count / of
    for bound in wilson(count, of):
        if 1e-9 < bound < 1 - 1e-9:
            assert isclose(
                abs(share - bound) / sqrt(bound * (1 - bound) / of), 1.6448536, rel_tol=1e-6
            )
    low, high = wilson(count, of)
    assert low - 1e-9 <= share <= high + 1e-9

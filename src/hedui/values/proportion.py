"""Proportions (比例): what a sample lets one say of the whole, by Wilson's interval."""

from math import sqrt
from statistics import NormalDist


def wilson(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """
    Return the lower and the upper bound of a proportion, each with this confidence by itself.

    Without a sample nothing is known: from 0 to 1. Wilson's score interval holds for small samples
    too, and where nothing or everything was counted.
    """
    if of == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(confidence)
    share, square = count / of, z * z
    middle = share + square / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    whole = 1 + square / of
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)

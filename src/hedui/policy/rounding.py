"""The one rounding (四舍五入到分), done at the very end of a figure that is shown or paid.

Tests never use these figures: they see every part of a fen, and multiply out. So a per-capita
income may be shown as 3,190.00 and still be below 3,190.00 by a third of a fen.
"""

from fractions import Fraction

from hedui.policy.truth import Exact


def rounded_to_fen(dividend: Exact, divisor: Exact = 1) -> int:
    """Divide fen exactly and round half up to the fen (四舍五入到分).

    :raises ValueError: the dividend is negative or the divisor not positive, which no rule means
    """
    if dividend < 0 or divisor <= 0:
        raise ValueError("only a non-negative amount is divided, by a positive count")
    return _half_up(Fraction(dividend) / divisor)


def shown_fen(amount: Exact) -> int:
    """Give an amount as it is shown, which a difference or a loss may be below nothing."""
    if type(amount) is int:  # most are whole, and a fraction takes longer to make than to round
        return amount
    return _half_up(Fraction(amount)) if amount >= 0 else -_half_up(Fraction(-amount))


def _half_up(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)

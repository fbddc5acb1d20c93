"""The one rounding (四舍五入到分), done at the very end of a figure that is shown or paid.

Tests never use these figures: they multiply out. So a per-capita income may be shown as 3,190.00
and still be below 3,190.00 by a third of a fen; the trace shows the products that were compared.
"""


def rounded_to_fen(dividend: int, divisor: int) -> int:
    """Divide fen exactly and round half up to the fen (四舍五入到分).

    :raises ValueError: the dividend is negative or the divisor not positive, which no rule means
    """
    if dividend < 0 or divisor <= 0:
        raise ValueError("only a non-negative amount is divided, by a positive count")
    return (2 * dividend + divisor) // (2 * divisor)

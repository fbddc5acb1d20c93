"""
Make resident ID numbers (公民身份号码) that are well-formed and belong to nobody.

They begin with 99. GB/T 2260 has no such division, and no province whose code begins with 9 in
which a foreigner's permanent residence card (9, then the province) could have been applied for.
"""

import random
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

from hedui.values.resident_id import check_character

Sex = Literal["male", "female"]

FIRST: Final = 990101
"""The division code that the sample's own numbers start from."""

# 996 to 999 stood for people over a hundred in the numbers of 15 digits, which tell no century.
_SEQUENCES: Final = {"male": range(1, 996, 2), "female": range(2, 996, 2)}


class NumbersExhausted(LookupError):
    """All numbers for one birth date and sex have been given out in these divisions."""


class Register:
    """
    The numbers given out so far (号码登记), so that no two people get the same one.

    divisions: the six-digit codes to draw from, all beginning with 99
    taken: numbers that are in use already
    """

    def __init__(self, divisions: range | None = None, taken: Iterable[str] = ()) -> None:
        self.divisions = range(FIRST, FIRST + 1) if divisions is None else divisions
        if not all(990000 <= code <= 999999 for code in self.divisions):
            raise ValueError("sample divisions begin with 99")
        self.taken = set(taken)

    def twin(self, number: str) -> str:
        """
        Give out the nearest free number of the same birth date, sex and division (相邻号码).

        :raises NumbersExhausted: none is free
        """
        sex: Sex = "male" if int(number[16]) % 2 else "female"
        own = int(number[14:17])
        for sequence in sorted(_SEQUENCES[sex], key=lambda each: (abs(each - own), each)):
            if twin := self.give(number[:14], sequence):
                return twin
        raise NumbersExhausted("no number near it is free")

    def give(self, beginning: str, sequence: int) -> str | None:
        """Give out one number by its first fourteen digits and sequence, or None if it is taken."""
        body = f"{beginning}{sequence:03d}"
        number = body + check_character(body)
        if number in self.taken:
            return None
        self.taken.add(number)
        return number


def resident_number(
    rng: random.Random,
    born: date,
    sex: Sex,
    *,
    register: Register | None = None,
    ending: str = "",
) -> str:
    """
    Draw a valid number of eighteen characters that the register has not given out before.

    ending: what the number must end with, such as `X`

    :raises NumbersExhausted: every such number of that birth date and sex is taken
    """
    register = register or Register()
    sequences = _SEQUENCES[sex]
    choices = len(register.divisions) * len(sequences)
    start = rng.randrange(choices)
    for step in range(choices):
        division, place = divmod((start + step) % choices, len(sequences))
        body = f"{register.divisions[division]}{born.isoformat().replace('-', '')}"
        if ending and not _ends(body, sequences[place], ending):
            continue
        if number := register.give(body, sequences[place]):
            return number
    raise NumbersExhausted("no number of this birth date and sex is free")


def _ends(body: str, sequence: int, ending: str) -> bool:
    digits = f"{body}{sequence:03d}"
    return (digits + check_character(digits)).endswith(ending)


def old_form(number: str) -> str:
    """Write a number of somebody born before 2000 as before 1999-10: fifteen digits (旧号)."""
    return number[:6] + number[8:17]

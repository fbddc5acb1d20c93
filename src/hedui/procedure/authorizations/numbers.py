"""
Numbers of forms 授权书编号: drawn at random, with a check character, easy to copy by hand.

`SQ-7K3M-QP2X-9TAC`: eleven random characters (54 bits) and one by ISO 7064, hybrid system with
modulus 31 and 30, which finds every single wrong character and nearly every transposition.
"""

import secrets

# Without I, L, O, U, 0, 1: what is copied by hand should not be mistaken.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM = 11
PREFIX = "SQ"


def new_number() -> str:
    """Draw a number that nobody can guess."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return _written(drawn + check_character(drawn))


def check_character(drawn: str) -> str:
    """Return the character that ends a number."""
    product = len(ALPHABET)
    for character in drawn:
        remainder = (product + ALPHABET.index(character)) % len(ALPHABET) or len(ALPHABET)
        product = remainder * 2 % (len(ALPHABET) + 1)
    return ALPHABET[(len(ALPHABET) + 1 - product) % len(ALPHABET)]


def read_number(text: str) -> str | None:
    """
    Read a number as it was typed or scanned, in any case, with or without hyphens and spaces.

    None if it cannot be one: a wrong length, a strange character, or a check that does not fit.
    """
    typed = "".join(text.upper().split()).replace("-", "")
    if len(typed) > RANDOM + 1:
        typed = typed.removeprefix(PREFIX)
    if len(typed) != RANDOM + 1 or set(typed) - set(ALPHABET):
        return None
    return _written(typed) if typed[-1] == check_character(typed[:-1]) else None


def _written(characters: str) -> str:
    groups = (characters[start : start + 4] for start in range(0, len(characters), 4))
    return "-".join((PREFIX, *groups))

"""
Credit codes of organisations (统一社会信用代码), GB 32100-2015.

Eighteen characters without I, O, S, V and Z; the last is a check character, modulo 31.
"""

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18


class CreditCodeError(ValueError):
    """The text is no credit code (统一社会信用代码有误)."""


def parse_credit_code(text: str) -> str:
    """Return a credit code in its eighteen characters. :raises CreditCodeError: it is none"""
    code = "".join(text.split()).upper()
    if len(code) != _LENGTH or not set(code) <= set(_ALPHABET):
        raise CreditCodeError("统一社会信用代码应为 18 位数字和大写字母(不含 I、O、S、V、Z)")
    summed = sum(_ALPHABET.index(c) * pow(3, n, 31) for n, c in enumerate(code[:-1]))
    if _ALPHABET[-summed % 31] != code[-1]:
        raise CreditCodeError("统一社会信用代码的校验位不对,请核对")
    return code

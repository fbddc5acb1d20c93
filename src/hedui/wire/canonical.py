"""
Give every JSON value one and only one sequence of bytes (RFC 8785), to be signed or digested.
"""

from collections.abc import Collection
from hashlib import sha256

import orjson
import rfc8785

_SAFE = 2**53 - 1
_HARMLESS = frozenset({str, bool, type(None)})


class CanonicalError(ValueError):
    """The value has no canonical form in this house: a float, or a number beyond 2**53."""


def canonical(value: object) -> bytes:
    """
    Return the RFC 8785 form of a JSON value.

    Floats are refused although the RFC allows them: two languages print them differently, and
    no money, share or area is one here.

    :raises CanonicalError: a float, an integer beyond 2**53, something that is not JSON, or more
        than 254 levels of it
    """
    ascii_keys = _admit(value)
    try:
        if ascii_keys:
            # For ASCII keys and no floats it writes what the RFC says, hundreds of times as fast.
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (
        orjson.JSONEncodeError,
        rfc8785.CanonicalizationError,
        UnicodeEncodeError,
        RecursionError,
    ) as error:
        raise CanonicalError(f"无法规范化：{type(error).__name__}") from None


def digest(value: object) -> str:
    """Return the digest (摘要) of a JSON value's canonical form, as `sha256:<hex>`."""
    return digest_of_bytes(canonical(value))


def digest_of_bytes(content: bytes) -> str:
    """Return the digest of a file's content, as `sha256:<hex>`."""
    return f"sha256:{sha256(content).hexdigest()}"


def _admit(value: object) -> bool:
    """Refuse what has no canonical form here; tell whether every key is ASCII."""
    ascii_keys = True
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            try:
                ascii_keys = "".join(each).isascii() and ascii_keys
            except TypeError:
                raise CanonicalError("规范化的对象的键应为文字") from None
            _add_doubtful(each.values(), pending)
        elif isinstance(each, (list, tuple)):
            _add_doubtful(each, pending)
        elif isinstance(each, int):
            if not -_SAFE <= each <= _SAFE:
                raise CanonicalError("规范化的整数超出范围")
        elif isinstance(each, float):
            raise CanonicalError("规范化的内容中不得有浮点数")
        elif each is not None and not isinstance(each, str):
            raise CanonicalError(f"无法规范化：{type(each).__name__}")
    return ascii_keys


def _add_doubtful(values: Collection[object], pending: list[object]) -> None:
    if not _HARMLESS.issuperset(map(type, values)):  # most objects hold nothing but text
        pending += [inner for inner in values if type(inner) not in _HARMLESS]

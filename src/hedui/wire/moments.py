"""
Write and read moments (RFC 3339 with offset), days, and the UUIDv7 that names a message.

Whoever calls says what time it is; nothing here looks at a clock.
"""

import re
import secrets
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

from hedui.wire.checks import WireError

CHINA = timezone(timedelta(hours=8), "CST")
"""China Standard Time, by which the days of the law are counted."""

FRESHNESS = timedelta(minutes=15)
"""How far the clock of a message may stand from ours."""

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment_text(at: datetime) -> str:
    """Write a moment as RFC 3339 in China Standard Time; a moment without zone is a mistake."""
    if at.tzinfo is None:
        raise ValueError("时刻须带时区")
    return at.astimezone(CHINA).isoformat(timespec="milliseconds")


def read_moment(text: str) -> datetime:
    """
    Read a moment that carries its offset.

    :raises WireError: `malformed_object`
    """
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise WireError("malformed_object", "时刻应为带时区的 RFC 3339 文字")


def read_day(text: str) -> date:
    """
    Read a day, `YYYY-MM-DD`.

    :raises WireError: `malformed_object`
    """
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise WireError("malformed_object", "日期应为 YYYY-MM-DD")


def china_day(at: datetime) -> date:
    """Return the day on which a moment falls in China."""
    return at.astimezone(CHINA).date()


def new_message_id(at: datetime) -> str:
    """Make a UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance; sorts by time."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    bits = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(UUID(int=bits | 0b10 << 62 | secrets.randbits(62)))

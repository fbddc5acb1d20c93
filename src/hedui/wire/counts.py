"""
Say how many inquiries came in on a day (对账单), signed by the department that received them.

A day's count is a number and one digest over the marks of the inquiries, so that two parties who
each keep their own record can tell whether they are the same without showing either. The day is
that on which the message was named (its UUIDv7), so that midnight and slow networks divide nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from hedui.wire import strict_json
from hedui.wire.canonical import canonical
from hedui.wire.checks import WireError
from hedui.wire.moments import CHINA, FRESHNESS, china_day, moment_text, read_day, read_moment
from hedui.wire.seals import PublicKey, Signer, Verifier

REQUEST_TYP, TYP = "hedui-counts-request+jws", "hedui-counts+jws"
EVERYBODY = "*"
"""The partner where a department's one key names no owner."""
MOST_BYTES = 64 * 1024 * 1024
"""The marks of the busiest day that is taken: about 900,000."""
_MARK = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{32}")
_PARTNER = re.compile(r"\*|[0-9]{6}-[a-z][a-z_]{0,39}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CountsRequest:
    """A partner asks a source for the count of a day; marks: whether for the list too."""

    source: str
    day: date
    marks: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """
    What a department received from a partner on a day (Asia/Shanghai).

    partner: who asked, or EVERYBODY; count: inquiries, each once; repeated: how often one came
    again in the same message; digest: over the marks; at: when it was counted
    """

    source: str
    partner: str
    day: date
    count: int
    repeated: int
    digest: str
    at: datetime


def mark(message_id: str, reference_id: str) -> str:
    """Name one inquiry in one message; what a stranger wrote as its reference is not repeated."""
    return f"{message_id}/{sha256(reference_id.encode()).hexdigest()[:32]}"


def digest_of_marks(marks: Iterable[str]) -> str:
    """Return the digest over marks, whatever their order: SHA-256 over the sorted lines."""
    return f"sha256:{sha256(chr(10).join(sorted(marks)).encode()).hexdigest()}"


def named_at(message_id: str) -> datetime:
    """Return the moment that a message's UUIDv7 carries."""
    return datetime.fromtimestamp((UUID(message_id).int >> 80) / 1000, UTC)


def counted_on(message_id: str, received: datetime) -> date:
    """
    Return the day on which an inquiry counts: that of its message's name.

    A name that lies further from the receiver's clock than any message may is not believed, and the
    day of receipt counts; so nothing can be put into a day that has been counted.
    """
    named = named_at(message_id)
    return china_day(named if abs(named - received) <= FRESHNESS else received)


def is_over(day: date, now: datetime) -> bool:
    """Tell whether nothing that counts on a day can come in any more."""
    return now >= day_bounds(day)[1] + FRESHNESS


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins in China, and when the next does."""
    begins = datetime.combine(day, time(), CHINA)
    return begins, begins + timedelta(days=1)


def ask_for_counts(asked: CountsRequest, signer: Signer) -> str:
    """Sign a request for the count of a day."""
    claims = {"source": asked.source, "day": asked.day.isoformat(), "marks": asked.marks}
    return signer.sign(canonical(claims | {"at": moment_text(asked.at)}), typ=REQUEST_TYP)


def read_request(
    jws: str, verifier: Verifier, *, source: str, now: datetime
) -> tuple[CountsRequest, PublicKey]:
    """
    Return a fresh request to a source, and the key that signed it.

    :raises WireError: `malformed_object`, `unknown_partner`, `signature_invalid`,
        `audience_mismatch`, `message_ts_invalid`
    """
    asked = CountsRequest(**_claims(jws, verifier, REQUEST_TYP, {"source": str, "marks": bool}))
    if asked.source != source:
        raise WireError("audience_mismatch")
    if abs(now - asked.at) > FRESHNESS:
        raise WireError("message_ts_invalid")
    return asked, verifier.key_of(jws, typ=REQUEST_TYP)


def sign_counts(counts: Counts, signer: Signer) -> str:
    """Sign a day's count."""
    claims = {
        "source": counts.source,
        "partner": counts.partner,
        "day": counts.day.isoformat(),
        "count": counts.count,
        "repeated": counts.repeated,
        "digest": counts.digest,
        "at": moment_text(counts.at),
    }
    return signer.sign(canonical(claims), typ=TYP)


def read_counts(jws: str, verifier: Verifier) -> Counts:
    """
    Return a day's count, if its signature holds.

    :raises WireError: `malformed_object`, `unknown_partner`, `signature_invalid`
    """
    kinds = {"source": str, "partner": str, "count": int, "repeated": int, "digest": str}
    counts = Counts(**_claims(jws, verifier, TYP, kinds))
    # It is kept as it came, for ever, by whoever asked: there is no room in it for anything else.
    if not _PARTNER.fullmatch(counts.partner) or not _DIGEST.fullmatch(counts.digest):
        raise WireError("malformed_object", "对账单的值有误")
    return counts


def is_mark(text: object) -> bool:
    """Tell whether a text that arrived is a mark, and so can name nobody."""
    return isinstance(text, str) and _MARK.fullmatch(text) is not None


def _claims(jws: str, verifier: Verifier, typ: str, kinds: dict[str, type]) -> dict[str, Any]:
    payload = verifier.verify(jws, typ=typ)
    claims = strict_json.loads(payload)
    wanted = kinds | {"day": str, "at": str}
    if not isinstance(claims, dict) or claims.keys() != wanted.keys():
        raise WireError("malformed_object", "对账单的键有误")
    if canonical(claims) != payload:
        raise WireError("malformed_object", "对账单不是规范写法")
    if any(type(claims[name]) is not kind for name, kind in wanted.items()):
        raise WireError("malformed_object", "对账单的值有误")
    return claims | {"day": read_day(claims["day"]), "at": read_moment(claims["at"])}

"""
Ask a department to look at an answer again, and say what it found (更正请求).

Neither message carries a name, a number or a value: the department knows its answer by the serial
that it gave it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from hedui.wire import strict_json
from hedui.wire.canonical import canonical
from hedui.wire.checks import WireError
from hedui.wire.moments import FRESHNESS, moment_text, read_day, read_moment
from hedui.wire.seals import PublicKey, Signer, Verifier

REQUEST_TYP, TYP = "hedui-correction-request+jws", "hedui-correction+jws"
Fault = Literal["value", "person", "outdated", "missing"]
Outcome = Literal["corrected", "upheld", "not_ours"]
FAULTS: tuple[str, ...] = get_args(Fault)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
MOST_ITEMS = 64
_NUMBER = re.compile(r"[!-~]{1,64}")
_SERIAL = re.compile(r"[!-~]{1,99}")
_PARTY = re.compile(r"[0-9]{6}-[a-z][a-z_]{0,39}")
_ITEM = re.compile(r"[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """
    A platform holds an answer to be wrong.

    number: the request's own    sender: who asks, `310101-hedui`
    message_id, reference_id, serial: the message and inquiry that asked, and the answer's number
    items: full names that are in doubt    fault: what is wrong with them
    """

    number: str
    source: str
    sender: str
    message_id: str
    reference_id: str
    serial: str
    items: tuple[str, ...]
    fault: str
    answer_until: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a department found: `corrected`, `upheld`, or `not_ours`; partner: who had asked."""

    number: str
    source: str
    partner: str
    outcome: str
    at: datetime


def ask_for_correction(asked: CorrectionRequest, signer: Signer) -> str:
    """Sign a request for correction."""
    return signer.sign(canonical(claims_of(asked)), typ=REQUEST_TYP)


def claims_of(asked: CorrectionRequest) -> dict[str, Any]:
    """Return the claims of a request."""
    return {
        "number": asked.number,
        "source": asked.source,
        "sender": asked.sender,
        "message_id": asked.message_id,
        "reference_id": asked.reference_id,
        "serial": asked.serial,
        "items": list(asked.items),
        "fault": asked.fault,
        "answer_until": asked.answer_until.isoformat(),
        "at": moment_text(asked.at),
    }


def read_correction_request(
    jws: str, verifier: Verifier, *, source: str, now: datetime
) -> CorrectionRequest:
    """
    Read a fresh request to a source.

    :raises WireError: `malformed_object`, `unknown_partner`, `signature_invalid`,
        `audience_mismatch`, `message_ts_invalid`
    """
    key: PublicKey = verifier.key_of(jws, typ=REQUEST_TYP)
    asked = request_of(strict_json.loads(verifier.verify(jws, typ=REQUEST_TYP)))
    if key.owner not in (None, asked.sender):
        raise WireError("unknown_partner")
    if asked.source != source:
        raise WireError("audience_mismatch")
    if abs(now - asked.at) > FRESHNESS:
        raise WireError("message_ts_invalid")
    return asked


def request_of(claims: Any) -> CorrectionRequest:
    """
    Read the claims of a request.

    :raises WireError: `malformed_object`
    """
    names = set(CorrectionRequest.__slots__)
    if not isinstance(claims, dict) or set(claims) != names:
        raise WireError("malformed_object", "更正请求的内容不全")
    items = claims["items"]
    is_good = (
        _is(_NUMBER, claims["number"])
        and _is(_PARTY, claims["sender"])
        and _is(_UUID, claims["message_id"])
        and _is(_SERIAL, claims["reference_id"])
        and _is(_SERIAL, claims["serial"])
        and isinstance(claims["source"], str)
        and isinstance(items, list)
        and 0 < len(items) <= MOST_ITEMS
        and all(_is(_ITEM, item) for item in items)
        and claims["fault"] in FAULTS
    )
    if not is_good:
        raise WireError("malformed_object", "更正请求的内容有误")
    dated = {"answer_until": _day(claims["answer_until"]), "at": _moment(claims["at"])}
    return CorrectionRequest(**{**claims, "items": tuple(items), **dated})


def sign_correction(correction: Correction, signer: Signer) -> str:
    """Sign what a department found."""
    claims = {
        "number": correction.number,
        "source": correction.source,
        "partner": correction.partner,
        "outcome": correction.outcome,
        "at": moment_text(correction.at),
    }
    return signer.sign(canonical(claims), typ=TYP)


def read_correction(jws: str, verifier: Verifier) -> Correction:
    """
    Read what a department found.

    :raises WireError: `malformed_object`, `unknown_partner`, `signature_invalid`
    """
    claims = strict_json.loads(verifier.verify(jws, typ=TYP))
    if not isinstance(claims, dict) or set(claims) != set(Correction.__slots__):
        raise WireError("malformed_object", "更正答复的内容不全")
    if not (_is(_NUMBER, claims["number"]) and claims["outcome"] in OUTCOMES):
        raise WireError("malformed_object", "更正答复的内容有误")
    return Correction(**{**claims, "at": _moment(claims["at"])})


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _day(value: object) -> date:
    return read_day(value if isinstance(value, str) else "")


def _moment(value: object) -> datetime:
    return read_moment(value if isinstance(value, str) else "")

"""
Keep what partners asked to be corrected, and what the department answered (更正请求).

One line for each, appended; neither names anybody: the answer's serial tells whom it was about.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hedui.gateway.appending import append_line, lines_of
from hedui.gateway.department import Department, Shown
from hedui.wire.checks import WireError
from hedui.wire.corrections import (
    OUTCOMES,
    Correction,
    CorrectionRequest,
    claims_of,
    read_correction_request,
    request_of,
    sign_correction,
)
from hedui.wire.moments import moment_text


class NumberUsed(Exception):
    """The number was used for another request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what was answered to it: outcome, by whom, when, and signed; or nothing."""

    request: CorrectionRequest
    outcome: str = ""
    by: str = ""
    at: str = ""
    signed: str = ""


def corrections_of(department: Department) -> Path:
    """Return the file in which requests and answers stand."""
    log = department.log.path
    return log.with_name(f"{log.name}.corrections")


def asked_for(department: Department) -> list[Asked]:
    """Return all requests with their answers, in order."""
    found: dict[tuple[str, str], Asked] = {}
    for line in lines_of(corrections_of(department)):
        if "request" in line:
            request = request_of(line["request"])
            found.setdefault((request.sender, request.number), Asked(request))
        else:
            key = (line["partner"], line["number"])
            said = (line[name] for name in ("outcome", "by", "at", "signed"))
            found[key] = Asked(found[key].request, *said)
    return list(found.values())


def take_correction(department: Department, jws: str, *, shown_by: Shown = None) -> dict[str, Any]:
    """
    Take a request, once, and say what became of it.

    shown_by: which partners it may be from, by the token and the certificate that came with it

    :raises WireError: it does not hold
    :raises NumberUsed: the number stands for another request of this partner
    :raises OSError: it cannot be kept
    """
    asked = read_correction_request(
        jws,
        department.partners.verifier(),
        source=department.source.name,
        now=department.clock(),
    )
    if shown_by is not None and asked.sender not in shown_by:
        raise WireError("unknown_partner")
    known = _known(department, asked.sender, asked.number)
    if known is None:
        append_line(corrections_of(department), {"request": claims_of(asked)})
        return {"state": "received"}
    if _content(known.request) != _content(asked):
        raise NumberUsed
    if known.signed:
        return {"state": "answered", "correction": known.signed}
    return {"state": "received"}


def answer_correction(
    department: Department, *, partner: str, number: str, outcome: str, by: str
) -> None:
    """
    Answer a request, signed; an answer that was given stays.

    :raises WireError: no such request, answered before, or no such outcome
    """
    known = _known(department, partner, number)
    if known is None or known.signed or outcome not in OUTCOMES:
        raise WireError("malformed_object", "没有这项更正请求,或已经答复过")
    now: datetime = department.clock()
    correction = Correction(number, department.source.name, partner, outcome, now)
    append_line(
        corrections_of(department),
        {
            "partner": partner,
            "number": number,
            "outcome": outcome,
            "by": by,
            "at": moment_text(now),
            "signed": sign_correction(correction, department.signer),
        },
    )


def _known(department: Department, partner: str, number: str) -> Asked | None:
    for asked in asked_for(department):
        if (asked.request.sender, asked.request.number) == (partner, number):
            return asked
    return None


def _content(request: CorrectionRequest) -> dict[str, Any]:
    # asked again it has another moment
    return claims_of(request) | {"at": ""}

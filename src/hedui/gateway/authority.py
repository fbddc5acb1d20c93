"""
Decide whether an inquiry may be answered, and how much of it (核验授权).
"""

from dataclasses import dataclass
from datetime import datetime

from hedui.gateway.department import Department
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui.wire.artefact import AuthorizationArtefact, covered_items, covers, read
from hedui.wire.checks import WireError
from hedui.wire.inquiry import InquiryElement
from hedui.wire.seals import Verifier


class NotPermitted(WireError):
    """The inquiry may not be answered; `jti` tells under which authorization, where it holds."""

    def __init__(self, code: str, reason: str = "", *, jti: str | None = None) -> None:
        super().__init__(code, reason)
        self.jti = jti


@dataclass(frozen=True, slots=True)
class Permission:
    """Whom one may look up, which items one may answer, and by whose authorization."""

    artefact: AuthorizationArtefact
    person: ResidentId
    items: tuple[str, ...]


def permit(
    department: Department,
    asked: InquiryElement,
    *,
    sender: str,
    verifier: Verifier,
    at: datetime,
) -> Permission:
    """
    Check an inquiry in the fixed order and return what may be answered.

    What may be answered is what was asked, authorized and agreed; if that is nothing, the
    scope is exceeded.

    sender: who asks, and must have issued the artefact: both are the same text, `310101-hedui`

    :raises NotPermitted: with the code of the first check that fails
    :raises StandingUnknown: whether it was revoked cannot be learned now
    :raises DataUnreadable, OSError: what is revoked cannot be read, so nothing may be answered
    """
    try:
        person = ResidentId.parse(asked.subject_number)
        artefact = read(asked.consent_jws, verifier)
    except ResidentIdError:
        raise NotPermitted("malformed_object", "被查询人的号码有误") from None
    except WireError as error:
        raise NotPermitted(error.code, error.reason) from None
    if artefact.iss != sender:
        raise NotPermitted("unknown_partner", "授权凭证不是发送方所签发", jti=artefact.jti)
    items = tuple(filter(department.has_agreed, covered_items(artefact, asked.items)))
    if code := _fault(department, asked, artefact, items, at):
        raise NotPermitted(code, jti=artefact.jti)
    return Permission(artefact, person, items)


def _fault(
    department: Department,
    asked: InquiryElement,
    artefact: AuthorizationArtefact,
    items: tuple[str, ...],
    at: datetime,
) -> str | None:
    if asked.source != department.source.name:
        return "audience_mismatch"
    code = covers(
        artefact,
        subject_number=asked.subject_number,
        source=asked.source,
        items=items,
        purpose=asked.purpose,
        at=at,
        period=asked.period,
    )
    if code != "subject_not_allowed" and not department.has_agreed_to(asked.purpose):
        return "purpose_not_allowed"
    if code is None and artefact.iat > at + department.freshness:
        return "not_yet_valid"
    if code is None and department.standing.is_revoked(artefact):
        return "revoked"
    return code

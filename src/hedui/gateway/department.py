"""
Say who a department is, what it has agreed to answer, and what it needs to do so (协作部门).
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from hedui.catalogue import Source
from hedui.gateway.dataset import Front
from hedui.gateway.first_answers import FirstAnswers
from hedui.gateway.inquiry_log import InquiryLog
from hedui.gateway.limits import Hours, NotNow, Pause, Rate
from hedui.gateway.partners import Partners
from hedui.gateway.questions import Questions
from hedui.gateway.settings import Contact
from hedui.gateway.standing import Standing
from hedui.wire.moments import FRESHNESS, china_day
from hedui.wire.seals import Signer, SigningRing

Shown = frozenset[str] | None
"""Which partners a caller may be, by what it showed; None where nothing was to be shown."""


def system_clock() -> datetime:
    """Return the moment it is now."""
    return datetime.now(UTC)  # noqa: TID251  # a department's own clock, not the platform's


@dataclass(frozen=True, slots=True)
class Department:
    """
    A department with its data (协作部门).

    division: where it is (`310101`), so that it is `310101-bank`; None answers for any division
    agreed: full names of the items that the agreement allows, None for all of the source
    purposes: programmes that the agreement allows, None for all that an authorization names
    revoked: a file of authorization numbers that are no longer honoured
    standing: tells whether an authorization is honoured, by that file and by who issued it
    hours: when it answers, None for always; rate: how much at most; pause: whether it has paused
    contacts: how partners are reached, by their names; questions: what is to be answered later
    """

    source: Source
    data: Front
    ring: SigningRing
    partners: Partners
    log: InquiryLog
    answers: FirstAnswers
    revoked: Path
    standing: Standing
    pause: Pause
    questions: Questions
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    hours: Hours | None = None
    rate: Rate = field(default_factory=Rate)
    division: str | None = None
    agreed: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    freshness: timedelta = FRESHNESS
    clock: Callable[[], datetime] = field(default=system_clock)

    @property
    def signer(self) -> Signer:
        """
        Return the key that signs today.

        :raises KeyFileError: it cannot be used
        """
        return self.ring.signer(china_day(self.clock()))

    def is_me(self, receiver: str) -> bool:
        """Tell whether a receiver id is this department's."""
        division, _hyphen, source = receiver.partition("-")
        return source == self.source.name and self.division in (None, division)

    def has_agreed(self, full_name: str) -> bool:
        """Tell whether the agreement lets this item be answered."""
        _source, _dot, name = full_name.partition(".")
        asked = self.source.askable.get(name)
        known = asked is not None and asked.full_name == full_name
        return known and (self.agreed is None or full_name in self.agreed)

    def has_agreed_to(self, purpose: str) -> bool:
        """Tell whether the agreement lets be asked for this purpose."""
        return self.purposes is None or purpose in self.purposes

    def need_open(self) -> None:
        """
        Make sure that it answers now.

        :raises NotNow: it has paused, or its hours are over
        :raises OSError: whether it has paused cannot be read
        """
        if self.pause.reason() is not None:
            raise NotNow("closed", "部门已暂停答复", 600)
        if self.hours and (wait := self.hours.until_open(self.clock())):
            raise NotNow("closed", "不在部门的服务时间", int(wait.total_seconds()) + 1)

    def is_known_by(self, token: str | None, certified: frozenset[str]) -> Shown:
        """
        Return which partners it may be that shows a token and a certificate.

        certified: the names of the client certificate; None is returned where neither was agreed

        :raises NotNow: one was agreed, and this is nobody's
        """
        known: Shown = None
        if any(contact.token_sha256 for contact in self.contacts.values()):
            shown = sha256((token or "").encode()).hexdigest()
            known = frozenset(
                name
                for name, contact in self.contacts.items()
                if hmac.compare_digest(shown, contact.token_sha256 or "")
            )
            if not known:
                raise NotNow("unauthorized", "没有令牌,或令牌不对", 0)
        if any(contact.certificate_name for contact in self.contacts.values()):
            proven = frozenset(
                name
                for name, contact in self.contacts.items()
                if contact.certificate_name in certified
            )
            known = proven if known is None else known & proven
            if not known:
                raise NotNow("unauthorized", "客户端证书不是合作方的", 0)
        return known

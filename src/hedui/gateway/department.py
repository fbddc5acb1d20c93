"""
Say who a department is, what it has agreed to answer, and what it needs to do so (协作部门).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hedui.catalogue import Source
from hedui.gateway.dataset import DataFile
from hedui.gateway.first_answers import FirstAnswers
from hedui.gateway.inquiry_log import InquiryLog
from hedui.gateway.partners import Partners
from hedui.gateway.tables import DataUnreadable, read_text
from hedui.wire.moments import FRESHNESS, china_day
from hedui.wire.seals import Signer, SigningRing


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
    """

    source: Source
    data: DataFile
    ring: SigningRing
    partners: Partners
    log: InquiryLog
    answers: FirstAnswers
    revoked: Path
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
        known = name in self.source.items and full_name == self.source.items[name].full_name
        return known and (self.agreed is None or full_name in self.agreed)

    def has_agreed_to(self, purpose: str) -> bool:
        """Tell whether the agreement lets be asked for this purpose."""
        return self.purposes is None or purpose in self.purposes

    def has_revoked(self, jti: str) -> bool:
        """
        Tell whether the department has been told that an authorization was withdrawn.

        People write that file: a number ends where no letter, digit or hyphen follows.

        :raises DataUnreadable, OSError: the file is there and cannot be read
        """
        try:
            text = read_text(self.revoked)
        except FileNotFoundError:
            return False
        if "\0" in text:  # it is UTF-16, whose Latin letters pass for UTF-8
            raise DataUnreadable(f"{self.revoked.name}：不是 UTF-8 或 GB18030 文字")
        alone = rf"(?<![A-Za-z0-9-]){re.escape(jti)}(?![A-Za-z0-9-])"
        return re.search(alone, text) is not None

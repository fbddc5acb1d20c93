"""
Be a trial authority for the contract kit: keys made on the spot, permissions, messages (试验方).

Nothing of it is known to anybody; a gateway is told its public key for the time of the trial.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hedui.catalogue import Source
from hedui.values.periods import Period
from hedui.wire import artefact, strict_json
from hedui.wire.envelope import seal
from hedui.wire.inquiry import InquiryElement, build_search
from hedui.wire.moments import china_day, new_message_id
from hedui.wire.seals import Signer, Verifier

SHA = "sha256:" + "0" * 64
SALT = "0123456789abcdef" * 2
REVOKED = "TRIAL-REVOKED"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def nobodys_number(sequence: str) -> str:
    """Make a number that can belong to nobody: of a division that was never assigned."""
    body = f"99010119850101{sequence}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to ask about; is_held: the department holds rows of this person."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    is_held: bool = False


NOBODY = Person("甲某", nobodys_number("987"))
ANOTHER = Person("乙某", nobodys_number("989"))


@dataclass(frozen=True, slots=True)
class Authority:
    """
    A platform that exists for a trial.

    sender, receiver: its name, `310101-hedui`, and the department's, `310101-bank`
    stranger: a key that the department does not know
    answers: verifies what the department signs
    """

    source: Source
    sender: str
    receiver: str
    signer: Signer
    stranger: Signer
    answers: Verifier
    person: Person = NOBODY
    purpose: str = ""

    @property
    def programme(self) -> str:
        """Return for what it asks: as was said, or the first that needs the source."""
        return self.purpose or self.source.programmes[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the full names of all items of the source."""
        return tuple(item.full_name for item in self.source.items.values())

    def now(self) -> datetime:
        """Return the moment it is."""
        return datetime.now(UTC)  # noqa: TID251 - a trial's own clock

    def permission(self, **changes: Any) -> artefact.AuthorizationArtefact:
        """Write a permission of the person for all of the source, with changes."""
        now = self.now()
        today = china_day(now)
        number = self.person.number
        whole = artefact.AuthorizationArtefact(
            jti="TRIAL-1",
            iss=self.sender,
            iat=now - timedelta(hours=1),
            nbf=now - timedelta(hours=1),
            exp=now + timedelta(days=30),
            programme=self.programme,
            purpose="核对接口检验",
            grantor=artefact.Grantor(SALT, artefact.grantor_digest(SALT, number)),
            guardian=None,
            items=(self.source.name,),
            period=Period(today - timedelta(days=365), today),
            declaration=SHA,
            form=artefact.Form("trial", SHA),
            evidence=SHA,
            retention="P1D",
            status="https://trial.invalid/authorizations/1",
        )
        return replace(whole, **changes)

    def ask(self, consent: str | None = None, **changes: Any) -> InquiryElement:
        """Ask about the person, with changes."""
        today = china_day(self.now())
        whole = InquiryElement(
            reference_id="one",
            source=self.source.name,
            subject_name=self.person.name,
            subject_number=self.person.number,
            items=self.names,
            period=Period(today - timedelta(days=365), today),
            as_of=today,
            purpose=self.programme,
            consent_jws=consent or artefact.issue(self.permission(), self.signer),
        )
        return replace(whole, **changes)

    def granted(self, signer: Signer | None = None, **changes: Any) -> InquiryElement:
        """Ask about the person under a permission with changes."""
        return self.ask(artefact.issue(self.permission(**changes), signer or self.signer))

    def message(self, *elements: InquiryElement, **changes: Any) -> bytes:
        """Put inquiries into a message, with changes to the envelope."""
        now = self.now()
        said: dict[str, Any] = {
            "message_id": new_message_id(now),
            "sender": self.sender,
            "receiver": self.receiver,
            "at": now,
            "signer": self.signer,
        }
        return build_search(elements or [self.ask()], **(said | changes))

    def altered(
        self, body: bytes, header: Mapping[str, Any], message: Mapping[str, Any] | None = None
    ) -> bytes:
        """Alter a message, and sign it again."""
        whole = strict_json.loads(body)
        return seal(whole["header"] | header, whole["message"] | (message or {}), self.signer)

    def with_element(self, body: bytes, **changes: Any) -> bytes:
        """Alter the one element of a message, and sign it again."""
        whole = strict_json.loads(body)
        elements: Sequence[Mapping[str, Any]] = whole["message"]["search_request"]
        return self.altered(body, {}, {"search_request": [dict(elements[0]) | changes]})


def unsigned(body: bytes) -> bytes:
    """Take the signature off a message."""
    whole = json.loads(body)
    del whole["signature"]
    return json.dumps(whole, ensure_ascii=False).encode()

"""What the tests of wire and gateway are made of: people that cannot exist, keys, inquiries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hedui.values.periods import Period
from hedui.wire import artefact
from hedui.wire.answering import AnswerElement, AnswerRecord
from hedui.wire.inquiry import InquiryElement, SearchMessage, build_search
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Signer, Verifier, generate_key

NOW = datetime(2024, 8, 1, 2, 0, tzinfo=UTC)
PLATFORM, BANK = "310101-hedui", "310101-bank"
LOOK_BACK = Period(date(2023, 8, 1), date(2024, 7, 31))
SHA = "sha256:" + "0" * 64


def number(birth: str = "19850101", sequence: str = "001") -> str:
    """Make a valid number from a division that was never assigned."""
    body = f"990101{birth}{sequence}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


ZHANG, LI = number(), number(sequence="003")


@dataclass(frozen=True)
class Keys:
    """The keys of the platform, of a bank, and of somebody nobody knows."""

    platform: Signer
    bank: Signer
    stranger: Signer

    @classmethod
    def make(cls, folder: Path, suite: str = "ed25519") -> "Keys":
        """Make them of a suite, as files in a folder."""
        names = ("platform", "bank", "stranger")
        return cls(*(generate_key(folder / f"{name}.pem", suite=suite) for name in names))

    def trusted(self, owner: str | None = None) -> Verifier:
        """Trust the platform's key, as belonging to an owner or to any."""
        return Verifier.of(replace(self.platform.public(), owner=owner))


def permission(**changes: Any) -> artefact.AuthorizationArtefact:
    """Make Zhang's permission to ask the bank and the vehicle register, with changes."""
    salt = "0123456789abcdef" * 2
    whole = artefact.AuthorizationArtefact(
        jti="SQ-310101-2024-000001",
        iss=PLATFORM,
        iat=NOW - timedelta(days=1),
        nbf=NOW - timedelta(days=1),
        exp=NOW + timedelta(days=364),
        programme="dibao",
        purpose="最低生活保障家庭经济状况核对",
        grantor=artefact.Grantor(salt, artefact.grantor_digest(salt, ZHANG)),
        guardian=None,
        items=("bank", "vehicle.vehicle_class"),
        period=LOOK_BACK,
        declaration=SHA,
        form=artefact.Form("form-2024-1", SHA),
        evidence=SHA,
        retention="P365D",
        status="https://platform.example/authorizations/1",
    )
    return replace(whole, **changes)


def inquiry(keys: Keys | None, **changes: Any) -> InquiryElement:
    """Ask the bank for Zhang's balances, with changes; the keys sign a permission if none is."""
    whole = InquiryElement(
        reference_id="inquiry-1",
        source="bank",
        subject_name="张三",
        subject_number=ZHANG,
        items=("bank.bank", "bank.balance_fen"),
        period=LOOK_BACK,
        as_of=date(2024, 7, 31),
        purpose="dibao",
        consent_jws="",
    )
    if keys is not None and "consent_jws" not in changes:
        changes["consent_jws"] = artefact.issue(permission(), keys.platform)
    return replace(whole, **changes)


def search(keys: Keys, *elements: InquiryElement, **changes: Any) -> bytes:
    """Put inquiries into a message from the platform to the bank."""
    settings: dict[str, Any] = {
        "message_id": new_message_id(NOW),
        "sender": PLATFORM,
        "receiver": BANK,
        "at": NOW,
        "signer": keys.platform,
    }
    return build_search(elements, **(settings | changes))


def asked(*elements: InquiryElement) -> SearchMessage:
    """Return the message as the bank has it when it answers."""
    identity = new_message_id(NOW)
    return SearchMessage(identity, identity, PLATFORM, BANK, NOW, elements)


def record(**changes: Any) -> AnswerRecord:
    """Make what the bank holds of Zhang, with changes."""
    whole = AnswerRecord(
        subject_name="张三",
        subject_number=ZHANG,
        outcome="FOUND",
        as_of=date(2024, 7, 31),
        unit="银行业金融机构",
        serial="bank-20240801-000001",
        records=({"bank": "示例银行", "balance_fen": 3000000},),
    )
    return replace(whole, **changes)


def found(reference_id: str = "inquiry-1", **changes: Any) -> AnswerElement:
    """Answer an inquiry with such a record."""
    return AnswerElement(reference_id, "bank", "succ", None, record(**changes))


def by_reference(*elements: InquiryElement) -> Mapping[str, InquiryElement]:
    """Return inquiries by their reference ids."""
    return {element.reference_id: element for element in elements}

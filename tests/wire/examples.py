"""The examples of docs/reference/wire.md, made by the code itself with published test keys."""

import json
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hedui.wire import artefact
from hedui.wire.answering import AnswerElement, build_answer
from hedui.wire.inquiry import SearchMessage, build_search
from hedui.wire.seals import PublicKey, Signer, ed25519
from tests.wire.made import BANK, LI, NOW, PLATFORM, found, inquiry, permission

ASKED, ANSWERED = "01910baa-5d00-7000-8000-000000000001", "01910baa-5d00-7000-8000-000000000002"


def signer(seed: str) -> Signer:
    """Make a signer of a private key that everybody knows."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    return Signer(PublicKey.of(ed25519.NAME, key.public_key()), key.sign)


# the first two keys of RFC 8032, section 7.1
PLATFORM_SIGNER = signer("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
BANK_SIGNER = signer("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")


def claims() -> dict[str, Any]:
    """Return the claims of the example artefact."""
    return artefact._claims(permission())


def messages() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the example search message and the answer to it."""
    consent = artefact.issue(permission(), PLATFORM_SIGNER)
    first = inquiry(None, consent_jws=consent)
    second = replace(first, reference_id="inquiry-2", subject_name="李四", subject_number=LI)
    search = build_search(
        [first, second],
        message_id=ASKED,
        sender=PLATFORM,
        receiver=BANK,
        at=NOW,
        signer=PLATFORM_SIGNER,
    )
    request = SearchMessage(ASKED, ASKED, PLATFORM, BANK, NOW, (first, second))
    refused = AnswerElement("inquiry-2", "bank", "rjct", "subject_not_allowed")
    answer = build_answer(
        [found(), refused], message_id=ANSWERED, request=request, at=NOW, signer=BANK_SIGNER
    )
    return json.loads(search), json.loads(answer)

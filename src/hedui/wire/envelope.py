"""
Seal and open the envelope that every message travels in: signature, header, message.

The signature is a detached JWS over the RFC 8785 form of `{"header": …, "message": …}`. Opening
follows the order of the profile: well-formed, known partner, signature, audience, freshness.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hedui.wire import shapes, strict_json
from hedui.wire.canonical import CanonicalError, canonical
from hedui.wire.checks import WireError
from hedui.wire.moments import read_moment
from hedui.wire.seals import Signer, Verifier

TYP = "hedui-message+jws"
VERSION = "1.0.0"
RECORD_TYPE = "HouseholdEconomyRecord"
LOCALE = "zho"


class MessageError(WireError):
    """A whole message that cannot be taken; none of its elements is looked at."""


def header_of(
    action: str, *, message_id: str, sender: str, receiver: str, moment: str, total: int
) -> dict[str, Any]:
    """Return the header of a message; one that answers adds how many it concludes."""
    return {
        "version": VERSION,
        "message_id": message_id,
        "message_ts": moment,
        "action": action,
        "sender_id": sender,
        "receiver_id": receiver,
        "total_count": total,
        "is_msg_encrypted": False,
    }


def seal(header: dict[str, Any], message: dict[str, Any], signer: Signer) -> bytes:
    """Sign header and message and return the envelope as the bytes to send."""
    content = canonical({"header": header, "message": message})
    signature = signer.sign_detached(content, typ=TYP)
    return b'{"signature":' + json.dumps(signature).encode() + b"," + content.removeprefix(b"{")


def open_envelope(
    body: bytes,
    *,
    shape: str,
    verifier: Verifier,
    sender: Callable[[str], bool],
    receiver: Callable[[str], bool],
    now: datetime,
    freshness: timedelta,
) -> dict[str, Any]:
    """
    Return an envelope that passes every check of a whole message.

    shape: the schema of the envelope, `search` or `on-search`
    sender, receiver: tell whether an id is one that we deal with, and one of our own

    :raises MessageError: with the code of the first check that fails
    """
    try:
        envelope: dict[str, Any] = strict_json.loads(body)
        _speaks_our_way(envelope)
        shapes.check(shape, envelope)
        header, message = envelope["header"], envelope["message"]
        stamped = read_moment(header["message_ts"])
        _from_partner(envelope["signature"], header, verifier, sender)
        payload = canonical({"header": header, "message": message})
        verifier.verify_detached(envelope["signature"], payload, typ=TYP)
    except CanonicalError:
        raise MessageError("malformed_object", "报文无法规范化") from None
    except WireError as error:
        raise MessageError(error.code, error.reason, dci=error.dci) from None
    if not receiver(header["receiver_id"]):
        raise MessageError("audience_mismatch")
    if abs(now - stamped) > freshness:
        raise MessageError("message_ts_invalid")
    return envelope


def _speaks_our_way(envelope: Any) -> None:
    """Tell apart, in DCI's words, what another client of DCI may do that we do not take."""
    if not isinstance(envelope, dict) or not isinstance(header := envelope.get("header"), dict):
        return
    if header.get("version", VERSION) != VERSION:
        raise WireError("malformed_object", "版本不是 1.0.0", dci="err.version.not_supported")
    if header.get("is_msg_encrypted"):
        raise WireError("malformed_object", "不接受加密报文", dci="err.encryption.invalid")
    if not envelope.get("signature"):
        raise WireError("malformed_object", "没有签名", dci="err.signature.missing")


def _from_partner(
    signature: str, header: dict[str, Any], verifier: Verifier, sender: Callable[[str], bool]
) -> None:
    key = verifier.key_of(signature, typ=TYP)
    if key.owner not in (None, header["sender_id"]) or not sender(header["sender_id"]):
        raise MessageError("unknown_partner")

"""
The DCI social registry interface 登记接口, as far as our registry of cases offers it to partners.

A message is well-formed, its sender known and its signature good before anything is looked up; a
message that comes again is answered as the first time. What is told, `reports.telling` decides.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from jsonschema_rs import Draft202012Validator

from hedui.faces.api.calling import within_rate
from hedui.faces.api.certificates import names_shown
from hedui.faces.api.messages import Incoming, Refused, answered, ours
from hedui.faces.api.problems import Problem
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.partners import partner_named
from hedui.procedure.record import keys
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.scope import PARTNERS, acting_as
from hedui.wire import strict_json
from hedui.wire.canonical import CanonicalError, canonical
from hedui.wire.checks import WireError
from hedui.wire.envelope import TYP, seal
from hedui.wire.moments import FRESHNESS, moment_text, read_moment
from hedui.wire.seals import SealError, Verifier, read_publics

FILE = Path(__file__).parent / "dci.yaml"
JWT, SCHEME = "JWT", "bearer"
LONGEST_BEARER = 24 * 3600
# The schema of each operation's message, and whether it is answered at once.
TAKEN = {
    "searchNow": ("Search", True),
    "search": ("Search", False),
    "subscribe": ("Subscribe", False),
    "unsubscribe": ("Unsubscribe", False),
    "status": ("Status", False),
    "statusNow": ("Status", True),
}


@cache
def document() -> dict[str, Any]:
    """Return the contract."""
    written: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return written


def page() -> str:
    """Return the document as it is kept in docs/reference/api."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


@cache
def _validator(name: str) -> Draft202012Validator:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return Draft202012Validator(reference | {"components": document()["components"]})


@login_not_required
def contract(_: HttpRequest) -> HttpResponse:
    """Give the contract."""
    return HttpResponse(page(), content_type="application/json")


def view(path: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of an address of the contract."""
    operation = document()["paths"][path]["post"]["operationId"]

    @csrf_exempt
    @login_not_required
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            with acting_as(PARTNERS):
                return _answered(operation, request)
        except Refused as refused:
            return _err(refused)
        except Problem as problem:  # too many calls
            return _err(Refused(problem.status, "err.request.too_many_requests", problem.detail))
        except (Trouble, DatabaseError, OSError):
            return _err(Refused(503, "err.service.unavailable", "暂时不能答复,请稍后再试。"))

    answer.enters = True  # type: ignore[attr-defined]  # tests walk the addresses and look for it
    return answer


def _answered(operation: str, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise Refused(405, "err.request.bad", "这个地址只支持 POST。")
    partner = _bearer(request)
    if partner.certificate_name and partner.certificate_name not in names_shown(request):
        said = "没有出示客户端证书,或者证书不是这个合作方的。"
        raise Refused(401, "err.request.unauthorized", said)
    within_rate(partner.pk)
    if request.content_type != "application/json":
        raise Refused(415, "err.request.bad", "Content-Type 应为 application/json。")
    name, is_now = TAKEN[operation]
    incoming = _opened(request, partner, name)
    try:
        kept = answered(incoming, is_now=is_now)
    except IntegrityError:  # the same message at the same time, and it was first
        kept = answered(incoming, is_now=is_now)
    if is_now:
        return HttpResponse(sealed(kept.partner, kept), content_type="application/json")
    told = {
        "ack_status": "ACK",
        "timestamp": moment_text(process_clock()),
        "correlation_id": kept.message_id,
    }
    return _json({"message": told}, 202)


def _bearer(request: HttpRequest) -> Partner:
    """Return the partner whose token came, which it signed itself."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != SCHEME:
            raise WireError("malformed_object")
        claimed = strict_json.loads(_payload(token))
        partner = partner_named(str(claimed["iss"])) if isinstance(claimed, dict) else None
        if partner is None:
            raise WireError("unknown_partner")
        said = json.loads(_keys(partner).verify(token, typ=JWT))
        until, now = int(said["exp"]), process_clock().timestamp()
        if said["aud"] != ours(partner) or not now < until <= now + LONGEST_BEARER:
            raise WireError("expired")
    except (WireError, KeyError, TypeError, ValueError):
        said_ = "请以本单位私钥签发的 JWT 调用:Authorization: Bearer …"
        raise Refused(401, "err.request.unauthorized", said_) from None
    return partner


def _payload(token: str) -> bytes:
    middle = token.split(".")[1] if token.count(".") == 2 else ""
    return urlsafe_b64decode(middle + "=" * (-len(middle) % 4))


@cache
def _read(public_key: str) -> Verifier:
    return Verifier.of(*read_publics(public_key))


def _keys(partner: Partner) -> Verifier:
    return _read(partner.public_key)


def _opened(request: HttpRequest, partner: Partner, name: str) -> Incoming:
    """Return the message once it is well-formed, the partner's own, fresh, and signed."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
        if length > strict_json.MAX_BYTES:
            raise Refused(413, "err.request.bad", "报文过长。")
        envelope = strict_json.loads(request.body)
    except (WireError, ValueError):
        raise Refused(400, "err.request.bad", "报文不是可以识读的 JSON。") from None
    if not _validator(name).is_valid(envelope):
        fault = next(iter(_validator(name).iter_errors(envelope)))
        place = "/".join(map(str, fault.instance_path))[:120]
        raise Refused(400, "err.request.bad", f"报文不符合约定:/{place}", envelope)
    header = envelope["header"]
    if header["sender_id"] != partner.sender_id:
        raise Refused(403, "err.sender_id.invalid", "sender_id 不是令牌所属的单位。", envelope)
    if header.get("receiver_id", ours(partner)) != ours(partner):
        raise Refused(403, "err.receiver_id.invalid", "receiver_id 不是本系统。", envelope)
    _signed(envelope, partner)
    if abs(process_clock() - read_moment(header["message_ts"])) > FRESHNESS:
        raise Refused(400, "rjct.message_ts.invalid", "报文时间超出允许范围。", envelope)
    return Incoming(partner, name, envelope)


def _signed(envelope: dict[str, Any], partner: Partner) -> None:
    try:
        content = canonical({"header": envelope["header"], "message": envelope["message"]})
        _keys(partner).verify_detached(envelope["signature"], content, typ=TYP)
    except (SealError, CanonicalError):
        raise Refused(401, "err.signature.invalid", "签名无效。", envelope) from None


def sealed(partner: Partner, kept: Any) -> bytes:
    """Write and sign what a partner is told; told again, it has the same id."""
    elements: list[Any] = next((v for v in kept.answer.values() if isinstance(v, list)), [{}])
    header = {
        "version": "1.0.0",
        "message_id": str(kept.pk),
        "message_ts": moment_text(process_clock()),
        "action": ANSWERS.get(kept.action, kept.action),
        "status": "succ",
        "total_count": len(elements),
        "completed_count": len(elements),
        "sender_id": ours(partner),
        "receiver_id": partner.sender_id,
        "is_msg_encrypted": False,
    }
    return seal(header, kept.answer, keys.signer())


ANSWERS = {
    "search": "on-search",
    "subscribe": "on-subscribe",
    "unsubscribe": "on-unsubscribe",
    "txn-status": "txn-on-status",
}


def _err(refused: Refused) -> HttpResponse:
    fault = {"code": refused.code, "message": refused.message}
    message = {
        "ack_status": "ERR",
        "timestamp": moment_text(process_clock()),
        "correlation_id": refused.correlation,
        "error": fault,
    }
    response = _json({"message": message, "errors": [fault]}, refused.status)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 405:
        response.headers["Allow"] = "POST"
    return response


def _json(content: object, status: int) -> HttpResponse:
    written = json.dumps(content, ensure_ascii=False)
    return HttpResponse(written, status=status, content_type="application/json")


if __name__ == "__main__":
    print(page(), end="")

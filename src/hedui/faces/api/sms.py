"""
The line to the SMS gateway 短信网关: hand a message over, ask what became of it, take receipts.

One of the uses of the webhooks' door. The gateway is told a number, a case number and where to
turn; its receipts are signed by its own key, whether they come or are asked for.
"""

import json
import threading
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hedui.faces.api import webhooks
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.sms import (
    gateway_keys,
    mark_failed,
    mark_taken,
    take_due,
    take_receipt,
)
from hedui.procedure.reports.sms_models import Sms
from hedui.wire.canonical import canonical
from hedui.wire.seals import SealError

MESSAGE, RECEIPT = "hedui-sms+jws", "hedui-sms-receipt+jws"
MOST_BYTES = 4096


def run(stop: threading.Event) -> None:
    """Send messages until told to stop, where a gateway is set."""
    if settings.HEDUI_SMS_URL:
        webhooks.repeat(deliver, stop)


def deliver(at: datetime) -> bool:
    """Hand over one message that is due, or ask what became of one; False if none is."""
    with acting_as(WORKER.identifier):
        message = take_due(at, webhooks.HOLD)
        if message is None:
            return False
        if fault := _handed_over(message) if message.taken_at is None else _asked(message):
            mark_failed(message, fault, at + webhooks.pause(message.attempts))
    return True


def body_of(message: Sms) -> bytes:
    """Write what the gateway is told: no amount, no finding, no name."""
    case = message.phone.member.case
    return canonical(
        {
            "id": str(message.pk),
            "template": settings.HEDUI_SMS_TEMPLATE,
            "to": message.phone.number,
            "parameters": {
                "case": case.number,
                "office": case.agency.name,
                "phone": case.agency.phone,
            },
        }
    )


def _handed_over(message: Sms) -> str:
    body = body_of(message)
    headers = {
        webhooks.SIGNATURE: keys.signer().sign_detached(body, typ=MESSAGE),
        "Idempotency-Key": str(message.pk),
    }
    fault, _ = webhooks.reach(settings.HEDUI_SMS_URL, body, headers)
    if not fault:
        mark_taken(message, moment())
    return fault


def _asked(message: Sms) -> str:
    """Ask for a receipt that did not come; return why there is none yet."""
    fault, said = webhooks.reach(f"{settings.HEDUI_SMS_URL}/{message.pk}", None, {})
    if fault:
        return fault
    try:
        _kept(said, about=message.pk)
    except (SealError, Refusal, ValueError) as error:
        return type(error).__name__
    return ""


@csrf_exempt
@login_not_required
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Take the gateway's signed receipt; 204 also for one that came before."""
    length = request.headers.get("Content-Length", "")
    if not settings.HEDUI_SMS_URL or not length.isdigit() or int(length) > MOST_BYTES:
        return HttpResponse(status=404)
    try:
        with acting_as(WORKER.identifier):
            _kept(request.body)
    except SealError:
        return HttpResponse(status=401)
    except (Refusal, ValueError):
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def _kept(jws: bytes, about: UUID | None = None) -> None:
    """
    Keep what a receipt says.

    :raises SealError: it is not signed by the gateway
    :raises ValueError: it says something else
    :raises NotSent: as `take_receipt` has it
    """
    said = json.loads(gateway_keys().verify(jws.decode("ascii", "replace"), typ=RECEIPT))
    if not isinstance(said, dict) or {*said} != {"id", "outcome", "at"}:
        raise ValueError("not a receipt")
    message, at = UUID(str(said["id"])), datetime.fromisoformat(str(said["at"]))
    if at.tzinfo is None or about not in (None, message):
        raise ValueError("not a receipt of this message")
    take_receipt(message=message, outcome=str(said["outcome"]), at=at, by=WORKER)

"""
Callbacks 回调: tell partners what they asked for later, and what they subscribed to.

Kept with what was done and sent until it is taken, as webhooks are; told again it has the same id.
"""

import json
import threading
from datetime import datetime

from hedui.faces.api import webhooks
from hedui.faces.api.dci import JWT, sealed
from hedui.faces.api.messages import ours
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.partners import mark_not_taken, mark_sent, stands, take_due
from hedui.procedure.record import keys
from hedui.procedure.record.moment import moment
from hedui.procedure.record.scope import PARTNERS, acting_as
from hedui.procedure.reports.telling import REGISTRY, notify, waits_for

BEARER_SECONDS = 300


def run(stop: threading.Event) -> None:
    """Tell partners until told to stop."""
    webhooks.repeat(deliver, stop)


def deliver(at: datetime) -> bool:
    """Keep what subscriptions want to be told, then send one message that is due."""
    with acting_as(PARTNERS):
        for partner in Partner.objects.filter(subscriptions__ended_at=None).distinct():
            if stands(partner, at) and waits_for(partner):
                notify(partner=partner, by=REGISTRY)
        return _sent(at)


def _sent(at: datetime) -> bool:
    message = take_due(at, webhooks.HOLD)
    if message is None:
        return False
    partner = message.partner
    if fault := webhooks.post(message.callback, sealed(partner, message), _bearer(partner)):
        mark_not_taken(message, fault, at + webhooks.pause(message.attempts))
    else:
        mark_sent(message)
    return True


def _bearer(partner: Partner) -> dict[str, str]:
    """Return the header that says who we are: a token of our own, for some minutes."""
    until = int(moment().timestamp()) + BEARER_SECONDS
    said = {"iss": ours(partner), "aud": partner.sender_id, "exp": until}
    token = keys.signer().sign(json.dumps(said).encode(), typ=JWT)
    return {"Authorization": f"Bearer {token}"}

"""
Callbacks 回调: tell partners what they asked for later, and what they subscribed to.

Kept with what was done and sent until it is taken, as webhooks are; told again it has the same id.
Each partner in turn is sent one message, so that none waits behind what another does not take.
"""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from hedui.faces.api import webhooks
from hedui.faces.api.dci import JWT, sealed
from hedui.faces.api.messages import ours
from hedui.procedure.agencies.deliveries import (
    mark_not_taken,
    mark_sent,
    partners_due,
    take_due,
    undelivered,
    withdraw,
)
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.partners import stands
from hedui.procedure.record import keys
from hedui.procedure.record.moment import moment
from hedui.procedure.record.scope import PARTNERS, acting_as
from hedui.procedure.reports.telling import REGISTRY, notify, still_told, waits_for

BEARER_SECONDS = 300


def run(stop: threading.Event) -> None:
    """Tell partners until told to stop."""
    webhooks.repeat(partial(deliver, goes_on=lambda: not stop.is_set()), stop)


def deliver(at: datetime, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """Keep what subscriptions want to be told, then send each partner one message that is due."""
    behind, tried = moment() - at, False
    with acting_as(PARTNERS):
        for partner in Partner.objects.filter(subscriptions__ended_at=None).distinct():
            if stands(partner, at) and waits_for(partner):
                notify(partner=partner, by=REGISTRY)
        for partner in partners_due(at):
            if not goes_on():
                break
            tried = _sent(partner, moment() - behind) or tried
    return tried


def _sent(partner: Partner, at: datetime) -> bool:
    message = take_due(partner, at, webhooks.HOLD)
    if message is None:
        return False
    if not still_told(message):
        withdraw(message)
    elif fault := webhooks.post(message.callback, sealed(partner, message), _bearer(partner)):
        mark_not_taken(message, fault, at + _pause(partner, at))
    else:
        mark_sent(message)
    return True


def _pause(partner: Partner, at: datetime) -> timedelta:
    """
    Return how long to leave a partner alone: the longer, the more was tried in vain.

    And no longer than it has taken nothing: one message that it never takes slows no others down.
    """
    held = undelivered(partner, at)
    silent = at - (held.since or at)
    return min(webhooks.pause(held.attempts), max(webhooks.pause(0), silent))


def _bearer(partner: Partner) -> dict[str, str]:
    """Return the header that says who we are: a token of our own, for some minutes."""
    until = int(moment().timestamp()) + BEARER_SECONDS
    said = {"iss": ours(partner), "aud": partner.sender_id, "exp": until}
    token = keys.signer().sign(json.dumps(said).encode(), typ=JWT)
    return {"Authorization": f"Bearer {token}"}

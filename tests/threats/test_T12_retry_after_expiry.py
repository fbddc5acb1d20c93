"""T12: a retry, held in a queue, is sent once the authorization has run out."""

import time
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries import acts
from hedui.procedure.inquiries.acts import Received, inquire
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for


def test_what_waited_in_the_queue_past_its_end_is_not_sent(county):
    """Signed for a month, ordered, and the worker was away for the rest of it."""
    case = cast.declared(county)
    for member in case.members.all():
        cast.authorize(county, member, signed_on=date(2024, 1, 2), valid_until=date(2024, 2, 2))
    ordered = commission(case=case, by=county.intake)
    assert dispatch(ordered) is None
    assert not Inquiry.objects.exists()


def test_the_end_is_looked_at_on_every_attempt(county):
    """Live at the first attempt, over at the second."""
    ordered = cast.commissioned(county)
    member = ordered.case.members.get(key="a")
    identifier = uuid4()
    raw.insert(
        member.authorizations.get(), id=identifier, valid_until=moment() + timedelta(seconds=0.8)
    )
    for other in ordered.case.authorizations.exclude(pk=identifier):
        raw.update(other, revoked_at=moment())
    first = [t for e in inquire(commission=ordered, by=WORKER) for t in e.tickets]
    assert {t.inquiry.authorization_id for t in first} == {identifier}
    time.sleep(
        max(0, (Authorization.objects.get(pk=identifier).valid_until - moment()).total_seconds())
        + 0.05
    )
    assert inquire(commission=ordered, by=WORKER) == []
    for ticket in first:
        with raw.refused("gate: authorization not in force now"):
            raw.insert(ticket_for(ticket.inquiry), attempt=2)
    assert Ticket.objects.count() == len(first)


def test_what_is_revoked_between_the_gate_and_the_door_does_not_leave(county, monkeypatch):
    ordered = cast.commissioned(county)
    signed = ordered.case.authorizations.get(member__key="a")
    gate, left = acts.inquire, []

    def and_then_revoked(**named):
        envelopes = gate(**named)
        if not signed.revoked_at:
            revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
            signed.refresh_from_db()
        return envelopes

    def ask(message, passage):
        passage.wait()
        left.extend(message.envelope.tickets)
        return https_json.Arrived(message, 200, b"{}")

    def read(arrived, revoked):
        tickets = arrived.message.envelope.tickets
        return [Received(ticket, "NOT_FOUND", as_of=today()) for ticket in tickets]

    monkeypatch.setattr(acts, "inquire", and_then_revoked)
    monkeypatch.setattr(https_json, "ask", ask)
    monkeypatch.setattr(https_json, "read", read)
    assert dispatch(ordered) is not None  # the others in those messages are asked about later
    assert left == []
    assert dispatch(ordered) is None
    assert left
    assert {ticket.inquiry.member.key for ticket in left} == set("abc") - {"a"}


def test_a_ticket_that_is_over_is_not_sent_though_the_authorization_holds(county):
    ordered = cast.commissioned(county)
    envelope = inquire(commission=ordered, by=WORKER)[0]
    late = replace(envelope, expires_at=moment() - timedelta(seconds=1))
    passage = Door(ordered).passage(late)
    came = https_json.read(https_json.ask(https_json.write(late), passage))
    assert {(r.outcome, r.code) for r in came} == {("NO_ANSWER", "ticket_expired")}

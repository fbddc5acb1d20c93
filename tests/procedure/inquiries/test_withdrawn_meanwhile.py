"""What comes back after the revocation is dropped unread; only that it came is kept."""

import json
import threading
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connections, transaction

from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply
from hedui.procedure.inquiries.queries import asked_in
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.answers import source_line
from hedui.wire.canonical import digest_of_bytes
from tests import cast
from tests.procedure import raw

LATE = "reply: the authorization was revoked before it came"


def found(ticket, digest: str = "") -> Received:
    rows = ({"bank": "招商银行", "balance_fen": 1},)
    return Received(ticket, "FOUND", match="exact", as_of=today(), rows=rows, digest=digest)


def withdraw(place: cast.County, key: str) -> Authorization:
    signed = Authorization.objects.get(member__key=key)
    revoke(authorization=signed, reason="本人要求撤回", by=place.intake)
    return signed


def test_an_answer_about_who_has_revoked_leaves_its_digest_and_nothing_else(county):
    commission = cast.commissioned(county)
    tickets = [t for e in inquire(commission=commission, by=WORKER) for t in e.tickets]
    withdraw(county, "a")
    kept = receive(
        commission=commission, received=[found(t, "sha256:00") for t in tickets], by=WORKER
    )
    about = {one.ticket.inquiry.member.key: one for one in kept}
    assert {about[key].outcome for key in "bc"} == {"FOUND"}
    assert (about["a"].outcome, about["a"].rows, about["a"].match) == ("DISCARDED", (), "")
    replies = Reply.objects.filter(inquiry__member__key="a")
    assert {(r.outcome, r.conclusive, r.as_of) for r in replies} == {("DISCARDED", False, None)}
    assert not Fact.objects.filter(reply__inquiry__member__key="a").exists()
    assert Fact.objects.filter(reply__inquiry__member__key="b").exists()
    noted = json.loads(Entry.objects.get(act="inquiries.receive").content)["detail"]["replies"]
    assert {n["digest"] for n in noted if n["outcome"] == "DISCARDED"} == {"sha256:00"}
    assert not any("digest" in n for n in noted if n["outcome"] != "DISCARDED")


def test_the_report_says_that_it_was_not_looked_at(county):
    commission = cast.commissioned(county)
    tickets = [t for e in inquire(commission=commission, by=WORKER) for t in e.tickets]
    withdraw(county, "a")
    receive(commission=commission, received=[found(t) for t in tickets], by=WORKER)
    lines = {(a.member_key, a.source): source_line(a, today()) for a in asked_in(commission)}
    assert lines["a", "bank"]["outcome_label"] == "未反馈"
    assert lines["a", "bank"]["reason"] == "授权已撤回,反馈未经阅看即弃"
    assert lines["b", "bank"]["outcome_label"] == "有记录"


def test_it_is_not_even_read(county, monkeypatch):
    """张三 revokes while the departments are at it: of their answers his part is not judged."""
    commission, content = cast.commissioned(county), b"what a department sent"
    judged: list[str] = []
    at_the_door: list[tuple[Any, ...]] = []

    def ask(message, _):
        if not Authorization.objects.get(member__key="a").revoked_at:
            withdraw(county, "a")
        return https_json.Arrived(message, 200, content)

    def parse(body, *, request, **_):
        judged.extend(request)
        raise https_json.WireError("malformed_object", "不是反馈")

    class Here:
        """Sends where the test's connection is; the threads have connections of their own."""

        def submit(self, ask, message, passage):
            future: Future[https_json.Arrived] = Future()
            at_the_door.append((future, ask, message, passage))
            return future

    def let_out(_):
        for future, ask, *sent in at_the_door:
            future.set_result(ask(*sent))

    monkeypatch.setattr(https_json, "ask", ask)
    monkeypatch.setattr(https_json, "parse_answer", parse)
    monkeypatch.setattr("hedui.procedure.inquiries.dispatch._senders_to", lambda _: Here())
    monkeypatch.setattr(Door, "let_out", let_out)
    dispatch(commission)
    asked = {str(i.id): i.member.key for i in Inquiry.objects.select_related("member")}
    assert {asked[i] for i in judged} == {"b", "c"}
    outcomes = set(Reply.objects.values_list("inquiry__member__key", "outcome"))
    assert outcomes == {("a", "DISCARDED"), ("b", "UNREADABLE"), ("c", "UNREADABLE")}
    assert digest_of_bytes(content) in Entry.objects.get(act="inquiries.receive").content


def test_the_database_refuses_an_answer_after_the_revocation(county):
    """Whoever writes the row; that nothing came, or that it was dropped, may still be kept."""
    commission = cast.commissioned(county)
    envelopes = inquire(commission=commission, by=WORKER)
    ticket = next(t for t in envelopes[0].tickets if t.inquiry.member.key == "a")
    withdraw(county, "a")
    reply = Reply(
        inquiry_id=ticket.inquiry_id,
        ticket=ticket,
        outcome="NOT_FOUND",
        conclusive=True,
        received_at=moment(),
        entry_id=commission.entry_id,
    )
    with raw.refused(LATE):
        raw.insert(reply)
    with raw.refused("reply: silence concludes nothing, an answer does"):
        raw.insert(reply, outcome="DISCARDED")
    raw.insert(reply, outcome="DISCARDED", conclusive=False)


@pytest.mark.postgres
def test_a_revocation_under_way_is_waited_for(committed_postgres):
    """On PostgreSQL both happen at once: what comes in waits, then sees the revocation."""
    commission = cast.commissioned(committed_postgres)
    tickets = [t for e in inquire(commission=commission, by=WORKER) for t in e.tickets]
    signed = commission.case.authorizations.get(member__key="a")
    begun, kept = threading.Event(), []

    def come_in() -> None:
        begun.wait(timeout=60)
        try:
            kept.extend(
                receive(commission=commission, received=[found(t) for t in tickets], by=WORKER)
            )
        finally:
            connections.close_all()

    thread = threading.Thread(target=come_in)
    thread.start()
    with transaction.atomic():
        raw.update(signed, revoked_at=moment())
        begun.set()
        thread.join(timeout=0.5)
        assert thread.is_alive(), "it did not wait"
    thread.join(timeout=60)
    outcomes = {one.ticket.inquiry.member.key: one.outcome for one in kept}
    assert outcomes == {"a": "DISCARDED", "b": "FOUND", "c": "FOUND"}

"""What came is assessed while the database keeps it, and the report still goes by the rows."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import Reply
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.record.prepared import works_alone
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.compose import compose
from hedui.procedure.reports.heard import HeardAhead, assess_ahead, heard
from tests import cast

ACCOUNT = {"bank_name": "某银行", "balance_fen": 4_000_000, "account_type": "current"}


@pytest.fixture
def commission(committed):
    return cast.commissioned(committed)


def came(commission) -> list[Received]:
    """Return what departments answer: 张三 has an account, one is down, others hold nothing."""
    told = []
    for ticket in (t for e in inquire(commission=commission, by=WORKER) for t in e.tickets):
        source, key = ticket.inquiry.source, ticket.inquiry.member.key
        if source == "vehicle":
            told.append(Received(ticket, "UNAVAILABLE", code="http_503"))
        elif (key, source) == ("a", "bank"):
            rows = (ACCOUNT,)
            told.append(Received(ticket, "FOUND", match="exact", as_of=today(), rows=rows))
        else:
            told.append(Received(ticket, "NOT_FOUND", match="exact", as_of=today()))
    return told


def kept(commission, stated, told, seen=lambda arrived: arrived) -> None:
    """Keep what came, while what is `seen` of it is assessed."""
    receive(
        commission=commission,
        received=told,
        by=WORKER,
        meanwhile=lambda arrived: assess_ahead(commission, stated, seen(arrived)),
    )


def test_it_is_assessed_once_where_the_rows_say_what_came(commission):
    stated = stated_in(commission.declaration)
    kept(commission, stated, came(commission))
    (ahead,) = stated.on_found
    body = compose(commission, stated, heard(commission, stated))
    assert stated.on_found == [ahead]
    assert body["assessment"]["found"] is ahead.assessed
    anew = stated_in(commission.declaration)
    assert compose(commission, anew, heard(commission, anew))["assessment"] == body["assessment"]
    assert body["assessment"]["found"]["financial_assets_at_least"] == "40000.00"


def test_nothing_is_taken_from_it_that_the_rows_do_not_say(commission):
    def doubled(arrived):
        return [replace(one, rows=one.rows * 2) for one in arrived]

    stated = stated_in(commission.declaration)
    kept(commission, stated, came(commission), doubled)
    (wrong,) = stated.on_found
    body = compose(commission, stated, heard(commission, stated))
    anew = stated_in(commission.declaration)
    assert compose(commission, anew, heard(commission, anew))["assessment"] == body["assessment"]
    assert wrong.assessed != body["assessment"]["found"]


def test_what_came_about_who_has_revoked_is_not_assessed(committed, commission):
    told = came(commission)
    held = commission.case.members.get(key="a").authorizations.get()
    revoke(authorization=held, reason="本人要求撤回", by=committed.intake)
    seen: list[Received] = []

    def meanwhile(arrived):
        return partial(seen.extend, arrived)

    receive(commission=commission, received=told, by=WORKER, meanwhile=meanwhile)
    about = [one for one in seen if one.ticket.inquiry.member.key == "a"]
    assert about
    assert {(one.outcome, one.rows) for one in about} <= {("DISCARDED", ()), ("UNAVAILABLE", ())}


def test_what_fails_ahead_keeps_nothing_back(commission):
    tried = []

    def fails(arrived):
        tried.append(len(arrived))
        raise ZeroDivisionError

    dispatch(commission, ahead=fails)
    replies = Reply.objects.filter(inquiry__commission=commission).count()
    assert replies == commission.inquiries.count() > 0
    assert tried == ([replies] if works_alone() else [])


def test_what_is_heard_ahead_is_what_the_rows_say_after_the_commit(commission, monkeypatch):
    """Read once, on the way of the commit; a rule that fails there fails where it is awaited."""
    stated = stated_in(commission.declaration)
    ahead = HeardAhead(commission, lambda: stated)
    told = came(commission)
    with monkeypatch.context() as patch:
        patch.setattr("hedui.procedure.reports.heard.assessed_on_found", lambda *_: 1 / 0)
        receive(commission=commission, received=told, by=WORKER, meanwhile=ahead.hears)
    with CaptureQueriesContext(connection) as read:
        here = ahead.heard()
        assert len(read) == 0
        anew = ahead.heard()
        assert len(read) > 0
    assert here.every == anew.every
    assert {one.concluding is not None for one in here.every} == {True, False}
    assert (here.answers, here.found, here.unknown) == (anew.answers, anew.found, anew.unknown)

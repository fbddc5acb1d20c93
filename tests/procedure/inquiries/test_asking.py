"""Asking 查询 as far as signed, and receiving 反馈: what comes back is kept once."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from hedui.procedure.agencies.acts import arrange_intake
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries import elements
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.door import Door, Passage
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Ticket
from hedui.procedure.inquiries.outcomes import CONCLUSIVE, OUTCOMES
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.queries import first_broken_index
from hedui.procedure.reports.drafting import draft
from tests import cast
from tests.procedure import raw


def test_each_person_is_asked_about_once_at_each_department(commission):
    envelopes = inquire(commission=commission, by=WORKER)
    assert {e.department.source for e in envelopes} == set(cast.SOURCES)
    asked = [(t.inquiry.member.key, t.inquiry.source) for e in envelopes for t in e.tickets]
    assert sorted(asked) == sorted((key, s) for key in "abc" for s in cast.SOURCES)
    assert len({e.message for e in envelopes}) == len(cast.SOURCES)


def test_a_question_asks_for_what_was_signed_and_needed_only(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"), items=("bank.balance_fen", "vehicle"))
    from hedui.procedure.commissions.acts import commission

    inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    asked = {i.source: i.items for i in Inquiry.objects.all()}
    assert set(asked) == {"bank", "vehicle"}
    assert asked["bank"] == ["bank.balance_fen"]
    assert set(Inquiry.objects.values_list("member__key", flat=True)) == {"a"}


def test_nobody_is_asked_about_where_what_was_signed_and_what_was_agreed_on_do_not_meet(county):
    cast.agreed(Department.objects.get(source="tax"), items=["tax.amount_fen"])
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"), items=("tax.payer", "vehicle"))
    inquire(commission=cast.commissioned(county, case), by=WORKER)
    assert set(Inquiry.objects.values_list("source", flat=True)) == {"vehicle"}


def test_how_an_agency_works_is_read_when_it_is_asked_not_when_the_case_was_loaded(county):
    """The second officer was demanded meanwhile: what is not confirmed is left out, no more."""
    case = cast.declared(county)
    signed = [cast.authorize(county, member) for member in case.members.all()]
    cast.confirmed(county, signed[0])
    from hedui.procedure.commissions.acts import commission

    ordered = commission(case=case, by=county.intake)
    assert not ordered.case.agency.second_person  # and so it stays in this process
    arrange_intake(
        agency=county.street,
        second_person=True,
        numbered_only=False,
        authorization_days=365,
        by=INSTALLER,
    )
    assert not ordered.case.agency.second_person
    tickets = [t for e in inquire(commission=ordered, by=WORKER) for t in e.tickets]
    assert {t.inquiry.authorization_id for t in tickets} == {signed[0].pk}


def test_where_the_ledger_cannot_be_written_nothing_is_asked(commission, monkeypatch):
    """A full disk, say. No question without its entry, and none that waits for one."""
    left: list[elements.Message] = []

    def ask(message: elements.Message, passage: Passage) -> None:
        passage.wait()  # a message may come to the door, and it stays there
        left.append(message)

    monkeypatch.setattr(https_json, "ask", ask)
    if connection.vendor == "sqlite":
        raw.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON record_entry"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    else:
        raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
        raw.execute("ALTER TABLE record_entry ADD CONSTRAINT full_disk CHECK (index < 0) NOT VALID")
        raw.execute("SET CONSTRAINTS ALL DEFERRED")
    with pytest.raises(DatabaseError, match="disk"), transaction.atomic():
        dispatch(commission)
    assert (left, Inquiry.objects.count(), Ticket.objects.count()) == ([], 0, 0)


def test_a_second_attempt_asks_only_for_what_is_unanswered(commission):
    first = inquire(commission=commission, by=WORKER)
    ticket = first[0].tickets[0]
    receive(
        commission=commission,
        by=WORKER,
        received=[Received(t, "NO_ANSWER") for e in first for t in e.tickets if t != ticket]
        + [Received(ticket, "NOT_FOUND")],
    )
    second = [t for e in inquire(commission=commission, by=WORKER) for t in e.tickets]
    assert len(second) == 3 * len(cast.SOURCES) - 1
    assert ticket.inquiry_id not in {t.inquiry_id for t in second}
    assert {t.attempt for t in second} == {2}
    assert Inquiry.objects.count() == 3 * len(cast.SOURCES)


def test_a_later_reply_to_an_ended_question_is_not_kept(commission):
    first = inquire(commission=commission, by=WORKER)
    second = inquire(commission=commission, by=WORKER)
    for envelopes, outcome in ((first, "FOUND"), (second, "NOT_FOUND")):
        receive(
            commission=commission,
            by=WORKER,
            received=[
                Received(t, outcome, rows=({"bank": "x"},)) for e in envelopes for t in e.tickets
            ],
        )
    assert set(Reply.objects.values_list("outcome", flat=True)) == {"FOUND"}
    assert Fact.objects.count() == Reply.objects.count() == 3 * len(cast.SOURCES)


def test_a_revoked_authorization_is_asked_on_no_more_but_its_replies_stay(county, commission):
    envelopes = inquire(commission=commission, by=WORKER)
    signed = commission.case.authorizations.get(member__key="a")
    revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    receive(
        commission=commission,
        by=WORKER,
        received=[Received(t, "NO_ANSWER") for e in envelopes for t in e.tickets],
    )
    again = {
        t.inquiry.member.key for e in inquire(commission=commission, by=WORKER) for t in e.tickets
    }
    assert again == {"b", "c"}
    assert Reply.objects.filter(inquiry__member__key="a").count() == len(cast.SOURCES)


def test_a_ticket_never_outlives_the_deadline_of_its_question(commission):
    raw.changed(Department.objects, answer_within=3)
    for envelope in inquire(commission=commission, by=WORKER):
        for ticket in envelope.tickets:
            assert ticket.expires_at <= ticket.inquiry.due_at
            assert envelope.expires_at - ticket.minted_at <= timedelta(seconds=3)


def test_the_entry_names_each_message_and_each_question(commission):
    envelopes = inquire(commission=commission, by=WORKER)
    content = Entry.objects.get(act="inquiries.inquire").content
    for envelope in envelopes:
        assert str(envelope.message) in content
        for ticket in envelope.tickets:
            assert str(ticket.inquiry_id) in content
            assert ticket.entry_id == Entry.objects.get(act="inquiries.inquire").id


def test_what_was_not_asked_is_named_in_the_entry_and_not_kept(commission):
    ticket = inquire(commission=commission, by=WORKER)[0].tickets[0]
    excess = ({"names": "spouse", "rows": "1", "digest": "sha256:00"},)
    receive(commission=commission, received=[Received(ticket, "FOUND", excess=excess)], by=WORKER)
    assert '"names":"spouse"' in Entry.objects.get(act="inquiries.receive").content
    assert Reply.objects.get().excess == list(excess)
    assert not Fact.objects.exists()


def test_people_do_not_send_questions(county, commission):
    for by in (county.intake, county.prepares, county.countersigns):
        with pytest.raises(NotAllowed, match="只能由系统办理"):
            inquire(commission=commission, by=by)
        with pytest.raises(NotAllowed):
            receive(commission=commission, received=[], by=by)


def test_every_outcome_has_a_word_for_it():
    assert set(OUTCOMES) > CONCLUSIVE
    assert {"NO_ANSWER", "UNAVAILABLE", "UNREADABLE"} & CONCLUSIVE == set()


def test_a_message_is_written_without_asking_the_database(commission):
    """What a message says hangs on its tickets already; a round trip for each would add up."""
    envelopes = inquire(commission=commission, by=WORKER)
    with CaptureQueriesContext(connection) as queries:
        for envelope in envelopes:
            assert len(https_json.write(envelope).elements) == len(envelope.tickets)
    assert [q["sql"] for q in queries.captured_queries] == []


def test_a_ticket_whose_time_is_over_is_not_sent(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    late = replace(envelope, expires_at=moment())
    passage = Door(commission).passage(late)
    came = https_json.read(https_json.ask(https_json.write(late), passage))
    assert {r.code for r in came} == {"ticket_expired"}


def workers(commission, count: int) -> list[BaseException]:
    """Let several workers verify one commission at once, and return what went wrong."""
    start, errors = threading.Barrier(count), []

    def work() -> None:
        try:
            start.wait(timeout=60)
            envelopes = inquire(commission=commission, by=WORKER)
            receive(
                commission=commission,
                by=WORKER,
                received=[
                    Received(t, "FOUND", as_of=today(), rows=({"bank": "x"},))
                    for e in envelopes
                    for t in e.tickets
                ],
            )
            draft(commission=commission, by=WORKER)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_workers_on_one_commission_at_once_end_each_question_once(committed):
    for _ in range(6):
        commission = cast.commissioned(committed)
        assert workers(commission, 3) == []
        inquiries = Inquiry.objects.filter(commission=commission)
        assert inquiries.count() == 3 * len(cast.SOURCES)
        for inquiry in inquiries:
            assert inquiry.replies.filter(conclusive=True).count() == 1
            assert inquiry.replies.count() == 1
            attempts = [t.attempt for t in inquiry.tickets.all()]
            assert attempts == list(range(1, len(attempts) + 1))
        assert Fact.objects.filter(reply__inquiry__commission=commission).count() == len(inquiries)
        assert commission.reports.count() == 1
    assert first_broken_index() is None


def test_a_department_that_is_not_there_is_silence(committed):
    """Nobody listens at the county's addresses: each attempt is kept, and a next one is due."""
    commission = cast.commissioned(committed)
    again_at = dispatch(commission)
    replies = Reply.objects.filter(inquiry__commission=commission)
    assert set(replies.values_list("outcome", "conclusive")) == {("NO_ANSWER", False)}
    assert replies.count() == Ticket.objects.filter(inquiry__commission=commission).count()
    assert again_at is not None
    assert first_broken_index() is None

"""
What the database lets be done with a file of questions, an answer file, and an order to ask again.

Whoever writes the row: a file begins unsent, is made ready, leaves and ends, each once; it leaves
only while each question in it stands; a question is asked again on an order that follows one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from hedui.procedure.agencies.models import Agency, Department
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import (
    AnswerFile,
    Inquiry,
    RequestFile,
    Reverification,
    Ticket,
)
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for
from tests.procedure.inquiries.test_gate import reply_to
from tests.procedure.inquiries.test_standing import (
    ALONE,
    LOST,
    about_the_child,
    guardian_without_capacity,
    moved,
    of_age,
)

GOES_ON = "request file: never changed, it is made ready, leaves and ends, each once"
FINISHED = "answer file: never changed, only finished once"
STANDS = "request file: what it asks does not stand any more"
RUN_OUT = "request file: a ticket has run out"
AGREEMENT = "request file: the agreement is not in force now"
FOLLOWS = "reverification: ordered by an officer, of a question that was asked and is over"
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
READY = {"ready_at": moment, "sha256": "a" * 64, "manifest": "{}"}


def at(changes: dict[str, Any]) -> dict[str, Any]:
    """Take the moments now."""
    return {name: value() if callable(value) else value for name, value in changes.items()}


def file_of(*questions: Inquiry) -> RequestFile:
    """Return a file that asks these, each by its ticket, not yet made ready."""
    first = questions[0]
    file = RequestFile(
        agreement=first.agreement,
        body=first.commission.body,
        count=len(questions),
        made_at=moment(),
        entry_id=first.commission.entry_id,
    )
    raw.insert(file)
    for question in questions:
        raw.insert(question)
        raw.insert(ticket_for(question), message=file.pk)
    return file


@pytest.fixture
def child(county) -> Inquiry:
    """Return a question about a child whose guardian has signed, not yet a row."""
    return about_the_child(county)


@pytest.fixture
def file(child) -> RequestFile:
    return file_of(child)


# ------------------------------------------------------------------ the course of a file


@pytest.mark.parametrize("name", ["ready_at", "left_at", "found_at", "ended_at"])
def test_a_file_begins_unsent(file, name):
    with raw.refused("request file: it begins unsent"):
        raw.insert(file, id=uuid4(), **{name: moment()})


LEFT = READY | {"left_at": moment}
FOUND = READY | {"found_at": moment}
ENDED = {"ended_at": moment, "code": "kept_back"}
WRONG_STEPS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ready without a digest": ({}, READY | {"sha256": ""}),
    "ready without a manifest": ({}, READY | {"manifest": ""}),
    "another digest": (READY, {"sha256": "b" * 64}),
    "another manifest": (READY, {"manifest": "[]"}),
    "ready anew": (READY, {"ready_at": lambda: moment() + timedelta(seconds=1)}),
    "not ready after all": (READY, {"ready_at": None}),
    "gone before it is ready": ({}, {"left_at": moment}),
    "found before it is ready": ({}, {"found_at": moment}),
    "gone anew": (LEFT, {"left_at": lambda: moment() + timedelta(seconds=1)}),
    "not gone after all": (LEFT, {"left_at": None}),
    "found anew": (FOUND, {"found_at": lambda: moment() + timedelta(seconds=1)}),
    "not found after all": (FOUND, {"found_at": None}),
    "gone and found": (FOUND, {"left_at": moment}),
    "found and gone": (LEFT, {"found_at": moment}),
    "ended for no reason": ({}, {"ended_at": moment, "code": ""}),
    "ended anew": (ENDED, {"ended_at": lambda: moment() + timedelta(seconds=1)}),
    "ended for another reason": (ENDED, {"code": "lost"}),
    "not ended after all": (ENDED, {"ended_at": None}),
    "gone after its end": (READY | ENDED, {"left_at": moment}),
    "found after its end": (READY | ENDED, {"found_at": moment}),
}


@pytest.mark.parametrize("what", WRONG_STEPS)
def test_no_file_is(what, file):
    before, wrong = WRONG_STEPS[what]
    if before:
        assert raw.update(file, **at(before)) == 1
    with raw.refused(GOES_ON):
        raw.update(file, **at(wrong))


@pytest.mark.parametrize("steps", [[READY, LEFT, ENDED], [READY, FOUND, ENDED], [READY, ENDED]])
def test_a_file_goes_on_step_by_step(file, steps):
    """Each in its turn, and what stands already written once more is no change."""
    for step in steps:
        kept = RequestFile.objects.get(pk=file.pk)
        told = {name: getattr(kept, name) or value for name, value in at(step).items()}
        assert raw.update(file, **told) == 1


# ------------------------------------------------------------------ it leaves while all stands


def revoked(question: Inquiry) -> None:
    raw.update(question.authorization, revoked_at=moment())


def closed(question: Inquiry) -> None:
    raw.update(question.commission, closed_at=moment())


def replaced(question: Inquiry) -> None:
    raw.update(question.member, replaced=True)


def valid(**edges: timedelta) -> Callable[[Inquiry], None]:
    def change(question: Inquiry) -> None:
        raw.drop_triggers("authorizations_authorization_only_is_revoked")
        at_ = {name: moment() + span for name, span in edges.items()}
        raw.update(Authorization.objects.get(pk=question.authorization_id), **at_)

    return change


def no_standing(what: str) -> tuple[Callable[[Inquiry], None], str]:
    change, message = LOST[what]
    return change, STANDS if connection.vendor == "sqlite" else message


GONE: dict[str, Callable[[Inquiry], None]] = {
    "a revocation": revoked,
    "a closed commission": closed,
    "a replaced person": replaced,
    "an authorization that has ended": valid(valid_until=timedelta(seconds=-1)),
    "an authorization that has not begun": valid(valid_from=timedelta(minutes=1)),
}


def leaves(file: RequestFile) -> None:
    raw.update(file, **at(READY))
    raw.update(file, left_at=moment())


@pytest.mark.parametrize("what", [*GONE, *LOST])
def test_no_file_leaves_on(what, child, county):
    """Also where all others that it asks about stand."""
    file = file_of(about_the_child(county), child)
    change, message = (GONE[what], STANDS) if what in GONE else no_standing(what)
    change(child)
    raw.update(file, **at(READY))
    with raw.refused(message):
        raw.update(file, left_at=moment())


@pytest.mark.parametrize("what", [*GONE, *ALONE])
def test_what_is_in_another_file_keeps_none_back(what, child, county):
    file_of(child)
    (GONE[what] if what in GONE else LOST[what][0])(child)
    leaves(file_of(about_the_child(county)))


def test_what_was_signed_before_issuers_were_written_down_stands_wherever_the_case_is(child):
    """At the gate, and when a file leaves."""
    identifier = uuid4()
    raw.insert(child.authorization, id=identifier, issuer="")
    child.authorization = Authorization.objects.get(pk=identifier)
    moved(child)
    leaves(file_of(child))


def test_what_another_agency_wants_keeps_no_file_back(file, county):
    """Though questions of its own cases wait in a file."""
    other, beside = Agency.objects.get(name="外滩街道"), about_the_child(county)
    file_of(beside)
    raw.update(beside.commission.case, agency_id=other.pk)
    raw.update(other, second_person=True)
    leaves(file)


def test_a_file_leaves_on_what_a_second_officer_has_confirmed_and_not_before(child, county):
    """The confirmation of another signature of the household is not that of this."""
    file = file_of(child)
    change, message = no_standing("no second officer")
    change(child)
    raw.update(file, **at(READY))
    cast.confirmed(county, child.commission.case.authorizations.get(member__key="a"))
    with raw.refused(message):
        raw.update(file, left_at=moment())
    cast.confirmed(county, child.authorization)
    raw.update(file, left_at=moment())


def test_a_file_leaves_to_the_edge_of_the_validity(file, child):
    valid(valid_from=timedelta(seconds=-1), valid_until=timedelta(seconds=5))(child)
    leaves(file)


def test_no_file_leaves_with_a_ticket_that_has_run_out_or_is_not_its_own(file, child, county):
    raw.update(file, **at(READY))
    raw.drop_triggers("inquiries_ticket_is_never_changed")
    ticket = Ticket.objects.get(message=file.pk)
    for changes in ({"expires_at": moment() - timedelta(seconds=1)}, {"message": uuid4()}):
        with raw.refused(RUN_OUT):
            raw.update(ticket, **changes)
            raw.update(file, left_at=moment())
    further = about_the_child(county)
    raw.insert(further)
    with raw.refused(RUN_OUT):  # one that was not counted
        raw.insert(ticket_for(further), message=file.pk)
        raw.update(file, left_at=moment())
    raw.update(file, left_at=moment())


NOW = timedelta(milliseconds=-5)  # SQLite counts thousandths of a second


def ends_at(agreement: Any, span: timedelta) -> None:
    raw.update(agreement, ended_at=moment() + span, ended_by="officer:9001")


def ends_on(agreement: Any, days: int) -> None:
    raw.drop_triggers("agencies_agreement_is_approved_by_another")
    raw.update(agreement, last_day=today() + timedelta(days=days))


def test_no_file_leaves_after_its_agreement(file, child, county):
    raw.update(file, **at(READY))
    with raw.refused(AGREEMENT):
        ends_at(child.agreement, NOW)
        raw.update(file, left_at=moment())
    ends_at(child.agreement, timedelta(hours=1))  # it is agreed when it will end
    with raw.refused(AGREEMENT):
        ends_on(child.agreement, -1)
        raw.update(file, left_at=moment())
    ends_on(child.agreement, 0)
    raw.update(file, left_at=moment())


def test_the_end_of_another_agreement_keeps_no_file_back_and_its_life_sends_none(file, child):
    other = cast.agreed(Department.objects.get(source="tax"))
    ends_at(other, NOW)
    leaves(file)
    second = file_of(again(child))
    raw.update(second, **at(READY))
    ends_at(child.agreement, NOW)
    with raw.refused(AGREEMENT):
        raw.update(second, left_at=moment())


def again(question: Inquiry) -> Inquiry:
    """Return the same question about another member of the household, not yet a row."""
    member = question.commission.case.members.get(key="a")
    return cast.question(question.commission, member.authorizations.get())


# ------------------------------------------------------------------ an agreement that will end


def test_an_agreement_carries_questions_and_tickets_to_the_moment_agreed(child):
    ends_at(child.agreement, timedelta(hours=1))
    raw.insert(child)
    raw.insert(ticket_for(child))
    ends_at(child.agreement, NOW)
    with raw.refused("gate: the agreement is not in force now"):
        raw.insert(ticket_for(child), attempt=2)


def test_a_ticket_is_minted_on_the_last_day_of_the_agreement_and_not_after_it(child):
    raw.insert(child)
    ends_on(child.agreement, 0)
    raw.insert(ticket_for(child))
    raw.install("agencies")
    ends_on(child.agreement, -1)
    with raw.refused("gate: the agreement is not in force now"):
        raw.insert(ticket_for(child), attempt=2)


def test_a_guardian_who_has_capacity_again_stands_again(child):
    file = file_of(child)
    guardian_without_capacity("no_capacity")(child)
    wanting = child.authorization.guardianship.guardian.guardianships.get(ended_at=None)
    raw.update(wanting, ended_at=moment())
    raw.insert(ticket_for(child), attempt=2)
    raw.insert(child, id=uuid4(), source="tax", **of_the_tax_office())
    leaves(file)


@pytest.mark.parametrize("ground", ["no_capacity", "limited_capacity"])
def test_a_file_leaves_on_what_was_signed_for_want_of_capacity_at_any_age(child, ground):
    file = file_of(child)
    of_age(ground)(child)
    leaves(file)


def of_the_tax_office() -> dict[str, Any]:
    tax = Department.objects.get(source="tax")
    return {
        "department_id": tax.pk,
        "agreement_id": tax.agreements.get().pk,
        "items": ["tax.amount_fen"],
    }


# ------------------------------------------------------------------ an answer file


@pytest.fixture
def answer(file, child) -> AnswerFile:
    """Return an answer file that is being taken in."""
    terms = {"department": child.department, "sha256": "1" * 64, "came_at": moment()}
    return AnswerFile.objects.create(request=file, **terms, entry_id=file.entry_id)


def test_an_answer_file_is_finished_once_and_only_that(answer):
    done: dict[str, Any] = {"finished_at": moment()}
    unfinished: list[dict[str, Any]] = [{"code": "x"}, {"counts": {"kept": 1}}, {"signed_by": "x"}]
    under_cover = [done | {"request_id": None}, done | {"signed_by": "x"}, done | {"came_at": NOON}]
    for changes in unfinished + under_cover:
        with raw.refused(FINISHED):
            raw.update(answer, **changes)
    raw.update(answer, finished_at=moment(), code="", counts={"kept": 1})
    again: list[dict[str, Any]] = [done, {"code": "digest"}, {"finished_at": None}]
    for changes in again:
        with raw.refused(FINISHED):
            raw.update(answer, **changes)


# ------------------------------------------------------------------ an order to ask again


@pytest.fixture
def order(child) -> Reverification:
    """Return an order to ask once more what was asked and answered, not yet a row."""
    raw.insert(child)
    ticket = ticket_for(child)
    raw.insert(ticket)
    reply_to(ticket)
    return Reverification(
        commission=child.commission,
        member=child.member,
        source=child.source,
        round=1,
        reason="objection",
        ordered_by="officer:2",
        ordered_at=moment(),
        entry_id=child.entry_id,
    )


def of_nobody_asked(order: Reverification) -> dict[str, Any]:
    return {"member_id": order.commission.case.members.get(key="b").pk}


WRONG_ORDERS: dict[str, Callable[[Reverification], dict[str, Any]]] = {
    "of somebody who was not asked about": of_nobody_asked,
    "of another source": lambda order: {"source": "tax"},
    "of a round that was not": lambda order: {"round": 2},
    "of the first round": lambda order: {"round": 0},
    "by the machine for another reason": lambda order: {"ordered_by": "machine:worker"},
    "by nobody": lambda order: {"ordered_by": "", "reason": "undecided"},
}


@pytest.mark.parametrize("what", WRONG_ORDERS)
def test_nothing_is_ordered_again(what, order, county):
    """Though beside it a neighbour was asked, about the same, by the same department."""
    neighbour = about_the_child(county)
    raw.insert(neighbour)
    ticket = ticket_for(neighbour)
    raw.insert(ticket)
    reply_to(ticket)
    for further in (again(neighbour), again(order)):
        raw.insert(further)
    with raw.refused(FOLLOWS):
        raw.insert(order, **WRONG_ORDERS[what](order))


def test_what_was_ordered_in_a_closed_commission_orders_nothing_in_the_next(order, child):
    raw.insert(order)
    raw.drop_triggers("commissions_commission_of_what_was_accepted")  # no aid is paid yet
    raw.update(child.commission, closed_at=moment())
    following = uuid4()
    raw.insert(child.commission, id=following, number="WT-N", closed_at=None)
    raw.insert(child, id=uuid4(), commission_id=following)
    with raw.refused("gate: an inquiry is asked once more on an order only"):
        raw.insert(child, id=uuid4(), commission_id=following, round=1)


def test_it_follows_a_question_of_its_own_commission(order, county):
    other = cast.commissioned(county)
    with raw.refused(FOLLOWS):
        raw.insert(order, commission_id=other.pk)


def test_nothing_is_ordered_again_while_it_is_asked_or_after_the_closing(order):
    open_one = again(order)
    raw.insert(open_one)
    with raw.refused(FOLLOWS):
        raw.insert(order, member_id=open_one.member_id)
    ticket = ticket_for(open_one)
    raw.insert(ticket)
    reply_to(ticket, outcome="NO_ANSWER", conclusive=False)
    with raw.refused(FOLLOWS):
        raw.insert(order, member_id=open_one.member_id)
    raw.update(Commission.objects.get(pk=order.commission_id), closed_at=moment())
    with raw.refused(FOLLOWS):
        raw.insert(order)


def test_what_was_asked_and_is_over_is_ordered_again(order):
    silent = again(order)
    raw.insert(silent, due_at=moment() + timedelta(seconds=0.2))
    raw.drop_triggers("inquiries_inquiry_is_never_changed")
    raw.update(silent, due_at=moment() - timedelta(seconds=1))
    raw.insert(order, id=uuid4(), member_id=silent.member_id)
    raw.insert(order, reason="undecided", ordered_by="machine:worker")
    assert Reverification.objects.count() == 2


def test_a_question_is_asked_again_on_its_own_order_only(order, child, county):
    """On that of no other person, source, round or commission."""
    raw.insert(order)
    once_more = cast.question(child.commission, child.authorization)
    for question, wrong in (
        (again(child), {"round": 1}),
        (once_more, {"round": 1, "source": "tax"} | of_the_tax_office()),
        (once_more, {"round": 2}),
        (about_the_child(county), {"round": 1}),
    ):
        with raw.refused("gate: an inquiry is asked once more on an order only"):
            raw.insert(question, **wrong)
    raw.insert(once_more, round=1)

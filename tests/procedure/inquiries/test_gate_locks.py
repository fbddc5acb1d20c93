"""
What a row rests on cannot end while it is written 加锁: on PostgreSQL, whoever writes the row.

Without these locks the gate would look, somebody would revoke, and the question would leave.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from hedui.procedure.agencies.models import Agreement
from hedui.procedure.authorizations.evidence_models import SignIn
from hedui.procedure.inquiries.holding import hold
from hedui.procedure.inquiries.models import Inquiry, Reverification, Ticket
from hedui.procedure.record.moment import moment
from tests import cast
from tests.procedure import raw
from tests.procedure.authorizations.test_neighbours import electronic
from tests.procedure.inquiries.conftest import ticket_for
from tests.procedure.inquiries.test_gate import reply_to
from tests.procedure.inquiries.test_guards_of_files import READY, at, file_of
from tests.procedure.inquiries.test_standing import about_the_child

pytestmark = pytest.mark.postgres
ENDS = {
    "commission": "commissions_commission SET closed_at = now()",
    "person": "cases_member SET replaced = true",
    "authorization": "authorizations_authorization SET revoked_at = now()",
    "guardianship": "authorizations_guardianship SET ended_at = now()",
    "guardian": "cases_member SET replaced = true",
    "agreement": "agencies_agreement SET ended_at = now(), ended_by = 'officer:9'",
}


@pytest.fixture
def question(committed_postgres) -> Inquiry:
    """Return a question about a child, not yet a row; whoever revokes has a connection beside."""
    return about_the_child(committed_postgres)


@pytest.fixture
def neighbour(committed_postgres) -> Inquiry:
    """Return a question about the child of another family, which waits in a file of its own."""
    beside = about_the_child(committed_postgres)
    raw.update(file_of(beside), **at(READY))
    return beside


def rests_on(question: Inquiry) -> dict[str, Any]:
    given = question.authorization.guardianship
    return {
        "commission": question.commission_id,
        "person": question.member_id,
        "authorization": question.authorization_id,
        "guardianship": given.pk,
        "guardian": given.guardian_id,
        "agreement": question.agreement_id,
    }


@pytest.fixture
def ends(own_postgres, question) -> Callable[..., set[str]]:
    """Return what tells what cannot be ended meanwhile; what was written is taken back."""

    def held(write: Callable[[], Any], **others: Any) -> set[str]:
        keys = rests_on(question) | others
        with transaction.atomic(), psycopg.connect(own_postgres.url, autocommit=True) as beside:
            write()
            beside.execute("SET lock_timeout = '60ms'")
            found = set()
            for what, end in ENDS.items():
                try:
                    with beside.transaction(force_rollback=True):
                        beside.execute(f"UPDATE {end} WHERE id = %s", [keys[what]])
                except psycopg.errors.LockNotAvailable:
                    found.add(what)
            transaction.set_rollback(True)
        return found

    return held


def test_what_a_question_rests_on_does_not_end_while_it_is_asked(ends, question):
    assert ends(lambda: raw.insert(question)) == set(ENDS)


def test_what_a_ticket_rests_on_does_not_end_while_it_is_minted(ends, question):
    raw.insert(question)
    assert ends(lambda: raw.insert(ticket_for(question))) == set(ENDS)


def test_of_two_tickets_for_one_question_one_waits_and_nobody_else(
    own_postgres, question, neighbour
):
    raw.insert(question)
    lock = "SELECT 1 FROM inquiries_inquiry WHERE id = %s FOR UPDATE NOWAIT"
    with transaction.atomic(), psycopg.connect(own_postgres.url) as beside:
        raw.insert(ticket_for(question))
        beside.execute(lock, [neighbour.pk])
        with pytest.raises(psycopg.errors.LockNotAvailable):
            beside.execute(lock, [question.pk])
        transaction.set_rollback(True)


def test_what_a_file_rests_on_does_not_end_while_it_leaves(ends, question):
    file = file_of(question)
    raw.update(file, **at(READY))
    assert ends(lambda: raw.update(file, left_at=moment())) == set(ENDS)


def test_no_revocation_passes_while_an_answer_is_kept(ends, question):
    raw.insert(question)
    raw.insert(ticket_for(question))
    ticket = Ticket.objects.get(inquiry=question)
    assert ends(lambda: reply_to(ticket)) == {"authorization"}
    assert ends(lambda: reply_to(ticket, outcome="NO_ANSWER", conclusive=False)) == {
        "authorization"
    }


def test_no_commission_closes_while_something_is_ordered_again(ends, question):
    raw.insert(question)
    ticket = ticket_for(question)
    raw.insert(ticket)
    reply_to(ticket)
    order = Reverification(
        commission=question.commission, member=question.member, source=question.source, round=1,
        reason="objection", ordered_by="officer:2", ordered_at=moment(), entry_id=question.entry_id,
    )  # fmt: skip
    assert ends(lambda: raw.insert(order)) == {"commission"}


def test_nothing_that_is_done_about_one_family_keeps_another_waiting(ends, question, neighbour):
    """Asked, sent in a file, answered and ordered again: what the neighbour rests on can end."""
    order = Reverification(
        commission=question.commission, member=question.member, source=question.source, round=1,
        reason="objection", ordered_by="officer:2", ordered_at=moment(), entry_id=question.entry_id,
    )  # fmt: skip

    def whole_course() -> None:
        file = file_of(question)
        hold(question.commission)
        raw.update(file, **at(READY))
        raw.update(file, left_at=moment())
        reply_to(Ticket.objects.get(inquiry=question))
        raw.insert(order)

    another = Agreement.objects.get(department__source="tax").pk  # theirs is with the same bank
    assert ends(whole_course, **rests_on(neighbour) | {"agreement": another}) == set()


def test_of_two_who_give_the_same_code_one_waits_and_nobody_else(
    committed_postgres, ends, question, neighbour
):
    """They wait for the person: here the guardian, who signs without paper too."""
    signature = electronic(committed_postgres, question.commission.case, "a")
    enrolment, entry = signature.enrolment, signature.entry_id
    signin = SignIn(
        enrolment=enrolment, step=signature.step + 1, signed_in_at=moment(), entry_id=entry
    )
    for code in (
        lambda: raw.insert(signature, id=uuid4(), digest="sha256:1", step=signature.step + 1),
        lambda: raw.insert(signin),
    ):
        assert ends(code) == {"guardian"}
        assert ends(code, **rests_on(neighbour)) == set()


def test_no_text_is_withdrawn_while_a_signature_on_it_is_registered(own_postgres, question):
    signed = question.authorization
    with transaction.atomic(), psycopg.connect(own_postgres.url) as beside:
        raw.insert(signed, id=question.pk)
        beside.execute("SET lock_timeout = '60ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            beside.execute(
                "UPDATE authorizations_form SET withdrawn_at = now() WHERE id = %s", [cast.FORM]
            )
        transaction.set_rollback(True)


def test_of_two_who_hand_in_the_same_paper_one_waits(own_postgres, question):
    signed = question.authorization
    wait = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
    with transaction.atomic(), psycopg.connect(own_postgres.url) as beside:
        raw.insert(signed, id=question.pk)
        for evidence, free in ((signed.evidence, False), ("sha256:of another", True)):
            answer = beside.execute(wait, [evidence]).fetchone()
            assert answer == (free,)
        transaction.set_rollback(True)

"""
Nobody passes the gate on what a neighbour may, nor is stopped by what a neighbour may not.

Each condition of the gate holds one row to one other. Were one of them missing, the gate would be
content with anybody's declaration, signature, ticket or answer. So the same wrongs are tried once
more while beside them stands a case in which all is right, and the other way round.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Declaration
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Ticket
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for
from tests.procedure.inquiries.test_gate import (
    AGREEMENT,
    NO_DECLARATION,
    NOT_THIS_PERSON,
    WRONG,
    WRONG_TICKET,
    another_authorization,
    reply_to,
)

OUTCOMES = {
    "FOUND": True, "PARTIAL": True, "NOT_FOUND": True, "MULTIPLE": True, "NAME_MISMATCH": True,
    "REFUSED": True, "UNAVAILABLE": False, "UNREADABLE": False, "NO_ANSWER": False,
    "DISCARDED": False,
}  # fmt: skip
UNFIT = "reply: the ticket is of another inquiry"
NOTHING_FOUND = "fact: only what a source has found"


def asked_about(commission: Commission, key: str, **changes: Any) -> Inquiry:
    """Ask the bank about a member, by raw SQL, with all that is right."""
    member = commission.case.members.get(key=key)
    inquiry = cast.question(commission, member.authorizations.get())
    raw.insert(inquiry, **changes)
    return inquiry


def ticketed(inquiry: Inquiry) -> Ticket:
    ticket = ticket_for(inquiry)
    raw.insert(ticket)
    return ticket


@pytest.fixture
def right_beside(county) -> Ticket:
    """Return the ticket of another case, in which all is right and one has been asked."""
    return ticketed(asked_about(cast.commissioned(county), "a"))


@pytest.fixture
def wrong_beside(county) -> Ticket:
    """Return the ticket of another case: answered, then revoked, replaced and closed."""
    ticket = ticketed(asked_about(cast.commissioned(county), "a"))
    reply_to(ticket)
    inquiry = ticket.inquiry
    raw.update(inquiry.authorization, revoked_at=moment())
    raw.update(inquiry.member, replaced=True)
    raw.update(inquiry.commission, closed_at=moment())
    return ticket


@pytest.mark.parametrize("what", WRONG)
def test_no_right_of_a_neighbour_opens_the_gate_for(what, right_beside, inquiry, county):
    change, message = WRONG[what]
    changes = change(inquiry, county)
    with raw.refused(message):
        raw.insert(inquiry, **changes)


@pytest.mark.parametrize("what", WRONG_TICKET)
def test_no_right_of_a_neighbour_mints_a_ticket_on(what, right_beside, ticket, county):
    change, message = WRONG_TICKET[what]
    changes = change(ticket.inquiry, county)
    with raw.refused(message):
        raw.insert(ticket, **changes)


def test_no_wrong_of_a_neighbour_is_held_against_anybody(wrong_beside, inquiry):
    raw.insert(inquiry)
    ticket = ticketed(inquiry)
    with raw.deed() as entry:
        reply_to(ticket, outcome="FOUND", entry_id=entry)
        raw.insert(Fact(reply=Reply.objects.get(ticket=ticket), position=0, content=b"-"))
    assert Fact.objects.get().reply.inquiry_id == inquiry.id


def wrong_partners_beside(inquiry: Inquiry) -> None:
    """Write another bank, elsewhere and over, and agreements with this one that hold nothing."""
    bank, day = Department.objects.get(pk=inquiry.department_id), timedelta(days=1)
    over = {"first_day": today() - 9 * day, "last_day": today() - day}
    raw.insert(bank, id=uuid4(), division="320101", receiver_id="320101-bank", **over)
    agreement = Agreement.objects.get(pk=inquiry.agreement_id)
    unapproved = {"approved_by": "", "approved_at": None}
    for approved, terms in (
        (False, {}),
        (True, over),
        (True, {"first_day": today() + day}),
        (True, {"items": ["bank.bank"]}),
    ):
        identifier = uuid4()
        raw.insert(agreement, id=identifier, **unapproved | terms)
        if approved:
            held = Agreement.objects.get(pk=identifier)
            raw.update(held, approved_by="officer:9002", approved_at=moment())
    raw.update(held, ended_at=moment(), ended_by="officer:9001")


def test_no_agreement_that_holds_nothing_is_held_against_one_that_does(wrong_beside, inquiry):
    """Nor is another office of the same source, nor a case of another place."""
    raw.drop_triggers("cases_case_stands_once_frozen")
    raw.update(wrong_beside.inquiry.commission.case, division="320101")
    wrong_partners_beside(inquiry)
    raw.insert(inquiry)
    raw.insert(ticket_for(inquiry))


def test_no_deadline_or_validity_that_is_over_elsewhere_hinders_a_ticket(right_beside, ticket):
    raw.drop_triggers("inquiries_inquiry_is_never_changed")
    raw.update(right_beside.inquiry, due_at=moment() - timedelta(seconds=1))
    raw.insert(
        Authorization.objects.get(pk=ticket.inquiry.authorization_id),
        id=uuid4(),
        valid_from=moment() - timedelta(days=2),
        valid_until=moment() - timedelta(days=1),
    )
    raw.insert(ticket)


def test_a_version_that_was_corrected_before_it_was_ordered_on_hinders_nobody(county):
    case = cast.declared(county)
    cases.declare(case=case, content=cast.zhang_family(case.applied_on), by=county.intake)
    for key in "abc":
        guardian = {"guardian": "a"} if key == "c" else {}
        cast.authorize(county, case.members.get(key=key, replaced=False), **guardian)
    ordered = cast.commissioned(county, case)
    assert case.declarations.filter(frozen_at=None).exists()
    raw.insert(cast.question(ordered, case.authorizations.get(member__key="a")))


def another_version(inquiry: Inquiry, **changes: Any) -> dict[str, Any]:
    """Order anew in this case, on a declaration of one's own; the guards of orders are broken."""
    raw.drop_triggers(
        "commissions_commission_needs_frozen_declaration",
        "cases_declaration_is_closed_once_frozen",
        "commissions_commission_of_what_was_accepted",
    )
    ordered = Commission.objects.get(pk=inquiry.commission_id)
    raw.update(ordered, closed_at=moment())
    version, identifier = uuid4(), uuid4()
    raw.insert(ordered.declaration, id=version, version=9, frozen_at=None, **changes)
    raw.insert(ordered, id=identifier, number="WT-N", closed_at=None, declaration_id=version)
    return {"commission_id": identifier}


def test_the_declaration_that_was_ordered_on_is_frozen_not_another_version(inquiry):
    changes = another_version(inquiry)
    assert Declaration.objects.filter(
        case_id=inquiry.commission.case_id, frozen_at__isnull=False
    ).exists()
    with raw.refused(NO_DECLARATION):
        raw.insert(inquiry, **changes)


def test_the_declaration_that_was_ordered_on_is_of_this_case(inquiry, county):
    other = cast.commissioned(county).declaration_id
    raw.drop_triggers("commissions_commission_needs_frozen_declaration")
    raw.drop_triggers("commissions_commission_of_what_was_accepted")
    ordered = Commission.objects.get(pk=inquiry.commission_id)
    raw.update(ordered, closed_at=moment())
    identifier = uuid4()
    raw.insert(ordered, id=identifier, number="WT-N", closed_at=None, declaration_id=other)
    with raw.refused(NO_DECLARATION):
        raw.insert(inquiry, commission_id=identifier)


def test_an_authorization_claimed_for_another_commissioned_case_is_none(inquiry, county):
    raw.drop_triggers("authorizations_authorization_is_of_one_case")
    elsewhere = cast.commissioned(county).case_id
    with raw.refused(NOT_THIS_PERSON):
        raw.insert(inquiry, **another_authorization(inquiry, case_id=elsewhere))


def test_the_agreement_is_with_the_place_of_this_case_not_of_another(inquiry, county):
    raw.drop_triggers("commissions_commission_needs_frozen_declaration")
    ordered, identifier = Commission.objects.get(pk=inquiry.commission_id), uuid4()
    raw.insert(ordered.case, id=identifier, division="310104", number="SQ-N")
    raw.insert(ordered, id=uuid4(), number="WT-N", case_id=identifier)
    raw.update(Department.objects.get(pk=inquiry.department_id), division="310104")
    with raw.refused(AGREEMENT):
        raw.insert(inquiry)


@pytest.mark.parametrize("days", [{"first_day": 0}, {"last_day": 0}, {"last_day": None}])
def test_an_agreement_counts_from_its_first_day_to_its_last(inquiry, county, days):
    from tests.procedure.inquiries.test_gate import agreed

    agreed(**days)(inquiry, county)
    raw.insert(inquiry)


def test_items_that_are_no_json_are_refused_as_no_list(inquiry):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL 的列只收 JSON")
    columns = [f.column for f in Inquiry._meta.concrete_fields]
    raw.insert(inquiry)
    other = {"id": "'x'", "entry_id": "'x'", "source": "'tax'", "items": "'['"}
    picked = ", ".join(other.get(c, c) for c in columns)
    with raw.refused("gate: items must be a list, not empty, all of this source"):
        raw.execute(
            f"INSERT INTO inquiries_inquiry ({', '.join(columns)})"
            f" SELECT {picked} FROM inquiries_inquiry"
        )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_concludes_or_does_not(ticket, outcome):
    raw.insert(ticket)
    with raw.refused("reply: silence concludes nothing, an answer does"):
        reply_to(ticket, outcome=outcome, conclusive=not OUTCOMES[outcome])
    reply_to(ticket, outcome=outcome, conclusive=OUTCOMES[outcome])


def test_a_reply_names_its_own_ticket_not_that_of_a_neighbour(right_beside, ticket):
    raw.insert(ticket)
    with raw.refused(UNFIT):
        reply_to(ticket, ticket_id=right_beside.id)


def test_no_answer_is_kept_after_a_revocation_whoever_else_has_not_revoked(right_beside, ticket):
    raw.insert(ticket)
    raw.update(ticket.inquiry.authorization, revoked_at=moment())
    with raw.refused("reply: the authorization was revoked before it came"):
        reply_to(ticket)
    reply_to(right_beside)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_facts_stand_only_where_something_was_found(right_beside, ticket, outcome):
    raw.insert(ticket)
    reply_to(right_beside, outcome="FOUND")
    with raw.deed() as entry:
        reply_to(ticket, outcome=outcome, conclusive=OUTCOMES[outcome], entry_id=entry)
        fact = Fact(reply=Reply.objects.get(ticket=ticket), position=0, content=b"-")
        if outcome in {"FOUND", "PARTIAL"}:
            raw.insert(fact)
            return
        with raw.refused(NOTHING_FOUND):
            raw.insert(fact)
    assert Authorization.objects.exists()

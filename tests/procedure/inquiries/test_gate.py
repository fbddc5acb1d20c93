"""The gate 关口 stands in the database: raw SQL with the application's own role meets it too."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.allowing import allow
from hedui.procedure.inquiries.models import AllowList, Fact, Inquiry, Reply, Ticket
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Trouble
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for

OVER = "gate: no question joins an act that is over"
NO_DECLARATION = "gate: declaration not frozen, or not of this case and person"
NOT_THIS_PERSON = "gate: no authorization of this person for this purpose"
REVOKED = "gate: authorization revoked"
NOT_NOW = "gate: authorization not in force now"
ITEMS = "gate: items must be a list, not empty, all of this source"
NOT_AUTHORIZED = "gate: item not authorized"
BEYOND = "gate: item beyond what the programme needs"
DEPARTMENT = "gate: department does not hold this source"
CLOSED = "gate: the case is closed or the person was replaced"
AGREEMENT = "gate: no agreement with this department, there and today"
NOT_AGREED = "gate: item not in the agreement"
DEADLINE = "gate: a deadline lies ahead, by eleven days at most"
OUTLIVES = "gate: a ticket ends with the authorization and the deadline"
ANSWERED = "gate: already answered or past the deadline"
TEN_MINUTES = "gate: a ticket lives ten minutes at most"

Change = Callable[[Inquiry, cast.County], dict[str, Any]]


def another_authorization(inquiry: Inquiry, **changes: Any) -> dict[str, Any]:
    """Write a further authorization of the same person, by raw SQL, and name it."""
    identifier = uuid4()
    raw.insert(Authorization.objects.get(pk=inquiry.authorization_id), id=identifier, **changes)
    return {"authorization_id": identifier}


def valid(inquiry: Inquiry, first: timedelta, last: timedelta) -> dict[str, Any]:
    at = moment()
    return another_authorization(inquiry, valid_from=at + first, valid_until=at + last)


def revoked(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    raw.update(inquiry.authorization, revoked_at=moment())
    return {}


def closed(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    raw.update(inquiry.commission, closed_at=moment())
    return {}


def replaced(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    raw.update(inquiry.member, replaced=True)
    return {}


def unfrozen(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    """Order on a declaration that is not frozen; another guard has to be broken for that."""
    raw.drop_triggers("commissions_commission_needs_frozen_declaration")
    case = cast.authorized(place)
    member = case.members.get(key="a")
    ordered = Commission.objects.get(pk=inquiry.commission_id)
    identifier = uuid4()
    raw.insert(
        ordered,
        id=identifier,
        number="WT-X",
        case_id=case.id,
        declaration_id=case.declarations.get().id,
    )
    return {
        "commission_id": identifier,
        "member_id": member.id,
        "authorization_id": member.authorizations.get().id,
    }


def same_person_elsewhere(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    """张三 has applied twice; what he signed there says nothing here."""
    other = cast.authorized(place).members.get(key="a")
    return {"authorization_id": other.authorizations.get().id}


def member_elsewhere(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    other = cast.authorized(place).members.get(key="a")
    return {"member_id": other.id, "authorization_id": other.authorizations.get().id}


def member_of_this_case_claimed_elsewhere(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    """An authorization row of this person that names another case; another guard is broken."""
    raw.drop_triggers("authorizations_authorization_is_of_one_case")
    return another_authorization(inquiry, case_id=cast.authorized(place).id)


def agreed(**changes: Any) -> Change:
    """Change the agreement; a number is a day so far from today, whenever the test runs."""

    def change(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
        terms = {
            name: today() + timedelta(days=value) if isinstance(value, int) else value
            for name, value in changes.items()
        }
        raw.update(Department.objects.get(pk=inquiry.department_id), **terms)
        return {}

    return change


def agreed_by_one_alone(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    """Who proposed it has approved it; another guard is broken."""
    raw.drop_triggers("agencies_agreement_is_approved_by_another")
    raw.update(inquiry.agreement, approved_by=inquiry.agreement.proposed_by)
    return {}


def no_longer_needed(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    allow(programme="dibao", items=["bank.account_tail"], by=INSTALLER)
    return {}


def needed_elsewhere(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    allow(programme="dibao_edge", items=["bank.account_tail"], by=INSTALLER)
    allow(programme="dibao", items=["bank.balance_fen"], by=INSTALLER)
    return {"items": ["bank.account_tail"]}


def signed_for_and_a_null(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    """A null beside what was signed for covers nothing more; another guard is broken."""
    raw.drop_triggers("authorizations_authorization_begins_whole")
    return another_authorization(inquiry, items=["vehicle.brand", None])


def needed_and_a_null(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    raw.drop_triggers("inquiries_allowlist_only_ends")
    listed = AllowList.objects.get(programme="dibao", ended_at=None)
    raw.update(listed, items=["vehicle.brand", None])
    return {}


def agreed_and_a_null(inquiry: Inquiry, place: cast.County) -> dict[str, Any]:
    raw.drop_triggers("agencies_agreement_is_approved_by_another")
    raw.update(inquiry.agreement, items=["bank.account_tail", None])
    return {}


WRONG: dict[str, tuple[Change, str]] = {
    "a deadline that is over": (
        lambda i, p: {"due_at": moment() - timedelta(seconds=1)},
        DEADLINE,
    ),
    "a deadline that never comes": (
        lambda i, p: {"due_at": moment() + timedelta(days=12)},
        DEADLINE,
    ),
    "an agreement that has ended": (agreed(last_day=-1), AGREEMENT),
    "an agreement that has not begun": (agreed(first_day=1), AGREEMENT),
    "an agreement that one officer made alone": (agreed_by_one_alone, AGREEMENT),
    "a department of another province": (agreed(division="320000"), AGREEMENT),
    "a department of another county": (agreed(division="310104"), AGREEMENT),
    "a declaration that is not frozen": (unfrozen, NO_DECLARATION),
    "a closed commission": (closed, NO_DECLARATION),
    "no commission": (lambda i, p: {"commission_id": uuid4()}, NO_DECLARATION),
    "a replaced member": (replaced, NO_DECLARATION),
    "a member of another case": (member_elsewhere, NO_DECLARATION),
    "nobody": (lambda i, p: {"member_id": uuid4()}, NO_DECLARATION),
    "no authorization": (lambda i, p: {"authorization_id": uuid4()}, NOT_THIS_PERSON),
    "an authorization of another person": (
        lambda i, p: {"authorization_id": i.commission.case.authorizations.get(member__key="b").id},
        NOT_THIS_PERSON,
    ),
    "an authorization in another case": (same_person_elsewhere, NOT_THIS_PERSON),
    "an authorization that names another case": (
        member_of_this_case_claimed_elsewhere,
        NOT_THIS_PERSON,
    ),
    "another purpose": (lambda i, p: {"purpose": "dibao_edge"}, NOT_THIS_PERSON),
    "an authorization for another purpose": (
        lambda i, p: another_authorization(i, purpose="dibao_edge"),
        NOT_THIS_PERSON,
    ),
    "an authorization and a question for another purpose than was ordered": (
        lambda i, p: another_authorization(i, purpose="dibao_edge") | {"purpose": "dibao_edge"},
        NOT_THIS_PERSON,
    ),
    "a revoked authorization": (revoked, REVOKED),
    "an authorization that ended a second ago": (
        lambda i, p: valid(i, timedelta(days=-9), timedelta(seconds=-1)),
        NOT_NOW,
    ),
    "an authorization that ended a year ago": (
        lambda i, p: valid(i, timedelta(days=-700), timedelta(days=-365)),
        NOT_NOW,
    ),
    "an authorization that begins in a minute": (
        lambda i, p: valid(i, timedelta(minutes=1), timedelta(days=9)),
        NOT_NOW,
    ),
    "an item not signed for": (
        lambda i, p: another_authorization(i, items=["tax.amount_fen"]),
        NOT_AUTHORIZED,
    ),
    "one item too many": (
        lambda i, p: (
            another_authorization(i, items=["bank.balance_fen"])
            | {"items": ["bank.balance_fen", "bank.account_tail"]}
        ),
        NOT_AUTHORIZED,
    ),
    "an item that merely begins like one signed for": (
        lambda i, p: {"items": ["bank.balance"]},
        NOT_AUTHORIZED,
    ),
    "an item signed for that the programme does not need": (
        lambda i, p: (
            another_authorization(i, items=["bank.mother_s_maiden_name"])
            | {"items": ["bank.mother_s_maiden_name"]}
        ),
        BEYOND,
    ),
    "an item that the programme needed until today": (no_longer_needed, BEYOND),
    "an item that only another programme needs": (needed_elsewhere, BEYOND),
    "an item not signed for, beside a null": (signed_for_and_a_null, NOT_AUTHORIZED),
    "an item that the programme does not need, beside a null": (needed_and_a_null, BEYOND),
    "an item not agreed on, beside a null": (agreed_and_a_null, NOT_AGREED),
    "no items": (lambda i, p: {"items": []}, ITEMS),
    "items that are a text": (lambda i, p: {"items": "bank.balance_fen"}, ITEMS),
    "items that are an object": (lambda i, p: {"items": {"bank.balance_fen": True}}, ITEMS),
    "items that are nested": (lambda i, p: {"items": [["bank.balance_fen"]]}, ITEMS),
    "items that are numbers": (lambda i, p: {"items": [1]}, ITEMS),
    "items that are null": (lambda i, p: {"items": [None]}, ITEMS),
    "an item of another source": (
        lambda i, p: {"items": ["bank.balance_fen", "tax.amount_fen"]},
        ITEMS,
    ),
    "a source that only begins like the item's": (lambda i, p: {"source": "ban"}, ITEMS),
    "a department of another source": (
        lambda i, p: {"department_id": Department.objects.get(source="tax").id},
        DEPARTMENT,
    ),
    "no department": (lambda i, p: {"department_id": uuid4()}, DEPARTMENT),
}


@pytest.mark.parametrize("what", WRONG)
def test_it_refuses_an_inquiry_with(what, inquiry, county):
    change, message = WRONG[what]
    changes = change(inquiry, county)
    with raw.refused(message):
        raw.insert(inquiry, **changes)
    assert not Inquiry.objects.exists()


def test_it_admits_an_inquiry_when_all_is_right(inquiry):
    raw.insert(inquiry)
    assert Inquiry.objects.get().items == ["bank.balance_fen"]


@pytest.mark.parametrize("first, last", [(-1, 60), (-3600, 2)])
def test_it_admits_an_inquiry_to_the_edge_of_the_validity(inquiry, first, last):
    raw.insert(inquiry, **valid(inquiry, timedelta(seconds=first), timedelta(seconds=last)))


def test_it_admits_an_inquiry_on_an_authorization_signed_anew_after_a_revocation(inquiry, county):
    revoked(inquiry, county)
    raw.insert(inquiry, **another_authorization(inquiry, revoked_at=None))


@pytest.mark.parametrize(
    "verb",
    ["INSERT OR IGNORE INTO", "INSERT OR FAIL INTO", "INSERT OR REPLACE INTO", "REPLACE INTO"],
)
def test_no_conflict_clause_of_sqlite_leads_round_the_gate(inquiry, county, verb):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite 的写法")
    revoked(inquiry, county)
    with raw.refused(REVOKED):
        raw.insert(inquiry, verb=verb)


def test_no_conflict_clause_of_postgresql_leads_round_the_gate(inquiry, county):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL 的写法")
    raw.insert(inquiry)
    table = Inquiry._meta.db_table
    with raw.refused("inquiry: it is never changed"):
        raw.execute(
            f"INSERT INTO {table} SELECT * FROM {table}"
            " ON CONFLICT (id) DO UPDATE SET source = 'tax'"
        )


def to_the_tax_office(inquiry: Inquiry, signed: Authorization) -> Inquiry:
    """Return a question to another department about the same person."""
    asked = cast.question(inquiry.commission, signed)
    asked.source, asked.items = "tax", ["tax.amount_fen"]
    asked.department = Department.objects.get(source="tax")
    asked.agreement = asked.department.agreements.get()
    return asked


def test_no_question_joins_an_act_that_is_over(inquiry, commission):
    with raw.refused(OVER):
        raw.insert(inquiry, entry_id=commission.entry_id)
    raw.insert(inquiry)
    with raw.refused(OVER):
        raw.insert(ticket_for(inquiry), entry_id=inquiry.entry_id)


def test_one_row_that_may_not_be_keeps_out_all_of_its_statement(inquiry, county):
    beyond = to_the_tax_office(inquiry, inquiry.authorization)
    beyond.items = ["tax.amount_fen", "tax.of_no_programme"]
    for told in ([inquiry, beyond], [beyond, inquiry]):  # whichever is looked at first
        with raw.refused(NOT_AUTHORIZED):
            Inquiry.objects.bulk_create(told)
    assert not Inquiry.objects.exists()


def test_one_revoked_authorization_keeps_out_the_tickets_of_its_statement(inquiry, county):
    raw.insert(inquiry)
    signed = Authorization.objects.get(pk=another_authorization(inquiry)["authorization_id"])
    again = to_the_tax_office(inquiry, signed)
    raw.insert(again)
    raw.update(signed, revoked_at=moment())
    for told in ([inquiry, again], [again, inquiry]):
        with raw.refused(REVOKED):
            Ticket.objects.bulk_create([ticket_for(one) for one in told])
    assert not Ticket.objects.exists()


WAYS_IN = {
    "a query": "INSERT INTO inquiries_inquiry SELECT * FROM told",
    "within a query": "WITH put AS (INSERT INTO inquiries_inquiry SELECT * FROM told RETURNING 1)"
    " SELECT count(*) FROM put",
    "a merge": "MERGE INTO inquiries_inquiry q USING told t ON q.id = t.id"
    " WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values})",
    "on conflict": "INSERT INTO inquiries_inquiry SELECT * FROM told ON CONFLICT DO NOTHING",
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_no_way_of_postgresql_to_insert_leads_round_the_gate(inquiry, county, way):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL 的写法")
    raw.insert(inquiry)
    raw.execute("CREATE TEMPORARY TABLE told ON COMMIT DROP AS TABLE inquiries_inquiry")
    names = [field.column for field in Inquiry._meta.concrete_fields]
    raw.execute(
        "UPDATE told SET id = gen_random_uuid(), entry_id = gen_random_uuid(), source = 'tax',"
        " items = '[\"tax.payer\"]'"
    )
    revoked(inquiry, county)
    with raw.refused(REVOKED):
        raw.execute(
            WAYS_IN[way].format(
                columns=", ".join(names), values=", ".join(f"t.{name}" for name in names)
            )
        )


def test_a_ticket_is_minted_when_all_is_right(ticket):
    raw.insert(ticket)
    assert Ticket.objects.get().attempt == 1


WRONG_TICKET: dict[str, tuple[Change, str]] = {
    "a revoked authorization": (revoked, REVOKED),
    "a closed commission": (closed, CLOSED),
    "a replaced member": (replaced, CLOSED),
    "no inquiry": (lambda i, p: {"inquiry_id": uuid4()}, CLOSED),
    "a life of more than ten minutes": (
        lambda i, p: {"expires_at": moment() + timedelta(minutes=10, seconds=5)},
        TEN_MINUTES,
    ),
    "a life beyond the deadline": (
        lambda i, p: {"expires_at": i.due_at + timedelta(seconds=1)},
        OUTLIVES,
    ),
    "a life that is over": (
        lambda i, p: {"expires_at": moment() - timedelta(seconds=1)},
        TEN_MINUTES,
    ),
}


@pytest.mark.parametrize("what", WRONG_TICKET)
def test_it_mints_no_ticket_on(what, ticket, county):
    change, message = WRONG_TICKET[what]
    changes = change(ticket.inquiry, county)
    with raw.refused(message):
        raw.insert(ticket, **changes)
    assert not Ticket.objects.exists()


def test_no_ticket_outlives_the_authorization(inquiry):
    raw.insert(inquiry, **valid(inquiry, timedelta(days=-1), timedelta(seconds=5)))
    with raw.refused(OUTLIVES):
        raw.insert(ticket_for(inquiry))


@pytest.mark.parametrize("division", ["310101", "310100", "310000"])
def test_a_department_may_be_of_the_place_or_of_one_above_it(inquiry, county, division):
    agreed(division=division)(inquiry, county)
    raw.insert(inquiry)


def test_it_mints_no_ticket_once_the_authorization_has_run_out(inquiry):
    raw.insert(inquiry, **valid(inquiry, timedelta(days=-1), timedelta(seconds=0.4)))
    raw.insert(ticket_for(inquiry), expires_at=moment() + timedelta(seconds=0.2))
    time.sleep(0.5)
    with raw.refused(NOT_NOW):
        raw.insert(ticket_for(inquiry), attempt=2)


def test_it_mints_no_ticket_past_the_deadline(inquiry):
    raw.insert(inquiry, due_at=moment() + timedelta(seconds=0.3))
    time.sleep(0.4)
    with raw.refused(ANSWERED):
        raw.insert(ticket_for(inquiry))


def reply_to(ticket: Ticket, **changes: Any) -> None:
    terms = {"outcome": "NOT_FOUND", "conclusive": True, "ticket_id": ticket.id}
    terms |= {"entry_id": ticket.entry_id} | changes
    raw.insert(Reply(inquiry_id=ticket.inquiry_id, received_at=moment(), **terms))


def test_it_mints_no_ticket_once_a_reply_has_ended_the_inquiry(ticket):
    raw.insert(ticket)
    reply_to(ticket)
    with raw.refused(ANSWERED):
        raw.insert(ticket_for(ticket.inquiry), attempt=2)


def test_it_mints_another_ticket_after_a_reply_that_ended_nothing(ticket):
    raw.insert(ticket)
    reply_to(ticket, outcome="NO_ANSWER", conclusive=False)
    raw.insert(ticket_for(ticket.inquiry), attempt=2)


def test_an_attempt_has_one_ticket(ticket):
    raw.insert(ticket)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.insert(ticket_for(ticket.inquiry))


@pytest.mark.parametrize("lie", [timedelta(days=-3), timedelta(hours=2)])
def test_nobody_can_lie_about_when_a_ticket_was_minted(ticket, lie):
    """PostgreSQL writes the moment itself; SQLite refuses any but the present one."""
    if connection.vendor == "sqlite":
        with raw.refused("gate: a ticket is minted now"):
            raw.insert(ticket, minted_at=moment() + lie)
        return
    before = moment()
    raw.insert(ticket, minted_at=before + lie)
    assert before <= Ticket.objects.get().minted_at <= moment()


@pytest.mark.parametrize(
    "outcome, conclusive",
    [("NO_ANSWER", True), ("UNREADABLE", True), ("UNAVAILABLE", True), ("FOUND", False),
     ("NOT_FOUND", False), ("NO_REPLY", True), ("", True)],
)  # fmt: skip
def test_silence_concludes_nothing_and_an_answer_does(ticket, outcome, conclusive):
    raw.insert(ticket)
    with raw.refused("reply: silence concludes nothing, an answer does"):
        reply_to(ticket, outcome=outcome, conclusive=conclusive)


def test_there_are_no_facts_where_nothing_was_found(ticket):
    raw.insert(ticket)
    reply_to(ticket)
    fact = Fact(reply=Reply.objects.get(), position=0, content=b"-")
    with raw.refused("fact: only what a source has found"):
        raw.insert(fact)


def test_a_fact_in_another_place_does_not_open(county):
    """Sealed to its reply and position: what one account holds cannot be copied into another."""
    cast.drafted(county, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]})
    fact = Fact.objects.get()
    assert fact.opened
    with raw.refused("fact: it comes with its reply"):
        raw.insert(fact, id=uuid4(), position=1)
    raw.drop_triggers("inquiries_fact_was_found")
    raw.insert(fact, id=uuid4(), position=1)
    with pytest.raises(Trouble):
        assert Fact.objects.get(position=1).opened


def test_no_temporary_table_stands_before_the_ones_the_gate_looks_at(inquiry, county):
    """Whoever may not touch the authorizations might else bring some of their own."""
    revoked(inquiry, county)
    if connection.vendor == "postgresql":
        raw.execute(
            "CREATE TEMP TABLE authorizations_authorization AS"
            " SELECT * FROM public.authorizations_authorization"
        )
        raw.execute("UPDATE pg_temp.authorizations_authorization SET revoked_at = NULL")
    else:
        raw.execute(
            "CREATE TEMP TABLE authorizations_authorization AS"
            " SELECT * FROM main.authorizations_authorization"
        )
        raw.execute("UPDATE temp.authorizations_authorization SET revoked_at = NULL")
    try:
        with raw.refused(REVOKED):
            raw.insert(inquiry)
    finally:
        schema = "pg_temp" if connection.vendor == "postgresql" else "temp"
        raw.execute(f"DROP TABLE {schema}.authorizations_authorization")


def test_a_reply_fits_its_ticket(ticket, inquiry, commission):
    raw.insert(ticket)
    other = commission.case.members.get(key="b")
    identifier = uuid4()
    raw.insert(
        inquiry, id=identifier, member_id=other.id, authorization_id=other.authorizations.get().id
    )
    with raw.refused("reply: the ticket is of another inquiry"):
        raw.insert(
            Reply(
                inquiry_id=identifier,
                ticket_id=ticket.id,
                outcome="FOUND",
                conclusive=True,
                received_at=moment(),
                entry_id=ticket.entry_id,
            )
        )


def test_an_inquiry_has_at_most_one_reply_that_ends_it(ticket):
    raw.insert(ticket)
    second = ticket_for(ticket.inquiry)
    raw.insert(second, attempt=2)
    reply_to(ticket)
    with pytest.raises(IntegrityError), transaction.atomic():
        reply_to(second)


def test_a_commission_needs_a_frozen_declaration(commission, county):
    case = cast.authorized(county)
    with raw.refused("commission: no frozen declaration of this case"):
        raw.insert(
            commission,
            id=uuid4(),
            number="WT-X",
            case_id=case.id,
            declaration_id=case.declarations.get().id,
        )
    with raw.refused("commission: no frozen declaration of this case"):
        raw.insert(commission, id=uuid4(), number="WT-Y", case_id=case.id)

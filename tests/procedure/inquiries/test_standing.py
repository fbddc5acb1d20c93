"""
Standing 资格 is looked at anew for every question and every ticket, whoever writes the row.

Each way to lose it is tried for both, by raw SQL, while a neighbour's standing is as it should be;
and a neighbour who has lost it stands in nobody's way.
"""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from django.db.models import Max, Value

from hedui.procedure.agencies.models import Agency, Department
from hedui.procedure.authorizations.models import Authorization, Confirmation
from hedui.procedure.authorizations.queries import DECIDING, begin_standing_in, of_age_by
from hedui.procedure.authorizations.states import GUARDED, State, born_of_age, state_of
from hedui.procedure.cases.models import Member
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for

NO_STANDING = "gate: the guardian has no standing any more"
ELSEWHERE = "gate: issued in another county, to be signed anew"
UNCONFIRMED = "gate: a second officer has not confirmed the signature"


def about_the_child(place: cast.County) -> Inquiry:
    """Return a question about the child of a family of its own, not yet a row; 张三 has signed."""
    case = cast.declared(place)
    for key in "ab":
        cast.authorize(place, case.members.get(key=key))
    child = case.members.get(key="c")
    signed = cast.authorize(place, child, guardian="a")
    ordered = cast.commissioned(place, case)
    return cast.question(ordered, signed)


def ended(inquiry: Inquiry) -> None:
    raw.update(inquiry.authorization.guardianship, ended_at=moment())


def guardian_replaced(inquiry: Inquiry) -> None:
    raw.update(inquiry.authorization.guardianship.guardian, replaced=True)


def of_age(ground: str) -> Callable[[Inquiry], None]:
    """Let the child come of age today; that nobody's birthday is changed is another guard."""

    def change(inquiry: Inquiry) -> None:
        raw.drop_triggers("cases_member_only_is_replaced", "authorizations_guardianship_only_ends")
        day = today()
        born = date(day.year - 18, day.month, min(day.day, 28))
        raw.update(Member.objects.get(pk=inquiry.member_id), birth_date=born)
        raw.update(inquiry.authorization.guardianship, ground=ground)

    return change


def guardian_without_capacity(ground: str) -> Callable[[Inquiry], None]:
    def change(inquiry: Inquiry) -> None:
        given = inquiry.authorization.guardianship
        spouse = inquiry.commission.case.members.get(key="b")
        terms = {"member_id": given.guardian_id, "guardian_id": spouse.id}
        raw.insert(given, id=uuid4(), ground=ground, proof="sha256:0", **terms)

    return change


def moved(inquiry: Inquiry) -> None:
    raw.drop_triggers("cases_case_stands_once_frozen")  # the gate does not rest on it
    raw.update(inquiry.commission.case, division="310104")
    raw.update(Department.objects.get(source="bank"), division="310000")


def two_wanted(inquiry: Inquiry) -> None:
    raw.update(inquiry.commission.case.agency, second_person=True)


def confirmed_by_the_way(inquiry: Inquiry) -> None:
    """Two wanted, and the confirmation rests on what another officer did in the case."""
    _confirmed_on(inquiry, act="cases.look", actor="officer:9")


def confirmed_by_a_word_on_another(inquiry: Inquiry) -> None:
    """Two wanted, and it rests on what who registered it has confirmed of another's in the case."""
    _confirmed_on(inquiry, act="authorizations.confirm")


def _confirmed_on(inquiry: Inquiry, **deed: str) -> None:
    two_wanted(inquiry)
    signed, entry = inquiry.authorization, uuid4()
    raw.insert(signed.entry, id=entry, index=Entry.objects.count(), **deed)
    _put(signed, entry)


def _put(signed: Authorization, entry: UUID) -> None:
    """Put a confirmation in on an entry that stands; that none rests on one is another guard."""
    raw.drop_triggers(
        "authorizations_confirmation_with_its_entry",
        "authorizations_confirmation_is_told_by_its_act",
    )
    row = Confirmation(authorization=signed, officer="officer:9", confirmed_at=moment())
    raw.insert(row, entry_id=entry)


def confirmed_by_the_same(inquiry: Inquiry) -> None:
    """Two wanted, and the confirmation rests on the entry of who registered it."""
    two_wanted(inquiry)
    signed = inquiry.authorization
    _put(signed, signed.entry_id)


LOST: dict[str, tuple[Callable[[Inquiry], None], str]] = {
    "an ended guardianship": (ended, NO_STANDING),
    "a guardian who was replaced": (guardian_replaced, NO_STANDING),
    "a ward who came of age, a child then": (of_age("under_14"), NO_STANDING),
    "a ward who came of age": (of_age("under_18"), NO_STANDING),
    "a guardian without capacity": (guardian_without_capacity("no_capacity"), NO_STANDING),
    "a guardian with limited capacity": (
        guardian_without_capacity("limited_capacity"),
        NO_STANDING,
    ),
    "a place that did not issue it": (moved, ELSEWHERE),
    "no second officer": (two_wanted, UNCONFIRMED),
    "the first officer twice": (confirmed_by_the_same, UNCONFIRMED),
    "another officer, who did something else": (confirmed_by_the_way, UNCONFIRMED),
    "the first officer, who confirmed another's": (confirmed_by_a_word_on_another, UNCONFIRMED),
}


@pytest.fixture
def beside(county) -> Inquiry:
    """Return the question of a neighbour, which is in order and is a row."""
    inquiry = about_the_child(county)
    raw.insert(inquiry)
    return inquiry


@pytest.fixture
def question(county, beside) -> Inquiry:
    return about_the_child(county)


@pytest.mark.parametrize("what", LOST)
def test_no_question_is_asked_on(what, question):
    change, message = LOST[what]
    change(question)
    with raw.refused(message):
        raw.insert(question)


@pytest.mark.parametrize("what", LOST)
def test_no_ticket_is_minted_on(what, question):
    raw.insert(question)
    change, message = LOST[what]
    change(question)
    with raw.refused(message):
        raw.insert(ticket_for(question))


def test_the_confirmation_of_another_signature_is_not_that_of_this(county, question):
    parent = question.commission.case.authorizations.get(member__key="a")
    cast.confirmed(county, parent)
    two_wanted(question)
    with raw.refused(UNCONFIRMED):
        raw.insert(question)
    cast.confirmed(county, question.authorization)
    raw.insert(question)
    raw.insert(ticket_for(question))


# What is lost by one alone; the others are wanted of all cases of an agency.
ALONE = [what for what, (_, message) in LOST.items() if message != UNCONFIRMED]


@pytest.mark.parametrize("what", ALONE)
def test_who_has_lost_standing_stands_in_no_neighbours_way(beside, question, what):
    LOST[what][0](beside)
    raw.insert(question)
    raw.insert(ticket_for(question))


@pytest.mark.parametrize("what", [*ALONE, "no second officer"])
def test_nothing_leaves_on(what, question):
    """The door asks by the database's own clock, reports by the rows that they read together."""
    case, signed = question.commission.case, question.authorization
    assert signed.pk in begin_standing_in(case, "dibao")()
    assert _state(signed) is State.ACTIVE
    LOST[what][0](question)
    assert signed.pk not in begin_standing_in(case, "dibao")()
    assert _state(signed) is not State.ACTIVE


def _state(signed: Authorization) -> State:
    rows = Authorization.objects.select_related(*DECIDING).filter(pk=signed.pk)
    alone, together = rows.get(), rows.annotate(is_guarded=GUARDED).get()
    told = state_of(together, moment())
    assert state_of(alone, moment()) == told
    return told.state


@pytest.mark.postgres
@pytest.mark.parametrize("day", ["2024-02-28", "2024-02-29", "2025-02-28", "2026-03-01"])
@pytest.mark.parametrize("time", ["00:00+08:00", "23:59:59.999999+08:00", "16:00+00:00"])
@pytest.mark.usefixtures("committed_postgres")
def test_the_server_knows_who_is_of_age(day, time):
    at = datetime.fromisoformat(f"{day}T{time}")
    by_the_server = of_age_by(Value(at))
    told = Authorization.objects.aggregate(day=Max(by_the_server, default=by_the_server))
    assert told["day"] == born_of_age(at)


def signed_by(question: Inquiry, key: str) -> Inquiry:
    """Return the same question about a member of the household who signed alone."""
    signed = question.commission.case.authorizations.get(member__key=key)
    return cast.question(question.commission, signed)


@pytest.mark.parametrize("lost", [moved, two_wanted, confirmed_by_the_same])
def test_who_signs_alone_has_standing_by_place_and_second_officer_too(question, lost):
    alone = signed_by(question, "a")
    raw.insert(alone)
    lost(alone)
    message = ELSEWHERE if lost is moved else UNCONFIRMED
    with raw.refused(message):
        raw.insert(ticket_for(alone), attempt=2)
    with raw.refused(message):
        raw.insert(signed_by(question, "b"))


def test_what_another_agency_wants_is_not_asked_of_this_one(county, beside, question):
    """Though cases of its own are open there."""
    raw.update(beside.commission.case, agency_id=Agency.objects.get(name="外滩街道").id)
    raw.update(Agency.objects.get(name="外滩街道"), second_person=True)
    raw.insert(question)
    raw.insert(ticket_for(question))
    with raw.refused(UNCONFIRMED):
        raw.insert(ticket_for(beside))


@pytest.mark.parametrize("ground", ["no_capacity", "limited_capacity"])
def test_for_want_of_capacity_a_guardian_stands_at_any_age(question, ground):
    of_age(ground)(question)
    raw.insert(question)
    raw.insert(ticket_for(question))


@pytest.mark.parametrize("ground", ["under_14", "under_18"])
def test_who_was_signed_for_as_a_child_stands_for_others_now(question, ground):
    guardian_without_capacity(ground)(question)
    raw.insert(question)
    raw.insert(ticket_for(question))


def test_with_standing_a_question_is_asked_and_sent(question):
    raw.insert(question)
    raw.insert(ticket_for(question))

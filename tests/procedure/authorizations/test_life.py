"""The life of an authorization 授权的状态: who signs, on what text, and when it ends."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hedui.procedure.agencies.acts import arrange_intake
from hedui.procedure.authorizations import numbers
from hedui.procedure.authorizations.acts import AlreadyConfirmed, confirm, consult, revoke
from hedui.procedure.authorizations.guardians import GuardianNeeded, end_guardianship
from hedui.procedure.authorizations.models import Authorization, Confirmation, Form, Sheet
from hedui.procedure.authorizations.printing import NumberNotUsable
from hedui.procedure.authorizations.queries import held_in, to_sign
from hedui.procedure.authorizations.states import State, state_of
from hedui.procedure.authorizations.texts import FormNotUsable, publish, withdraw
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for

NO_STANDING = "gate: the guardian has no standing any more"
ELSEWHERE = "gate: issued in another county, to be signed anew"
UNCONFIRMED = "gate: a second officer has not confirmed the signature"
WHOLE = "form: a text is not blank, tells what is to be told, and is not yet withdrawn"


def member(case, key: str):
    return case.members.get(key=key, replaced=False)


def wants_two(place: cast.County, *, numbered: bool = False) -> None:
    arrange_intake(
        agency=place.street,
        second_person=True,
        numbered_only=numbered,
        authorization_days=365,
        by=INSTALLER,
    )


def asked_about(ordered) -> set[str]:
    inquire(commission=ordered, by=WORKER)
    return set(Inquiry.objects.filter(commission=ordered).values_list("member__key", flat=True))


# ------------------------------------------------------------------ texts


@pytest.mark.parametrize("text", ["", "  \n", "请签名。", "告知、目的、方式、保存"])
def test_a_text_that_is_blank_or_does_not_tell_is_not_published(county, text):
    with pytest.raises(FormNotUsable):
        publish(
            form="form-x",
            title="授权书",
            text=text,
            programmes=["dibao"],
            first_day=date(2024, 1, 1),
            by=INSTALLER,
        )
    row = Form.objects.get()
    with raw.refused(WHOLE):
        raw.insert(row, id="form-x", text=text)


def test_what_was_published_stays_and_another_text_needs_another_id(county):
    same = {"title": "授权书", "programmes": ["dibao"], "first_day": date(2024, 1, 1)}
    with pytest.raises(FormNotUsable, match="请另起编号"):
        publish(form=cast.FORM, text=cast.TEXT + "改", by=INSTALLER, **same)


def test_nothing_is_registered_on_a_withdrawn_text_and_what_was_goes_on(county):
    case = cast.declared(county)
    before = cast.authorize(county, member(case, "a"))
    withdraw(form=Form.objects.get(), by=INSTALLER)
    with pytest.raises(FormNotUsable, match="已经停用"):
        cast.authorize(county, member(case, "b"))
    with raw.refused("authorization: the text is withdrawn or was not in use that day"):
        raw.insert(before, id="0190a000-0000-7000-8000-000000000001", evidence="sha256:" + "1" * 64)
    assert asked_about(commission(case=case, by=county.intake)) == {"a"}
    with pytest.raises(FormNotUsable, match="此前已经停用"):
        withdraw(form=Form.objects.get(), by=INSTALLER)


# ------------------------------------------------------------------ numbered forms


def test_a_number_binds_person_case_text_and_items(county):
    case = cast.declared(county)
    signed = cast.signed_on_sheet(county, member(case, "a"))
    assert signed.sheet is not None
    assert signed.notice == signed.sheet.digest
    assert "撤回授权" in signed.sheet.notice
    with pytest.raises(NumberNotUsable, match="已经登记过"):
        cast.authorize(county, member(case, "a"), number=signed.sheet.number)


def test_a_number_of_somebody_else_is_refused(county):
    case = cast.declared(county)
    sheet = cast.printed(county, member(case, "a")).sheet
    for other in (member(case, "b"), member(cast.declared(county), "a")):
        with pytest.raises(NumberNotUsable, match="另一个人或者另一案件"):
            cast.authorize(county, other, number=sheet.number, signed_on=today())


def test_the_database_refuses_a_number_of_somebody_else_or_used_up(county):
    case = cast.declared(county)
    signed = cast.signed_on_sheet(county, member(case, "a"))
    other = cast.printed(county, member(case, "b")).sheet
    again = {"id": "0190a000-0000-7000-8000-000000000001", "evidence": "sha256:" + "1" * 64}
    with raw.refused("authorization: the numbered form is of another person, text or purpose"):
        raw.insert(signed, sheet_id=other.number, **again)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw.insert(signed, **again)


def test_more_than_was_printed_is_not_registered(county):
    case = cast.declared(county)
    sheet = cast.printed(county, member(case, "a"), items=("bank.balance_fen",)).sheet
    with pytest.raises(NumberNotUsable, match="超出"):
        cast.authorize(
            county,
            member(case, "a"),
            number=sheet.number,
            items=("bank.balance_fen", "vehicle"),
            signed_on=today(),
            valid_until=sheet.valid_until,
        )


def test_a_printed_form_that_is_not_signed_is_the_draft(county):
    case = cast.declared(county)
    cast.printed(county, member(case, "a"))
    with pytest.raises(NumberNotUsable, match="已打印、未登记"):
        cast.authorize(county, member(case, "a"))
    assert Sheet.objects.filter(authorization__isnull=True).count() == 1


def test_an_agency_may_take_numbered_forms_only(county):
    arrange_intake(
        agency=county.street,
        second_person=False,
        numbered_only=True,
        authorization_days=90,
        by=INSTALLER,
    )
    case = cast.declared(county)
    with pytest.raises(NumberNotUsable, match="只收"):
        cast.authorize(county, member(case, "a"))
    cast.signed_on_sheet(county, member(case, "a"))


@given(st.integers(0, 11), st.sampled_from(numbers.ALPHABET))
def test_one_wrong_character_is_found(place, other):
    drawn = numbers.new_number().removeprefix("SQ-").replace("-", "")
    typed = drawn[:place] + other + drawn[place + 1 :]
    assert (numbers.read_number(typed) is None) == (typed != drawn)


def test_a_number_is_read_however_it_is_typed():
    number = numbers.new_number()
    bare = number.removeprefix("SQ-")
    for typed in (number, number.lower(), bare, bare.replace("-", " "), f"  {bare.lower()} "):
        assert numbers.read_number(typed) == number
    assert numbers.read_number("") is None


@pytest.mark.parametrize(
    ("drawn", "check"), [("23456789ABC", "K"), ("ZZZZZZZZZZZ", "6"), ("SQ23456789A", "E")]
)
def test_a_number_that_was_printed_once_is_read_for_ever(drawn, check):
    assert numbers.check_character(drawn) == check
    whole = drawn + check
    written = f"SQ-{whole[:4]}-{whole[4:8]}-{whole[8:]}"
    for typed in (whole, written, f"SQ{whole}"):
        assert numbers.read_number(typed) == written
    for wrong in (whole[1:], f"2{whole}", f"SQ-{drawn}0", f"SQ-SQ-{whole}"):
        assert numbers.read_number(wrong) is None


# ------------------------------------------------------------------ guardians


def test_an_adult_without_capacity_is_signed_for_with_proof(county):
    case = cast.declared(county)
    with pytest.raises(GuardianNeeded, match="证明"):
        cast.authorize(county, member(case, "b"), guardian="a", capacity="none")
    signed = cast.authorize(
        county, member(case, "b"), guardian="a", capacity="none", proof=cast.SCAN
    )
    assert signed.guardianship.ground == "no_capacity"
    assert signed.guardianship.proof.startswith("sha256:")
    assert asked_about(commission(case=case, by=county.intake)) == {"b"}


@pytest.mark.parametrize("capacity", ["none", "limited"])
def test_who_is_recorded_as_without_capacity_does_not_sign_alone(county, capacity):
    """Neither by the act nor, whoever writes the row, in the database; until that has ended."""
    case = cast.declared(county)
    person = member(case, "b")
    signed = cast.authorize(
        county, person, guardian="a", capacity=capacity, proof=cast.scan("of the court")
    )
    with pytest.raises(GuardianNeeded, match="不能自己签署") as refusal:
        cast.authorize(county, person, scan=cast.scan("alone"))
    assert refusal.value.field == "guardian"
    alone = {"guardianship_id": None, "guardian": None, "evidence": f"sha256:{'b' * 64}"}
    with raw.refused("authorization: an adult without capacity signs through a guardian"):
        raw.insert(signed, id=uuid4(), **alone)
    end_guardianship(guardianship=signed.guardianship, reason="本人恢复行为能力", by=county.intake)
    raw.insert(signed, id=uuid4(), **alone)
    again = cast.authorize(county, person, scan=cast.scan("with capacity again"))
    assert again.guardianship is None


def test_who_has_no_capacity_signs_for_nobody(county):
    case = cast.declared(county)
    child = cast.authorize(county, member(case, "c"), guardian="b", proof=cast.SCAN)
    cast.authorize(county, member(case, "b"), guardian="a", capacity="none", proof=cast.SCAN)
    assert state_of(child, moment()).state is State.ENDED
    with pytest.raises(GuardianNeeded):
        cast.authorize(county, member(case, "c"), guardian="b", proof=cast.SCAN)


def test_the_end_of_a_guardianship_ends_what_was_signed_on_it_at_every_dispatch(county):
    """In Python and, whoever writes the row, in the database; also for a question already asked."""
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "c"), guardian="a")
    ordered = commission(case=case, by=county.intake)
    (first, *_), ticket = inquire(commission=ordered, by=WORKER), None
    ticket = ticket_for(first.tickets[0].inquiry)
    end_guardianship(guardianship=signed.guardianship, reason="监护人死亡", by=county.intake)
    count = Ticket.objects.count()
    assert inquire(commission=ordered, by=WORKER) == []
    with raw.refused(NO_STANDING):
        raw.insert(ticket, attempt=2)
    assert Ticket.objects.count() == count
    with pytest.raises(GuardianNeeded, match="此前已经终止"):
        end_guardianship(guardianship=signed.guardianship, reason="监护人死亡", by=county.intake)


def test_a_guardian_who_left_the_household_stands_for_nobody(county):
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "c"), guardian="b")
    raw.update(member(case, "b"), replaced=True)
    held = Authorization.objects.get(pk=signed.pk)
    assert state_of(held, moment()).state is State.ENDED


# ------------------------------------------------------------------ the second officer


def test_where_two_are_wanted_nothing_is_asked_before_the_second_has_compared(county):
    wants_two(county)
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "a"))
    assert state_of(Authorization.objects.get(pk=signed.pk), moment()).state is State.SIGNED
    ordered = commission(case=case, by=county.intake)
    assert inquire(commission=ordered, by=WORKER) == []
    cast.confirmed(county, signed)
    assert asked_about(ordered) == {"a"}


def test_the_database_wants_the_second_officer_too(county):
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "a"))
    ordered = commission(case=case, by=county.intake)
    inquiry = inquire(commission=ordered, by=WORKER)[0].tickets[0].inquiry
    wants_two(county)
    with raw.refused(UNCONFIRMED):
        raw.insert(ticket_for(inquiry), attempt=2)
    cast.confirmed(county, signed)
    raw.insert(ticket_for(inquiry), attempt=2)


def test_nobody_confirms_what_they_registered_or_did_not_look_at(county):
    wants_two(county)
    signed = cast.authorize(county, member(cast.declared(county), "a"))
    consult(authorization=signed, by=county.intake)
    with pytest.raises(AlreadyConfirmed, match="另一位"):
        confirm(authorization=signed, by=county.intake)
    other = cast.second_officer(county)
    with pytest.raises(AlreadyConfirmed, match="先打开"):
        confirm(authorization=signed, by=other)
    own = Confirmation(
        authorization=signed,
        officer=county.intake.identifier,
        confirmed_at=moment(),
        entry_id=signed.entry_id,
    )
    with raw.refused("confirmation: by another officer than the one who registered it"):
        raw.insert(own)


# ------------------------------------------------------------------ states, and signing anew


def test_every_state_has_a_word_and_none_is_stored():
    assert {state.label for state in State} == {state.label for state in State} - {""}
    assert "state" not in {f.name for f in Authorization._meta.get_fields()}


def test_it_is_active_revoked_or_expired(county):
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "a"), valid_until=today() + timedelta(days=9))
    assert state_of(signed, moment()).state is State.ACTIVE
    assert state_of(signed, moment() + timedelta(days=11)).state is State.EXPIRED
    revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    assert state_of(Authorization.objects.get(pk=signed.pk), moment()).state is State.REVOKED


def test_a_person_who_changed_has_to_sign_anew_and_the_case_says_so(county):
    case = cast.declared(county)
    for one in case.members.all():
        cast.authorize(county, one)
    content = cast.zhang_family(case.applied_on)
    content["members"][1]["name"] = "李四妹"
    cases.declare(case=case, content=content, by=county.intake)
    case.refresh_from_db()
    held = held_in(county.intake, case=case)
    assert set(to_sign(county.intake, case=case, held=held)) == {"b"}


def test_declared_anew_in_another_county_it_has_to_be_signed_anew(county):
    """Departments accept an authorization of the county that asks, and of no other."""
    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "a"))
    content = cast.zhang_family(case.applied_on) | {"division": "310104"}
    cases.declare(case=case, content=content, by=county.intake)
    held = Authorization.objects.select_related("case").get(pk=signed.pk)
    told = state_of(held, moment())
    assert told.state is State.ENDED
    assert "重新签署" in told.why
    case.refresh_from_db()
    assert set(to_sign(county.intake, case=case, held=held_in(county.intake, case=case))) >= {"a"}


def test_who_hands_a_paper_in_is_recorded_and_signs_for_nobody(county):
    from hedui.procedure.authorizations.acts import Agent

    case = cast.declared(county)
    signed = cast.authorize(county, member(case, "a"), agent=Agent("邻居甲", "邻居"))
    assert signed.agent is not None
    assert case.key.open(signed.agent)["name"] == "邻居甲"
    assert signed.guardian is None
    with pytest.raises(Refusal):
        arrange_intake(
            agency=county.street,
            second_person=True,
            numbered_only=True,
            authorization_days=0,
            by=INSTALLER,
        )

"""
What the database asks of an authorization, one condition at a time.

Each is tried by raw SQL with all else in order, and while something beside it would do: another
text in use, another's numbered form, another guardianship, another's code.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from hedui.procedure.agencies.acts import arrange_intake
from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.evidence_models import ElectronicSignature, SignIn, WrongCode
from hedui.procedure.authorizations.models import (
    Authorization,
    Confirmation,
    Form,
    Guardianship,
    Sheet,
)
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Member
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import moment, today
from hedui.wire.artefact import LONGEST_VALIDITY
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw

OUT_OF_USE = "authorization: the text is withdrawn or was not in use that day"
NUMBERED = "authorization: this agency takes numbered forms only"
NOT_THIS_SHEET = "authorization: the numbered form is of another person, text or purpose"
BEGINS_WHOLE = "authorization: it begins unrevoked, for some items"
NOT_PRINTED = "authorization: an item was not printed on the numbered form"
MINOR = "authorization: a minor signs through a guardian"
NO_STANDING = "authorization: the guardian has no standing for this person"
FAMILY = "guardianship: of a person of the case, by another of it or from outside"
PROVEN = "guardianship: proven, but for a minor by declared kinship"
BOUND = "sheet: bound to a person of the case, a text in use and a notice"
WHOLE = "form: a text is not blank, tells what is to be told, and is not yet withdrawn"
ANOTHER_OFFICER = "confirmation: by another officer than the one who registered it"
ANOTHERS_PAPER = "authorization: the paper is that of another person"
NO_MORE = "authorization: the code was given before, or is in force no more"


@pytest.fixture
def case(county):
    return cast.declared(county)


def person(case, key: str) -> Member:
    found: Member = case.members.get(key=key, replaced=False)
    return found


@pytest.fixture
def signed(county, case) -> Authorization:
    """Return what 张三 signed today."""
    terms = {"signed_on": today(), "valid_until": today() + timedelta(days=300)}
    given: Authorization = cast.authorize(county, person(case, "a"), **terms)
    return given


def again(row: Any, **changes: Any) -> UUID:
    """Insert the row once more under another id, with changes."""
    identifier = uuid4()
    raw.insert(row, **{"id": identifier} | changes)
    return identifier


# ------------------------------------------------------------------ the text and the day


def text(name: str, **changes: Any) -> Form:
    again(Form.objects.get(pk=cast.FORM), id=name, **changes)
    return Form.objects.get(pk=name)


@pytest.mark.parametrize("first, last", [(0, None), (-9, 0), (0, 0)])
def test_a_text_serves_from_its_first_day_to_its_last(signed, first, last):
    until = None if last is None else today() + timedelta(days=last)
    text("form-x", first_day=today() + timedelta(days=first), last_day=until)
    again(signed, form_id="form-x")


@pytest.mark.parametrize("first, last", [(1, None), (-9, -1)])
def test_one_text_is_not_in_use_because_another_is(signed, first, last):
    until = None if last is None else today() + timedelta(days=last)
    text("form-x", first_day=today() + timedelta(days=first), last_day=until)
    with raw.refused(OUT_OF_USE):
        again(signed, form_id="form-x")


def test_a_withdrawn_text_is_not_in_use_because_another_is(signed):
    raw.update(text("form-x"), withdrawn_at=moment())
    with raw.refused(OUT_OF_USE):
        again(signed, form_id="form-x")
    again(signed)


def test_a_text_for_another_purpose_serves_none_because_one_for_this_does(signed):
    text("form-x", programmes=["dibao_edge"])
    with raw.refused("authorization: the text is for another purpose"):
        again(signed, form_id="form-x")
    text("form-y", programmes=["dibao_edge", "dibao"])
    again(signed, form_id="form-y")


def test_what_is_signed_today_is_not_signed_on_a_day_to_come(signed):
    with raw.refused("authorization: signed on a day to come"):
        again(signed, signed_on=today() + timedelta(days=1))
    again(signed, signed_on=today())


@pytest.mark.parametrize("word", ["告知", "目的", "方式", "保存", "撤回"])
def test_a_text_tells_each_thing_that_is_to_be_told(county, word):
    with raw.refused(WHOLE):
        again(Form.objects.get(), id="form-x", text=cast.TEXT.replace(word, "某"))


@pytest.mark.parametrize("wrong", [{"title": "  "}, {"text": ""}, {"withdrawn_at": "now"}])
def test_a_text_has_a_title_and_is_not_born_withdrawn(county, wrong):
    wrong = {name: moment() if value == "now" else value for name, value in wrong.items()}
    with raw.refused(WHOLE):
        again(Form.objects.get(), id="form-x", **wrong)
    again(Form.objects.get(), id="form-x")


# ------------------------------------------------------------------ numbered forms


# What is no list of names.
NO_ITEMS: dict[str, Any] = {
    "none": [],
    "an object": {"bank.balance_fen": True},
    "a text": "bank.balance_fen",
    "a null beside a name": ["bank.balance_fen", None],
    "a number beside a name": ["bank.balance_fen", 1],
    "a list beside a name": ["bank.balance_fen", ["tax.amount_fen"]],
}


def numbered_only(agency: Agency) -> None:
    arrange_intake(
        agency=agency,
        second_person=False,
        numbered_only=True,
        authorization_days=365,
        by=INSTALLER,
    )


def test_what_another_agency_wants_is_not_asked_of_this_one(county, case, signed):
    """Even while cases of its own are open there."""
    numbered_only(Agency.objects.get(name="外滩街道"))
    day = case.applied_on
    cases.open_case(programme="dibao", division=cast.DIVISION, applied_on=day, by=county.stranger)
    again(signed)
    numbered_only(county.street)
    with raw.refused(NUMBERED):
        again(signed)


def test_a_signature_without_paper_is_of_the_person_and_of_this_authorization(county, case, signed):
    numbered_only(county.street)
    mine, theirs = electronic(county, case, "a"), electronic(county, case, "b")
    for wrong in ("sha256:0", theirs.digest):
        with raw.refused(NUMBERED):
            again(signed, evidence=wrong)
    again(signed, evidence=mine.digest)


@pytest.fixture
def sheets(county, case, signed) -> dict[str, Sheet]:
    """Return numbered forms that were printed and not signed: for few items, and for all."""
    return {
        "a": cast.printed(county, person(case, "a"), items=("bank.balance_fen",)).sheet,
        "all": cast.printed(county, person(case, "a")).sheet,
        "b": cast.printed(county, person(case, "b")).sheet,
    }


def on(sheet: Sheet, **changes: Any) -> dict[str, Any]:
    items = ["bank.balance_fen"]
    return {"sheet_id": sheet.number, "notice": sheet.digest, "items": items} | changes


def test_what_is_on_a_numbered_form_is_registered_on_it(signed, sheets):
    again(signed, **on(sheets["a"]))


def test_a_numbered_form_binds_person_notice_and_number(signed, sheets):
    for wrong in (
        on(sheets["b"]),
        on(sheets["a"], notice=sheets["b"].digest),
        on(sheets["a"], sheet_id="HD-0000-0000"),
    ):
        with raw.refused(NOT_THIS_SHEET):
            again(signed, **wrong)


def test_a_numbered_form_binds_case_text_and_purpose(county, signed, sheets):
    """Each wrong alone, on a form that no printer could have made."""
    raw.drop_triggers("authorizations_sheet_is_bound")
    text("form-x")
    elsewhere = cast.declared(county).id
    for n, wrong in enumerate(
        ({"case_id": elsewhere}, {"form_id": "form-x"}, {"purpose": "dibao_edge"})
    ):
        raw.insert(sheets["a"], number=f"HD-{n}", **wrong)
        with raw.refused(NOT_THIS_SHEET):
            again(signed, **on(sheets["a"], sheet_id=f"HD-{n}"))


def test_an_item_printed_on_another_form_is_not_printed_on_this(signed, sheets):
    with raw.refused(NOT_PRINTED):
        again(signed, **on(sheets["a"], items=["bank.balance_fen", "tax.amount_fen"]))


def test_an_item_beside_a_null_on_the_form_is_not_printed_on_it(signed, sheets):
    """The form is one that no printer could have made."""
    raw.drop_triggers("authorizations_sheet_is_bound")
    raw.insert(sheets["a"], number="HD-X", items=["tax.amount_fen", None])
    with raw.refused(NOT_PRINTED):
        again(signed, **on(sheets["a"], sheet_id="HD-X"))


@pytest.mark.parametrize("items", NO_ITEMS.values(), ids=NO_ITEMS)
def test_an_authorization_is_for_items_by_name(signed, items):
    with raw.refused(BEGINS_WHOLE):
        again(signed, items=items)
    again(signed)


WRONG_SHEET: dict[str, dict[str, Any]] = {
    "no notice": {"notice": ""},
    "no digest of the notice": {"digest": ""},
    **{f"items: {what}": {"items": items} for what, items in NO_ITEMS.items()},
    "nobody": {"member_id": UUID(int=7)},
    "no text": {"form_id": "form-none"},
}


@pytest.mark.parametrize("what", WRONG_SHEET)
def test_no_form_is_numbered_with(what, sheets):
    with raw.refused(BOUND):
        raw.insert(sheets["a"], number="HD-X", **WRONG_SHEET[what])
    raw.insert(sheets["a"], number="HD-X")


def test_a_numbered_form_is_of_a_person_of_the_case_as_it_now_stands(county, case, sheets):
    elsewhere = cast.declared(county)
    for wrong in ({"case_id": elsewhere.id}, {"member_id": person(elsewhere, "a").id}):
        with raw.refused(BOUND):
            raw.insert(sheets["a"], number="HD-X", **wrong)
    raw.update(person(case, "a"), replaced=True)
    with raw.refused(BOUND):
        raw.insert(sheets["a"], number="HD-X")


def test_a_numbered_form_is_on_a_text_that_is_in_use_itself(sheets):
    raw.update(text("form-x"), withdrawn_at=moment())
    with raw.refused(BOUND):
        raw.insert(sheets["a"], number="HD-X", form_id="form-x")


# ------------------------------------------------------------------ guardians


@pytest.fixture
def child(county, case, signed) -> Authorization:
    """Return what 张三 signed for the child."""
    terms = {"signed_on": today(), "valid_until": today() + timedelta(days=300)}
    given: Authorization = cast.authorize(county, person(case, "c"), guardian="a", **terms)
    return given


def test_a_minor_does_not_sign_alone(child):
    with raw.refused(MINOR):
        again(child, guardianship_id=None)


def standing(child: Authorization, *keys: str, **changes: Any) -> UUID:
    """Let (guardian, ward) have a guardianship of their own."""
    guardian, ward = (person(child.case, key) for key in keys)
    terms = {"guardian_id": guardian.id, "member_id": ward.id}
    return again(child.guardianship, **terms | changes)


def test_the_guardianship_that_is_named_stands_not_another(child):
    ended = standing(child, "b", "c")
    raw.update(Guardianship.objects.get(pk=ended), ended_at=moment())
    elses = standing(child, "a", "b", ground="no_capacity", proof="sha256:0")
    for wrong in (ended, elses, UUID(int=7)):
        with raw.refused(NO_STANDING):
            again(child, guardianship_id=wrong)
    again(child, guardianship_id=standing(child, "b", "c"))


def test_a_guardianship_of_another_case_is_none(county, child):
    raw.drop_triggers("authorizations_guardianship_is_within_the_family")
    wrong = standing(child, "a", "c", case_id=cast.declared(county).id)
    with raw.refused(NO_STANDING):
        again(child, guardianship_id=wrong)


def test_a_guardian_who_was_replaced_signs_nothing(child):
    raw.update(person(child.case, "a"), replaced=True)
    with raw.refused(NO_STANDING):
        again(child)


@pytest.mark.parametrize(
    "ground, serves", [("no_capacity", True), ("limited_capacity", True), ("under_18", False)]
)
def test_an_adult_has_a_guardian_for_want_of_capacity_only(child, signed, ground, serves):
    terms = {"member_id": person(child.case, "b").id, "evidence": digest("b")}
    terms["guardianship_id"] = standing(child, "a", "b", ground=ground, proof="sha256:0")
    if serves:
        again(signed, **terms)
        return
    with raw.refused(NO_STANDING):
        again(signed, **terms)


def test_a_minor_is_nobodys_guardian(child, signed):
    terms = {"member_id": person(child.case, "b").id, "evidence": digest("b")}
    terms["guardianship_id"] = standing(child, "c", "b", ground="no_capacity", proof="sha256:0")
    with raw.refused(NO_STANDING):
        again(signed, **terms)


def eighteen(days: int) -> date:
    """Return the birth date of who came of age so many days ago; on a 29 February, a day more."""
    day = today() - timedelta(days=days)
    return date(day.year - 18, day.month, min(day.day, 28 if day.month == 2 else 31))


@pytest.mark.parametrize(("days", "of_age"), [(0, True), (-1, False)])
def test_on_the_18th_birthday_one_signs_alone_and_for_others_and_not_the_day_before(
    child, signed, days, of_age
):
    raw.drop_triggers("cases_member_only_is_replaced")
    alone = {"guardianship_id": None, "evidence": digest("c")}
    guardian, ward = person(child.case, "a"), Member.objects.get(pk=child.member_id)
    raw.update(ward, birth_date=eighteen(days))
    (refuses if of_age else passes)(NO_STANDING, child)
    (passes if of_age else refuses)(MINOR, child, **alone)
    raw.update(ward, birth_date=date(today().year - 9, 1, 1))
    raw.update(guardian, birth_date=eighteen(days))
    (passes if of_age else refuses)(NO_STANDING, child)


def passes(message: str, signed: Authorization, **changes: Any) -> None:
    assert again(signed, **changes), message


def refuses(message: str, signed: Authorization, **changes: Any) -> None:
    with raw.refused(message):
        again(signed, **changes)


WRONG_STANDING: dict[str, tuple[tuple[str, str], dict[str, Any], str]] = {
    "oneself": (("a", "a"), {}, FAMILY),
    "an end before the beginning": (("b", "c"), {"ended_at": "now"}, FAMILY),
    "another ground": (("b", "c"), {"ground": "because"}, FAMILY),
    "nobody to stand for": (("b", "c"), {"member_id": UUID(int=7)}, FAMILY),
    "nobody who stands": (("b", "c"), {"guardian_id": UUID(int=7)}, FAMILY),
    "no proof of want of capacity": (("a", "b"), {"ground": "no_capacity", "proof": ""}, PROVEN),
    "no proof of limited capacity": (
        ("a", "b"), {"ground": "limited_capacity", "proof": ""}, PROVEN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_STANDING)
def test_no_guardianship_is_recorded_with(what, child):
    keys, wrong, message = WRONG_STANDING[what]
    wrong = {name: moment() if value == "now" else value for name, value in wrong.items()}
    with raw.refused(message):
        standing(child, *keys, **wrong)


@pytest.mark.parametrize("ground", ["under_14", "under_18"])
def test_for_a_minor_declared_kinship_is_enough(child, ground):
    standing(child, "b", "c", ground=ground, proof="")


def test_a_guardianship_stays_within_one_family(county, child):
    elsewhere = cast.declared(county)
    for wrong in (
        {"case_id": elsewhere.id},
        {"member_id": person(elsewhere, "c").id},
        {"guardian_id": person(elsewhere, "b").id},
    ):
        with raw.refused(FAMILY):
            standing(child, "b", "c", **wrong)


@pytest.mark.parametrize("key", ["b", "c"])
def test_who_was_replaced_neither_has_a_guardian_nor_is_one(child, key):
    given = {"guardian_id": person(child.case, "b").id, "member_id": person(child.case, "c").id}
    raw.update(person(child.case, key), replaced=True)
    with raw.refused(FAMILY):
        again(child.guardianship, **given)


# ------------------------------------------------------------------ officer, paper, code


def test_who_registered_another_may_not_confirm_their_own_because_of_it(county, case, signed):
    """王 registered this one, 孙 another: neither fact lets 王 confirm this one."""
    other = cast.second_officer(county)
    authorize_by(other, case)
    at = {"confirmed_at": moment()}
    row = Confirmation(authorization=signed, officer=f"officer:{county.officers['wang'].pk}", **at)
    with raw.refused(ANOTHER_OFFICER):
        raw.insert(row)
    raw.insert(row, officer=f"officer:{county.officers['sun'].pk}")


def authorize_by(actor: Any, case: Any) -> None:
    from hedui.batch.sample.scans import scan
    from hedui.procedure.authorizations.acts import Signature, authorize

    day = case.applied_on
    given = Signature(cast.FORM, ("*",), day, day + timedelta(days=700), scan("b by sun"))
    authorize(member=person(case, "b"), signature=given, by=actor)


def test_the_same_place_in_another_household_is_another_person(county, case, signed):
    """Only within one case is the member of one key the same person with a corrected number."""
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["id_number"] = cast.number("19840301", "017")
    other = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=case.applied_on, by=county.intake
    )
    cases.declare(case=other, content=content, by=county.intake)
    terms = {"case_id": other.id, "declaration_id": other.declarations.get().id}
    with raw.refused(ANOTHERS_PAPER):
        again(signed, member_id=person(other, "a").id, **terms)
    again(signed, member_id=person(other, "a").id, evidence=digest("new"), **terms)


def test_whose_number_was_corrected_keeps_their_paper_and_gets_nobody_elses(county, case, signed):
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["id_number"] = cast.number("19840301", "017")
    cases.declare(case=case, content=content, by=county.intake)
    terms = {"declaration_id": case.declarations.latest("version").id}
    corrected, spouse = person(case, "a"), person(case, "b")
    assert corrected.id != signed.member_id
    again(signed, member_id=corrected.id, **terms)
    with raw.refused(ANOTHERS_PAPER):
        again(signed, member_id=spouse.id, **terms)


def electronic(place: cast.County, case: Any, key: str) -> ElectronicSignature:
    """Let a member sign without paper, an hour ago by the numbers of the codes."""
    from hedui.procedure.authorizations import electronic, totp

    given = electronic.enrol(member=person(case, key), by=place.intake)
    secret = case.key.open_bytes(given.enrolment.secret)
    code = totp.code(secret, int(moment().timestamp()) // totp.STEP)
    signature = electronic.sign(
        enrolment=given.enrolment,
        form=Form.objects.get(pk=cast.FORM),
        notice=electronic.notice_before(case),
        items=("bank.balance_fen",),
        code=code,
        by=electronic.PORTAL,
    ).signature
    assert signature
    return signature


def wrong_codes(signature: ElectronicSignature, times: int) -> None:
    for _ in range(times):
        raw.insert(WrongCode(enrolment=signature.enrolment, entered_at=moment()))


def signs(given: ElectronicSignature, step: int) -> None:
    """Give the code of so many half minutes after that one, to sign."""
    again(given, digest=f"sha256:{step}", step=given.step + step)


def signs_in(given: ElectronicSignature, step: int, **changes: Any) -> None:
    """Give such a code to sign in."""
    terms = {"signed_in_at": moment()} | changes
    raw.insert(SignIn(enrolment_id=given.enrolment_id, step=given.step + step, **terms))


BY_CODE = pytest.mark.parametrize("gives", [signs, signs_in])


@BY_CODE
def test_no_code_of_a_neighbour_spends_mine(county, case, gives):
    """Nor do their wrong codes lock me out, nor ends their new enrolment mine."""
    mine, theirs = electronic(county, case, "a"), electronic(county, case, "b")
    signs(theirs, 98)
    signs_in(theirs, 99)
    wrong_codes(theirs, 9)
    electronic(county, case, "b")
    gives(mine, 1)


@BY_CODE
def test_seven_wrong_codes_do_not_lock_and_eight_do(county, case, gives):
    mine = electronic(county, case, "a")
    wrong_codes(mine, 7)
    gives(mine, 1)
    wrong_codes(mine, 1)
    with raw.refused(NO_MORE):
        gives(mine, 2)


@BY_CODE
@pytest.mark.parametrize("before", [signs, signs_in])
def test_a_code_serves_once_and_none_before_it_whatever_for(county, case, before, gives):
    mine = electronic(county, case, "a")
    before(mine, 5)
    for step in (4, 5):
        with raw.refused(NO_MORE):
            gives(mine, step)
    gives(mine, 6)


@BY_CODE
def test_a_code_of_an_enrolment_that_another_followed_serves_no_more(county, case, gives):
    mine = electronic(county, case, "a")
    electronic(county, case, "a")
    with raw.refused(NO_MORE):
        gives(mine, 1)


@pytest.mark.parametrize("lie", [timedelta(seconds=-15), timedelta(seconds=5), timedelta(days=9)])
def test_nobody_can_lie_about_when_somebody_signed_in(county, case, lie):
    """PostgreSQL writes the moment itself; SQLite refuses any but the present one."""
    mine, before = electronic(county, case, "a"), moment()
    if connection.vendor == "sqlite":
        with raw.refused(NO_MORE):
            signs_in(mine, 1, signed_in_at=moment() + lie)
        return
    signs_in(mine, 1, signed_in_at=moment() + lie)
    assert before <= SignIn.objects.get().signed_in_at <= moment()


@pytest.mark.parametrize(
    "evidence",
    ["", "sha256:", "sha256:" + "a" * 63, "sha256:" + "a" * 65, "sha256:" + "A" * 64, "x" * 71],
)
def test_it_rests_on_something_that_has_a_digest(signed, evidence):
    with raw.refused("authorization: it rests on something signed, which has a digest"):
        again(signed, evidence=evidence)


def test_it_is_for_five_years_at_most(signed):
    first = signed.valid_from
    with raw.refused("authorization: five years at most"):
        again(signed, valid_until=first + LONGEST_VALIDITY + timedelta(seconds=1))
    again(signed, valid_until=first + LONGEST_VALIDITY)

"""T09: a guardian without standing; a child who comes of age while the case is under way."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from hedui.procedure.authorizations.guardians import GuardianNeeded, end_guardianship
from hedui.procedure.authorizations.models import Authorization, Guardianship
from hedui.procedure.authorizations.outsiders import NotAGuardian, Outsider, checked
from hedui.procedure.authorizations.queries import held_in
from hedui.procedure.authorizations.states import serving
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.labels import OUTSIDERS
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from hedui.wire import artefact
from tests import cast
from tests.procedure import raw


def born_18_years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 18)
    except ValueError:
        return day.replace(year=day.year - 18, day=28)


def family(place: cast.County, born: date) -> Any:
    case = cast.declared(place, today() - timedelta(days=20))
    content = cast.zhang_family(case.applied_on)
    content["members"][2]["id_number"] = cast.number(f"{born:%Y%m%d}", "009")
    cases.declare(case=case, content=content, by=place.intake)
    return case


def a_question(ordered: Any, signed: Any) -> Inquiry:
    """Return a question that the gate would let pass, but for the guardian's standing."""
    return cast.question(ordered, signed, timedelta(days=1))


def child(case: Any) -> Any:
    return case.members.get(key="c", replaced=False)


@pytest.mark.parametrize("days", [0, 1, 10])
def test_past_the_18th_birthday_a_guardians_signature_no_longer_serves(county, days):
    """Signed when the child was 17; the birthday was today, yesterday, ten days ago."""
    case = family(county, born_18_years_before(today() - timedelta(days=days)))
    signed = cast.authorize(county, child(case), guardian="b")
    assert signed.guardian is not None
    ordered = commission(case=case, by=county.intake)
    assert inquire(commission=ordered, by=WORKER) == []
    with raw.refused("gate: authorization not in force now"):
        raw.insert(a_question(ordered, signed))


def test_on_the_last_day_before_it_serves(county):
    case = family(county, born_18_years_before(today()) + timedelta(days=1))
    cast.authorize(county, child(case), guardian="b")
    assert inquire(commission=commission(case=case, by=county.intake), by=WORKER)


def test_who_came_of_age_signs_anew_and_is_asked_about_on_that(county):
    case = family(county, born_18_years_before(today()))
    cast.authorize(county, child(case), guardian="b")
    own = cast.authorize(
        county, child(case), signed_on=today(), valid_until=today() + timedelta(days=30)
    )
    assert own.guardian is None
    inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    assert set(Inquiry.objects.values_list("authorization", flat=True)) == {own.pk}


def test_no_one_from_outside_the_family_signs_for_a_child(county):
    case, other = cast.declared(county), cast.declared(county)
    assert other.members.filter(key="a").exists()
    with pytest.raises(GuardianNeeded):
        cast.authorize(county, child(case), guardian="neighbour")


def test_a_guardian_who_was_replaced_signs_no_more(county):
    case = cast.declared(county)
    content = cast.zhang_family(case.applied_on)
    content["members"] = [m for m in content["members"] if m["key"] != "b"]
    cases.declare(case=case, content=content, by=county.intake)
    with pytest.raises(GuardianNeeded):
        cast.authorize(county, child(case), guardian="b")


def apart(**changes: Any) -> Outsider:
    """Return a grandmother who lives elsewhere."""
    return Outsider(
        **{"relation": "grandparent", "name": "外祖母", "number": cast.number("19500301", "006")}
        | changes
    )


def signed_by_outsider(place: cast.County, member: Any, **changes: Any) -> Any:
    terms = {"outsider": apart(), "proof": cast.scan("household register")} | changes
    return cast.authorize(place, member, **terms)


COMMITTEE = {"relation": "committee", "name": "样例居民委员会", "number": "91110000600037341L"}


@pytest.mark.parametrize("said", [{}, COMMITTEE], ids=["grandmother", "committee"])
def test_a_guardian_who_lives_apart_signs_with_proof_and_is_named(county, said):
    case = cast.declared(county)
    signed = signed_by_outsider(county, child(case), outsider=apart(**said))
    held = signed.guardianship
    assert (held.guardian, bool(held.proof)) == (None, True)
    assert case.key.open(held.outsider) == apart(**said).line
    assert case.key.open(signed.guardian)["key"] == ""
    read = artefact.read(signed.artefact, keys.verifier())
    assert read.guardian.digest == artefact.grantor_digest(read.guardian.salt, apart(**said).number)
    assert inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    (shown,) = held_in(county.intake, case=case)
    assert shown.guardian == f"{apart(**said).name}({OUTSIDERS[apart(**said).relation]})"


def test_an_adult_without_capacity_may_have_a_guardian_who_lives_apart(county):
    case = cast.declared(county)
    signed = signed_by_outsider(county, case.members.get(key="b"), capacity="none")
    assert signed.guardianship.ground == "no_capacity"
    assert inquire(commission=commission(case=case, by=county.intake), by=WORKER)


def test_the_same_guardian_who_lives_apart_signs_again_without_a_new_proof(county):
    case = cast.declared(county)
    first = signed_by_outsider(county, child(case))
    again = signed_by_outsider(county, child(case), proof=None, scan=cast.scan("again"))
    assert again.guardianship == first.guardianship
    other = apart(number=cast.number("19510301", "006"))
    with pytest.raises(GuardianNeeded, match="证明"):
        signed_by_outsider(county, child(case), proof=None, outsider=other)


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"relation": "neighbour"}, "outsider_relation", "请选择"),
        ({"name": " "}, "outsider_name", "姓名"),
        ({"number": "1"}, "outsider_number", "公民身份号码有误"),
        ({"number": cast.number("20150301", "006")}, "outsider_number", "须已成年"),
        (COMMITTEE | {"number": "91110000600037342L"}, "outsider_number", "统一社会信用代码"),
        (COMMITTEE | {"name": " "}, "outsider_name", "名称"),
    ],
)
def test_who_lives_apart_is_of_age_and_named_by_number(county, said, field, told):
    member = child(cast.declared(county))
    with pytest.raises(NotAGuardian, match=told) as refusal:
        signed_by_outsider(county, member, outsider=apart(**said))
    assert refusal.value.field == field


@pytest.mark.parametrize("days", [0, 1])
def test_who_lives_apart_may_have_come_of_age_on_the_day_of_signing(county, days):
    day = date(2026, 5, 6)
    given = apart(number=cast.number(f"200805{6 + days:02}", "006"))
    if days:
        with pytest.raises(NotAGuardian, match="须已成年"):
            checked(given, signed_on=day)
    else:
        assert checked(given, signed_on=day) == given


def test_who_lives_apart_needs_a_proof_and_an_adult_signs_alone(county):
    case = cast.declared(county)
    with pytest.raises(GuardianNeeded, match="证明"):
        signed_by_outsider(county, child(case), proof=None)
    with pytest.raises(GuardianNeeded, match="本人签署"):
        signed_by_outsider(county, case.members.get(key="b"))
    with pytest.raises(GuardianNeeded, match="只填一位"):
        signed_by_outsider(county, child(case), guardian="a")


def test_nothing_is_asked_once_a_guardian_who_lives_apart_has_no_standing(county):
    case = cast.declared(county)
    signed = signed_by_outsider(county, child(case))
    assert Authorization.objects.filter(serving(moment())).get() == signed
    ordered = commission(case=case, by=county.intake)
    end_guardianship(guardianship=signed.guardianship, reason="监护人变更", by=county.intake)
    assert not Authorization.objects.filter(serving(moment())).exists()
    assert inquire(commission=ordered, by=WORKER) == []
    with raw.refused("gate: the guardian has no standing any more"):
        raw.insert(a_question(ordered, signed))


def test_a_ticket_is_refused_once_a_guardian_who_lives_apart_has_no_standing(county):
    case = cast.declared(county)
    signed = signed_by_outsider(county, child(case))
    asked = a_question(commission(case=case, by=county.intake), signed)
    raw.insert(asked)
    end_guardianship(guardianship=signed.guardianship, reason="监护人变更", by=county.intake)
    at = moment()
    ticket = Ticket(
        inquiry=asked,
        attempt=1,
        message=uuid4(),
        minted_at=at,
        expires_at=at + timedelta(minutes=5),
        entry_id=asked.entry_id,
    )
    with raw.refused("gate: the guardian has no standing any more"):
        raw.insert(ticket)


def test_past_the_18th_birthday_a_guardian_who_lives_apart_has_no_standing(county):
    case = family(county, born_18_years_before(today()))
    signed_by_outsider(county, child(case))
    assert inquire(commission=commission(case=case, by=county.intake), by=WORKER) == []


def test_the_database_refuses_one_without_proof_or_who_is_both_or_neither(county):
    case = cast.declared(county)
    held = signed_by_outsider(county, child(case)).guardianship
    inside = case.members.get(key="a").pk

    def row(**changes: Any) -> Guardianship:
        terms = {f.attname: getattr(held, f.attname) for f in held._meta.concrete_fields}
        return Guardianship(**terms | {"id": uuid4()} | changes)

    with raw.refused("guardianship: proven, but for a minor by declared kinship"):
        raw.insert(row(proof=""))
    for wrong in ({"guardian_id": inside}, {"outsider": None}):
        one = pytest.raises(IntegrityError, match="authorizations_guardian_inside_or_outside")
        with one, transaction.atomic():
            raw.insert(row(**wrong))
    raw.insert(row())

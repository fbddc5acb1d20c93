"""T09: a guardian without standing; a child who comes of age while the case is under way."""

from datetime import date, timedelta
from typing import Any

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.guardians import GuardianNeeded
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
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
        raw.insert(
            Inquiry(
                commission=ordered,
                member=child(case),
                authorization=signed,
                source="bank",
                department=Department.objects.get(source="bank"),
                purpose="dibao",
                items=["bank.balance_fen"],
                due_at=moment(),
                entry_id=ordered.entry_id,
            )
        )


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

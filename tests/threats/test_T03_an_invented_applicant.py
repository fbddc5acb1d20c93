"""T03: staff invent applicants to look into a person's wealth."""

from datetime import timedelta
from typing import Any

import pytest

from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.acts import AlreadyConfirmed, confirm, consult
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import commission
from hedui.procedure.commissions.budgets import OverBudget, set_budget, to_review
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.reports.own import deeds_about
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db
GHOSTS = 20


def ghost(place: cast.County, n: int) -> Any:
    """Let one officer open a case in somebody's name, with a paper nobody has signed."""
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=today(), by=place.intake
    )
    content = cast.zhang_family(today())
    number = cast.number("19410301", f"{100 + n:03d}")
    person = content["members"][0] | {"name": "某人", "id_number": number}
    cases.declare(case=case, content=content | {"members": [person]}, by=place.intake)
    return cast.authorize(place, case.members.get())


def test_of_twenty_cases_that_one_officer_invents_nobody_is_asked_about(county):
    raw.changed(Agency.objects.filter(pk=county.street.pk), second_person=True)
    for n in range(GHOSTS):
        signed = ghost(county, n)
        ordered = commission(case=signed.case, by=county.intake)
        assert inquire(commission=ordered, by=WORKER) == []
        consult(authorization=signed, by=county.intake)
        with pytest.raises(AlreadyConfirmed, match="另一位"):
            confirm(authorization=signed, by=county.intake)
    assert not Inquiry.objects.exists()
    question = cast.question(ordered, signed, timedelta(days=1))
    with raw.refused("gate: a second officer has not confirmed the signature"):
        raw.insert(question)


def test_beyond_the_budget_each_is_refused_or_lies_before_another_to_review(county):
    allowed = 5
    set_budget(agency=county.street, per_officer=allowed, per_agency=50, by=INSTALLER)
    invented = [ghost(county, n).case for n in range(GHOSTS)]
    ordered, over = invented[:allowed], invented[allowed:]
    for case in ordered:
        commission(case=case, by=county.intake)
    for case in over:
        with pytest.raises(OverBudget):
            commission(case=case, by=county.intake)
    assert to_review() == []
    for case in over:
        commission(case=case, urgency="life", by=county.intake)
    waiting = to_review()
    assert {used.case_id for used in waiting} == {case.pk for case in over}
    assert {used.officer for used in waiting} == {county.intake.identifier}


def test_who_was_asked_about_sees_each_question_and_who_asked(county):
    signed = ghost(county, 0)
    inquire(commission=commission(case=signed.case, by=county.intake), by=WORKER)
    deeds = deeds_about(signed.member)
    assert any(d.label == "发出查询" and d.told for d in deeds)
    ordered = next(d for d in deeds if d.label == "委托核对")
    assert ordered.by == county.street.name

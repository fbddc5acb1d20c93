"""
A conclusion ends the order it rests on 办结委托; who receives aid is checked anew 定期复核.

What is decided is asked about no more. While aid is paid, the household declares what has changed,
and its verification is ordered anew; once it is refused or stopped, only a new application is.
"""

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.authorizations.queries import held_in
from hedui.procedure.authorizations.states import State
from hedui.procedure.cases.acts import AlreadyFrozen, declare, fill_in
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import NotAccepted, NothingDeclared, commission
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.granting import pay
from hedui.procedure.determinations.standing import stands
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.queries import Stage, stage_of
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations import walking
from tests.procedure.rechecks.test_rechecking import paid

pytestmark = pytest.mark.django_db


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def states(county, case) -> set[State]:
    return {held.state for held in held_in(county.intake, case=case)}


def changed(case, county):
    """Declare anew: the wage is another one now."""
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["incomes"][0]["amount"] = "60000.00"
    return declare(case=fresh(case), content=content, by=county.intake)


def test_a_refusal_closes_the_order_and_ends_the_authorizations(county):
    case, held = walking.against(county, "refuse")
    assert states(county, case) == {State.ACTIVE}
    first, second = cast.deciders(county)
    confirm(determination=held(), by=second)
    ordered = case.commissions.get()
    assert ordered.closed_at is not None
    entry = Entry.objects.filter(act="commissions.close").get()
    assert entry.actor == second.identifier
    assert states(county, case) == {State.ENDED}
    assert not inquire(commission=ordered, by=WORKER)
    with pytest.raises(NotAccepted, match="重新申请"):
        commission(case=case, by=first)


def test_what_is_decided_is_not_ordered_anew_whoever_writes(county):
    case, held = walking.against(county, "refuse")
    confirm(determination=held(), by=cast.deciders(county)[1])
    old = case.commissions.get()
    anew = Commission(
        number="WT-1",
        case=case,
        declaration=old.declaration,
        purpose=old.purpose,
        agency=old.agency,
        body=old.body,
        ordered_by=old.ordered_by,
        commissioned_at=moment(),
        entry=old.entry,
    )
    with pytest.raises(DatabaseError, match="decided, and no aid is paid"), transaction.atomic():
        raw.insert(anew)


def test_who_receives_aid_is_verified_anew_under_the_authorization_that_lasts(county):
    case = paid(county)
    assert case.commissions.get().closed_at is not None
    assert states(county, case) == {State.ACTIVE}
    ordered = commission(case=case, by=county.intake)
    assert stands(fresh(case), today()).state.name == "verifying"
    assert stage_of(county.intake, case=case) == Stage.VERIFYING
    assert inquire(commission=ordered, by=WORKER)


def test_what_is_granted_is_open_until_it_is_paid(county):
    report = cast.issued(county)
    held = cast.proposed_for(county, report)
    cast.published(county, held, days_ago=20)
    first, second = cast.deciders(county)
    confirm(determination=held, by=second)
    case = report.commission.case
    assert case.commissions.get().closed_at is None
    month = held.first_month
    pay(case=case, month=month, situation="家庭变化较小", by=first)
    assert case.commissions.get().closed_at is not None


def test_who_receives_aid_declares_what_has_changed_and_it_is_verified(county):
    case = paid(county)
    second = changed(case, county)
    assert second.version == 2
    ordered = commission(case=fresh(case), by=county.intake)
    assert ordered.declaration == second
    with pytest.raises(AlreadyFrozen):
        changed(case, county)


def test_what_is_changed_and_not_declared_is_not_verified(county):
    case = paid(county)
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["incomes"][0]["amount"] = "60000.00"
    fill_in(case=fresh(case), content=content, by=county.intake)
    with pytest.raises(NothingDeclared, match="重新确认"):
        commission(case=fresh(case), by=county.intake)


def test_who_joins_the_household_signs_before_anything_is_asked_of_them(county):
    case = paid(county)
    content = cast.zhang_family(case.applied_on)
    mother = {"key": "z", "name": "赵小芳", "id_number": cast.number("19550301", "002")}
    content["members"].append(content["members"][-1] | mother | {"relation": "parent"})
    declare(case=fresh(case), content=content, by=county.intake)
    ordered = commission(case=fresh(case), by=county.intake)
    asked = {
        ticket.inquiry.member.key
        for envelope in inquire(commission=ordered, by=WORKER)
        for ticket in envelope.tickets
    }
    assert asked
    assert "z" not in asked


@pytest.mark.parametrize("decided", ["refuse", "stop"])
def test_what_is_refused_or_ended_stays_as_it_was_declared(county, decided):
    case, held = walking.against(county, decided)
    confirm(determination=held(), by=cast.deciders(county)[1])
    with pytest.raises(AlreadyFrozen):
        changed(case, county)
    last = case.declarations.get()
    last.pk, last.version, last.frozen_at = None, 2, None
    with pytest.raises(DatabaseError, match="frozen, no further version"), transaction.atomic():
        raw.insert(last)

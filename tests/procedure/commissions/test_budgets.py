"""Budgets 委托限额: nobody harvests; what cannot wait is looked at by another."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connections

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Agency
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.commissions.acts import commission
from hedui.procedure.commissions.budgets import (
    NotToReview,
    OverBudget,
    budgets_in_force,
    overdue,
    review,
    set_budget,
    spending_of,
    to_review,
)
from hedui.procedure.commissions.models import BreakGlass, Budget, Commission, Tally
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.values.working_days import add_working_days
from tests import cast
from tests.procedure import raw

SPENT = "commission: the budget of today is spent"
REVIEWED = "break-glass: never changed, only reviewed once, by another"


@pytest.fixture
def security(county):
    """Return the security administrator of the street."""
    officer = cast.account("an", "安")
    agencies.appoint(
        officer=officer,
        agency=county.street,
        role=Role.SECURITY_ADMIN,
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    return actor_of(officer)


def limit(place: cast.County, per_officer: int, per_agency: int) -> None:
    set_budget(agency=place.street, per_officer=per_officer, per_agency=per_agency, by=INSTALLER)


def colleague(place: cast.County):
    officer = cast.account("qian", "钱")
    agencies.appoint(
        officer=officer,
        agency=place.street,
        role=Role.INTAKE,
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    return actor_of(officer)


def test_an_officer_orders_up_to_the_budget_and_no_further(county):
    limit(county, 2, 9)
    for _ in range(2):
        commission(case=cast.authorized(county), by=county.intake)
    case = cast.authorized(county)
    with pytest.raises(OverBudget, match="您已委托2户.限额2户.") as refusal:
        commission(case=case, by=county.intake)
    assert refusal.value.field == "urgency"
    assert case.declarations.get().frozen_at is None
    commission(case=case, by=colleague(county))
    spending = spending_of(county.intake)
    assert (spending.by_officer, spending.by_agency, spending.is_spent) == (2, 3, True)


def test_the_agency_has_a_budget_for_all_its_officers_together(county):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    with pytest.raises(OverBudget, match="本机构已委托1户"):
        commission(case=cast.authorized(county), by=colleague(county))


def test_an_agency_without_a_budget_of_its_own_has_that_of_all(county):
    set_budget(agency=None, per_officer=1, per_agency=1, by=INSTALLER)
    commission(case=cast.authorized(county), by=county.intake)
    with pytest.raises(OverBudget):
        commission(case=cast.authorized(county), by=county.intake)
    limit(county, 5, 5)
    commission(case=cast.authorized(county), by=county.intake)


def test_what_was_refused_is_not_counted(county):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    for _ in range(3):
        with pytest.raises(OverBudget):
            commission(case=cast.authorized(county), by=county.intake)
    assert set(Tally.objects.values_list("ordered", flat=True)) == {1}


def test_yesterday_is_another_day(county):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    raw.drop_triggers("commissions_tally_counts_up")
    raw.execute("UPDATE commissions_tally SET day = %s", [str(today() - timedelta(days=1))])
    commission(case=cast.authorized(county), by=county.intake)


@pytest.mark.parametrize("how", ["beyond", "without an officer", "without a budget"])
def test_the_database_counts_whoever_writes_the_row(county, how):
    limit(county, 1, 1)
    row = Commission.objects.get(pk=commission(case=cast.authorized(county), by=county.intake).pk)
    case = cast.authorized(county)
    declaration = case.declarations.get()
    raw.update(declaration, frozen_at=moment())
    other = {"id": case.pk, "number": "WT-X", "case_id": case.pk, "declaration_id": declaration.pk}
    if how == "without an officer":
        limit(county, 9, 9)
        other["ordered_by"] = ""
    if how == "without a budget":
        for budget in Budget.objects.filter(ended_at=None):
            raw.update(budget, ended_at=moment())
    with raw.refused(SPENT):
        raw.insert(row, **other)


def test_what_cannot_wait_goes_beyond_the_budget_with_its_reason(county, security):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    case = cast.authorized(county)
    ordered = commission(case=case, by=county.intake, urgency="life")
    (used,) = to_review()
    assert (used.case, used.officer, used.reason) == (case, county.intake.identifier, "life")
    assert used.review_by == add_working_days(today(), 1)
    assert '"urgency":"life"' in Entry.objects.get(pk=ordered.entry_id).content
    with pytest.raises(OverBudget):  # once, for this case
        commission(case=cast.authorized(county), by=county.intake)
    held = review(used=used, is_justified=True, by=security)
    assert (held.reviewed_by, held.is_justified) == (security.identifier, True)
    assert to_review() == []
    with pytest.raises(NotToReview):
        review(used=used, is_justified=False, by=security)


def test_a_reason_within_the_budget_leaves_nothing_to_review(county):
    commission(case=cast.authorized(county), by=county.intake, urgency="life")
    assert to_review() == []


def test_a_word_that_is_no_reason_opens_nothing(county):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    with pytest.raises(OverBudget):
        commission(case=cast.authorized(county), by=county.intake, urgency="boss")


def test_it_never_goes_beyond_declaration_or_authorization(county):
    """The reason lifts the budget and nothing else."""
    from hedui.procedure.commissions.acts import NothingDeclared
    from hedui.procedure.inquiries.acts import inquire
    from hedui.procedure.record.actor import WORKER

    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    case = cast.declared(county)
    ordered = commission(case=case, by=county.intake, urgency="life")
    assert inquire(commission=ordered, by=WORKER) == []
    from hedui.procedure.cases.acts import open_case

    bare = open_case(
        programme="dibao", division=cast.DIVISION, applied_on=today(), by=county.intake
    )
    with pytest.raises(NothingDeclared):
        commission(case=bare, by=county.intake, urgency="life")


def test_nobody_reviews_what_they_ordered_themselves(county, security):
    """Neither by the act nor by SQL."""
    used = BreakGlass.objects.create(
        case=cast.authorized(county),
        agency=county.street,
        officer=security.identifier,
        reason="life",
        opened_at=moment(),
        entry_id=Entry.objects.last().pk,
    )
    with pytest.raises(NotToReview, match="其他安全管理员"):
        review(used=used, is_justified=True, by=security)
    seen = {"reviewed_at": moment(), "is_justified": True}
    with raw.refused(REVIEWED):
        raw.update(used, reviewed_by=security.identifier, **seen)
    assert raw.update(used, reviewed_by="officer:999", **seen) == 1
    with pytest.raises(NotAllowed):
        review(used=used, is_justified=True, by=county.intake)


def test_it_is_due_by_the_end_of_the_next_working_day(county, monkeypatch):
    limit(county, 1, 1)
    commission(case=cast.authorized(county), by=county.intake)
    commission(case=cast.authorized(county), by=county.intake, urgency="term")
    assert overdue() == []
    due = to_review()[0].review_by
    monkeypatch.setattr("hedui.procedure.commissions.budgets.today", lambda: due)
    assert overdue() == []
    monkeypatch.setattr(
        "hedui.procedure.commissions.budgets.today", lambda: due + timedelta(days=1)
    )
    assert len(overdue()) == 1


def test_no_break_glass_is_born_reviewed(county):
    case = cast.authorized(county)
    entry = Entry.objects.last()
    used = BreakGlass(
        case=case,
        agency=county.street,
        officer="officer:1",
        reason="life",
        opened_at=moment(),
        entry_id=entry.pk,
    )
    with raw.refused("break-glass: it begins unreviewed"):
        raw.insert(used, reviewed_by="officer:2", reviewed_at=moment(), is_justified=True)


@pytest.mark.parametrize("per_officer, per_agency", [(0, 5), (6, 5), (-1, 5)])
def test_a_budget_that_makes_no_sense_is_refused(county, security, per_officer, per_agency):
    with pytest.raises(Refusal, match="每人限额"):
        set_budget(
            agency=county.street, per_officer=per_officer, per_agency=per_agency, by=security
        )


def test_who_may_set_budgets_sees_them_with_what_is_spent(county, security):
    limit(county, 3, 4)
    commission(case=cast.authorized(county), by=county.intake)
    listed = {(b.agency and b.agency.name): spent for b, spent in budgets_in_force(security)}
    assert listed == {None: 0, county.street.name: 1}
    assert budgets_in_force(county.intake) == []


def test_of_many_at_once_no_more_pass_than_the_budget_has(committed):
    place = committed
    other = Agency.objects.get(name="外滩街道")
    cases = [cast.authorized(place) for _ in range(6)]
    limit(place, 3 + ordered_today(place), 3 + ordered_today(place))
    start, outcomes = threading.Barrier(6), []

    def order(case) -> None:
        try:
            start.wait(timeout=60)
            commission(case=case, by=place.intake)
            outcomes.append("ordered")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=order, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    set_budget(agency=place.street, per_officer=1_000, per_agency=3_000, by=INSTALLER)
    assert outcomes.count("ordered") == 3
    assert set(outcomes) <= {"ordered", "OverBudget", "IntegrityError"}
    assert not Tally.objects.filter(agency=other).exists()


def ordered_today(place: cast.County) -> int:
    return spending_of(place.intake).by_agency

"""批量委托 on pages: what may be ordered together is, each by itself; the rest is named."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from hedui.faces.workbench.views import commissioning
from hedui.procedure.cases.acts import declare
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.budgets import set_budget
from hedui.procedure.commissions.models import Commission
from hedui.procedure.rechecks.models import Round
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports import ordering_many
from tests import cast
from tests.faces.desks import at_desk, of_one_person, page
from tests.procedure.rechecks.test_rechecking import another, paid

pytestmark = pytest.mark.django_db


def order(desk, *cases, name="commissions", **where):
    address = reverse(f"workbench:{name}", kwargs=where)
    told = desk.post(address, {"case": [case.number for case in cases]}, follow=True)
    return told.content.decode()


def signed(county):
    """Return a second case, of one person who has authorized."""
    case = of_one_person(county)
    cast.authorize(county, case.members.get())
    return case


def test_what_is_chosen_is_ordered_each_by_an_act_of_its_own(county):
    first, second = cast.authorized(county), signed(county)
    desk = at_desk(county, "wang")
    assert "批量委托（2 件待委托）" in page(desk, "home")
    shown = page(desk, "commissions")
    assert first.number in shown
    assert second.number in shown
    assert "已委托 2 件" in order(desk, first, second)
    assert Commission.objects.count() == Entry.objects.filter(act="reports.request").count() == 2
    assert "没有可以一并委托的案件" in page(desk, "commissions")


def test_what_is_not_chosen_waits(county):
    first, second = cast.authorized(county), signed(county)
    desk = at_desk(county, "wang")
    assert "已委托 1 件" in order(desk, second)
    assert Commission.objects.get().case == second
    assert first.number in page(desk, "commissions")
    assert "请至少选择一件" in order(desk)


def test_where_the_budget_ends_the_rest_is_named_and_waits(county):
    set_budget(agency=county.street, per_officer=1, per_agency=9, by=INSTALLER)
    first, second = cast.authorized(county), signed(county)
    told = order(at_desk(county, "wang"), first, second)
    assert "已委托 1 件" in told
    assert "1 件没有委托" in told
    assert Commission.objects.count() == 1


def test_nobody_orders_together_what_another_street_took_in(county):
    case = cast.authorized(county)
    order(at_desk(county, "sheng"), case)
    assert not Commission.objects.exists()
    address = reverse("workbench:commissions")
    assert at_desk(county, "liu").get(address).status_code == 403


def test_the_families_of_a_recheck_list_are_ordered_together(county):
    case = paid(county)
    desk = at_desk(county, "he")
    until = (today() + timedelta(days=800)).isoformat()
    address = reverse("workbench:new_list")
    desk.post(address, {"until": until, "percent": "0"}, follow=True)
    held = Round.objects.get()
    assert "批量委托重新核对" in page(desk, "recheck_list", roster=held.pk)
    told = order(desk, case, name="commissions_of_list", roster=held.pk)
    assert "已委托 1 件" in told
    assert "已重新委托核对" in told
    assert case.commissions.count() == 2
    assert "都已办理" in page(desk, "commissions_of_list", roster=held.pk)


def test_a_list_is_ordered_in_its_turns_whoever_applied_first(county, monkeypatch):
    """Wherever the budget of a day ends, each office has had its share."""
    old, new = today().replace(day=1) - timedelta(days=40), today()
    elsewhere = replace(county, intake=county.stranger, street=cast.other_street(county))
    for sequence, place, day in ((4, county, old), (5, county, old), (6, elsewhere, new)):
        paid(place, another(place, sequence, day))
    for module in (ordering_many, commissioning):
        monkeypatch.setattr(module, "MOST", 2)
    desk = at_desk(county, "he")
    until = (today() + timedelta(days=800)).isoformat()
    desk.post(reverse("workbench:new_list"), {"until": until, "percent": "0"}, follow=True)
    held = Round.objects.get()
    turns = [task.case for task in held.tasks.order_by("turn")]
    assert turns[1].agency != turns[0].agency  # at 1/4, 1/2 and 3/4 of the way
    shown = page(desk, "commissions_of_list", roster=held.pk)
    assert [case.number in shown for case in turns] == [True, True, False]
    assert shown.index(turns[0].number) < shown.index(turns[1].number)
    assert "按清单的次序" in shown
    order(desk, *turns, name="commissions_of_list", roster=held.pk)
    assert {one.case for one in Commission.objects.filter(closed_at=None)} == set(turns[:2])


def test_who_has_not_signed_takes_nobodys_turn(county, monkeypatch):
    monkeypatch.setattr(ordering_many, "MOST", 1)
    first, second = of_one_person(county), another(county, 5)
    third = another(county, 6)
    found = ordering_many.waiting(county.intake, among=[first.pk, third.pk, second.pk])
    assert [(one.case, one.is_whole) for one in found] == [(third, True), (first, False)]


def test_who_has_not_signed_is_listed_apart_and_not_ordered(county):
    case = paid(county)
    content = cast.zhang_family(case.applied_on)
    mother = {"key": "z", "name": "赵小芳", "id_number": cast.number("19550301", "002")}
    content["members"].append(content["members"][-1] | mother | {"relation": "parent"})
    declare(case=Case.objects.get(pk=case.pk), content=content, by=county.intake)
    desk = at_desk(county, "he")
    until = (today() + timedelta(days=800)).isoformat()
    desk.post(reverse("workbench:new_list"), {"until": until, "percent": "0"}, follow=True)
    held = Round.objects.get()
    assert "还有成员没有授权的 1 件" in page(desk, "commissions_of_list", roster=held.pk)
    told = order(desk, case, name="commissions_of_list", roster=held.pk)
    assert "还有成员没有有效的授权" in told
    assert case.commissions.count() == 1


def test_the_page_of_a_family_that_is_paid_leads_to_a_new_declaration_and_a_new_order(county):
    case = paid(county)
    desk, bureau = at_desk(county, "wang"), at_desk(county, "he")
    shown = page(desk, "case", number=case.number)
    assert "重新委托核对" in shown
    assert "修改申报<span" in shown
    assert "重新委托核对" in page(bureau, "case", number=case.number)
    assert "修改申报<span" not in page(bureau, "case", number=case.number)
    address = reverse("workbench:commission", kwargs={"number": case.number})
    assert "已委托核对" in desk.post(address, follow=True).content.decode()
    shown = page(desk, "case", number=case.number)
    assert "重新委托核对" not in shown
    assert "修改申报<span" not in shown

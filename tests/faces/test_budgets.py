"""委托限额 on pages: who sets them, what an officer sees when they are spent, who reviews."""

from datetime import date

import pytest
from django.urls import reverse

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.commissions.acts import commission
from hedui.procedure.commissions.budgets import set_budget, to_review
from hedui.procedure.record.actor import INSTALLER, Role
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def security(county):
    officer = cast.account("an", "安")
    agencies.appoint(
        officer=officer,
        agency=county.street,
        role=Role.SECURITY_ADMIN,
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    county.officers["an"] = officer
    return at_desk(county, "an")


def post(desk, name, data, **where):
    return desk.post(reverse(f"workbench:{name}", kwargs=where), data, follow=True)


def test_the_security_administrator_sets_what_holds_from_now_on(county, security):
    assert "1000" in page(security, "budgets")
    given = {"agency": str(county.street.pk), "per_officer": "2", "per_agency": "5", "looks": "7"}
    answer = post(security, "new_budget", given)
    assert "限额已设定" in answer.content.decode()
    assert county.street.name in page(security, "budgets")
    wrong = post(security, "new_budget", given | {"per_officer": "6"})
    assert wrong.status_code == 422
    assert "不超过机构限额" in wrong.content.decode()


@pytest.mark.parametrize("login", ["wang", "liu", "zhao"])
def test_nobody_else_opens_the_page(county, login):
    assert at_desk(county, login).get(reverse("workbench:budgets")).status_code == 403


def test_an_officer_whose_budget_is_spent_is_told_and_may_give_a_reason(county, security):
    set_budget(agency=county.street, per_officer=1, per_agency=1, by=INSTALLER)
    commission(case=cast.authorized(county), by=county.intake)
    case, desk = cast.authorized(county), at_desk(county, "wang")
    shown = page(desk, "case", number=case.number)
    assert "今天的委托限额已用完" in shown
    assert "危及生命健康" in shown
    told = post(desk, "commission", {}, number=case.number).content.decode()
    assert "今天您已委托1户" in told
    assert not case.commissions.exists()
    done = post(desk, "commission", {"urgency": "life"}, number=case.number).content.decode()
    assert "已委托核对" in done
    listed = page(security, "budgets")
    assert case.number in listed
    assert "危及生命健康" in listed
    (used,) = to_review()
    assert "已复核" in post(security, "review", {"justified": "yes"}, used=used.pk).content.decode()
    assert "没有待复核的事项" in page(security, "budgets")


def test_where_the_budget_lasts_nothing_is_said_of_it(county):
    case = cast.authorized(county)
    assert "限额" not in page(at_desk(county, "wang"), "case", number=case.number)

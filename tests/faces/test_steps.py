"""The steps of the course on pages: taken where they may be, told with what is due when."""

from datetime import timedelta

import pytest
from django.urls import reverse

from hedui.procedure.cases.models import Step
from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import at_county, at_desk, page

pytestmark = pytest.mark.django_db


def step(client, case, kind, **given):
    """Send the form of a step, and return the page that comes."""
    where = reverse("workbench:take_step", kwargs={"number": case.number, "kind": kind})
    return client.post(where, given, follow=True)


def test_an_application_is_supplemented_once_and_accepted_on_pages(county, street):
    case = cast.declared(county)
    shown = page(street, "case", number=case.number)
    assert "一次性告知补正" in shown
    lacking = step(street, case, "supplement", missing="", way="counter", told_on=today())
    assert (lacking.status_code, "请填写全部缺少的材料" in lacking.content.decode()) == (422, True)
    told = {"missing": "户口簿\n残疾证", "way": "counter", "told_on": today()}
    listed = step(street, case, "supplement", **told).content.decode()
    for said in ("待补正", "户口簿", "补正材料期限", "收到补正材料"):
        assert said in listed
    held_up = page(street, "case", number=case.number)
    assert "委托核对</button>" not in held_up
    assert "收到补正材料" in held_up
    assert "只能告知一次" not in page(street, "take_step", number=case.number, kind="supplement")
    step(street, case, "supply", note="都交了", received_on=today())
    assert "待授权、待委托" in step(street, case, "accept").content.decode()
    assert [one.kind for one in case.steps.all()] == ["supplement", "supply", "accept"]


def test_a_clock_is_stopped_where_it_runs_and_let_go_on_where_it_stands(county, street):
    case = cast.authorized(county)
    assert "暂停计时" in (running := page(street, "steps", number=case.number))
    assert "恢复计时" not in running
    stopped = step(street, case, "pause", reason="appraisal", note="委托鉴定").content.decode()
    ways = stopped[stopped.index("现在可以办理") : stopped.index("已办理")]
    assert ("恢复计时" in ways, "暂停计时" in ways) == (True, False)
    step(street, case, "resume")
    assert case.steps.filter(kind="resume").exists()


def test_from_the_decision_to_the_payment_on_pages(county, street):
    report = cast.doubted(county)
    case = report.commission.case
    cast.deciders(county)
    he, lv = at_desk(county, "he"), at_desk(county, "lv")
    cast.visited(county, case)
    address = reverse("workbench:determine", kwargs={"number": report.number})
    assert "每月 ¥1,455.00" in he.get(address).content.decode()
    other = he.post(address, {"outcome": "grant", "reasons": "x", "amount": "1000"})
    assert "请写明不同的理由" in other.content.decode()
    assert he.post(address, {"outcome": "grant", "reasons": "符合条件"}).status_code == 302
    held = Determination.objects.get()
    listed = step(street, case, "publish", place="公示栏", posted_on=today()).content.decode()
    for said in ("公示中", "张三", "每月 ¥1,455.00", "期满自动撤下"):
        assert said in listed
    cast.long_ago(case.steps.get(kind="publish"), 30)
    over = page(street, "steps", number=case.number)
    assert "期满自动撤下" not in over
    confirm = reverse(
        "workbench:confirm_determination",
        kwargs={"number": report.number, "determination": held.pk},
    )
    assert "已确认：确认给予" in lv.post(confirm, follow=True).content.decode()
    month = (today() + timedelta(days=62)).strftime("%Y-%m")
    paid = step(he, case, "pay", month=month, situation="家庭变化较小").content.decode()
    assert "发放中" in paid
    assert case.steps.get(kind="pay").days == 12


def test_what_is_sealed_of_a_step_is_shown_only_with_an_entry(county, street):
    case = cast.declared(county)
    cast.visited(county, case, seen="只有一张床")
    assert "只有一张床" in page(street, "steps", number=case.number)
    assert Entry.objects.filter(act="cases.look", case=case.pk, content__contains="steps").exists()


def test_who_stood_back_is_led_away_and_finds_the_case_no_more(county, street):
    case = cast.declared(county)
    own = county.intake.identifier
    gone = step(street, case, "stand_back", officer=own, reason="邻居").content.decode()
    assert "您不再看到和办理这一案件" in gone
    assert case.number not in gone
    where = reverse("workbench:case", kwargs={"number": case.number})
    assert street.get(where).status_code == 404


@pytest.mark.parametrize("kind", ["pay", "invented"])
def test_a_step_that_is_not_theirs_or_is_none_is_not_taken(county, street, kind):
    case = cast.declared(county)
    assert step(street, case, kind).status_code in (403, 404)
    assert not Step.objects.exists()


def test_what_is_due_is_listed_by_clock_and_officer_and_told_to_the_level_above(county, street):
    late, fresh = cast.declared(county), cast.declared(county)
    asked = {"missing": "户口簿", "way": "counter", "told_on": today()}
    step(street, late, "supplement", **asked)
    cast.long_ago(late.steps.get(), 60)
    step(street, late, "supply", note="x", received_on=today())
    cast.long_ago(late.steps.get(kind="supply"), 30)
    listed = page(street, "due")
    assert late.number in listed
    assert "已逾期" in listed
    assert "请督办" not in listed
    assert "张三" not in listed
    above = at_county(county).get(reverse("workbench:due") + "?urgency=overdue").content.decode()
    assert (late.number in above, fresh.number in above) == (True, False)
    assert "请督办" in above
    narrowed = street.get(reverse("workbench:due") + "?clock=commission&urgency=later")
    assert late.number not in narrowed.content.decode()

"""质量 on pages: counts both ways, the blind review, papers before an adverse confirmation."""

import re
from datetime import date

import pytest

from hedui.procedure.determinations.applying import confirm_turning_down, turn_down
from hedui.procedure.determinations.counting import by_month, turned_down
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import at_desk, page
from tests.procedure.oversight.test_reviewing import concluded_last_month

pytestmark = pytest.mark.django_db


def test_who_knows_nothing_reviews_on_a_page_and_the_counts_show_it(county):
    report = cast.doubted(county)
    cast.resolved(county, cast.objected(county, report), outcome="not_upheld")
    held = concluded_last_month(county, report, "refuse")
    cast.newcomer(county)
    client = at_desk(county, "mei")
    assert "第 1 件" in page(client, "quality")
    address = f"/quality/{held.pk}/"
    shown = client.get(address).content.decode()
    for secret in ("张三", report.number, report.commission.case.number, "不予确认"):
        assert secret not in shown
    given = {"outcome": "meets", "reasons": "赔偿款不计入"}
    early = client.post(address, given, follow=True).content.decode()
    assert "每一份材料" in early
    exhibit = cast.exhibits_of(report.objections.get())[0]
    assert client.get(f"{address}papers/{exhibit.pk}/").status_code == 200
    missing = client.post(address, given | {"reasons": ""})
    assert missing.status_code == 422
    client.post(address, given)
    assert SecondReview.objects.get().disagrees
    counted = page(client, "quality")
    assert "该给的没有给" in counted
    assert "20.6% 至 100%" in counted
    first = at_desk(county, "lv").get(address, follow=True).content.decode()
    assert "不能盲审" in first
    assert at_desk(county, "wang").get("/quality/").status_code == 403


def test_the_papers_of_a_proposal_are_opened_from_the_report(county):
    report = cast.doubted(county)
    held = cast.proposed_against(county, report)
    client = at_desk(county, "lv")
    exhibit = cast.exhibits_of(held)[0]
    address = f"/reports/{report.number}/determinations/{held.pk}/papers/{exhibit.pk}/"
    assert address in page(client, "report", number=report.number)
    assert client.get(address).status_code == 200


def test_who_was_turned_down_is_counted_by_ground_office_and_month(county):
    officer = cast.deciders(county)[0]
    for ground in ("not_here", "withdrawn", "withdrawn"):
        case = cast.declared(county)
        turn_down(case=case, ground=ground, reasons="不在本区", by=county.intake)
        assert turned_down(officer, on=today())[0].grounds.get(ground, 0) == len(
            case.steps.model.objects.filter(kind="confirm_turning_down", word=ground)
        )
        confirm_turning_down(case=case, way="counter", by=officer)
    (counted,) = turned_down(officer, on=today())
    assert (counted.applied, counted.count, counted.rate) == (3, 3, "100%")
    assert dict(counted.grounds) == {"not_here": 1, "withdrawn": 2}
    assert by_month([counted], on=today())[-1] == (today().replace(day=1), 3)
    shown = page(at_desk(county, "lv"), "quality")
    assert "登记申请 3 件，不予受理 3 件" in shown
    assert 'data-label="申请人书面撤回申请">2<' in shown
    assert re.search(r"南京东路街道.*?>3<.*?>1<.*?>0<.*?>2<.*?100%", shown, re.DOTALL)
    assert "张" not in re.sub("张贴", "", shown)
    elsewhere = by_month(turned_down(county.stranger, on=today()), on=today())
    assert sum(count for _, count in elsewhere) == 0


def test_months_go_back_over_the_turn_of_the_year():
    months = [month for month, _ in by_month([], on=date(2026, 2, 28))]
    assert months[0] == date(2025, 3, 1)
    assert months[-1] == date(2026, 2, 1)
    assert len(set(months)) == 12


def test_what_was_overturned_is_drawn_by_source_with_how_many(county):
    report = cast.doubted(county)
    cast.resolved(county, cast.objected(county, report))
    cast.deciders(county)
    shown = page(at_desk(county, "lv"), "quality")
    assert "银行存款 1 次中 1 次" in shown
    assert "1 / 1" in shown

"""质量 on pages: counts both ways, the blind review, papers before an adverse confirmation."""

import pytest

from hedui.procedure.oversight.models import SecondReview
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

"""文书 on pages: what is due, a notice issued, printed and handed over; many printed at once."""

import io
import re
from dataclasses import replace

import pypdf
import pytest

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.determinations.applying import confirm_turning_down, supplement, turn_down
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.papers.printing import printed_together
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


def said(answer) -> str:
    assert answer["content-type"] == "application/pdf", answer.content
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    return re.sub(r"\s", "", "".join(one.extract_text() for one in reader.pages))


def test_a_notice_is_issued_printed_and_handed_over_on_pages(county, street):
    case = cast.declared(county)
    at = f"/cases/{case.number}/papers/supplement/issue/"
    assert "请先登记“一次性告知补正”" in street.get(at, follow=True).content.decode()
    supplement(
        case=case,
        missing=["张三的离婚证", "李四的失业登记"],
        way="counter",
        told_on=today(),
        by=county.intake,
    )
    assert "不能改写" in street.get(at).content.decode()
    assert street.post(at, {"缺少的材料": "别的"}).status_code == 302
    notice = Notice.objects.get()
    listed = page(street, "papers", number=case.number)
    assert notice.number in listed
    assert "登记送达" in listed
    printed = said(street.get(f"/notices/{notice.number}/notice.pdf"))
    assert "•张三的离婚证•李四的失业登记" in printed
    assert cast.ZHANG_SAN not in printed
    handed = {"key": "a", "way": "counter", "delivered_on": str(today()), "receipt": "本人签字"}
    assert street.post(f"/notices/{notice.number}/deliver/", handed).status_code == 302
    assert NoticeDelivery.objects.get().notice == notice
    assert "送达" in page(street, "papers", number=case.number)
    made = [e.act for e in Entry.objects.filter(act__startswith="papers.").order_by("index")]
    assert made == ["papers.issue", "papers.open_notice", "papers.deliver_notice"]


def test_a_form_has_the_whole_number_only_where_the_papers_are_taken_in(county, street):
    case = cast.commissioned(county).case
    path = f"/cases/{case.number}/papers/declaration/form.pdf"
    assert cast.ZHANG_SAN in said(street.get(path))
    assert cast.ZHANG_SAN not in said(at_desk(county, "liu").get(path))
    assert at_desk(county, "sheng").get(path).status_code == 404
    assert Entry.objects.filter(act="papers.print_form", case=case.pk).count() == 2


def test_many_are_one_file_whose_first_page_counts_them_and_each_is_an_act(county, street):
    report = cast.issued(county)
    notice = cast.noticed(county, report.commission.case)
    assert "请至少选择一份" in street.post("/printing/", follow=True).content.decode()
    with pytest.raises(Refusal, match="一次最多打印 50 份,您选了 51 份"):
        printed_together([report], [notice] * 50, by=county.intake)
    before = Entry.objects.count()
    printed = said(street.post("/printing/", {"report": report.number, "notice": notice.number}))
    made = [e.act for e in Entry.objects.filter(index__gte=before).order_by("index")]
    assert made == ["reports.consult", "papers.open_notice"]
    for number in (report.number, notice.number):
        assert printed.count(number) >= 2
    assert "第1页共1页" in printed
    stranger = at_desk(county, "sheng")
    assert stranger.post("/printing/", {"report": report.number}).status_code == 404
    assert stranger.post("/printing/", {"notice": notice.number}).status_code == 404
    assert not Entry.objects.filter(actor=county.stranger.identifier).exists()


def test_a_pile_with_one_that_is_not_theirs_opens_none_and_leaves_no_entry(county):
    report = cast.issued(county)
    elsewhere = replace(county, intake=county.stranger)
    notice = cast.noticed(elsewhere, cast.declared(elsewhere))
    before = Entry.objects.count()
    with pytest.raises(NotYours):
        printed_together([report], [notice], by=county.intake)
    assert Entry.objects.count() == before


def test_a_blank_form_names_nobody_and_is_for_every_officer(county, street):
    printed = said(street.get("/printing/blank/visit.pdf"))
    assert "入户调查表" in printed
    assert street.get("/printing/blank/no-such.pdf").status_code == 404


def test_what_waits_to_be_issued_and_handed_over_is_counted_and_listed(county):
    def counted(login: str) -> list[int]:
        shown = at_desk(county, login).get("/due/counts/").content.decode()
        return [int(number) for number in re.findall(r"<b[^>]*>(\d+)</b>", shown)]

    cast.deciders(county)
    case = cast.declared(county)
    turn_down(case=case, ground="not_here", reasons="不在本区", by=county.intake)
    assert counted("he")[-2:] == [0, 0]
    confirm_turning_down(case=case, way="counter", by=cast.deciders(county)[0])
    assert counted("he")[-2:] == [1, 0]
    listed = page(at_desk(county, "wang"), "printing")
    assert f"/cases/{case.number}/papers/" in listed
    notice = cast.noticed(county, case, "not_accepted")
    assert counted("he")[-2:] == [0, 1]
    assert f"/notices/{notice.number}/deliver/" in page(at_desk(county, "wang"), "printing")
    cast.handed_over(county, notice)
    assert counted("he")[-2:] == [0, 0]
    assert counted("sheng")[-2:] == [0, 0]
    assert 'hx-get="/due/counts/"' in page(at_desk(county, "wang"), "home")

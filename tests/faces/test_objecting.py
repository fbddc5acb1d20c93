"""异议 on pages: handed over, contested item by item, reviewed by another, a new version of it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hedui.procedure.authorizations.exhibits import about
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Objection, Resolution
from hedui.procedure.objections.queries import STANDING_TYPE
from hedui.procedure.record import keys
from hedui.procedure.record.moment import today
from hedui.procedure.reports.models import Acceptance, Delivery, Report
from hedui.wire.canonical import canonical
from hedui.wire.seals import Verifier, load_public
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db
BANK = "bank.balance_fen"


@pytest.fixture
def report(county):
    return cast.doubted(county)


@pytest.fixture
def street(county):
    return at_desk(county, "wang")


def at(report: Report) -> int:
    return cast.finding_on(report, BANK).position


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", cast.SCAN, "application/pdf")


def contest(street: Client, report: Report, **changes):
    place = at(report)
    given = {
        "key": "a",
        "received_on": str(today()),
        f"item_{place}": "on",
        f"grounds_{place}": "其中五万元是赔偿款",
        "what_1": "赔偿协议",
        "paper_1": scan(),
    } | changes
    return street.post(f"/reports/{report.number}/object/", given)


def test_the_whole_way_on_pages(county, report, street):
    handed = {
        "key": "a",
        "way": "counter",
        "delivered_on": str(today()),
        "receipt": "本人签收",
        "what_1": "送达回证",
        "paper_1": scan(),
    }
    assert street.post(f"/reports/{report.number}/deliver/", handed).status_code == 302
    assert about(Delivery.objects.get().pk)
    assert "异议期至" in page(street, "report", number=report.number)
    assert contest(street, report).status_code == 302
    objection = Objection.objects.get()
    for login in ("wang", "liu", "zhao"):
        shown = page(at_desk(county, login), "report", number=report.number)
        assert "暂缓使用" in shown
        assert objection.number in shown
    cast.reviewer(county)
    reviewer = at_desk(county, "qian")
    assert "待我办理" in page(reviewer, "home")
    (paper,) = about(objection.pk)
    held = objection.items.get()
    address = f"/objections/{objection.number}/items/{held.pk}/resolve/"
    result = {
        "outcome": "upheld",
        "cause": "exempt",
        "accepted": "30000",
        "reasons": "与协议相符",
    }
    early = reviewer.post(address, result)
    assert (early.status_code, "先打开" in early.content.decode()) == (422, True)
    seen = reviewer.get(f"/objections/{objection.number}/papers/{paper.pk}/")
    assert seen.content == cast.SCAN
    assert reviewer.post(address, result).status_code == 302
    assert "与协议相符" in page(street, "objection", number=objection.number)
    assert "暂缓使用" not in page(street, "report", number=report.number)
    prepares = at_desk(county, "liu")
    revised = prepares.post(f"/reports/{report.number}/revise/", {"ground": "objection"})
    second = Report.objects.get(version=2)
    assert revised.headers["Location"] == f"/reports/{second.number}/"
    shown = page(prepares, "report", number=second.number)
    assert "与上一版的差别" in shown
    assert "按认定数" in shown
    cast.signed_off(county, second)
    assert f'已由<a href="/reports/{second.number}/">第 2 版' in page(
        street, "report", number=report.number
    )


def test_nothing_is_ticked_and_nothing_written_beforehand(report, street):
    shown = page(street, "object_to", number=report.number)
    assert "checked" not in shown
    assert "<textarea" in shown
    assert all(part.startswith(("\n</textarea>", "</textarea>")) for part in _textareas(shown))


def _textareas(shown: str) -> list[str]:
    return [part.partition(">")[2] for part in shown.split("<textarea")[1:]]


def test_what_is_missing_is_said_at_its_field(report, street):
    place = at(report)
    answer = contest(street, report, **{f"grounds_{place}": " ", "what_1": ""})
    shown = answer.content.decode()
    assert answer.status_code == 422
    for field in (f"id_grounds_{place}", "id_what_1"):
        assert f'href="#{field}"' in shown
        assert f'id="{field}"' in shown
    nothing = contest(street, report, **{f"item_{place}": ""})
    assert "请选择有异议的事项" in nothing.content.decode()
    assert not Objection.objects.exists()


def test_report_json_tells_how_it_stands_signed_apart(report, street, county):
    cast.objected(county, report)
    given = json.loads(street.get(f"/reports/{report.number}/report.json").content)
    assert given["report"] == report.opened
    standing = given["standing"]
    assert standing["on_hold"] == [report.opened["findings"][at(report)]["id"]]
    key = Verifier.of(load_public(Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC))
    key.verify_detached(given["standing_signature"], canonical(standing), typ=STANDING_TYPE)


def test_the_paper_and_whoever_confirms_it_are_told(county, report, street):
    before = street.get(f"/reports/{report.number}/report.pdf").content
    cast.objected(county, report)
    after = street.get(f"/reports/{report.number}/report.pdf").content
    assert _text(before).count("暂缓使用") == 0
    assert "暂缓使用" in _text(after)
    assert "张三的存款余额" in _text(after)
    shown = Client().get(f"/verify/{report.code}/").content.decode()
    assert "有 1 项因异议正在复核" in shown
    assert "张三" not in shown


def test_the_paper_of_a_new_version_tells_the_difference(county, report):
    cast.resolved(county, cast.objected(county, report))
    from hedui.procedure.objections.revising import revise
    from hedui.procedure.reports.versions import Ground

    second = revise(report=report, ground=Ground.OBJECTION, by=county.prepares)
    text = _text(at_desk(county, "liu").get(f"/reports/{second.number}/report.pdf").content)
    for said in ("与上一版的差别", report.number, "认定30,000.00", "按规定不计入", "成立"):
        assert said.replace(" ", "") in text, said


def _text(pdf: bytes) -> str:
    import io

    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_further_papers_are_taken_in(county, report, street):
    objection = cast.objected(county, report)
    address = f"/objections/{objection.number}/papers/"
    street.post(address, {"what_1": "流水"})
    assert len(about(objection.pk)) == 1
    street.post(address, {"what_1": "流水", "paper_1": scan()})
    assert len(about(objection.pk)) == 2


def test_a_source_is_asked_once_more_from_the_page(county, report):
    objection = cast.objected(county, report)
    prepares = at_desk(county, "liu")
    address = f"/reports/{report.number}/findings/{at(report)}/ask-again/"
    asked = {"reason": "objection", "objection": objection.number}
    assert prepares.post(address, {"reason": ""}).status_code == 302
    assert not report.commission.reverifications.exists()
    answer = prepares.post(address, asked, follow=True)
    assert "已发起复核查询" in answer.content.decode()
    assert "正在向银行存款的来源部门复核查询" in answer.content.decode()
    again = prepares.post(address, asked, follow=True)
    assert "正在查询" in again.content.decode()


def test_the_officer_in_charge_accepts_on_a_page_guided_by_questions(county):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    prepares = at_desk(county, "liu")
    assert "认定差异" in page(prepares, "report", number=draft.number)
    shown = page(prepares, "accept", number=draft.number, position=at(draft))
    assert "有没有已经卖掉、报废" in shown
    address = f"/reports/{draft.number}/findings/{at(draft)}/accept/"
    given = {"cause": "undeclared", "accepted": "80000", "reason": "x"}
    refused = prepares.post(address, given)
    assert refused.status_code == 422
    assert "逐项排除" in refused.content.decode()
    given = {"cause": "ownership", "accepted": "40000", "reason": "夫妻共有,按份额"}
    assert prepares.post(address, given).status_code == 302
    assert Acceptance.objects.get().cause == "ownership"
    shown = page(prepares, "report", number=draft.number)
    assert "¥40,000.00" in shown
    assert "权属不同" in shown


def test_whoever_has_no_part_in_it_finds_no_door(county, report, street):
    objection = cast.objected(county, report)
    item = objection.items.get()
    stranger, signer = at_desk(county, "sheng"), at_desk(county, "zhao")
    assert stranger.get(f"/objections/{objection.number}/").status_code == 404
    assert stranger.get(f"/reports/{report.number}/object/").status_code == 404
    assert signer.get(f"/reports/{report.number}/object/").status_code == 403
    address = f"/objections/{objection.number}/items/{item.pk}/resolve/"
    assert street.post(address, {}).status_code == 403
    refused = signer.post(address, {"outcome": "not_upheld", "reasons": "x"}, follow=True)
    assert "由其他人员办理" in refused.content.decode()
    assert not Resolution.objects.exists()
    (paper,) = about(objection.pk)
    assert stranger.get(f"/objections/{objection.number}/papers/{paper.pk}/").status_code == 404


def test_statistics_are_for_who_reviews_and_name_nobody(county, report, street):
    cast.resolved(county, cast.objected(county, report))
    shown = at_desk(county, "zhao").get("/objections/statistics/").content.decode()
    assert "银行存款：账户余额" in shown
    assert "100%" in shown
    assert "张三" not in shown
    assert street.get("/objections/statistics/").status_code == 403


def test_the_page_says_beforehand_what_bars_a_conclusion_and_offers_what_the_case_can_have(
    county, report
):
    cast.deciders(county)
    first = at_desk(county, "he")
    barred = page(first, "determine", number=report.number)
    assert "请登记以后再提出审核意见" in barred
    assert "<textarea" not in barred
    cast.visited(county, report.commission.case)
    offered = page(first, "determine", number=report.number)
    assert "不予确认" in offered
    assert "减发" not in offered
    assert "停发" not in offered


def test_a_conclusion_is_proposed_on_a_page_and_confirmed_by_another(county, report):
    cast.long_issued(report, days=90)
    cast.deciders(county)
    cast.visited(county, report.commission.case)
    first, second = at_desk(county, "he"), at_desk(county, "lv")
    assert "还没有送达" in page(first, "determine", number=report.number)
    given: dict[str, Any] = {"outcome": "refuse", "reasons": "x", "findings": [at(report)]}
    address = f"/reports/{report.number}/determine/"
    refused = first.post(address, given)
    assert (refused.status_code, "另行核实" in refused.content.decode()) == (422, True)
    given |= {"apart": "visit", "what_1": "入户调查表", "paper_1": scan()}
    assert first.post(address, given).status_code == 302
    held = Determination.objects.get()
    confirm = f"/reports/{report.number}/determinations/{held.pk}/confirm/"
    assert "没有效力" in page(second, "report", number=report.number)
    early = second.post(confirm, follow=True).content.decode()
    assert "还没有送达家庭" in early
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    own = first.post(confirm, follow=True).content.decode()
    assert "不能自己确认" in own
    unread = second.post(confirm, follow=True).content.decode()
    assert "每一份材料" in unread
    (paper,) = about(held.pk)
    papers = f"/reports/{report.number}/determinations/{held.pk}/papers/{paper.pk}/"
    assert second.get(papers).status_code == 200
    done = second.post(confirm, follow=True).content.decode()
    assert "已确认：不予确认" in done
    case = report.commission.case
    assert "不予确认待告知" in page(first, "case", number=case.number)
    assert at_desk(county, "liu").get(address).status_code == 403

"""数据来源 on pages: how the sources stand, whether they were right, what they are to correct."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from hedui.faces.cli.checking import findings
from hedui.faces.workbench import charts
from hedui.procedure.agencies.models import Department
from hedui.procedure.agencies.suspensions import LEAST_WRONG
from hedui.procedure.cases.written import lasting
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.breaker import FAULTS_TO_REST
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports import sources
from hedui.procedure.reports.corrections import corrections
from hedui.procedure.reports.models import Correction
from hedui.procedure.reports.reviewing import review_source
from tests import cast
from tests.faces.desks import _newcomer, at_administration, at_desk, page
from tests.procedure import raw

pytestmark = pytest.mark.django_db
CAR = {"plate_class": "小型汽车", "vehicle_class": "car", "status": "normal"}


def with_a_car(county):
    report = cast.drafted(county, {("b", "vehicle"): [CAR]})
    return report, report.findings.get(source="vehicle", status="inconsistent")


def failed(county, outcome="NO_ANSWER", code="ConnectionRefusedError", times=1, source="bank"):
    commission = cast.commissioned(county)
    for _ in range(times):
        envelopes = inquire(commission=commission, by=WORKER)
        left = [t for e in envelopes if e.department.source == source for t in e.tickets]
        received = [Received(ticket, outcome, code) for ticket in left]
        receive(commission=commission, received=received, by=WORKER)


@pytest.fixture
def verifier(county):
    return at_desk(county, "liu")


def post(desk, name, data, **where):
    return desk.post(reverse(f"workbench:{name}", kwargs=where), data, follow=True)


# ------------------------------------------------------------------ how they stand


def test_each_source_is_shown_with_what_came_of_it(county, admin):
    cast.answered(cast.commissioned(county))
    failed(county, times=FAULTS_TO_REST)
    text = page(admin, "sources")
    bank = text[text.index(">bank ") : text.index("</section>", text.index(">bank "))]
    assert "连续失败，暂停查询" in bank
    assert "3 / 6 项（50%）" in bank
    assert "连不上部门" in bank
    assert "未恢复" in bank
    assert "请核对“协作部门”中的服务地址" in bank
    assert "中位数" in bank
    tax = text[text.index(">tax ") : text.index("</section>", text.index(">tax "))]
    assert "正常" in tax
    assert "未得到可用反馈" not in tax


def test_nothing_of_anybody_stands_on_it(county, admin):
    with_a_car(county)
    text = page(admin, "sources") + page(admin, "home")
    family = cast.zhang_family(today())
    for member in family["members"]:
        assert member["name"] not in text
        assert member["id_number"] not in text


def test_where_nobody_was_asked_yet_it_says_so(county, admin):
    assert "没有查询" in page(admin, "sources")
    raw.changed(Department.objects, last_day=today())
    assert "还没有协作部门" in page(admin, "sources")


def test_what_an_administrator_has_to_mend_is_a_task_of_theirs_once(county, admin, street):
    failed(county, times=3)
    failed(county, "UNREADABLE", "QUARANTINED", source="tax")
    text = page(admin, "home")
    assert text.count("连不上部门") == 1
    assert text.count("反馈的是另一人的信息，已隔离") == 1
    assert "请部门检查查询是否按完整号码匹配" in text
    assert "连不上部门" not in page(street, "home")


def test_what_answers_again_is_nobodys_task_any_more(county, admin):
    failed(county)
    assert "连不上部门" in page(admin, "home")
    cast.answered(cast.commissioned(county))
    assert "连不上部门" not in page(admin, "home")
    assert "连不上部门" in page(admin, "sources")


def test_who_takes_in_does_not_see_it(county, street):
    assert street.get(reverse("workbench:sources")).status_code == 403
    assert street.get(reverse("workbench:corrections")).status_code == 403
    assert sources.sources(county.intake) == []
    assert sources.to_mend(county.prepares) == []


def test_half_and_nineteen_twentieths():
    assert sources.at_share([5], 50) == sources.at_share([5], 95) == 5
    assert sources.at_share(range(1, 101), 50) == 50
    assert sources.at_share(range(100, 0, -1), 95) == 95


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 毫秒"),
        (999, "999 毫秒"),
        (1_000, "1 秒"),
        (4_857, "4.9 秒"),
        (59_999, "60 秒"),
        (60_000, "1 分钟"),
        (5_400_000, "1.5 小时"),
        (259_200_000, "3 天"),
    ],
)
def test_how_long_something_takes_is_said_in_the_unit_that_fits(milliseconds, said):
    assert lasting(milliseconds) == said


def test_the_list_of_departments_says_terms_in_days_and_that_there_is_no_address(county):
    cast.reached_at("")
    raw.changed(Department.objects.filter(source="bank"), answer_within=259_200)
    shown = page(at_administration(county), "departments")
    assert "3 天" in shown and "没有，用文件或者视图" in shown


def test_how_long_answers_took_is_drawn_over_days():
    days = [(date(2026, 11, 1), 20, 100), (date(2026, 11, 5), 40, 200)]
    drawn = charts.spread(days, name="银行")
    assert drawn is not None
    assert (drawn.median, drawn.p95) == ("M14 148 L346 135", "M14 97 L346 34")
    assert "2026-11-05中位数 40 毫秒、95% 在 200 毫秒内" in drawn.summary
    assert charts.spread(days[:1], name="银行") is None


def test_the_officer_of_a_case_reads_why_an_answer_is_not_used(county, verifier):
    commission = cast.commissioned(county)
    envelopes = inquire(commission=commission, by=WORKER)
    for source, outcome, code in (
        ("bank", "UNREADABLE", "QUARANTINED"),
        ("tax", "NAME_MISMATCH", ""),
    ):
        left = [t for e in envelopes if e.department.source == source for t in e.tickets]
        received = [Received(ticket, outcome, code) for ticket in left]
        receive(commission=commission, received=received, by=WORKER)
    text = page(verifier, "case", number=commission.case.number)
    assert "反馈的是另一人的信息，已隔离" in text
    assert "请核对申报的姓名" in text


# ------------------------------------------------------------------ whether they were right


def test_an_officer_says_that_a_source_was_wrong_and_has_the_letter(county, verifier):
    report, car = with_a_car(county)
    assert "核实来源" in page(verifier, "report", number=report.number)
    where = {"number": report.number, "position": car.position}
    form = page(verifier, "review_source", **where)
    assert "checked" not in form
    assert post(verifier, "review_source", {}, **where).status_code == 422
    said = post(verifier, "review_source", {"verdict": "person"}, **where).content.decode()
    held = Correction.objects.get()
    assert f"更正请求 {held.number} 已生成" in said
    assert f"经核实来源有误（不是本人的记录），更正请求 {held.number}" in said
    assert held.number in page(verifier, "corrections")
    letter = page(verifier, "correction", number=held.number)
    assert str(held.message) in letter
    assert held.serial in letter
    for member in cast.zhang_family(today())["members"]:
        assert member["name"] not in letter
        assert member["id_number"] not in letter


@pytest.mark.parametrize(
    ("address", "way"), [("http://127.0.0.1:9", "系统随即送达部门"), ("", "请打印送达部门")]
)
def test_who_brings_a_request_to_the_department_is_said(county, verifier, address, way):
    report, car = with_a_car(county)
    cast.reached_at(address, "vehicle")
    where = {"number": report.number, "position": car.position}
    said = post(verifier, "review_source", {"verdict": "person"}, **where).content.decode()
    assert f"已生成，{way}。" in said


def test_a_source_that_was_right_is_said_to_be(county, verifier):
    report, car = with_a_car(county)
    where = {"number": report.number, "position": car.position}
    said = post(verifier, "review_source", {"verdict": "right"}, **where).content.decode()
    assert "经核实来源无误" in said
    again = post(verifier, "review_source", {"verdict": "value"}, **where).content.decode()
    assert "这一项已经核实过来源" in again
    assert "没有数据更正请求" in page(verifier, "corrections")


def test_what_the_department_answers_is_entered(county, verifier):
    _, car = with_a_car(county)
    held = review_source(finding=car, fault="value", by=county.prepares).correction
    assert post(verifier, "answer_correction", {}, number=held.number).status_code == 422
    given = {"outcome": "corrected", "document": "车管〔2026〕1号"}
    said = post(verifier, "answer_correction", given, number=held.number).content.decode()
    assert "部门的答复已登记" in said
    assert "已更正" in page(verifier, "corrections")
    assert "车管〔2026〕1号" in page(verifier, "correction", number=held.number)
    again = post(verifier, "answer_correction", given, number=held.number).content.decode()
    assert "已经登记过答复" in again


def test_what_is_late_stands_first(county):
    for _ in range(2):
        review_source(finding=with_a_car(county)[1], fault="value", by=county.prepares)
    first, second = (one.correction for one in corrections(county.prepares, today()))
    assert [one.state for one in corrections(county.prepares, today())] == ["waiting"] * 2
    day = first.answer_until + timedelta(days=1)
    assert {one.state_label for one in corrections(county.prepares, day)} == {"逾期未答复"}
    assert corrections(county.stranger, today()) == []
    assert first.number < second.number


def test_a_suspended_source_is_shown_with_whom_it_concerned_and_lifted_by_two(county, verifier):
    reports = [with_a_car(county) for _ in range(LEAST_WRONG)]
    for _, car in reports:
        review_source(finding=car, fault="value", by=county.prepares)
    text = page(verifier, "sources")
    assert "已停止用于不利认定" in text
    for report, _ in reports:
        assert report.commission.case.number in text
    held = Department.objects.get(source="vehicle").suspensions.get()
    assert any("数据错误过多" in one.what for one in findings())
    assert post(verifier, "lift", {"reason": ""}, suspension=held.pk).status_code == 422
    said = post(verifier, "lift", {"reason": "部门已修复"}, suspension=held.pk).content.decode()
    assert "待另一位复核签发岗人员确认" in said
    assert verifier.post(reverse("workbench:confirm_lift", args=[held.pk])).status_code == 403
    second = _newcomer(county, "qian", county.body, Role.COUNTERSIGN)
    assert "确认恢复使用" in page(second, "sources")
    said = post(second, "confirm_lift", {}, suspension=held.pk).content.decode()
    assert "来源已恢复使用" in said
    assert "已停止用于不利认定" not in page(verifier, "sources")
    assert not any("数据错误过多" in one.what for one in findings())

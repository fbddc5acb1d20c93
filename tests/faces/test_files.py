"""批量文件 in the workbench: taken by an officer, filled in as a spreadsheet, brought back."""

from io import BytesIO
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import AnswerFile, Fact, Reply, RequestFile
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import tasks
from hedui.procedure.reports.drafting import draft
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def commission(county, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    cast.agreed(Department.objects.get(source="bank"), channel="upload")
    ordered = cast.commissioned(county)
    dispatch(ordered)
    return ordered


@pytest.fixture
def desk(county):
    return at_desk(county, "liu")


def post(desk, name, follow=True, data=None, **where):
    return desk.post(reverse(f"workbench:{name}", kwargs=where), data or {}, follow=follow)


def made(desk, county):
    """Have a file made, as the worker does it; return it."""
    agreement = Department.objects.get(source="bank").agreements.get(channel="upload")
    assert "正在生成" in post(desk, "make_file", agreement=agreement.pk).content.decode()
    with acting_as("machine:worker"):
        tasks.make_request_file.func(str(agreement.pk), str(county.body.pk))
    return RequestFile.objects.latest("made_at")


def filled(content, **changes):
    """Fill in what an officer took, as a clerk does in a spreadsheet; `changes` by heading."""
    book = load_workbook(BytesIO(content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    head = list(rows[0])
    out = Workbook()
    out.active.append(head)
    for row in rows[1:]:
        answer = dict(zip(head, row, strict=True)) | {
            "结果": "有记录",
            "第几条": 1,
            "共几条": 1,
            "数据截至": today(),
            "答复单位": "某银行",
            "答复编号": "B-1",
            "开户银行": "某银行",
            "账户类型": "活期",
            "账号后四位": "0123",
            "账户余额(元)": 30000.5,
        }
        out.active.append(list((answer | changes).values()))
    held = BytesIO()
    out.save(held)
    return held.getvalue()


def brought(desk, request, content, name="x.xlsx"):
    data = {"answer": SimpleUploadedFile(name, content)}
    return post(desk, "bring_file", data=data, request_file=request.pk)


def test_an_officer_takes_the_questions_and_brings_the_answers(
    commission, desk, county, tmp_path, django_capture_on_commit_callbacks
):
    shown = page(desk, "files")
    assert "待问 3 项" in shown and "生成请求文件" in shown
    request = made(desk, county)
    assert "取走请求文件" in page(desk, "files")
    sealed = (tmp_path / "by-hand" / f"{request.pk}.sealed").read_bytes()
    assert "张三".encode() not in sealed and cast.ZHANG_SAN.encode() not in sealed
    with django_capture_on_commit_callbacks(execute=True):
        taken = post(desk, "take_file", request_file=request.pk, follow=False)
    assert not list((tmp_path / "by-hand").iterdir())
    assert taken["Content-Disposition"].startswith("attachment")
    request.refresh_from_db()
    assert request.left_at is not None
    assert (
        b'"kind"'
        in desk.get(reverse("workbench:file_manifest", kwargs={"request_file": request.pk})).content
    )
    answer = filled(taken.content)
    shown = brought(desk, request, answer).content.decode()
    assert "确认录入" in shown and "3 项" in shown
    assert not Reply.objects.filter(inquiry__source="bank").exists()
    said = post(desk, "keep_file", request_file=request.pk).content.decode()
    assert "正在录入" in said
    with acting_as("machine:worker"):
        tasks.take_in_answer_file.func(str(AnswerFile.objects.get().pk))
    assert [f.opened["balance_fen"] for f in Fact.objects.all()] == [3_000_050] * 3
    assert "采用 3 项查询的答复" in page(desk, "files")
    assert AnswerFile.objects.get().signed_by == county.prepares.identifier
    brought(desk, request, answer)
    assert "此前已经送交过" in post(desk, "keep_file", request_file=request.pk).content.decode()
    brought(desk, request, filled(taken.content, 答复编号="B-2"))
    post(desk, "keep_file", request_file=request.pk)
    with acting_as("machine:worker"):
        tasks.take_in_answer_file.func(str(AnswerFile.objects.latest("came_at").pk))
    assert AnswerFile.objects.latest("came_at").counts == {"answered": 3}
    shown = page(desk, "files")
    assert "此前已经答复过" in shown and "notice bad" not in shown  # there is nothing to do


def test_what_a_spreadsheet_bent_is_said_row_by_row(commission, desk, county):
    request = made(desk, county)
    taken = post(desk, "take_file", request_file=request.pk, follow=False)
    bent = filled(taken.content, **{"公民身份号码": 990101198403010013})
    shown = brought(desk, request, bent).content.decode()
    assert "被表格软件改成了数字（第 2、3、4 行）" in shown
    assert "确认录入" not in shown
    formula = filled(taken.content, **{"账户余额(元)": "=1+1"})
    assert "金额不是至多两位小数的元" in brought(desk, request, formula).content.decode() or (
        "单元格是公式" in brought(desk, request, formula).content.decode()
    )
    serial = filled(taken.content, **{"数据截至": 45504})
    assert "日期被表格软件改成了序号" in brought(desk, request, serial).content.decode()
    assert "请选择反馈文件" in post(desk, "bring_file", request_file=request.pk).content.decode()
    assert "不是可以识读的" in brought(desk, request, b"PK\x03\x04 no zip").content.decode()


def test_nothing_is_taken_once_an_authorization_was_revoked(commission, desk, county):
    request = made(desk, county)
    member = commission.case.members.get(key="a")
    revoke(authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回")
    answer = post(desk, "take_file", request_file=request.pk)
    assert "授权刚刚撤回" in answer.content.decode()
    request.refresh_from_db()
    assert request.left_at is None
    made(desk, county)
    request.refresh_from_db()
    assert (request.code, RequestFile.objects.latest("made_at").count) == ("not_taken", 2)


def test_a_file_that_did_not_arrive_is_declared_lost(commission, desk, county):
    request = made(desk, county)
    post(desk, "take_file", request_file=request.pk)
    assert "待问 0 项" in page(desk, "files")
    assert "已作废" in post(desk, "lose_file", request_file=request.pk).content.decode()
    assert "待问 3 项" in page(desk, "files")
    assert "已经作废" in post(desk, "lose_file", request_file=request.pk).content.decode()


def test_another_body_and_other_posts_see_nothing_of_it(commission, desk, county):
    request = made(desk, county)
    street = at_desk(county, "wang")
    assert street.get(reverse("workbench:files")).status_code == 403
    assert post(street, "take_file", request_file=request.pk).status_code == 403
    assert "批量文件" not in page(street, "home")
    RequestFile.objects.filter(pk=request.pk)
    unknown = {"request_file": UUID(int=1)}
    assert desk.post(reverse("workbench:take_file", kwargs=unknown)).status_code == 404


def test_what_is_not_confirmed_is_not_kept(commission, desk, county):
    request = made(desk, county)
    answer = post(desk, "keep_file", request_file=request.pk)
    assert "请重新选择反馈文件" in answer.content.decode()
    assert not AnswerFile.objects.exists()


def test_where_nobody_is_asked_by_files_the_page_says_so(county, desk):
    assert "没有用文件问答的部门" in page(desk, "files")


def test_the_case_tells_what_waits_for_a_file_and_what_came_after_the_report(
    commission, desk, county
):
    street = at_desk(county, "wang")
    number = commission.case.number
    assert "待归集成文件发出" in page(street, "case", number=number)
    request = made(desk, county)
    taken = post(desk, "take_file", request_file=request.pk, follow=False)
    draft(commission=commission, by=WORKER)
    brought(desk, request, filled(taken.content))
    post(desk, "keep_file", request_file=request.pk)
    with acting_as("machine:worker"):
        tasks.take_in_answer_file.func(str(AnswerFile.objects.get().pk))
    assert page(street, "case", number=number).count("在报告生成之后，没有列入报告") == 3

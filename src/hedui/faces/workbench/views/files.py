"""
批量文件 (files): exchanged with departments that have no service.

What leaves and comes by itself is shown; what an officer carries is taken and brought here.
"""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from hedui import catalogue
from hedui.faces.workbench.desk import desk_of, done, only, page, refused, show
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.inquiries import by_hand, sealed_files
from hedui.procedure.inquiries.models import AnswerFile, RequestFile
from hedui.procedure.inquiries.taking import places
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.tasks import begin_request_file, bring
from hedui.wire.files import FAULTS

BRING, TAKE, LOSE = "inquiries.bring_answer", "inquiries.hand_over", "inquiries.declare_lost"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    "declared_lost": "已作废",
    "not_taken": "没有取走",
    "kept_back": "没有发出:有授权已不成立,重新归集",
    "not_placed": "没有发出:对方连接不上",
    "interrupted": "没有发出:中断",
}


@page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the departments that are asked by files, with what left and what came."""
    desk = only(BRING, request)
    departments = [
        {
            "agreement": one.agreement,
            "source": _source(one.agreement),
            "open": one.open,
            "by_hand": one.agreement.channel == by_hand.CHANNEL,
            "is_resting": _is_resting(one.agreement),
            "files": [_told(file) for file in one.files],
            "refused": [_result(answer) for answer in one.refused],
        }
        for one in by_hand.files_of(desk.actor)
    ]
    return show(request, "files", departments=departments)


def _is_resting(agreement: Agreement) -> bool:
    return agreement.channel != by_hand.CHANNEL and agreement.department.rests_until is not None


def _told(one: RequestFile) -> dict[str, object]:
    if one.ended_at is not None:
        state = STATES.get(one.code, one.code)
    elif one.has_left:
        state = "已取走" if one.agreement.channel == by_hand.CHANNEL else "已发出"
    else:
        state = "可以取走" if one.ready_at else "正在生成"
    return {
        "file": one,
        "state": state,
        "waits": one.ready_at is not None and not one.has_left and one.ended_at is None,
        "is_away": one.has_left and one.ended_at is None,
        "answers": [_result(answer) for answer in one.answers.all()],
    }


def _result(answer: AnswerFile) -> dict[str, object]:
    told = [
        (number, FAULTS[code], places(answer.faults, code))
        for code, number in sorted(answer.counts.items())
        if code in FAULTS
    ]
    return {
        "answer": answer,
        "kept": answer.counts.get("kept", 0),
        "whole": FAULTS.get(answer.code),
        "told": told,
        "is_wrong": any(not fault.settled for _, fault, _ in told),
    }


@page
@require_POST
def make(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """Have a file of questions made."""
    desk = only(TAKE, request)
    held = Agreement.objects.get(pk=agreement, channel=by_hand.CHANNEL)
    begin_request_file(held, desk.actor)
    return done(request, "正在生成请求文件，请稍候刷新本页。", "workbench:files")


@page
@never_cache
@require_POST
def take(request: HttpRequest, request_file: UUID) -> HttpResponse:
    """Hand a file of questions over: it leaves with this answer."""
    desk = only(TAKE, request)
    held = RequestFile.objects.select_related("agreement__department").get(pk=request_file)
    try:
        content = by_hand.hand_over(request=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:files")
    name = f"{held.agreement.department.receiver_id}-{held.pk}.request.xlsx"
    return HttpResponse(
        content,
        content_type=WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@page
@require_GET
def manifest(request: HttpRequest, request_file: UUID) -> HttpResponse:
    """Return the signed manifest of a file of questions; nobody's data is in it."""
    desk = only(TAKE, request)
    held = RequestFile.objects.get(pk=request_file, body=desk.actor.agency)
    return HttpResponse(
        held.manifest,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{held.pk}.request.json"'},
    )


@page
@require_POST
def lost(request: HttpRequest, request_file: UUID) -> HttpResponse:
    """Declare a file lost; its questions are open again."""
    desk = only(LOSE, request)
    held = RequestFile.objects.get(pk=request_file)
    try:
        by_hand.declare_lost(request=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:files")
    return done(request, "请求文件已作废，所问的可以重新归集。", "workbench:files")


@page
@require_POST
def answer(request: HttpRequest, request_file: UUID) -> HttpResponse:
    """Look an answer through that was brought, and say what it holds; nothing is kept yet."""
    desk = only(BRING, request)
    held = RequestFile.objects.select_related("agreement__department").get(
        pk=request_file, body=desk.actor.agency
    )
    brought = request.FILES.get("answer")
    if brought is None or not brought.size:
        refusal = Refusal("请选择反馈文件（.xlsx 或 .csv，不超过 20 MB，不是空文件）。")
        return refused(request, refusal, "workbench:files")
    content = brought.read()
    try:
        look = by_hand.look_through(held, content)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:files")
    waits = uuid4()
    sealed_files.keep(waits, content)
    request.session["brought"] = {"file": str(waits), "request": str(held.pk)}
    result = _result(AnswerFile(counts=dict(look.tally.counts), faults=look.tally.faults))
    source = _source(held.agreement)
    return show(request, "bring_file", held=held, source=source, look=look, told=result["told"])


@page
@require_POST
def keep(request: HttpRequest, request_file: UUID) -> HttpResponse:
    """Have taken in what was looked through."""
    desk = desk_of(request)
    only(BRING, request)
    waits = request.session.pop("brought", None)
    held = RequestFile.objects.select_related("agreement__department").get(pk=request_file)
    try:
        if waits is None or waits["request"] != str(held.pk):
            raise Refusal("请重新选择反馈文件。")
        try:
            content = sealed_files.open_kept(UUID(waits["file"]))
        except FileNotFoundError:
            raise Refusal("请重新选择反馈文件。") from None
        bring(held, content, desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:files")
    sealed_files.forget(UUID(waits["file"]))
    return done(request, "反馈文件已送交，正在录入；结果见本页。", "workbench:files")


def _source(agreement: Agreement) -> str:
    known = catalogue.sources().get(agreement.department.source)
    return known.label if known else agreement.department.source

"""数据来源 (sources): how they stand, whether they were right, what they are to correct."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import catalogue
from hedui.faces.workbench import charts
from hedui.faces.workbench.desk import desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.sources import Answer, Lift, Review
from hedui.faces.workbench.seen import shows
from hedui.procedure.agencies.models import Suspension
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.agencies.suspensions import confirm_lift, propose_lift
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import corrections, queries
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.reviewing import review_source
from hedui.procedure.reports.sending import answer_correction, send_correction
from hedui.procedure.reports.sources import DAYS, STATES, may_look, sources

BACK = "workbench:sources"
ANSWER = "reports.answer_correction"


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Show how each department stands; nobody's name or data is among it."""
    desk = desk_of(request)
    if not may_look(desk.actor):
        raise PermissionDenied
    found: list[dict[str, Any]] = [
        {
            "it": one,
            "label": catalogue.sources()[one.department.source].label,
            "state": STATES[one.state],
            "chart": charts.spread(
                [(day.day, day.median, day.p95) for day in one.days], name=one.department.name
            ),
            "coverage": one.answered * 100 // one.asked if one.asked else None,
            "age": (today() - one.newest).days if one.newest else None,
            "bounds": [round(bound * 100, 1) for bound in one.bounds],
            "concerned": corrections.concerned(desk.actor, department=one.department)
            if one.suspension
            else [],
        }
        for one in sources(desk.actor)
        if one.department.source in catalogue.sources()
    ]
    proposers = {f["it"].suspension.lift_proposed_by for f in found if f["it"].suspension}
    return show(
        request,
        "sources",
        found=found,
        days=DAYS,
        names=names_behind(desk.actor, {one for one in proposers if one}),
        proposes=desk.may("agencies.propose_lift"),
        confirms=desk.may("agencies.confirm_lift"),
        me=desk.actor.identifier,
    )


@page
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, suspension: UUID) -> HttpResponse:
    """Propose that a suspended source is used again."""
    desk = only("agencies.propose_lift", request)
    held = Suspension.objects.select_related("department").get(pk=suspension)
    form = Lift(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            propose_lift(suspension=held, reason=form.cleaned_data["reason"], by=desk.actor)
        except Refusal as refusal:
            return refused(request, refusal, BACK)
        return done(request, "已提出恢复使用，待另一位复核签发岗人员确认。", BACK)
    return show(
        request,
        "simple_form",
        form=form,
        title=f"{held.department}：提出恢复使用",
        submit="提出",
        back=BACK,
        status=422 if form.errors else 200,
    )


@page
@require_POST
def confirm(request: HttpRequest, suspension: UUID) -> HttpResponse:
    """Confirm as the second officer that it is used again."""
    desk = only("agencies.confirm_lift", request)
    try:
        confirm_lift(suspension=Suspension.objects.get(pk=suspension), by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK)
    return done(request, "来源已恢复使用，错误率自此重新统计。", BACK)


@page
@require_http_methods(["GET", "POST"])
@shows
def review(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """Say of a discrepancy whether its source was right."""
    desk = only("reports.review_source", request)
    report = queries.report_of(desk.actor, number=number)
    found = report.findings.get(position=position)
    form = Review(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = review_source(finding=found, fault=form.cleaned_data["verdict"], by=desk.actor)
        except Refusal as refusal:
            return refused(request, refusal, "workbench:report", number=number)
        said = "已登记来源无误。"
        if made.is_wrong:
            # as `sending.unanswered` has it: who has a service of its own is told by the worker
            way = "系统随即送达部门" if made.department.base_url else "请打印送达部门"
            said = f"已登记来源有误，更正请求 {made.correction.number} 已生成，{way}。"
        return done(request, said, "workbench:report", number=number)
    body = consult(report=report, manner="page", by=desk.actor)
    return show(
        request,
        "review_source",
        form=form,
        report=report,
        line=body["findings"][position],
        name={m["key"]: m["name"] for m in body["members"]}[body["findings"][position]["member"]],
        status=422 if form.errors else 200,
    )


@require_GET
def corrections_(request: HttpRequest) -> HttpResponse:
    """List requests for correction; they name nobody."""
    desk = desk_of(request)
    if not desk.corrects:
        raise PermissionDenied
    return show(
        request,
        "corrections",
        listed=corrections.corrections(desk.actor, today()),
        answers=desk.may(ANSWER),
    )


@page
@require_GET
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """Show a request as the letter 数据更正函 that is printed."""
    desk = desk_of(request)
    if not desk.corrects:
        raise PermissionDenied
    asked = corrections.correction_of(desk.actor, number=number, today=today())
    return show(request, "correction", asked=asked, answers=desk.may(ANSWER), form=Answer())


@page
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a request to the department's gateway, or ask for its answer."""
    desk = only("reports.put_on_its_way", request)
    asked = corrections.correction_of(desk.actor, number=number, today=today())
    try:
        outcome = send_correction(correction=asked.correction, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:correction", number=number)
    said = "部门已收下，还没有答复；可以稍后再取答复。"
    if outcome:
        said = "部门已签名答复，已登记。"
    return done(request, said, "workbench:correction", number=number)


@page
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what the department answered."""
    desk = only(ANSWER, request)
    asked = corrections.correction_of(desk.actor, number=number, today=today())
    form = Answer(request.POST)
    if not form.is_valid():
        return show(request, "correction", asked=asked, answers=True, form=form, status=422)
    try:
        answer_correction(correction=asked.correction, **form.cleaned_data, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:correction", number=number)
    return done(request, "部门的答复已登记。", "workbench:corrections")

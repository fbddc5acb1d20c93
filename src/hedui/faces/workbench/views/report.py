"""核对报告 (report): read it, submit it, send it back, issue it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from hedui.faces.workbench import findings
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.determining import concluded_on
from hedui.procedure.objections import revising
from hedui.procedure.objections.queries import held_lines, objections_in, open_in, standing_of
from hedui.procedure.papers.printing import printed_alone
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import acts, queries
from hedui.procedure.reports.accepting import as_accepted
from hedui.procedure.reports.corrections import reviews_of
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.reviewing import OPEN_TO_REVIEW
from hedui.procedure.reports.versions import Ground, newest, replaced_by


@page
@require_GET
@shows
def report_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a report as it stands."""
    desk = desk_of(request)
    report = queries.report_of(desk.actor, number=number)
    acts.consult(report=report, manner="page", by=desk.actor)
    body = as_accepted(report)
    member, status = request.GET.get("member", ""), request.GET.get("status", "")
    held = held_lines(report)
    return show(
        request,
        "report",
        report=report,
        body=body,
        member=member,
        status_wanted=status,
        groups=findings.by_member(body, member=member, status=status, held=held),
        held=len(held),
        counts=findings.counts(body),
        bases=findings.bases(body),
        totals=findings.totals(body),
        verdicts=findings.verdicts(body) if body["assessment"] else [],
        notes=findings.notes(body) if body["assessment"] else [],
        traces=findings.traces(body["assessment"]) if body["assessment"] else [],
        changes=findings.changes(body),
        not_asked=findings.not_asked(body),
        verify_url=queries.confirmation_url(report),
        names={m["key"]: m["name"] for m in body["members"]},
        reviews=reviews_of(report),
        open_to_review={
            line["id"]: place
            for place, line in enumerate(body["findings"])
            if line["source"] and line["status"] in OPEN_TO_REVIEW
        },
        **_offers(desk, report),
    )


def _offers(desk: Desk, report: Report) -> dict[str, Any]:
    """Say how the report stands, and what the officer at the desk may do with it."""
    handled = queries.is_handled_by(desk.actor, report=report)
    drafted = handled and report.status == Report.Status.DRAFT
    signing = handled and report.status == Report.Status.SUBMITTED
    issued = report.status == Report.Status.ISSUED
    newer = replaced_by(report)
    stands = issued and newer is None
    return {
        "newer": newer,
        "until": objections_until(report) if issued else None,
        "deliveries": report.deliveries.select_related("member") if issued else (),
        "objections": objections_in(report.commission.case) if issued else (),
        "waits_for": revising.waits_for(report.commission) if stands and handled else "",
        "grounds": [(one.value, one.label) for one in Ground],
        "accepts": drafted and desk.may("reports.accept"),
        "reviews_here": handled and desk.may("reports.review_source"),
        "submits": drafted and desk.may("reports.submit"),
        "signs": signing and desk.may("reports.issue"),
        "prepared_it": report.prepared_by_id == desk.officer.pk,
        "conclusions": concluded_on(desk, report) if issued else (),
        "concludes": stands and desk.may("determinations.propose"),
        "delivers": stands and desk.may("reports.deliver"),
        "objects": stands and desk.may("objections.object_to"),
        "revises": stands
        and handled
        and desk.may("objections.revise")
        and newest(report.commission) == report,
    }


@page
@require_GET
@shows
def explanation(request: HttpRequest, number: str) -> HttpResponse:
    """Explain the computation: sentences for the family, and the tree behind them."""
    desk = desk_of(request)
    report = queries.report_of(desk.actor, number=number)
    body = acts.consult(report=report, manner="explanation", by=desk.actor)
    held = body["assessment"]
    if not held:
        return refused(request, Refusal("本报告没有测算。"), "workbench:report", number=number)
    wanted = request.GET.get("basis", "")
    basis = wanted if wanted in findings.BASES and held.get(wanted) else "found"
    return show(
        request,
        "explanation",
        report=report,
        body=body,
        basis=basis,
        basis_label=findings.BASES[basis],
        bases=findings.bases(body),
        sentences=findings.sentences(body, basis),
        branches=findings.tree(body, basis),
        notes=findings.notes(body),
        names={m["key"]: m["name"] for m in body["members"]},
        unfolds="unfold" in request.GET,
    )


@page
@require_GET
@shows
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Print a report."""
    desk = desk_of(request)
    report = queries.report_of(desk.actor, number=number)
    return HttpResponse(
        printed_alone(report, by=desk.actor),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{report.number}.pdf"'},
    )


@page
@require_GET
@shows
def signed_json(request: HttpRequest, number: str) -> HttpResponse:
    """Give report.json: the body with the platform's signature."""
    desk = desk_of(request)
    report = queries.report_of(desk.actor, number=number)
    acts.consult(report=report, manner="json", by=desk.actor)
    given = queries.signed(desk.actor, report=report)
    if report.status == Report.Status.ISSUED:
        given |= standing_of(report)
    return JsonResponse(
        given,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": f'attachment; filename="{report.number}.json"'},
    )


@page
@require_POST
@shows
def submit(request: HttpRequest, number: str) -> HttpResponse:
    """Submit a draft for issue."""
    return _act(
        request,
        number,
        "reports.submit",
        "已提交，等待另一位人员签发。",
        lambda desk, report: acts.submit(report=report, officer=desk.officer, by=desk.actor),
    )


@page
@require_POST
@shows
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """Send a report back to the officer in charge."""
    return _act(
        request,
        number,
        "reports.send_back",
        "已退回经办人员。",
        lambda desk, report: acts.send_back(report=report, by=desk.actor),
    )


@page
@require_POST
@shows
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """Sign a report off."""
    return _act(
        request,
        number,
        "reports.issue",
        "报告已签发，内容自此固定。",
        lambda desk, report: acts.issue(report=report, officer=desk.officer, by=desk.actor),
    )


def _act(
    request: HttpRequest,
    number: str,
    act: str,
    sentence: str,
    perform: Callable[[Desk, Report], Report],
) -> HttpResponse:
    desk = only(act, request)
    report = queries.report_of(desk.actor, number=number)
    try:
        if act == "reports.issue" and report.version > 1 and open_in(report.commission):
            raise Refusal("对上一版的异议还没有复核完,复核后再签发新版。")
        perform(desk, report)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:report", number=number)
    return done(request, sentence, "workbench:report", number=number)

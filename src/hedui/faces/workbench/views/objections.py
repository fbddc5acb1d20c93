"""异议 (objections): a report is handed over, contested item by item, and reviewed by another."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench import findings
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.objections import Against, Handing, Papers, Result
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.authorizations import evidence, exhibits
from hedui.procedure.cases.models import Exhibit, Member
from hedui.procedure.cases.written import day
from hedui.procedure.inquiries.models import Reverification
from hedui.procedure.inquiries.reverifying import awaited_again
from hedui.procedure.objections import acts, queries, reverifying
from hedui.procedure.objections.models import Contested, Objection
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import delivering
from hedui.procedure.reports import queries as reports
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.sms import reached

WRONG = 422


@page
@require_http_methods(["GET", "POST"])
@shows
def deliver(request: HttpRequest, number: str) -> HttpResponse:
    """Record that the report was handed to the family."""
    desk = only("reports.deliver", request)
    report = reports.report_of(desk.actor, number=number)
    form = Handing(request.POST or None, request.FILES or None, people=_people(report))
    if form.is_valid():
        handed = form.handed(_member(report, form.cleaned_data["key"]))
        try:
            made = delivering.deliver(report=report, handed=handed, by=desk.actor)
        except Refusal as refusal:
            _told(form, refusal)
        else:
            said = f"已登记送达，异议期至{day(made.objections_until)}。"
            return done(request, said, "workbench:report", number=number)
    told = reached(desk.actor, case=report.commission.case, about=report.pk)
    return show(request, "deliver", report=report, form=form, told=told, status=_status(form))


@page
@require_http_methods(["GET", "POST"])
@shows
def object_to(request: HttpRequest, number: str) -> HttpResponse:
    """Take in what the family says against the report, item by item."""
    desk = only("objections.object_to", request)
    report = reports.report_of(desk.actor, number=number)
    body = consult(report=report, manner="page", by=desk.actor)
    lines = [line | {"position": at} for at, line in enumerate(body["findings"])]
    until = delivering.objections_until(report)
    late = until is not None and until < today()
    form = Against(
        request.POST or None, request.FILES or None, people=_people(report), lines=lines, late=late
    )
    if form.is_valid():
        rows = {finding.position: finding for finding in report.findings.all()}
        try:
            made = acts.object_to(
                report=report,
                member=_member(report, form.cleaned_data["key"]),
                received_on=form.cleaned_data["received_on"],
                items={rows[position]: said for position, said in form.grounds.items()},
                papers=form.papers,
                late_because=form.cleaned_data["late_because"],
                by=desk.actor,
            )
        except Refusal as refusal:
            _told(form, refusal)
        else:
            said = f"已受理异议 {made.number}，所涉事项自此暂缓使用，{day(made.resolve_by)}前复核。"
            return done(request, said, "workbench:objection", number=made.number)
    groups = [
        (member, _folded([_boxes(form, line) for line in lines if line["member"] == member["key"]]))
        for member in body["members"]
    ]
    context = {"report": report, "form": form, "groups": groups, "until": until, "late": late}
    context["guidance"] = body.get("guidance", ())
    return show(request, "object", **context, status=_status(form))


def _folded(lines: list[dict[str, Any]]) -> tuple[list[Any], list[Any], bool]:
    """Return what may need a word, what is as declared, and whether some of that is contested."""
    agreed = [line for line in lines if line["status"] == "consistent"]
    return (
        [one for one in lines if one not in agreed],
        agreed,
        any(a["tick"].value() for a in agreed),
    )


def _boxes(form: Against, line: dict[str, Any]) -> dict[str, Any]:
    position = line["position"]
    return line | {
        "tick": form[f"item_{position}"],
        "grounds": form[f"grounds_{position}"],
        "sign": findings.SIGNS.get(line["status"], "·"),
    }


@page
@require_GET
@shows
def objection(request: HttpRequest, number: str) -> HttpResponse:
    """Show an objection: what is contested, what was brought, what came of it."""
    return _shown(request, queries.objection_of(desk_of(request).actor, number=number))


def _shown(
    request: HttpRequest, held: Objection, wrong: tuple[UUID, Result] | None = None
) -> HttpResponse:
    desk = desk_of(request)
    report, is_open = held.report, queries.is_open(held)
    body = consult(report=report, manner="page", by=desk.actor)
    awaited = awaited_again(report.commission)
    items = [_item(one, body, wrong, awaited) for one in _contested(held)]
    papers = [(one.pk, exhibits.described(one), one.brought_at) for one in exhibits.about(held.pk)]
    officers = {held.taken_in_by, *(one["resolution"].resolved_by for one in items if one["said"])}
    return show(
        request,
        "objection",
        objection=held,
        report=report,
        items=items,
        papers=papers,
        who=held.member.opened["name"],
        late_because=held.opened["late_because"],
        names=names_behind(desk.actor, officers),
        resolves=is_open and queries.may_resolve(desk.actor, objection=held),
        asks=is_open and desk.may("objections.reverify") and _handles(desk, report),
        adds=is_open and desk.may("objections.add_papers"),
        form=Papers(),
        reasons=Reverification.Reason.choices,
        is_overdue=is_open and held.resolve_by < today(),
        status=WRONG if wrong else 200,
    )


def _contested(held: Objection) -> list[Contested]:
    found = held.items.select_related("finding", "resolution").order_by("finding__position")
    for one in found:
        one.objection = held
    return list(found)


def _item(
    one: Contested,
    body: dict[str, Any],
    wrong: tuple[UUID, Result] | None,
    awaited: set[tuple[UUID, str]],
) -> dict[str, Any]:
    line = body["findings"][one.finding.position]
    resolution = getattr(one, "resolution", None)
    if resolution:
        resolution.contested = one
    form = wrong[1] if wrong and wrong[0] == one.pk else Result(auto_id=f"id_{one.pk}_%s")
    return {
        "id": one.pk,
        "line": line | {"sign": findings.SIGNS.get(line["status"], "·")},
        "position": one.finding.position,
        "person": next(m["name"] for m in body["members"] if m["key"] == line["member"]),
        "grounds": one.opened,
        "resolution": resolution,
        "said": resolution.opened if resolution else None,
        "is_awaited": (one.finding.member_id, one.finding.source) in awaited,
        "form": form,
    }


@page
@require_POST
@shows
def add_papers(request: HttpRequest, number: str) -> HttpResponse:
    """Take in further papers of the family."""
    desk = only("objections.add_papers", request)
    held = queries.objection_of(desk.actor, number=number)
    form = Papers(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refusal("请上传佐证材料，并写明每份材料是什么。")
        acts.add_papers(objection=held, papers=form.papers, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:objection", number=number)
    return done(request, "佐证材料已收存。", "workbench:objection", number=number)


@page
@require_GET
@shows
def exhibit(request: HttpRequest, number: str, exhibit: UUID) -> HttpResponse:
    """Open a paper that the family brought."""
    desk = desk_of(request)
    held = queries.objection_of(desk.actor, number=number)
    paper = Exhibit.objects.select_related("case").get(pk=exhibit, about=held.pk)
    kept = acts.consult_exhibit(exhibit=paper, by=desk.actor)
    kind = evidence.kind_of(kept)
    return file_response(kept, kind, f"{paper.pk}.{kind.rpartition('/')[2]}")


@page
@require_POST
@shows
def resolve(request: HttpRequest, number: str, contested: UUID) -> HttpResponse:
    """Say what came of one item."""
    desk = only("objections.resolve", request)
    held = queries.objection_of(desk.actor, number=number)
    one = held.items.select_related("finding").get(pk=contested)
    one.objection = held
    form = Result(request.POST, auto_id=f"id_{one.pk}_%s")
    if form.is_valid():
        try:
            acts.resolve(contested=one, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            if not queries.may_resolve(desk.actor, objection=held):
                return refused(request, refusal, "workbench:objection", number=number)
            _told(form, refusal)
        else:
            said = "已记录复核结论，这一项不再暂缓使用。"
            return done(request, said, "workbench:objection", number=number)
    return _shown(request, held, (one.pk, form))


@page
@require_POST
@shows
def ask_again(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """Have the source of a finding asked once more."""
    desk = only("objections.reverify", request)
    report = reports.report_of(desk.actor, number=number)
    finding = report.findings.select_related("member", "report__commission").get(position=position)
    reason = request.POST.get("reason", "")
    back = request.POST.get("objection", "")
    to, where = ("workbench:objection", back) if back else ("workbench:report", number)
    try:
        if reason not in Reverification.Reason:
            raise Refusal("请选择复核查询的理由。")
        reverifying.reverify(finding=finding, reason=reason, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, to, number=where)
    return done(request, "已发起复核查询，反馈收到后写入新版报告。", to, number=where)


@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Show how often findings were contested and overturned; counts, and nobody's name."""
    desk = desk_of(request)
    if not desk.reviews:
        raise PermissionDenied
    return show(request, "objection_statistics", lines=queries.statistics(desk.actor))


def _handles(desk: Desk, report: Report) -> bool:
    return reports.is_handled_by(desk.actor, report=report)


def _people(report: Report) -> list[tuple[str, str]]:
    members = report.commission.case.members.filter(replaced=False)
    return [(member.key, member.opened["name"]) for member in members]


def _member(report: Report, key: str) -> Member:
    return report.commission.case.members.get(key=key, replaced=False)


def _told(form: BaseForm, refusal: Refusal) -> None:
    """Say a refusal at its field, if the form has it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _status(form: BaseForm) -> int:
    return WRONG if form.errors else 200

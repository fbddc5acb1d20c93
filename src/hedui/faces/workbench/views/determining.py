"""审核确认 (determinations): one officer proposes with reasons, another confirms."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.objections import Conclusion
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.authorizations import evidence, exhibits
from hedui.procedure.cases.models import Exhibit
from hedui.procedure.determinations import acts
from hedui.procedure.determinations.suggesting import Suggested, suggested
from hedui.procedure.objections.acts import consult_exhibit
from hedui.procedure.objections.queries import held_lines
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import queries
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.models import Report
from hedui.values.money import yuan_text


@page
@require_http_methods(["GET", "POST"])
@shows
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Propose what is to be concluded."""
    desk = only("determinations.propose", request)
    report = queries.report_of(desk.actor, number=number)
    body = consult(report=report, manner="page", by=desk.actor)
    names = {m["key"]: m["name"] for m in body["members"]}
    held = held_lines(report)
    lines = [
        (at, f"{names[line['member']]}：{line['label']}（{line['source_label']}）")
        for at, line in enumerate(body["findings"])
        if line["status"] == "inconsistent" and at not in held
    ]
    form = Conclusion(
        request.POST or None,
        request.FILES or None,
        lines=lines,
        is_aided=report.commission.case.is_aided,
    )
    if form.is_valid():
        names_ = ("outcome", "reasons", "basis", "findings", "apart")
        given = {name: form.cleaned_data[name] for name in names_}
        try:
            acts.propose(
                report=report, **given, decided=form.decided, papers=form.papers, by=desk.actor
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "审核意见已提出，待另一位委托岗人员确认；确认之前没有效力。"
            return done(request, said, "workbench:report", number=number)
    context = {
        "report": report,
        "form": form,
        "barred": acts.may_not_propose(report, today()),
        "waits": acts.may_not_yet(report, today()),
        "rules": suggested(report),
    }
    return show(request, "determine", **context, status=422 if form.errors else 200)


@page
@require_POST
@shows
def confirm(request: HttpRequest, number: str, determination: UUID) -> HttpResponse:
    """Confirm as the second officer."""
    desk = only("determinations.confirm", request)
    report = queries.report_of(desk.actor, number=number)
    held = report.determinations.get(pk=determination)
    try:
        acts.confirm(determination=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:report", number=number)
    said = f"已确认：{held.get_outcome_display()}。"
    return done(request, said, "workbench:report", number=number)


@page
@require_GET
@shows
def paper(request: HttpRequest, number: str, determination: UUID, exhibit: UUID) -> HttpResponse:
    """Open a paper that confirms what a conclusion rests on."""
    desk = desk_of(request)
    held = queries.report_of(desk.actor, number=number).determinations.get(pk=determination)
    found = Exhibit.objects.select_related("case").get(pk=exhibit, about=held.pk)
    kept = consult_exhibit(exhibit=found, by=desk.actor)
    kind = evidence.kind_of(kept)
    return file_response(kept, kind, f"{found.pk}.{kind.rpartition('/')[2]}")


def concluded_on(desk: Desk, report: Report) -> list[dict[str, Any]]:
    """Return what was proposed and confirmed on a report, for its page."""
    made = list(report.determinations.all())
    officers = {who for one in made for who in (one.proposed_by, one.confirmed_by) if who}
    names = names_behind(desk.actor, officers)
    for one in made:
        one.report = report
    return [
        {
            "id": one.pk,
            "label": one.get_outcome_display(),
            "reasons": one.opened["reasons"],
            "basis": one.get_basis_display(),
            "first_month": one.first_month,
            "beside": _beside(one.opened),
            "papers": [(x.pk, exhibits.described(x)) for x in exhibits.about(one.pk)],
            "proposed": (names.get(one.proposed_by, ""), one.proposed_at),
            "confirmed": one.confirmed_at and (names.get(one.confirmed_by, ""), one.confirmed_at),
            "confirms": one.confirmed_at is None
            and desk.may("determinations.confirm")
            and one.proposed_by != desk.actor.identifier,
        }
        for one in made
    ]


def _beside(opened: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the rules reckoned beside what was decided, in words."""
    rules = Suggested(
        opened.get("suggested", ""), opened.get("computed_fen"), opened.get("computed_basis", "")
    )
    told = [("规则测算", rules.label)]
    if rules.amount_fen is not None:
        told.append((f"按{rules.basis_label}测算", f"每月 {yuan_text(rules.amount_fen)} 元"))
    if opened.get("amount_fen") is not None:
        told.append(("决定金额", f"每月 {yuan_text(opened['amount_fen'])} 元"))
    if opened.get("departs"):
        told.append(("不同的理由", opened["departs"]))
    return told

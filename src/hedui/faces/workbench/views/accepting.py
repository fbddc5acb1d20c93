"""认定 (accept) and 新版报告 (revise): what counts of a finding, and the next version."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from hedui.faces.workbench.desk import done, only, page, refused, show
from hedui.faces.workbench.forms.objections import Word
from hedui.faces.workbench.seen import shows
from hedui.procedure.objections import revising
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import accepting, queries
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.versions import Ground


@page
@require_http_methods(["GET", "POST"])
@shows
def accept(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """Say of one finding of a draft how the difference came about, and what counts."""
    desk = only("reports.accept", request)
    report = queries.report_of(desk.actor, number=number)
    consult(report=report, manner="page", by=desk.actor)
    finding = report.findings.get(position=position)
    body = accepting.as_accepted(report)
    line = body["findings"][position]
    form = Word(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("cause", "accepted", "reason")}
        try:
            accepting.accept(
                finding=finding,
                **given,
                excluded=form.excluded,
                papers=form.papers,
                by=desk.actor,
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = f"“{line['label']}”已认定，申报数和核到数保留不变。"
            return done(request, said, "workbench:report", number=number)
    person = next(m["name"] for m in body["members"] if m["key"] == line["member"])
    context = {"report": report, "line": line, "person": person, "form": form}
    context["guidance"] = [k for k in body.get("guidance", ()) if line["id"] in k["findings"]]
    return show(request, "accept", **context, status=422 if form.errors else 200)


@page
@require_POST
@shows
def revise(request: HttpRequest, number: str) -> HttpResponse:
    """Draft the next version."""
    desk = only("objections.revise", request)
    report = queries.report_of(desk.actor, number=number)
    try:
        if request.POST.get("ground") not in list(Ground):
            raise Refusal("请选择拟制新版的原因。")
        made = revising.revise(report=report, ground=Ground(request.POST["ground"]), by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:report", number=number)
    said = f"已拟制第 {made.version} 版，请审阅后提交签发。"
    return done(request, said, "workbench:report", number=made.number)

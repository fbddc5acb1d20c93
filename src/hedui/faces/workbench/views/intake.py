"""受理 (intake): a new application, by form or by file."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hedui.faces.workbench.desk import Desk, done, only, page, show
from hedui.faces.workbench.forms.application import Application, CaseFile
from hedui.faces.workbench.seen import shows
from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases import acts, queries
from hedui.procedure.cases.content import Fault, NotWellFormed
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


@require_http_methods(["GET", "POST"])
@shows
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case."""
    desk = only("cases.open_case", request)
    agency = _agency(desk)
    form = Application(request.POST or None, agency=agency, initial={"applied_on": today()})
    if form.is_valid():
        try:
            case = acts.open_case(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return done(
                request,
                f"已登记，编号 {case.number}。请添加家庭成员。",
                "workbench:case",
                number=case.number,
            )
    return show(request, "new_case", form=form, status=422 if form.errors else 200)


@page
@require_http_methods(["GET", "POST"])
@shows
def application(request: HttpRequest, number: str) -> HttpResponse:
    """Correct programme, county or day while the declaration is still open."""
    desk = only("cases.fill_in", request)
    case = queries.case_of(desk.actor, number=number)
    content = queries.open_draft_of(desk.actor, case=case)
    initial = {name: content[name] for name in ("programme", "division", "applied_on")}
    form = Application(request.POST or None, agency=case.agency, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        changed = content | given | {"applied_on": given["applied_on"].isoformat()}
        try:
            acts.fill_in(case=case, content=changed, by=desk.actor)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return done(
                request, "申请信息已保存，确认申报后生效。", "workbench:case", number=number
            )
    return show(request, "new_case", form=form, case=case, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@shows
def import_case(request: HttpRequest) -> HttpResponse:
    """Take in a whole application as CASE.json with its signed papers."""
    desk = only("authorizations.import_file", request)
    form = CaseFile(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        scans = {file.name: file.read() for file in form.cleaned_data["scans"]}
        try:
            with transaction.atomic():
                case = take_in(form.cleaned_data["case"], scans=scans, by=desk.actor)
        except NotWellFormed as refusal:
            faults = refusal.faults
        except Refusal as refusal:
            faults = [Fault(refusal.field, refusal.message)]
        else:
            return done(
                request, f"已导入，编号 {case.number}。", "workbench:case", number=case.number
            )
    return show(
        request,
        "import_case",
        form=form,
        faults=faults,
        status=422 if faults or form.errors else 200,
    )


def _agency(desk: Desk) -> Agency:
    if desk.agency is None:
        raise Agency.DoesNotExist
    return desk.agency

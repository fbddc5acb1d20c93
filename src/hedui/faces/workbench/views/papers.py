"""文书 (papers): what can be printed on a case, notices issued and handed over, many at once."""

from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.objections import Handing
from hedui.faces.workbench.forms.papers import Asked
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case
from hedui.procedure.papers import acts, queries
from hedui.procedure.papers.catalogue import ELSEWHERE, Form, forms, text_for
from hedui.procedure.papers.describing import described
from hedui.procedure.papers.filling import About
from hedui.procedure.papers.offering import offered
from hedui.procedure.papers.outstanding import outstanding
from hedui.procedure.papers.printing import MOST, printed_together
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import queries as reports
from hedui.procedure.reports.documents import Paper, paper_document, typeset
from hedui.procedure.reports.sms import reached

PDF = "application/pdf"
NATION = "000000"


@page
@require_GET
@shows
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """List the forms and notices of a case: what is due, what can be had, what was issued."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    lines = queries.lines_of(desk.actor, case=case)
    return show(
        request,
        "papers",
        case=case,
        applicant=cases.applicant_of(desk.actor, case=case),
        notices=[line for line in lines if line.form.is_issued],
        sheets=[line for line in lines if not line.form.is_issued],
        issues=desk.may("papers.issue"),
        prints=desk.may("papers.print_form"),
        delivers=desk.may("papers.deliver_notice"),
        takes_in=cases.is_taken_in_by(desk.actor, case=case),
    )


@page
@require_GET
@shows
def form_pdf(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Print a form with what the case says."""
    desk = only("papers.print_form", request)
    case = cases.case_of(desk.actor, number=number)
    about = _about(request, desk, case)
    try:
        made = acts.print_form(about=about, form=_form(form), by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:papers", number=number)
    return _printed(made, f"{case.number}-{form}")


@page
@require_GET
def blank(request: HttpRequest, form: str) -> HttpResponse:
    """Print a form with nothing in it, in the words of the officer's place."""
    desk = desk_of(request)
    wanted = _form(form)
    text = text_for(wanted.name, desk.agency.division if desk.agency else NATION)
    foot = f"文本 {text.digest.removeprefix('sha256:')[:12]}"
    paper = Paper(text.title, text.layout, "", "", text.ground, foot, described(text, None))
    return _printed(paper, form)


@page
@require_http_methods(["GET", "POST"])
@shows
def issue(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Issue a notice, with what the officer writes."""
    desk = only("papers.issue", request)
    case, wanted = cases.case_of(desk.actor, number=number), _form(form)
    about = _about(request, desk, case)
    try:
        acts.check_told(wanted, about)
        known = offered(wanted.name, case, about.determination)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:papers", number=number)
    asked = Asked(
        request.POST if request.method == "POST" else None,
        asked=[name for name in wanted.needs.asked if name not in known],
    )
    if asked.is_valid():
        try:
            made = acts.issue(about=about, form=wanted, asked=asked.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            _told(asked, refusal)
        else:
            said = f"已出具，编号 {made.number}。请打印并送达，送达后登记。"
            return done(request, said, "workbench:papers", number=number)
    text = text_for(wanted.name, case.division)
    context = {"case": case, "form": asked, "title": text.title, "wanted": wanted, "known": known}
    return show(request, "issue_notice", **context, status=422 if asked.errors else 200)


@page
@require_GET
@shows
def notice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Print a notice as it was issued."""
    desk = only("papers.open_notice", request)
    notice = queries.notice_of(desk.actor, number=number)
    return _printed(acts.open_notice(notice=notice, by=desk.actor), notice.number)


@page
@require_http_methods(["GET", "POST"])
@shows
def deliver(request: HttpRequest, number: str) -> HttpResponse:
    """Record that a notice was handed over."""
    desk = only("papers.deliver_notice", request)
    notice = queries.notice_of(desk.actor, number=number)
    people = cases.people_in(desk.actor, case=notice.case)
    form = Handing(
        request.POST or None, request.FILES or None, people=[(one.key, one.name) for one in people]
    )
    if form.is_valid():
        member = cases.member_of(desk.actor, case=notice.case, key=form.cleaned_data["key"])
        try:
            acts.deliver_notice(notice=notice, handed=form.handed(member), by=desk.actor)
        except Refusal as refusal:
            _told(form, refusal)
        else:
            said = f"已登记送达：{notice.number}。"
            return done(request, said, "workbench:papers", number=notice.case.number)
    told = reached(desk.actor, case=notice.case, about=notice.pk)
    context = {"notice": notice, "title": queries.title_of(notice), "form": form, "told": told}
    return show(request, "deliver_notice", **context, status=422 if form.errors else 200)


@page
@require_http_methods(["GET", "POST"])
@shows
def together(request: HttpRequest) -> HttpResponse:
    """Choose reports and notices, and print them as one file; or a blank form."""
    desk = only("papers.open_notice", request)
    if request.method == "POST":
        try:
            return _pile(desk, request)
        except Refusal as refusal:
            return refused(request, refusal, "workbench:printing")
    found, notices = queries.printable(desk.actor)
    return show(
        request,
        "printing",
        groups=[("核对报告", "report", found), ("告知书、决定书", "notice", notices)],
        most=MOST,
        listed=queries.LISTED,
        blanks=_blanks(desk),
        waiting=outstanding(desk.actor),
        delivers=desk.may("papers.deliver_notice"),
    )


def _pile(desk: Desk, request: HttpRequest) -> HttpResponse:
    chosen = [
        reports.report_of(desk.actor, number=number)
        for number in request.POST.getlist("report")[: MOST + 1]
    ]
    notices = queries.notices_of(desk.actor, numbers=request.POST.getlist("notice")[: MOST + 1])
    made = printed_together(chosen, notices, by=desk.actor)
    return file_response(made, PDF, "printed.pdf")


def _blanks(desk: Desk) -> list[dict[str, Any]]:
    division = desk.agency.division if desk.agency else NATION
    rows = [
        {"number": one.number, "name": one.name, "title": text_for(one.name, division).title}
        for one in forms().values()
    ]
    rows += [
        {"number": at, "name": "", "title": title, "where": where}
        for at, (title, where) in ELSEWHERE.items()
    ]
    return sorted(rows, key=lambda row: row["number"])


def _told(form: BaseForm, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _form(name: str) -> Form:
    found = forms().get(name)
    if found is None:
        raise Http404
    return found


def _about(request: HttpRequest, desk: Desk, case: Case) -> About:
    """Say what a paper is about: the case, and the determination or objection that is named."""
    given = {name: _row(request, name) for name in ("determination", "objection")}
    made, against = given["determination"], given["objection"]
    return About(
        case,
        desk.actor,
        determination=queries.determination_in(case, made) if made else None,
        objection=queries.objection_in(case, against) if against else None,
    )


def _row(request: HttpRequest, name: str) -> UUID | None:
    given = request.GET.get(name, "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Http404 from None


def _printed(paper: Paper, name: str) -> HttpResponse:
    return file_response(typeset(paper_document(paper, at=moment())), PDF, f"{name}.pdf")

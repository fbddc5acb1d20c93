"""The case 案: the whole way on one page, the commission, the history."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.stepping import ROOM, possible
from hedui.faces.workbench.way import HELD_UP, by_course, next_step, steps
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.authorizations.queries import held_in, live_by_member, persons_named, to_sign
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.looking import LOOK
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.budgets import spending_of
from hedui.procedure.determinations.standing import Stand, stand, whole
from hedui.procedure.determinations.told import told_of
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.queries import history_of
from hedui.procedure.reports import acts, queries
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.queries import Progress, Stage
from hedui.values.divisions import full_name

RECENT = 6
ORDERS = "workbench:commission"
SOON, LATER = 1, 30  # seconds after which the page asks for news again
NEWS_SOON = timedelta(minutes=1)  # most departments have answered by then; others take days


@page
@require_GET
@shows
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is done, what is next, what each source answered and when."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    people = cases.people_in(desk.actor, case=case)
    declaration = cases.latest_declaration(desk.actor, case=case)
    live = live_by_member(desk.actor, case=case)
    unsigned = to_sign(desk.actor, case=case, held=held_in(desk.actor, case=case))
    progress = queries.progress_of(desk.actor, case=case)
    stage = queries.stage_of(desk.actor, case=case)
    history = history_of(desk.actor, case=case.id)
    recent = [line for line in history if line.act != LOOK][-RECENT:][::-1]
    standing = _stand(desk, case, progress)
    if stage is Stage.ISSUED or standing["stand"].state.name in HELD_UP:
        following = by_course(standing["stand"], standing["possible"])
    else:
        following = next_step(desk, case, stage, people, unsigned)
    orders = following.to == ORDERS or standing["again"]
    return show(
        request,
        "case",
        case=case,
        people=people,
        live=live,
        to_sign=unsigned,
        elsewhere=cases.elsewhere(desk.actor, case=case),
        progress=progress,
        stage=stage,
        declaration=declaration,
        names=names_behind(desk.actor, {line.actor for line in history}),
        applicant=next((p.name for p in people if p.relation == "self"), ""),
        **_filled_in(desk, case),
        **_named(case),
        history=recent,
        about=persons_named(desk.actor, case=case, lines=recent),
        entries=len(history),
        steps=steps(people, declaration, live, progress),
        **standing,
        next=following,
        spending=spending_of(desk.actor) if orders else None,
        opens_report=_opens(desk, progress.report),
    )


def _asks_again(progress: Progress) -> int:
    """Return after how many seconds the page asks for news: seldom where they take long."""
    if progress.commission is None or not progress.under_way:
        return LATER
    is_fresh = moment() - progress.commission.commissioned_at < NEWS_SOON
    # What is left waits for hours; before anything is answered, the asking may not have begun.
    waits = progress.answered and progress.unopened == progress.asked - progress.answered > 0
    return SOON if is_fresh and not waits else LATER


def _filled_in(desk: Desk, case: Case) -> dict[str, Any]:
    """Tell whether the declaration is made or changed here, and how far that is."""
    if case.is_frozen or not cases.is_taken_in_by(desk.actor, case=case):
        return {"fills_in": False, "drafted": [], "is_changed": False}
    return {
        "fills_in": True,
        "drafted": cases.draft_of(desk.actor, case=case)["members"],
        "is_changed": cases.is_changed_since_declared(desk.actor, case=case),
    }


def _again(desk: Desk, progress: Progress, stand: Stand) -> bool:
    """Tell whether verification may be ordered anew here, since aid is paid."""
    was_ordered = bool(progress.commission and progress.commission.closed_at)
    return was_ordered and "reports.request" in stand.state.leads and desk.may("reports.request")


def _opens(desk: Desk, report: Report | None) -> bool:
    if report is None:
        return False
    issued = report.status == report.Status.ISSUED
    return issued or queries.is_handled_by(desk.actor, report=report)


def _stand(desk: Desk, case: Case, progress: Progress) -> dict[str, Any]:
    """Tell where the case stands today, how long there is, and what may be done besides."""
    on, told = today(), told_of(case)
    current, all_of_it = stand(told, on), whole(told, on)
    likely = [one for one in possible(desk, current.state) if ROOM + one[0] in current.state.leads]
    return {
        "asks_again": _asks_again(progress),
        "stand": current,
        "days_left": current.left(on),
        "whole": all_of_it,
        "whole_left": all_of_it.left(on) if all_of_it else None,
        "taken": len(told.steps),
        "possible": likely,
        "again": _again(desk, progress, current),
    }


def _named(case: Case) -> dict[str, Any]:
    known = policy.known_programmes().get(case.programme)
    label = known.label if known else case.programme
    return {"programme_label": label, "place": full_name(case.division)}


@page
@require_POST
@shows
def commission(request: HttpRequest, number: str) -> HttpResponse:
    """Order the verification."""
    desk = only("reports.request", request)
    case = cases.case_of(desk.actor, number=number)
    people, live = cases.people_in(desk.actor, case=case), live_by_member(desk.actor, case=case)
    if any(p.key not in live for p in people) and request.POST.get("without") != "yes":
        refusal = Refusal("还有成员没有授权,请先勾选“不查询没有授权的成员”,再委托。")
        return refused(request, refusal, "workbench:case", number=number)
    try:
        urgency = request.POST.get("urgency", "")
        ordered = acts.request(case=case, by=desk.actor, urgency=urgency)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:case", number=number)
    return done(
        request,
        f"已委托核对，委托编号 {ordered.number}。申报内容自此锁定。",
        "workbench:case",
        number=number,
    )


@page
@require_GET
@shows
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Show every entry of the ledger on a case."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    lines = history_of(desk.actor, case=case.id)
    names = names_behind(desk.actor, {line.actor for line in lines})
    about = persons_named(desk.actor, case=case, lines=lines)
    return show(request, "history", case=case, lines=lines, names=names, about=about)

"""定期复核 (rechecks): who is due, lists to work through in fair turns, and the second look."""

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.rechecking import Until, Worklist
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases.terms import Custom
from hedui.procedure.rechecks import acts, queries
from hedui.procedure.rechecks.models import Task
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal

AHEAD = timedelta(days=31)
_LISTED = 200


@page
@require_GET
def rechecks(request: HttpRequest) -> HttpResponse:
    """Show who is due up to a day, before anything is listed; the lists; and the intervals."""
    desk = _looking(request)
    until = _day(request.GET.get("until", "")) or today() + AHEAD
    due = queries.due_until(desk.actor, until=until)
    return show(
        request,
        "rechecks",
        until=until,
        due=due[:_LISTED],
        total=len(due),
        over=sum(one.is_over for one in due),
        lists=queries.rounds_of(desk.actor)[:20],
        intervals=_intervals(desk),
        may_list=desk.may("rechecks.open_round"),
    )


@page
@require_http_methods(["GET", "POST"])
def new_list(request: HttpRequest) -> HttpResponse:
    """Draw up the list of who is due."""
    desk = only("rechecks.open_round", request)
    until = _day(request.GET.get("until", "")) or today() + AHEAD
    form = Until(request.POST or None, initial={"until": until})
    if form.is_valid():
        try:
            held = acts.open_round(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return done(
                request, "已生成复核清单，按次序办理。", "workbench:recheck_list", roster=held.pk
            )
    return _form(request, form, "生成复核清单", "生成")


@page
@require_http_methods(["GET", "POST"])
def bring_worklist(request: HttpRequest) -> HttpResponse:
    """Make a list of the families that a registry's comparison named."""
    desk = only("rechecks.bring_worklist", request)
    form = Worklist(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            held, nobody = acts.bring_worklist(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            rest = f"另有 {nobody} 户不在本机构范围或者没有在领取救助，没有列入。" if nobody else ""
            return done(
                request, f"已登记，逐户由人核实。{rest}", "workbench:recheck_list", roster=held.pk
            )
    return _form(request, form, "登记批量核对结果", "登记")


@page
@require_GET
def recheck_list(request: HttpRequest, roster: UUID) -> HttpResponse:
    """Show a list in its turns, with what came of each."""
    desk = _looking(request)
    held = queries.rounds_of(desk.actor).get(pk=roster)
    lines = queries.lines_of(desk.actor, held=held)
    officers = {line.done.by for line in lines if line.done} | {
        line.task.looked_by for line in lines if line.task.looked_by
    }
    return show(
        request,
        "recheck_list",
        held=held,
        lines=lines,
        finished=sum(line.done is not None for line in lines),
        names=names_behind(desk.actor, officers),
        me=desk.actor.identifier,
        looks_again=desk.may("rechecks.look_again"),
        orders=desk.may("reports.request"),
    )


@page
@require_POST
def look_again(request: HttpRequest, task: UUID) -> HttpResponse:
    """Say what a second officer found."""
    desk = only("rechecks.look_again", request)
    held = Task.objects.get(pk=task)
    to = {"roster": held.round_id}
    try:
        acts.look_again(task=held, agrees=request.POST.get("agrees") == "yes", by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:recheck_list", **to)
    return done(request, "已登记抽查结果。", "workbench:recheck_list", **to)


def _looking(request: HttpRequest) -> Desk:
    desk = desk_of(request)
    return desk if desk.rechecks else only("rechecks.open_round", request)


def _intervals(desk: Desk) -> list[tuple[str, Custom]]:
    """Name the programmes with their intervals; those that are the same as all others' once."""
    if desk.agency is None:
        return []
    names = policy.known_programmes()
    found = queries.intervals(desk.agency.division, list(names))
    shown: dict[object, list[str]] = {}
    for name, one in found.items():
        shown.setdefault((one.ground, str(one.value)), []).append(name)
    return [("、".join(names[n].label for n in same), found[same[0]]) for same in shown.values()]


def _form(request: HttpRequest, form: Until | Worklist, title: str, submit: str) -> HttpResponse:
    return show(
        request,
        "simple_form",
        form=form,
        title=title,
        submit=submit,
        back="workbench:rechecks",
        status=422 if form.errors else 200,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

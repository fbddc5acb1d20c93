"""定期复核 (rechecks): who is due, lists to work through in fair turns, and the second look."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, show
from hedui.faces.workbench.forms.rechecking import Until, Worklist
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases.terms import Custom
from hedui.procedure.rechecks import acts, queries
from hedui.procedure.rechecks.models import Task
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal

AHEAD = timedelta(days=31)
LISTS, LINES = 20, 100
"""How many stand on a page."""
_LISTED = 200
SAID = {"yes": True, "no": False}


@page
@require_GET
def rechecks(request: HttpRequest) -> HttpResponse:
    """Show who is due up to a day, before anything is listed; the lists; and the intervals."""
    desk = _looking(request)
    until = _day(request.GET.get("until", "")) or today() + AHEAD
    due = queries.due_until(desk.actor, until=until)
    lists = Paginator(queries.rounds_of(desk.actor), LISTS).get_page(request.GET.get("page"))
    to_do, second = (
        queries.left_on(desk.actor, lists=list(lists), show=which)
        for which in (queries.Show.OPEN, queries.Show.SECOND)
    )
    return show(
        request,
        "rechecks",
        until=until,
        due=due[:_LISTED],
        total=len(due),
        over=sum(one.is_over for one in due),
        lists=lists,
        to_do=to_do,
        second=second,
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
            made = acts.open_round(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            said = f"已生成复核清单，按次序办理。{_left_off(made)}"
            return done(request, said, "workbench:recheck_list", roster=made.held.pk)
    return _form(request, form, "生成复核清单", "生成")


@page
@require_http_methods(["GET", "POST"])
def bring_worklist(request: HttpRequest) -> HttpResponse:
    """Make a list of the families that a registry's comparison named."""
    desk = only("rechecks.bring_worklist", request)
    form = Worklist(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            made = acts.bring_worklist(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            said = f"已登记，逐户由人核实。{_left_off(made)}"
            return done(request, said, "workbench:recheck_list", roster=made.held.pk)
    return _form(request, form, "登记批量核对结果", "登记")


@page
@require_GET
def recheck_list(request: HttpRequest, roster: UUID) -> HttpResponse:
    """Show a list in its turns, a page at a time, with what came of each."""
    desk = _looking(request)
    held = queries.rounds_of(desk.actor).get(pk=roster)
    wanted = _show(request.GET.get("show", ""))
    counts = {
        one: queries.tasks_of(desk.actor, held=held, show=one).count() for one in queries.Show
    }
    tasks = queries.tasks_of(desk.actor, held=held, show=wanted)
    sheet = Paginator(tasks, LINES).get_page(request.GET.get("page"))
    lines = queries.lines_of(desk.actor, held=held, tasks=sheet.object_list)
    officers = {line.done.by for line in lines if line.done} | {
        line.task.looked_by for line in lines if line.task.looked_by
    }
    return show(
        request,
        "recheck_list",
        held=held,
        lines=lines,
        sheet=sheet,
        wanted=wanted,
        counts=[(one.value, one.label, counts[one]) for one in queries.Show],
        total=counts[queries.Show.ALL],
        to_do=counts[queries.Show.OPEN],
        names=names_behind(desk.actor, officers),
        me=desk.actor.identifier,
        looks_again=desk.may("rechecks.look_again"),
        orders=desk.may("reports.request"),
    )


@page
@require_POST
def look_again(request: HttpRequest, task: UUID) -> HttpResponse:
    """Say what a second officer found; without a word on it nothing is kept."""
    desk = only("rechecks.look_again", request)
    held = Task.objects.get(pk=task)
    back = {name: told for name in ("show", "page") if (told := request.POST.get(name))}
    to = reverse("workbench:recheck_list", kwargs={"roster": held.round_id}, query=back)
    try:
        agrees = SAID.get(request.POST.get("agrees", ""))
        if agrees is None:
            raise Refusal("请选择抽查结果：一致，或者不一致。")
        acts.look_again(task=held, agrees=agrees, by=desk.actor)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已登记抽查结果。")
    return HttpResponseRedirect(to)


def _left_off(made: acts.DrawnUp) -> str:
    """Say who was left off a list, and what becomes of them."""
    said = (
        (made.nobody, "不在本机构范围或者没有在领取救助，没有列入"),
        (made.already, "已在别的清单上，没有重复列入"),
        (made.later, f"没有列入：一份清单最多 {acts.MOST} 户，请照样再做一次，列出其余的户"),
    )
    return "".join(f"另有 {count} 户{why}。" for count, why in said if count)


def _show(text: str) -> queries.Show:
    try:
        return queries.Show(text)
    except ValueError:
        return queries.Show.ALL


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

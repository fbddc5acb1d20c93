"""今日到期 (due): what is overdue, due today and soon, by clock and by officer."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hedui.faces.workbench.desk import desk_of, page, show
from hedui.faces.workbench.seen import shows
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.determinations.due import URGENCIES, due, mine_by_urgency
from hedui.procedure.papers.outstanding import outstanding
from hedui.procedure.record.moment import today

MOST = 200
PRESSING = ("overdue", "today", "soon")


@page
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Count what is mine to do by its urgency, for the page of tasks; it shows nobody."""
    desk = desk_of(request)
    found = mine_by_urgency(desk.actor, on=today())
    return show(
        request,
        "_due_counts",
        counts=[(name, URGENCIES[name], found[name]) for name in PRESSING],
        papers=outstanding(desk.actor) if desk.prints else None,
    )


@page
@require_GET
@shows
def listed(request: HttpRequest) -> HttpResponse:
    """List what is due; names are masked as every list shows them."""
    desk = desk_of(request)
    wanted = {name: request.GET.get(name, "")[:64] for name in ("urgency", "clock", "officer")}
    mine = request.GET.get("mine") == "yes"
    found = due(
        desk.actor,
        on=today(),
        urgency=wanted["urgency"] if wanted["urgency"] in URGENCIES else "",
        clock=wanted["clock"],
        officer=wanted["officer"],
        mine=mine,
    )
    lines = found.lines
    if not wanted["urgency"]:
        lines = [line for line in lines if line.urgency in PRESSING]
    return show(
        request,
        "due",
        lines=lines[:MOST],
        total=len(lines),
        counts=[(name, label, found.counts[name]) for name, label in URGENCIES.items()],
        clocks=sorted(found.clocks.items(), key=lambda one: one[1]),
        officers=sorted(names_behind(desk.actor, found.officers).items(), key=lambda one: one[1]),
        names=names_behind(desk.actor, found.officers),
        wanted=wanted,
        mine=mine,
        on=today(),
    )

"""质量 (quality): error rates both ways, second reviews, how is signed, what was overturned."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from hedui.faces.workbench import charts, findings
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.quality import Second
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views.authorization import file_response
from hedui.procedure.authorizations import evidence
from hedui.procedure.determinations.applying import TURNED_DOWN
from hedui.procedure.determinations.counting import by_month, turned_down
from hedui.procedure.objections.queries import statistics
from hedui.procedure.oversight import queries, reviewing
from hedui.procedure.oversight.drawing import samples
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import full_name

MOST = 12


@page
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show how well is worked; counts, and nobody's name but officers'."""
    desk = desk_of(request)
    if not desk.judges:
        raise PermissionDenied
    drawn = [
        (month, full_name(division), len(sample), sum(one.review is not None for one in sample))
        for (month, division), sample in sorted(samples(desk.actor).items(), reverse=True)
    ]
    return show(
        request,
        "quality",
        rates=queries.rates(desk.actor),
        drawn=drawn,
        waiting=reviewing.to_review(desk.actor),
        disagreeing=queries.disagreeing(desk.actor),
        attention=queries.attention(desk.actor),
        **_overturned(desk),
        **_turned_down(desk),
    )


def _overturned(desk: Desk) -> dict[str, Any]:
    """Return what was overturned by source, rule and place, and by source as a chart."""
    counted = statistics(desk.actor)
    by_source: Counter[str] = Counter()
    resolved: Counter[str] = Counter()
    for one in counted:
        by_source[one.source] += one.overturned
        resolved[one.source] += one.resolved
    drawn = [(name, resolved[name], by_source[name]) for name, _ in by_source.most_common(MOST)]
    return {
        "overturned": [one for one in counted if one.overturned],
        "by_source": charts.shares(drawn, title="各来源经复核的异议中被推翻的"),
    }


def _turned_down(desk: Desk) -> dict[str, Any]:
    """Return how many applications were turned down, by ground, office and month."""
    on = today()
    counted = turned_down(desk.actor, on=on)
    months = [(str(month.month), count) for month, count in by_month(counted, on=on)]
    return {
        "grounds": list(TURNED_DOWN.values()),
        "turned_down": [
            (one, [(label, one.grounds.get(ground, 0)) for ground, label in TURNED_DOWN.items()])
            for one in counted
            if one.count
        ],
        "applied": sum(one.applied for one in counted),
        "turned": sum(one.count for one in counted),
        "turned_by_month": charts.columns(months, title="近十二个月不予受理的件数，按月份"),
    }


@page
@require_http_methods(["GET", "POST"])
@shows
def review(request: HttpRequest, determination: UUID) -> HttpResponse:
    """Let who knows nothing of a case conclude on it once more."""
    desk = only("oversight.review", request)
    form = Second(request.POST or None)
    try:
        held = reviewing.drawn_one(desk.actor, determination=determination)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:quality")
    if form.is_valid():
        try:
            reviewing.review(determination=held, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return done(request, "盲审结论已登记。", "workbench:quality")
    blind = reviewing.look(determination=held, by=desk.actor)
    body = dict(blind.body)
    context = {
        "id": determination,
        "form": form,
        "body": body,
        "groups": findings.by_member(body, member="", status="", held=set()),
        "bases": findings.bases(body),
        "totals": findings.totals(body),
        "verdicts": findings.verdicts(body) if body["assessment"] else [],
        "surveys": blind.surveys,
        "papers": blind.papers,
    }
    return show(request, "second_review", **context, status=422 if form.errors else 200)


@page
@require_GET
@shows
def paper(request: HttpRequest, determination: UUID, exhibit: UUID) -> HttpResponse:
    """Open a paper that the family brought."""
    desk = only("oversight.open_paper", request)
    held = reviewing.drawn_one(desk.actor, determination=determination)
    kept = reviewing.open_paper(determination=held, exhibit=exhibit, by=desk.actor)
    kind = evidence.kind_of(kept)
    return file_response(kept, kind, f"{exhibit}.{kind.rpartition('/')[2]}")

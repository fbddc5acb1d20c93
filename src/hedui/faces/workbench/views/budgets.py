"""限额 (budgets): what holds, what is spent today, what went beyond and waits for review."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.budgets import Limits, Looking
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases.queries import case_of
from hedui.procedure.commissions import budgets as acts
from hedui.procedure.commissions import looks
from hedui.procedure.commissions.models import BreakGlass
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


@require_GET
def budgets(request: HttpRequest) -> HttpResponse:
    """List the budgets in force with what is spent, and what waits for review."""
    desk = only("commissions.set_budget", request)
    waiting, seen = acts.to_review(), looks.seen_today(desk.actor)
    officers = {used.officer for used in waiting} | {one.officer for one in seen}
    return show(
        request,
        "budgets",
        listed=acts.budgets_in_force(desk.actor),
        waiting=waiting,
        seen=seen,
        names=names_behind(desk.actor, officers),
        today=today(),
    )


@page
@require_http_methods(["GET", "POST"])
def new_budget(request: HttpRequest) -> HttpResponse:
    """Set a budget, for one agency or for all that have none of their own."""
    desk = only("commissions.set_budget", request)
    form = Limits(request.POST or None)
    if form.is_valid():
        try:
            acts.set_budget(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return done(request, "限额已设定，即时生效。", "workbench:budgets")
    return show(
        request,
        "simple_form",
        form=form,
        title="设定限额",
        submit="设定",
        back="workbench:budgets",
        status=422 if form.errors else 200,
    )


@page
@require_POST
def review(request: HttpRequest, used: UUID) -> HttpResponse:
    """Say whether it was right to go beyond the budget."""
    desk = only("commissions.review", request)
    held = BreakGlass.objects.get(pk=used)
    try:
        acts.review(used=held, is_justified=request.POST.get("justified") == "yes", by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:budgets")
    return done(request, "已复核。", "workbench:budgets")


@page
@require_POST
def look_beyond(request: HttpRequest, number: str) -> HttpResponse:
    """See one more case today than the budget has, for a reason."""
    desk = desk_of(request)
    case, form = case_of(desk.actor, number=number), Looking(request.POST)
    if not form.is_valid():
        return show(request, "look_beyond", 422, case=case, form=form)
    looks.break_glass(case=case, **form.cleaned_data, by=desk.actor)
    return done(request, "理由已登记，可以查阅。", "workbench:case", number=number)

"""委托限额 (budgets): what holds, what is spent today, what went beyond and waits for review."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import done, only, page, refused, show
from hedui.faces.workbench.forms.budgets import Limits
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.commissions import budgets as acts
from hedui.procedure.commissions.models import BreakGlass
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


@require_GET
def budgets(request: HttpRequest) -> HttpResponse:
    """List the budgets in force with what is spent, and what waits for review."""
    desk = only("commissions.set_budget", request)
    waiting = acts.to_review()
    return show(
        request,
        "budgets",
        listed=acts.budgets_in_force(desk.actor),
        waiting=waiting,
        names=names_behind(desk.actor, {used.officer for used in waiting}),
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
            return done(request, "委托限额已设定，即时生效。", "workbench:budgets")
    return show(
        request,
        "simple_form",
        form=form,
        title="设定委托限额",
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

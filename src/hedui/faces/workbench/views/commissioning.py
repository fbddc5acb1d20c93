"""批量委托 (many orders at once): cases that wait, or of a recheck list; each an act of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hedui import policy
from hedui.faces.workbench.desk import Desk, done, only, page, refused, show
from hedui.faces.workbench.seen import shows
from hedui.procedure.commissions.budgets import spending_of
from hedui.procedure.rechecks import queries as rechecks
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.ordering_many import MOST, Waiting, request_many, waiting


@page
@require_http_methods(["GET", "POST"])
@shows
def together(request: HttpRequest) -> HttpResponse:
    """Show the cases that wait for a first order, and order those that are chosen."""
    desk = only("reports.request", request)
    found = waiting(desk.actor)
    if request.method == "POST":
        return _ordered(request, desk, found, "workbench:commissions")
    return _show(request, desk, found)


@page
@require_http_methods(["GET", "POST"])
@shows
def of_list(request: HttpRequest, roster: UUID) -> HttpResponse:
    """Show the families of a recheck list at which nobody has looked, and order the chosen ones."""
    desk = only("reports.request", request)
    held = rechecks.rounds_of(desk.actor).get(pk=roster)
    to_do = rechecks.tasks_of(desk.actor, held=held, show=rechecks.Show.OPEN)
    found = waiting(desk.actor, among=list(to_do.values_list("case", flat=True)))
    if request.method == "POST":
        return _ordered(request, desk, found, "workbench:recheck_list", roster=roster)
    return _show(request, desk, found, roster=roster)


def _show(
    request: HttpRequest, desk: Desk, found: list[Waiting], roster: UUID | None = None
) -> HttpResponse:
    whole = [one for one in found if one.is_whole]
    lacking = [one for one in found if not one.is_whole]
    return show(
        request,
        "commissions",
        whole=whole,
        lacking=lacking,
        labels={name: one.label for name, one in policy.known_programmes().items()},
        spending=spending_of(desk.actor),
        roster=roster,
        most=MOST,
        is_full=len(whole) == MOST,
        lacks_more=len(lacking) == MOST,
    )


def _ordered(
    request: HttpRequest, desk: Desk, found: list[Waiting], to: str, **where: UUID
) -> HttpResponse:
    """Order what was chosen of what may be ordered, and say what came of each."""
    chosen = set(request.POST.getlist("case"))
    wanted = [one for one in found if one.case.number in chosen]
    if not wanted:
        return refused(request, Refusal("请至少选择一件。"), to, **where)
    came = request_many(wanted, by=desk.actor)
    for reason, numbers in came.refused.items():
        messages.error(request, f"{len(numbers)} 件没有委托（{'、'.join(numbers)}）：{reason}")
    if not came.orders:
        return refused(request, Refusal("一件也没有委托。"), to, **where)
    return done(request, f"已委托 {len(came.orders)} 件，申报内容自此锁定。", to, **where)

"""审计 (audit): what departments say they received, the ledger's checkpoints, and its entries."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hedui.faces.workbench.desk import desk_of, show
from hedui.faces.workbench.forms.audit import Search
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases.queries import numbers_of
from hedui.procedure.inquiries.reconciling import standings
from hedui.procedure.record.queries import PAGE, may_audit, newest_checkpoints, search


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Show how the ledger stands, and find entries in it; nobody's name or data is among them."""
    desk = desk_of(request)
    if not may_audit(desk.actor):
        raise PermissionDenied
    form = Search(request.GET or None, reader=desk.actor)
    asked = form.wanted if form.is_valid() else {}
    lines = search(desk.actor, **asked) if not form.errors else []
    days = standings(desk.actor)
    return show(
        request,
        "audit",
        form=form,
        lines=lines,
        numbers=numbers_of(desk.actor, cases={line.case for line in lines if line.case}),
        older=form.older(lines[-1].index) if len(lines) == PAGE else "",
        names=names_behind(desk.actor, {line.actor for line in lines}),
        standings=days,
        to_clear=any(one.said is not None and not one.matches for one in days),
        checkpoints=newest_checkpoints(desk.actor),
        status=422 if form.errors else 200,
    )

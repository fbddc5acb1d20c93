"""销毁 (erasing): what is due, what waits for the second officer, and the receipts."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from hedui.faces.workbench.desk import desk_of, done, only, page, refused, show
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases import queries as cases
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import erasing as acts

PROPOSE, CONFIRM = "reports.propose_erasure", "reports.confirm_erasure"
BACK = "workbench:erasures"


@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """List cases by number; nobody's name or data is among them."""
    desk = desk_of(request)
    if not (desk.may(PROPOSE) or desk.may(CONFIRM)):
        raise PermissionDenied
    listed = list(acts.erasures(desk.actor))
    return show(
        request,
        "erasures",
        due=acts.to_erase(desk.actor),
        listed=listed,
        receipts=acts.receipts(desk.actor),
        names=names_behind(
            desk.actor, {i for one in listed for i in (one.proposed_by, one.confirmed_by) if i}
        ),
        confirms=desk.may(CONFIRM),
        me=desk.actor.identifier,
    )


@page
@require_POST
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Propose that the data of a case is destroyed."""
    desk = only(PROPOSE, request)
    case = cases.case_of(desk.actor, number=number)
    try:
        acts.propose_erasure(case=case, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK)
    return done(request, "已提出销毁，待另一位委托岗人员确认。", BACK)


@page
@require_POST
def confirm(request: HttpRequest, erasure: UUID) -> HttpResponse:
    """Confirm as the second officer; there is no way back."""
    desk = only(CONFIRM, request)
    held = acts.erasures(desk.actor).get(pk=erasure)
    if request.POST.get("sure") != "yes":
        return refused(request, Refusal("销毁后不能恢复,请先勾选确认。"), BACK)
    try:
        acts.confirm_erasure(erasure=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK)
    return done(request, "资料已销毁，回执已写入台账。", BACK)

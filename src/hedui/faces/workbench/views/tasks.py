"""待办 (tasks): what is mine to do now, and everything I may look up."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hedui import policy
from hedui.faces.workbench.desk import desk_of, show
from hedui.faces.workbench.seen import shows
from hedui.procedure.inquiries.reconciling import to_settle
from hedui.procedure.objections.queries import to_review
from hedui.procedure.reports import queries
from hedui.procedure.reports.erasing import to_confirm as to_destroy
from hedui.procedure.reports.queries import Stage
from hedui.procedure.reports.sources import to_mend
from hedui.procedure.reports.withholding import to_confirm

MINE, ALL = "mine", "all"


@require_http_methods(["GET", "POST"])
@shows
def home(request: HttpRequest) -> HttpResponse:
    """
    List cases: mine to do first of all.

    A search comes by POST, so that names and numbers stay out of addresses and logs.
    """
    desk = desk_of(request)
    mine = queries.my_stages(desk.actor)
    text = request.POST.get("text", "").strip()[:60]
    wanted = request.GET.get("stage", "") or (MINE if mine and not text else ALL)
    stages: tuple[Stage, ...] = ()
    if wanted == MINE:
        stages = mine
    elif wanted in list(Stage):
        stages = (Stage(wanted),)
    programme = request.GET.get("programme", "")
    listed = queries.worklist(
        desk.actor,
        stages=stages,
        programme=programme,
        text=text,
        page=_number(request.GET.get("page", "1")),
    )
    return show(
        request,
        "home",
        listed=listed,
        wanted=wanted,
        text=text,
        programme=programme,
        programmes=list(policy.known_programmes().values()),
        has_tasks=bool(mine),
        to_order=listed.counts[Stage.COMMISSION] if Stage.COMMISSION in mine else 0,
        stages=[(stage, listed.counts[stage]) for stage in Stage],
        everything=sum(listed.counts.values()),
        withheld=to_confirm(desk.actor),
        reviews=to_review(desk.actor),
        erased=to_destroy(desk.actor),
        failing=to_mend(desk.actor),
        unsettled=to_settle(desk.actor),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1

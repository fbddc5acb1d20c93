"""Who sees a family's data on a page is entered in the ledger 台账 before the page is shown."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from hedui.faces.workbench.desk import desk_of, show
from hedui.faces.workbench.forms.budgets import Looking
from hedui.procedure.cases.looking import list_seen, seen
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.opening import watched
from hedui.procedure.record.seeing import TooManyLooks

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def shows(view: View[P]) -> View[P]:
    """
    Let a page open sealed data, and enter who saw which case before anything leaves.

    What an act of the page has entered already, such as the consultation of a report, is not
    entered again. If the ledger cannot be written, nothing is shown; if it refuses, because the
    officer has seen too many cases that are not their own work, a reason is asked for. A page
    without this cannot open anything sealed (`hedui.procedure.record.opening`).
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            with watched() as opened:
                response = view(request, *args, **kwargs)
            if not _leads_elsewhere(response):
                where, by = request.resolver_match, desk_of(request).actor
                page = where.url_name or "" if where else ""
                list_seen(len(opened.listed), page=page, by=by)
                seen(opened.unsaid, page=page, member=str(kwargs.get("key", "")), by=by)
        except TooManyLooks as refusal:
            return _asks_why(request, refusal)
        return response

    answer.enters = True  # type: ignore[attr-defined]  # tests walk the addresses and look for it
    return answer


def _asks_why(request: HttpRequest, refusal: TooManyLooks) -> HttpResponse:
    """Ask for the reason for which one case is to be seen all the same; of many, only say no."""
    cases = visible_to(desk_of(request).actor).filter(pk__in=refusal.cases)
    case = cases[0] if len(cases) == 1 else None
    status = HTTPStatus.TOO_MANY_REQUESTS
    return show(request, "look_beyond", status, refusal=refusal, case=case, form=Looking())


def _leads_elsewhere(response: HttpResponse) -> bool:
    found = response.status_code
    moved = HTTPStatus.MULTIPLE_CHOICES <= found < HTTPStatus.BAD_REQUEST
    return moved or "HX-Redirect" in response.headers

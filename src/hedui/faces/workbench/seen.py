"""Who sees a family's data on a page is entered in the ledger 台账 before the page is shown."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from hedui.faces.workbench.desk import desk_of
from hedui.procedure.cases.looking import list_seen, seen
from hedui.procedure.record.opening import watched

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def shows(view: View[P]) -> View[P]:
    """
    Let a page open sealed data, and enter who saw which case before anything leaves.

    What an act of the page has entered already, such as the consultation of a report, is not
    entered again. If the ledger cannot be written, nothing is shown. A page without this cannot
    open anything sealed (`hedui.procedure.record.opening`).
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with watched() as opened:
            response = view(request, *args, **kwargs)
        if not _leads_elsewhere(response):
            where, by = request.resolver_match, desk_of(request).actor
            page = where.url_name or "" if where else ""
            list_seen(len(opened.listed), page=page, by=by)
            seen(opened.unsaid, page=page, member=str(kwargs.get("key", "")), by=by)
        return response

    answer.enters = True  # type: ignore[attr-defined]  # tests walk the addresses and look for it
    return answer


def _leads_elsewhere(response: HttpResponse) -> bool:
    found = response.status_code
    moved = HTTPStatus.MULTIPLE_CHOICES <= found < HTTPStatus.BAD_REQUEST
    return moved or "HX-Redirect" in response.headers

"""What a person sees of their own on a public page is entered in the ledger 台账 too."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from hedui.procedure.authorizations.electronic import PORTAL
from hedui.procedure.cases.looking import own_seen
from hedui.procedure.record.opening import watched
from hedui.procedure.record.scope import acting_as

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def shows_to_themselves(
    holding: Callable[Concatenate[HttpRequest, P], str],
) -> Callable[[View[P]], View[P]]:
    """
    Let a page open what is sealed, and enter that whoever holds its address saw it.

    holding: what the visitor holds, as a scope; the database shows that one case and no other
    """

    def shown(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            with acting_as(holding(request, *args, **kwargs)):
                with watched() as opened:
                    response = view(request, *args, **kwargs)
                where = request.resolver_match
                own_seen(opened.unsaid, page=where.url_name or "" if where else "", by=PORTAL)
                return response

        answer.enters = True  # type: ignore[attr-defined]  # tests walk the addresses for it
        return answer

    return shown

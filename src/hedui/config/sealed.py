"""The door of sealed data: shut for every request, and the database asked in the officer's name."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hedui.procedure.record.opening import shut
from hedui.procedure.record.scope import acting_as


class SealedMiddleware:
    """
    Let no request open personal data, unless its page enters who saw it.

    The database is asked in the name of who is logged in, else in nobody's; a public page says for
    itself what its visitor holds.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with shut(), acting_as(_who_asks(request)):
            return self.get_response(request)


def _who_asks(request: HttpRequest) -> str:
    # Without the cookie nobody is logged in; no session is opened to find that out.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ""
    return f"officer:{request.user.pk}"

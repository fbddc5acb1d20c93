"""The door of sealed data: shut for every request, until a page opens it for itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hedui.procedure.record.opening import shut


class SealedMiddleware:
    """Let no request open personal data, unless its page enters who saw it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with shut():
            return self.get_response(request)

"""The door: who is not logged in is led to it, and nobody loses silently what they typed."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


class DoorMiddleware(LoginRequiredMiddleware):
    """
    Lead to the login, and from there back to the page that was looked at.

    An address that takes forms alone is no page to come back to. A part of a page that asked in
    the background is sent to the login as a whole.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx follows a header, no redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        """Tell the login page where to lead back, and whether a form was lost."""
        in_background = "HX-Request" in request.headers
        if in_background:
            page = request.headers.get("HX-Current-URL", "")
        elif request.method == "POST":
            page = request.headers.get("Referer", "")
        else:
            return super().handle_no_permission(request, view_func)
        query = {"next": urlsplit(page).path, "ended": "1" if request.method == "POST" else ""}
        way = reverse("workbench:login", query={k: v for k, v in query.items() if v} or None)
        if in_background:
            return HttpResponse(headers={"HX-Redirect": way})
        return HttpResponseRedirect(way)

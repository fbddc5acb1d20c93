"""In and out: login 登录, logout, one's own password."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse, reverse_lazy

from hedui.faces.workbench.desk import desk_of
from hedui.faces.workbench.forms.administration import OwnPassword


class Login(LoginView):
    """The door. A page that asks in the background is sent here as a whole."""

    template_name = "workbench/login.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a background request with the address of this page, and the way back."""
        if "HX-Request" in request.headers:
            back = urlsplit(request.headers.get("HX-Current-URL", "")).path
            query = {"next": back, "ended": "1"} if back else None
            way = reverse("workbench:login", query=query)
            return HttpResponse(headers={"HX-Redirect": way})
        return super().dispatch(request, *args, **kwargs)


class Logout(LogoutView):
    """The way out (POST only)."""


class Password(PasswordChangeView):
    """Change one's own password."""

    template_name = "workbench/password.html"
    form_class = OwnPassword
    success_url = reverse_lazy("workbench:home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who is at the desk."""
        return super().get_context_data(**kwargs) | {"desk": desk_of(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Say so."""
        messages.success(self.request, "密码已修改。")
        return super().form_valid(form)

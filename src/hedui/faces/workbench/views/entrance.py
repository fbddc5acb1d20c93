"""In and out: login 登录, logout, one's own password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy

from hedui.faces.workbench.desk import desk_of
from hedui.faces.workbench.forms.administration import OwnPassword
from hedui.procedure.record.outcome import Refusal


class Login(LoginView):
    """The way in."""

    template_name = "workbench/login.html"
    redirect_authenticated_user = True


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
        """Say so, or that whoever has no post today has to wait for one."""
        try:
            answer = super().form_valid(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, "密码已修改。")
        return answer

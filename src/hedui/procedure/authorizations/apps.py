"""The Django app of this room."""

from django.apps import AppConfig


class AuthorizationsConfig(AppConfig):
    """授权."""

    name = "hedui.procedure.authorizations"
    verbose_name = "授权"

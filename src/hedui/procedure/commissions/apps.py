"""The Django app of this room."""

from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    """委托."""

    name = "hedui.procedure.commissions"
    verbose_name = "委托"

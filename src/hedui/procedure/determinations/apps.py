"""The Django app of this room."""

from django.apps import AppConfig


class DeterminationsConfig(AppConfig):
    """审核确认."""

    name = "hedui.procedure.determinations"
    verbose_name = "审核确认"

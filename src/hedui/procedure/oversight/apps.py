"""The Django app of this room."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """督导."""

    name = "hedui.procedure.oversight"
    verbose_name = "督导"

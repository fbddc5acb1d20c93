"""The Django app of this room."""

from django.apps import AppConfig


class RechecksConfig(AppConfig):
    """定期复核."""

    name = "hedui.procedure.rechecks"
    verbose_name = "定期复核"

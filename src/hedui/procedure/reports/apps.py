"""The Django app of this room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """核对报告."""

    name = "hedui.procedure.reports"
    verbose_name = "核对报告"

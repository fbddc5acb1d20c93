"""The Django app of this room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """申报."""

    name = "hedui.procedure.cases"
    verbose_name = "申报"

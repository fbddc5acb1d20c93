"""The Django app of this room."""

from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    """异议."""

    name = "hedui.procedure.objections"
    verbose_name = "异议"

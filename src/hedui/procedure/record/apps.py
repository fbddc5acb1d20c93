"""The Django app of this room."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """留痕."""

    name = "hedui.procedure.record"
    verbose_name = "留痕"

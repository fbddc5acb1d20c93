"""The Django app of this room."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """文书."""

    name = "hedui.procedure.papers"
    verbose_name = "文书"

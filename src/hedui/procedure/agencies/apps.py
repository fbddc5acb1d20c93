"""The Django app of this room."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """机构."""

    name = "hedui.procedure.agencies"
    verbose_name = "机构"

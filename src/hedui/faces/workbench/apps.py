"""The Django app of this face."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """工作台."""

    name = "hedui.faces.workbench"
    label = "faces_workbench"
    verbose_name = "工作台"

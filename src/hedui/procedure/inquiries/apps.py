"""The Django app of this room."""

from django.apps import AppConfig


class InquiriesConfig(AppConfig):
    """查询."""

    name = "hedui.procedure.inquiries"
    verbose_name = "查询"

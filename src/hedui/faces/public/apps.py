"""The Django app of this face."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """公开页."""

    name = "hedui.faces.public"
    label = "faces_public"
    verbose_name = "公开页"

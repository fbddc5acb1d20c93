"""Addresses: the officers' workbench, the public pages, the interface for programs."""

from django.urls import include, path

urlpatterns = [
    path("", include("hedui.faces.workbench.urls")),
    path("", include("hedui.faces.public.urls")),
    path("api/", include("hedui.faces.api.urls")),
]

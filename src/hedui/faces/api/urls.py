"""Addresses for programs."""

from django.urls import path

from hedui.faces.api import views

app_name = "api"
urlpatterns = [
    path("authorizations/<uuid:number>/status", views.authorization_status, name="authorization"),
    path("healthz", views.healthz, name="healthz"),
]

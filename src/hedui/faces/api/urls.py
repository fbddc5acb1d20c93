"""Addresses for programs."""

from django.urls import path

from hedui.faces.api import ledger, views

app_name = "api"
urlpatterns = [
    path("authorizations/<uuid:number>/status", views.authorization_status, name="authorization"),
    path("ledger/checkpoint", ledger.checkpoint, name="checkpoint"),
    path("ledger/entries/<uuid:entry>/proof", ledger.inclusion, name="inclusion"),
    path("ledger/growth", ledger.growth, name="growth"),
    path("ledger/cosignatures", ledger.cosignatures, name="cosignatures"),
    path("healthz", views.healthz, name="healthz"),
]

"""Addresses that everybody may open."""

from django.urls import path

from hedui.faces.public import own, signing, views

app_name = "public"
urlpatterns = [
    path("verify/", views.ask, name="ask"),
    path("verify/<str:code>/", views.confirm, name="confirm"),
    path("mine/", own.enter, name="own_enter"),
    path("mine/record/", own.page, name="own"),
    path("mine/proofs.json", own.proofs, name="own_proofs"),
    path("sign/<str:token>/", signing.sign, name="sign"),
]

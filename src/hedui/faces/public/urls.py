"""Addresses that everybody may open."""

from django.urls import path

from hedui.faces.public import signing, views

app_name = "public"
urlpatterns = [
    path("verify/", views.ask, name="ask"),
    path("verify/<str:code>/", views.confirm, name="confirm"),
    path("sign/<str:token>/", signing.sign, name="sign"),
]

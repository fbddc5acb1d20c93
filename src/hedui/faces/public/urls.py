"""Addresses that everybody may open."""

from django.urls import path

from hedui.faces.public import objecting, own, publications, signing, views

app_name = "public"
urlpatterns = [
    path("verify/", views.ask, name="ask"),
    path("verify/<str:code>/", views.confirm, name="confirm"),
    path("mine/", own.enter, name="own_enter"),
    path("mine/record/", own.page, name="own"),
    path("mine/proofs.json", own.proofs, name="own_proofs"),
    path("mine/report/", objecting.report, name="own_report"),
    path("mine/sign-in/", objecting.sign_in, name="own_sign_in"),
    path("mine/objections/<str:number>/papers/", objecting.papers, name="own_papers"),
    path("publications/", publications.index, name="publications"),
    path("publications/of/<uuid:office>/", publications.of_office, name="publications_of"),
    path("publications/<uuid:number>/", publications.notice, name="publication"),
    path("robots.txt", publications.robots, name="robots"),
    path("sign/<str:token>/", signing.sign, name="sign"),
]

"""Addresses of the workbench. Numbers of cases and reports stand in them, names never."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from hedui.faces.workbench.views import (
    administration,
    audit,
    authorization,
    budgets,
    case,
    declaration,
    entrance,
    intake,
    printing,
    report,
    signing,
    tasks,
    texts,
)

app_name = "workbench"
urlpatterns = [
    path("", tasks.home, name="home"),
    path("login/", login_not_required(entrance.Login.as_view()), name="login"),
    path("logout/", login_not_required(entrance.Logout.as_view()), name="logout"),
    path("password/", entrance.Password.as_view(), name="password"),
    path("cases/new/", intake.new_case, name="new_case"),
    path("cases/import/", intake.import_case, name="import_case"),
    path("cases/<slug:number>/", case.case_page, name="case"),
    path("cases/<slug:number>/application/", intake.application, name="application"),
    path("cases/<slug:number>/members/new/", declaration.new_member, name="new_member"),
    path("cases/<slug:number>/members/<slug:key>/", declaration.member, name="member"),
    path(
        "cases/<slug:number>/members/<slug:key>/remove/",
        declaration.remove_member,
        name="remove_member",
    ),
    path("cases/<slug:number>/declaration/", declaration.confirm, name="confirm"),
    path(
        "cases/<slug:number>/members/<slug:key>/authorization/",
        authorization.authorization,
        name="authorization",
    ),
    path(
        "cases/<slug:number>/members/<slug:key>/authorization/form.pdf",
        printing.form_pdf,
        name="form_pdf",
    ),
    path(
        "cases/<slug:number>/members/<slug:key>/authorization/enrol/",
        signing.enrol,
        name="enrol",
    ),
    path(
        "cases/<slug:number>/members/<slug:key>/authorization/signed/<uuid:signature>/",
        signing.register,
        name="register_signature",
    ),
    path(
        "cases/<slug:number>/authorizations/<uuid:authorization>/revoke/",
        authorization.revoke,
        name="revoke",
    ),
    path(
        "cases/<slug:number>/authorizations/<uuid:authorization>/scan/",
        authorization.scan,
        name="scan",
    ),
    path(
        "cases/<slug:number>/authorizations/<uuid:authorization>/confirm/",
        authorization.confirm,
        name="confirm_authorization",
    ),
    path(
        "cases/<slug:number>/guardianships/<uuid:guardianship>/proof/",
        authorization.proof,
        name="proof",
    ),
    path(
        "cases/<slug:number>/guardianships/<uuid:guardianship>/end/",
        authorization.end_guardianship,
        name="end_guardianship",
    ),
    path("cases/<slug:number>/commission/", case.commission, name="commission"),
    path("cases/<slug:number>/history/", case.history, name="history"),
    path("reports/<slug:number>/", report.report_page, name="report"),
    path("reports/<slug:number>/report.pdf", report.pdf, name="report_pdf"),
    path("reports/<slug:number>/report.json", report.signed_json, name="report_json"),
    path("reports/<slug:number>/submit/", report.submit, name="submit"),
    path("reports/<slug:number>/send-back/", report.send_back, name="send_back"),
    path("reports/<slug:number>/issue/", report.issue, name="issue"),
    path("departments/", administration.departments, name="departments"),
    path("departments/new/", administration.agreement, name="new_agreement"),
    path("departments/<uuid:department>/", administration.agreement, name="agreement"),
    path("audit/", audit.audit, name="audit"),
    path("budgets/", budgets.budgets, name="budgets"),
    path("budgets/new/", budgets.new_budget, name="new_budget"),
    path("budgets/<uuid:used>/review/", budgets.review, name="review"),
    path("agencies/", administration.agencies, name="agencies"),
    path("agencies/<uuid:agency>/intake/", administration.arrange_intake, name="arrange_intake"),
    path("texts/", texts.listed, name="texts"),
    path("texts/new/", texts.publish, name="new_text"),
    path("texts/<slug:form>/", texts.read, name="text"),
    path("texts/<slug:form>/withdraw/", texts.withdraw, name="withdraw_text"),
    path("agencies/new/", administration.new_agency, name="new_agency"),
    path("officers/new/", administration.new_officer, name="new_officer"),
    path("officers/appoint/", administration.appoint, name="appoint"),
]

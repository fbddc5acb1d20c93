"""机构与部门 (administration): departments, agencies, officers and posts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from hedui import catalogue
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, show
from hedui.faces.workbench.forms.administration import (
    Appointment,
    Intake,
    NewAgency,
    NewOfficer,
    Registration,
    Relief,
)
from hedui.procedure.agencies import acts, queries
from hedui.procedure.agencies.accounts import open_account
from hedui.procedure.agencies.agreements import without_agreement
from hedui.procedure.agencies.models import Agency, Department, Officer, Post
from hedui.procedure.record.actor import Role
from hedui.procedure.record.acts import together
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import full_name


@require_GET
def departments(request: HttpRequest) -> HttpResponse:
    """List the departments and what each answers."""
    desk = desk_of(request)
    sources = catalogue.sources()
    without = {one.pk for one in without_agreement()}
    listed = [
        (one, sources[one.source].label, full_name(one.division), one.pk not in without)
        for one in queries.departments(desk.actor)
        if one.source in sources
    ]
    return show(request, "departments", listed=listed)


@page
@require_http_methods(["GET", "POST"])
def department(request: HttpRequest, department: UUID | None = None) -> HttpResponse:
    """Register a department's service, or replace it from today on."""
    desk = only("agencies.agree", request)
    held = Department.objects.get(pk=department) if department else None
    shown = ("source", "division", "name", "base_url", "answer_within", "public_key")
    initial = {name: getattr(held, name) for name in shown} if held else None
    form = Registration(request.POST or None, agency=_agency(desk), initial=initial)
    if form.is_valid() and _done(form, lambda: acts.agree(**form.cleaned_data, by=desk.actor)):
        said = "协作部门已登记；批准信息共享协议以后，才会查询。"
        return done(request, said, "workbench:departments")
    return show(request, "department", form=form, held=held, status=422 if form.errors else 200)


@require_GET
def agencies(request: HttpRequest) -> HttpResponse:
    """List agencies with who works there."""
    desk = only("agencies.establish", request)
    listed = [(one, full_name(one.division)) for one in queries.agencies(desk.actor)]
    return show(request, "agencies", listed=listed, officers=queries.officers(desk.actor))


@page
@require_http_methods(["GET", "POST"])
def new_agency(request: HttpRequest) -> HttpResponse:
    """Register an agency."""
    desk = only("agencies.establish", request)
    form = NewAgency(request.POST or None, agency=_agency(desk))
    if form.is_valid() and _done(form, lambda: acts.establish(**form.cleaned_data, by=desk.actor)):
        return done(request, "机构已登记。", "workbench:agencies")
    return show(
        request,
        "simple_form",
        form=form,
        title="登记机构",
        submit="登记",
        back="workbench:agencies",
        status=422 if form.errors else 200,
    )


@page
@require_http_methods(["GET", "POST"])
def arrange_intake(request: HttpRequest, agency: UUID) -> HttpResponse:
    """Settle how an agency takes in authorizations."""
    desk = only("agencies.arrange_intake", request)
    held = Agency.objects.get(pk=agency)
    shown = ("second_person", "numbered_only", "authorization_days")
    initial = {name: getattr(held, name) for name in shown}
    form = Intake(request.POST or None, initial=initial)
    if form.is_valid() and _done(
        form, lambda: acts.arrange_intake(agency=held, **form.cleaned_data, by=desk.actor)
    ):
        return done(request, f"{held} 的授权受理方式已设定，即时生效。", "workbench:agencies")
    return show(
        request,
        "simple_form",
        form=form,
        title=f"{held}：授权受理方式",
        submit="设定",
        back="workbench:agencies",
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def new_officer(request: HttpRequest) -> HttpResponse:
    """Make an account together with its first post, so that no account is without its entry."""
    desk = only("agencies.appoint", request)
    account = NewOfficer(request.POST or None)
    post = Appointment(request.POST or None, initial={"first_day": today()})
    del post.fields["officer"]
    if account.is_valid() and post.is_valid():
        with together():
            _appoint(desk, post.cleaned_data | {"officer": _opened(desk, account.cleaned_data)})
        return done(request, "账号已建立，请把登录名和初始密码当面交给本人。", "workbench:agencies")
    wrong = bool(account.errors or post.errors)
    return show(request, "new_officer", account=account, post=post, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest) -> HttpResponse:
    """Give an officer a post."""
    desk = only("agencies.appoint", request)
    form = Appointment(request.POST or None, initial={"first_day": today()})
    if form.is_valid() and _done(form, lambda: _appoint(desk, form.cleaned_data)):
        return done(request, "岗位已任命。", "workbench:agencies")
    return show(
        request,
        "simple_form",
        form=form,
        title="任命岗位",
        submit="任命",
        back="workbench:agencies",
        status=422 if form.errors else 200,
    )


@page
@require_http_methods(["GET", "POST"])
def relieve(request: HttpRequest, post: int) -> HttpResponse:
    """End a post."""
    desk = only("agencies.relieve", request)
    held = Post.objects.select_related("officer", "agency").get(pk=post)
    form = Relief(request.POST or None, initial={"last_day": today() - timedelta(days=1)})
    if form.is_valid() and _done(
        form, lambda: acts.relieve(post=held, **form.cleaned_data, by=desk.actor)
    ):
        return done(request, "岗位已免去。", "workbench:agencies")
    return show(
        request,
        "simple_form",
        form=form,
        title=f"{held.officer}：免去{held.agency}的{held.get_role_display()}",
        submit="免去",
        back="workbench:agencies",
        status=422 if form.errors else 200,
    )


def _opened(desk: Desk, given: dict[str, Any]) -> Officer:
    return open_account(
        username=given["username"],
        display_name=given["display_name"],
        password=given["password1"],
        by=desk.actor,
    )


def _appoint(desk: Desk, given: dict[str, Any]) -> object:
    return acts.appoint(
        officer=given["officer"],
        agency=given["agency"],
        role=Role(given["role"]),
        first_day=given["first_day"],
        by=desk.actor,
    )


def _done(form: forms.Form, perform: Any) -> bool:
    """Perform an act; a refusal is put beside the field it is about."""
    try:
        perform()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def _agency(desk: Desk) -> Agency:
    if desk.agency is None:
        raise Agency.DoesNotExist
    return desk.agency

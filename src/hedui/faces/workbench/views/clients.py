"""接入系统 (clients): list them, propose one, approve it as the second officer, give its tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import Desk, administering, done, only, page, refused, show
from hedui.faces.workbench.forms.clients import Address, Admission, Again, NextToken
from hedui.procedure.agencies import clients as acts
from hedui.procedure.agencies import endpoints
from hedui.procedure.agencies.client_models import Client, Endpoint, Token
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.record.actor import Role
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.news import latest_for

APPROVE, END, GIVE = (f"agencies.{act}" for act in ("approve_client", "end_client", "give_token"))

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One client as it is listed: how it stands, its posts, its tokens that are taken."""

    client: Client
    standing: str
    label: str
    posts: str
    tokens: list[Token]


@page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the clients: those to be approved first."""
    desk = administering(request)
    return show(request, "clients", listed=[_line(one) for one in acts.clients(desk.actor)])


@page
@require_GET
def read(request: HttpRequest, client: UUID) -> HttpResponse:
    """Show one client with its steps and tokens, and what this officer may do about it."""
    desk = administering(request)
    line = _line(Client.objects.select_related("officer", "agency").get(pk=client))
    one = line.client
    steps = [
        ("提出", one.proposed_by, one.proposed_at),
        ("批准", one.approved_by, one.approved_at),
        ("终止", one.ended_by, one.ended_at),
    ]
    waits = line.standing == "proposed"
    return show(
        request,
        "client",
        line=line,
        steps=[(label, who, at) for label, who, at in steps if at],
        names=names_behind(desk.actor, (who for _, who, _ in steps if who)),
        approves=waits and one.proposed_by != desk.actor.identifier and desk.may(APPROVE),
        ends=line.standing != "over" and desk.may(END),
        gives=line.standing == "in_force" and desk.may(GIVE),
        endpoint=one.endpoints.filter(ended_at=None).first(),
        latest=latest_for(one, most=SHOWN) if line.standing == "in_force" else [],
    )


@page
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a client."""
    desk = only("agencies.propose_client", request)
    form = Admission(request.POST or None)
    if form.is_valid():
        try:
            acts.propose_client(**form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "接入系统已提出，待另一位安全管理员批准；批准之前不接受它的调用。"
            return done(request, said, "workbench:clients")
    return _form(request, form, "提出接入系统", "提出", "workbench:clients")


@page
@require_POST
def approve(request: HttpRequest, client: UUID) -> HttpResponse:
    """Approve as the second officer."""
    desk = only(APPROVE, request)
    said = "接入系统已批准，可以发放令牌。"
    return _done(request, desk, client, acts.approve_client, said)


@page
@require_POST
def end(request: HttpRequest, client: UUID) -> HttpResponse:
    """End a client, or take a proposal back, at once."""
    desk = only(END, request)
    return _done(request, desk, client, acts.end_client, "接入系统已终止，不再接受它的调用。")


@page
@require_http_methods(["GET", "POST"])
def give_token(request: HttpRequest, client: UUID) -> HttpResponse:
    """Give the next token, and show it once."""
    desk = only(GIVE, request)
    held = Client.objects.select_related("officer").get(pk=client)
    form = NextToken(request.POST or None)
    if form.is_valid():
        try:
            given = acts.give_token(client=held, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return show(request, "token", client=held, given=given)
    return _form(request, form, f"{held}：发放令牌", "发放", "workbench:clients")


@page
@require_POST
def end_token(request: HttpRequest, client: UUID, token: UUID) -> HttpResponse:
    """End one token at once."""
    desk = only("agencies.end_token", request)
    held = Token.objects.get(pk=token, client=client)
    try:
        acts.end_token(token=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:client", client=client)
    return done(request, "令牌已停用。", "workbench:client", client=client)


@page
@require_http_methods(["GET", "POST"])
def register_endpoint(request: HttpRequest, client: UUID) -> HttpResponse:
    """Register where a client is told of news."""
    desk = only("agencies.register_endpoint", request)
    held = Client.objects.select_related("officer").get(pk=client)
    form = Address(request.POST or None)
    if form.is_valid():
        try:
            endpoints.register_endpoint(client=held, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "推送地址已登记，从现在起有消息即推送。"
            return done(request, said, "workbench:client", client=client)
    return _form(request, form, f"{held}：推送地址", "登记", "workbench:clients")


@page
@require_POST
def end_endpoint(request: HttpRequest, client: UUID, endpoint: UUID) -> HttpResponse:
    """Tell a client nothing more."""
    desk = only("agencies.end_endpoint", request)
    held = Endpoint.objects.get(pk=endpoint, client=client)
    try:
        endpoints.end_endpoint(endpoint=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:client", client=client)
    return done(request, "已停止推送；系统仍可以来查询。", "workbench:client", client=client)


@page
@require_POST
def redeliver(request: HttpRequest, client: UUID, endpoint: UUID) -> HttpResponse:
    """Tell a client again what happened from a place on."""
    desk = only("agencies.redeliver", request)
    held = Endpoint.objects.get(pk=endpoint, client=client)
    form = Again(request.POST)
    if not form.is_valid():
        raise PermissionDenied
    try:
        endpoints.redeliver(endpoint=held, after=form.cleaned_data["after"], by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:client", client=client)
    return done(request, "已安排重新推送。", "workbench:client", client=client)


def _done(
    request: HttpRequest, desk: Desk, client: UUID, act: Callable[..., Client], said: str
) -> HttpResponse:
    one = Client.objects.get(pk=client)
    try:
        act(client=one, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:client", client=client)
    return done(request, said, "workbench:client", client=client)


def _form(request: HttpRequest, form: Any, title: str, submit: str, back: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return show(
        request, "simple_form", form=form, title=title, submit=submit, back=back, status=status
    )


def _line(client: Client) -> Line:
    at = moment()
    if client.ended_at is not None:
        standing, label = "over", "已终止"
    elif client.approved_at is None:
        standing, label = "proposed", "待批准"
    elif acts.is_admitted(client, at):
        standing, label = "in_force", "有效"
    else:
        standing, label = "over", "已期满"
    posts = "、".join(Role(role).label for role in client.roles)
    if client.decides:
        posts += "（在该系统内审核确认）"
    tokens = [one for one in client.tokens.all() if acts.is_live(one, at)]
    return Line(client, standing, label, posts, tokens)

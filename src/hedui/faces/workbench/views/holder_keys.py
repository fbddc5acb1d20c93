"""换钥换址 (keys, and addresses of departments): what is taken, propose a change, approve, drop."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from hedui.faces.workbench.desk import administering, done, only, page, refused, show
from hedui.faces.workbench.forms.partners import AddressAndKeys, Keys
from hedui.procedure.agencies import key_changes as acts
from hedui.procedure.agencies.key_models import KeyChange
from hedui.procedure.agencies.models import Department
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.queries import names_behind, thumbprints
from hedui.procedure.record.outcome import Refusal

PROPOSE, APPROVE, DROP = (f"agencies.{act}_keys" for act in ("propose", "approve", "drop"))
HOLDERS: dict[str, type[Department] | type[Partner]] = {
    "department": Department,
    "partner": Partner,
}
FORMS: dict[str, type[Keys]] = {"department": AddressAndKeys, "partner": Keys}
SHOWN = 20


@page
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest, kind: str, holder: UUID) -> HttpResponse:
    """Show how a department or a partner is known, and take a proposal."""
    desk = only(PROPOSE, request) if request.method == "POST" else administering(request)
    if kind not in HOLDERS:
        raise Http404
    held = HOLDERS[kind]._default_manager.get(pk=holder)
    initial = {"public_key": held.public_key, "base_url": getattr(held, "base_url", "")}
    form = FORMS[kind](request.POST or None, initial=initial)
    if form.is_valid():
        try:
            acts.propose_keys(holder=held, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "更换已提出，待另一位安全管理员批准；批准之前一切照旧。"
            return done(request, said, "workbench:keys", kind=kind, holder=holder)
    changes = list(held.key_changes.all()[:SHOWN])
    waiting = [one for one in changes if not one.approved_at and not one.dropped_at]
    who = {w for one in changes for w in (one.proposed_by, one.approved_by, one.dropped_by) if w}
    return show(
        request,
        "holder_keys",
        kind=kind,
        held=held,
        taken=thumbprints(held.public_key),
        changes=[(one, thumbprints(one.public_key)) for one in changes],
        names=names_behind(desk.actor, who),
        own=[one for one in waiting if one.proposed_by == desk.actor.identifier],
        waiting=waiting,
        approves=desk.may(APPROVE),
        form=form if desk.may(PROPOSE) else None,
        status=422 if form.errors else 200,
    )


@page
@require_POST
def approve(request: HttpRequest, change: UUID) -> HttpResponse:
    """Approve as the second officer."""
    return _done(request, APPROVE, change, acts.approve_keys, "更换已批准，即时采用。")


@page
@require_POST
def drop(request: HttpRequest, change: UUID) -> HttpResponse:
    """Take a proposal back."""
    return _done(request, DROP, change, acts.drop_keys, "更换已撤回，一切照旧。")


def _done(
    request: HttpRequest, name: str, change: UUID, act: Callable[..., KeyChange], said: str
) -> HttpResponse:
    desk = only(name, request)
    one = KeyChange.objects.get(pk=change)
    where: dict[str, Any] = {
        "kind": "department" if one.department_id else "partner",
        "holder": one.department_id or one.partner_id,
    }
    try:
        act(change=one, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:keys", **where)
    return done(request, said, "workbench:keys", **where)

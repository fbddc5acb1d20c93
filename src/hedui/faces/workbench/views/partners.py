"""合作方 (partners): list them, propose one, approve it as the second officer, end it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, administering, done, only, page, refused, show
from hedui.faces.workbench.forms.partners import PartnerTerms
from hedui.procedure.agencies import partners as acts
from hedui.procedure.agencies.deliveries import undelivered
from hedui.procedure.agencies.models import Agency
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import full_name

APPROVE, END = "agencies.approve_partner", "agencies.end_partner"


@dataclass(frozen=True, slots=True)
class Line:
    """One partner as it is listed."""

    partner: Partner
    place: str
    programmes: str
    standing: str
    label: str


@page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the partners: those to be approved first."""
    desk = administering(request)
    return show(request, "partners", listed=[_line(one) for one in acts.partners(desk.actor)])


@page
@require_GET
def read(request: HttpRequest, partner: UUID) -> HttpResponse:
    """Show one partner with its steps, and what this officer may do about it."""
    desk = administering(request)
    line = _line(Partner.objects.get(pk=partner))
    one = line.partner
    steps = [
        ("提出", one.proposed_by, one.proposed_at),
        ("批准", one.approved_by, one.approved_at),
        ("终止", one.ended_by, one.ended_at),
    ]
    waits = line.standing == "proposed" and one.proposed_by != desk.actor.identifier
    return show(
        request,
        "partner",
        line=line,
        steps=[(label, who, at) for label, who, at in steps if at],
        names=names_behind(desk.actor, (who for _, who, _ in steps if who)),
        undelivered=undelivered(one, moment()),
        approves=waits and desk.may(APPROVE),
        ends=line.standing != "over" and desk.may(END),
    )


@page
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a partner."""
    desk = only("agencies.propose_partner", request)
    if desk.agency is None:
        raise Agency.DoesNotExist
    form = PartnerTerms(request.POST or None, agency=desk.agency)
    if form.is_valid():
        try:
            acts.propose_partner(terms=form.terms(), by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "合作方已提出，待另一位安全管理员批准；批准之前不答复。"
            return done(request, said, "workbench:partners")
    return show(
        request,
        "simple_form",
        form=form,
        title="提出合作方",
        submit="提出",
        back="workbench:partners",
        status=422 if form.errors else 200,
    )


@page
@require_POST
def approve(request: HttpRequest, partner: UUID) -> HttpResponse:
    """Approve as the second officer."""
    desk = only(APPROVE, request)
    return _done(request, desk, partner, acts.approve_partner, "合作方已批准。")


@page
@require_POST
def end(request: HttpRequest, partner: UUID) -> HttpResponse:
    """End a partner, or take a proposal back, at once."""
    desk = only(END, request)
    return _done(request, desk, partner, acts.end_partner, "合作方已终止，不再答复。")


def _done(
    request: HttpRequest, desk: Desk, partner: UUID, act: Callable[..., Partner], said: str
) -> HttpResponse:
    one = Partner.objects.get(pk=partner)
    try:
        act(partner=one, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:partner", partner=partner)
    return done(request, said, "workbench:partner", partner=partner)


def _line(partner: Partner) -> Line:
    if partner.ended_at is not None:
        standing, label = "over", "已终止"
    elif partner.approved_at is None:
        standing, label = "proposed", "待批准"
    elif acts.stands(partner, moment()):
        standing, label = "in_force", "有效"
    else:
        standing, label = "over", "已期满"
    known = policy.known_programmes()
    named = "、".join(known[one].label if one in known else one for one in partner.programmes)
    return Line(partner, full_name(partner.division), named, standing, label)

"""信息共享协议 (agreements): list them, propose one, approve it as the second officer, end it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import catalogue
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.agreements import AgreementTable, AgreementTerms
from hedui.procedure.agencies import agreements as acts
from hedui.procedure.agencies.agreement_files import COLUMNS, NotImported, propose_all
from hedui.procedure.agencies.agreements import Standing
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.agencies.queries import names_behind, thumbprints
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import full_name

APPROVE, END = "agencies.approve_agreement", "agencies.end_agreement"


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement in the list."""

    agreement: Agreement
    source: str
    place: str
    standing: Standing


@page
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the agreements: those to be approved first, then those in force."""
    desk = desk_of(request)
    found = [
        Line(one, _source(one.department), full_name(one.department.division), standing)
        for one, standing in acts.agreements(desk.actor)
    ]
    asked_without = [(one, _source(one)) for one in acts.without_agreement()]
    return show(request, "agreements", listed=found, missing=asked_without)


@page
@require_GET
def read(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """Show one agreement with its steps, and what this officer may do about it."""
    desk = desk_of(request)
    one = Agreement.objects.select_related("department").get(pk=agreement)
    known = catalogue.sources().get(one.department.source)
    labels = {item.full_name: item.label for item in known.askable.values()} if known else {}
    steps = [
        ("提出", one.proposed_by, one.proposed_at),
        ("批准", one.approved_by, one.approved_at),
        ("终止", one.ended_by, one.ended_at),
    ]
    standing = acts.standing_of(one, moment())
    return show(
        request,
        "agreement",
        line=Line(one, _source(one.department), full_name(one.department.division), standing),
        items=[labels.get(name, name) for name in one.items],
        taken=thumbprints(one.department.public_key),
        steps=[(label, who, at) for label, who, at in steps if at],
        names=names_behind(desk.actor, (who for _, who, _ in steps if who)),
        **_offers(desk, one, standing),
    )


def _offers(desk: Desk, one: Agreement, standing: Standing) -> dict[str, bool]:
    """Say what the officer at the desk may do about it."""
    own = one.proposed_by == desk.actor.identifier
    waits = standing is Standing.PROPOSED
    return {
        "approves": waits and not own and desk.may(APPROVE),
        "ends": standing is not Standing.OVER and desk.may(END),
    }


@page
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, department: UUID) -> HttpResponse:
    """Propose an agreement with a department."""
    desk = only("agencies.propose_agreement", request)
    held = Department.objects.get(pk=department, last_day=None)
    form = AgreementTerms(request.POST or None, department=held, standing=_standing(held))
    if form.is_valid():
        try:
            acts.propose_agreement(department=held, terms=form.terms(), by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            said = "协议已提出，待另一位安全管理员批准；批准之前不按它查询。"
            return done(request, said, "workbench:agreements")
    source = _source(held)
    wrong = bool(form.errors)
    return show(
        request, "new_agreement", form=form, held=held, source=source, status=422 if wrong else 200
    )


@page
@require_http_methods(["GET", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Propose the agreements of a table, all of them or none."""
    desk = only("agencies.propose_agreement", request)
    form = AgreementTable(request.POST or None, request.FILES or None)
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            proposed = propose_all(form.cleaned_data["table"].read(), by=desk.actor)
        except NotImported as refusal:
            form.add_error("table", refusal.message)
            faults = refusal.faults
        else:
            said = f"已提出 {len(proposed)} 份协议，待另一位安全管理员逐份批准。"
            return done(request, said, "workbench:agreements")
    return show(
        request,
        "import_agreements",
        form=form,
        faults=faults,
        columns=COLUMNS.values(),
        status=422 if form.errors else 200,
    )


def _standing(department: Department) -> Agreement | None:
    at = moment()
    found = department.agreements.order_by("-approved_at")
    return next((o for o in found if acts.standing_of(o, at) is Standing.IN_FORCE), None)


@page
@require_POST
def approve(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """Approve as the second officer."""
    desk = only(APPROVE, request)
    said = "协议已批准，自协议起始日按它查询。"
    return _done(request, desk, agreement, acts.approve_agreement, said)


@page
@require_POST
def end(request: HttpRequest, agreement: UUID) -> HttpResponse:
    """End an agreement, or take a proposal back, at once."""
    desk = only(END, request)
    said = "协议已终止，不再按它查询；已经收到的答复不受影响。"
    return _done(request, desk, agreement, acts.end_agreement, said)


def _done(
    request: HttpRequest, desk: Desk, agreement: UUID, act: Callable[..., Agreement], said: str
) -> HttpResponse:
    one = Agreement.objects.get(pk=agreement)
    try:
        act(agreement=one, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:agreement", agreement=agreement)
    return done(request, said, "workbench:agreement", agreement=agreement)


def _source(department: Department) -> str:
    source = catalogue.sources().get(department.source)
    return source.label if source else department.source

"""暂不展示 (withholding): what is not shown to a person for a time; two officers, and an end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.withholding import Proposal
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.templatetags.written import instant
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.queries import Line, history_of
from hedui.procedure.reports import withholding as acts
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.own import deeds_about

PROPOSE, CONFIRM = "reports.propose_withholding", "reports.confirm_withholding"
BACK = "workbench:withholdings"


@dataclass(frozen=True, slots=True)
class Offer:
    """What this officer may do next about a withholding."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One withholding as the two officers see it; lines: the entries that are held back."""

    id: UUID
    name: str
    state: str
    last_day: date
    reason: str
    basis: str
    document: str
    steps: list[tuple[str, str, datetime]]
    lines: list[Line]
    offer: Offer | None


@page
@require_GET
@shows
def listed(request: HttpRequest, number: str) -> HttpResponse:
    """List what is held back in a case, for those who propose and who confirm."""
    desk = desk_of(request)
    if not desk.withholds:
        raise PermissionDenied
    case = cases.case_of(desk.actor, number=number)
    people = {person.key: person.name for person in cases.people_in(desk.actor, case=case)}
    lines = {line.index: line for line in history_of(desk.actor, case=case.pk)}
    found = [_shown(desk, case, one, people, lines) for one in acts.withholdings_in(case)]
    named = {who for one in found for _, who, _ in one.steps}
    named |= {line.actor for one in found for line in one.lines}
    return show(
        request,
        "withholdings",
        case=case,
        listed=found,
        people=cases.people_in(desk.actor, case=case),
        names=names_behind(desk.actor, named),
        proposes=desk.may(PROPOSE),
    )


def _shown(
    desk: Desk, case: Case, one: Withholding, people: dict[str, str], lines: dict[int, Line]
) -> Shown:
    steps = [
        ("提出", one.proposed_by, one.proposed_at),
        ("确认", one.confirmed_by, one.confirmed_at),
        ("提出恢复展示", one.end_proposed_by, one.end_proposed_at),
        ("确认恢复展示", one.ended_by, one.ended_at),
    ]
    return Shown(
        one.id,
        people.get(one.member.key, ""),
        _state(one),
        (one.until - timedelta(seconds=1)).astimezone(SHANGHAI).date(),
        one.get_reason_display(),
        one.get_basis_display(),
        one.document,
        [(label, who, at) for label, who, at in steps if at],
        [lines[index] for index in one.entries],
        _offer(desk, case, one),
    )


def _state(one: Withholding) -> str:
    if acts.waits(one):
        return "待另一人确认，尚未生效"
    if one.confirmed_at is None:
        return "三日内无人确认，没有生效"
    if not acts.holds(one):
        return "已恢复展示"
    return "暂不展示，待另一人确认恢复" if one.end_proposed_at else "暂不展示"


def _offer(desk: Desk, case: Case, one: Withholding) -> Offer | None:
    """Say what the officer at the desk may do about it, if anything."""
    me = desk.actor.identifier
    waiting, holding = acts.waits(one), acts.holds(one)
    if waiting and one.proposed_by != me and desk.may(CONFIRM):
        label, to = "确认暂不展示", "workbench:confirm_withholding"
    elif holding and not one.end_proposed_at and desk.may(PROPOSE):
        label, to = "提出恢复展示", "workbench:propose_end"
    elif holding and one.end_proposed_at and one.end_proposed_by != me and desk.may(CONFIRM):
        label, to = "确认恢复展示", "workbench:confirm_end"
    else:
        return None
    return Offer(label, reverse(to, kwargs={"number": case.number, "withholding": one.id}))


@page
@require_http_methods(["GET", "POST"])
@shows
def propose(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Propose that stated entries are not shown to a person for a time."""
    desk = only(PROPOSE, request)
    case = cases.case_of(desk.actor, number=number)
    member = Member.objects.get(case=case, key=key, replaced=False)
    choices = [
        (deed.index, f"第 {deed.index} 条 {instant(deed.at)} {deed.label} {'；'.join(deed.told)}")
        for deed in deeds_about(member)
        if deed.of_case  # what was sent in a file goes with the asking
    ]
    form = Proposal(request.POST or None, choices=choices)
    if form.is_valid():
        try:
            acts.propose_withholding(member=member, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            said = "已提出，待另一位复核签发岗人员在三日内确认；确认之前照常展示。"
            return done(request, said, BACK, number=number)
    return show(
        request, "withhold", case=case, form=form, key=key, status=422 if form.errors else 200
    )


@page
@require_POST
def confirm(request: HttpRequest, number: str, withholding: UUID) -> HttpResponse:
    """Confirm as the second officer."""
    desk = only(CONFIRM, request)
    said = "已确认，期满自动恢复展示。"
    return _done(request, desk, number, withholding, acts.confirm_withholding, said)


@page
@require_POST
def propose_end(request: HttpRequest, number: str, withholding: UUID) -> HttpResponse:
    """Propose that it is shown again before its day."""
    desk = only("reports.propose_end", request)
    said = "已提出，待另一位复核签发岗人员确认；确认之前仍不展示。"
    return _done(request, desk, number, withholding, acts.propose_end, said)


@page
@require_POST
def confirm_end(request: HttpRequest, number: str, withholding: UUID) -> HttpResponse:
    """Confirm as the second officer that it is shown again."""
    desk = only("reports.confirm_end", request)
    said = "已恢复展示，并告诉本人曾经暂不展示。"
    return _done(request, desk, number, withholding, acts.confirm_end, said)


def _done(
    request: HttpRequest,
    desk: Desk,
    number: str,
    withholding: UUID,
    act: Callable[..., Withholding],
    said: str,
) -> HttpResponse:
    case = cases.case_of(desk.actor, number=number)
    held = acts.withholdings_in(case).get(pk=withholding)
    try:
        act(withholding=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK, number=number)
    return done(request, said, BACK, number=number)

"""暂不展示 (withholding): what is not shown to a person for a time; two officers, and an end."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui.faces.workbench.desk import desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.withholding import Proposal
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.templatetags.written import instant
from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Member
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import withholding as acts
from hedui.procedure.reports.own import deeds_about

PROPOSE, CONFIRM = "reports.propose_withholding", "reports.confirm_withholding"


@page
@require_GET
@shows
def listed(request: HttpRequest, number: str) -> HttpResponse:
    """List what is held back in a case, for those who propose and who confirm."""
    desk = desk_of(request)
    if not (desk.may(PROPOSE) or desk.may(CONFIRM)):
        raise PermissionDenied
    case = cases.case_of(desk.actor, number=number)
    found = list(acts.withholdings_in(case))
    people = {person.key: person for person in cases.people_in(desk.actor, case=case)}
    named = {i for one in found for i in (one.proposed_by, one.confirmed_by) if i}
    return show(
        request,
        "withholdings",
        case=case,
        listed=[(one, people.get(one.member.key), acts.waits(one)) for one in found],
        people=people.values(),
        names=names_behind(desk.actor, named),
        proposes=desk.may(PROPOSE),
        confirms=desk.may(CONFIRM),
        me=desk.actor.identifier,
    )


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
    ]
    form = Proposal(request.POST or None, choices=choices)
    if form.is_valid():
        try:
            acts.propose_withholding(member=member, **form.cleaned_data, by=desk.actor)
        except Refusal as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            said = "已提出，待另一位复核签发岗人员在三日内确认；确认之前照常展示。"
            return done(request, said, "workbench:withholdings", number=number)
    return show(
        request, "withhold", case=case, form=form, key=key, status=422 if form.errors else 200
    )


@page
@require_POST
def confirm(request: HttpRequest, number: str, withholding: UUID) -> HttpResponse:
    """Confirm as the second officer."""
    desk = only(CONFIRM, request)
    case = cases.case_of(desk.actor, number=number)
    held = acts.withholdings_in(case).get(pk=withholding)
    try:
        acts.confirm_withholding(withholding=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:withholdings", number=number)
    return done(request, "已确认，期满自动恢复展示。", "workbench:withholdings", number=number)

"""授权 (authorization): register the signed paper, confirm, revoke, look at what was scanned."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.authorization import (
    Authorization,
    Revocation,
    Signing,
    StandingLost,
    source_items,
)
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views import signing
from hedui.procedure.agencies.queries import askable, names_behind
from hedui.procedure.authorizations import acts, electronic, evidence, guardians, queries
from hedui.procedure.authorizations.formtext import blocks
from hedui.procedure.authorizations.printing import period_of
from hedui.procedure.authorizations.states import ADULT_AGE
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import Person
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


@page
@require_http_methods(["GET", "POST"])
@shows
def authorization(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Show one member's authorizations, and register a newly signed one."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    member = cases.member_of(desk.actor, case=case, key=key)
    people = cases.people_in(desk.actor, case=case)
    registers = cases.is_taken_in_by(desk.actor, case=case)
    needed = askable(case.programme, case.division, today())
    # What else may be asked stands on some papers only; whoever registers one ticks it.
    usual = policy.programme(case.programme).may_ask
    ticked = tuple(request.POST.getlist("items")) if request.method == "POST" else usual
    form = form_for(request, member, people)
    minor = queries.is_minor_on(member, today())
    if request.method == "POST" and registers and _register(form, desk, member, ticked):
        said = f"{member.opened['name']} 的授权已登记，{_then(case)}"
        return done(request, said, "workbench:case", number=number)
    of_case = queries.held_in(desk.actor, case=case)
    held = [one for one in of_case if one.member_key == key]
    text = queries.form_for(case.programme, today())
    return show(
        request,
        "authorization",
        case=case,
        person=_person(people, key),
        held=held,
        names=names_behind(desk.actor, {one.revoked_by for one in held}),
        live=any(one.serves for one in held),
        drafts=queries.drafts_in(desk.actor, member=member),
        why=queries.to_sign(desk.actor, case=case, held=of_case).get(key, ""),
        form=form,
        registers=registers,
        sources=source_items(needed, ticked),
        revocation=Revocation(),
        lost=StandingLost(),
        text=text,
        blocks=blocks(text.text) if text else [],
        period=period_of(case, today()),
        minor=minor,
        signed_online=electronic.not_yet_registered(member) if registers else [],
        enrols=registers and not minor,
        status=422 if form.errors else 200,
    )


def _then(case: Case) -> str:
    second = case.agency.second_person
    return "须由另一位受理人员复核后才查询。" if second else "有效期内可以查询。"


@page
@require_POST
@shows
def confirm(request: HttpRequest, number: str, authorization: UUID) -> HttpResponse:
    """Confirm as the second officer that what was registered is what the paper says."""
    desk = only("authorizations.confirm", request)
    case = cases.case_of(desk.actor, number=number)
    held = queries.authorization_of(desk.actor, case=case, number=authorization)
    where = {"number": number, "key": held.member.key}
    if request.POST.get("compared") != "yes":
        refusal = Refusal("请逐项对照扫描件，并勾选“已对照”。")
        return refused(request, refusal, "workbench:authorization", **where)
    try:
        acts.confirm(authorization=held, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:authorization", **where)
    return done(request, "授权登记已复核，有效期内可以查询。", "workbench:case", number=number)


@page
@require_POST
@shows
def end_guardianship(request: HttpRequest, number: str, guardianship: UUID) -> HttpResponse:
    """Record that a guardian has standing no more."""
    desk = only("authorizations.end_guardianship", request)
    case = cases.case_of(desk.actor, number=number)
    held = queries.guardianship_of(desk.actor, case=case, number=guardianship)
    where = {"number": number, "key": held.member.key}
    form = StandingLost(request.POST)
    if not form.is_valid():
        return refused(request, Refusal("请选择终止原因。"), "workbench:authorization", **where)
    try:
        guardians.end_guardianship(
            guardianship=held, reason=form.cleaned_data["reason"], by=desk.actor
        )
    except Refusal as refusal:
        return refused(request, refusal, "workbench:authorization", **where)
    said = "监护资格已终止，自此刻起不再据其签署的授权查询。"
    return done(request, said, "workbench:authorization", **where)


@page
@require_GET
@shows
def proof(request: HttpRequest, number: str, guardianship: UUID) -> HttpResponse:
    """Open the kept proof of a guardian's standing."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    held = queries.guardianship_of(desk.actor, case=case, number=guardianship)
    kept = acts.consult_proof(guardianship=held, by=desk.actor)
    kind = evidence.kind_of(kept)
    return file_response(kept, kind, f"{held.id}.{kind.rpartition('/')[2]}")


@page
@require_POST
@shows
def revoke(request: HttpRequest, number: str, authorization: UUID) -> HttpResponse:
    """End an authorization at once."""
    desk = only("authorizations.revoke", request)
    case = cases.case_of(desk.actor, number=number)
    held = queries.authorization_of(desk.actor, case=case, number=authorization)
    if not cases.is_taken_in_by(desk.actor, case=case):
        raise Case.DoesNotExist
    form = Revocation(request.POST)
    where = {"number": number, "key": held.member.key}
    if not form.is_valid():
        return refused(request, Refusal("请选择撤回原因。"), "workbench:authorization", **where)
    try:
        acts.revoke(authorization=held, reason=form.cleaned_data["reason"], by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, "workbench:authorization", **where)
    return done(request, "授权已撤回，自此刻起不再据此查询。", "workbench:authorization", **where)


@page
@require_GET
@shows
def scan(request: HttpRequest, number: str, authorization: UUID) -> HttpResponse:
    """Open the kept scan of a signed paper."""
    desk = desk_of(request)
    case = cases.case_of(desk.actor, number=number)
    held = queries.authorization_of(desk.actor, case=case, number=authorization)
    kept = acts.consult(authorization=held, by=desk.actor)
    kind = evidence.kind_of(kept)
    if kind == "application/json":
        return signing.record_page(request, case, held, kept)
    return file_response(kept, kind, f"{held.id}.{kind.rpartition('/')[2]}")


def form_for(request: HttpRequest, member: Member, people: list[Person]) -> Authorization:
    """Return the form for one member, with who may sign for them; filled in by POST or GET."""
    day = today()
    adults = [
        p
        for p in people
        if p.key != member.key and (age := p.age_on(day)) is not None and age >= ADULT_AGE
    ]
    adults.sort(key=lambda p: p.relation != "self")
    agency = member.case.agency
    terms: dict[str, Any] = {
        "adults": adults,
        "minor": queries.is_minor_on(member, day),
        "signing": Signing(agency.authorization_days, agency.numbered_only),
    }
    if request.method == "POST":
        return Authorization(request.POST, request.FILES, **terms)
    return Authorization(request.GET if "valid_until" in request.GET else None, **terms)


def _register(form: Authorization, desk: Desk, member: Member, ticked: tuple[str, ...]) -> bool:
    """Register the signed paper; what is wrong with it is put beside its field."""
    current = queries.form_for(member.case.programme, today())
    number = str(form.data.get("number", ""))
    text = queries.text_of_number(number) or (current.id if current else None)
    if not ticked:
        form.add_error(None, "请至少勾选一项授权查询的内容。")
    if text is None:
        form.add_error(None, "本项目没有已发布的授权书文本，请联系安全管理员。")
    if not form.is_valid() or text is None:
        return False
    given = form.cleaned_data
    signature = acts.Signature(
        form=text,
        items=ticked,
        signed_on=given["signed_on"],
        valid_until=given["valid_until"],
        scan=given["scan"].read(),
        guardian=None if form.from_outside else given.get("guardian") or None,
        outsider=form.from_outside,
        capacity=given.get("capacity", ""),
        proof=given["proof"].read() if given.get("proof") else None,
        number=given["number"],
        agent=acts.Agent(given["agent_name"], given["agent_relation"])
        if given.get("agent_name")
        else None,
    )
    try:
        acts.authorize(member=member, signature=signature, by=desk.actor)
    except Refusal as refusal:
        field = "scan" if refusal.field == "evidence" else refusal.field
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    return True


def _person(people: list[Person], key: str) -> Person:
    return next(person for person in people if person.key == key)


def file_response(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a file to be looked at in the browser."""
    disposition = f'inline; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})

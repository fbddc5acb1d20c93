"""授权 (authorization): print the form, register the signed paper, revoke, look at the scan."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hedui import policy
from hedui.faces.workbench.desk import Desk, desk_of, done, only, page, refused, show
from hedui.faces.workbench.forms.authorization import (
    Authorization,
    Revocation,
    SourceItems,
    source_items,
)
from hedui.faces.workbench.seen import shows
from hedui.faces.workbench.views import signing
from hedui.procedure.agencies.queries import verification_body_of
from hedui.procedure.authorizations import acts, electronic, evidence, queries
from hedui.procedure.authorizations.formtext import blocks, paragraphs
from hedui.procedure.authorizations.models import Form
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.labels import RELATIONS
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import Person
from hedui.procedure.record.moment import china_text, moment, today
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.reports.documents import authorization_form_pdf
from hedui.values.periods import Period


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
    needed = policy.programme(case.programme).may_ask
    ticked = tuple(request.POST.getlist("items")) if request.method == "POST" else needed
    form = _form(request, member, people)
    minor = queries.is_minor_on(member, today())
    if request.method == "POST" and registers and _register(form, desk, member, ticked):
        return done(
            request,
            f"{member.opened['name']} 的授权已登记，有效期内可以查询。",
            "workbench:case",
            number=number,
        )
    held = [one for one in queries.held_in(desk.actor, case=case) if one.member_key == key]
    text = queries.form_for(case.programme, today())
    return show(
        request,
        "authorization",
        case=case,
        person=_person(people, key),
        held=held,
        live=any(one.standing == "active" for one in held),
        form=form,
        registers=registers,
        sources=source_items(needed, ticked),
        revocation=Revocation(),
        text=text,
        blocks=blocks(text.text) if text else [],
        period=_period(case),
        minor=minor,
        signed_online=electronic.not_yet_registered(member) if registers else [],
        enrols=registers and not minor,
        status=422 if form.errors else 200,
    )


@page
@require_GET
@shows
def form_pdf(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Print the form for one member to sign, with the items that were ticked."""
    desk = only("authorizations.authorize", request)
    case = cases.case_of(desk.actor, number=number)
    member = cases.member_of(desk.actor, case=case, key=key)
    needed = policy.programme(case.programme).may_ask
    form = Authorization(request.GET if "valid_until" in request.GET else None, adults=None)
    chosen = [item for item in needed if item in request.GET.getlist("items")]
    if form.is_bound:  # as it was filled in; by its bare address it is the form as it is offered
        form.is_valid()
        if not chosen or "valid_until" in form.errors:
            said = "请至少勾选一项授权查询的内容。" if not chosen else "请核对授权有效期。"
            return refused(
                request, Refusal(said), "workbench:authorization", number=number, key=key
            )
    text = queries.form_for(case.programme, today())
    if text is None:
        raise Trouble("本项目没有已发布的授权书文本。")
    until = (
        form.cleaned_data["valid_until"] if form.is_bound else form.fields["valid_until"].initial
    )
    named = acts.name_on_form(member=member, guardian=request.GET.get("guardian"), by=desk.actor)
    items = source_items(chosen or needed, chosen or needed)
    printed = _printed(case, member, named, text, items)
    made = authorization_form_pdf(printed | {"valid_until": until.isoformat()})
    return _file(made, "application/pdf", f"{number}-{key}.pdf")


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
    return _file(kept, kind, f"{held.id}.{kind.rpartition('/')[2]}")


def _form(request: HttpRequest, member: Member, people: list[Person]) -> Authorization:
    day = today()
    adults = None
    if queries.is_minor_on(member, day):
        adults = [
            p
            for p in people
            if p.key != member.key and (age := p.age_on(day)) is not None and age >= acts.ADULT_AGE
        ]
        adults.sort(key=lambda p: p.relation != "self")
    if request.method == "POST":
        return Authorization(request.POST, request.FILES, adults=adults)
    return Authorization(adults=adults)


def _register(form: Authorization, desk: Desk, member: Member, ticked: tuple[str, ...]) -> bool:
    """Register the signed paper; what is wrong with it is put beside its field."""
    text = queries.form_for(member.case.programme, today())
    if not ticked:
        form.add_error(None, "请至少勾选一项授权查询的内容。")
    if text is None:
        form.add_error(None, "本项目没有已发布的授权书文本，请联系安全管理员。")
    if not form.is_valid() or text is None:
        return False
    given = form.cleaned_data
    signature = acts.Signature(
        form=text.id,
        items=ticked,
        signed_on=given["signed_on"],
        valid_until=given["valid_until"],
        scan=given["scan"].read(),
        guardian=given.get("guardian") or None,
    )
    try:
        acts.authorize(member=member, signature=signature, by=desk.actor)
    except Refusal as refusal:
        field = "scan" if refusal.field == "evidence" else refusal.field
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    return True


def _printed(
    case: Case, member: Member, named: acts.Named, text: Form, sources: list[SourceItems]
) -> dict[str, Any]:
    period = _period(case)
    programme = policy.programme(case.programme)
    body = verification_body_of(case.division)
    return {
        "number": f"{case.number}-{member.key}",
        "printed_at": china_text(moment()),
        "agency": case.agency.name,
        "body": body.name if body else "受委托的核对机构",
        "programme_label": programme.label,
        "purpose": f"仅供审核确认本次{programme.label}申请使用",
        "form": {"id": text.id, "digest": text.digest},
        "person": {
            "name": named.name,
            "id_number": named.id_number,
            "relation_label": RELATIONS[member.relation],
            "guardian": named.guardian,
        },
        "paragraphs": paragraphs(text.text),
        "items": [
            {
                "department": source.unit,
                "source_label": source.label,
                "items": [label for _, label, _, _ in source.items],
            }
            for source in sources
        ],
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()},
    }


def _period(case: Case) -> Period:
    """Return the days that an authorization signed today lets us ask about."""
    return Period(Period.year_before(case.applied_on).first, max(today(), case.applied_on))


def _person(people: list[Person], key: str) -> Person:
    return next(person for person in people if person.key == key)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    disposition = f'inline; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})

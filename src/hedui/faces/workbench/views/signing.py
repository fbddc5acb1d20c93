"""线上签署 (signing without paper): enrol at the window, register what was signed, look at it."""

import json
from datetime import date, datetime
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hedui.faces.workbench.desk import Desk, done, only, page, refused, show
from hedui.faces.workbench.forms.authorization import source_items
from hedui.faces.workbench.seen import shows
from hedui.procedure.authorizations import acts, electronic
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.entering import give_code
from hedui.values.resident_id import mask

BACK = "workbench:authorization"


@page
@require_POST
@shows
def enrol(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Give a person a key to sign with, and show it this once."""
    desk, case, member = _at_the_window(request, "authorizations.enrol", number, key)
    try:
        _need_document_seen(request)
        given = electronic.enrol(member=member, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK, number=number, key=key)
    address = settings.HEDUI_PUBLIC_URL + reverse("public:sign", kwargs={"token": given.token})
    return show(
        request,
        "enrolled",
        case=case,
        name=member.opened["name"],
        key=key,
        address=address,
        secret_code=_qr(given.uri),
        address_code=_qr(address),
        secret=given.secret_text,
    )


@page
@require_POST
@shows
def own_code(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Give a person a code for the page on which they see who asked about them, this once."""
    desk, case, member = _at_the_window(request, "reports.give_code", number, key)
    try:
        _need_document_seen(request)
    except Refusal as refusal:
        return refused(request, refusal, BACK, number=number, key=key)
    code = give_code(member=member, by=desk.actor)
    address = settings.HEDUI_PUBLIC_URL + reverse("public:own_enter")
    return show(
        request,
        "own_code",
        case=case,
        name=member.opened["name"],
        key=key,
        code=code,
        address=address,
        address_code=_qr(address),
    )


@page
@require_POST
@shows
def register(request: HttpRequest, number: str, key: str, signature: UUID) -> HttpResponse:
    """Register an authorization on what a person signed electronically."""
    desk, _, member = _at_the_window(request, "authorizations.authorize", number, key)
    waiting = {one.id: one for one in electronic.not_yet_registered(member)}
    try:
        if signature not in waiting:
            raise Refusal("没有这份待登记的电子签名,可能已经登记。")
        signed = electronic.signature_of(waiting[signature])
        acts.authorize(member=member, signature=signed, by=desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, BACK, number=number, key=key)
    sentence = f"{member.opened['name']} 的授权已登记，有效期内可以查询。"
    return done(request, sentence, "workbench:case", number=number)


def _at_the_window(
    request: HttpRequest, act: str, number: str, key: str
) -> tuple[Desk, Case, Member]:
    """Return the desk whose posts allow the act, and the person of a case who is served there."""
    desk = only(act, request)
    case = cases.case_of(desk.actor, number=number)
    return desk, case, cases.member_of(desk.actor, case=case, key=key)


def _need_document_seen(request: HttpRequest) -> None:
    if request.POST.get("seen") != "yes":
        raise Refusal("请先核对本人的身份证件,勾选确认后再办理。")


def record_page(request: HttpRequest, case: Case, held: Authorization, kept: bytes) -> HttpResponse:
    """Show the record of an electronic signature as people read it."""
    record = json.loads(kept)
    return show(
        request,
        "signed_online",
        case=case,
        held=held,
        record=record,
        id_masked=mask(record["id_number"]),
        signed_at=datetime.fromisoformat(record["signed_at"]),
        valid_until=date.fromisoformat(record["valid_until"]),
        sources=source_items(record["items"], record["items"]),
    )


def _qr(text: str) -> str:
    drawn: str = segno.make_qr(text, error="m").svg_data_uri(scale=5, border=3)
    return drawn

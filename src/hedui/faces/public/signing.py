"""线上签署 (signing): a person reads the text, chooses what may be asked, and signs with a code."""

import unicodedata
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hedui import catalogue, policy
from hedui.faces.public.seen import shows_to_themselves
from hedui.procedure.agencies.queries import askable
from hedui.procedure.authorizations import electronic
from hedui.procedure.authorizations.evidence_models import Enrolment
from hedui.procedure.authorizations.formtext import blocks
from hedui.procedure.authorizations.models import Form
from hedui.procedure.authorizations.notice import Notice
from hedui.procedure.authorizations.queries import form_for
from hedui.procedure.authorizations.totp import DIGITS
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.names import mask_name

NO_CODE = f"请输入手机验证器上显示的 {DIGITS} 位动态码。"


def _page(request: HttpRequest, token: str) -> str:  # noqa: ARG001 - the address is all it takes
    """Return the scope of who was given a page to sign at."""
    return electronic.scope_of(token)


@login_not_required
@shows_to_themselves(holding=_page)
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show what is to be signed, and take the signature.

    Every address that leads to no enrolment in force gets the same answer.
    """
    enrolment = electronic.enrolment_at(token)
    if enrolment is None:
        return render(request, "public/no_signing.html", status=404)
    case = enrolment.member.case
    form = form_for(case.programme, today())
    if form is None:
        return render(request, "public/no_signing.html", status=404)
    needed = askable(case.programme, case.division, today())
    notice = electronic.notice_before(case)
    ticked = tuple(request.POST.getlist("items")) if request.method == "POST" else needed
    fault = _fault(request, enrolment, form, notice, ticked) if request.method == "POST" else ""
    if request.method == "POST" and not fault:
        return render(request, "public/signed.html", {"count": len(ticked)})
    context = _context(enrolment, form, needed, ticked) | {"notice": notice, "fault": fault}
    return render(request, "public/sign.html", context, status=422 if fault else 200)


def _fault(
    request: HttpRequest,
    enrolment: Enrolment,
    form: Form,
    notice: Notice,
    ticked: tuple[str, ...],
) -> str:
    """Sign; return "" when it is done, else what to do about it."""
    code = typed_code(request)
    if not is_a_code(code):
        return NO_CODE
    if request.POST.get("text") != form.digest:
        return "授权书文本已经更新，请重新阅读后签署。"
    if request.POST.get("notice") != notice.digest:
        return "告知书已经更新，请重新阅读后签署。"
    try:
        answered = electronic.sign(
            enrolment=enrolment,
            form=form,
            notice=notice,
            items=ticked,
            code=code,
            by=electronic.PORTAL,
        )
    except Refusal as refusal:
        return refusal.message
    if answered.signature is None:
        return wrong_code(answered.left)
    return ""


def typed_code(request: HttpRequest) -> str:
    """Return the code as it was typed, in half width and without spaces."""
    return "".join(unicodedata.normalize("NFKC", request.POST.get("code", "")).split())


def is_a_code(code: str) -> bool:
    """Tell whether it can be a code: six digits."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def wrong_code(left: int) -> str:
    """Say that a code did not serve, and how many may still be tried."""
    return f"动态码不对或已经用过，请等下一个动态码再输入。还可以试 {left} 次。"


def _context(
    enrolment: Enrolment, form: Form, needed: tuple[str, ...], ticked: tuple[str, ...]
) -> dict[str, Any]:
    case = enrolment.member.case
    return {
        "name": mask_name(enrolment.member.opened["name"]),
        "case": case,
        "programme": policy.programme(case.programme).label,
        "form": form,
        "blocks": blocks(form.text),
        "valid_until": electronic.last_day(case, today()),
        "sources": [
            (source.label, [(i.full_name, i.label, i.full_name in ticked) for i in items])
            for source in catalogue.sources().values()
            if (items := [i for i in source.askable.values() if i.full_name in needed])
        ],
    }

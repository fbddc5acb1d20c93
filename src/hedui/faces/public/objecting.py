"""
本人的核对报告 (objecting): a person reads what was found on them, and objects item by item.

Beyond the numbers that open one's own page a code from the telephone is asked for: here stand
amounts, and what is written here has effect at once.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hedui.faces.public.own import UNTIL, held_by, member_of
from hedui.faces.public.seen import shows_to_themselves
from hedui.faces.public.signing import NO_CODE, is_a_code, typed_code, wrong_code
from hedui.procedure.authorizations import electronic
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Member
from hedui.procedure.cases.written import day
from hedui.procedure.objections.acts import add_papers, object_to
from hedui.procedure.objections.own import OwnLine, OwnReport, own_report
from hedui.procedure.record.actor import in_person
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.documents.wording import figure

SIGNED, SAID = "own_signed", "own_said"
# The database asks for a code within the half hour before an objection; the page stays open longer,
# so that who writes slowly gives another code, and loses nothing of what was written.
CODE_SERVES, PAGE_STAYS = timedelta(minutes=29), timedelta(hours=1)
LONGEST = 1000
GROUNDS = "grounds_"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@shows_to_themselves(holding=held_by)
def report(request: HttpRequest) -> HttpResponse:
    """Show what was found on the person, and take in what they say against it."""
    member = member_of(request)
    if member is None:
        return redirect("public:own_enter")
    if not _is_signed_in(request, member):
        return _ask_for_a_code(request, member)
    held = own_report(member)
    if request.method == "GET" or held is None:
        return _shown(request, member, held)
    try:
        made = object_to(
            report=held.report,
            member=member,
            received_on=today(),
            items=_items(held, request.POST),
            papers=_papers(request),
            by=in_person(member.pk),
        )
    except Refusal as refusal:
        return _shown(request, member, held, typed=request.POST, refused=refusal)
    request.session[SAID] = (
        f"已收到您的异议 {made.number}，所涉事项自此暂缓使用。{day(made.resolve_by)}以前"
        "由没有经办这份报告的人员复核，结果会写进新的核对报告。"
    )
    return redirect("public:own_report")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_POST
@shows_to_themselves(holding=held_by)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take the code; what was written before it was asked for once more is still there."""
    member = member_of(request)
    if member is None:
        return redirect("public:own_enter")
    fault = _fault(request, member)
    if fault is not None:
        return _ask_for_a_code(request, member, fault)
    request.session.cycle_key()
    request.session[SIGNED] = (str(member.pk), (moment() + CODE_SERVES).timestamp())
    request.session[UNTIL] = (moment() + PAGE_STAYS).timestamp()
    if _written(request.POST):
        return _shown(request, member, own_report(member), typed=request.POST)
    return redirect("public:own_report")


@login_not_required
@never_cache
@require_POST
@shows_to_themselves(holding=lambda request, number: held_by(request))  # noqa: ARG005
def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Take in further papers for an objection of the person's that is not resolved."""
    member = member_of(request)
    if member is None:
        return redirect("public:own_enter")
    if not _is_signed_in(request, member):
        return _ask_for_a_code(request, member)
    held = own_report(member)
    mine = [one for one in held.objections if one.number == number] if held else []
    if not mine:
        return redirect("public:own_report")
    try:
        brought = add_papers(objection=mine[0], papers=_papers(request), by=in_person(member.pk))
    except Refusal as refusal:
        return _shown(request, member, held, refused=refusal)
    request.session[SAID] = f"已收到 {len(brought)} 份材料，附在异议 {number} 之后。"
    return redirect("public:own_report")


def _fault(request: HttpRequest, member: Member) -> str | None:
    """Sign in; return what to do about it, "" where a code is of no use, None when it is done."""
    enrolment, code = electronic.enrolment_of(member), typed_code(request)
    if enrolment is None:
        return ""
    if not is_a_code(code):
        return NO_CODE
    try:
        answered = electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL)
    except Refusal as refusal:
        return refusal.message
    return None if answered.sign_in else wrong_code(answered.left)


def _is_signed_in(request: HttpRequest, member: Member) -> bool:
    """Tell whether this very person gave a code in this browser, and not too long ago."""
    who, until = request.session.get(SIGNED, ("", 0))
    return bool(who == str(member.pk) and moment().timestamp() <= until)


def _ask_for_a_code(request: HttpRequest, member: Member, fault: str = "") -> HttpResponse:
    context = {
        "fault": fault,
        "is_enrolled": electronic.enrolment_of(member) is not None,
        "agency": member.case.agency,
        "carried": _written(request.POST),
    }
    status = 422 if fault or context["carried"] else 200
    return render(request, "public/own_code.html", context, status=status)


def _shown(
    request: HttpRequest,
    member: Member,
    held: OwnReport | None,
    *,
    typed: Mapping[str, Any] | None = None,
    refused: Refusal | None = None,
) -> HttpResponse:
    lines = [_line(line, typed or {}) for line in held.lines] if held else []
    agreed = [line for line in lines if not line["is_open"]]
    context = {
        "held": held,
        "agency": member.case.agency,
        "lines": [line for line in lines if line["is_open"]],
        "agreed": agreed,
        "agreed_open": any(line["typed"] for line in agreed),
        "has_lines": bool(lines),
        "has_wards": any(line["who"] for line in lines),
        "what": (typed or {}).get("what", ""),
        "refused": refused,
        "said": "" if refused else request.session.pop(SAID, ""),
    }
    return render(request, "public/own_report.html", context, status=422 if refused else 200)


def _line(line: OwnLine, typed: Mapping[str, Any]) -> dict[str, Any]:
    said = line.said
    return {
        "at": line.position,
        "label": said["label"],
        "who": line.who,
        "source": said["source_label"],
        "status": said["status"],
        "status_label": said["status_label"],
        "is_open": line.is_open,
        "has_figures": said["unit"] != "words",
        "declared": _side(said, "declared", "没有申报"),
        "found": said.get("found_words") or _side(said, "found", "没有查到"),
        "as_of": day(said["as_of"]) if said["as_of"] else "",
        "asks": line.asks,
        "is_held": line.is_held,
        "result": line.result,
        "typed": typed.get(f"{GROUNDS}{line.position}", ""),
    }


def _side(said: Mapping[str, Any], name: str, none: str) -> str:
    """Write what stands on one side, with its unit, or that there is nothing."""
    if said[name] is None:
        return none
    return figure(said[name]) + (" 元" if said["unit"] == "fen" else "")


def _written(post: Mapping[str, str]) -> dict[str, str]:
    """Return what somebody has written so far, by field."""
    return {
        name: text[:LONGEST]
        for name, text in post.items()
        if (name.startswith(GROUNDS) or name == "what") and text.strip()
    }


def _items(held: OwnReport, post: Mapping[str, str]) -> dict[Any, str]:
    mine = {line.position for line in held.lines}
    return {
        finding: said[:LONGEST]
        for finding in held.report.findings.filter(position__in=mine)
        if (said := post.get(f"{GROUNDS}{finding.position}", "").strip())
    }


def _papers(request: HttpRequest) -> list[Paper]:
    what = request.POST.get("what", "").strip()[:60] or "家庭提交的材料"
    files = request.FILES.getlist("papers")
    return [
        Paper(what if len(files) == 1 else f"{what}（{at}）", file.read())
        for at, file in enumerate(files, start=1)
    ]

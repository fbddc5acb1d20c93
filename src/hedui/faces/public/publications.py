"""
公示 (publications): what is posted on a board these days, for who has no way to the board.

The list shows names as lists do (张*); the one notice, to which the code on the posted paper leads,
shows what the paper shows. Nothing of it is kept by search engines that ask, and when its days are
over every address gives the same answer as one that never was.
"""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hedui.procedure.determinations.posted import Posted, places, posted_as, posted_by
from hedui.procedure.record.moment import today
from hedui.procedure.reports.documents.wording import yuan
from hedui.values.money import yuan_text
from hedui.values.names import mask_name

ROBOTS = "User-agent: *\nDisallow: /publications/\nDisallow: /mine/\nDisallow: /sign/\n"
NOT_FOR_SEARCH = "noindex, nofollow, noarchive, nosnippet"


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the offices that have something posted."""
    return _kept_by_nobody(render(request, "public/publications.html", {"places": places(today())}))


@login_not_required
@require_safe
def of_office(request: HttpRequest, office: UUID) -> HttpResponse:
    """List what an office has posted."""
    found = posted_by(office, today())
    lines = [
        {"name": mask_name(one.notice.applicant), "amount": _amount(one), "posted": one}
        for one in found
    ]
    context = {"lines": lines, "office": found[0].office if found else ""}
    return _kept_by_nobody(render(request, "public/publications_of.html", context))


@login_not_required
@require_safe
def notice(request: HttpRequest, number: UUID) -> HttpResponse:
    """Show one notice as it is posted."""
    found = posted_as(number, today())
    context = {"posted": found, "amount": _amount(found) if found else ""}
    status = 200 if found else 404
    return _kept_by_nobody(render(request, "public/publication.html", context, status=status))


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """Ask those who collect pages to leave out what is about persons."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


def _amount(posted: Posted) -> str:
    fen = posted.notice.amount_fen
    return "不按月发放" if fen is None else f"{yuan(yuan_text(fen))} 元"


def _kept_by_nobody(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = NOT_FOR_SEARCH
    return answer

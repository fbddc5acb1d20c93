"""本人查询记录 (own): a person sees who asked about them, when, why, and keeps the proofs."""

import json
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from hedui.faces.public.seen import shows_to_themselves
from hedui.procedure.authorizations.electronic import enrolment_of
from hedui.procedure.cases.models import Member
from hedui.procedure.determinations.standing import stands
from hedui.procedure.determinations.states import STATES
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import own
from hedui.procedure.reports.entering import TooMany, scope_of, who_enters
from hedui.procedure.reports.withholding import held_back_from
from hedui.values.names import mask_name

OPEN_FOR = timedelta(minutes=10)
HELD, WHO, UNTIL = "own_number", "own_member", "own_until"


def held_by(request: HttpRequest) -> str:
    """Return the scope of who was let in: what opened the page, if time is left."""
    if moment().timestamp() > float(request.session.get(UNTIL, 0)):
        return ""
    return scope_of(str(request.session.get(HELD, "")))


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """
    Ask for the number of the form and of the person; both come by POST, and stand in no address.

    Whatever is wrong gets the same answer; who tries too often is asked to come back in an hour.
    """
    if request.method == "GET":
        return render(request, "public/own_ask.html")
    number, id_number = (request.POST.get(name, "")[:60] for name in ("number", "id_number"))
    try:
        with acting_as(scope_of(number)):
            member = who_enters(number, id_number, address=request.META.get("REMOTE_ADDR", ""))
    except TooMany as refusal:
        said = {"refused": refusal.message, "number": number}
        return render(request, "public/own_ask.html", said, status=429)
    if member is None:
        return render(request, "public/own_ask.html", {"wrong": True, "number": number}, status=422)
    request.session.cycle_key()
    request.session[HELD] = number
    request.session[WHO] = str(member.pk)
    request.session[UNTIL] = (moment() + OPEN_FOR).timestamp()
    return redirect("public:own")


@login_not_required
@never_cache
@require_GET
@shows_to_themselves(holding=held_by)
def page(request: HttpRequest) -> HttpResponse:
    """Show every act about the person, newest first."""
    member = member_of(request)
    if member is None:
        return redirect("public:own_enter")
    context = {
        "name": mask_name(member.opened["name"]),
        "case": member.case,
        "purpose": own.purpose_for(member),
        "deeds": own.deeds_about(member),
        "disclosed": held_back_from(member).disclosed,
        "is_enrolled": enrolment_of(member) is not None,
        **_stand(member),
    }
    return render(request, "public/own.html", context)


def _stand(member: Member) -> dict[str, object]:
    """Tell where the case stands and until when; what one officer only proposes is not told."""
    current = stands(member.case, today())
    name = "accepting" if current.state.name == "refusing" else current.state.name
    return {"stands": STATES[name].label, "due": current.due}


@login_not_required
@never_cache
@require_GET
@shows_to_themselves(holding=held_by)
def proofs(request: HttpRequest) -> HttpResponse:
    """Give the entries with their proofs, as a file to keep."""
    member = member_of(request)
    if member is None:
        return redirect("public:own_enter")
    kept = json.dumps(own.proofs_about(member), ensure_ascii=False, indent=1)
    answer = HttpResponse(kept, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="hedui-proofs.json"'
    return answer


def member_of(request: HttpRequest) -> Member | None:
    """Return who was let in, if time is left."""
    if moment().timestamp() > float(request.session.get(UNTIL, 0)):
        return None
    who = str(request.session.get(WHO, ""))
    return Member.objects.select_related("case").filter(pk=who).first() if who else None

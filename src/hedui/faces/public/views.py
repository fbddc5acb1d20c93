"""报告验真 (confirmation): whether a paper somebody holds is ours; nothing about persons."""

import unicodedata

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hedui.procedure.objections.queries import held_by_code
from hedui.procedure.record.moment import today
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.drafting import CODE_ALPHABET
from hedui.procedure.reports.queries import confirmation


@login_not_required
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and lead to what it confirms."""
    typed = request.GET.get("code", "")
    if not typed.strip():
        return render(request, "public/ask.html", {"empty": "code" in request.GET})
    return redirect("public:confirm", code=_written(typed) or "unknown")


@login_not_required
@require_safe
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """
    Confirm an issued report by its code.

    Every other code gets the same answer, whether it is mistyped, unknown or of a draft.
    """
    written = _written(code)
    with acting_as(f"code:{written}"):
        found = confirmation(code=written, today=today()) if written else None
        held = held_by_code(written) if found else 0
    context = {"found": found, "code": written, "held": held}
    return render(request, "public/confirm.html", context, status=200 if found else 404)


def _written(typed: str) -> str:
    """
    Return a code as it is printed, ABCD-EFGH-JKMN; "" for what cannot be one.

    Case, width and whatever stands between the letters are the typist's: only letters count.
    """
    upper = unicodedata.normalize("NFKC", typed).upper()
    letters = "".join(letter for letter in upper if letter in CODE_ALPHABET)
    if len(letters) != 12:
        return ""
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))

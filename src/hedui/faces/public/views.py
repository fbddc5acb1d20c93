"""报告验真 (confirmation): whether a paper somebody holds is ours; nothing about persons."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hedui.procedure.record.moment import today
from hedui.procedure.reports.queries import confirmation

CODE = re.compile(r"[2-9A-HJKMNP-Z]{12}")
UNCLEAR = str.maketrans("０１２３４５６７８９－", "0123456789-")


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
    found = confirmation(code=written, today=today()) if written else None
    context = {"found": found, "code": written}
    return render(request, "public/confirm.html", context, status=200 if found else 404)


def _written(typed: str) -> str:
    """Return a code as it is printed, ABCD-EFGH-JKMN; "" for what cannot be one."""
    letters = re.sub(r"[\s-]", "", typed.translate(UNCLEAR)).upper()
    if not CODE.fullmatch(letters):
        return ""
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))

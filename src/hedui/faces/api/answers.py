"""Where departments send the answers that come later (`POST /registry/on-search`)."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hedui.faces.api.certificates import names_shown
from hedui.procedure.inquiries.later import MOST_BYTES, NotAdmitted, Shown, TooMany
from hedui.procedure.record.moment import moment
from hedui.procedure.reports.tasks import accept_answer
from hedui.wire.checks import CHECKS, WireError
from hedui.wire.later import acknowledge, refuse


@csrf_exempt
@login_not_required
@require_POST
def on_search(request: HttpRequest) -> HttpResponse:
    """Take a signed answer message, and acknowledge it once it lies sealed on the disk."""
    at = moment()
    length = request.headers.get("Content-Length", "")
    if request.content_type != "application/json":
        return _refused("malformed_object", "err.request.bad", "应为 application/json", 415, at)
    if not length.isdigit() or int(length) > MOST_BYTES:
        return _refused("malformed_object", "err.request.bad", "报文过长", 413, at)
    try:
        shown = Shown(request.headers.get("Authorization", ""), names_shown(request))
        correlation = accept_answer(request.body, shown, at)
    except NotAdmitted:
        said = "令牌或者客户端证书不对,或者没有"
        return _refused("unauthorized", "err.request.unauthorized", said, 401, at)
    except TooMany as too_many:
        said = f"一分钟内的报文过多,请 {too_many.wait} 秒后再发"
        code = "err.request.too_many_requests"
        response = _refused("too_many_requests", code, said, 429, at)
        response.headers["Retry-After"] = str(too_many.wait)
        return response
    except WireError as error:
        check = CHECKS[error.code]
        return _refused(error.code, check.dci, error.reason, check.http, at)
    return HttpResponse(acknowledge(correlation, at), content_type="application/json")


def _refused(check: str, code: str, reason: str, status: int, at: datetime) -> HttpResponse:
    body = refuse(check, code, reason, at)
    return HttpResponse(body, status=status, content_type="application/json")

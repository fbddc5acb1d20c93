"""短信 (text messages): who agreed to be told, and that something waits for them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from hedui.faces.workbench.desk import Desk, done, only, page, refused
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.papers.queries import notice_of
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import queries as reports
from hedui.procedure.reports import sms

Does = Callable[[Member, UUID, str, Actor], Any]
DOES: dict[str, tuple[Does, str]] = {
    "agree": (
        lambda member, _, number, by: sms.agree_to_sms(member=member, number=number, by=by),
        "已登记短信联系。",
    ),
    "withdraw": (
        lambda member, _, __, by: sms.withdraw_sms(member=member, by=by),
        "已停止短信联系。",
    ),
    "send": (
        lambda member, about, _, by: sms.send_sms(member=member, about=about, by=by),
        "短信已交发送，回执到了显示在这里。",
    ),
}


@page
@require_POST
def about_report(request: HttpRequest, number: str) -> HttpResponse:
    """Do something about telling the family of a report."""
    desk = only("reports.send_sms", request)
    report = reports.report_of(desk.actor, number=number)
    return _do(request, desk, report.commission.case, report.pk, "workbench:deliver", number)


@page
@require_POST
def about_notice(request: HttpRequest, number: str) -> HttpResponse:
    """Do something about telling the family of a notice."""
    desk = only("reports.send_sms", request)
    notice = notice_of(desk.actor, number=number)
    return _do(request, desk, notice.case, notice.pk, "workbench:deliver_notice", number)


def _do(
    request: HttpRequest, desk: Desk, case: Case, about: UUID, back: str, number: str
) -> HttpResponse:
    given = request.POST
    if given.get("do") not in DOES:
        raise Http404
    does, said = DOES[given["do"]]
    member = cases.member_of(desk.actor, case=case, key=given.get("key", ""))
    try:
        does(member, about, given.get("number", ""), desk.actor)
    except Refusal as refusal:
        return refused(request, refusal, back, number=number)
    return done(request, said, back, number=number)

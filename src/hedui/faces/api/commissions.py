"""Commissions 委托 through the interface: order one, follow it, fetch its report."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse

from hedui.faces.api.calling import Call, told
from hedui.faces.api.contract import document
from hedui.faces.api.problems import Problem
from hedui.procedure.agencies.clients import first_answer
from hedui.procedure.cases.content import MOST_BYTES, read_file
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.standing import stands
from hedui.procedure.objections.queries import standing_of
from hedui.procedure.papers.printing import copy_of
from hedui.procedure.record import opening
from hedui.procedure.record.moment import china_text, today
from hedui.procedure.record.sealing import blind
from hedui.procedure.reports import news as followed
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.documents import report_pdf
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.ordering import order as order_act
from hedui.procedure.reports.queries import (
    STAGE_LABELS,
    Progress,
    Stage,
    confirmation_url,
    progress_in,
)

MOST_OF_ALL = 64 * 1024 * 1024
KEY = "Idempotency-Key"
STAGES = {
    Report.Status.DRAFT: Stage.EXAMINE,
    Report.Status.SUBMITTED: Stage.COUNTERSIGN,
    Report.Status.ISSUED: Stage.ISSUED,
}
CLOSED = "closed"
NEXT = {
    Stage.VERIFYING: "正在向协作部门查询,等待反馈;无须办理。",
    Stage.EXAMINE: "报告初稿已生成,由核对机构经办人员核定。",
    Stage.COUNTERSIGN: "报告已核定,由核对机构另一位人员签发。",
    Stage.ISSUED: "报告已签发,可以取回;报告只陈述事实,是否给予救助由审核确认机关决定。",
    CLOSED: "委托已办结,没有下一步。",
}


def contract() -> HttpResponse:
    """Give the contract."""
    return told(document())


def order(call: Call) -> HttpResponse:
    """Take a household in and commission it; a repeat is told what was said first."""
    case, scans = parts(call, "case")

    def act(key: str, asked: str) -> dict[str, str]:
        content = read_file(case)
        return order_act(
            client=call.client, content=content, scans=scans, key=key, asked=asked, by=call.actor
        )

    return kept_once(call, [case], scans, act, lambda t: f"/api/v1/commissions/{t['commission']}")


def kept_once(
    call: Call,
    written: list[bytes],
    scans: dict[str, bytes],
    act: Callable[[str, str], dict[str, str]],
    place: Callable[[dict[str, str]], str],
) -> HttpResponse:
    """
    Do an act once for its key, and answer each repeat as the first time.

    written, scans: what was sent, by which a repeat is known; place: where to look, of what is told
    """
    key, asked = call.request.headers[KEY], _asked(written, scans)
    if (before := first_answer(call.client, key)) is None:
        try:
            told_ = act(key, asked)
        except IntegrityError:
            # The same key at the same time: what came first has been done, this has not.
            if (before := first_answer(call.client, key)) is None:
                said = "同时有另一项办理,请稍后以同样的内容和键再试。"
                raise Problem(HTTPStatus.CONFLICT, "at-once", said) from None
        else:
            return told(told_, HTTPStatus.CREATED, Location=place(told_))
    if before.asked != asked:
        said = f"这个 {KEY} 已经用于另一内容;请换一个键。"
        raise Problem(HTTPStatus.CONFLICT, "key-used", said)
    where = place(before.content)
    return told(before.content, HTTPStatus.CREATED, Location=where, Idempotency_Replayed="true")


def parts(call: Call, name: str) -> tuple[bytes, dict[str, bytes]]:
    """Return the JSON part of that name as it was sent, and the papers by their names."""
    request = call.request
    if request.content_type != "multipart/form-data":
        said = f"Content-Type 应为 multipart/form-data,其中 {name} 为 JSON,evidence 为扫描件。"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", said)
    length = request.headers.get("Content-Length", "")
    if not length.isdigit():
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", "请写明 Content-Length。")
    if int(length) > MOST_OF_ALL:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "一次至多 64 MB。")
    texts, files = request.POST, request.FILES
    if (texts.keys() | files.keys()) - {name, "evidence"} or "evidence" in texts:
        said = f"只接受 {name}(JSON)和 evidence(扫描件,须带文件名)两种部分。"
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", said)
    cases = [
        *(str(text).encode() for text in texts.getlist(name)),
        *(file.read(MOST_BYTES + 1) for file in files.getlist(name)),
    ]
    if len(cases) != 1:
        said = f"应有且只有一个 {name} 部分。"
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", said)
    papers = files.getlist("evidence")
    scans = {str(paper.name): paper.read() for paper in papers}
    if len(scans) != len(papers):
        raise Problem(HTTPStatus.BAD_REQUEST, "bad-request", "两份签署件的文件名相同,请改名。")
    return cases[0], scans


def _asked(written: list[bytes], scans: dict[str, bytes]) -> str:
    """Return the keyed hash of what was sent, which tells a repeat and nothing about anybody."""
    papers = [part for name in sorted(scans) for part in (name.encode(), scans[name])]
    return blind("".join(sha256(part).hexdigest() for part in (*written, *papers)))


def changed(call: Call) -> HttpResponse:
    """List the commissions about which there is news."""
    after, limit = call.query["after"], call.query["limit"]
    found = followed.changed_after(call.actor, cursor=after, most=limit)
    opening.listed([one.commission.case_id for one in found], sought=False)
    lines = [_line(one.commission, one.report) | {"cursor": one.cursor} for one in found]
    return told({"commissions": lines, "next": found[-1].cursor if found else after})


def status(call: Call, number: str) -> HttpResponse:
    """Tell the whole way of one commission."""
    commission = followed.commission_of(call.actor, number=number)
    progress = progress_in(call.actor, commission=commission)
    opening.at_the_door(commission.case_id)
    stage = _stage(commission, progress.report)
    label = STAGE_LABELS[stage] if isinstance(stage, Stage) else "已办结"
    return told(
        _line(commission, progress.report)
        | {
            "closed_at": _moment(commission.closed_at),
            "stage_label": label,
            "steps": _steps(commission, progress),
            "next": NEXT[stage] + _where(commission, stage),
            "asked": progress.asked,
            "answered": progress.answered,
            "answers": _answers(progress),
            "report": _report(progress.report),
        }
    )


def report(call: Call, number: str) -> HttpResponse:
    """Give the report that was issued, signed."""
    held = issued(call, number)
    body = consult(report=held, manner="api-json", by=call.actor)
    return told({"report": body, "signature": held.signature} | standing_of(held))


def report_as_pdf(call: Call, number: str) -> HttpResponse:
    """Give the report that was issued, to be printed."""
    held = issued(call, number)
    body = consult(report=held, manner="api-pdf", by=call.actor)
    stands = standing_of(held)["standing"]
    content = report_pdf(
        body, verify_url=confirmation_url(held), standing=stands, copy=copy_of(call.actor)
    )
    return HttpResponse(content, content_type="application/pdf")


def issued(call: Call, number: str) -> Report:
    """Return the report on a commission that was issued last. :raises Problem: there is none"""
    commission = followed.commission_of(call.actor, number=number)
    found: Report | None = (
        commission.reports.filter(status=Report.Status.ISSUED).order_by("-version").first()
    )
    if found is None:
        said = "这项委托的核对报告还没有签发;签发时另有消息。"
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", said)
    found.commission = commission
    return found


def news(call: Call) -> HttpResponse:
    """Tell what happened after a cursor."""
    after, limit = call.query["after"], call.query["limit"]
    found = followed.news_for(call.actor, after=after, most=limit)
    pieces = [
        {
            "id": str(one.id),
            "cursor": one.cursor,
            "at": china_text(one.at),
            "kind": one.kind,
            "about": one.about,
        }
        for one in found
    ]
    return told({"news": pieces, "next": found[-1].cursor if found else after})


# ------------------------------------------------------------------ as it is written


def _line(commission: Commission, report: Report | None) -> dict[str, Any]:
    case = commission.case
    return {
        "number": commission.number,
        "case": case.number,
        "programme": commission.purpose,
        "division": case.division,
        "applied_on": case.applied_on.isoformat(),
        "commissioned_at": china_text(commission.commissioned_at),
        "stage": _stage(commission, report),
    }


def _stage(commission: Commission, report: Report | None) -> Stage | str:
    if report is not None:
        return STAGES[Report.Status(report.status)]
    return CLOSED if commission.closed_at else Stage.VERIFYING


def _where(commission: Commission, stage: Stage | str) -> str:
    """Tell where the case stands after the report, and until when."""
    if stage is not Stage.ISSUED:
        return ""
    current = stands(commission.case, today())
    until = f",至{current.due.isoformat()}" if current.due else ""
    return f"案件目前:{current.state.label}{until}。"


def _steps(commission: Commission, progress: Progress) -> list[dict[str, Any]]:
    report = progress.report
    answers = [answer for lines in progress.answers.values() for answer in lines]
    last = max((answer.at for answer in answers if answer.at), default=None)
    drafted_at = report.drafted_at if report else None
    is_answered = bool(report or (answers and progress.answered == progress.asked))
    told_ = (
        ("declared", "申报", commission.declaration.declared_at),
        ("commissioned", "委托", commission.commissioned_at),
        ("answered", "反馈", (last or drafted_at) if is_answered else None),
        ("drafted", "比对", drafted_at),
        ("submitted", "核定", report.submitted_at if report else None),
        ("issued", "签发", report.issued_at if report else None),
    )
    return [{"step": step, "label": label, "done_at": _moment(at)} for step, label, at in told_]


def _answers(progress: Progress) -> list[dict[str, Any]]:
    return [
        {
            "member": member,
            "source": one.source,
            "label": one.label,
            "department": one.unit,
            "outcome": one.outcome,
            "outcome_label": one.outcome_label,
            "reason": one.reason,
            "as_of": one.as_of.isoformat() if one.as_of else None,
            "received_at": _moment(one.at),
            "attempts": one.attempts,
        }
        for member, lines in progress.answers.items()
        for one in lines
    ]


def _report(report: Report | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "number": report.number,
        "status": report.status,
        "issued_at": _moment(report.issued_at),
        "valid_until": report.valid_until.isoformat() if report.valid_until else None,
    }


def _moment(at: datetime | None) -> str | None:
    return china_text(at) if at else None

"""What came after the report 办理结果: handed over, contested, concluded, told to the family."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

from hedui.faces.api.calling import Call, told
from hedui.faces.api.commissions import kept_once
from hedui.faces.api.contract import day_in, read_as
from hedui.faces.api.problems import Problem
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.hearing import ONCE, OUTCOMES, Decided, hear, heard_of
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands
from hedui.procedure.objections.models import Contested, Objection
from hedui.procedure.papers.models import Notice
from hedui.procedure.papers.queries import title_of
from hedui.procedure.record import opening
from hedui.procedure.record.moment import china_text, today
from hedui.procedure.reports import news as followed
from hedui.procedure.reports.models import Delivery
from hedui.values.money import yuan_text


def outcome(call: Call, number: str) -> HttpResponse:
    """Tell what became of a commission after its report was issued."""
    commission = followed.commission_of(call.actor, number=number)
    opening.at_the_door(commission.case_id)
    current = stands(commission.case, today())
    handed = Delivery.objects.filter(report__commission=commission).order_by("-objections_until")
    last = handed.first()
    return told(
        {
            "number": commission.number,
            "state": current.state.name,
            "state_label": current.state.label,
            "due": _day(current.due),
            "delivered_on": _day(last.delivered_on if last else None),
            "objections_until": _day(last.objections_until if last else None),
            "objections": [_objection(one, commission) for one in _objections(commission)],
            "determination": _determination(commission),
            "decision": _decision(commission),
            "notices": [_notice(one) for one in _notices(commission)],
        }
    )


def decided(call: Call, number: str) -> HttpResponse:
    """Take in what the caller's agency decided in its own system, and end the order."""
    if call.request.content_type != "application/json":
        said = "Content-Type 应为 application/json。"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", said)
    written = call.request.body
    commission = followed.commission_of(call.actor, number=number)

    def act(key: str, asked: str) -> dict[str, str]:
        content = read_as("DecisionRequest", written)
        return hear(
            client=call.client,
            commission=commission,
            decided=Decided(
                content["outcome"], day_in(content, "decided_on"), content["aid_lasts"]
            ),
            key=key,
            asked=asked,
            by=call.actor,
        )

    place = f"/api/v1/commissions/{number}/outcome"
    return kept_once(call, [b"outcome", number.encode(), written], {}, act, lambda _: place)


def _objections(commission: Commission) -> list[Objection]:
    found = Objection.objects.filter(report__commission=commission).order_by("id")
    return list(found.select_related("report", "member"))


def _objection(objection: Objection, commission: Commission) -> dict[str, Any]:
    objection.report.commission = commission
    return {
        "objection": objection.number,
        "member": objection.member.key,
        "report": objection.report.number,
        "received_on": objection.received_on.isoformat(),
        "resolve_by": objection.resolve_by.isoformat(),
        "items": [
            _item(item, objection)
            for item in objection.items.select_related("finding", "resolution")
        ],
    }


def _item(item: Contested, objection: Objection) -> dict[str, Any]:
    item.objection = objection
    made = getattr(item, "resolution", None)
    if made is not None:
        made.contested = item
    return {
        "finding": f"F{item.finding.position + 1:02d}",
        "outcome": made.outcome if made else None,
        "reasons": made.opened["reasons"] if made else None,
        "resolved_at": china_text(made.resolved_at) if made else None,
    }


def _determination(commission: Commission) -> dict[str, Any] | None:
    """Tell the last conclusion that two officers confirmed; one officer's word is none."""
    made = (
        Determination.objects.filter(report__commission=commission, confirmed_at__isnull=False)
        .select_related("report")
        .order_by("id")
        .last()
    )
    if made is None or made.confirmed_at is None:
        return None
    made.report.commission = commission
    amount = made.opened.get("amount_fen")
    return {
        "outcome": made.outcome,
        "outcome_label": made.get_outcome_display(),
        "reasons": made.opened["reasons"],
        "amount": None if amount is None else yuan_text(amount),
        "first_month": f"{made.first_month:%Y-%m}" if made.first_month else None,
        "confirmed_at": china_text(made.confirmed_at),
    }


def _decision(commission: Commission) -> dict[str, Any] | None:
    """Tell what another system told last that it decided."""
    step = heard_of(commission)
    if step is None:
        return None
    outcome = "granted" if step.word == ONCE else step.word
    return {
        "outcome": outcome,
        "outcome_label": OUTCOMES[outcome],
        "decided_on": step.first_day.isoformat(),
        "aid_lasts": commission.case.is_aided,
        "received_at": china_text(step.recorded_at),
    }


def _notices(commission: Commission) -> list[Notice]:
    found = Notice.objects.filter(case=commission.case_id).order_by("id")
    return list(found.prefetch_related("deliveries"))


def _notice(notice: Notice) -> dict[str, Any]:
    days = [one.delivered_on for one in notice.deliveries.all()]
    return {
        "notice": notice.number,
        "form": notice.form,
        "title": title_of(notice),
        "issued_at": china_text(notice.issued_at),
        "delivered_on": _day(min(days, default=None)),
    }


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None

"""What each source answered, in the words of the comparison and of the report."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from hedui import catalogue, comparison
from hedui.procedure.inquiries.outcomes import OUTCOMES
from hedui.procedure.inquiries.queries import Asked
from hedui.procedure.record.moment import china_text


def answer_to(asked: Asked, facts: Mapping[UUID, list[dict[str, Any]]]) -> comparison.SourceAnswer:
    """
    Return what came back for an inquiry; silence is an answer of its own, NO_REPLY.

    facts: the opened rows, by reply
    """
    reply = asked.concluding
    if reply is None:
        return comparison.SourceAnswer(outcome="NO_REPLY")
    return comparison.SourceAnswer(
        outcome=reply.outcome,
        as_of=reply.as_of,
        serial=reply.serial,
        unit=reply.unit,
        match=reply.match or None,
        rows=facts.get(reply.reply, []),
        received_at=reply.received_at,
        items=frozenset(asked.items),
        max_age_days=asked.max_age_days,
    )


def source_line(asked: Asked, day: date) -> dict[str, Any]:
    """Describe one inquiry for the report on a day: whom, when, with what outcome."""
    reply, last = asked.concluding, asked.last
    outcome = reply.outcome if reply else "NO_REPLY"
    reason = _stale(asked, day) if reply else OUTCOMES.get(last.outcome, "") if last else ""
    return {
        "source": asked.source,
        "label": catalogue.sources()[asked.source].label,
        "member": asked.member_key,
        "outcome": outcome,
        "outcome_label": OUTCOMES[outcome],
        "reason": "来源已停止用于不利认定" if reply and asked.is_suspended else reason,
        "as_of": reply.as_of.isoformat() if reply and reply.as_of else None,
        "received_at": china_text(reply.received_at) if reply else None,
        "serial": reply.serial if reply else "",
        "unit": (reply.unit if reply else "") or asked.department,
        "attempts": asked.attempts,
        "items": asked.items,
        "round": asked.round,
    }


def _stale(asked: Asked, day: date) -> str:
    """Say that an answer is older than was agreed with the department; it proves no absence."""
    reply, longest = asked.concluding, asked.max_age_days
    if reply is None or reply.as_of is None or longest is None:
        return ""
    if (day - reply.as_of).days <= longest:
        return ""
    return f"数据早于协议约定的 {longest} 天,没有查到的不说明没有"

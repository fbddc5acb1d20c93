"""What each source answered, in the words of the comparison and of the report."""

from typing import Any

from hedui import catalogue, comparison
from hedui.procedure.inquiries.models import Inquiry, Reply
from hedui.procedure.inquiries.outcomes import OUTCOMES
from hedui.procedure.record.moment import china_text


def answer_to(inquiry: Inquiry) -> comparison.SourceAnswer:
    """Return what came back for an inquiry; silence is an answer of its own, NO_REPLY."""
    reply = concluding(inquiry)
    if reply is None:
        return comparison.SourceAnswer(outcome="NO_REPLY")
    key = inquiry.commission.case.key
    return comparison.SourceAnswer(
        outcome=reply.outcome,
        as_of=reply.as_of,
        serial=reply.serial,
        unit=reply.unit,
        match=reply.match or None,
        rows=[key.open(fact.content) for fact in reply.facts.all()],
        received_at=reply.received_at,
    )


def concluding(inquiry: Inquiry) -> Reply | None:
    """Return the reply that ended an inquiry, if one did."""
    return next((reply for reply in inquiry.replies.all() if reply.conclusive), None)


def source_line(inquiry: Inquiry) -> dict[str, Any]:
    """Describe one inquiry for the report: whom, when, with what outcome."""
    reply = concluding(inquiry)
    last = reply or max(inquiry.replies.all(), key=lambda r: r.received_at, default=None)
    outcome = reply.outcome if reply else "NO_REPLY"
    return {
        "source": inquiry.source,
        "label": catalogue.sources()[inquiry.source].label,
        "member": inquiry.member.key,
        "outcome": outcome,
        "outcome_label": OUTCOMES[outcome],
        "reason": "" if reply else OUTCOMES.get(last.outcome, "") if last else "",
        "as_of": reply.as_of.isoformat() if reply and reply.as_of else None,
        "received_at": china_text(reply.received_at) if reply else None,
        "serial": reply.serial if reply else "",
        "unit": (reply.unit if reply else "") or inquiry.department.name,
        "attempts": inquiry.attempts,
        "items": inquiry.items,
    }

"""
The messages in one place: build and parse searches, build and parse answers (报文).
"""

from hedui.wire.answering import OUTCOMES, AnswerElement, AnswerRecord, Outcome, build_answer
from hedui.wire.envelope import MessageError
from hedui.wire.inquiry import (
    InquiryElement,
    MalformedElement,
    SearchMessage,
    build_search,
    parse_search,
)
from hedui.wire.receiving import Answer, Excess, Rejected, parse_answer

__all__ = [
    "OUTCOMES",
    "Answer",
    "AnswerElement",
    "AnswerRecord",
    "Excess",
    "InquiryElement",
    "MalformedElement",
    "MessageError",
    "Outcome",
    "Rejected",
    "SearchMessage",
    "build_answer",
    "build_search",
    "parse_answer",
    "parse_search",
]

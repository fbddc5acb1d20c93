"""The list of misbehaviours that is published is the one that is tried."""

import re

from hedui.procedure.inquiries.failures import FAILURES, failure_of
from hedui.procedure.inquiries.outcomes import OUTCOMES
from tests.architecture.house import ROOT
from tests.hostile.manners import MANNERS

PAGE = ROOT / "docs" / "reference" / "failures.md"
GROUPS = {
    "person": "Whom it is about",
    "excess": "More than was asked",
    "value": "Values",
    "signature": "Signature and time",
    "batch": "Not all, or too much",
    "text": "Text",
    "size": "Size",
    "http": "HTTP",
}


def listed() -> str:
    """Write the table of misbehaviours as the page has it."""
    lines = []
    for group, heading in GROUPS.items():
        lines += [f"### {heading}", "", "| name | the department | becomes | kind |"]
        lines.append("|---|---|---|---|")
        for one in (m for m in MANNERS.values() if m.group == group):
            becomes = ", ".join(f"`{told}`" for told in dict.fromkeys(one.expects))
            kinds = [failure_of(*pair) for pair in dict.fromkeys(one.expected(len(one.expects)))]
            kind = ", ".join(f"`{k.name}`" for k in dict.fromkeys(kinds) if k) or "used"
            lines.append(f"| `{one.name}` | {one.told} | {becomes} | {kind} |")
        lines.append("")
    return "\n".join(lines)


def kinds() -> str:
    """Write the table of failures as the page has it."""
    rows = [
        f"| `{one.name}` | {one.label} | {one.by} | {one.remedy} |" for one in FAILURES.values()
    ]
    return "\n".join(["| kind | 情况 | 由谁处理 | 怎样处理 |", "|---|---|---|---|", *rows, ""])


def test_the_page_lists_what_is_tried_and_what_becomes_of_it():
    text = PAGE.read_text(encoding="utf-8")
    assert kinds() in text
    assert listed() in text


def test_every_kind_of_failure_can_be_reached_and_every_outcome_has_one():
    assert set(GROUPS) == {one.group for one in MANNERS.values()}
    none = {"FOUND", "NOT_FOUND", "PARTIAL", "NO_REPLY", "WAITING", "NOT_OPEN"}
    for outcome in OUTCOMES.keys() - none:
        assert failure_of(outcome, "") is not None
    assert failure_of("FOUND", "") is None
    assert not [one for one in FAILURES.values() if re.search(r"[a-z]", one.remedy)]

"""
What a reader wants first (核对结果摘要): how many items agree, and which do not.

Lines are picked and counted here, nothing else: each stands again, with its note, in the
comparison. Items that were never asked about are counted beside, so that 全部一致 does not cover
them.
"""

from __future__ import annotations

from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed

Body = dict[str, Any]

AGREED = "consistent"
# A sign beside every word, so that a status is not told by colour; in the order of their urgency.
SIGNS = {
    "inconsistent": "≠",
    "awaiting_explanation": "?",
    "not_found": "○",
    "no_reply": "…",
    "not_comparable": "∥",
    AGREED: "✓",
}


def summary(body: Body) -> dict[str, Printed]:
    """Count the findings by status and list those that do not agree, the most urgent first."""
    findings = sorted(body["findings"], key=_urgency)
    open_lines = [one for one in findings if one["status"] != AGREED]
    names = {member["key"]: str(member["name"]) for member in body["members"]}
    return {
        "total": len(findings),
        "counts": _counts(findings),
        "all_agree": bool(findings) and not open_lines,
        "rows": [{**line(one), "member": names[one["member"]]} for one in open_lines],
        "not_asked": len(body["not_asked"]),
    }


def line(finding: Body) -> dict[str, Printed]:
    """
    Write one finding for a table.

    A note is told only where the two sides do not agree: of those that do, it says no more than
    the status. What people accepted, and a name written otherwise, is always told.
    """
    agrees = finding["status"] == AGREED
    remarks = [] if agrees or not finding.get("note") else [str(finding["note"])]
    if agrees and finding.get("match") == "name_variant":
        remarks.append("姓名写法略有不同，身份号码相同。")
    if finding.get("accepted") is not None:
        remarks.insert(0, f"认定数额 {wording.figure(finding['accepted'])}。")
    return {
        "label": finding["label"],
        "source": finding["source_label"],
        "declared": wording.figure(finding["declared"]),
        "found": finding.get("found_words") or wording.figure(finding["found"]),
        "difference": wording.difference(finding["difference"]),
        "as_of": wording.short_date(finding["as_of"]),
        "status": finding["status"],
        "sign": SIGNS.get(finding["status"], "·"),
        "words": finding["status_label"],
        "agrees": agrees,
        "remarks": "".join(remarks),
    }


def _urgency(finding: Body) -> int:
    order = list(SIGNS)
    return order.index(finding["status"]) if finding["status"] in order else len(order)


def _counts(findings: list[Body]) -> list[Printed]:
    numbers: dict[str, int] = {}
    labels: dict[str, str] = {}
    for one in findings:
        numbers[one["status"]] = numbers.get(one["status"], 0) + 1
        labels[one["status"]] = one["status_label"]
    return [
        {"sign": SIGNS.get(status, "·"), "words": labels[status], "number": number}
        for status, number in numbers.items()
    ]

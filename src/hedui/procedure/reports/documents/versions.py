"""
What a version is to the one before it, and how a report stands (版次与现状), on paper.

The differences are told in the signed body. How the report stands at the moment of printing is not
part of it: it is printed in a frame of its own, with the moment.
"""

from __future__ import annotations

from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed

Body = dict[str, Any]
LABELS = {
    "declared": "申报",
    "found": "核到",
    "found_words": "核到的范围",
    "accepted": "认定",
    "status_label": "结果",
    "cause_label": "原因",
    "explanation": "理由",
}
AMOUNTS = ("declared", "found", "accepted")


def stands(body: Body, standing: Body) -> list[Printed]:
    """Say in sentences what is on hold and what replaced the report, at the moment of printing."""
    told: list[Printed] = []
    if standing["replaced_by"]:
        told.append(f"本报告已由 {standing['replaced_by']} 替代，以新版为准。")
    if standing["on_hold"]:
        labels = {one["id"]: one["label"] for one in body["findings"]}
        names = {one["key"]: one["name"] for one in body["members"]}
        whose = {one["id"]: names[one["member"]] for one in body["findings"]}
        items = "、".join(f"{whose[one]}的{labels[one]}" for one in standing["on_hold"])
        told.append(f"家庭对下列事项提出异议，复核完成前暂缓使用，不作不利使用：{items}。")
    if told:
        told.append(f"以上为{wording.long_moment(standing['at'])}打印时的情况。")
    return told


def replaced(body: Body) -> dict[str, Printed]:
    """Tell which version this one replaces and why, what is new in it, and what was objected to."""
    names = {one["key"]: str(one["name"]) for one in body["members"]}
    before = body["replaces"]
    return {
        "number": before["number"],
        "issued": wording.long_moment(before["issued_at"]),
        "reason": before["reason_label"],
        "changes": [_change(one, names) for one in body["changes"]],
        "objections": [
            {
                "number": one["number"],
                "finding": one["finding"],
                "outcome": one["outcome_label"],
                "grounds": one["grounds"],
                "reasons": one["reasons"],
            }
            for one in body["objections"]
        ],
    }


def _change(one: Body, names: dict[str, str]) -> list[Printed]:
    was, now = one["was"] or {}, one["now"] or {}
    told = dict.fromkeys([*was, *now])
    who = names.get(one["member"], "家庭合计")
    return [who, one["label"], _side(was, told), _side(now, told)]


def _side(side: Body, names: dict[str, None]) -> str:
    written = [
        f"{LABELS.get(name, name)} {wording.figure(value) if name in AMOUNTS else value}"
        for name in names
        if (value := side.get(name)) not in (None, "")
    ]
    return "；".join(written) or wording.NOTHING

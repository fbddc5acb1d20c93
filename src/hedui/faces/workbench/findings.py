"""A report's body as a page shows it: findings by member, totals, assessment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hedui.policy.tree import Branch, grown
from hedui.procedure.cases.labels import INCOME_CLASSES
from hedui.procedure.reports.documents.assessment import (
    TESTS,
    VERDICTS,
    categories_told,
    named_categories,
    notes_told,
    with_names,
)

Body = Mapping[str, Any]

# A sign beside every word, so that a status is not told by colour.
SIGNS = {
    "consistent": "✓",
    "inconsistent": "≠",
    "not_found": "○",
    "no_reply": "…",
    "awaiting_explanation": "?",
    "not_comparable": "∥",
}
STATUSES = {
    "inconsistent": "不一致",
    "awaiting_explanation": "待说明",
    "not_found": "未核到",
    "no_reply": "未反馈",
    "not_comparable": "不可比",
    "consistent": "一致",
}
BASES = {"declared": "按申报数", "found": "按核到数"}
SEEN = {"text": "已核对原文", "excerpt": "据官方摘录", "memory": "依据待核"}


@dataclass(frozen=True, slots=True)
class Found:
    """One member's findings after the filter; `hidden` says how many it keeps back."""

    member: Body
    rows: list[Body]
    hidden: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the assessment, declared beside found. signs: for the eye."""

    label: str
    declared: str
    found: str
    is_money: bool = False


def by_member(body: Body, *, member: str, status: str) -> list[Found]:
    """Group findings by member, narrowed to one member and one status ("" for all)."""
    groups = []
    for one in body["members"]:
        if member and one["key"] != member:
            continue
        own = [f for f in body["findings"] if f["member"] == one["key"]]
        rows = [
            f | {"sign": SIGNS.get(f["status"], "·")} for f in own if status in ("", f["status"])
        ]
        if rows or not status:
            groups.append(Found(one, rows, len(own) - len(rows)))
    return groups


def counts(body: Body) -> list[tuple[str, str, str, int]]:
    """Count findings by status: code, label, sign, number; those that are there."""
    numbers = [f["status"] for f in body["findings"]]
    return [
        (code, label, SIGNS[code], numbers.count(code))
        for code, label in STATUSES.items()
        if code in numbers
    ]


def totals(body: Body) -> list[tuple[str, Any, Any, bool]]:
    """Return label, declared, found, and whether the line is part of the one above."""
    declared, found = body["totals"]["declared"], body["totals"]["found"]
    lines = [("家庭年收入合计", declared.get("income_annual"), found.get("income_annual"), False)]
    lines += [
        (
            label,
            (declared.get("income_by_class") or {}).get(name),
            (found.get("income_by_class") or {}).get(name),
            True,
        )
        for name, label in INCOME_CLASSES.items()
    ]
    return lines + [
        (label, declared.get(name), found.get(name), part)
        for name, label, part in (
            ("financial_assets", "存款、有价证券和保险", False),
            ("deposits", "其中存款", True),
            ("vehicles", "机动车（辆）", False),
            ("real_estates", "房产（套）", False),
        )
    ]


def verdicts(held: Body) -> list[Verdict]:
    """Return the results of the assessment on both bases."""
    declared, found = held.get("declared") or {}, held.get("found") or {}
    lines = [
        Verdict(label, declared.get(name) or "", found.get(name) or "", is_money=True)
        for name, label in (
            ("countable_income_annual", "计入收入（年）"),
            ("per_capita_income", "人均收入（月）"),
            ("amount", "测算补差（月）"),
        )
        if declared.get(name) or found.get(name)
    ]
    names = dict.fromkeys([*declared.get("tests", {}), *found.get("tests", {})])
    lines += [
        Verdict(f"{TESTS.get(name, name)}条件", _verdict(declared, name), _verdict(found, name))
        for name in names
    ]
    lines.append(
        Verdict("提示类别", _told(categories_told, declared), _told(categories_told, found))
    )
    if declared.get("possible") or found.get("possible"):
        lines.append(Verdict("尚待查明的类别", _told(_possible, declared), _told(_possible, found)))
    return lines


def notes(body: Body) -> list[Any]:
    """Return what whoever reads the assessment must know."""
    return notes_told(body["assessment"], {m["key"]: m["name"] for m in body["members"]})


def traces(held: Body) -> list[tuple[str, Sequence[Body]]]:
    """Return the steps of the computation on each basis, each step with how far it was read."""
    return [
        (
            label,
            [
                step | {"seen_label": SEEN.get(str(step["seen"]), "依据待核")}
                for step in held[basis]["steps"]
            ],
        )
        for basis, label in (("declared", "按申报数"), ("found", "按核到数"))
        if held.get(basis)
    ]


def sentences(body: Body, basis: str) -> list[str]:
    """Return the explanation for the family on one basis, with members by name."""
    names = {m["key"]: m["name"] for m in body["members"]}
    held = body["assessment"][basis]
    return [with_names(one, names) for one in held.get("explanation", ())]


def tree(body: Body, basis: str) -> list[Branch]:
    """Return the computation on one basis as a tree."""
    return grown(body["assessment"][basis]["steps"])


def not_asked(body: Body) -> list[tuple[str, str, str]]:
    """Say who was not asked about what and why, one line for each member and reason."""
    names = {m["key"]: m["name"] for m in body["members"]}
    lines: dict[tuple[str, str], list[str]] = {}
    for one in body["not_asked"]:
        lines.setdefault((one["member"], one["reason"]), []).append(one["source_label"])
    for one in body.get("left_out", ()):
        told = f"{one['source_label']}（{'、'.join(one['items'])}）"
        lines.setdefault((one["member"], one["reason"]), []).append(told)
    return [
        (names[member], "、".join(labels), reason) for (member, reason), labels in lines.items()
    ]


def _told(tell: Callable[[Any], str], side: Body) -> str:
    return tell(side) if side else ""


def _possible(side: Body) -> str:
    return named_categories(side.get("possible") or [])


def _verdict(side: Body, name: str) -> str:
    result = side.get("tests", {}).get(name)
    return VERDICTS.get(result, "") if result else ""

"""A report's body as a page shows it: findings by member, totals, assessment."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
BASES = {"declared": "按申报数", "found": "按核到数", "accepted": "按认定数"}
CHANGED = {
    "declared": "申报",
    "found": "核到",
    "found_words": "核到的范围",
    "accepted": "认定",
    "status_label": "比对结果",
    "cause_label": "差异原因",
    "explanation": "理由",
}
SEEN = {"text": "已核对原文", "excerpt": "据官方摘录", "memory": "依据待核"}


@dataclass(frozen=True, slots=True)
class Found:
    """One member's findings after the filter; `hidden` says how many it keeps back."""

    member: Body
    rows: list[Body]
    hidden: int

    @property
    def is_quiet(self) -> bool:
        """Whether all of it is as it was declared: it is folded where somebody else's is not."""
        return {row["status"] for row in self.rows} == {"consistent"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the assessment: its result on each basis, with the basis in words."""

    label: str
    sides: list[tuple[str, str]]
    is_money: bool = False


def by_member(body: Body, *, member: str, status: str, held: Collection[int] = ()) -> list[Found]:
    """
    Group findings by member, narrowed to one member and one status ("" for all).

    held: the positions of those that are on hold
    """
    groups = []
    lines = [
        line | {"position": at, "is_held": at in held} for at, line in enumerate(body["findings"])
    ]
    for one in body["members"]:
        if member and one["key"] != member:
            continue
        own = [f for f in lines if f["member"] == one["key"]]
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


def bases(body: Body) -> list[tuple[str, str]]:
    """Return the bases that a body has: what is accepted only where something was."""
    return [(name, label) for name, label in BASES.items() if name != "accepted" or _accepted(body)]


def _accepted(body: Body) -> bool:
    return any(line["accepted"] is not None for line in body["findings"])


def totals(body: Body) -> list[tuple[str, list[tuple[str, Any]], bool]]:
    """Return label, the figure on each basis, and whether the line is part of the one above."""
    sides = [(label[1:-1], body["totals"].get(name) or {}) for name, label in bases(body)]
    lines = [("家庭年收入合计", "income_annual", False)]
    lines += [(label, name, True) for name, label in INCOME_CLASSES.items()]
    lines += [
        ("存款、有价证券和保险", "financial_assets", False),
        ("其中存款", "deposits", True),
        ("机动车（辆）", "vehicles", False),
        ("房产（套）", "real_estates", False),
    ]
    # Reports issued before these were told have no such line.
    lines += [
        line
        for line in (
            ("市场主体（个）", "businesses", False),
            ("收到的赡养、抚养、扶养费", "maintenance", False),
        )
        if any(line[1] in side for _, side in sides)
    ]
    return [
        (label, [(basis, _sum(side, name)) for basis, side in sides], part)
        for label, name, part in lines
    ]


def _sum(side: Body, name: str) -> Any:
    return side.get(name, (side.get("income_by_class") or {}).get(name))


def verdicts(body: Body) -> list[Verdict]:
    """Return the results of the assessment on every basis."""
    held = body["assessment"]
    labels = [label for _, label in bases(body)]
    sides = [held.get(name) or {} for name, _ in bases(body)]

    def told(label: str, written: Sequence[str], *, is_money: bool = False) -> Verdict:
        return Verdict(label, list(zip(labels, written, strict=True)), is_money)

    lines = [
        told(label, [side.get(name) or "" for side in sides], is_money=True)
        for name, label in (
            ("countable_income_annual", "计入收入（年）"),
            ("per_capita_income", "人均收入（月）"),
            ("amount", "测算补差（月）"),
        )
        if any(side.get(name) for side in sides)
    ]
    names = dict.fromkeys(name for side in sides for name in side.get("tests", {}))
    lines += [
        told(f"{TESTS.get(name, name)}条件", [_verdict(side, name) for side in sides])
        for name in names
    ]
    lines.append(told("提示类别", [_told(categories_told, side) for side in sides]))
    if any(side.get("possible") for side in sides):
        lines.append(told("尚待查明的类别", [_told(_possible, side) for side in sides]))
    return lines


def changes(body: Body) -> list[tuple[str, str, list[tuple[str, Any, Any]]]]:
    """Say what is new against the version before: whose, what, and each figure before and now."""
    names = {m["key"]: m["name"] for m in body["members"]}
    told = []
    for one in body.get("changes", ()):
        was, now = one["was"] or {}, one["now"] or {}
        figures = [
            (CHANGED.get(name, name), was.get(name), now.get(name))
            for name in dict.fromkeys([*was, *now])
        ]
        who = f"{names.get(one['member'], '家庭合计')}"
        source = f"（{one['source_label']}）" if one["source_label"] else ""
        told.append((who, f"{one['label']}{source}", figures))
    return told


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
        for basis, label in BASES.items()
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

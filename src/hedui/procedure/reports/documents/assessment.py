"""
What the rules suggest (规则测算提示), with the clause behind every step and how far it was read.

It is a hint for the officer who decides, never a decision. The results stand in the report, the
steps in its annex, one line each; clauses are cited by number from a list. A step that rests on
a text nobody had in hand says so: 依据待核.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed

BASES = (("declared", "按申报数"), ("found", "按核到数"), ("accepted", "按认定数"))
VERDICTS = {"pass": "在标准之内", "fail": "超出标准", "unknown": "暂不能判断"}
TESTS = {
    "income": "收入",
    "per_capita_income": "人均收入",
    "financial_assets": "货币财产",
    "vehicle": "机动车",
    "vehicles": "机动车",
    "real_estate": "房产",
    "real_estates": "房产",
    "business": "市场主体",
    "expenditure": "支出",
    "membership": "家庭成员关系",
}
CATEGORIES = {
    "dibao": "最低生活保障家庭",
    "dibao_edge": "最低生活保障边缘家庭",
    "tekun": "特困人员",
    "rigid_expenditure": "刚性支出困难家庭",
    "low_income": "低收入家庭",
}
READ = {"text": "原文", "excerpt": "摘录"}
UNREAD = "依据待核"
# What two bases must share for their steps to stand in one row.
SAME = ("label", "subject", "article", "reference", "seen")

_NOUGHT = re.compile(r"0[.]00(元.*)?")

Side = dict[str, Any]
Names = dict[str, str]
Key = tuple[str, ...]


def assessment(body: dict[str, Any]) -> dict[str, Printed] | None:
    """Describe the assessment for print, or None where no rules are set for this place."""
    held = body["assessment"]
    if not held:
        return None
    names = {member["key"]: str(member["name"]) for member in body["members"]}
    sides = [(label, held[basis]) for basis, label in BASES if held.get(basis)]
    rules = held.get("rules") or body.get("rules") or {}
    grounds: dict[str, int] = {}
    return {
        "bases": [label for label, _ in sides],
        "results": _results([side for _, side in sides]),
        "steps": _steps([side for _, side in sides], names, grounds),
        "grounds": list(grounds),
        "notes": list(notes_told(held, names)),
        "rules": str(rules.get("version") or wording.NOTHING),
        "parameters": str(rules.get("parameters_digest") or wording.NOTHING),
    }


def _results(sides: list[Side]) -> list[Printed]:
    rows: list[Printed] = [
        ["计入收入（元／年）", *(wording.reading(s["countable_income_annual"]) for s in sides)],
        ["人均收入（元／月）", *(wording.reading(s["per_capita_income"]) for s in sides)],
    ]
    tests = dict.fromkeys(name for side in sides for name in side["tests"])
    for name in tests:
        verdicts = [str(side["tests"].get(name, "unknown")) for side in sides]
        rows.append([f"{TESTS.get(name, name)}条件", *(VERDICTS.get(v, v) for v in verdicts)])
    rows.append(["提示类别", *(categories_told(side) for side in sides)])
    if any(side.get("possible") for side in sides):
        rows.append(
            ["尚待查明的类别", *(named_categories(side.get("possible") or []) for side in sides)]
        )
    if any(side.get("amount") for side in sides):
        rows.append(
            ["测算补差（元／月）", *(wording.reading(side.get("amount")) for side in sides)]
        )
    return rows


def categories_told(side: Side) -> str:
    """Name the categories 提示类别; where a source was silent, "none" would say too much."""
    if not side["categories"] and "unknown" in side["tests"].values():
        return VERDICTS["unknown"]
    return named_categories(side["categories"])


def named_categories(codes: Sequence[str]) -> str:
    """Write categories as people read them."""
    return "、".join(CATEGORIES.get(code, code) for code in codes) or "无"


def notes_told(held: Side, names: Names) -> list[Printed]:
    """Return what a reader of the assessment must know, once each, with members by name."""
    notes = (str(note) for basis, _ in BASES for note in (held.get(basis) or {}).get("notes") or [])
    return [with_names(note, names) for note in dict.fromkeys(notes)]


def _steps(sides: list[Side], names: Names, grounds: dict[str, int]) -> list[Printed]:
    """
    Set the bases side by side, step by step; a step that only one of them took is a dash there.

    Members for whom a step reads word for word alike share one row.
    """
    taken = [_by_key(side["steps"]) for side in sides]
    rows: dict[Any, Any] = {}
    for key in _aligned([list(steps) for steps in taken]):
        found = [steps.get(key) for steps in taken]
        first = next(step for step in found if step)
        told = [_inputs(step, names) if step else None for step in found]
        values = [wording.reading(step["value"]) if step else wording.NOTHING for step in found]
        own = first.get("subject") in names
        alike = (key[0], *key[2:], *told, *values) if own else key
        if alike in rows:
            rows[alike]["members"].append(names[first["subject"]])
            continue
        rows[alike] = {
            "members": [names[first["subject"]]] if own else [],
            "label": first["label"],
            "inputs": _lines(told),
            "values": values,
            "grounds": _cited(first, grounds),
            "trust": _trust(first["seen"]),
            "unread": _trust(first["seen"]) == UNREAD,
        }
    return [{**row, "members": "、".join(row["members"])} for row in rows.values()]


def _by_key(steps: list[Side]) -> dict[Key, Side]:
    """Name each step by what identifies it; the same once more is another step."""
    named: dict[Key, Side] = {}
    for step in steps:
        key = tuple(str(step.get(part)) for part in SAME)
        while key in named:
            key += ("again",)
        named[key] = step
    return named


def _aligned(ways: list[list[Key]]) -> list[Key]:
    """Merge the ways taken into one order in which each keeps its own."""
    order = list(ways[0])
    for way in ways[1:]:
        at = 0
        for key in way:
            if key in order:
                at = max(at, order.index(key) + 1)
            else:
                order.insert(at, key)
                at += 1
    return order


def _lines(told: list[str | None]) -> list[Printed]:
    """Write the inputs once where the bases share them, and by basis where they differ."""
    given = [text for text in told if text is not None]
    if len(set(given)) == 1:
        return [given[0]] if given[0] else []
    return [
        f"{label.removeprefix('按')}：{text or '无'}"
        for (_, label), text in zip(BASES, told, strict=False)
        if text is not None
    ]


def _inputs(step: Side, names: Names) -> str:
    """Write what went into a step; of summands, what they are is said once before them."""
    told = []
    for what, run in groupby(step["inputs"], lambda given: _parted(given)[1]):
        terms = [
            (with_names(_parted(given)[0], names), wording.reading(given["value"]))
            for given in run
            if not _NOUGHT.fullmatch(str(given["value"]))
        ]
        if what and terms:
            told += ["：".join((what, "、".join(" ".join(term) for term in terms)))]
        else:
            told += [" ".join(term) for term in terms]
    return "；".join(told)


def _parted(given: dict[str, Any]) -> tuple[str, str]:
    """Part the label of a summand, ``a 2025-11:当月收入``, into whose and what it is."""
    whose, _, what = str(given["label"]).partition(":")
    return whose, what


def _cited(step: Side, grounds: dict[str, int]) -> str:
    """Give the numbers of the clause and of what its parameters rest on, each listed once."""
    texts = [step["article"] or "", *str(step["reference"] or "").split("；")]
    numbers = {grounds.setdefault(text, len(grounds) + 1) for text in texts if text}
    return "、".join(str(number) for number in sorted(numbers))


def with_names(text: str, names: Names) -> str:
    """Say members' names where the rules, which know no names, write the members' keys."""
    keys = "|".join(re.escape(key) for key in names)
    found = re.compile(f"(?<![0-9A-Za-z_])(?:{keys})(?![0-9A-Za-z_])", re.ASCII)
    return found.sub(lambda key: names[key.group()], text)


def _trust(seen: object) -> str:
    return READ["text"] if seen is True else READ.get(str(seen), UNREAD)

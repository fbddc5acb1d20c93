"""
Who was asked about whom, and what came back (查询与反馈): one table, members by sources.

A cell says the outcome in the body's words; the days stand once below each source, and each
answer's receipt (回执) in the annex. Who was not asked about what is told with its reason.
"""

from __future__ import annotations

from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.glyphs import Printed

Body = dict[str, Any]

SILENT = frozenset({"NO_REPLY", "UNAVAILABLE", "REFUSED"})
EVERYBODY, EVERYTHING = "全部成员", "全部来源"


def inquiries(body: Body) -> dict[str, Printed]:
    """Describe all inquiries for print: columns are sources in the order of the comparison."""
    names = {member["key"]: str(member["name"]) for member in body["members"]}
    columns = dict.fromkeys(
        one["source"]
        for part in ("findings", "sources", "not_asked")
        for one in body[part]
        if one["source"]
    )
    by_source = {
        name: [one for one in body["sources"] if one["source"] == name] for name in columns
    }
    labels = {
        one["source"]: str(one.get("source_label") or one["label"])
        for part in ("findings", "not_asked", "sources")
        for one in body[part]
    }
    return {
        "columns": [_column(labels[name], asked) for name, asked in by_source.items()],
        "rows": [
            {"member": names[key], "cells": [_cell(asked, key) for asked in by_source.values()]}
            for key in names
        ]
        if body["sources"]
        else [],
        "not_asked": _not_asked(body["not_asked"], names, labels)
        + [_left_out(gap, names) for gap in body.get("left_out", ())],
        "silent": any(one["outcome"] in SILENT for one in body["sources"]),
    }


def receipts(body: Body) -> list[Printed]:
    """List the number of each authorization and of each answer, for whoever audits the report."""
    spread: dict[str, set[tuple[str, str]]] = {}
    for one in body["sources"]:
        spread.setdefault(one["source"], set()).add((str(one["as_of"]), str(one["received_at"])))
    told = {name for name, days in spread.items() if len(days) == 1}
    return [_receipts(member, body["sources"], told) for member in body["members"]]


def _column(label: str, asked: list[Body]) -> dict[str, Printed]:
    units = dict.fromkeys(str(one["unit"]) for one in asked if one["unit"])
    return {
        "label": label,
        "unit": "、".join(units),
        "as_of": _range([wording.short_date(one["as_of"]) for one in asked if one["as_of"]]),
        "received": _range(
            [wording.short_moment(one["received_at"]) for one in asked if one["received_at"]]
        ),
    }


def _range(days: list[str]) -> str:
    """Tell one day, or the first and the last of several; ISO days sort by themselves."""
    if not days:
        return wording.NOTHING
    first, last = min(days), max(days)
    if first == last:
        return first
    day, _, hour = last.partition(" ")
    return f"{first} 至 {hour if first.startswith(f'{day} ') else last}"


def _cell(asked: list[Body], key: str) -> dict[str, Printed]:
    rounds = [one for one in asked if one["member"] == key]
    if not rounds:
        return {"words": "未查询", "kind": "not_asked", "reason": ""}
    answered = [one for one in rounds if one["outcome"] not in SILENT]
    found = answered[-1] if answered else rounds[0]
    silent = found["outcome"] in SILENT
    return {
        "words": found["outcome_label"],
        "kind": "silent" if silent else "answered",
        "reason": str(found.get("reason") or f"已查询{found['attempts']}次") if silent else "",
    }


def _not_asked(gaps: list[Body], names: dict[str, str], labels: dict[str, str]) -> list[Printed]:
    """Group the gaps: the same reason and the same sources, one line for all whom it concerns."""
    sources: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        sources.setdefault((gap["member"], gap["reason"]), []).append(gap["source"])
    members: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (member, reason), missing in sources.items():
        members.setdefault((reason, tuple(missing)), []).append(member)
    return [
        {
            "members": EVERYBODY if len(who) == len(names) else "、".join(names[k] for k in who),
            "sources": EVERYTHING
            if len(missing) == len(labels) > 1
            else "、".join(labels[name] for name in missing),
            "reason": reason,
        }
        for (reason, missing), who in members.items()
    ]


def _left_out(gap: Body, names: dict[str, str]) -> Printed:
    return {
        "members": names[gap["member"]],
        "sources": f"{gap['source_label']}（{'、'.join(gap['items'])}）",
        "reason": gap["reason"],
    }


def _receipts(member: Body, sources: list[Body], told: set[str]) -> dict[str, Printed]:
    held = member["authorization"]
    return {
        "member": member["name"],
        "authorization": f"{held['number']}（{held['form']}）" if held else wording.NOTHING,
        "answers": [
            {"source": one["label"], "serial": one["serial"], "detail": _detail(one, told)}
            for one in sources
            if one["member"] == member["key"] and one["serial"]
        ],
    }


def _detail(source: Body, told: set[str]) -> str:
    """Tell the days of one answer where the table gives only a range, and repeated attempts."""
    parts = []
    if source["source"] not in told:
        parts.append(f"数据截至 {wording.short_date(source['as_of'])}")
        parts.append(f"收到 {wording.short_moment(source['received_at'])}")
    if source["attempts"] > 1:
        parts.append(f"查询{source['attempts']}次")
    return "，".join(parts)

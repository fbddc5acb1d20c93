"""
The third number 认定: what is accepted, beside what was declared and what was found.

Where an officer accepted an amount, it counts; where a difference still waits for that, the part
is unknown; everywhere else the household's own word counts, so that a silent source is neutral.
"""

from collections.abc import Mapping
from typing import Any

from hedui import comparison, policy
from hedui.procedure.reports.assessment import Lines, Stated, as_case, told, totals_of
from hedui.procedure.reports.models import Cause

Body = Mapping[str, Any]

UNSETTLED = frozenset({"inconsistent", "awaiting_explanation", "not_comparable"})
# Of what kind an accepted amount is where neither side says so.
KINDS = {
    "wage": "salary",
    "business": "self_employed",
    "property": "rent",
    "transfer": "other",
    "deposit": "bank",
    "security": "fund",
    "insurance": "cash_value",
}


def with_accepted(body: Body, stated: Stated, found: Lines) -> dict[str, Any]:
    """
    Return a body with the sums and the assessment on the basis of what is accepted.

    As it is, where nothing is accepted yet. found: the lines that were found, each building once
    """
    if all(line["accepted"] is None for line in body["findings"]):
        return {**body, "totals": {**body["totals"], "accepted": None}}
    lines, unknown = accepted_lines(body, stated.lines, found)
    changed = {
        **body,
        "guidance": comparison.guided(body["findings"]),
        "totals": {**body["totals"], "accepted": totals_of(lines, unknown)},
    }
    if body["assessment"]:
        case = as_case(stated.declared, lines)
        computed = told(policy.compute(case, basis="accepted", silent=unknown))
        changed["assessment"] = {**body["assessment"], "accepted": computed}
    return changed


def accepted_lines(
    body: Body, declared: Lines, found: Lines
) -> tuple[dict[str, dict[str, list[Any]]], dict[str, set[str]]]:
    """Return each member's lines on this basis, and what of whom is unknown."""
    lines: dict[str, dict[str, list[Any]]] = {}
    unknown: dict[str, set[str]] = {}
    for key, own in declared.items():
        told_of = [line for line in body["findings"] if line["member"] == key]
        lines[key] = {side: list(own[side]) for side in ("incomes", "assets")}
        unknown[key] = set()
        for part in dict.fromkeys(line["part"] for line in told_of):
            side, _, name = part.partition(".")
            if side not in lines[key]:
                continue
            given = [x for x in told_of if x["part"] == part and x["accepted"] is not None]
            if given:
                held = _settled(given[0], name, own[side], found[key][side], body["period"])
            else:
                open_ = any(x["status"] in UNSETTLED for x in told_of if x["part"] == part)
                held = None if open_ else [x for x in own[side] if x["class"] == name]
            if held is None:
                unknown[key].add(part)
            others = [x for x in lines[key][side] if x["class"] != name]
            lines[key][side] = others + (held or [])
    return lines, unknown


def _settled(
    line: Body, name: str, declared: list[Any], found: list[Any], period: Body
) -> list[Any] | None:
    """Write what is accepted as lines of a case; None where a number is of neither side."""
    ours, theirs = ([x for x in side if x["class"] == name] for side in (declared, found))
    accepted = line["accepted"]
    if line["unit"] == "count":
        sides = {len(ours): ours, len(theirs): theirs, 0: []}
        return sides.get(int(accepted))
    kinds = {x.get("kind") for x in (*theirs, *ours)} - {None, ""}
    kind = kinds.pop() if len(kinds) == 1 else KINDS.get(name)
    written = {"class": name} | ({"kind": kind} if kind else {})
    if line["part"].startswith("incomes."):
        return [{**written, "amount": accepted, "from": period["from"], "to": period["to"]}]
    return [{**written, "value": accepted}]


def mark(line: Body, cause: str, accepted: str | int | None, explanation: str) -> dict[str, Any]:
    """Return a line of a report with what was accepted on it."""
    return {
        **line,
        "accepted": accepted,
        "cause": cause or None,
        "cause_label": Cause(cause).label if cause else "",
        "explanation": explanation,
    }

"""
Versions of a report 版次: what is new in one against the one before it.

A version is a row of its own with a body of its own; the one before stays as it was signed. Two
lines of two versions are the same line where person, source, item and label are.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.moment import china_text
from hedui.procedure.reports.models import Report

Body = Mapping[str, Any]
# What of a line is told as changed; numbers, statuses, and what people made of it.
TOLD = (
    "declared",
    "found",
    "found_words",
    "accepted",
    "status_label",
    "cause_label",
    "explanation",
)
SUMS = {
    "income_annual": "家庭年收入合计",
    "financial_assets": "存款、有价证券和保险",
    "deposits": "其中存款",
    "vehicles": "机动车（辆）",
    "real_estates": "房产（套）",
    "businesses": "市场主体（个）",
    "maintenance": "收到的赡养、抚养、扶养费",
}


class Ground(StrEnum):
    """Why a new version is made; fixed words, which stand in the ledger."""

    OBJECTION = "objection"
    CORRECTION = "correction"
    LATE_ANSWER = "late_answer"
    CLASSIFIED = "classified"

    @property
    def label(self) -> str:
        """Return the ground as users read it."""
        return GROUNDS[self]


GROUNDS = {
    Ground.OBJECTION: "异议复核",
    Ground.CORRECTION: "来源部门更正数据",
    Ground.LATE_ANSWER: "补充收到部门反馈",
    Ground.CLASSIFIED: "差异认定",
}


def newest(commission: Commission) -> Report | None:
    """Return the newest version on a commission, None before the first."""
    return commission.reports.order_by("-version").first()


def replaced_by(report: Report) -> Report | None:
    """Return the newest issued version after this one, None where this is the one in force."""
    return (
        Report.objects.filter(
            commission=report.commission_id,
            version__gt=report.version,
            status=Report.Status.ISSUED,
        )
        .order_by("-version")
        .first()
    )


def reference_to(before: Report, ground: Ground) -> dict[str, Any]:
    """Write which version a new one replaces, and why."""
    assert before.issued_at is not None
    return {
        "number": before.number,
        "version": before.version,
        "digest": before.digest,
        "issued_at": china_text(before.issued_at),
        "reason": ground.value,
        "reason_label": ground.label,
    }


def key_of(line: Body) -> tuple[str, str, str, str]:
    """Return by what a line of one version is known in another."""
    return line["member"], line["source"], line["item"], line["label"]


def carried(before: Body, after: Body) -> list[dict[str, Any]]:
    """Return the lines of a new body, with what was accepted before where numbers still stand."""
    kept = {key_of(line): line for line in before["findings"]}
    lines = []
    for line in after["findings"]:
        was = kept.get(key_of(line))
        stands = was and all(was[name] == line[name] for name in ("declared", "found", "status"))
        names = ("accepted", "cause", "cause_label", "explanation") if was and stands else ()
        lines.append(line | {name: was.get(name) for name in names if was})
    return lines


def changes(before: Body, after: Body) -> list[dict[str, Any]]:
    """
    Return what differs between two bodies, line by line, then in the sums of the household.

    Each with `was` and `now`, which hold only what differs; `was` is null for a line that is new,
    `now` for one that is there no more.
    """
    old = {key_of(line): line for line in before["findings"]}
    new = {key_of(line): line for line in after["findings"]}
    told = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        differ = [name for name in TOLD if (was or {}).get(name) != (now or {}).get(name)]
        if differ or was is None or now is None:
            told.append(_change(now or was or {}, was, now, differ))
    return told + _sums(before["totals"], after["totals"])


def _change(line: Body, was: Body | None, now: Body | None, differ: list[str]) -> dict[str, Any]:
    return {
        "finding": line["id"] if now else "",
        "member": line["member"],
        "source_label": line["source_label"],
        "label": line["label"],
        "was": was and {name: was.get(name) for name in differ},
        "now": now and {name: now.get(name) for name in differ},
    }


def _sums(before: Body, after: Body) -> list[dict[str, Any]]:
    told = []
    for name, label in SUMS.items():
        was, now = (
            {basis: (side.get(basis) or {}).get(name) for basis in ("found", "accepted")}
            for side in (before, after)
        )
        # Where nothing was accepted before, what is accepted as it was found is no difference.
        if before.get("accepted") is None and now["accepted"] == now["found"]:
            now["accepted"] = None
        differ = [basis for basis in was if was[basis] != now[basis]]
        if differ:
            line = {"finding": "", "member": "", "source_label": "", "label": label}
            told.append(
                line
                | {
                    "was": {basis: was[basis] for basis in differ},
                    "now": {basis: now[basis] for basis in differ},
                }
            )
    return told

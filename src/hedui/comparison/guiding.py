"""
Guidance 说明指引: what is asked of a family where the two sides differ, and what it may bring.

Every other cause is asked about before anybody may think that something was not declared. Silence,
what was not found and what agrees ask nothing of the family.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from hedui.comparison.finding import Status

OPEN: Final = (Status.INCONSISTENT, Status.AWAITING_EXPLANATION, Status.NOT_COMPARABLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One question to the family, for one cause, and papers of which any one is enough.

    cause: identity, time, valuation, ownership, exempt or source_error
    """

    cause: str
    ask: str
    bring: tuple[str, ...]


def guidance(part: str) -> tuple[Asked, ...]:
    """Return what is asked about a part of the declaration, such as ``assets.deposit``."""
    written = _written()
    return written.get(part) or written[part.partition(".")[0]]


def guided(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    Return the lines of a report that the family should speak to, each kind of thing once.

    findings: lines of a report, with `id`, `label`, `part`, `unit`, `status` and `cause`
    """
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for line in findings:
        if line.get("cause") or not _is_asked(line):
            continue
        asks = [
            {"cause": one.cause, "ask": one.ask, "bring": list(one.bring)}
            for one in guidance(line["part"])
        ]
        kind = told.setdefault(
            (line["part"], line["label"]), {"label": line["label"], "findings": [], "asks": asks}
        )
        kind["findings"].append(line["id"])
    return list(told.values())


def _is_asked(line: Mapping[str, Any]) -> bool:
    """Tell whether a line is open; a register's mere words ask nothing, unless they are named."""
    status = Status(line["status"])
    if status is Status.NOT_COMPARABLE and line["unit"] == "words":
        return line["part"] in _written()
    return status in OPEN


@cache
def _written() -> dict[str, tuple[Asked, ...]]:
    text = (files("hedui.comparison") / "guidance.yaml").read_text(encoding="utf-8")
    return {
        part: tuple(Asked(one["cause"], one["ask"], tuple(one["bring"])) for one in asks)
        for part, asks in yaml.safe_load(text).items()
    }

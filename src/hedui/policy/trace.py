"""The trace (计算过程): every step with its inputs, parameters, article and value.

A family, an officer or a court reads it from top to bottom and can recompute each line.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from hedui.policy.law import SEEN, Citation, Seen
from hedui.policy.rounding import shown_fen
from hedui.policy.rule import Level, Rule, Total
from hedui.policy.truth import UNKNOWN, Exact, Truth
from hedui.policy.vocabulary import word
from hedui.values.money import yuan_text

_TRUTHS = {Truth.YES: "是", Truth.NO: "否", Truth.UNKNOWN: "不明"}
# of a household that has none of it, a report says nothing; the full trace does
_QUIET_WHEN_NIL = {
    "able_obligors_of_household",
    "care_deduction",
    "care_monthly",
    "care_needed",
    "cheap_vehicles",
    "homes_fit_after_disaster",
    "household_fits_alone",
    "has_ill_member",
    "highest_carer_earnings",
    "household_deductions",
    "ill_members",
    "invested",
    "investment_fits",
    "known_businesses",
    "medical_deduction",
    "medical_paid",
    "phase_out_months",
    "possibly_cheap_vehicles",
    "supplements_monthly",
    "unclear_members",
    "work_cost_monthly",
}
# they stand in the result itself, as between what and what an amount lies
_BOUNDS = {
    "income_at_least",
    "income_at_most",
    "members_income_at_least",
    "members_income_at_most",
    "member_income_at_least",
    "member_income_at_most",
    "property_at_least",
    "transfer_at_least",
    "received_at_most",
    "most_financial_assets",
}
_SHOWN = {Level.HOUSEHOLD, Level.MEMBER}
_FLOWS = {"fen": "元", "fen_monthly": "元/月", "fen_annual": "元/年"}


def value_text(value: Any, unit: str, words: str = "") -> str:
    """Write a value as people read it: amounts in yuan, conditions as 是, 否 or 不明.

    words: the group of the vocabulary that says what the codes of a text mean
    """
    if value is UNKNOWN:
        return "不明"
    if unit in _FLOWS:
        return f"{_amount_text(value)}{_FLOWS[unit]}"
    if isinstance(value, Truth):
        return _TRUTHS[value]
    if unit == "share":
        return _share_text(value)
    if unit == "area":
        return _area_text(Fraction(value))
    codes = value if isinstance(value, tuple) else (str(value),)
    return "、".join(word(code, words) for code in codes) or "无"


def _amount_text(value: Exact) -> str:
    """Write fen as yuan; where a part of a fen is left, 约 says so."""
    fen = shown_fen(value)
    return f"{'' if fen == value else '约'}{yuan_text(fen)}"


def _share_text(share: Exact) -> str:
    """Write a share in per cent with four decimals at most; where it does not end, 约 says so."""
    millionths = int(share * 1_000_000)
    whole, rest = divmod(millionths, 10_000)
    decimals = f".{rest:04d}".rstrip("0").rstrip(".")
    return f"{'' if millionths == share * 1_000_000 else '约'}{whole}{decimals}%"


def _area_text(area: Fraction) -> str:
    """Write square metres with two decimals at most; where a share does not end, 约 says so."""
    hundredths = (area * 200 + 1) // 2
    whole, rest = divmod(hundredths, 100)
    decimals = f".{rest:02d}".rstrip("0").rstrip(".")
    return f"{'' if hundredths == area * 100 else '约'}{whole}{decimals}平方米"


class Input(NamedTuple):
    """What went into a step: a fact of the case or the value of an earlier step.

    part: whose it is, where the step is a sum: ``a``, ``a 2025-11``, ``a 第1条收入``
    """

    name: str
    label: str
    value: Any
    unit: str
    words: str = ""
    part: str = ""

    @property
    def text(self) -> str:
        """The value as people read it."""
        return value_text(self.value, self.unit, self.words)


@dataclass(frozen=True)
class ParameterUse:
    """A parameter of the place (参数) as it held on the day, and where it comes from."""

    name: str
    label: str
    value: Any
    unit: str
    division: str | None
    valid_from: date | None
    reference: Citation | None
    seen: Seen | None
    words: str = ""

    @cached_property
    def told(self) -> dict[str, Any]:
        """The parameter as the report and ``--json`` show it; its value is text."""
        return {
            "name": self.name,
            "label": self.label,
            "value": value_text(self.value, self.unit, self.words),
            "division": self.division,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "reference": str(self.reference) if self.reference else None,
            "seen": self.seen,
        }


@dataclass(frozen=True)
class Grounds:
    """What a step rests on, to whomever the rule is applied (依据): rule, article, parameters."""

    node: Rule | Total
    parameters: tuple[ParameterUse, ...]

    @cached_property
    def told(self) -> dict[str, Any]:
        """What every step by this rule tells alike."""
        used = [one.told for one in self.parameters]
        references = [one["reference"] for one in used if one["reference"]]
        marks = [self.node.article.seen, *(one.seen for one in self.parameters if one.seen)]
        return {
            "rule": self.node.name,
            "label": self.node.label,
            "level": self.node.level.value,
            "article": str(self.node.article),
            "parameters": used,
            "reference": "；".join(dict.fromkeys(references)) or str(self.node.article),
            "seen": max(marks, key=SEEN.index),
        }

    @cached_property
    def told_inputs(self) -> list[dict[str, str]]:
        """The parameters as inputs of a step."""
        return [{"label": one.label, "value": one.told["value"]} for one in self.parameters]


class Step(NamedTuple):
    """
    One rule applied to one household, member, month or line.

    rule: its name; subject: whom it was applied to
    read: gives what went in, out of the seat; few of all steps are ever asked
    """

    rule: str
    level: Level
    subject: str
    value: Any
    grounds: Grounds
    read: Callable[[Any], tuple[Input, ...]]
    seat: Any

    def __eq__(self, other: object) -> bool:
        """Compare what is told, whichever run it was read from."""
        return isinstance(other, Step) and self._compared() == other._compared()

    def __ne__(self, other: object) -> bool:
        """Compare what is told; a tuple would compare how it is kept."""
        return not self == other

    def __hash__(self) -> int:
        return hash((self.rule, self.subject))

    def _compared(self) -> tuple[Any, ...]:
        return self.rule, self.subject, self.value, self.inputs, self.grounds

    @property
    def label(self) -> str:
        """What the value is called."""
        return self.grounds.node.label

    @property
    def article(self) -> Citation:
        """The article that the rule is taken from."""
        return self.grounds.node.article

    @property
    def unit(self) -> str:
        """The unit of the value."""
        return self.grounds.node.unit

    @property
    def parameters(self) -> tuple[ParameterUse, ...]:
        """The parameters of the place that it uses."""
        return self.grounds.parameters

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What went in: facts and values of earlier steps, in the order of the rule."""
        return self.read(self.seat)

    @property
    def matters(self) -> bool:
        """Whether a reader of the report needs this step; the full trace has all of them.

        Months and lines are listed as inputs of their sums; a member's zero says nothing.
        """
        if self.level not in _SHOWN or self.rule in _BOUNDS:
            return False
        if self.level is Level.HOUSEHOLD and self.rule not in _QUIET_WHEN_NIL:
            return True
        return self.value is not Truth.NO and self.value != 0

    def report(self) -> dict[str, Any]:
        """Give the step as the report and ``--json`` show it; all values are text."""
        return {
            **self.grounds.told,
            "subject": self.subject,
            "value": value_text(self.value, self.grounds.node.unit),
            "inputs": [
                *_told(self.inputs),
                *self.grounds.told_inputs,
            ],
        }


def _told(inputs: tuple[Input, ...]) -> Iterable[dict[str, str]]:
    """Give the inputs as label and value; a run of equal summands of one member is told once.

    Twelve months of 870 are ``a 2025-11至2026-10(12项)`` at ``各870.00元/月``, so that the sum can
    still be recomputed. Summands of nothing are left out.
    """
    if not inputs or not inputs[0].part:
        yield from ({"label": one.label, "value": one.text} for one in inputs)
        return
    for (label, owner, value), run in groupby(inputs, _run_of):
        if value == 0:
            continue
        parts = list(run)
        first, last = (part.part.partition(" ")[2] for part in (parts[0], parts[-1]))
        span = f" {first}" if first else ""
        span += f"至{last}" if last != first else ""
        span += f"({len(parts)}项)" if len(parts) > 1 else ""
        each = "各" if len(parts) > 1 and value is not UNKNOWN else ""
        yield {"label": f"{owner}{span}:{label}", "value": f"{each}{parts[0].text}"}


def _run_of(given: Input) -> tuple[str, str, Any]:
    return given.label, given.part.partition(" ")[0], given.value

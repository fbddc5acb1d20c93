"""What is unsettled (待定): of each test that is unknown, what could still change it, and how near.

Read off the trace: from the test back through whatever was unknown, to the facts nobody told and
the numbers the place has not recorded. Nothing is computed anew here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from hedui.policy.rounding import shown_fen
from hedui.policy.trace import Input, Step, value_text
from hedui.policy.truth import UNKNOWN, Truth
from hedui.values.money import yuan_text

_LINES: Final = {
    "income": ("income_at_least", "income_at_most"),
    "financial_assets": ("known_financial_assets", "most_financial_assets"),
}
_INCOME_LINES: Final = {
    "standard_monthly": 12,
    "edge_line_monthly": 12,
    "low_income_line": 12,
    "disposable_income_annual": 1,
}
_SHARES: Final = {
    "rigid_ratio": ("rigid_expenses", "countable_income_annual"),
    "rigid_medical_ratio": ("medical_paid", "countable_income_annual"),
}
_HOUSEHOLD: Final = "全家"
_NIL: Final = (0, Truth.NO, Truth.YES)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A test that is unknown (待定的条件).

    because: what nobody has told and what the place has not recorded, in words
    at_least, at_most: fen between which the amount lies; None where nothing bounds it
    line: fen it is held against; None where there is none or it is not recorded
    """

    test: str
    because: tuple[str, ...]
    at_least: int | None
    at_most: int | None
    line: int | None

    def report(self) -> dict[str, Any]:
        """Give it as the report shows it; room is what is left up to the line."""
        known = self.line is not None and self.at_least is not None
        return {
            "test": self.test,
            "because": list(self.because),
            "at_least": _yuan(self.at_least),
            "at_most": _yuan(self.at_most),
            "line": _yuan(self.line),
            "room": _yuan((self.line or 0) - (self.at_least or 0)) if known else None,
        }


def unsettled(
    tests: Mapping[str, str], steps: Sequence[Step], quiet: Collection[str]
) -> tuple[Unsettled, ...]:
    """List the tests that are unknown.

    quiet: parameters that a place may well do without; they are named only where nothing else is
    """
    if "unknown" not in tests.values():
        return ()
    by_name: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        by_name.setdefault((step.rule, step.subject), []).append(step)
    found = []
    for name, result in tests.items():
        if result != "unknown":
            continue
        because = list(_because(by_name, f"{name}_test", _HOUSEHOLD, set()))
        named = [words for words, parameter in because if parameter not in quiet] or [
            words for words, _ in because
        ]
        low, high = _LINES.get(name, (None, None))
        found.append(
            Unsettled(
                name,
                tuple(dict.fromkeys(named)),
                _amount(by_name, low),
                _amount(by_name, high),
                _line(by_name, name),
            )
        )
    return tuple(found)


def _because(
    by_name: Mapping[tuple[str, str], list[Step]], rule: str, subject: str, seen: set[int]
) -> Iterator[tuple[str, str]]:
    """Walk from a step to the unknown at the bottom; give words, and a parameter's name or none."""
    for step in by_name.get((rule, subject), ()):
        if id(step) in seen or not _is_open(step.value):
            continue
        seen.add(id(step))
        bottom = True
        for given in step.inputs:
            if _is_open(given.value):
                bottom = False
                yield from _of_input(by_name, given, step.subject, seen)
        for use in step.parameters:
            if _is_open(use.value):
                bottom = False
                yield f"当地“{use.label}”未收录{_of_this_household(step, use.name)}", use.name
        if bottom:
            behind = list(_behind(by_name, step, seen))
            yield from behind or [(step.label, "")]


def _of_this_household(step: Step, parameter: str) -> str:
    """Say which share the household has, where the one that decides is not recorded."""
    told = dict(_told(step))
    part, whole = (told.get(name, UNKNOWN) for name in _SHARES.get(parameter, ("", "")))
    if UNKNOWN in (part, whole) or whole == 0:
        return ""
    return f"(本户是{value_text(Fraction(part) / whole, 'share')})"


def _behind(
    by_name: Mapping[tuple[str, str], list[Step]], step: Step, seen: set[int]
) -> Iterator[tuple[str, str]]:
    """Look behind a count of open things (数额不明的义务) at what is open in each of them."""
    counts = [one for given in step.inputs for one in by_name.get((given.name, _HOUSEHOLD), ())]
    for part in (part for count in counts for part in count.inputs if part.value not in _NIL):
        for one in by_name.get((part.name, part.part), ()):
            for given in one.inputs:
                if _is_open(given.value):
                    yield from _of_input(by_name, given, one.subject, seen)


def _of_input(
    by_name: Mapping[tuple[str, str], list[Step]], given: Input, subject: str, seen: set[int]
) -> Iterator[tuple[str, str]]:
    holders = [given.part] if given.part else [subject, subject.partition(" ")[0], _HOUSEHOLD]
    for holder in dict.fromkeys(holders):
        if (given.name, holder) in by_name:
            yield from _because(by_name, given.name, holder, seen)
            return
    yield f"{given.part or subject}:{given.label}", ""


def _is_open(value: Any) -> bool:
    return value is UNKNOWN or value is Truth.UNKNOWN


def _amount(by_name: Mapping[tuple[str, str], list[Step]], rule: str | None) -> int | None:
    for step in by_name.get((rule or "", _HOUSEHOLD), ()):
        return None if step.value is UNKNOWN else shown_fen(step.value)
    return None


def _line(by_name: Mapping[tuple[str, str], list[Step]], test: str) -> int | None:
    """Give what the amount of a test is held against, for the whole household, fen."""
    if test == "financial_assets":
        return _amount(by_name, "financial_cap")
    if test != "income":
        return None
    for rule in ("income_below_standard", "income_below_line", "income_test"):
        for step in by_name.get((rule, _HOUSEHOLD), ()):
            found = dict(_told(step))
            for name, times in _INCOME_LINES.items():
                if isinstance(found.get(name), int | Fraction):
                    return shown_fen(found[name] * found["members"] * times)
    return None


def _told(step: Step) -> Iterable[tuple[str, Any]]:
    yield from ((given.name, given.value) for given in step.inputs)
    yield from ((use.name, use.value) for use in step.parameters)


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else yuan_text(fen)

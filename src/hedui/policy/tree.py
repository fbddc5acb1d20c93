"""The computation as a tree (计算过程图): a value, the rule, what went in, down to what was given.

It is read off the steps as a report keeps them, so it shows what was computed then and not what the
rules would say today.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Told = Mapping[str, Any]
_FIRST: Final = ("amount", "qualifies")


@dataclass(frozen=True, slots=True)
class Branch:
    """A value and where it comes from.

    step: the step that made it, None where it was given; parameter: the one it is, None otherwise
    is_told: its own branches stand further up already
    """

    label: str
    value: str
    step: Told | None = None
    parameter: Told | None = None
    parts: tuple["Branch", ...] = ()
    is_told: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """The branch as ``--json`` shows it; what stands further up is only named."""
        said: dict[str, Any] = {"label": self.label, "value": self.value}
        if self.step is not None:
            said |= {key: self.step[key] for key in ("rule", "subject", "article")}
        if self.parameter is not None:
            said["parameter"] = self.parameter
        if self.is_told:
            return said | {"above": True}
        return said | ({"inputs": [part.told for part in self.parts]} if self.parts else {})


def results(steps: Sequence[Told]) -> list[Branch]:
    """Grow the tree of a full trace, what the household is due and whether it qualifies first.

    Of a month or a line nothing is said for itself, nor of a member what is nil.
    """
    order = sorted(reversed(steps), key=lambda step: step["rule"] not in _FIRST)
    return _grown(steps, (step for step in order if _says_something(step)))


def _says_something(step: Told) -> bool:
    of_member = step["level"] == "member" and not re.fullmatch(r"否|0(\.00元.*)?", step["value"])
    return step["level"] == "household" or of_member


def grown(steps: Sequence[Told]) -> list[Branch]:
    """Grow a tree from each step that no other step uses; the last computed comes first.

    steps: as ``Assessment.report()`` lists them
    """
    # what uses a step was computed after it, so going backwards it has been told by then
    return _grown(steps, reversed(steps))


def _grown(steps: Sequence[Told], order: Iterable[Told]) -> list[Branch]:
    by_name = {(_whose(step), str(step["label"])): step for step in steps}
    told: set[int] = set()
    return [_branch(step, by_name, told) for step in order if id(step) not in told]


def _whose(step: Told) -> str:
    """Name the member a step is about; of the household it is nobody's in particular."""
    return "" if step["level"] == "household" else str(step["subject"])


def _branch(step: Told, by_name: Mapping[tuple[str, str], Told], told: set[int]) -> Branch:
    label, value = str(step["label"]), str(step["value"])
    if id(step) in told:
        return Branch(label, value, step, is_told=True)
    told.add(id(step))
    parameters = {one["label"]: one for one in step["parameters"]}
    parts = tuple(
        _branch(found, by_name, told)
        if found
        else Branch(given, written, parameter=parameters.get(given))
        for given, written, found in _inputs(step, by_name)
    )
    return Branch(label, value, step, parts=parts)


def _inputs(
    step: Told, by_name: Mapping[tuple[str, str], Told]
) -> Iterator[tuple[str, str, Told | None]]:
    """Give each input as told, and the step that computed it: of the same member, or of all."""
    for given in step["inputs"]:
        label, value = str(given["label"]), str(given["value"])
        whose, _, what = label.partition(":")
        mine = _whose(step)
        names = [(mine, label), (mine.partition(" ")[0], label), ("", label)]
        if what:  # a summand, or a run of equal ones, of which the first stands for all
            names = [(whose, what), (whose.partition("至")[0], what)]
        found = next((by_name[name] for name in names if name in by_name), None)
        fits = found is not None and found is not step and found["value"] == value.lstrip("各")
        yield label, value, found if fits else None

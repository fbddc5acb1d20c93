"""The computation as a tree (计算过程图): a value, the rule, what went in, down to what was given.

It is read off the steps as a report keeps them, so it shows what was computed then and not what the
rules would say today.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]


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


def grown(steps: Sequence[Told]) -> list[Branch]:
    """Grow a tree from each step that no other step uses; the last computed comes first.

    steps: as ``Assessment.report()`` lists them
    """
    by_name = {(_whose(step), str(step["label"])): step for step in steps}
    used = {id(found) for step in steps for _, _, found in _inputs(step, by_name) if found}
    told: set[int] = set()
    roots = [step for step in reversed(steps) if id(step) not in used]
    return [_branch(step, by_name, told) for step in roots]


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
        names = [(whose, what)] if what else [(_whose(step), label), ("", label)]
        found = next((by_name[name] for name in names if name in by_name), None)
        fits = found is not None and found is not step and found["value"] == value
        yield label, value, found if fits else None

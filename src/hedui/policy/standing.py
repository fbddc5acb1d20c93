"""What stands (现行参数): all parameters of a programme at a place on a day, compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hedui.policy.lock import place_parameters
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programme as programme_named
from hedui.policy.trace import ParameterUse, value_text
from hedui.policy.truth import UNKNOWN, Truth
from hedui.policy.vocabulary import word


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter as it holds: the value, whose it is, since when, by what, and the file."""

    use: ParameterUse
    operator: str
    note: str | None
    where: str

    @property
    def text(self) -> str:
        """The value as people read it, with the word it is compared by."""
        if self.use.value is UNKNOWN or self.use.value is Truth.UNKNOWN:
            return "未收录"
        value = value_text(self.use.value, self.use.unit, self.use.words)
        return f"{word(self.operator, 'operators')} {value}" if self.operator else value

    @property
    def told(self) -> dict[str, Any]:
        """The line as ``--json`` shows it."""
        return {**self.use.told, "text": self.text, "operator": self.operator, "file": self.where}


def standing(
    files: ParameterFiles | None,
    *,
    division: str,
    programme: str,
    on: date,
    even_bare: bool = False,
) -> list[Line]:
    """Give every parameter of the programme as it holds at the division on the day.

    even_bare: also of a place without any rules on that day, as what was before the first notice

    :raises PolicyError: the programme is unknown, or the place has no rules for it on that day
    """
    asked = programme_named(programme)
    resolved = (files or place_parameters()).resolve(
        asked.parameters,
        division=division,
        folders=asked.folders,
        on=on,
        even_bare=even_bare,
    )
    lines = []
    for name, entry in asked.parameters.items():
        found = resolved[name]
        operator = str(resolved[f"{name}_operator"].use.value) if entry.operator else ""
        lines.append(Line(found.use, operator, found.note, found.where))
    return lines


def compared(first: Iterable[Line], second: Iterable[Line]) -> list[tuple[Line, Line]]:
    """Give the parameters that differ in value or in how they are compared."""
    return [
        (one, other) for one, other in zip(first, second, strict=True) if one.text != other.text
    ]

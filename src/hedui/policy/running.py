"""Running (运算): the rules of one place and day, applied to one household with exact integers.

Values are computed first, for all programmes; the steps are read off them afterwards, for the one
that is shown. What does not depend on the household is worked out once for a place and day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from hedui.policy.rule import Level, Rule, Total, ancestors
from hedui.policy.trace import Grounds, Input, ParameterUse, Step
from hedui.policy.truth import UNKNOWN, Truth

Node = Rule | Total
LEVELS = tuple(Level)  # an enumeration is slow to go through


@dataclass(frozen=True, slots=True)
class Quantity:
    """
    What a name stands for (量): its label, its unit, whose it is, and its codes' words.

    unsaid: of a fact, what a registry that has no such column holds for everybody
    """

    name: str
    label: str
    unit: str
    level: Level
    words: str = ""
    unsaid: Any = UNKNOWN


@dataclass(slots=True, eq=False)
class Subject:
    """The household, a member, a month or a line, with its facts and later its values."""

    level: Level
    label: str
    values: dict[str, Any]
    belonging: list["Subject"] = field(default_factory=list)
    owner: "Subject | None" = None

    def add(self, part: "Subject") -> "Subject":
        """Attach a part (a member to the household, a line to a member)."""
        part.owner = self
        self.belonging.append(part)
        return part

    def all_of(self, level: Level) -> list["Subject"]:
        """List everything of one level that belongs here, in the order of the case."""
        if self.level is level:
            return [self]
        return [found for part in self.belonging for found in part.all_of(level)]


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """
    A subject in its place (所处位置), while the rules run.

    sees: the values that its rules may name: its own, then those of whom it belongs to, innermost
        first
    parts: what belongs to it, by level, in the order of the case
    """

    subject: Subject
    sees: tuple[Mapping[str, Any], ...]
    parts: Mapping[Level, list[Subject]]


@dataclass(frozen=True, slots=True)
class Application:
    """
    A rule and where it finds its inputs.

    told: the inputs that are facts and values, and which of what a seat sees holds each
    parameters: the names of the others
    """

    node: Rule
    told: tuple[tuple[Quantity, int], ...]
    parameters: tuple[str, ...]

    def valuing(self, given: Mapping[str, Any]) -> Callable[[Seat], Any]:
        """Return what applies the rule to whoever sits somewhere, with the parameters given."""
        apply, blind = self.node.apply, not self.node.meets_unknown
        told = tuple((one.name, holder) for one, holder in self.told)
        fixed = {name: given[name] for name in self.parameters}
        if blind and UNKNOWN in fixed.values():
            return lambda _: UNKNOWN

        def value(seat: Seat) -> Any:
            sees, arguments = seat.sees, fixed.copy()
            for name, holder in told:
                found = sees[holder][name]
                if found is UNKNOWN and blind:
                    return UNKNOWN
                arguments[name] = found
            return apply(**arguments)

        return value

    def inputs(self, seat: Seat) -> tuple[Input, ...]:
        """Give the facts and values that went in."""
        return tuple(
            Input(one.name, one.label, seat.sees[holder][one.name], one.unit, one.words)
            for one, holder in self.told
        )


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and what it adds up."""

    node: Total
    of: Quantity
    parameters: tuple[str, ...] = ()

    def valuing(self, _: Mapping[str, Any]) -> Callable[[Seat], Any]:
        """Return what totals for whoever sits somewhere; parameters have no part in it."""
        return self._value

    def _value(self, seat: Seat) -> Any:
        """Add up what belongs to whoever sits here, or take the largest."""
        summands = [part.values[self.of.name] for part in self._parts(seat)]
        if UNKNOWN in summands:
            return UNKNOWN
        return max(summands, default=0) if self.node.largest else sum(summands)

    def inputs(self, seat: Seat) -> tuple[Input, ...]:
        """Give the summands, each with whose it is."""
        of = self.of
        return tuple(
            Input(of.name, of.label, part.values[of.name], of.unit, part=part.label)
            for part in self._parts(seat)
        )

    def _parts(self, seat: Seat) -> list[Subject]:
        parts = seat.parts[self.of.level]
        if self.node.where is None:
            return parts
        key, wanted = self.node.where
        return [part for part in parts if part.values[key] == wanted]


Task = Application | Sum


@dataclass(frozen=True, slots=True)
class InForce:
    """
    The rules of one place on one day (现行规则).

    grounds: of each task, what its steps rest on there
    values: of each task, what computes it there
    """

    tasks: tuple[Task, ...]
    grounds: tuple[Grounds, ...]
    values: tuple[Callable[[Seat], Any], ...]

    @classmethod
    def of(cls, tasks: tuple[Task, ...], parameters: Mapping[str, ParameterUse]) -> Self:
        """Take the parameters as they hold there and then."""
        given = {name: use.value for name, use in parameters.items()}
        return cls(
            tasks,
            tuple(
                Grounds(task.node, tuple(parameters[n] for n in task.parameters)) for task in tasks
            ),
            tuple(task.valuing(given) for task in tasks),
        )

    def run(self, household: Subject) -> "Run":
        """Compute every rule for the household; values are kept on the subjects."""
        seats = _seats(household)
        for task, value_of in zip(self.tasks, self.values, strict=True):
            name, is_truth = task.node.name, task.node.unit == "truth"
            for seat in seats[task.node.level]:
                value = value_of(seat)
                if value is UNKNOWN and is_truth:
                    value = Truth.UNKNOWN
                seat.subject.values[name] = value
        return Run(self, seats)


@dataclass(frozen=True, slots=True)
class Run:
    """The rules as they ran for one household (一次试算)."""

    rules: InForce
    seats: Mapping[Level, list[Seat]]

    def steps(self) -> list[Step]:
        """Tell how each value came about, in the order in which they were computed (计算过程)."""
        steps = []
        for task, grounds in zip(self.rules.tasks, self.rules.grounds, strict=True):
            name, level, read = task.node.name, task.node.level, task.inputs
            for seat in self.seats[level]:
                one = seat.subject
                steps.append(Step(name, level, one.label, one.values[name], grounds, read, seat))
        return steps


def task_of(node: Node, quantities: Mapping[str, Quantity]) -> Task:
    """Say once where a rule will find its inputs."""
    if isinstance(node, Total):
        return Sum(node, quantities[node.of])
    seen = ancestors(node.level)
    told = tuple(
        (one, seen.index(one.level))
        for name in node.inputs
        if (one := quantities.get(name)) is not None
    )
    found = {one.name for one, _ in told}
    return Application(node, told, tuple(name for name in node.inputs if name not in found))


def _seats(household: Subject) -> Mapping[Level, list[Seat]]:
    """Seat the household and all that belongs to it, by level, in the order of the case."""
    seats: dict[Level, list[Seat]] = {level: [] for level in LEVELS}
    none: dict[Level, list[Subject]] = {level: [] for level in LEVELS}

    def seat(one: Subject, above: tuple[Mapping[str, Any], ...]) -> Mapping[Level, list[Subject]]:
        parts = {level: [] for level in LEVELS} if one.belonging else none
        sees = (one.values, *above)
        seats[one.level].append(Seat(one, sees, parts))
        for part in one.belonging:
            parts[part.level].append(part)
            lower = seat(part, sees)
            if part.belonging:
                for level in LEVELS:
                    parts[level] += lower[level]
        return parts

    seat(household, ())
    return seats

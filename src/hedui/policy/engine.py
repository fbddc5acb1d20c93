"""The engine (规则引擎): finds the directed graph from the signatures and walks it exactly.

It knows nothing of any law. Given rules, the facts of one case and the parameters of one place and
day, it computes every value with Python integers and records the steps.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Self

from hedui.policy.rule import Gathering, Level, Rule, RuleError, Total, ancestors
from hedui.policy.trace import Input, ParameterUse, Step
from hedui.policy.truth import UNKNOWN, Truth

Node = Rule | Total


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


@dataclass(slots=True)
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


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in an order in which each finds its inputs computed."""

    order: tuple[Node, ...]
    quantities: Mapping[str, Quantity]
    parameters: frozenset[str]

    @classmethod
    def of(
        cls,
        modules: Iterable[ModuleType],
        *,
        facts: Iterable[Quantity],
        parameters: Iterable[str],
    ) -> Self:
        """Collect the rules of these modules and order them.

        :raises RuleError: two rules share a name, an input is unknown or belongs to somebody
            else, or the rules go in a circle
        """
        quantities = {fact.name: fact for fact in facts}
        nodes: dict[str, Node] = {}
        names = frozenset(parameters)
        for node in _gathered(found for module in modules for found in _rules_in(module)):
            if node.name in quantities or node.name in names:
                raise RuleError(f"{node.name}: the name is taken")
            nodes[node.name] = node
            quantities[node.name] = Quantity(node.name, node.label, node.unit, node.level)
        for node in nodes.values():
            _check_inputs(node, quantities, names)
        order: list[Node] = []
        for name in nodes:
            _place(name, nodes, order, ())
        return cls(tuple(order), quantities, names)

    def run(self, household: Subject, parameters: Mapping[str, ParameterUse]) -> list[Step]:
        """Compute every rule for the household; values are kept on the subjects."""
        steps: list[Step] = []
        of_level = {level: household.all_of(level) for level in Level}
        for node in self.order:
            for subject in of_level[node.level]:
                step = (
                    self._apply(node, subject, parameters)
                    if isinstance(node, Rule)
                    else self._sum(node, subject)
                )
                subject.values[node.name] = step.value
                steps.append(step)
        return steps

    def _apply(self, node: Rule, subject: Subject, parameters: Mapping[str, ParameterUse]) -> Step:
        inputs, used, arguments = [], [], {}
        for name in node.inputs:
            if name in self.parameters:
                used.append(parameters[name])
                arguments[name] = parameters[name].value
                continue
            quantity = self.quantities[name]
            arguments[name] = _look_up(name, subject)
            inputs.append(
                Input(name, quantity.label, arguments[name], quantity.unit, quantity.words)
            )
        blind = not node.meets_unknown and any(a is UNKNOWN for a in arguments.values())
        value = UNKNOWN if blind else node.apply(**arguments)
        return _step(node, subject, value, tuple(inputs), tuple(used))

    def _sum(self, node: Total, subject: Subject) -> Step:
        quantity = self.quantities[node.of]
        parts = subject.all_of(quantity.level)
        if node.where is not None:
            key, wanted = node.where
            parts = [part for part in parts if part.values[key] == wanted]
        value: Any
        summands = [part.values[node.of] for part in parts]
        if UNKNOWN in summands:
            value = UNKNOWN
        else:
            value = max(summands, default=0) if node.largest else sum(summands)
        inputs = tuple(
            Input(node.of, quantity.label, summand, quantity.unit, part=part.label)
            for part, summand in zip(parts, summands, strict=True)
        )
        return _step(node, subject, value, inputs, ())


def _step(
    node: Node,
    subject: Subject,
    value: Any,
    inputs: tuple[Input, ...],
    used: tuple[ParameterUse, ...],
) -> Step:
    if value is UNKNOWN and node.unit == "truth":
        value = Truth.UNKNOWN
    return Step(
        node.name,
        node.label,
        node.article,
        node.level,
        subject.label,
        value,
        node.unit,
        inputs,
        used,
    )


def _look_up(name: str, subject: Subject) -> Any:
    holder: Subject | None = subject
    while holder is not None:
        if name in holder.values:
            return holder.values[name]
        holder = holder.owner
    raise RuleError(f"{name}: the case does not say")


def _rules_in(module: ModuleType) -> Iterable[Node | Gathering]:
    for name, found in vars(module).items():
        if isinstance(found, Rule):
            yield found
        elif isinstance(found, Total | Gathering):
            yield replace(found, name=name)


def _gathered(found: Iterable[Node | Gathering]) -> list[Node]:
    """Make each gathering the rule that adds up what says it adds to it."""
    nodes = list(found)
    rules = [node for node in nodes if isinstance(node, Rule)]
    lost = {one.adds_to for one in rules} - {""} - {n.name for n in nodes}
    if lost:
        raise RuleError(f"{'、'.join(sorted(lost))}: nothing of that name gathers")
    return [node.of(rules) if isinstance(node, Gathering) else node for node in nodes]


def _needs(node: Node) -> tuple[str, ...]:
    return node.inputs if isinstance(node, Rule) else (node.of,)


def _place(name: str, nodes: Mapping[str, Node], order: list[Node], path: tuple[str, ...]) -> None:
    """Put a rule after its inputs, otherwise as written, so that a trace reads like the law."""
    node = nodes[name]
    if node in order:
        return
    if name in path:
        raise RuleError(f"the rules go in a circle: {' → '.join((*path, name))}")
    for needed in _needs(node):
        if needed in nodes:
            _place(needed, nodes, order, (*path, name))
    order.append(node)


def _check_inputs(
    node: Node, quantities: Mapping[str, Quantity], parameters: frozenset[str]
) -> None:
    for name in _needs(node):
        if isinstance(node, Rule) and name in parameters:
            continue
        if name not in quantities:
            raise RuleError(f"{node.name}: nobody says what {name} is")
        level = quantities[name].level
        if isinstance(node, Rule) and level not in ancestors(node.level):
            raise RuleError(f"{node.name}: {name} belongs to another; declare a total first")
        if isinstance(node, Total) and node.level not in ancestors(level)[1:]:
            raise RuleError(f"{node.name}: {name} does not belong to a {node.level.value}")

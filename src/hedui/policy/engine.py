"""The engine (规则引擎): finds the directed graph from the signatures and puts the rules in order.

It knows nothing of any law. Given rules, the facts of one case and the parameters of one place and
day, every value is computed with Python integers; see :mod:`hedui.policy.running`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Self

from hedui.policy.rule import Gathering, Rule, RuleError, Total, ancestors
from hedui.policy.running import InForce, Node, Quantity, Run, Subject, Task, task_of
from hedui.policy.trace import ParameterUse

__all__ = ["InForce", "Node", "Quantity", "Run", "RuleSet", "Subject"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in an order in which each finds its inputs computed."""

    order: tuple[Node, ...]
    quantities: Mapping[str, Quantity]
    parameters: frozenset[str]
    tasks: tuple[Task, ...]

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
        tasks = tuple(task_of(node, quantities) for node in order)
        return cls(tuple(order), quantities, names, tasks)

    def in_force(self, parameters: Mapping[str, ParameterUse]) -> InForce:
        """Give the rules as they hold with the parameters of one place on one day."""
        return InForce.of(self.tasks, parameters)

    def run(self, household: Subject, parameters: Mapping[str, ParameterUse]) -> Run:
        """Compute every rule for the household; values are kept on the subjects."""
        return self.in_force(parameters).run(household)


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

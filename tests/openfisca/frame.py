"""What a variable of OpenFisca needs around its formula, and the two entities of the bench."""

from collections.abc import Callable
from typing import Any

from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.variables import Variable

Household = build_entity(
    key="household",
    plural="households",
    label="家庭",
    roles=[{"key": "member", "plural": "members", "label": "成员"}],
)
Person = build_entity(key="person", plural="persons", label="成员", is_person=True)


def given(name: str, entity: Any = Person, type_: type = float, period: str = YEAR) -> type:
    """Declare a variable that is put in."""
    return type(
        name, (Variable,), {"value_type": type_, "entity": entity, "definition_period": period}
    )


def of(entity: Any, type_: type, period: str = YEAR) -> Callable[[Callable[..., Any]], type]:
    """Declare the variable that this formula computes, under the formula's name."""

    def declare(formula: Callable[..., Any]) -> type:
        made = given(formula.__name__, entity, type_, period)
        made.formula = formula
        return made

    return declare

"""
低保 and 低保边缘 of the bench, written as OpenFisca's guide teaches.

Entities, a variable for each step, a parameter for each number, parameters of a place by indexing
with the place of the household. Amounts are yuan, as floats, which is what OpenFisca computes in.
"""

from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import YEAR
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Household = build_entity(
    key="household",
    plural="households",
    label="家庭",
    roles=[{"key": "member", "plural": "members", "label": "成员"}],
)
Person = build_entity(key="person", plural="persons", label="成员", is_person=True)
SINCE = "2020-01-01"


def country(monthly: dict[str, list[int]], limits: dict[str, list[int]]) -> TaxBenefitSystem:
    """Make the system for so many counties; amounts are given in fen."""
    counties = [f"c{n}" for n in range(len(monthly["standard_monthly"]))]
    system = TaxBenefitSystem([Household, Person])
    system.parameters = ParameterNode(
        "",
        data={
            **{
                name: {
                    county: {"values": {SINCE: {"value": fen / 100}}}
                    for county, fen in zip(counties, values, strict=True)
                }
                for name, values in monthly.items()
            },
            **{
                f"limit_{name}": {
                    group: {"values": {SINCE: {"value": fen / 100}}}
                    for group, fen in zip(("usual", "small", "high"), three, strict=True)
                }
                for name, three in limits.items()
            },
        },
    )
    for variable in _variables(Enum("County", {name: name for name in counties})):
        system.add_variable(variable)
    return system


def _input(name: str, entity: Any, type_: type) -> type:
    return type(
        name, (Variable,), {"value_type": type_, "entity": entity, "definition_period": YEAR}
    )


def _variables(places: Any) -> list[type]:  # noqa: C901 - a list of formulas, as the guide writes it
    class county(Variable):
        value_type = Enum
        possible_values = places
        default_value = next(iter(places))
        entity = Household
        definition_period = YEAR

    class wage_counted(Variable):
        value_type = float
        entity = Person
        definition_period = YEAR

        def formula(person, period, parameters):
            county = person.household("county", period)
            wage = person("salary", period)
            least = 12 * parameters(period).minimum_wage_monthly[county]
            left_out = 12 * parameters(period).labour_disregard_monthly[county]
            return wage - np.where((wage >= least) * (wage > 0), left_out, 0)

    class countable_income(Variable):
        value_type = float
        entity = Person
        definition_period = YEAR

        def formula(person, period):
            others = person("pension", period) + person("farm", period)
            return person("wage_counted", period) + others

    class has_special_limit(Variable):
        value_type = bool
        entity = Person
        definition_period = YEAR

        def formula(person, period):
            age = person("age", period)
            return (age < 16) + (age >= 60)

    class size(Variable):
        value_type = int
        entity = Household
        definition_period = YEAR

        def formula(household, period):
            return household.nb_persons()

    class countable_income_annual(Variable):
        value_type = float
        entity = Household
        definition_period = YEAR

        def formula(household, period):
            return household.sum(household.members("countable_income", period))

    class financial_assets(Variable):
        value_type = float
        entity = Household
        definition_period = YEAR

        def formula(household, period):
            return household.sum(household.members("savings", period))

    class dibao(Variable):
        value_type = bool
        entity = Household
        definition_period = YEAR

        def formula(household, period, parameters):
            standard = parameters(period).standard_monthly[household("county", period)]
            income = household("countable_income_annual", period)
            below = income < 12 * standard * household("size", period)
            return below * (household("financial_assets", period) <= household("cap_dibao", period))

    class dibao_edge(Variable):
        value_type = bool
        entity = Household
        definition_period = YEAR

        def formula(household, period, parameters):
            line = parameters(period).income_line_monthly[household("county", period)]
            income = household("countable_income_annual", period)
            below = income < 12 * line * household("size", period)
            saved = household("financial_assets", period)
            return below * (saved <= household("cap_dibao_edge", period))

    class amount(Variable):
        value_type = float
        entity = Household
        definition_period = YEAR

        def formula(household, period, parameters):
            standard = parameters(period).standard_monthly[household("county", period)]
            due = 12 * standard * household("size", period)
            gap = np.maximum(0, due - household("countable_income_annual", period))
            return np.where(household("dibao", period), np.round(gap / 12, 2), 0)

    inputs = ("salary", "pension", "farm", "social_assistance", "savings")
    return [
        county,
        _input("age", Person, int),
        *(_input(name, Person, float) for name in inputs),
        wage_counted,
        countable_income,
        has_special_limit,
        size,
        countable_income_annual,
        financial_assets,
        *(made for name in ("dibao", "dibao_edge") for made in _limits(name)),
        dibao,
        dibao_edge,
        amount,
    ]


def _limits(name: str) -> tuple[type, type]:
    def of_person(person, period, parameters):
        limits = parameters(period)[f"limit_{name}"]
        usual = np.where(person.household("size", period) <= 2, limits.small, limits.usual)
        return np.where(person("has_special_limit", period), limits.high, usual)

    def of_household(household, period):
        return household.sum(household.members(f"limit_of_{name}", period))

    own, cap = _input(f"limit_of_{name}", Person, float), _input(f"cap_{name}", Household, float)
    own.formula, cap.formula = of_person, of_household
    return own, cap

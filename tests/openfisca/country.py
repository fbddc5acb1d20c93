"""
低保 and 低保边缘 of the bench, written as OpenFisca's guide teaches.

Entities, a variable for each step, a parameter for each number, parameters of a place by indexing
with the place of the household. Amounts are yuan, as floats, which is what OpenFisca computes in.
Every rule that Hedui runs for the bench stands here or in `income.py` and `property.py`; only that
a rule may be open where something is unknown does not: OpenFisca has no word for it.
"""

from typing import Any

import numpy as np
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import YEAR
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from tests.openfisca import income, property
from tests.openfisca.frame import Household, Person, of

SINCE = "2020-01-01"
PROGRAMMES = ("dibao", "dibao_edge")
NO_LIMIT = 10**9
NUMBERS = {
    "minor_age": 16, "elderly_age": 60, "last_student_stage": 3, "casual_months": 12,
    "basic_pension_excluded": True, "new_job_months": 0, "new_job_multiple": 0,
    "work_cost_share_of_standard": 0, "work_cost_share_of_minimum": 0,
    "work_cost_share_of_wage": 0, "work_cost_share_disabled": 0, "care_deducted": False,
    "medical_deducted": False, "maintenance_line_multiple": 0, "few_children": 2,
    "maintenance_share_few": 0, "maintenance_share_many": 0, "maintenance_divisor": 2,
    "child_share": 0, "child_share_most": 0, "imputed": False, "imputed_full_to_male": 50,
    "imputed_full_to_female": 45, "imputed_reduced_to_male": 60, "imputed_reduced_to_female": 55,
    "imputed_share_reduced": 0.5, "imputed_share_trader": 1.5, "recipients_not_reckoned": False,
    "small_household_members": 2, "homes_of_need": 1, "homes_allowed": 1,
    "homes_allowed_if_small": 2, "average_floor_area": 0, "homes_allowed_after_disaster": 0,
    "disaster_area_multiple": 0, "other_buildings_allowed": 0, "vehicles_allowed": 0,
    "cheap_vehicles_allowed": 1, "vehicle_value_limit": 80000, "vehicle_yearly_loss": 0,
    "business_profit_multiple": NO_LIMIT, "business_employing_months": NO_LIMIT,
    "businesses_allowed": 0, "family_shops_counted": True, "investment_multiple": 0,
    "floor_share": 0, "supplement_monthly": 0, "own_standards": False,
}  # fmt: skip


def country(monthly: dict[str, list[int]], limits: dict[str, list[int]]) -> TaxBenefitSystem:
    """Make the system for so many counties; amounts are given in fen."""
    counties = [f"c{n}" for n in range(len(monthly["standard_monthly"]))]
    system = TaxBenefitSystem([Household, Person])
    system.parameters = ParameterNode(
        "",
        data={
            **{name: _since(value) for name, value in NUMBERS.items()},
            **{
                name: {
                    county: _since(fen / 100) for county, fen in zip(counties, values, strict=True)
                }
                for name, values in monthly.items()
            },
            **{
                f"limit_{name}": {
                    group: _since(fen / 100)
                    for group, fen in zip(("usual", "small", "high"), three, strict=True)
                }
                for name, three in limits.items()
            },
        },
    )
    places = Enum("County", {name: name for name in counties})
    for variable in (_county(places), *income.INPUTS, *income.RULES, *property.INPUTS):
        system.add_variable(variable)
    for variable in (*property.RULES, *(one for name in PROGRAMMES for one in _limits(name))):
        system.add_variable(variable)
    for variable in RULES:
        system.add_variable(variable)
    return system


def _since(value: float) -> dict[str, Any]:
    return {"values": {SINCE: {"value": value}}}


def _county(places: Any) -> type:
    return type(
        "county",
        (Variable,),
        {
            "value_type": Enum,
            "possible_values": places,
            "default_value": next(iter(places)),
            "entity": Household,
            "definition_period": YEAR,
        },
    )


def _limits(name: str) -> list[type]:
    def limit_of(person, period, parameters):
        limits = parameters(period)[f"limit_{name}"]
        few = person.household("size", period) <= parameters(period).small_household_members
        usual = np.where(few, limits.small, limits.usual)
        return np.where(person("has_special_limit", period), limits.high, usual)

    def flat_limit(household, period, parameters):
        limits = parameters(period)[f"limit_{name}"]
        few = household("size", period) <= parameters(period).small_household_members
        return np.where(few, limits.small, limits.usual) * household("size", period)

    def cap(household, period):
        return household.sum(household.members(f"limit_of_{name}", period))

    def fits(household, period):
        saved = household("financial_assets", period)
        return (saved == 0) + (saved <= household(f"cap_{name}", period))

    formulas = {
        f"limit_of_{name}": (Person, float, limit_of),
        f"flat_limit_{name}": (Household, float, flat_limit),
        f"cap_{name}": (Household, float, cap),
        f"financial_assets_test_{name}": (Household, bool, fits),
    }
    made = []
    for called, (entity, type_, formula) in formulas.items():
        formula.__name__ = called
        made.append(of(entity, type_)(formula))
    return made


@of(Household, bool)
def property_fits(household, period):
    tests = ("vehicle_test", "real_estate_test", "business_test", "membership_test")
    fit = household(tests[0], period)
    for test in tests[1:]:
        fit = fit * household(test, period)
    return fit


@of(Household, bool)
def dibao(household, period, parameters):
    standard = parameters(period).standard_monthly[household("county", period)]
    income = household("countable_income_annual", period)
    below = income < 12 * standard * household("size", period)
    fit = household("financial_assets_test_dibao", period) * household("property_fits", period)
    return below * fit


@of(Household, bool)
def dibao_edge(household, period, parameters):
    line = parameters(period).income_line_monthly[household("county", period)]
    income = household("countable_income_annual", period)
    below = income < 12 * line * household("size", period)
    fit = household("financial_assets_test_dibao_edge", period) * household("property_fits", period)
    return below * fit


@of(Person, float)
def own_standard_monthly(person, period, parameters):
    rules, county = parameters(period), person.household("county", period)
    young = person("is_minor", period) + person("is_pupil", period)
    return np.where(young, rules.standard_minor_monthly[county], rules.standard_monthly[county])


@of(Person, float)
def own_supplement(person, period, parameters):
    special = person("is_severely_disabled", period) + person("serious_illness", period)
    special = special + person("single_parent", period) + person("is_elderly", period)
    return np.where(special, parameters(period).supplement_monthly, 0)


@of(Household, float)
def standards_monthly(household, period, parameters):
    own = household.sum(household.members("own_standard_monthly", period))
    standard = parameters(period).standard_monthly[household("county", period)]
    return np.where(parameters(period).own_standards, own, standard * household("size", period))


@of(Household, float)
def benefit_monthly(household, period, parameters):
    rules = parameters(period)
    due = 12 * household("standards_monthly", period)
    gap = np.maximum(0, due - household("countable_income_annual", period))
    standard = rules.standard_monthly[household("county", period)]
    least = standard * rules.floor_share * household("size", period)
    supplements = household.sum(household.members("own_supplement", period))
    return np.round(np.maximum(gap / 12, least), 2) + supplements


@of(Household, float)
def amount(household, period):
    return np.where(household("dibao", period), household("benefit_monthly", period), 0)


RULES = [
    property_fits, dibao, dibao_edge, own_standard_monthly, own_supplement, standards_monthly,
    benefit_monthly, amount,
]  # fmt: skip


def formulas() -> int:
    """Count the formulas, to be held against the rules that Hedui runs."""
    limits = [one for name in PROGRAMMES for one in _limits(name)]
    return len(income.RULES) + len(property.RULES) + len(limits) + len(RULES)

"""Income as the guide of OpenFisca has it: a variable for each kind, a formula for each rule.

Each rule of `hedui.policy.rules` that bears on income stands here once; what a rule tells apart by
kind is a variable of its own, as OpenFisca has no rows below a person. Yuan, as floats.
"""

import numpy as np
from openfisca_core.periods import MONTH

from tests.openfisca.frame import Household, Person, given, of

WAGES = ("salary", "bonus", "labour_service")
BUSINESSES = ("self_employed", "farm", "company")
PROPERTIES = ("rent", "interest", "dividend", "land_transfer")
TRANSFERS = (
    "pension", "basic_resident_pension", "unemployment_benefit", "maintenance_received",
    "preferential_treatment", "family_planning_award", "heroism_award", "scholarship",
    "social_assistance", "agricultural_subsidy", "donation", "other_transfer",
)  # fmt: skip
EXCLUDED = (
    "preferential_treatment", "family_planning_award", "scholarship", "heroism_award",
    "social_assistance",
)  # fmt: skip
TAKEN_OFF = ("costs", "tax", "social_insurance")
CLASSES = {"wage": WAGES, "business": BUSINESSES, "property": PROPERTIES, "transfer": TRANSFERS}
INPUTS = [
    *(given(kind) for kinds in CLASSES.values() for kind in kinds),
    *(given(f"{class_}_{taken}") for class_ in CLASSES for taken in TAKEN_OFF),
    given("labour_income", Person, float, MONTH),
    *(given(name, Person, int) for name in ("months_in_job_before", "months_of_line")),
    *(given(name) for name in ("maintenance_paid", "medical_paid_by_person")),
    *(given(name) for name in ("obligor_income", "agreed_amount")),
    *(given(name, Person, int) for name in ("obligor_size", "siblings", "supported")),
    *(given(name, Person, bool) for name in ("obligor_is_parent", "obligor_is_exempt")),
    given("dibao_benefit", Household),
]


def _net(person, period, class_):
    return sum(person(f"{class_}_{taken}", period) for taken in TAKEN_OFF)


@of(Person, float)
def casual_in_season(person, period, parameters):
    return person("labour_service", period) * parameters(period).casual_months / 12


@of(Person, float)
def wage_received(person, period):
    steady = person("salary", period) + person("bonus", period)
    return steady + person("casual_in_season", period) - _net(person, period, "wage")


@of(Person, float)
def business_received(person, period):
    received = sum(person(kind, period) for kind in BUSINESSES)
    return received - _net(person, period, "business")


@of(Person, float)
def property_received(person, period):
    received = sum(person(kind, period) for kind in PROPERTIES)
    return received - _net(person, period, "property")


@of(Person, float)
def transfer_received(person, period, parameters):
    counted = [kind for kind in TRANSFERS if kind not in EXCLUDED]
    received = sum(person(kind, period) for kind in counted if kind != "basic_resident_pension")
    basic = person("basic_resident_pension", period)
    basic = np.where(parameters(period).basic_pension_excluded, 0, basic)
    return received + basic - _net(person, period, "transfer")


@of(Person, float, MONTH)
def labour_disregard_of_month(person, period, parameters):
    county = person.household("county", period.this_year)
    least = parameters(period).minimum_wage_monthly[county]
    left_out = parameters(period).labour_disregard_monthly[county]
    wage = person("labour_income", period)
    return np.where((wage > 0) * (wage >= least), left_out, 0)


@of(Person, bool, MONTH)
def works_in_month(person, period):
    return person("labour_income", period) > 0


@of(Person, float)
def labour_disregard_annual(person, period):
    return sum(person("labour_disregard_of_month", month) for month in period.get_subperiods(MONTH))


@of(Person, int)
def months_worked(person, period):
    return sum(
        person("works_in_month", month).astype(int) for month in period.get_subperiods(MONTH)
    )


@of(Person, float)
def new_job_disregard(person, period, parameters):
    rules = parameters(period)
    months = person("months_of_line", period)
    left = np.maximum(0, rules.new_job_months - person("months_in_job_before", period))
    covered = np.minimum(left, months)
    standard = rules.standard_monthly[person.household("county", period)]
    most = standard * covered * rules.new_job_multiple
    wage = np.maximum(0, person("wage_received", period))
    return np.minimum(wage * covered / np.maximum(months, 1), most)


@of(Person, float)
def work_cost(person, period, parameters):
    rules, county = parameters(period), person.household("county", period)
    wage, months = person("wage_received", period), person("months_worked", period)
    of_standard = rules.standard_monthly[county] * months * rules.work_cost_share_of_standard
    of_minimum = rules.minimum_wage_monthly[county] * months * rules.work_cost_share_of_minimum
    of_disabled = rules.minimum_wage_monthly[county] * months * rules.work_cost_share_disabled
    usual = wage * rules.work_cost_share_of_wage + of_standard + of_minimum
    cost = np.where(person("disabled", period) * (of_disabled > 0), of_disabled, usual)
    return np.where(wage == 0, 0, np.minimum(cost, wage))


@of(Person, float)
def wage_counted(person, period):
    taken_off = person("labour_disregard_annual", period) + person("new_job_disregard", period)
    left = person("wage_received", period) - taken_off - person("work_cost", period)
    return np.maximum(0, left)


@of(Person, float)
def carer_earnings(person, period):
    return np.where(person("is_severely_disabled", period), 0, person("wage_counted", period))


@of(Household, float)
def care_deduction(household, period, parameters):
    rules = parameters(period)
    needed = household.sum(household.members("is_severely_disabled", period))
    most = household.max(household.members("carer_earnings", period))
    wage = 12 * rules.minimum_wage_monthly[household("county", period)]
    return np.where(rules.care_deducted * (needed > 0), np.minimum(most, wage), 0)


@of(Household, float)
def medical_deduction(household, period, parameters):
    paid = household.sum(household.members("medical_paid_by_person", period))
    return np.where(parameters(period).medical_deducted, paid, 0)


@of(Household, float)
def household_deductions(household, period):
    return household("care_deduction", period) + household("medical_deduction", period)


@of(Person, bool)
def needs_maintenance(person, period):
    without = person("work_capacity", period) < 2
    return person("is_elderly", period) + person("is_minor", period) + without


@of(Person, float)
def obligor_excess(person, period, parameters):
    rules = parameters(period)
    standard = rules.standard_monthly[person.household("county", period)]
    line = 12 * standard * rules.maintenance_line_multiple * person("obligor_size", period)
    return np.maximum(0, person("obligor_income", period) - line)


@of(Person, float)
def support_by_formula(person, period, parameters):
    rules = parameters(period)
    few = person("siblings", period) <= rules.few_children
    share = np.where(few, rules.maintenance_share_few, rules.maintenance_share_many)
    return person("obligor_excess", period) * share / rules.maintenance_divisor


@of(Person, float)
def child_support_by_formula(person, period, parameters):
    rules, supported = parameters(period), person("supported", period)
    together = np.minimum(rules.child_share * supported, rules.child_share_most)
    return person("obligor_income", period) * together / np.maximum(supported, 1)


@of(Person, float)
def maintenance_due(person, period):
    formula = np.where(
        person("obligor_is_parent", period),
        person("child_support_by_formula", period),
        person("support_by_formula", period),
    )
    owed = np.maximum(formula, person("agreed_amount", period))
    none = (1 - person("needs_maintenance", period)) + person("obligor_is_exempt", period)
    return np.where(none, 0, owed)


@of(Person, float)
def maintenance_beyond_received(person, period):
    due, received = person("maintenance_due", period), person("maintenance_received", period)
    return np.maximum(0, due - received)


@of(Person, bool)
def is_able_but_jobless(person, period):
    able = (person("work_capacity", period) == 2) * (person("student", period) == 0)
    out = (1 - person("employed", period)) + (person("shops", period) > 0)
    shows = (person("wage_received", period) > 0) + (person("business_received", period) != 0)
    return able * (out > 0) * (shows == 0)


@of(Person, float)
def imputed_income(person, period, parameters):
    rules, age = parameters(period), person("age", period)
    male = person("is_male", period)
    full_to = np.where(male, rules.imputed_full_to_male, rules.imputed_full_to_female)
    reduced_to = np.where(male, rules.imputed_reduced_to_male, rules.imputed_reduced_to_female)
    yearly = 12 * rules.minimum_wage_monthly[person.household("county", period)]
    reduced = np.where(age <= reduced_to, yearly * rules.imputed_share_reduced, 0)
    by_age = np.where(age <= full_to, yearly, reduced)
    trader = person("shops", period) > 0
    put_down = np.where(trader, yearly * rules.imputed_share_trader, by_age)
    jobless = rules.imputed * person("is_able_but_jobless", period) * (age >= 18)
    return np.where(jobless, put_down, 0)


@of(Person, float)
def member_countable_income(person, period):
    transfers = person("transfer_received", period) - person("maintenance_paid", period)
    transfers = transfers + person("maintenance_beyond_received", period)
    earned = person("wage_counted", period) + person("imputed_income", period)
    earned = earned + np.maximum(0, person("business_received", period))
    return np.maximum(0, earned + person("property_received", period) + transfers)


@of(Household, float)
def income_of_recipient(household, period, parameters):
    standard = parameters(period).standard_monthly[household("county", period)]
    left = standard * household("size", period) - household("dibao_benefit", period)
    return 12 * np.maximum(0, left)


@of(Household, float)
def countable_income_annual(household, period, parameters):
    income = household.sum(household.members("member_countable_income", period))
    reckoned = np.maximum(0, income - household("household_deductions", period))
    receives = parameters(period).recipients_not_reckoned * (household("dibao_benefit", period) > 0)
    return np.where(receives, household("income_of_recipient", period), reckoned)


RULES = [
    casual_in_season, wage_received, business_received, property_received, transfer_received,
    labour_disregard_of_month, works_in_month, labour_disregard_annual, months_worked,
    new_job_disregard, work_cost, wage_counted, carer_earnings, care_deduction, medical_deduction,
    household_deductions, needs_maintenance, obligor_excess, support_by_formula,
    child_support_by_formula, maintenance_due, maintenance_beyond_received, is_able_but_jobless,
    imputed_income, member_countable_income, income_of_recipient, countable_income_annual,
]  # fmt: skip

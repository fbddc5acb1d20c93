"""Property and membership, as `income.py` has income: a formula for each rule of Hedui."""

import numpy as np

from tests.openfisca.frame import Household, Person, given, of

FINANCIAL = (
    "savings", "payment_account", "stock", "fund", "bond", "cash_value", "debt_claim",
)  # fmt: skip
BUILDINGS = ("residence", "homestead", "ancestral", "shop_building", "office", "garage")
HOMES = BUILDINGS[:3]
VEHICLES = ("car", "commercial_vehicle", "motorcycle", "farm_machine", "vessel")
REGISTRATIONS = ("company_registered", "sole_trader", "cooperative")
INPUTS = [
    *(given(name) for name in FINANCIAL),
    *(given(name, Person, int) for name in (*BUILDINGS, *VEHICLES, *REGISTRATIONS)),
    *(given(name) for name in ("floor_area", "vehicle_price", "invested_by_person", "profit")),
    *(given(name, Person, int) for name in ("months_owned", "employees", "employing_months")),
    *(given(name, Person, int) for name in ("age", "work_capacity", "student", "grade")),
    *(given(name, Person, bool) for name in ("disabled", "is_male", "employed", "is_mental")),
    *(given(name, Person, bool) for name in ("serious_illness", "single_parent", "ties_unclear")),
    given("major_disaster", Household, bool),
]


@of(Person, bool)
def is_minor(person, period, parameters):
    return person("age", period) < parameters(period).minor_age


@of(Person, bool)
def is_elderly(person, period, parameters):
    return person("age", period) >= parameters(period).elderly_age


@of(Person, bool)
def is_pupil(person, period, parameters):
    stage = person("student", period)
    return (stage >= 1) * (stage <= parameters(period).last_student_stage)


@of(Person, bool)
def is_severely_disabled(person, period):
    grade = person("grade", period)
    severe = (grade <= 2) + person("is_mental", period) * (grade <= 3)
    return person("disabled", period) * severe


@of(Household, int)
def size(household, period):
    return household.nb_persons()


@of(Household, bool)
def membership_test(household, period):
    return 1 - household.any(household.members("ties_unclear", period))


@of(Person, bool)
def has_special_limit(person, period):
    young = person("is_minor", period) + person("is_pupil", period)
    return young + person("is_elderly", period) + person("disabled", period)


@of(Household, bool)
def has_ill_member(household, period):
    return household.any(household.members("serious_illness", period))


@of(Person, float)
def financial_value(person, period):
    return sum(person(name, period) for name in FINANCIAL)


@of(Household, float)
def financial_assets(household, period):
    return household.sum(household.members("financial_value", period))


@of(Person, int)
def homes_of_person(person, period):
    return sum(person(name, period) for name in HOMES)


@of(Person, int)
def other_buildings_of_person(person, period):
    return sum(person(name, period) for name in BUILDINGS if name not in HOMES)


@of(Household, int)
def homes(household, period):
    return household.sum(household.members("homes_of_person", period))


@of(Household, float)
def homes_area(household, period):
    return household.sum(household.members("floor_area", period))


@of(Household, int)
def other_buildings(household, period):
    return household.sum(household.members("other_buildings_of_person", period))


@of(Household, bool)
def homes_fit_after_disaster(household, period, parameters):
    rules = parameters(period)
    most = rules.average_floor_area * household("size", period) * rules.disaster_area_multiple
    small = household("homes_area", period) <= most
    allowed = household("homes", period) <= rules.homes_allowed_after_disaster
    return household("major_disaster", period) * allowed * small


@of(Household, bool)
def real_estate_test(household, period, parameters):
    rules, number = parameters(period), household("homes", period)
    few = (number <= rules.homes_of_need) + (number <= rules.homes_allowed)
    small = household("homes_area", period) < rules.average_floor_area * household("size", period)
    fit = few + (number <= rules.homes_allowed_if_small) * small
    fit = fit + household("homes_fit_after_disaster", period)
    return fit * (household("other_buildings", period) <= rules.other_buildings_allowed)


@of(Person, int)
def vehicle_units(person, period):
    return sum(person(name, period) for name in VEHICLES)


@of(Person, float)
def vehicle_value(person, period, parameters):
    years = person("months_owned", period) // 12
    return person("vehicle_price", period) * (1 - parameters(period).vehicle_yearly_loss) ** years


@of(Person, int)
def cheap_vehicle_units(person, period, parameters):
    cheap = person("vehicle_value", period) <= parameters(period).vehicle_value_limit
    return np.where(cheap, person("vehicle_units", period), 0)


@of(Household, bool)
def vehicle_test(household, period, parameters):
    rules = parameters(period)
    number = household.sum(household.members("vehicle_units", period))
    cheap = household.sum(household.members("cheap_vehicle_units", period))
    fit = (number == cheap) * (number <= rules.cheap_vehicles_allowed)
    return (number <= rules.vehicles_allowed) + fit


@of(Person, int)
def shops(person, period):
    return person("sole_trader", period)


@of(Person, bool)
def is_large_enough(person, period, parameters):
    rules = parameters(period)
    line = 12 * rules.standard_monthly[person.household("county", period)]
    large = person("profit", period) > line * rules.business_profit_multiple
    return large + (person("employing_months", period) >= rules.business_employing_months)


@of(Person, bool)
def is_family_shop(person, period):
    return (person("sole_trader", period) > 0) * (person("employees", period) == 0)


@of(Person, int)
def business_units(person, period, parameters):
    number = sum(person(name, period) for name in REGISTRATIONS)
    cleared = person("is_family_shop", period) * (1 - parameters(period).family_shops_counted)
    return np.where(person("is_large_enough", period) * (1 - cleared), number, 0)


@of(Household, bool)
def investment_fits(household, period, parameters):
    rules = parameters(period)
    standard = rules.standard_monthly[household("county", period)]
    most = standard * household("size", period) * rules.investment_multiple
    return household.sum(household.members("invested_by_person", period)) <= most


@of(Household, bool)
def business_test(household, period, parameters):
    number = household.sum(household.members("business_units", period))
    within = number <= parameters(period).businesses_allowed
    return within + household("investment_fits", period)


RULES = [
    is_minor, is_elderly, is_pupil, is_severely_disabled, size, membership_test, has_special_limit,
    has_ill_member, financial_value, financial_assets, homes_of_person, other_buildings_of_person,
    homes, homes_area, other_buildings, homes_fit_after_disaster, real_estate_test, vehicle_units,
    vehicle_value, cheap_vehicle_units, vehicle_test, shops, is_large_enough, is_family_shop,
    business_units, investment_fits, business_test,
]  # fmt: skip

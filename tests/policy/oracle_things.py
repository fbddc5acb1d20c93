"""Vehicles, homes and businesses, reckoned anew from the documents; shares no code with hedui.

What the documents say: none at all (深圳), within a present value (重庆一区), price × (1 − r)^n
(沧州), the price of the invoice and after six years the insured value (泗县); one home, or two with
a small area a head (上海) or after a disaster (重庆一区); no business but a family shop on review
(深圳), an enterprise of a profit above twice the standard or employing for a year (泗县), an
investment a head within twice the annual standard. Answers are True, False, or None for not known.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from tests.policy.oracle import Place, holds, month_of, yuan

Answer = bool | None
NONE = Fraction(0)


def all_hold(*answers: Answer) -> Answer:
    return False if False in answers else None if None in answers else True


def one_holds(*answers: Answer) -> Answer:
    return True if True in answers else None if None in answers else False


def counted(answers: Iterable[Answer]) -> tuple[int, int]:
    """Give how many there are for certain, and how many at most."""
    found = list(answers)
    return found.count(True), found.count(True) + found.count(None)


def within(found: tuple[int, int], most: int | None) -> Answer:
    """Hold a number, of which some may be open, against the most."""
    if found[1] == 0:
        return True
    if most is None:
        return None
    return True if found[1] <= most else False if found[0] > most else None


def things(case: Mapping[str, Any], *classes: str) -> list[Mapping[str, Any]]:
    return [a for p in case["members"] for a in p.get("assets", ()) if a["class"] in classes]


def confirmed(place: Place, name: str, answer: Answer) -> Answer:
    """Hold nothing against anybody by a rule that is not known to be in force."""
    return answer if answer or place[name] else None


def months_had(place: Place, thing: Mapping[str, Any]) -> int | None:
    if "purchased_on" not in thing:
        return None
    bought = str(thing["purchased_on"])
    months = place.on.year * 12 + place.on.month - 1 - month_of(bought)
    return max(0, months - (place.on.day < int(bought[8:])))


def within_value(place: Place, car: Mapping[str, Any]) -> Answer:
    """Say whether a car is within the value that the place lets pass."""
    most, sign = place.number("vehicle_value_limit"), place.sign("vehicle_value_limit", "<=")
    if most is None:
        return None
    if "value" in car:
        return holds(yuan(car["value"]), sign, most)
    price = yuan(car["purchase_price"]) if "purchase_price" in car else None
    months, loss = months_had(place, car), place.number("vehicle_yearly_loss")
    years = place["vehicle_invoice_years"]
    past_invoice = years is not None and months is not None and months >= years * 12
    if past_invoice and "insured_value" in car:
        return holds(yuan(car["insured_value"]), sign, most)
    if price is not None and holds(price, sign, most):
        return True
    if price is None or past_invoice or loss is None or (loss and months is None):
        return None
    over = months if loss and place["vehicle_years"] == "part" else (months or 0) // 12 * 12
    return holds(price**12 * (1 - loss) ** over, sign, most**12)


def vehicles(place: Place, case: Mapping[str, Any]) -> Answer:
    exempt = place["vehicle_exempt_kinds"] or ()
    cars = [car for car in things(case, "vehicle") if car["kind"] not in exempt]
    if not cars:
        return True
    of_any, cheap = place["vehicles_allowed"], place["cheap_vehicles_allowed"]
    if of_any is None and cheap is None:
        return confirmed(place, "vehicles_confirmed", None)
    of_any, cheap = of_any or 0, cheap or 0
    dear = counted(None if (fits := within_value(place, car)) is None else not fits for car in cars)
    answer = all_hold(within(dear, of_any), len(cars) <= of_any + cheap)
    return confirmed(place, "vehicles_confirmed", len(cars) <= of_any or answer)


def homes_and_buildings(place: Place, case: Mapping[str, Any]) -> Answer:
    exempt, kinds = place["building_exempt_kinds"] or (), place["home_kinds"]
    built = [one for one in things(case, "real_estate") if one["kind"] not in exempt]
    homes = [one for one in built if one["kind"] in kinds]
    others, allowed = len(built) - len(homes), place["homes_allowed"]
    areas = [one.get("floor_area") for one in homes]
    area = None
    if None not in areas:
        area = sum((yuan(one["floor_area"]) * yuan(one.get("share", 1)) for one in homes), NONE)
    average, people = place.number("average_floor_area"), len(case["members"])

    def is_small(multiple: str | None, usual: str) -> Answer:
        times = Fraction(1) if multiple is None else place.number(multiple)
        if area is None or average is None or times is None:
            return None
        sign = usual if multiple is None else place.sign(multiple, usual)
        return holds(area, sign, average * people * times)

    more, struck = place["homes_allowed_if_small"], place["homes_allowed_after_disaster"]
    fits = one_holds(
        len(homes) <= place["homes_of_need"],
        None if allowed is None else len(homes) <= allowed,
        more is not None and all_hold(len(homes) <= more, is_small(None, "<")),
        struck is not None
        and all_hold(
            bool(case.get("major_disaster")),
            len(homes) <= struck,
            is_small("disaster_area_multiple", "<="),
        ),
    )
    answer = all_hold(fits, within((others, others), place["other_buildings_allowed"]))
    return confirmed(place, "buildings_confirmed", answer)


def registered(place: Place, firm: Mapping[str, Any]) -> Answer:
    """Say whether a registration counts: by role, by size, and unless it is a family shop."""
    if firm.get("role", "owner") not in place["business_roles_counted"]:
        return False
    standard, multiple = place.number("standard_monthly"), place.number("business_profit_multiple")
    months = place["business_employing_months"]
    if multiple is not None or months is not None:
        earns = employs = None
        if multiple is None:
            earns = False
        elif "profit" in firm and standard is not None:
            earns = yuan(firm["profit"]) > standard * 12 * multiple
        if months is None:
            employs = False
        elif "employing_months" in firm:
            employs = firm["employing_months"] >= months
        if not (large := one_holds(earns, employs)):
            return large
    if firm["kind"] == "sole_trader" and firm.get("employees") == 0:
        return {"counted": True, "on_review": None, "exempt": False}[place["family_shop_rule"]]
    return True


def businesses(place: Place, case: Mapping[str, Any]) -> Answer:
    firms = things(case, "business")
    found = counted(registered(place, firm) for firm in firms)
    multiple, standard = place.number("investment_multiple"), place.number("standard_monthly")
    invested: Answer = False
    if multiple is not None:
        told = standard is not None and all("value" in firm for firm in firms)
        invested = None
        if told and standard is not None:
            most = standard * 12 * multiple * len(case["members"])
            put_in = sum((yuan(firm["value"]) for firm in firms), NONE)
            invested = holds(put_in, place.sign("investment_multiple", "<="), most)
    few = within(found, place["businesses_allowed"])
    if found[0] < found[1] and few:  # somebody reviews it first
        few = None
    return one_holds(few, invested)

"""Places drawn at random, each with numbers and methods of its own, as parameter files."""

import random
from pathlib import Path
from typing import Any

import yaml

GROUPS = ("minor", "pupil", "elderly", "disabled", "severely_disabled", "seriously_ill")
MONEY = ("300.00", "632.00", "717.00", "1595.00")
SHARES = ("0.10", "0.30", "0.333333", "0.50")


def some(chance: random.Random, of: tuple[Any, ...]) -> list[Any]:
    return [one for one in of if chance.random() < 0.4]


def numbers(chance: random.Random) -> dict[str, dict[str, Any]]:
    """Draw what a place sets, by folder; each about half of what it could."""
    pick = chance.choice
    standard = pick(("501.00", "632.00", "717.37", "800.00", "1365.00"))
    every = {
        "income": {
            "minimum_wage_monthly": pick(("1900.00", "2200.01", "2690.00")),
            "work_cost_method": pick(
                ("none", "share_of_standard", "share_of_wage", "share_of_minimum_wage")
            ),
            "work_cost_share": pick(SHARES),
            "work_cost_share_disabled": pick(SHARES),
            "labour_disregard_monthly": pick(("0.00", "870.00")),
            "new_job_months": pick((0, 6, 12)),
            "new_job_multiple": pick(("1", "3")),
            "imputation": pick(("none", "by_age")),
            "graduate_months": pick((0, 6)),
            "casual_months": pick((6, 7, 12)),
            "care_deducted": pick((True, False)),
            "medical_deducted": pick((True, False)),
            "basic_pension_excluded": pick((True, False)),
            "look_back_months_wage": pick((12, 6, 1)),
        },
        "maintenance": {
            "maintenance_line_multiple": pick(("1", "1.5", "2")),
            "maintenance_share_few": pick(SHARES),
            "maintenance_share_many": pick(SHARES),
            "maintenance_divisor": pick((1, 2, 3)),
            "maintenance_order": pick(("agreed_first", "highest")),
            "poor_obligors_unable": pick((True, False)),
            "child_share": pick(("0.20", "0.25")),
            "child_share_most": pick(("0.50", "0.30")),
        },
        "property": {
            "financial_months": pick((12, 24, 36)),
            "financial_months_ill": pick((36, 48)),
            "uplift_small_household": pick(("0", "0.10")),
            "uplift_special": pick(("0", "0.20")),
            "special_limit_groups": some(chance, (*GROUPS, "single_parent")),
            "financial_cap_method": pick(("flat", "sum_of_personal_limits")),
            "vehicles_allowed": pick((0, 0, 1)),
            "cheap_vehicles_allowed": pick((0, 1, 2)),
            "vehicle_value_limit": pick(("30000.00", "50000.00", "80000.00")),
            "vehicle_yearly_loss": pick(("0", "0.07", "0.10")),
            "vehicle_years": pick(("whole", "part")),
            "vehicle_exempt_kinds": pick((["disability_scooter"], ["motorcycle", "farm_machine"])),
            "vehicle_invoice_years": pick((6, 3)),
            "vehicles_confirmed": pick((True, False)),
            "homes_allowed": pick((1, 2)),
            "homes_allowed_if_small": pick((2, 3)),
            "average_floor_area": pick(("37.1", "30")),
            "homes_allowed_after_disaster": 2,
            "disaster_area_multiple": "1.3",
            "building_exempt_kinds": pick(([], ["ancestral"])),
            "other_buildings_allowed": pick((0, 1)),
            "buildings_confirmed": pick((True, False)),
            "businesses_allowed": pick((0, 1)),
            "business_roles_counted": some(
                chance, ("owner", "legal_representative", "shareholder", "member")
            ),
            "family_shop_rule": pick(("counted", "on_review", "exempt")),
            "business_profit_multiple": pick(("1", "2")),
            "business_employing_months": pick((6, 12)),
            "investment_multiple": pick(("1", "2")),
        },
        "dibao": {
            "floor_share": pick(("0", "0.20")),
            "supplement_monthly": pick(("50.00", "440.00")),
            "supplement_groups": some(chance, (*GROUPS, "single_parent")),
            "amount_rounding": pick(("fen", "yuan_up")),
            "phase_out_most_multiple": "2",
            "phase_out_months_pension": pick((3, 6)),
            "phase_out_months_graduate": pick((6, 12)),
            "phase_out_months_agency_job": 24,
            "phase_out_months_disabled_job": 36,
        },
        "dibao_edge": {
            "income_line_monthly": pick(("1001.01", "2047.50")),
            "income_line_multiple": pick(("1.5", "2")),
            "line_within_minimum_wage": pick((True, False)),
            "alone_line_multiple": pick(("1.5", "2")),
            "alone_amount_monthly": pick(MONEY),
            "alone_if_supported": pick((True, False)),
        },
        "tekun": {
            "tekun_standard_monthly": pick(("930.00", "1037.15")),
            "care_full_monthly": pick(MONEY),
            "care_partial_monthly": pick(MONEY),
            "care_none_monthly": pick(MONEY),
        },
        "rigid_expenditure": {
            "rigid_method": pick(("share_of_income", "what_remains")),
            "rigid_ratio": pick(("0.60", "0.75", "0.80")),
            "rigid_medical_ratio": pick(("0.30", "0.40")),
            "remains_multiple": pick(("1", "2")),
            "rigid_living_cost": pick((True, False)),
            "rigid_less_aid": pick((True, False)),
            "disposable_income_annual": pick(("24000.00", "40000.00")),
        },
        "low_income": {
            "low_income_line_monthly": pick(("2000.00", "1600.00")),
            "low_income_multiple": pick(("2", "2.5")),
        },
    }
    needed = ("income", "minimum_wage_monthly")
    drawn = {
        folder: {
            name: value
            for name, value in values.items()
            if (folder, name) == needed or chance.random() < 0.6
        }
        for folder, values in every.items()
    }
    if "vehicle_invoice_years" in drawn["property"]:  # no document has both
        drawn["property"]["vehicle_yearly_loss"] = "0"
    return drawn | {"standards": {"standard_monthly": standard}}


def write_places(root: Path, count: int, seed: int) -> list[str]:
    """Write so many places; give their codes."""
    chance = random.Random(seed)
    codes = [f"99{number:04d}" for number in range(9000, 9000 + count)]
    for code in codes:
        for folder, values in numbers(chance).items():
            place = root / f"{code}-drawn" / folder
            place.mkdir(parents=True)
            for name, value in values.items():
                held = {"value": value, "reference": "worked-example", "seen": "example"}
                if name in SIGNED and chance.random() < 0.5:
                    held["operator"] = chance.choice(("<", "<=") if name in MOST else (">", ">="))
                text = yaml.safe_dump({"values": {"2021-07-01": held}}, allow_unicode=True)
                path = place / f"{name}.yaml"
                path.write_text(text.replace("'2021-07-01'", "2021-07-01"), encoding="utf-8")
    return codes


MOST = (
    "standard_monthly",
    "income_line_monthly",
    "low_income_line_monthly",
    "disposable_income_annual",
    "vehicle_value_limit",
    "investment_multiple",
    "disaster_area_multiple",
)
SIGNED = (*MOST, "rigid_ratio", "rigid_medical_ratio")

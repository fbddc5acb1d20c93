"""What no source speaks of, and what only the household knows of, is unknown and never none."""

from datetime import date

import pytest

from hedui.catalogue import sources
from hedui.comparison import unasked_classes, unseen_classes
from hedui.policy.kinds import ASSET_KINDS, INCOME_KINDS
from hedui.values.periods import Period

LOOK_BACK = Period.year_before(date(2024, 8, 1))
CAR = {"class": "vehicle", "kind": "car"}
WAGE = {"class": "wage", "amount": "50400.00", "from": "2023-08-01", "to": "2024-07-31"}


def unseen(declared, found=()):
    return unseen_classes(_sides(declared), _sides(found), LOOK_BACK)


def _sides(lines):
    return {
        "incomes": [line for line in lines if "amount" in line],
        "assets": [line for line in lines if "amount" not in line],
    }


def test_every_class_of_the_rules_is_known_here():
    everything = unasked_classes(())
    assert everything == {f"incomes.{name}" for name in INCOME_KINDS} | {
        f"assets.{name}" for name in ASSET_KINDS
    }


def test_claims_are_unknown_because_no_source_speaks_of_them():
    assert unasked_classes(sources()) == {"assets.debt_claim"}


def test_companies_are_unknown_where_no_register_of_them_is_asked():
    asked = [name for name in sources() if name != "business_registration"]
    assert unasked_classes(asked) == {"assets.business", "assets.debt_claim"}


def test_a_declared_car_that_no_register_shows_is_not_counted_as_none():
    assert unseen([CAR]) == {"assets.vehicle"}


def test_a_declared_wage_that_no_source_shows_is_not_counted_as_none():
    assert unseen([WAGE]) == {"incomes.wage"}


def test_what_a_source_shows_is_known_however_much_it_differs():
    assert unseen([CAR, WAGE], [CAR, CAR, WAGE | {"amount": "1.00"}]) == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        {"class": "deposit", "value": "0.00"},
        WAGE | {"amount": "0.00"},
        WAGE | {"from": "2021-01-01", "to": "2021-12-31"},
    ],
)
def test_a_line_that_states_nothing_of_the_period_leaves_nothing_unknown(line):
    assert unseen([line]) == frozenset()

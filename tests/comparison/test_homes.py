"""A building is counted once for a household, whoever of it owns a part."""

from hypothesis import given
from hypothesis import strategies as st

from hedui.comparison import once_each

FLAT = {"class": "real_estate", "kind": "residence", "floor_area": "60"}
CAR = {"class": "vehicle", "kind": "car"}


def household(*assets):
    return {
        f"m{n}": {"incomes": [], "assets": list(lines)} for n, lines in enumerate(assets, start=1)
    }


def assets(lines):
    return [asset for member in once_each(lines).values() for asset in member["assets"]]


def test_a_flat_that_a_couple_holds_jointly_is_one_home():
    joint = {"class": "real_estate", "kind": "residence", "unit_no": "U1"}
    kept = assets(household([joint], [joint]))
    assert kept == [{"class": "real_estate", "kind": "residence"}]


def test_two_halves_in_the_register_are_a_whole():
    half = FLAT | {"unit_no": "U1", "share": "1/2"}
    assert assets(household([half], [half])) == [FLAT | {"share": "1"}]


def test_two_declared_halves_of_the_same_size_are_one_flat():
    half = FLAT | {"share": "0.5"}
    assert assets(household([half], [half])) == [FLAT | {"share": "1"}]


def test_more_than_the_whole_is_more_than_one():
    part = FLAT | {"share": "0.6"}
    assert assets(household([part], [part])) == [part, part]


def test_two_flats_stay_two():
    units = [FLAT | {"unit_no": number, "share": "1"} for number in ("U1", "U2")]
    assert len(assets(household(units, []))) == 2
    assert len(assets(household([FLAT], [FLAT]))) == 2
    assert len(assets(household([FLAT | {"share": "1"}], [FLAT | {"share": "1"}]))) == 2


@given(st.lists(st.lists(st.sampled_from([CAR, {"class": "deposit", "value": "1.00"}]))))
def test_what_is_no_building_stays_with_its_owner(lines):
    given = household(*lines)
    assert once_each(given) == given

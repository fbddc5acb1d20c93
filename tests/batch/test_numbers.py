"""Sample numbers: well-formed, nobody's, and never given to two people."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.batch.sample.numbers import (
    FIRST,
    NumbersExhausted,
    Register,
    old_form,
    resident_number,
)
from hedui.values.resident_id import ResidentId

births = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
sexes = st.sampled_from(["male", "female"])
seeds = st.integers()


@given(seeds, births, sexes)
def test_a_number_is_valid_and_tells_the_birth_date_and_the_sex(seed, born, sex):
    found = ResidentId.parse(resident_number(random.Random(seed), born, sex))
    assert found.written == "exact"
    assert (found.birth_date, found.sex) == (born, sex)
    assert found.division_code == str(FIRST)


@given(seeds, births, sexes)
def test_no_number_begins_with_anything_but_99(seed, born, sex):
    register = Register(range(FIRST, FIRST + 200))
    assert resident_number(random.Random(seed), born, sex, register=register).startswith("99")


def test_it_refuses_divisions_that_somebody_may_have():
    with pytest.raises(ValueError, match="99"):
        Register(range(310101, 310102))
    with pytest.raises(ValueError, match="99"):
        Register(range(999999, 1000001))


@pytest.mark.parametrize(("sex", "people"), [("male", 498), ("female", 497)])
def test_everybody_born_on_a_day_has_another_number_until_none_is_left(sex, people):
    register, rng, born = Register(), random.Random(3), date(1985, 6, 1)
    numbers = [resident_number(rng, born, sex, register=register) for _ in range(people)]
    assert len(set(numbers)) == people
    assert set(numbers) == register.taken
    with pytest.raises(NumbersExhausted):
        resident_number(rng, born, sex, register=register)


def test_a_number_that_is_taken_is_not_given_out():
    free = resident_number(random.Random(5), date(1985, 6, 1), "male")
    register = Register(taken=[free])
    assert resident_number(random.Random(5), date(1985, 6, 1), "male", register=register) != free


def test_the_same_chance_gives_the_same_number():
    one, other = (resident_number(random.Random(5), date(1985, 6, 1), "male") for _ in range(2))
    assert one == other


@given(seeds, births, sexes)
def test_it_can_end_as_asked(seed, born, sex):
    number = resident_number(random.Random(seed), born, sex, ending="X")
    assert number.endswith("X")
    ResidentId.parse(number)


@given(seeds, births, sexes)
def test_a_twin_differs_in_the_sequence_by_two_at_most_while_that_is_free(seed, born, sex):
    register = Register()
    number = resident_number(random.Random(seed), born, sex, register=register)
    twin = ResidentId.parse(register.twin(number))
    assert twin != ResidentId.parse(number)
    assert (twin.birth_date, twin.sex) == (born, sex)
    assert abs(int(twin.reveal()[14:17]) - int(number[14:17])) == 2


@given(seeds, st.dates(date(1900, 1, 1), date(1999, 12, 31)), sexes)
def test_the_old_form_of_fifteen_digits_upgrades_to_the_same_number(seed, born, sex):
    number = resident_number(random.Random(seed), born, sex)
    old = ResidentId.parse(old_form(number))
    assert old.written == "upgraded"
    assert old == ResidentId.parse(number)

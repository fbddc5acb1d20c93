"""The number decides, the name confirms; another number is another person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.identity import COUNTED, LABELS, match_identity
from hedui.values.resident_id import ResidentId, check_character

BODY = "99010119850101001"
NUMBER = BODY + check_character(BODY)
OLD = NUMBER[:6] + NUMBER[8:17]
ASKED = ResidentId.parse(NUMBER)


@pytest.mark.parametrize(
    ("number", "name", "match"),
    [
        (NUMBER, "买买提·艾力", "exact"),
        (OLD, "买买提·艾力", "upgraded"),
        (f"{NUMBER[:6]} {NUMBER[6:]}", "买买提·艾力", "normalised"),
        (NUMBER, "买买提•艾力", "name_variant"),
        (OLD, "买买提艾力", "name_variant"),
        (NUMBER, "艾力", "name_conflict"),
        (OLD, "艾力", "name_conflict"),
        (NUMBER, "买买提?艾力", "name_conflict"),
        (NUMBER, "", "name_conflict"),
    ],
)
def test_the_same_number_says_how_the_record_matches(number: str, name: str, match: str) -> None:
    assert match_identity(ASKED, "买买提·艾力", number, name) == match


@pytest.mark.parametrize("number", ["", "?", NUMBER[:17], NUMBER[:17] + "*", "张三"])
def test_a_number_that_cannot_be_read_is_nobodys(number: str) -> None:
    assert match_identity(ASKED, "张三", number, "张三") is None


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2024, 12, 31)),
    st.integers(0, 994),
    st.integers(1, 5),
)
def test_twins_and_near_numbers_never_match(birth: date, sequence: int, apart: int) -> None:
    bodies = [f"990101{birth:%Y%m%d}{n:03d}" for n in (sequence, sequence + apart)]
    one, other = (body + check_character(body) for body in bodies)
    assert match_identity(ResidentId.parse(one), "张三", other, "张三") is None
    assert match_identity(ResidentId.parse(one), "张三", one, "张三") == "exact"


def test_a_conflict_is_never_counted_and_every_match_has_a_label() -> None:
    assert set(LABELS) - COUNTED == {"name_conflict"}

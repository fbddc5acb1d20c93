"""Resident identity numbers: one number, however written; never shown, never guessed."""

import copy
import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.resident_id import ResidentId, ResidentIdError, check_character, mask

PUBLISHED = "11010519491231002X"  # the example of GB 11643

births = st.dates(min_value=date(1800, 1, 1), max_value=date(2099, 12, 31))
sequences = st.integers(min_value=0, max_value=999)


def number_of(birth: date, sequence: int, division: str = "990101") -> str:
    """Make a valid number of a division that was never assigned."""
    body = f"{division}{birth:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


numbers = st.builds(number_of, births, sequences)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def test_it_reads_the_published_example() -> None:
    found = ResidentId.parse(PUBLISHED)
    assert found.reveal() == PUBLISHED
    assert found.birth_date == date(1949, 12, 31)
    assert found.sex == "female"
    assert found.division_code == "110105"
    assert found.written == "exact"


@given(births, sequences)
def test_a_made_number_reads_back(birth: date, sequence: int) -> None:
    found = ResidentId.parse(number_of(birth, sequence))
    assert found.birth_date == birth
    assert found.sex == ("male" if sequence % 2 else "female")
    assert found.written == "exact"


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_refused(number: str, place: int, wrong: str) -> None:
    changed = number[:place] + wrong + number[place + 1 :]
    if changed == number:
        return
    with pytest.raises(ResidentIdError):
        ResidentId.parse(changed)


@given(numbers, st.integers(0, 16))
def test_two_neighbours_exchanged_are_refused(number: str, place: int) -> None:
    pair = number[place : place + 2]
    if pair[0] == pair[1]:
        return
    with pytest.raises(ResidentIdError):
        ResidentId.parse(number[:place] + pair[::-1] + number[place + 2 :])


@given(numbers, st.data())
def test_width_case_spaces_and_hyphens_do_not_change_the_number(
    number: str, data: st.DataObject
) -> None:
    written = data.draw(
        st.sampled_from(
            [
                full_width(number),
                full_width(number.lower()),
                f" {number} ",
                f"{number[:6]} {number[6:14]} {number[14:]}",
                f"{number[:6]}-{number[6:14]}\u2014{number[14:]}",
                f"\u3000{number[:6]}\u00a0{number[6:]}\t",
                f"\ufeff{number}",
            ]
        )
    )
    found = ResidentId.parse(written)
    assert found == ResidentId.parse(number)
    assert hash(found) == hash(ResidentId.parse(number))
    assert found.reveal() == number
    assert found.written == "normalised"


@given(numbers)
def test_normalisation_is_idempotent(number: str) -> None:
    once = ResidentId.parse(full_width(number))
    assert ResidentId.parse(once.reveal()).reveal() == once.reveal()
    assert ResidentId.parse(once.reveal()).written == "exact"


def test_a_small_x_is_the_same_number() -> None:
    assert ResidentId.parse(PUBLISHED.lower()) == ResidentId.parse(PUBLISHED)
    assert ResidentId.parse(PUBLISHED.lower()).written == "normalised"


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(1999, 12, 31)),
    st.integers(0, 995),
    st.booleans(),
)
def test_fifteen_digits_are_upgraded(birth: date, sequence: int, spaced: bool) -> None:
    new = number_of(birth, sequence)
    old = new[:6] + new[8:17]
    found = ResidentId.parse(f"{old[:6]} {old[6:]}" if spaced else old)
    assert found.reveal() == new
    assert found.written == "upgraded"
    assert found == ResidentId.parse(new)


def test_the_fifteen_digits_of_the_published_example_upgrade_to_it() -> None:
    assert ResidentId.parse("110105491231002").reveal() == PUBLISHED


@pytest.mark.parametrize("sequence", ["996", "997", "998", "999"])
def test_it_does_not_guess_the_century_of_centenarians(sequence: str) -> None:
    with pytest.raises(ResidentIdError, match="18位"):
        ResidentId.parse(f"990101050101{sequence}")


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_are_read(prefix: str) -> None:
    found = ResidentId.parse(number_of(date(1985, 1, 1), 1, prefix))
    assert found.of_residence_permit
    assert not ResidentId.parse(number_of(date(1985, 1, 1), 1)).of_residence_permit
    with pytest.raises(ResidentIdError, match="没有15位"):
        ResidentId.parse(f"{prefix}850101001")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请填写"),
        ("   ", "请填写"),
        ("9901011985010100", "现为16位"),
        ("9901011985010100123", "现为19位"),
        ("99010119850101001", "现为17位"),
        ("99010X198501010018", "第6位是X"),
        ("9901011985010100l8", "第17位不是数字"),
        ("990101198501010O18", "第16位不是数字"),
        ("990101********0018", "星号"),
        ("\u00b290101198501010018", "第1位不是数字"),
        ("\u0669" * 18, "第1位不是数字"),
        ("99010119850101001\u0425", "第18位不是数字"),
        ("990101198513010018", "不是真实存在的日期"),
        ("990101198502290018", "不是真实存在的日期"),
        ("990101198504310018", "不是真实存在的日期"),
        ("990101198500000018", "不是真实存在的日期"),
        ("990101850229001", "不是真实存在的日期"),
        ("990101178501010018", "出生年份"),
        ("990101210001010018", "出生年份"),
        ("090101198501010018", "第1位不能是0"),
        ("990101198501010011", "校验不通过"),
        ("9" * 100, "过长"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ResidentIdError, match=said):
        ResidentId.parse(text)


def test_the_invalid_number_of_a_printed_form_is_refused() -> None:
    with pytest.raises(ResidentIdError, match="第7至10位"):
        ResidentId.parse("323232525214253658")


@pytest.mark.parametrize("value", [None, 11010519491231002, b"11010519491231002X"])
def test_it_refuses_what_is_not_text(value: object) -> None:
    with pytest.raises(ResidentIdError):
        ResidentId.parse(value)


@given(st.text(alphabet="0123456789Xx -\uff11*a", min_size=1, max_size=24))
def test_a_refusal_never_repeats_the_number(text: str) -> None:
    try:
        ResidentId.parse(text)
    except ResidentIdError as refusal:
        said = "".join(c for c in str(refusal) if c.isdigit())
        folded = "".join(c for c in text if c.isdigit())
        assert len(folded) < 6 or folded not in said
        assert refusal.__cause__ is None


@given(numbers)
def test_it_is_masked_wherever_it_is_shown(number: str) -> None:
    found = ResidentId.parse(number)
    for shown in (str(found), repr(found), f"{found}", f"{found!s:>30}", f"{[found]}"):
        assert number not in shown
        assert number[6:14] not in shown
        assert f"{number[:6]}********{number[14:]}" in shown


@given(numbers)
def test_a_mask_hides_the_birth_date_and_masking_twice_changes_nothing(number: str) -> None:
    hidden = mask(number)
    assert hidden == f"{number[:6]}********{number[14:]}"
    assert mask(hidden) == hidden
    assert mask(full_width(number)) == hidden
    old = number[:6] + number[8:17]
    assert mask(old) == f"{number[:6]}******{number[14:17]}"
    assert mask(mask(old)) == mask(old)


@given(st.text(max_size=40))
def test_a_mask_of_any_text_shows_at_most_ten_characters(text: str) -> None:
    hidden = mask(text)
    assert sum(c != "*" for c in hidden) <= 10
    assert mask(hidden) == hidden


def test_a_text_that_is_no_number_is_masked_whole() -> None:
    assert mask("9901011985010100") == "*" * 16
    assert mask("张三") == "**"


def test_it_cannot_be_made_changed_or_pickled_past_the_check() -> None:
    found = ResidentId.parse(PUBLISHED)
    with pytest.raises(TypeError):
        ResidentId()
    with pytest.raises(AttributeError):
        found.written = "upgraded"
    with pytest.raises(AttributeError):
        del found.birth_date
    with pytest.raises(TypeError):
        pickle.dumps(found)
    assert copy.deepcopy(found) is found
    assert not hasattr(found, "__dict__")


def test_it_equals_no_text() -> None:
    assert ResidentId.parse(PUBLISHED) != PUBLISHED


def test_twins_are_two_people() -> None:
    birth = date(2000, 1, 1)
    assert ResidentId.parse(number_of(birth, 1)) != ResidentId.parse(number_of(birth, 3))

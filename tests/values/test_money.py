"""Yuan become fen exactly or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.money import MAX_FEN, Fen, MoneyError, fen_from_yuan, yuan_display, yuan_text

amounts = st.integers(min_value=0, max_value=MAX_FEN)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("4,200.00", 420_000),
        ("50400", 5_040_000),
        ("50400.5", 5_040_050),
        ("0", 0),
        ("0.01", 1),
        (" 870.00 ", 87_000),
        ("999,999,999,999.99", MAX_FEN),
        ("999999999999.99", MAX_FEN),
    ],
)
def test_it_reads_yuan_as_fen(text: str, fen: int) -> None:
    assert fen_from_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4200.005", "最多两位小数"),
        ("1.000", "最多两位小数"),
        ("NaN", "写法不对"),
        ("Infinity", "写法不对"),
        ("1e400", "科学计数法"),
        ("1E3", "科学计数法"),
        ("-5", "负数"),
        ("-0", "负数"),
        ("+5", "加号"),
        ("\uff14\uff12\uff10\uff10", "半角"),
        ("4200．00", "半角"),
        ("\u00b2", "写法不对"),
        ("\u0664\u0662", "写法不对"),
        ("42,00", "千位分隔符"),
        ("4,2000", "千位分隔符"),
        (",420", "千位分隔符"),
        ("5万", "不要带单位"),
        ("¥5", "不要带单位"),
        ("5元", "不要带单位"),
        ("007", "多写 0"),
        ("", "请填写"),
        ("   ", "请填写"),
        (".5", "写法不对"),
        ("5.", "写法不对"),
        ("0x10", "写法不对"),
        ("1_000", "写法不对"),
        ("12\n", "写法不对"),
        ("1000000000000", "过大"),
        ("9" * 5000, "过大"),
    ],
)
def test_it_refuses_what_is_not_plain_yuan_and_says_why(text: str, said: str) -> None:
    with pytest.raises(MoneyError, match=said):
        fen_from_yuan(text)


@pytest.mark.parametrize("value", [1, 4200.0, None, True, b"1"])
def test_it_refuses_amounts_that_are_not_text(value: object) -> None:
    with pytest.raises(MoneyError):
        fen_from_yuan(value)


@given(st.text(max_size=20))
def test_a_refusal_never_repeats_what_was_written(text: str) -> None:
    try:
        fen_from_yuan(text)
    except MoneyError as refusal:
        assert str(refusal) == str(refusal).strip()
        assert not any(part in str(refusal) for part in text.split() if len(part) > 8)


@given(amounts)
def test_fen_survive_the_way_through_text(fen: int) -> None:
    assert fen_from_yuan(yuan_text(fen)) == fen
    assert fen_from_yuan(yuan_display(fen).removeprefix("¥")) == fen


@given(st.integers(min_value=-MAX_FEN, max_value=MAX_FEN))
def test_the_text_of_a_difference_keeps_sign_and_digits(fen: int) -> None:
    text = yuan_text(fen)
    assert int(text.replace(".", "")) == fen
    assert text[-3] == "."
    assert yuan_display(fen).replace("¥", "").replace(",", "") == text


def test_it_writes_for_files_and_for_people() -> None:
    assert yuan_text(Fen(5_040_000)) == "50400.00"
    assert yuan_display(Fen(5_040_000)) == "¥50,400.00"
    assert yuan_text(-50) == "-0.50"
    assert yuan_display(-123_456) == "-¥1,234.56"
    assert yuan_text(0) == "0.00"


@pytest.mark.parametrize("value", [1.0, True, "100"])
def test_it_writes_nothing_but_integers(value: object) -> None:
    with pytest.raises(TypeError):
        yuan_text(value)
    with pytest.raises(TypeError):
        yuan_display(value)

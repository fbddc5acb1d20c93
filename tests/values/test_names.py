"""Names: one spelling kept, other glyphs told from other names, nothing guessed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.names import (
    NameMatch,
    PersonNameError,
    compare_names,
    comparison_key,
    mask_name,
    normalise_name,
)

DOTS = "·•‧・･∙⋅．."

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
part = st.text(alphabet=han, min_size=1, max_size=6)
han_names = st.text(alphabet=han, min_size=2, max_size=8)
dotted = st.lists(part, min_size=2, max_size=3)
anything = st.text(
    alphabet=st.one_of(han, st.sampled_from(f"{DOTS} 　-'ABcdé\u0301\ue863\u2f2d\ufeff〇")),
    max_size=20,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("张三", "张三"),
        ("张 三", "张三"),
        (" 张\u3000三 ", "张三"),
        ("王\ue863", "王䶮"),
        ("龴\ue81e", "龴龴"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("买买提 ・ 艾力", "买买提·艾力"),
        ("买买提··艾力", "买买提·艾力"),
        ("\u2f2d本", "山本"),
        ("\uf90a三", "金三"),
        ("Jose\u0301  García", "José García"),
        ("J. Smith", "J. Smith"),
        ("Ｊｏｈｎ", "John"),
        ("O\u2019Neil", "O'Neil"),
        ("\ufeff张三\u200b", "张三"),
        ("\U00030edd\U00030edd面", "\U00030edd\U00030edd面"),
        ("李〇", "李〇"),
    ],
)
def test_it_keeps_one_spelling(text: str, kept: str) -> None:
    assert normalise_name(text) == kept


@given(anything)
def test_normalisation_is_idempotent_and_nfc(text: str) -> None:
    try:
        kept = normalise_name(text)
    except PersonNameError:
        return
    assert normalise_name(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert comparison_key(kept) == comparison_key(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请填写姓名"),
        (" \u3000", "请填写姓名"),
        ("·", "请填写姓名"),
        ("张3", "数字"),
        ("张３", "数字"),
        ("张Ⅳ", "数字"),
        ("张\x00三", "控制字符"),
        ("张\n三", "控制字符"),
        ("张\t三", "控制字符"),
        ("张\u202e三", "控制字符"),
        ("王?", "问号"),
        ("王？", "问号"),
        ("王\ufffd", "问号"),
        ("王\ue000", "自造字"),
        ("王(小)", "符号"),
        ("王*", "符号"),
        ("王●", "符号"),
        ("王\u2ff0三", "符号"),
        ("张,三", "符号"),
        ("<b>", "符号"),
        ("-", "没有文字"),
        ("张" * 101, "过长"),
    ],
)
def test_it_refuses_what_no_name_has_and_says_why(text: str, said: str) -> None:
    with pytest.raises(PersonNameError, match=said) as refusal:
        normalise_name(text)
    assert "张" not in str(refusal.value) and "王" not in str(refusal.value)


def test_it_refuses_what_is_not_text() -> None:
    with pytest.raises(PersonNameError):
        normalise_name(None)


@given(dotted, st.sampled_from(DOTS), st.sampled_from(DOTS))
def test_a_minority_name_matches_itself_under_every_separator(
    parts: list[str], one: str, other: str
) -> None:
    a, b = one.join(parts), other.join(parts)
    expected = NameMatch.SAME if one == other else NameMatch.VARIANT
    assert compare_names(a, b) is expected
    assert compare_names(a, "".join(parts)) is NameMatch.VARIANT
    assert normalise_name(a) == normalise_name(b) == "·".join(parts)


@given(han_names, han_names)
def test_han_names_match_only_when_every_character_is_the_same(a: str, b: str) -> None:
    assert compare_names(a, a) is NameMatch.SAME
    assert (compare_names(a, b) is NameMatch.CONFLICT) == (a != b)


@given(anything, anything)
def test_comparison_does_not_depend_on_the_order(a: str, b: str) -> None:
    assert compare_names(a, b) is compare_names(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("王䶮", "王\ue863"),
        ("张三", "张 三"),
        ("葛亮", "葛\U000e0100亮"),
        ("山本", "\u2f2d本"),
        ("José García", "JOSE\u0301 GARCÍA"),
        ("Smith-Jones", "Smith Jones"),
    ],
)
def test_other_glyphs_of_one_name_are_a_variant(a: str, b: str) -> None:
    assert compare_names(a, b) is NameMatch.VARIANT


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("张三", "张叁"),
        ("张三", "李三"),
        ("张三", "张三丰"),
        ("买买提·艾力", "买买提·艾"),
        ("张伟", "張偉"),
        ("王䶮", "王?"),
        ("王?", "王?"),
        ("王", "王●"),
        ("张三", ""),
        ("张三", "zhangsan"),
        ("\u0410\u043d\u043d\u0430", "Anna"),
    ],
)
def test_another_name_is_a_conflict_and_so_is_one_that_cannot_be_read(a: str, b: str) -> None:
    assert compare_names(a, b) is NameMatch.CONFLICT


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修远", "欧***"),
        ("买买提·艾力", "买**·**"),
        ("买买提•艾力", "买**·**"),
        ("John Smith", "J*** *****"),
        ("张 三", "张*"),
        ("张", "*"),
        ("", ""),
        ("11010519491231002X", "*" * 18),
        ("王?", "王*"),
    ],
)
def test_a_mask_shows_the_first_character_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(max_size=30))
def test_a_mask_of_any_text_shows_at_most_one_letter(text: str) -> None:
    assert sum(c not in "*· " for c in mask_name(text)) <= 1

"""How amounts, days and Chinese punctuation are written on paper."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.procedure.reports import documents
from hedui.procedure.reports.documents import wording
from tests.procedure.reports import bodies
from tests.procedure.reports.test_documents import printed, said


@given(st.integers(0, 10**13), st.integers(0, 99))
def test_grouping_changes_commas_only(whole, cents):
    text = f"{whole}.{cents:02d}"
    assert wording.yuan(text).replace(",", "") == text
    assert re.fullmatch(r"\d{1,3}(,\d{3})*\.\d\d", wording.yuan(text))


@pytest.mark.parametrize("text", ["1.5", "1,000.00", "", "NaN", "1e3", "１.00", "+1.00", ".50"])
def test_an_amount_that_is_not_yuan_with_two_decimals_is_refused(text):
    with pytest.raises(documents.Unprintable):
        wording.yuan(text)


def test_the_day_of_a_moment_is_the_day_in_china():
    assert wording.short_date("2025-01-31T16:30:00Z") == "2025-02-01"


@pytest.mark.parametrize(
    ("until", "day"),
    [
        ("2029-11-01", "2029-11-01"),
        ("2029-11-02T00:00:00+08:00", "2029-11-01"),
        ("2029-11-01T16:00:00Z", "2029-11-01"),
        ("2029-11-02T00:00:01+08:00", "2029-11-02"),
    ],
)
def test_an_authorization_is_good_until_its_last_day_however_the_end_is_written(until, day):
    assert wording.last_day(until) == day
    body = bodies.family_of_three()
    body["members"][0]["authorization"]["valid_until"] = until
    assert f"2024-08-01{day}" in said(printed(body))


@pytest.mark.parametrize(
    ("text", "set_as"),
    [
        ("没有申报,但查到了;请说明:如何?", "没有申报，但查到了；请说明：如何？"),
        ("本科(含专科),16岁", "本科（含专科），16岁"),
        ("12,000.00元,于 11:39 收到", "12,000.00元，于 11:39 收到"),
        ("《通知》(摘录)“不明”,故", "《通知》（摘录）“不明”，故"),
        ("hello, (world): 3,800.00", "hello, (world): 3,800.00"),
        ("编号 A(1), B", "编号 A(1), B"),
    ],
)
def test_punctuation_beside_chinese_is_full_width_and_nothing_else_changes(text, set_as):
    assert wording.full_width(text) == set_as


@given(st.text(alphabet="核对申报,;:?!()0123456789.ab “”《》", max_size=30))
def test_setting_in_full_width_changes_the_width_of_signs_only(text):
    back = str.maketrans("，；：？！（）", ",;:?!()")
    assert wording.full_width(text).translate(back) == text


def test_moments_are_told_in_chinese_time_and_need_an_offset():
    assert wording.short_moment("2024-07-31T16:30:00Z") == "2024-08-01 00:30"
    with pytest.raises(documents.Unprintable):
        wording.short_moment("2024-07-31T16:30:00")

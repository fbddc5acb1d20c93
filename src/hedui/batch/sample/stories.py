"""
Four households made by hand (样例故事), each of which shows what a report must get right.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from hedui.batch.sample.household import Draft, SampleHousehold
from hedui.batch.sample.numbers import Register, Sex, old_form, resident_number
from hedui.batch.sample.person import Paper, Person, Written

_ALL: Final = Paper()
_LOWEST_BASE: Final = 738400
"""A contribution base is clamped from below, here at 7,384.00: it may exceed the wage."""

_PASS: Final = {"income": "pass", "financial_assets": "pass"}

# What the Shanghai rules of 2024 come to, worked out by hand.
_ZHANG: Final[Mapping[str, Any]] = {
    basis: {
        "per_capita_income": "1110.00",
        "countable_income_annual": "39960.00",
        "financial_assets": "30000.00",
        "categories": ["dibao"],
        "amount": "1455.00",
        "tests": {**_PASS, "vehicle": "pass", "real_estate": "pass"},
    }
    for basis in ("declared", "found")
}
_LI: Final[Mapping[str, Any]] = {
    # (3800 - 870 + 2400) / 4; the car and the account change nothing about the income
    "declared": {
        "per_capita_income": "1332.50",
        "financial_assets": "24700.50",
        "categories": ["dibao"],
        "tests": {**_PASS, "vehicle": "pass", "real_estate": "pass"},
    },
    "found": {
        "per_capita_income": "1332.50",
        "financial_assets": "40300.50",
        "tests": {**_PASS, "vehicle": "unknown", "real_estate": "pass"},
    },
}
_WANG: Final[Mapping[str, Any]] = {
    # (3000 - 870) / 3
    "declared": {
        "per_capita_income": "710.00",
        "financial_assets": "8500.00",
        "categories": ["dibao"],
        "tests": {**_PASS, "vehicle": "pass", "real_estate": "pass"},
    },
}
_ZHAO: Final[Mapping[str, Any]] = {
    basis: {
        "per_capita_income": "1500.00",
        "financial_assets": "45936.01",
        "categories": [],
        "tests": {"income": "pass", "financial_assets": "fail", "real_estate": "pass"},
    }
    for basis in ("declared", "found")
}


def stories(applied_on: date, as_of: date) -> list[SampleHousehold]:
    """
    Return the four households, always in the same order.

    applied_on: when they apply; ages and the twelve months of income count back from it
    as_of: the day up to which the departments' data goes

    Their assessments are those of the Shanghai rules of 2024.
    """
    return [make(_Cast(applied_on, as_of)) for make in (_zhang, _li, _wang, _zhao)]


class _Cast:
    """Gives each member of one household a name, an age and a number."""

    def __init__(self, applied_on: date, as_of: date) -> None:
        self.applied_on = applied_on
        self.as_of = as_of
        self.register = Register()

    def draft(self, label: str) -> Draft:
        return Draft(label, self.applied_on, self.as_of)

    def add(
        self, draft: Draft, name: str, relation: str, sex: Sex, *, age: int, days: int,
        signs: Paper | None = _ALL, ending: str = "", **more: Any,
    ) -> Person:  # fmt: skip
        """Add somebody who turned `age` so many days before the month of the application."""
        rng = random.Random(f"{name}, whom nobody is")
        month = date(self.applied_on.year - age, self.applied_on.month, 1)
        born = month - timedelta(days=days)
        number = resident_number(rng, born, sex, register=self.register, ending=ending)
        return draft.member(name, number, relation, signs=signs, **more)

    def day(self, years: int, month: int = 5, day: int = 20) -> date:
        """Return a day some years before the year of the application."""
        return date(self.applied_on.year - years, month, day)


def _unit(building: int, flat: int) -> str:
    """Make a real estate unit number (不动产单元号) in a division that nobody has."""
    return f"990101001001GB{building:05d}F{flat:08d}"


def _zhang(cast: _Cast) -> SampleHousehold:
    draft = cast.draft("story 1")
    father = cast.add(
        draft, "张伟民", "self", "male", age=40, days=120,
        marital_status="married", employed=True, work_capacity="full",
    )  # fmt: skip
    mother = cast.add(
        draft, "刘秀兰", "spouse", "female", age=38, days=75,
        marital_status="married", employed=False, work_capacity="full",
    )  # fmt: skip
    cast.add(
        draft, "张小满", "child", "male", age=10, days=61,
        signs=Paper(guardian="a"), marital_status="single", student="compulsory",
    )  # fmt: skip
    employer = "样例食品厂"
    father.wage(420000, employer)
    father.insured(employer, _LOWEST_BASE, 171)
    father.account(1800000, "样例商业银行", "3107")
    father.fund(1520000, employer, 420000)
    father.home(_unit(12, 301), "60", cast.day(12))
    mother.insured("样例服装厂", _LOWEST_BASE, 96, status="suspended")
    mother.account(1200000, "样例农商银行", "0082", kind="time")
    return draft.finish(
        "张家三口,一人工作,每月工资4200.00元。申报与核到的全部一致:"
        "扣除每月870.00元后,人均月收入1110.00元。",
        _ZHANG,
    )


def _li(cast: _Cast) -> SampleHousehold:
    draft = cast.draft("story 2")
    father = cast.add(
        draft, "李建明", "self", "male", age=42, days=33,
        marital_status="married", employed=True, work_capacity="full",
    )  # fmt: skip
    mother = cast.add(
        draft, "陈雪梅", "spouse", "female", age=41, days=210,
        marital_status="married", employed=False, work_capacity="full",
    )  # fmt: skip
    daughter = cast.add(
        draft, "李雨桐", "child", "female", age=12, days=98,
        signs=Paper(guardian="b"), marital_status="single", student="compulsory",
    )  # fmt: skip
    grandmother = cast.add(
        draft, "孙桂英", "parent", "female", age=72, days=150, work_capacity="none",
        marital_status="widowed",
    )  # fmt: skip
    employer = "样例物业公司"
    father.wage(380000, employer)
    father.earned_before(950000, employer)
    father.insured(employer, _LOWEST_BASE, 208)
    father.account(2000000, "样例商业银行", "7719")
    father.account(1560000, "样例农商银行", "7720", undeclared=True)
    father.vehicle("car", 8680000, cast.day(3), declared=False)
    mother.account(350050, "样例商业银行", "2046")
    daughter.account(120000, "样例商业银行", "5518")
    grandmother.pension(240000, cast.day(17, 4, 1))
    grandmother.home(_unit(7, 502), "71.5", cast.day(25))
    return draft.finish(
        "李家三代四口,未成年的女儿由监护人代签。申报没有机动车,核到一辆:不一致。"
        "父亲少报一个存款账户:不一致。祖母的退休金一致。",
        _LI,
    )


def _wang(cast: _Cast) -> SampleHousehold:
    draft = cast.draft("story 3")
    father = cast.add(
        draft, "王䶮", "self", "male", age=45, days=260,
        marital_status="married", employed=True, work_capacity="full",
    )  # fmt: skip
    mother = cast.add(
        draft, "阿依古丽·买买提", "spouse", "female", age=43, days=19, ending="X",
        marital_status="married", employed=False,
    )  # fmt: skip
    son = cast.add(
        draft, "王浩然", "child", "male", age=20, days=44,
        signs=None, marital_status="single", student="college",
    )  # fmt: skip
    number = father.member["id_number"]
    father.written["real_estate"] = Written("王䶮", old_form(number), "upgraded")
    father.written["bank"] = Written("王\ue863", number, "name_variant")
    lower = mother.member["id_number"].lower()
    mother.written["social_insurance"] = Written("阿依古丽·买买提", lower, "normalised")
    mother.written["bank"] = Written("阿依古丽•买买提", mother.member["id_number"], "name_variant")
    employer = "样例装修队"
    father.wage(300000, employer)
    father.insured(employer, _LOWEST_BASE, 133)
    father.account(640000, "样例商业银行", "9023")
    father.home(_unit(31, 1102), "48.2", date(1998, 6, 1), declared=False)
    father.spends("rent", 1800000)
    mother.insured("样例餐饮店", _LOWEST_BASE, 40, status="suspended")
    mother.account(210000, "样例农商银行", "4471")
    son.account(5200000, "样例商业银行", "8864", undeclared=True)
    son.vehicle("motorcycle", 790000, cast.day(1), declared=False)
    return draft.finish(
        "王家三口。不动产登记中心用15位旧号登记着一套房屋,申报为无:不一致。"
        "银行系统写不出“䶮”,号码一致、字形不同,照常计入。成年儿子没有签署授权书:不查询。",
        _WANG,
    )


def _zhao(cast: _Cast) -> SampleHousehold:
    draft = cast.draft("story 4")
    grandmother = cast.add(
        draft, "赵玉珍", "self", "female", age=83, days=140, work_capacity="none",
        marital_status="widowed",
    )  # fmt: skip
    grandmother.pension(150000, cast.day(28, 9, 1))
    grandmother.account(4000000, "样例商业银行", "6150", kind="time")
    grandmother.account(593601, "样例邮储网点", "6151")
    grandmother.home(_unit(3, 104), "38.5", date(1997, 3, 12))
    return draft.finish(
        "赵奶奶83岁,独居,没有公积金。存款如实申报,全部一致,共45936.01元,"
        "比60周岁以上的限额45936.00元多一分。",
        _ZHAO,
    )

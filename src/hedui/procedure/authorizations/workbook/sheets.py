"""What the sheets of the workbook hold 表格的内容: columns, and the words for each choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hedui import policy
from hedui.procedure.cases.labels import (
    ASSET_CLASSES,
    ASSET_KINDS,
    DISABILITIES,
    EXPENSE_KINDS,
    INCOME_CLASSES,
    INCOME_KINDS,
    MARITAL_STATUSES,
    RELATIONS,
    SELF_CARES,
    STUDENTS,
    WORK_CAPACITIES,
)

Kind = Literal["text", "number", "resident", "money", "day", "choice", "truth", "items"]
TRUTHS = {"是": "true", "否": "false"}
HOUSEHOLD, MEMBER, FAULT, TAKEN = "家庭代号", "成员代号", "错误", "受理编号"


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column: its heading, where its value goes in CASE.json, how it is read.

    choices: what may be chosen, by the word that is shown
    """

    heading: str
    name: str
    kind: Kind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, which list of CASE.json its rows go to, its columns."""

    name: str
    part: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        """Return the headings as they are written, with what we write into it last."""
        ours = [TAKEN, FAULT] if self.part == "households" else [FAULT]
        return [HOUSEHOLD, *(column.heading for column in self.columns), *ours]


def _by_label(labels: Mapping[str, str]) -> dict[str, str]:
    return {label: code for code, label in labels.items()}


def _of_kinds(classes: Mapping[str, str], kinds: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return `class/kind` by words such as 存款·银行存款, a class without kinds by its own."""
    return {
        f"{label}·{word}" if kind else label: f"{class_}/{kind}"
        for class_, label in classes.items()
        for kind, word in (kinds[class_] or {"": ""}).items()
    }


def sheets() -> tuple[Sheet, ...]:
    """Return the sheets in their order."""
    member = Column(MEMBER, "key")
    programmes = {one.label: one.name for one in policy.known_programmes().values()}
    household = (
        Column("救助项目", "programme", "choice", programmes),
        Column("行政区划代码", "division"),
        Column("申请日期", "applied_on", "day"),
    )
    return (
        Sheet("家庭", "households", household),
        Sheet("成员", "members", (member, *_members())),
        Sheet("收入", "incomes", (member, *_incomes())),
        Sheet("财产", "assets", (member, *_assets())),
        Sheet("支出", "expenses", (member, *_expenses())),
        Sheet("授权", "authorizations", (member, *_authorizations())),
    )


def _incomes() -> tuple[Column, ...]:
    return (
        Column("种类", "kind", "choice", _of_kinds(INCOME_CLASSES, INCOME_KINDS)),
        Column("金额(元)", "amount", "money"),
        Column("起", "from", "day"),
        Column("止", "to", "day"),
        Column("成本(元)", "costs", "money"),
        Column("已缴税款(元)", "tax", "money"),
        Column("个人缴纳社保(元)", "social_insurance", "money"),
    )


def _assets() -> tuple[Column, ...]:
    return (
        Column("种类", "kind", "choice", _of_kinds(ASSET_CLASSES, ASSET_KINDS)),
        Column("价值(元)", "value", "money"),
        Column("截止日期", "as_of", "day"),
        Column("购置价(元)", "purchase_price", "money"),
        Column("购置日期", "purchased_on", "day"),
        Column("建筑面积(平方米)", "floor_area", "number"),
        Column("份额", "share", "number"),
    )


def _expenses() -> tuple[Column, ...]:
    return (
        Column("种类", "kind", "choice", _by_label(EXPENSE_KINDS)),
        Column("金额(元)", "amount", "money"),
        Column("起", "from", "day"),
        Column("止", "to", "day"),
    )


def _authorizations() -> tuple[Column, ...]:
    return (
        Column("授权书文本", "form"),
        Column("授权书编号", "number"),
        Column("签署日期", "signed_on", "day"),
        Column("有效期至", "valid_until", "day"),
        Column("签署件文件名", "evidence"),
        Column("查询项", "items", "items"),
        Column("监护人代号", "guardian"),
    )


def _members() -> tuple[Column, ...]:
    return (
        Column("姓名", "name"),
        Column("公民身份号码", "id_number", "resident"),
        Column("与申请人关系", "relation", "choice", _by_label(RELATIONS)),
        Column("婚姻状况", "marital_status", "choice", _by_label(MARITAL_STATUSES)),
        Column("是否就业", "employed", "truth", TRUTHS),
        Column("劳动能力", "work_capacity", "choice", _by_label(WORK_CAPACITIES)),
        Column("生活自理能力", "self_care", "choice", _by_label(SELF_CARES)),
        Column("残疾类别", "disability/category", "choice", _by_label(DISABILITIES)),
        Column("残疾等级", "disability/grade", "choice", {n: n for n in "1234"}),
        Column("是否重病", "serious_illness", "truth", TRUTHS),
        Column("在读情况", "student", "choice", _by_label(STUDENTS)),
        Column("单亲家庭成员", "single_parent", "truth", TRUTHS),
        Column("毕业日期", "graduated_on", "day"),
    )

"""One field of the declaration as a page shows it, and the vocabularies behind the choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hedui.procedure.cases import labels

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a field asks. kind: text, number, money, date, choice or tick."""

    name: str
    label: str
    kind: str = "text"
    choices: Choices = ()
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A field with what was filled in and what is wrong with it."""

    ask: Ask
    id: str
    value: str
    error: str = ""
    focus: bool = False

    @property
    def described_by(self) -> str:
        """Name the elements that explain the field, for screen readers."""
        hint = f"{self.id}-hint" if self.ask.hint else ""
        return f"{hint} {self.id + '-error' if self.error else ''}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of income, property or expense."""

    index: int
    heading: str
    class_: str
    entries: list[Entry]
    more: list[Entry] = field(default_factory=list)

    @property
    def opens_more(self) -> bool:
        """Whether the further fields hold something and so must not be folded away."""
        return any(entry.value or entry.error for entry in self.more)


@dataclass(frozen=True, slots=True)
class Group:
    """All lines of one side, with the kinds that can be added."""

    name: str
    title: str
    hint: str
    unit: str
    rows: list[Row]
    adds: Choices


def choices(words: Mapping[str, str]) -> Choices:
    """Turn a vocabulary into choices; to leave a field empty says `unknown`."""
    return tuple((value, label) for value, label in words.items() if value != "unknown")


PERSON = (
    Ask("name", "姓名", required=True),
    Ask(
        "id_number",
        "公民身份号码",
        required=True,
        hint="18 位，末位可为 X；15 位旧号会自动升位。出生日期和性别由号码得出。",
    ),
    Ask("relation", "与申请人关系", "choice", choices(labels.RELATIONS), required=True),
    Ask("marital_status", "婚姻状况", "choice", choices(labels.MARITAL_STATUSES)),
    Ask("employed", "就业", "choice", (("yes", "已就业"), ("no", "未就业"))),
    Ask("work_capacity", "劳动能力", "choice", choices(labels.WORK_CAPACITIES)),
    Ask("self_care", "生活自理能力", "choice", choices(labels.SELF_CARES)),
    Ask("student", "在读情况", "choice", choices(labels.STUDENTS)),
    Ask("disability/category", "残疾类别", "choice", choices(labels.DISABILITIES)),
    Ask(
        "disability/grade",
        "残疾等级",
        "choice",
        (("1", "一级"), ("2", "二级"), ("3", "三级"), ("4", "四级")),
    ),
    Ask("serious_illness", "患重病", "tick"),
    Ask("single_parent", "单亲家庭成员", "tick"),
    Ask("no_earnings_shown", "已证明没有收入", "tick"),
    Ask("graduated_on", "毕业日期", "date"),
    Ask("absence/reason", "不在家中", "choice", choices(labels.ABSENCES)),
    Ask("absence/since", "何时起不在家中", "date"),
)
_FROM, _TO = Ask("from", "起", "date", required=True), Ask("to", "止", "date", required=True)
_AMOUNT = Ask("amount", "金额（元）", "money", required=True)
_SINCE = Ask("as_of", "截至", "date")
_OF_BUSINESS = (
    Ask("role", "身份", "choice", choices(labels.BUSINESS_ROLES)),
    Ask("employees", "雇工人数", "count"),
    Ask("employing_months", "雇工月数", "count"),
    Ask("profit", "年利润（元）", "money"),
)
WITHOUT_VALUE = frozenset({"vehicle", "real_estate", "business"})


def _kind(words: Mapping[str, str]) -> Ask:
    return Ask("kind", "种类", "choice", choices(words), required=True)


def income_asks(class_: str) -> tuple[tuple[Ask, ...], tuple[Ask, ...]]:
    """Return the fields of a line of income, and those that are seldom needed."""
    seldom = (
        Ask("social_insurance", "其中个人缴纳社保（元）", "money"),
        Ask("tax", "其中已缴税款（元）", "money"),
        Ask("costs", "其中成本（元）", "money"),
        *((Ask("started_on", "就业日期", "date"),) if class_ == "wage" else ()),
    )
    return (_kind(labels.INCOME_KINDS[class_]), _AMOUNT, _FROM, _TO), seldom


def asset_asks(class_: str) -> tuple[tuple[Ask, ...], tuple[Ask, ...]]:
    """Return the fields of a line of property by class, and those a file may have filled."""
    words = labels.ASSET_KINDS[class_]
    kind = _kind(words) if words else Ask("kind", "说明")
    worth = Ask("value", "价值（元）", "money", required=class_ not in WITHOUT_VALUE)
    price, bought = (
        Ask("purchase_price", "购置价（元）", "money"),
        Ask("purchased_on", "购置日期", "date"),
    )
    area = Ask("floor_area", "建筑面积（平方米）", "number")
    share = Ask("share", "份额", "number", hint="全部为 1，一半为 0.5")
    shown = {
        "vehicle": (kind, price, bought),
        "real_estate": (kind, area, share),
        "business": (kind, worth, _SINCE, *_OF_BUSINESS),
    }.get(class_, (kind, worth, _SINCE))
    insured = Ask("insured_value", "车损险保额（元）", "money")
    every = (worth, _SINCE, price, bought, area, share, Ask("use", "用途"), insured)
    return shown, tuple(ask for ask in every if ask not in shown)


def expense_asks() -> tuple[Ask, ...]:
    """Return the fields of a line of expense."""
    return _kind(labels.EXPENSE_KINDS), _AMOUNT, _FROM, _TO


SIDES: tuple[tuple[str, str, str, str, Choices], ...] = (
    (
        "incomes",
        "收入",
        "按核算期内实际取得的收入逐项填写；没有收入的不填。",
        "项",
        choices(labels.INCOME_CLASSES),
    ),
    (
        "assets",
        "财产",
        "存款、证券、保险、车辆、房产等逐项填写；没有的不填。",
        "项",
        choices(labels.ASSET_CLASSES),
    ),
    (
        "expenses",
        "支出",
        "医疗、教育、房租等可以扣减或说明困难的支出。",
        "项",
        (("expense", "支出"),),
    ),
)

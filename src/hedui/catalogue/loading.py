"""
Load the sources from their YAML files; `reading` holds each to the schema.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from hedui.catalogue.items import TEXT_LENGTH, CatalogueError, Item
from hedui.catalogue.minimal import TYPES, Minimal, banded
from hedui.catalogue.reading import Page

Measure = Literal["sum", "sum_in_period", "monthly", "count", "hint", "membership"]
Side = Literal["incomes", "assets", "expenses", "members"]


@dataclass(frozen=True, slots=True)
class Against:
    """
    The part of a declaration that a source is held against; no kinds means all of the class.

    class_: of `members` it is what the household states of a person, such as `marital_status`, or
        what it need not state, such as `living`
    """

    side: Side
    class_: str
    kinds: tuple[str, ...] = ()

    @property
    def class_name(self) -> str:
        """Name the class with its side: `incomes.wage`."""
        return f"{self.side}.{self.class_}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What of a source is compared with what was declared (比对口径).

    measure: `sum` of amounts held; `sum_in_period` of amounts dated within the look-back period;
        `monthly` amount in payment; `count` of rows; `hint`, which is never income or property
        itself but may raise a question; `membership`, which says something about who belongs to
        the household and is for a person to look at
    where: rows count only if each named item has one of these codes
    unless: rows do not count if a named item has one of these codes
    agrees: of a membership, what may be declared, with the registered codes that agree with it
    question: of a membership, that whatever is registered is to be explained
    """

    item: str
    measure: Measure
    against: Against
    label: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    agrees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    question: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether it counts as income, property or expense: hints and memberships do not."""
        return self.measure not in ("hint", "membership")

    @property
    def companions(self) -> tuple[str, ...]:
        """The items without which its rows cannot be told apart, nor months in payment counted."""
        drawn = ("benefit_from", "status") if self.measure == "monthly" else ()
        return tuple(dict.fromkeys((*self.where, *self.unless, *drawn)))


@dataclass(frozen=True)
class Source:
    """
    A source of information (数据来源).

    unit: who answers, unless the department says otherwise (答复单位)
    levels: where the authoritative records usually are, nearest first
    lag_days: how far the records usually lag behind (通常滞后)
    max_age_days: an answer older than this proves no absence, unless an agreement says otherwise
    programmes: which need it (救助项目)
    traps: how its answers are easily misread
    dated_by: the item that dates a row; rows outside the period asked are not answered
    decisive: items of which one unreadable value spoils the figures of the whole answer
    minimal: forms in which less than a value may be asked, by name (简答项)
    """

    name: str
    label: str
    unit: str
    levels: tuple[str, ...]
    lag_days: int
    max_age_days: int
    programmes: tuple[str, ...]
    items: Mapping[str, Item]
    never_ask: tuple[str, ...]
    traps: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    dated_by: str | None
    decisive: frozenset[str]
    minimal: Mapping[str, Minimal]

    @cached_property
    def askable(self) -> Mapping[str, Item]:
        """Return all that may be asked by name: the items, and the minimal forms of some."""
        return {**self.items, **{name: form.item for name, form in self.minimal.items()}}

    @cached_property
    def compared(self) -> frozenset[str]:
        """Return the items that comparison uses: without one of them something cannot be told."""
        used = {name for each in self.comparisons for name in (each.item, *each.companions)}
        dated = {self.dated_by} if self.dated_by else set()
        return frozenset(
            {name for name, item in self.items.items() if item.required} | used | dated
        )

    def forms_in(self, names: Iterable[str]) -> list[Minimal]:
        """Return the minimal forms among full names."""
        asked = frozenset(names)
        return [form for form in self.minimal.values() if form.item.full_name in asked]

    def figure_of(self, form: Minimal) -> Comparison:
        """Return the comparison by which a minimal form is counted."""
        return next(each for each in self.comparisons if each.item == form.of)

    @cached_property
    def binding(self) -> tuple[Comparison, ...]:
        """Return the comparisons by which income or property is found."""
        return tuple(
            each
            for each in self.comparisons
            if each.is_figure and each.against.side in ("incomes", "assets")
        )


@cache
def sources() -> Mapping[str, Source]:
    """Return every source of the catalogue by name, in the catalogue's order."""
    ranked = []
    for path in files("hedui.catalogue").joinpath("sources").iterdir():
        if path.name.endswith(".yaml"):
            page = Page(path.name.removesuffix(".yaml"), path.read_text(encoding="utf-8"))
            ranked.append((page.content["rank"], read_source(page)))
    ranked.sort(key=lambda pair: (pair[0], pair[1].name))
    return MappingProxyType({source.name: source for _rank, source in ranked})


def item(full_name: str) -> Item:
    """
    Return one item by its full name, such as `bank.balance_fen`.

    :raises CatalogueError: no such source or item
    """
    source, _dot, name = full_name.partition(".")
    try:
        return sources()[source].askable[name]
    except KeyError:
        raise CatalogueError(f"目录中没有查询项 {full_name!r}") from None


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """
    Expand names of sources and items to the sorted full names of all items they mean.

    A minimal form is meant by its own name alone, never by its source's.

    :raises CatalogueError: a name that is neither a source nor an item; the message quotes it
    """
    expanded: set[str] = set()
    for name in names:
        if name in sources():
            expanded.update(each.full_name for each in sources()[name].items.values())
        else:
            expanded.add(item(name).full_name)
    return tuple(sorted(expanded))


def least(names: Iterable[str]) -> list[str]:
    """Choose of full names of one source what reveals least: its minimal forms, if there are."""
    named = list(names)
    return [name for name in named if is_minimal(name)] or named


def whole(names: Iterable[str]) -> list[str]:
    """Choose of full names what is no minimal form."""
    return [name for name in names if not is_minimal(name)]


def by_source(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group full names by their source, in their order."""
    grouped: dict[str, tuple[str, ...]] = {}
    for name in names:
        source = name.partition(".")[0]
        grouped[source] = (*grouped.get(source, ()), name)
    return grouped


def is_minimal(full_name: str) -> bool:
    """Tell whether a full name is that of a minimal form (简答项)."""
    source, _dot, name = full_name.partition(".")
    return source in sources() and name in sources()[source].minimal


def read_source(page: Page) -> Source:
    """
    Read one source from its file.

    :raises CatalogueError: a comparison of what the source lacks, a code for two things, and the
        like; what the schema says is held by `Page`
    """
    entry = page.content
    items = {key: _item(page, key, value) for key, value in entry["items"].items()}
    comparisons = tuple(
        _comparison(page, items, number, each) for number, each in enumerate(entry["comparisons"])
    )
    dated_by = entry.get("dated_by")
    if dated_by is not None and (dated_by not in items or items[dated_by].type != "month"):
        raise page.wrong(
            ["dated_by"], f"没有 month 类型的查询项“{dated_by}”", "请写 items 中 month 类型的一项"
        )
    return Source(
        name=page.name,
        label=entry["label"],
        unit=entry["unit"],
        levels=tuple(entry["levels"]),
        lag_days=entry["lag_days"],
        max_age_days=entry["max_age_days"],
        programmes=tuple(entry["programmes"]),
        items=MappingProxyType(items),
        never_ask=tuple(entry["never_ask"]),
        traps=tuple(entry["traps"]),
        comparisons=comparisons,
        dated_by=dated_by,
        decisive=_decisive(items, comparisons),
        minimal=MappingProxyType(
            {
                name: _minimal(page, items, comparisons, name, said)
                for name, said in entry.get("minimal", {}).items()
            }
        ),
    )


def _item(page: Page, name: str, entry: Mapping[str, Any]) -> Item:
    writings: Mapping[str, list[str]] = entry.get("values", {})
    place = ["items", name]
    if bool(writings) != (entry["type"] == "enum"):
        remedy = "type 为 enum 的须写 values,其他类型不写"
        raise page.wrong(place, f"{name} 的 values 与 type 不合", remedy)
    written = {way: code for code, ways in writings.items() for way in (code, *ways)}
    if len(written) != sum(1 + len(ways) for ways in writings.values()):
        raise page.wrong(place, f"{name} 有同一写法对应两个代码", "请只留在一个代码下")
    return Item(
        source=page.name,
        name=name,
        label=entry["label"],
        type=entry["type"],
        sensitivity=entry.get("sensitive", ""),
        required=entry.get("required", False),
        signed=entry.get("signed", False),
        length=entry.get("length", TEXT_LENGTH),
        values=MappingProxyType({code: ways[0] for code, ways in writings.items()}),
        written=MappingProxyType(written),
    )


def _minimal(
    page: Page,
    items: Mapping[str, Item],
    comparisons: tuple[Comparison, ...],
    name: str,
    entry: Mapping[str, Any],
) -> Minimal:
    place = ["minimal", name]
    form, of = entry["form"], entry["of"]
    figures = [each for each in comparisons if each.item == of and each.is_figure]
    if name in items or len(figures) != 1 or figures[0].measure not in ("sum", "count"):
        remedy = "of 请写 comparisons 中按 sum 或 count 比对的一项,名称不与查询项相同"
        raise page.wrong(place, f"简答项 {name} 没有可以依据的比对口径", remedy)
    if (form == "band") != ("bounds" in entry) or (form == "band" and items[of].type != "fen"):
        raise page.wrong(place, "bounds 与 form 不合", "只有金额的 band 须写 bounds,其他不写")
    item = Item(page.name, name, entry["label"], TYPES[form], items[of].sensitivity, required=True)
    if form != "band":
        return Minimal(item, of, form)
    bounds = [int(yuan) * 100 for yuan in entry["bounds"]]
    if bounds != sorted({0, *bounds})[1:]:
        raise page.wrong([*place, "bounds"], "没有从小到大排列", "请从小到大各写一次")
    return banded(item, of, bounds)


def _comparison(
    page: Page, items: Mapping[str, Item], number: int, entry: Mapping[str, Any]
) -> Comparison:
    place: list[str | int] = ["comparisons", number]
    if entry["item"] not in items:
        remedy = "请写 items 中的一项,或者补上这一项"
        raise page.wrong([*place, "item"], f"没有查询项“{entry['item']}”", remedy)
    against, side = entry["against"], entry["against"]["side"]
    if entry["measure"] == "membership" and side != "members":
        raise page.wrong([*place, "against"], "成员情况比不了金额", "side 请写 members")
    if side == "members" and entry["measure"] not in ("membership", "hint"):
        raise page.wrong([*place, "measure"], "金额比不了成员情况", "请写 membership 或 hint")
    if ("agrees" in entry or "question" in entry) and entry["measure"] != "membership":
        remedy = "请删去,或将 measure 写作 membership"
        raise page.wrong(place, "agrees、question 只用于成员情况", remedy)
    return Comparison(
        item=entry["item"],
        measure=entry["measure"],
        against=Against(side, against["class"], tuple(against.get("kinds", ()))),
        label=entry["label"],
        where=_condition(page, items, [*place, "where"], entry.get("where", {})),
        unless=_condition(page, items, [*place, "unless"], entry.get("unless", {})),
        agrees=MappingProxyType({k: tuple(codes) for k, codes in entry.get("agrees", {}).items()}),
        question=entry.get("question", False),
    )


def _condition(
    page: Page, items: Mapping[str, Item], place: list[str | int], entry: Mapping[str, list[str]]
) -> Mapping[str, tuple[str, ...]]:
    for name, codes in entry.items():
        if name not in items or not set(codes) <= items[name].values.keys():
            remedy = "请写 enum 类型的一项和它 values 中的代码"
            raise page.wrong([*place, name], f"条件“{name}”用了不存在的查询项或代码", remedy)
    return MappingProxyType({name: tuple(codes) for name, codes in entry.items()})


def _decisive(items: Mapping[str, Item], comparisons: tuple[Comparison, ...]) -> frozenset[str]:
    figures = [each for each in comparisons if each.is_figure]
    measured = {each.item for each in figures if each.measure != "count"}
    conditions = {name for each in figures for name in each.where}
    required = {each.name for each in items.values() if each.required}
    amounts = {each.name for each in items.values() if each.type == "fen"}
    return frozenset(measured | conditions | required | amounts)

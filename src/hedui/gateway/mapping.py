"""
Know where in a department's own tables the items of a source stand (对照表).

A mapping is a YAML file that the department writes; `mapping.schema.json` says what it may hold.
A file whose columns already bear the catalogue's names needs none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hedui.catalogue import Item, Source, sources
from hedui.catalogue.reading import Page, Shape


class MappingError(ValueError):
    """A mapping that cannot be used; the message says file, line and remedy."""


SHAPE = Shape("hedui.gateway", "mapping.schema.json", MappingError)
UNITS = {"分": 1, "元": 100, "千元": 100_000, "万元": 1_000_000}
"""How many fen each is."""
_UNIT = re.compile(r"[(\uff08](分|元|千元|万元)[)\uff09]")


def says_a_unit(column: str) -> bool:
    """Tell whether the name of a column says in which unit its amounts are."""
    return bool(_UNIT.search(column)) or column.endswith("_fen")


def unit_in(column: str) -> str:
    """Return the unit of amounts that the name of a column says, 元 where it says none."""
    written = _UNIT.search(column)
    return written[1] if written else "分" if column.endswith("_fen") else "元"


@dataclass(frozen=True, slots=True)
class Column:
    """
    Where one item stands and how it is written there.

    column: the department's name for it; None where every row has the `constant`
    unit: of an amount, a word of UNITS; `%` of a share
    codes: what the department writes, with the catalogue's code
    format: of a day or month, `YYYY年M月D日`
    """

    column: str | None
    constant: str | int | bool | None = None
    unit: str = ""
    format: str = ""
    codes: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day as of which rows are true: in a column, one day, or so many days before today."""

    column: str | None = None
    format: str = ""
    day: str | None = None
    days_ago: int | None = None


@dataclass(frozen=True, slots=True)
class Database:
    """A database that a department lends to be read; password_file: one line."""

    kind: str
    host: str
    name: str
    user: str
    port: int | None = None
    password_file: Path | None = None
    ca: Path | None = None
    timeout_seconds: int = 5


@dataclass(frozen=True, slots=True)
class Join:
    """A second table with one row for each key: `ours` here equals `theirs` there."""

    file: Path | None
    table: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    A source, the tables that hold it, and where in them each item stands.

    is_plain: the columns bear the catalogue's own names, and what is missing is not answered
    empty: what the department writes for nothing
    """

    source: Source
    table: str
    id_number: str
    name: str
    items: Mapping[str, Column]
    file: Path | None = None
    database: Database | None = None
    join: Join | None = None
    as_of: AsOf | None = None
    empty: frozenset[str] = frozenset()
    is_plain: bool = False

    def columns(self, items: Iterable[str]) -> list[str]:
        """Return the department's columns that these items, the person and the day need."""
        wanted = [self.id_number, self.name]
        wanted += [self.as_of.column] if self.as_of and self.as_of.column else []
        wanted += [spot.column for name in items if (spot := self.items[name]).column]
        return list(dict.fromkeys(wanted))


def plain(path: Path, source: Source) -> Mapped:
    """Take a file whose columns bear the catalogue's names, amounts in fen."""
    items = {
        name: Column(name, unit="分" if item.type == "fen" else "")
        for name, item in source.items.items()
    }
    return Mapped(
        source, source.name, "id_number", "name", items, path, as_of=AsOf("as_of"), is_plain=True
    )


def load_mapping(path: Path) -> Mapped:
    """
    Read a mapping file.

    :raises MappingError: what is wrong in it, where, and what to do
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise MappingError(f"{path.name}:不是 UTF-8 文字;请以 UTF-8 另存。") from None
    except OSError as error:
        raise MappingError(f"{path.name}:{error.strerror or '无法读取'}。") from None
    page = Page(path.stem, text, SHAPE)
    content = page.content
    source = sources().get(content["source"])
    if source is None:
        raise page.wrong(("source",), "目录中没有这个来源", f"可以写 {'、'.join(sources())}")
    data = content["data"]
    _one_place(page, data)
    database = _database(path.parent, data.get("database"))
    table = data.get("table", source.name)
    return Mapped(
        source=source,
        table=table,
        id_number=content["person"]["id_number"],
        name=content["person"]["name"],
        items={name: _column(page, source, name, said) for name, said in content["items"].items()},
        file=path.parent / data["file"] if "file" in data else None,
        database=database,
        join=_join(page, path.parent, data),
        as_of=_as_of(page, content.get("as_of"), database is not None),
        empty=frozenset(content.get("empty", ())),
    )


def _one_place(page: Page, data: Mapping[str, Any]) -> None:
    if ("file" in data) == ("database" in data):
        raise page.wrong(("data",), "应写 file 或 database 之一", "文件写 file,数据库写 database")
    if "database" in data and "table" not in data:
        raise page.wrong(("data", "database"), "没有写明表或视图", "请加上 table")


def _database(folder: Path, said: Mapping[str, Any] | None) -> Database | None:
    if said is None:
        return None
    paths = {name: folder / said[name] for name in ("password_file", "ca") if name in said}
    return Database(**{**said, **paths})


def _join(page: Page, folder: Path, data: Mapping[str, Any]) -> Join | None:
    said = data.get("join")
    if said is None:
        return None
    [(ours, theirs)] = said["keys"].items()
    if "database" in data and ("file" in said or "table" not in said):
        raise page.wrong(("data", "join"), "数据库只能连接同一数据库的表", "请写 table")
    file = folder / said["file"] if "file" in said else None
    if "database" not in data and file is None:
        if "table" not in said:
            raise page.wrong(("data", "join"), "没有写明另一张表", "请写 file 或 table")
        file = folder / data["file"]
    return Join(file, said.get("table", ""), ours, theirs)


def _as_of(page: Page, said: Mapping[str, Any] | None, is_database: bool) -> AsOf | None:
    if said is None:
        if is_database:
            raise page.wrong((), "数据库没有文件日期", "请加上 as_of,如 as_of: {days_ago: 0}")
        return None
    if sum(key in said for key in ("column", "day", "days_ago")) != 1:
        raise page.wrong(("as_of",), "数据日期只能写一种", "请写 column、day、days_ago 之一")
    return AsOf(**said)


def _column(page: Page, source: Source, name: str, said: str | Mapping[str, Any]) -> Column:
    place = ("items", name)
    item = source.items.get(name)
    if item is None:
        raise page.wrong(place, f"来源 {source.name} 没有查询项“{name}”", "请对照目录改正或删去")
    if isinstance(said, str):
        spot = Column(said)
    else:
        if ("column" in said) == ("constant" in said):
            raise page.wrong(place, "应写 column 或 constant 之一", "请补上列名,或写固定的值")
        spot = Column(said.get("column"), **{k: v for k, v in said.items() if k != "column"})
    _fits(page, item, spot, place)
    return spot


def _fits(page: Page, item: Item, spot: Column, place: tuple[str, str]) -> None:
    if item.type == "fen" and spot.unit not in UNITS:
        column = spot.column or "列名"
        whole = f'{item.name}: {{column: "{column}", unit: {unit_in(column)}}}'
        raise page.wrong(place, f"{item.label}是金额,没有写明单位", f"请写成 {whole}")
    if item.type != "fen" and spot.unit and (item.type, spot.unit) != ("share", "%"):
        raise page.wrong(place, f"{item.label}不是金额,不应有单位", "请删去 unit")
    if spot.format and item.type not in ("date", "month"):
        raise page.wrong(place, f"{item.label}不是日期", "请删去 format")
    if spot.codes and item.type not in ("enum", "boolean"):
        raise page.wrong(place, f"{item.label}没有代码表", "请删去 codes")
    known = set(map(str, item.values)) if item.type == "enum" else {"True", "False"}
    for word, code in spot.codes.items():
        if str(code) not in known:
            remedy = f"可以写 {'、'.join(item.values) or 'true 或 false'}"
            raise page.wrong((*place, "codes", word), "目录中没有这个代码", remedy)

"""
The text of a form 文书文本: a few marks that a clerk can write, read strictly.

Every fault names its line and what to do. What the marks are: docs/reference/papers.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from hedui.procedure.papers.fields import ASKED, Field, fields, nearest
from hedui.wire.canonical import digest

Kind = Literal[
    "heading", "paragraph", "note", "list", "table", "grid", "address", "closing", "signing",
    "space", "tear",
]  # fmt: skip
LAYOUTS: Final = {"公文": "letter", "表格": "sheet"}
MARKS: Final[dict[str, Kind]] = {
    "抬头": "address",
    "落款": "closing",
    "签名": "signing",
    "留空": "space",
    "回执": "tear",
}
FIELD: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_RULE: Final = re.compile(r"\|(\s*-+\s*\|)+")
_MOST: Final = 60_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a text, and on which line."""

    line: int
    message: str


class TextError(ValueError):
    """A text cannot be used as it stands (文本有误); its lines name file, line and remedy."""

    def __init__(self, where: str, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{where}:{one.line}:{one.message}" for one in faults))

    @classmethod
    def told(cls, message: str) -> "TextError":
        """Make one of a message that names file and line itself."""
        made = cls("", [])
        made.args = (message,)
        return made


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a text: rows of cells, fields still in them; widths: of a table's columns."""

    kind: Kind
    line: int
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()

    def line_of(self, row: int) -> int:
        """Return the line on which a row stands; below the head of a table there is the rule."""
        ruled = self.kind == "table" and row > 0
        return self.line + row + ruled


@dataclass(frozen=True, slots=True)
class Needs:
    """What a text must hold to: what whoever issues it writes, what it may not leave out."""

    asked: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class FormText:
    """A text that was read: title, layout (letter or sheet), ground, blocks, and digest."""

    title: str
    layout: str
    ground: str
    blocks: tuple[Block, ...]
    digest: str


def read_text(where: str, text: str, needs: Needs) -> FormText:
    """
    Read the text of a form.

    :raises TextError: with every fault that was found
    """
    if len(text) > _MOST:
        raise TextError(where, [Fault(1, f"文本超过 {_MOST} 字;请缩短。")])
    lines = text.replace("\r\n", "\n").split("\n")
    faults: list[Fault] = []
    head, start = _head(lines, faults)
    blocks = tuple(_blocks(lines, start, faults))
    for block in blocks:
        faults += _faults_in(block, needs)
    named = {name for block in blocks for _, name in _named(block)}
    for name in needs.must:
        if name not in named:
            faults.append(
                Fault(1, f"缺少“{name}”,这种文书不能没有它;请在文中写上 {{{{{name}}}}}。")
            )
    if faults:
        raise TextError(where, sorted(faults, key=lambda one: one.line))
    return FormText(
        head["标题"],
        LAYOUTS[head.get("版式", "公文")],
        head.get("依据", ""),
        blocks,
        digest({"text": text}),
    )


def _head(lines: list[str], faults: list[Fault]) -> tuple[dict[str, str], int]:
    """Read title and properties; return them and the index of the line after them."""
    head = {"标题": lines[0].removeprefix("# ").strip()}
    if not lines[0].startswith("# ") or not head["标题"]:
        faults.append(Fault(1, "第一行应为标题;请写作“# 标题”。"))
    at = 1
    while at < len(lines) and lines[at].strip():
        name, _, value = lines[at].replace("：", ":").partition(":")
        if name not in ("版式", "依据") or not value.strip():
            faults.append(
                Fault(at + 1, "标题下只能写“版式: 公文”或“版式: 表格”和“依据: …”,然后空一行。")
            )
        head[name] = value.strip()
        at += 1
    if head.get("版式", "公文") not in LAYOUTS:
        faults.append(Fault(2, f"没有“{head['版式']}”这种版式;请写{'、'.join(LAYOUTS)}。"))
    return head, at


def _blocks(lines: list[str], start: int, faults: list[Fault]) -> Iterator[Block]:
    at = start
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        first = at
        while at < len(lines) and lines[at].strip():
            at += 1
        yield from _parts([line.strip() for line in lines[first:at]], first + 1, faults)


def _parts(lines: list[str], number: int, faults: list[Fault]) -> Iterator[Block]:
    """Read the lines between two empty ones: marks stand on lines of their own."""
    at = 0
    while at < len(lines):
        line, here = lines[at], number + at
        kind = _starts(line)
        run = 1
        if kind in ("list", "table", "note", "paragraph"):
            while at + run < len(lines) and _continues(kind, lines[at + run]):
                run += 1
        held = lines[at : at + run]
        at += run
        if kind == "table":
            yield _table(held, here, faults)
        elif kind == "list":
            yield Block("list", here, tuple((one[2:],) for one in held))
        elif kind == "note":
            yield Block("note", here, (("".join(one[1:].strip() for one in held),),))
        elif kind == "heading":
            yield Block("heading", here, ((line[3:].strip(),),))
        elif kind == "mark":
            block = _mark(line, here, faults)
            if block:
                yield block
        else:
            yield Block("paragraph", here, (("".join(held),),))


def _starts(line: str) -> str:
    for sign, kind in (
        ("## ", "heading"),
        ("- ", "list"),
        ("|", "table"),
        (">", "note"),
        ("::", "mark"),
    ):
        if line.startswith(sign):
            return kind
    return "paragraph"


def _continues(kind: str, line: str) -> bool:
    return _starts(line) == kind


def _mark(line: str, number: int, faults: list[Fault]) -> Block | None:
    word, _, rest = line.removeprefix("::").partition(" ")
    if word not in MARKS:
        faults.append(
            Fault(number, f"不认识“::{word}”;可用的有{'、'.join(f'::{one}' for one in MARKS)}。")
        )
        return None
    cells = tuple(cell.strip() for cell in rest.split("|")) if rest.strip() else ()
    if word == "留空" and not (len(cells) == 1 and cells[0].isdecimal() and 0 < int(cells[0]) < 41):
        faults.append(Fault(number, "留空的行数不对;请写作“::留空 4”,最多 40 行。"))
        return None
    if word in ("抬头", "落款", "签名") and not cells:
        faults.append(Fault(number, f"“::{word}”后面没有内容;请写明,几项之间用“|”隔开。"))
        return None
    return Block(MARKS[word], number, (cells,))


def _table(lines: list[str], number: int, faults: list[Fault]) -> Block:
    """Read a table: with a rule under its first line that line is its head; without, a grid."""
    ruled = len(lines) > 1 and bool(_RULE.fullmatch(lines[1]))
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    widths = tuple(cell.count("-") for cell in _cells(lines[1])) if ruled else ()
    most = max(len(row) for row in rows)
    for at, row in enumerate(rows):
        if ruled and len(row) != len(rows[0]) and len(row) != 1:
            faults.append(
                Fault(
                    number + at + (at > 0),
                    f"这一行有 {len(row)} 格,表头有 {len(rows[0])} 格;请补齐。",
                )
            )
    if ruled and len(widths) != len(rows[0]):
        faults.append(Fault(number + 1, "分隔行的格数与表头不同;请改成一样多。"))
    return Block("table" if ruled else "grid", number, tuple(rows), widths or (1,) * most)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _named(block: Block) -> Iterator[tuple[int, str]]:
    """Yield every field that a block names, with its row."""
    for at, row in enumerate(block.rows):
        for cell in row:
            for found in FIELD.finditer(cell):
                yield at, found[1]


def _faults_in(block: Block, needs: Needs) -> Iterator[Fault]:
    lists: dict[int, set[str]] = {}
    for at, row in enumerate(block.rows):
        if any("{{" in left or "}}" in left for left in (FIELD.sub("", cell) for cell in row)):
            yield Fault(block.line_of(at), "花括号没有成对;字段请写作 {{组.字段}}。")
    for at, name in _named(block):
        group, _, asked = name.partition(".")
        if group == ASKED and asked in needs.asked:
            continue
        known, line = fields().get(name), block.line_of(at)
        if known is None:
            hint = nearest(name, needs.asked)
            more = f"是不是 {hint}?" if hint else ""
            yield Fault(
                line, f"没有“{name}”这个字段。{more}可用的字段见 docs/reference/papers-list.md。"
            )
            continue
        if known.repeats:
            lists.setdefault(at, set()).add(group)
        yield from _misplaced(block.kind, line, known, needs)
    for at, groups in lists.items():
        if len(groups) > 1:
            yield Fault(block.line_of(at), "一行里写了两组多行的字段;请分成两张表。")


def _misplaced(kind: Kind, line: int, known: Field, needs: Needs) -> Iterator[Fault]:
    if known.repeats and kind not in ("table", "list"):
        yield Fault(line, f"“{known.full_name}”有几行就印几行,只能写在表格或者列表里。")
    if needs.is_public and not known.is_public:
        yield Fault(
            line, f"公示文书不得写“{known.full_name}”;请删去,公示只写与救助有关的最少内容。"
        )


def repeated(row: tuple[str, ...]) -> str:
    """Return the group of many rows that a row names, "" if none."""
    for cell in row:
        for found in FIELD.finditer(cell):
            known = fields().get(found[1])
            if known and known.repeats:
                return known.group
    return ""

"""
Write the reference page of the catalogue, `docs/reference/catalogue.md`, from the sources.

    python -m hedui.catalogue.reference > docs/reference/catalogue.md
"""

from collections.abc import Iterator

from hedui.catalogue.items import Item
from hedui.catalogue.loading import Comparison, Source, sources

_TYPES = {
    "text": "text 文字",
    "integer": "integer 整数",
    "date": "date 日期 `YYYY-MM-DD`",
    "month": "month 月份 `YYYY-MM`，或年份 `YYYY`",
    "fen": "fen 金额（分，整数）",
    "share": "share 份额 `0.5`、`1/2`",
    "decimal": "decimal 十进制数文字",
    "enum": "enum 代码",
    "boolean": "boolean 是否",
}

_HEAD = """\
# Catalogue of sources and items 目录

What may be asked, of whom, and with what it is compared. This page is written by
`python -m hedui.catalogue.reference` from `src/hedui/catalogue/sources/*.yaml`; a test keeps it
true.

An item is named `source.item` (`bank.balance_fen`); a source alone means all its items. A
department's own table has the columns `name`, `id_number`, `as_of` and the items under their short
names. Amounts are integers of fen. For an enum a department may write the code or any of the words
given beside it; only the code travels. An empty cell means that the source holds nothing there.
"""


def page() -> str:
    """Return the page as Markdown."""
    return _HEAD + "".join(f"\n{line}" for each in sources().values() for line in _source(each))


def _source(source: Source) -> Iterator[str]:
    yield f"## `{source.name}` {source.label}\n"
    yield f"- answered by 答复单位: {source.unit}"
    yield f"- older than {source.max_age_days} days proves no absence 数据有效天数"
    if source.dated_by:
        yield f"- rows are dated by `{source.dated_by}`; none outside the period asked is answered"
    yield f"- never asked 不得查询: {'、'.join(source.never_ask)}\n"
    yield "| item | 名称 | type | notes |\n|---|---|---|---|"
    yield from (_item(each) for each in source.items.values())
    yield ""
    for item in source.items.values():
        if item.values:
            yield from _codes(item)
    yield "Compared with what was declared 比对口径:\n"
    yield from (_comparison(each) for each in source.comparisons)
    yield ""


def _item(item: Item) -> str:
    notes = {
        "sensitive 敏感": item.sensitive,
        "required 必填": item.required,
        "may be negative 可为负": item.signed,
        f"at most {item.length} characters": item.type == "text" and item.length < 20,
    }
    said = "; ".join(note for note, holds in notes.items() if holds)
    return f"| `{item.name}` | {item.label} | {_TYPES[item.type]} | {said} |"


def _codes(item: Item) -> Iterator[str]:
    yield f"`{item.name}`:\n"
    for code in item.values:
        words = [word for word, its_code in item.written.items() if its_code == code != word]
        yield f"- `{code}` {'、'.join(words)}"
    yield ""


def _comparison(comparison: Comparison) -> str:
    against = comparison.against
    kinds = f" ({', '.join(against.kinds)})" if against.kinds else ""
    conditions = [
        f"{word} `{name}` is {', '.join(codes)}"
        for word, condition in (("where", comparison.where), ("unless", comparison.unless))
        for name, codes in condition.items()
    ]
    said = f"; {'; '.join(conditions)}" if conditions else ""
    return (
        f"- {comparison.label}: `{comparison.measure}` of `{comparison.item}`"
        f" with {against.side} `{against.class_}`{kinds}{said}"
    )


if __name__ == "__main__":
    print(page(), end="")

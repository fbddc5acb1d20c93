"""
Write the reference page of the catalogue, `docs/reference/catalogue.md`, from the sources.

    python -m hedui.catalogue.reference > docs/reference/catalogue.md
"""

from collections.abc import Iterator

from hedui.catalogue.items import SENSITIVITIES, Item
from hedui.catalogue.loading import Comparison, Source, sources
from hedui.catalogue.minimal import Minimal

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

_LEVELS = {
    "company": "company 企业",
    "county": "county 县",
    "city": "city 市",
    "province": "province 省",
    "ministry": "ministry 部",
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

A **minimal form** 简答项 says less than an item: whether there is any, how many, or in which band
an amount lies. It is asked by a name of its own, only where the programme and the agreement name
it, and then before the value. The bands are the same for everybody and everywhere, so that whoever
asks cannot close in on an amount; see [0060](../decisions/0060-minimal-answers.md).

What an item *counts as*: a class of income, of property or of expenses; a **hint** 线索, which is
never income or property and only raises a question; or **membership** 成员, which says who belongs
to the household and is shown for a person to look at. The others tell rows apart or stand beside.

A source is one file under [`sources/`](../../src/hedui/catalogue/sources). Its keys are those of
[`source.schema.json`](../../src/hedui/catalogue/source.schema.json), which an editor with a YAML
language server completes and checks; a slip is told with file, line and remedy. Of the programmes
that need a source, one asks it everywhere (`may_ask` in its `programme.yaml`), or only where a
department there has an [agreement](agreements.md) on it (`may_also_ask`).

| | source | usual level | lag, days | counts as |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    listed = "".join(
        f"{_listed(number, one)}\n" for number, one in enumerate(sources().values(), 1)
    )
    told = "".join(f"\n{line}" for each in sources().values() for line in _source(each))
    return f"{_HEAD}{listed}{told}"


def _listed(number: int, source: Source) -> str:
    levels = " … ".join(source.levels)
    counts = dict.fromkeys(_counted(each) for each in source.comparisons)
    name = f"`{source.name}` {source.label}"
    return f"| {number} | {name} | {levels} | {source.lag_days} | {', '.join(counts)} |"


def _counted(comparison: Comparison) -> str:
    if not comparison.is_figure:
        return comparison.measure
    return f"{comparison.against.side} `{comparison.against.class_}`"


def _source(source: Source) -> Iterator[str]:
    yield f"## `{source.name}` {source.label}\n"
    yield f"- answered by 答复单位: {source.unit}"
    yield f"- usually kept at 通常层级: {'、'.join(_LEVELS[one] for one in source.levels)}"
    yield f"- usually {source.lag_days} days behind 通常滞后"
    yield (
        f"- older than {source.max_age_days} days proves no absence 数据有效天数"
        " (an agreement may say otherwise)"
    )
    if source.dated_by:
        yield f"- rows are dated by `{source.dated_by}`; none outside the period asked is answered"
    yield f"- needed by 适用项目: {', '.join(f'`{one}`' for one in source.programmes)}"
    yield f"- never asked 不得查询: {'、'.join(source.never_ask)}"
    yield f"- easily misread 易错: {';'.join(source.traps)}\n"
    yield "| item | 名称 | type | counts as | notes |\n|---|---|---|---|---|"
    yield from (_item(source, each) for each in source.items.values())
    yield ""
    for item in source.items.values():
        if item.values:
            yield from _codes(item)
    if source.minimal:
        yield "Minimal forms 简答项, answered once for all rows together:\n"
        yield from (_form(each) for each in source.minimal.values())
        yield ""
    yield "Compared with what was declared 比对口径:\n"
    yield from (_comparison(each) for each in source.comparisons)
    yield ""


def _item(source: Source, item: Item) -> str:
    counts = dict.fromkeys(_counted(one) for one in source.comparisons if one.item == item.name)
    notes = {
        f"sensitive 敏感 ({SENSITIVITIES.get(item.sensitivity)})": item.sensitive,
        "required 必填": item.required,
        "may be negative 可为负": item.signed,
        f"at most {item.length} characters": item.type == "text" and item.length < 20,
    }
    said = "; ".join(note for note, holds in notes.items() if holds)
    return f"| `{item.name}` | {item.label} | {_TYPES[item.type]} | {', '.join(counts)} | {said} |"


def _form(form: Minimal) -> str:
    said = {"present": "whether there is any", "count": "how many", "band": "the band"}[form.form]
    bands = f": {', '.join(f'`{code}` {words}' for code, words in form.item.values.items())}"
    of = f"{said} of `{form.of}`"
    return f"- `{form.item.name}` {form.item.label}: {of}{bands if form.item.values else ''}"


def _codes(item: Item) -> Iterator[str]:
    yield f"`{item.name}`:\n"
    for code in item.values:
        words = [word for word, its_code in item.written.items() if its_code == code != word]
        # a word may hold the mark that stands between words: 工资、薪金所得 is one
        yield f"- `{code}` {'、'.join(f'“{w}”' if '、' in w else w for w in words)}"
    yield ""


def _comparison(comparison: Comparison) -> str:
    against = comparison.against
    kinds = f" ({', '.join(against.kinds)})" if against.kinds else ""
    conditions = [
        f"{word} `{name}` is {', '.join(codes)}"
        for word, condition in (("where", comparison.where), ("unless", comparison.unless))
        for name, codes in condition.items()
    ]
    if comparison.agrees:
        agrees = ", ".join(f"{k} ~ {'/'.join(codes)}" for k, codes in comparison.agrees.items())
        conditions.append(f"declared and registered agree: {agrees}")
    if comparison.question:
        conditions.append("whatever is registered is a question 须说明")
    said = f"; {'; '.join(conditions)}" if conditions else ""
    return (
        f"- {comparison.label}: `{comparison.measure}` of `{comparison.item}`"
        f" with {against.side} `{against.class_}`{kinds}{said}"
    )


if __name__ == "__main__":
    print(page(), end="")

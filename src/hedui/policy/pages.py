"""Reference pages (参考页): rules, parameters and places, written from themselves."""

from collections.abc import Iterator
from inspect import getdoc

from hedui.policy.engine import Node
from hedui.policy.lock import place_parameters
from hedui.policy.parameter_files import READERS, Dated, Declared
from hedui.policy.parameters import chapter_parameters
from hedui.policy.programme import programmes
from hedui.policy.rule import Rule
from hedui.policy.trace import value_text
from hedui.policy.vocabulary import vocabulary, word

_MADE = "Written by `hedui policy pages`; do not edit.\n"


def pages() -> dict[str, str]:
    """Write all pages: file name → Markdown."""
    return {
        "policy-parameters.md": "\n".join(_parameters()) + "\n",
        "policy-rules.md": "\n".join(_rules()) + "\n",
        "policy-places.md": "\n".join(_places()) + "\n",
    }


def _parameters() -> Iterator[str]:
    yield "# Parameters that the rules know 参数名录\n"
    yield _MADE
    yield "How a file is written: [policy files](policy-files.md).\n"
    yield "## For all programmes\n"
    yield from _declared(list(chapter_parameters().values()))
    for one in programmes().values():
        own = [entry for name, entry in one.parameters.items() if name not in chapter_parameters()]
        if own:
            yield f"\n## `{one.name}` {one.label}\n"
            yield from _declared(own)
    yield "\n## Codes 代码\n"
    yield "What a parameter of unit `kinds` or `text` may say; in brackets what people read.\n"
    told = {e.words for one in programmes().values() for e in one.parameters.values() if e.words}
    for group in sorted(told):
        codes = "、".join(f"`{code}` ({word(code, group)})" for code in vocabulary()[group])
        yield f"- `{group}`: {codes}"


def _declared(entries: list[Declared]) -> Iterator[str]:
    yield "| parameter | is | unit | compared |"
    yield "|---|---|---|---|"
    for one in entries:
        unit = f"{one.unit}: `{one.words}`" if one.words else one.unit
        unit += "" if one.least is None else f", from {one.least}"
        unit += "" if one.most is None else f", to {one.most}"
        operator = word(one.operator, "operators") if one.operator else ""
        yield f"| `{one.name}` | {one.label} | {unit} | {operator} |"


def _rules() -> Iterator[str]:
    yield "# Rules 规则\n"
    yield _MADE
    yield "Each is one function; the next line says what it does, its unit, and what it takes.\n"
    seen: set[str] = set()
    for one in programmes().values():
        yield f"\n## `{one.name}` {one.label}\n"
        for node in one.rules.order:
            if node.name not in seen:
                yield _rule(node)
                seen.add(node.name)


def _rule(node: Node) -> str:
    if isinstance(node, Rule):
        first = (getdoc(node.apply) or "").partition("\n")[0]
        takes = ", ".join(f"`{name}`" for name in node.inputs)
    else:
        first = "The largest." if node.largest else "The sum."
        takes = f"`{node.of}`" + (
            f" where `{node.where[0]}` is {node.where[1]}" if node.where else ""
        )
    return (
        f"- `{node.name}` **{node.label}** ({node.unit}, {node.level.value}; {node.article},"
        f" {node.article.seen})  \n  {first} ← {takes}"
    )


def _places() -> Iterator[str]:
    declared = {n: e for one in programmes().values() for n, e in one.parameters.items()}
    yield "# Places 各地参数\n"
    yield _MADE
    for code, chapters in sorted(place_parameters().places.items()):
        yield f"\n## {code}\n"
        yield "| parameter | since | value | instrument | seen |"
        yield "|---|---|---|---|---|"
        for chapter, parameters in sorted(chapters.items()):
            for name, values in sorted(parameters.items()):
                for dated in values:
                    yield _value(chapter, declared[name], dated)


def _value(chapter: str, entry: Declared, dated: Dated) -> str:
    text = value_text(READERS[entry.unit](dated.value), entry.unit, entry.words)
    operator = f"{word(dated.operator, 'operators')} " if dated.operator else ""
    until = f" – {dated.until}" if dated.until else ""
    return (
        f"| {chapter}: {entry.label} | {dated.valid_from}{until} | {operator}{text}"
        f" | {dated.reference} | {dated.seen} |"
    )

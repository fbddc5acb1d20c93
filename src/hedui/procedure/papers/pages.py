"""The reference pages on forms 文书参考页, written from the list, the texts and the fields."""

from hedui.procedure.papers.catalogue import ELSEWHERE, forms, shipped
from hedui.procedure.papers.describing import described
from hedui.procedure.papers.fields import KINDS, fields
from hedui.procedure.record.moment import process_clock
from hedui.procedure.reports.documents import Document, Paper, paper_document, pictured

HEAD = """# Forms and notices 文书一览

Written by `hedui papers pages`; do not edit. How a text is written, and how a place replaces one:
[papers](papers.md).

"""
IMAGES = "../images/papers"
DOTS = 42


def page() -> str:
    """Write the page: every form with its picture, then every field."""
    lines = [HEAD + "## The forms", ""]
    lines.append("| 序号 | 文书 | 名称 | 什么时候 | 出具时填写 | 不得缺的字段 |")
    lines.append("|---|---|---|---|---|---|")
    for one in sorted(forms().values(), key=lambda form: form.number):
        kind = "编号出具" if one.is_issued else "打印"
        asked, must = "、".join(one.needs.asked) or "—", "、".join(one.needs.must) or "—"
        lines.append(
            f"| {one.number} | {shipped(one.name).title}（{kind}） | `{one.name}` | {one.when}"
            f" | {asked} | {must} |"
        )
    lines += [
        f"| {at} | {title}（另有版式） | — | {where} | — | — |"
        for at, (title, where) in ELSEWHERE.items()
    ]
    lines += ["", "## What they look like", ""]
    lines += [f"![{shipped(name).title}的空白表]({IMAGES}/{name}.png)" for name in forms()]
    lines += ["", "## The fields", "", "| 字段 | 种类 | 说明 |", "|---|---|---|"]
    for field in fields().values():
        more = "；几行就印几行" if field.repeats else ""
        more += "；可以公示" if field.is_public else ""
        lines.append(f"| `{field.full_name}` | {KINDS[field.kind]} | {field.meaning}{more} |")
    return "\n".join([*lines, ""])


def pictures() -> dict[str, bytes]:
    """Draw the first page of every blank form, as PNG, by name."""
    return {name: pictured(_blank(name), dots=DOTS) for name in forms()}


def _blank(name: str) -> Document:
    text = shipped(name)
    paper = Paper(text.title, text.layout, "", "", text.ground, "", described(text, None))
    return paper_document(paper, at=process_clock())

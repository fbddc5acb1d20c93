"""
The page for people (复核汇总页): one file in itself, of counts only, made from the summary.

No name, number or household stands on it, nothing is fetched, and it needs no script. Each chart
has its figures beside it in a table.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from hedui.batch.asked import everywhere, readable
from hedui.comparison import Status
from hedui.policy.programme import programmes

Summary = Mapping[str, Any]

ANSWERS: Final = {
    "fresh": "有结果",
    "stale": "过期",
    "conflict": "姓名不符",
    "unusable": "不能用",
    "no_reply": "未反馈",
    "not_asked": "未授权",
}
_TURNED: Final = {
    "true": "与申报的结果不同",
    "false": "与申报的结果相同",
    "unknown": "还不能判断",
    "not_computed": "没有试算",
}
_NOTES: Final = {
    "no_rules": "当地没有收录该项目的规则参数",
    "no_members": "没有成员",
    "unknown_class": "申报了不认识的类别",
    "unknown_relation": "成员与申请人的关系没有写或者不认识",
    "amount": "金额过大,请核对单位是否为分",
}
_COLOURS: Final = ("#1b6b50", "#b98a1d", "#2f5f9e", "#6b4a8c", "#8a8f98", "#c9ced6")
_STYLE: Final = """
:root{color-scheme:light}
body{margin:0 auto;max-width:60rem;padding:1rem;background:#fff;color:#1a1d21;
font:1rem/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #c9ced6}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;padding:.3rem 0;color:#3c4149}
th,td{padding:.25rem .5rem;border-bottom:1px solid #e3e6ea;text-align:left}
thead th:not(:first-child),td{text-align:right;font-variant-numeric:tabular-nums}
.said td{text-align:left;overflow-wrap:anywhere}
svg{width:100%;height:auto;max-height:18rem}ul{padding-left:1.2rem}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;padding:0;font-size:.9rem}
.key i{display:inline-block;width:.9em;height:.9em;margin-right:.3em}
@media print{body{max-width:none;font-size:10pt;padding:0}h2,tr,svg{break-inside:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
_LIMITS: Final = (
    "比对不一致、与申报结果不同,都只是去问的理由,不是停发、减发或者追回的理由;没有一户因本次复核而自动变更。",
    "未反馈、过期、未授权、未核到的,不说明没有,也不作不利于家庭的使用;有关结果为“不明”。",
    "姓名不符的行一律没有计入,须由人核实是不是本人。",
    "名册没有残疾、重病、在读、就业的情况,试算按没有计算;对这些家庭,试算的收入可能偏高。",
    "名册没有附上支出或义务人的,试算不加不减;专看支出或义务人的条件为“不明”。",
    "没有来源的类别(例如市场主体、债权)一律为“不明”,所以核到一侧很少有确定“符合”的结果。",
    "汇总页只有合计数;逐户、逐人的结果在同一目录的文件中,属于个人信息,按授权范围使用。",
)


def page(summary: Summary) -> str:
    """Write the page of a summary."""
    parts = (
        _whole(summary),
        _coverage(summary),
        _statuses(summary),
        _outcomes(summary),
        _to_look_at(summary),
        _limits(),
        _how(summary),
    )
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>批量复核汇总</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>批量复核汇总</h1>{''.join(parts)}</main></body></html>\n"
    )


def _whole(summary: Summary) -> str:
    return (
        f"<p>共 {summary['households']:,} 户、{summary['members']:,} 人。其中"
        f" {summary['members_without_authorization']:,} 人没有有效授权,没有比对;"
        f"{summary['members_with_unreadable_number']:,} 人的公民身份号码不可读,对不上任何来源。</p>"
    )


def _coverage(summary: Summary) -> str:
    names = [name for name in everywhere() if name in summary["answers"]]
    counts = [[summary["answers"][name].get(kind, 0) for kind in ANSWERS] for name in names]
    labels = [readable()[name].label for name in names]
    table = _table("各来源对多少人有结果(人)", ("来源", *ANSWERS.values()), labels, counts)
    chart = _bars("各来源的反馈情况", labels, counts, tuple(ANSWERS.values()))
    return _section("一、来源覆盖", chart + table)


def _statuses(summary: Summary) -> str:
    kinds = [status.value for status in Status]
    heads = tuple(status.label for status in Status)
    labels, counts = [], []
    for source in readable().values():
        for one in dict.fromkeys(each.item for each in source.comparisons):
            found = summary["findings"].get(f"{source.name}.{one}")
            if found:
                labels.append(f"{source.label}:{source.items[one].label}")
                counts.append([found.get(kind, 0) for kind in kinds])
    body = "<p>申报和核到都没有的,不列一行。</p>"
    body += _bars("各项比对的状态", labels, counts, heads)
    body += _table("各项比对的状态(条)", ("项目", *heads), labels, counts)
    return _section("二、比对状态", body)


def _outcomes(summary: Summary) -> str:
    found = summary["outcomes"]
    labels, counts = [], []
    for name, one in programmes().items():
        sides = [found[side].get(name, {}) for side in ("declared", "found")]
        row = [side.get(kind, 0) for side in sides for kind in ("holds", "open")]
        if any(row):
            labels.append(one.label)
            counts.append(row)
    heads = ("类别", "按申报符合", "按申报不明", "按核到符合", "按核到不明")
    body = _table("家庭类别(户)", heads, labels, counts)
    turned = [[found["changed"].get(key, 0)] for key in _TURNED]
    body += _bars(
        "按核到的与按申报的结果相比",
        ["各户"],
        [[one[0] for one in turned]],
        tuple(_TURNED.values()),
    )
    body += _table("按核到的与按申报的结果相比", ("结果", "户"), list(_TURNED.values()), turned)
    return _section("三、试算类别", body)


def _to_look_at(summary: Summary) -> str:
    names = [name for name in readable() if name in summary["refused"]]
    rows = [
        [summary["facts"].get(name, {}).get("name_conflict", 0), summary["refused"][name],
         summary["sources"][name]["unreadable_numbers"]]
        for name in names
    ]  # fmt: skip
    heads = ("来源", "姓名不符,待核实", "未授权,未使用", "号码不可读")
    body = _table("须由人看的行(行)", heads, [readable()[name].label for name in names], rows)
    body += "<p>姓名不符的行在 facts 中,match 为 name_conflict;未授权的行只有合计数。</p>"
    body += _candidates(summary)
    notes = {key: count for key, count in summary["outcomes"]["notes"].items() if count}
    if notes:
        labels = [_NOTES[key] for key in notes]
        body += _table(
            "没有试算的户", ("原因", "户"), labels, [[count] for count in notes.values()]
        )
    return _section("四、须由人看的", body)


def _candidates(summary: Summary) -> str:
    """Say how many candidates there are and where, if they were asked for; see `linkage`."""
    if "candidates" not in summary:
        return ""
    names = [name for name in readable() if name in summary["candidates"]]
    labels = [readable()[name].label for name in names]
    counts = [[summary["candidates"][name]] for name in names]
    body = _table("号码不可读的行可能是谁(人选)", ("来源", "人选"), labels, counts)
    return body + (
        "<p>人选在 candidates 中,每行列出相符之处和可能性。没有计入以上任何一项;"
        "是不是本人,由人对照原件确认,不在本程序中登记。</p>"
    )


def _limits() -> str:
    said = "".join(f"<li>{escape(one)}</li>" for one in _LIMITS)
    return _section("五、可以得出什么,不可以得出什么", f"<ul>{said}</ul>")


def _how(summary: Summary) -> str:
    made = summary["made"]
    rows = [
        ("结果格式", summary["format"]),
        ("程序", made["hedui"]),
        ("规则", made["rules"]),
        ("规则参数摘要", made["parameters"]),
        *((f"输入 {name}", digest) for name, digest in summary["inputs"].items()),
        *((f"结果 {name}", digest) for name, digest in summary["outputs"].items()),
    ]
    cells = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in rows
    )
    caption = "文件摘要为 SHA-256;同样的输入得到同样的结果"
    table = f'<table class="said"><caption>{caption}</caption><tbody>{cells}</tbody></table>'
    return _section("六、怎样得出的", f'<div class="wide" tabindex="0">{table}</div>')


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{body}</section>"


def _table(
    caption: str, heads: Iterable[str], labels: Sequence[str], rows: Sequence[Sequence[int]]
) -> str:
    if not rows:
        return f"<p>{escape(caption)}:没有。</p>"
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{count:,}</td>" for count in row)
        + "</tr>"
        for label, row in zip(labels, rows, strict=True)
    )
    return (
        f'<div class="wide" tabindex="0"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _bars(
    title: str, labels: Sequence[str], rows: Sequence[Sequence[int]], kinds: Sequence[str]
) -> str:
    """Draw each row as one bar of its parts, as wide as the whole; the key says what is what."""
    if not rows:
        return ""
    drawn = []
    for line, (label, row) in enumerate(zip(labels, rows, strict=True)):
        top = line * 26 + 4
        drawn.append(f'<text x="0" y="{top + 13}" font-size="12">{escape(label)}</text>')
        whole, before = sum(row) or 1, 0
        for kind, count in enumerate(row):
            start, end = 200 + 600 * before // whole, 200 + 600 * (before + count) // whole
            before += count
            drawn.append(
                f'<rect x="{start}" y="{top}" width="{end - start}" height="18"'
                f' fill="{_COLOURS[kind]}"/>'
            )
    key = "".join(
        f'<li><i style="background:{_COLOURS[number]}"></i>{escape(kind)}</li>'
        for number, kind in enumerate(kinds)
    )
    return (
        f'<svg viewBox="0 0 800 {len(rows) * 26 + 4}" role="img"'
        f' aria-label="{escape(title)},数字见下表">{"".join(drawn)}</svg><ul class="key">{key}</ul>'
    )

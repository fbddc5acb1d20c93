"""hedui department init, check: a department's own columns, and what they give."""

import json
import os
from pathlib import Path
from typing import Any

import click

from hedui import catalogue

SOURCES = click.Choice(list(catalogue.sources()))
_FAULTS = {
    "nobodys": "没有可用身份号码的行(不属于任何人,查不到)",
    "odd": "号码写法不规范、数据库按号码查不到的行",
    "nameless": "没有姓名的行(只能答复“姓名不符”)",
    "repeated": "内容完全相同的重复行(会重复计数)",
    "undated": "数据日期无法识别的行",
    "in_future": "数据日期在将来的行",
}


@click.command(help="看一看本部门的表有哪些列,起草一份对照表(YAML),供核对修改。")
@click.option("--source", required=True, type=SOURCES, help="数据来源")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="数据文件:CSV、Parquet 或 SQLite",
)
@click.option("--table", help="SQLite 中的表或视图")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个文件,缺省为数据文件旁的 .mapping.yaml;已有的不会覆盖",
)
def init(source: str, data: Path, table: str | None, out: Path | None) -> None:
    """Write a first mapping from the columns of a table."""
    from hedui.gateway.beginning import draft  # noqa: PLC0415 - the platform need not load it
    from hedui.gateway.tables import read_table  # noqa: PLC0415

    out = out or data.with_name(f"{data.name}.mapping.yaml")
    found = read_table(data, name=table or source)
    said = [f"file: {json.dumps(os.path.relpath(data, out.parent), ensure_ascii=False)}"]
    said += [f"table: {json.dumps(table, ensure_ascii=False)}"] if table else []
    text = draft(catalogue.sources()[source], found, said)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"{out} 已经存在,没有改动;请用 --out 另定文件名") from None
    click.echo(f"已起草 {out}:请打开核对,改好后运行 hedui department check {out}")


@click.command(help="用对照表读一遍本部门的数据,逐项说明能答复什么;只报数目和行号,不显示内容。")
@click.argument("mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rows", default=0, show_default=True, type=click.IntRange(0), help="只读前几行;0 为全部"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check(mapping: Path, rows: int, as_json: bool) -> None:
    """Hold a mapping against the data; exit 1 if it cannot be served with."""
    from hedui.gateway.checking import check as hold  # noqa: PLC0415
    from hedui.gateway.department import system_clock  # noqa: PLC0415
    from hedui.gateway.mapping import load_mapping  # noqa: PLC0415
    from hedui.gateway.tables import DataUnreadable  # noqa: PLC0415
    from hedui.wire.moments import china_day  # noqa: PLC0415

    try:
        mapped = load_mapping(mapping)
        found = hold(mapped, china_day(system_clock()), most=rows)
    except DataUnreadable as fault:
        raise click.ClickException(str(fault)) from None
    told = {"source": mapped.source.name} | _told(found)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else _written(told))
    raise SystemExit(0 if found.holds else 1)


def _told(found: Any) -> dict[str, Any]:
    return {
        "holds": found.holds,
        "rows": found.rows,
        "people": found.people,
        "newest": found.newest and found.newest.isoformat(),
        "faults": {
            name: {"count": getattr(found, name), "rows": found.first_rows.get(name, [])}
            for name in _FAULTS
        },
        "items": {
            name: {
                "label": tally.item.label,
                "column": tally.column,
                "type": tally.item.type,
                "required": tally.item.required,
                "filled": tally.filled,
                "empty": tally.empty,
                "unreadable": tally.unreadable,
                "rows": tally.rows,
                "reason": tally.reason,
            }
            for name, tally in found.items.items()
        },
        "unmapped": {item.name: item.label for item in found.unmapped},
        "needed": [item.name for item in found.unmapped if item.name in found.compared],
    }


def _written(told: dict[str, Any]) -> str:
    lines = [f"共 {told['rows']} 行,{told['people']} 人。"]
    if told["newest"]:
        lines.append(f"最新的数据日期是 {told['newest']}。")
    for name, item in told["items"].items():
        lines.append(_item_line(name, item, told["rows"]))
    for name, label in told["unmapped"].items():
        needed = ";比对要用它,请写上这一列,各行都一样的写固定值" if name in told["needed"] else ""
        lines.append(f"  -  {name} {label}:未对应,不答复{needed}")
    lines += [
        f"  !  {fault['count']} 行:{_FAULTS[name]}{_at(fault['rows'])}"
        for name, fault in told["faults"].items()
        if fault["count"]
    ]
    if told["holds"]:
        named = "、".join(f"{told['source']}.{name}" for name in told["items"])
        lines.append(f"能答复的查询项(请只就这些签订协议,否则每次都是“部分反馈”):{named}")
    lines.append("可以使用。" if told["holds"] else "还不能使用:请按上面标 × 和 ! 的各行改正。")
    return "\n".join(lines)


def _item_line(name: str, item: dict[str, Any], rows: int) -> str:
    is_bad = item["unreadable"] or (item["required"] and item["empty"])
    said = f"{item['filled']} 行有内容,{item['empty']} 行为空"
    if item["unreadable"]:
        share = 100 * item["unreadable"] / max(rows, 1)
        said += f",{item['unreadable']} 行({share:.1f}%)无法识别"
    if is_bad:
        said += f":{item['reason']}{_at(item['rows'])}"
    return f"  {'×' if is_bad else '√'}  {name} {item['label']} ← {item['column']}:{said}"


def _at(rows: list[int]) -> str:
    return f"(第 {'、'.join(map(str, rows))} 行等)" if rows else ""

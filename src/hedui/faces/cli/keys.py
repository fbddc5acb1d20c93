"""hedui keys."""

from datetime import datetime
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(help="密钥:列出、更换、重新包裹案件密钥。")
def keys() -> None:
    """List keys, change them, wrap the keys of cases anew."""


@keys.command("list", help="列出密钥:用途、编号、套件、启用日期,以及各包裹了多少案件。")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def list_(data: Path | None, as_json: bool) -> None:
    """List the keys, and which of them may be destroyed."""
    bring_up(data)
    from hedui.faces.cli.keying import show  # noqa: PLC0415 - needs Django

    show(as_json)


@keys.command(help="新建一把自某日起启用的密钥;运行中的进程到时自动改用,旧密钥仍可验签、解封。")
@click.argument("use", type=click.Choice(["signing", "sealing"]))
@click.option(
    "--from",
    "day",
    type=DAY,
    help="启用日期 YYYY-MM-DD;缺省:sealing 为今天,signing 为七天后(留给部门更换公钥)",
)
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rotate(use: str, day: datetime | None, data: Path | None, as_json: bool) -> None:
    """Make a key that is in force from a day on, of the suite that is set."""
    bring_up(data)
    from hedui.faces.cli.keying import change  # noqa: PLC0415 - needs Django

    change(use, day.date() if day else None, as_json)


@keys.command(help="以今天的密钥重新包裹案件密钥;不改动已密封的内容,办理无须停止。")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rewrap(data: Path | None, as_json: bool) -> None:
    """Wrap the keys of all cases with the key of today."""
    bring_up(data)
    from hedui.faces.cli.keying import wrap_anew  # noqa: PLC0415 - needs Django

    wrap_anew(as_json)

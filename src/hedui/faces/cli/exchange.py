"""hedui exchange."""

from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up


@click.command(help="与用文件问答的部门交换一次:发出请求文件,收取反馈文件。后台进程平时自动做。")
@click.argument("department", required=False)
@click.option("--try", "only_try", is_flag=True, help="只试连接,不收不发")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def exchange(department: str | None, only_try: bool, data: Path | None, as_json: bool) -> None:
    """Take a turn with departments that are asked by files: exit 1 where one is not reached."""
    bring_up(data)
    from hedui.faces.cli.exchanging import run  # noqa: PLC0415 - needs Django

    run(department, only_try, as_json)

"""hedui demo."""

import os
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up


@click.command(help="从零演示:建库,启动六个部门前置、后台和网页,核对样例家庭,打印登录方法。")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("hedui-demo"),
    show_default=True,
    help="数据目录",
)
@click.option("--no-browser", is_flag=True, help="不打开浏览器")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出地址和登录方法")
def demo(port: int, data: Path, no_browser: bool, as_json: bool) -> None:
    """Run the demonstration until interrupted."""
    os.environ.setdefault("HEDUI_PUBLIC_URL", f"http://127.0.0.1:{port}")
    bring_up(data)
    from hedui.faces.cli.demonstrating import demonstrate  # noqa: PLC0415 - needs Django

    demonstrate(data.resolve(), port=port, browser=not no_browser, as_json=as_json)

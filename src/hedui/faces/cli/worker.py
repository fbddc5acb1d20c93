"""hedui worker."""

import json
import signal
import threading
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up, need_installed


@click.command(help="运行后台进程:查询、比对、生成报告初稿。")
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="同时办理的户数"
)
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="启动时输出 JSON")
def worker(threads: int, data: Path | None, as_json: bool) -> None:
    """Run tasks until told to stop; a task under way is finished first."""
    bring_up(data)
    need_installed()
    if as_json:
        click.echo(json.dumps({"threads": threads}))
    from hedui.procedure.reports import worker as tasks  # noqa: PLC0415 - needs Django

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    tasks.run(threads, stop)

"""hedui serve."""

import json
from pathlib import Path

import click
import uvicorn

from hedui.faces.cli.bringing_up import bring_up, need_free, need_installed


@click.command(help="运行网页服务。")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="启动时输出 JSON")
def serve(host: str, port: int, data: Path | None, as_json: bool) -> None:
    """Serve the workbench, the public pages and the interface for programs."""
    bring_up(data)
    need_installed()
    need_free(host, port)
    if as_json:
        click.echo(json.dumps({"url": f"http://{host}:{port}/"}))
    uvicorn.run(
        "hedui.config.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=15,
    )

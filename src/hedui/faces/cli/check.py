"""hedui check."""

import json
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up


@click.command(help="检查本安装是否可用于正式办理;每一项问题附处理办法。")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check(data: Path | None, as_json: bool) -> None:
    """Check the installation: exit 1 when it is not fit for production."""
    bring_up(data)
    from hedui.faces.cli.checking import findings, settings_in_force  # noqa: PLC0415 - Django

    found = findings()
    fit = not any(one.level == "error" for one in found)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "fit": fit,
                    "findings": [one.as_dict() for one in found],
                    "settings": settings_in_force(),
                },
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for one in found:
            click.echo(f"[{one.label}] {one.what}")
            if one.remedy:
                click.echo(f"    办法:{one.remedy}")
        click.echo("设置:")
        for line in settings_in_force():
            click.echo(f"  {line['name']} = {line['value']}  ({line['meaning']})")
        click.echo("可用于正式办理。" if fit else "尚不能用于正式办理。")
    raise click.exceptions.Exit(0 if fit else 1)

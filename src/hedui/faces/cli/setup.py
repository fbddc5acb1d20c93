"""hedui setup."""

import json
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up


@click.command(help="建立或更新数据目录、密钥、数据库表和授权书文本(可重复运行)。")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--administrator", help="另建一名系统管理员的登录名(会提示输入密码)")
@click.option("--agency", help="管理员所在机构的名称,须与 --administrator 同用")
@click.option("--division", help="该机构的行政区划代码,须与 --administrator 同用")
@click.option("--application-role", help="PostgreSQL:另授予这个角色日常运行所需的最小权限")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def setup(
    data: Path | None,
    administrator: str | None,
    agency: str | None,
    division: str | None,
    application_role: str | None,
    as_json: bool,
) -> None:
    """Install or upgrade; with an administrator, make the first account."""
    if administrator and not (agency and division):
        raise click.UsageError("建立管理员须同时给出 --agency 和 --division")
    folder = bring_up(data)
    from hedui.faces.cli.installing import enrol, install  # noqa: PLC0415 - needs Django
    from hedui.procedure.record import privileges  # noqa: PLC0415

    install()
    if application_role:
        privileges.grant(application_role)
    if administrator:
        password = click.prompt("初始密码", hide_input=True, confirmation_prompt="再输入一次")
        enrol(administrator, password, agency=str(agency), division=str(division))
        click.echo(f"已建立系统管理员 {administrator}({agency})", err=as_json)
    click.echo(json.dumps({"data": str(folder)}) if as_json else f"已就绪:{folder}")

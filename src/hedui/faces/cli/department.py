"""hedui department serve, counts, register."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hedui import catalogue
from hedui.faces.cli import answering, mapping, trying
from hedui.faces.cli.bringing_up import bring_up, need_free
from hedui.wire.seals import SigningRing, public_path, signs_with

SOURCES = mapping.SOURCES


@click.group(help="协作部门:前置服务、登记。")
def department() -> None:
    """Departments."""


department.add_command(mapping.init)
department.add_command(mapping.check)
department.add_command(trying.test)
department.add_command(answering.sign)


@department.command(help="在部门自己的数据上运行前置服务:逐项验证授权,只答复授权范围内的内容。")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="设置文件 department.yaml;给出后其余选项都不必写",
)
@click.option("--source", type=SOURCES, help="数据来源;对照表中已写明的不必给")
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    help="对照表 .mapping.yaml;列名已与目录一致时也可以是 CSV、Parquet 或 SQLite 文件",
)
@click.option("--port", type=click.IntRange(1, 65535), help="监听端口")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="本部门签名私钥;没有时自动生成,缺省为数据文件旁的 .key.pem",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--behind-tls-proxy", is_flag=True, help="前面有代理承担 TLS,而且只有它连得到这里")
@click.option(
    "--partner-key",
    type=click.Path(exists=True, path_type=Path),
    help="民政平台公钥(PEM 文件或目录);缺省为 HEDUI_DATA_DIR/keys/platform.pub.pem",
)
@click.option(
    "--division",
    help="本部门所在的行政区划代码(六位);给出后只答复发给该区划本部门的报文,缺省为不限",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    help="查询留痕文件,缺省为数据文件旁的 .inquiries.jsonl",
)
@click.option("--json", "as_json", is_flag=True, help="启动时输出 JSON")
def serve(config: Path | None, as_json: bool, **options: Any) -> None:
    """Run a department's gateway."""
    from hedui import gateway  # noqa: PLC0415 - the platform need not load it

    settings = gateway.load_settings(config, suite=_suite()) if config else _settings(**options)
    listening = settings.listening
    need_free(listening.host, listening.port)
    source = settings.mapped.source
    told = {"source": source.name, "url": listening.url}
    if settings.page:
        told["page"] = settings.page.url
    said = f"{source.label}前置服务:{told['url']}"
    said += f";部门页面:{told['page']}" if settings.page else ""
    click.echo(json.dumps(told) if as_json else f"{said};按 Ctrl-C 停止。")
    gateway.serve(settings)


def _settings(
    *,
    source: str | None,
    data: Path | None,
    port: int | None,
    key: Path | None,
    host: str,
    behind_tls_proxy: bool,
    partner_key: Path | None,
    division: str | None,
    log: Path | None,
) -> Any:
    """Gather the options of the command."""
    from hedui.gateway import settings as gateway  # noqa: PLC0415
    from hedui.values import divisions  # noqa: PLC0415

    if data is None or port is None:
        raise click.UsageError("请用 --config 指明设置文件,或者给出 --data 和 --port")
    listening = gateway.Listening(port, host, behind_tls_proxy=behind_tls_proxy)
    certificate = "请用 --config,在设置文件的 listen 中写证书"
    if refused := listening.refusal(certificate, "加 --behind-tls-proxy"):
        raise click.UsageError(";".join(refused))
    if partner_key is None:
        folder = Path(os.environ.get("HEDUI_DATA_DIR", "hedui-data"))
        partner_key = folder / "keys" / "platform.pub.pem"
        if not partner_key.exists():
            raise click.UsageError(
                f"找不到民政平台公钥 {partner_key}:请用 --partner-key 指明,或设置 HEDUI_DATA_DIR"
            )
    if division is not None:
        divisions.division(division)
    return gateway.Settings(
        mapped=gateway.mapped_by(data, source),
        beside=gateway.beside(data),
        listening=listening,
        partner_keys=(partner_key,),
        key=key,
        record=log,
        division=division,
        suite=_suite(),
    )


@department.command(help="设置一人登录部门页面的口令;口令文件由设置中的 page.passwords 指明。")
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="口令文件",
)
@click.option("--name", required=True, help="名称,如 张主任")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def password(path: Path, name: str, as_json: bool) -> None:
    """Set the password of somebody who may see the department's page."""
    from hedui.gateway.page.passwords import PasswordError, set_password  # noqa: PLC0415

    chosen = click.prompt("口令", hide_input=True, confirmation_prompt="再输入一次")
    try:
        set_password(path, name, chosen)
    except PasswordError as fault:
        raise click.UsageError(str(fault)) from None
    told = {"name": name, "file": str(path)}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"已设置 {name} 的口令。")


@department.command(help="暂停或恢复运行中前置的答复,并写明原因;与部门页面上的开关相同。")
@click.option(
    "--log",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="查询留痕文件,如 数据文件.inquiries.jsonl",
)
@click.option("--reason", required=True, help="原因,如 系统升级")
@click.option("--name", required=True, help="何人")
@click.option("--resume", is_flag=True, help="恢复答复")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def pause(log: Path, reason: str, name: str, resume: bool, as_json: bool) -> None:
    """Pause a running gateway, or let it go on."""
    from hedui.gateway.department import system_clock  # noqa: PLC0415
    from hedui.gateway.limits import pause_beside  # noqa: PLC0415

    pause_beside(log, system_clock).turn(paused=not resume, reason=reason, by=name)
    said = "已恢复答复。" if resume else "已暂停答复;以同一命令加 --resume 恢复。"
    click.echo(json.dumps({"paused": not resume}) if as_json else said)


@department.command(help="为运行中的前置新建一把自某日起启用的签名密钥;旧密钥此前仍签名。")
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="本部门最初的签名私钥(PEM)",
)
@click.option(
    "--from",
    "day",
    required=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="启用日期 YYYY-MM-DD;此前请平台以新的 .pub.pem 重新登记",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rotate(key: Path, day: datetime, as_json: bool) -> None:
    """Make a department's next key; its public half is published at once, beside the first."""
    made_of = _suite()
    try:
        made = SigningRing(key).add(made_of, day.date())
    except FileExistsError:
        raise click.UsageError(f"自 {day:%Y-%m-%d} 起已经有一把密钥,请另定日期") from None
    told = {"kid": made.kid, "since": f"{day:%Y-%m-%d}", "public": str(public_path(key))}
    said = f"新密钥 {made.kid} 自 {day:%Y-%m-%d} 起启用;请把 {public_path(key)} 交平台重新登记。"
    click.echo(json.dumps(told) if as_json else said)


@department.command(help="从查询留痕中数出某日的查询,签署成对账单(交给平台核对)。")
@click.option("--source", required=True, type=SOURCES, help="数据来源")
@click.option(
    "--log",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="查询留痕文件,如 数据文件.inquiries.jsonl",
)
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="本部门签名私钥",
)
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="哪一天")
@click.option("--partner", default="*", show_default=True, help="哪一方,如 310101-hedui;* 为全部")
def counts(source: str, log: Path, key: Path, day: datetime, partner: str) -> None:
    """Print the signed count of a day with the marks, as `hedui ledger reconcile --file` reads."""
    from hedui.gateway.counting import DayNotOver, counted  # noqa: PLC0415
    from hedui.gateway.department import system_clock  # noqa: PLC0415
    from hedui.wire.seals import KeyFileError, load_signer  # noqa: PLC0415

    try:
        said = counted(
            log,
            source=source,
            partner=partner,
            day=day.date(),
            signer=load_signer(key),
            now=system_clock(),
            with_marks=True,
        )
    except (DayNotOver, KeyFileError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(said, indent=1))


@department.command(help="在平台登记一个部门的服务地址和公钥(同一来源再次登记即更新)。")
@click.option("--source", required=True, type=SOURCES, help="数据来源")
@click.option("--division", required=True, help="行政区划代码(县、市或省)")
@click.option("--url", default="", help="服务地址,如 https://10.0.0.5:8443;用文件、视图问答的不写")
@click.option(
    "--public-key",
    type=click.Path(exists=True, path_type=Path),
    help="部门的验签公钥 .pub.pem;不签名的(人工交换、只给视图)不写",
)
@click.option("--name", help="部门名称,缺省为目录中的名称")
@click.option(
    "--answer-within",
    default=20,
    show_default=True,
    type=click.IntRange(1, 864000),
    help="答复时限(秒),过后记为未反馈",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def register(
    *,
    source: str,
    division: str,
    url: str,
    public_key: Path | None,
    name: str | None,
    answer_within: int,
    as_json: bool,
) -> None:
    """Register a department on this platform."""
    bring_up()
    from hedui.procedure.agencies.acts import agree  # noqa: PLC0415 - needs Django
    from hedui.procedure.record.actor import INSTALLER  # noqa: PLC0415
    from hedui.procedure.record.outcome import Refusal  # noqa: PLC0415

    try:
        agree(
            source=source,
            division=division,
            base_url=url,
            answer_within=answer_within,
            name=name or catalogue.sources()[source].unit,
            public_key=public_key.read_text("ascii", "replace") if public_key else "",
            by=INSTALLER,
        )
    except Refusal as refusal:
        raise click.UsageError(refusal.message) from None
    told = {"source": source, "division": division, "url": url}
    click.echo(json.dumps(told) if as_json else f"已登记:{source} → {url or '文件或者视图'}")


def _suite() -> str:
    """Return the suite of keys to be made: a department has no settings but its environment."""
    try:
        return signs_with(os.environ.get("HEDUI_CRYPTO_SUITE", "default"))
    except ValueError as error:
        raise click.UsageError(str(error)) from None

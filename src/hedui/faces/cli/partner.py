"""hedui partner relay."""

import json
from pathlib import Path
from typing import Any

import click

from hedui.faces.cli.bringing_up import need_free
from hedui.wire.seals import SigningRing, public_path, signs_with

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="合作方:向民政平台的登记接口(DCI)提问的一方。")
def partner() -> None:
    """Partners."""


@partner.command(help="签名转发:为不会签名的系统签署报文和令牌,送到民政平台的登记接口。")
@click.option("--url", required=True, help="登记接口地址,如 https://hedui.example.gov.cn/api/dci")
@click.option("--sender", required=True, help="本单位的系统标识,与协议一致")
@click.option("--receiver", required=True, help="民政平台的标识,如 310101-hedui")
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    help="本单位签名私钥;没有时自动生成,公钥 .pub.pem 交给民政部门",
)
@click.option("--token-file", required=True, type=FILE, help="本单位系统出示给本程序的令牌")
@click.option("--port", required=True, type=click.IntRange(1, 65535), help="监听端口")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--behind-tls-proxy", is_flag=True, help="前面有代理承担 TLS,而且只有它连得到这里")
@click.option("--ca", type=FILE, help="验证民政平台证书的 CA,缺省为本机所信任的")
@click.option("--certificate", type=FILE, help="本单位的客户端证书")
@click.option("--certificate-key", type=FILE, help="客户端证书的私钥")
@click.option("--json", "as_json", is_flag=True, help="启动时输出 JSON")
def relay(*, port: int, key: Path, token_file: Path, as_json: bool, **to: Any) -> None:
    """Sign for a system that cannot, until told to stop."""
    from hedui.gateway.relay import Relay, serve  # noqa: PLC0415 - nothing else needs a server
    from hedui.gateway.settings import Contact, Listening  # noqa: PLC0415

    listening = Listening(port, to["host"], behind_tls_proxy=to["behind_tls_proxy"])
    if refused := listening.refusal("", "加 --behind-tls-proxy"):
        raise click.UsageError(";".join(refused))
    need_free(listening.host, port)
    ring = SigningRing(key)
    ring.make(signs_with("default"))
    shown = token_file.read_text(encoding="ascii", errors="replace").strip()
    if not shown:
        raise click.UsageError(f"{token_file} 中没有令牌")
    told = {"url": listening.url, "public_key": str(public_path(key))}
    said = f"签名转发:{told['url']} → {to['url']};公钥:{told['public_key']};按 Ctrl-C 停止。"
    click.echo(json.dumps(told) if as_json else said)
    contact = Contact(ca=to["ca"], certificate=to["certificate"], private_key=to["certificate_key"])
    serve(
        Relay(to["url"].rstrip("/"), to["sender"], to["receiver"], ring, shown, contact),
        listening,
    )

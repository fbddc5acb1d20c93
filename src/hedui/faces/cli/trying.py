"""hedui department test: a gateway held against the wire format, offline."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hedui.faces.cli.mapping import SOURCES

if TYPE_CHECKING:
    from hedui.gateway.contract import Tried

_MARKS = {True: "√", False: "×", None: "-"}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help="检验前置服务:以临时密钥发出合格与不合格的查询,逐项列出应有与实有的答复。"
    "给 --config 或 --data 检验本部门自己的设置和数据;给 --url 检验任何地方运行的实现。"
)
@click.option("--config", type=FILE, help="设置文件 department.yaml")
@click.option("--source", type=SOURCES, help="数据来源")
@click.option("--data", type=FILE, help="对照表或数据文件,同 serve")
@click.option("--url", help="要检验的地址,如 https://10.0.0.5:9102")
@click.option(
    "--keys",
    type=click.Path(file_okay=False, path_type=Path),
    help="配合 --url:试验方密钥的目录,没有时先生成;其中的 .pub.pem 请登记到被检验的一方",
)
@click.option("--public-key", type=FILE, help="配合 --url:被检验部门的公钥 .pub.pem")
@click.option("--receiver", help="配合 --url:被检验部门的名称,如 310101-bank")
@click.option("--sender", default="990101-hedui", show_default=True, help="配合 --url:试验方的名称")
@click.option(
    "--person",
    type=FILE,
    help='配合 --url:部门有其数据的一人,JSON 文件 {"name": …, "id_number": …}',
)
@click.option("--token-file", type=FILE, help="配合 --url:访问令牌所在的文件")
@click.option("--ca", type=FILE, help="配合 --url:验证服务器证书的 CA")
@click.option("--certificate", type=FILE, help="配合 --url:客户端证书")
@click.option("--private-key", type=FILE, help="配合 --url:客户端证书的私钥")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def test(
    config: Path | None, source: str | None, data: Path | None, as_json: bool, **elsewhere: Any
) -> None:
    """Try a gateway; exit 1 if one case fails."""
    # the gateway on trial tells of every message that it refuses, as it should
    logging.getLogger("hedui").setLevel(logging.CRITICAL)
    tried = _elsewhere(source, **elsewhere) if elsewhere["url"] else _own(config, source, data)
    results = []
    for each in tried:
        results.append(each)
        if not as_json:
            click.echo(_line(each))
    failed = sum(each.passed is False for each in results)
    left_out = sum(each.passed is None for each in results)
    if as_json:
        rows = [{name: getattr(each, name) for name in each.__slots__} for each in results]
        click.echo(json.dumps({"holds": not failed, "cases": rows}, ensure_ascii=False, indent=1))
    else:
        passed = len(results) - failed - left_out
        click.echo(f"{passed} 项合格,{failed} 项不合格,{left_out} 项未提供。")
    raise SystemExit(1 if failed else 0)


def _line(each: "Tried") -> str:
    return f"  {_MARKS[each.passed]}  {each.name}:应为 {each.expected};实为 {each.came}"


def _own(config: Path | None, source: str | None, data: Path | None) -> "Iterator[Tried]":
    from hedui.gateway import Settings, load_settings  # noqa: PLC0415
    from hedui.gateway.settings import Listening, mapped_by  # noqa: PLC0415
    from hedui.gateway.trying import try_own  # noqa: PLC0415

    if config:
        return try_own(load_settings(config))
    if data is None:
        raise click.UsageError("请给出 --config、--data 或 --url 之一")
    mapped = mapped_by(data, source)
    return try_own(Settings(mapped, beside=data, listening=Listening(0), partner_keys=()))


def _elsewhere(
    source: str | None,
    *,
    url: str,
    keys: Path | None,
    public_key: Path | None,
    receiver: str | None,
    sender: str,
    person: Path | None,
    **contact: Any,
) -> "Iterator[Tried]":
    from hedui.gateway.settings import Contact  # noqa: PLC0415
    from hedui.gateway.trying import trial_key, try_at  # noqa: PLC0415

    if source is None or receiver is None or keys is None:
        raise click.UsageError("检验别处的实现时,请同时给出 --source、--receiver 和 --keys")
    trial_key(keys, sender, suite="ed25519")
    published = keys / f"{sender}.pub.pem"
    if public_key is None:
        raise click.UsageError(
            f"试验方公钥在 {published}:请登记到被检验的一方(名称 {sender}),"
            "再以 --public-key 给出该部门的公钥"
        )
    return try_at(
        url.rstrip("/"),
        Contact(**contact),
        source=source,
        receiver=receiver,
        sender=sender,
        keys=keys,
        public_key=public_key,
        suite="ed25519",
        person=_person(person),
    )


def _person(path: Path | None) -> Any:
    from hedui.gateway.trial import Person  # noqa: PLC0415

    if path is None:
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Person(said["name"], said["id_number"], is_held=True)
    except (ValueError, KeyError, TypeError):
        raise click.UsageError(f'{path.name} 应为 {{"name": …, "id_number": …}}') from None

"""hedui department sign: an office that answers by files signs its table."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedui.wire.seals import generate_key, load_signer, public_path, signs_with

if TYPE_CHECKING:
    from hedui.gateway.answer_files import Signed

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 10


@click.command(
    help="用文件答复的部门:核对填好的反馈表,生成并签署清单,一并放入反馈文件夹。"
    "只说明哪几行不能采用,不显示内容。"
)
@click.option("--table", type=FILE, help="填好的反馈表(CSV 或 XLSX);不给时只建立密钥")
@click.option("--request", type=FILE, help="所答复的请求的清单,….request.json")
@click.option(
    "--to", type=click.Path(exists=True, file_okay=False, path_type=Path), help="反馈文件夹"
)
@click.option(
    "--key",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="本部门签名私钥;没有时自动生成,旁边的 .pub.pem 交平台登记",
)
@click.option("--partner-key", type=FILE, help="民政平台公钥 platform.pub.pem")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def sign(
    table: Path | None,
    request: Path | None,
    to: Path | None,
    key: Path,
    partner_key: Path | None,
    as_json: bool,
) -> None:
    """Sign a table of answers."""
    if not key.exists():
        generate_key(key, suite=signs_with(os.environ.get("HEDUI_CRYPTO_SUITE", "default")))
        click.echo(f"已新建签名密钥 {key};请妥善保管。", err=True)
    if table is None:
        kid = load_signer(key).public().kid
        told = {"public": str(public_path(key)), "kid": kid}
        said = f"公钥:{public_path(key)}\n指纹:{kid}(平台登记时电话核对)"
        click.echo(json.dumps(told) if as_json else said)
        return
    if request is None or to is None or partner_key is None:
        raise click.UsageError(
            "请用 --request、--to、--partner-key 指明请求清单、反馈文件夹、平台公钥"
        )
    from hedui.gateway.answer_files import sign_answer  # noqa: PLC0415 - reads workbooks
    from hedui.gateway.department import system_clock  # noqa: PLC0415
    from hedui.wire.files import FileFault  # noqa: PLC0415
    from hedui.wire.seals import KeyFileError, Verifier, read_publics  # noqa: PLC0415

    try:
        platform = Verifier.of(*read_publics(partner_key.read_text("ascii", "replace")))
        signed = sign_answer(
            table, request=request, to=to, signer=load_signer(key), platform=platform,
            now=system_clock(),
        )  # fmt: skip
    except (FileFault, KeyFileError) as fault:
        raise click.UsageError(getattr(fault, "said", str(fault))) from None
    if as_json:
        names = ("answered", "faults", "beyond", "without", "unanswered")
        held = {name: getattr(signed.table, name) for name in names} | {"judged": signed.judged}
        click.echo(json.dumps({"manifest": str(signed.manifest)} | held, ensure_ascii=False))
        return
    if not signed.judged:
        click.echo("请求表不在请求清单旁边,只核对了写法,没有核对姓名、号码和所问的内容。", err=True)
    click.echo("\n".join(_told(signed)))


def _told(signed: "Signed") -> Iterator[str]:
    found = signed.table
    yield f"已签署:{signed.manifest.name},其中 {found.answered} 项查询可以采用。"
    if found.unanswered:
        yield f"请求中还有 {found.unanswered} 项查询没有答复;没有记录的也要逐人写明“无记录”。"
    if found.without:
        yield f"问到而表中没有的列:{'、'.join(found.without)};有记录的只算部分答复。"
    if found.beyond:
        yield f"不是查询项、内容不采用的列:{'、'.join(found.beyond)}。"
    for said, rows in found.faults.items():
        listed = "、".join(map(str, rows[:SHOWN])) + (" 等" if len(rows) > SHOWN else "")
        yield f"不能采用:{said}(第 {listed} 行,共 {len(rows)} 处);改正后可以再签一份。"

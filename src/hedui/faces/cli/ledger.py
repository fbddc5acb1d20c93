"""hedui ledger."""

from datetime import datetime
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(help="台账:导出、核验、见证。")
def ledger() -> None:
    """Export the ledger, verify an export, witness another's ledger."""


@ledger.command(help="导出台账,供审计者用 hedui ledger verify 或单独一个文件 verify.py 核验。")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="导出到这个文件")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def export(out: Path, data: Path | None, as_json: bool) -> None:
    """Write the ledger to a file, by a name of its own until it is whole."""
    bring_up(data)
    from hedui.faces.cli.ledgering import write_export  # noqa: PLC0415 - needs Django

    write_export(out, as_json)


@ledger.command(help="核验台账导出文件;只需要文件和公钥,不需要本系统的数据库。")
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="台账的公钥 platform.pub.pem;不给则只核内部一致")
@click.option("--witness", type=FILE, help="见证保存的检查点,或以前的导出文件")
@click.option("--witness-key", type=FILE, help="所持的见证公钥;不给则见证的公钥取自导出文件")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def verify(
    file: Path, key: Path | None, witness: Path | None, witness_key: Path | None, as_json: bool
) -> None:
    """Verify an export: exit 1 when the ledger does not hold, naming the first bad index."""
    from hedui.ledger.verify import main  # noqa: PLC0415 - loads no Django

    options = (("--key", key), ("--witness", witness), ("--witness-key", witness_key))
    given = [(option, path) for option, path in options if path]
    arguments = [str(file), *(str(part) for pair in given for part in pair)]
    raise click.exceptions.Exit(main(arguments + ["--json"] * as_json))


@ledger.command(help="与部门对账:取部门签署的当日查询数,与台账核对并登记。")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天,缺省为各部门尚未对账的日子")
@click.option("--file", type=FILE, help="部门用 hedui department counts 交来的对账单")
@click.option("--data", type=click.Path(path_type=Path), help="数据目录,默认取 HEDUI_DATA_DIR")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def reconcile(day: datetime | None, file: Path | None, data: Path | None, as_json: bool) -> None:
    """Reconcile with departments: exit 1 when one differs or does not tell."""
    bring_up(data)
    from hedui.faces.cli.reconciling import run  # noqa: PLC0415 - needs Django

    run(day.date() if day else None, file, as_json)


@ledger.command(help="核验本人留存的留痕证明(JSON);只需要文件和公钥。")
@click.argument("file", type=FILE)
@click.option("--key", required=True, type=FILE, help="台账的公钥 platform.pub.pem")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def proof(file: Path, key: Path, as_json: bool) -> None:
    """Verify the proofs that a person keeps: exit 1 when one does not hold."""
    from hedui.faces.cli.proving import check  # noqa: PLC0415 - loads no Django

    check(file, key, as_json)


@ledger.command(help="做别处台账的见证:确认它只增不改,然后为其检查点签名。")
@click.argument("url")
@click.option("--key", required=True, type=FILE, help="对方台账的公钥")
@click.option("--name", required=True, help="见证的名称,如 sh.example/hedui")
@click.option("--signing-key", required=True, type=FILE, help="见证自己的签名密钥(PEM)")
@click.option(
    "--state", required=True, type=click.Path(path_type=Path), help="保存所见检查点的文件"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def witness(url: str, key: Path, name: str, signing_key: Path, state: Path, as_json: bool) -> None:
    """Look once at another's ledger, and cosign its checkpoint if it has only grown."""
    bring_up()
    from hedui.faces.cli.ledgering import look  # noqa: PLC0415 - needs Django

    look(url, key, name, signing_key, state, as_json)

"""What `hedui department agreements` does."""

import json
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up


@click.command(
    help="从表格(CSV 或 XLSX)提出信息共享协议,一行一份;全部成立才提出,另一位管理员批准。"
)
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def agreements(table: Path, as_json: bool) -> None:
    """Propose the agreements of a table."""
    bring_up()
    from hedui.procedure.agencies.agreement_files import (  # noqa: PLC0415 - needs Django
        NotImported,
        propose_all,
    )
    from hedui.procedure.record.actor import INSTALLER  # noqa: PLC0415

    try:
        proposed = propose_all(table.read_bytes(), by=INSTALLER)
    except NotImported as refusal:
        raise click.UsageError(refusal.message) from None
    if as_json:
        told = [{"department": one.department.receiver_id, "id": str(one.pk)} for one in proposed]
        click.echo(json.dumps(told))
        return
    click.echo(f"已提出 {len(proposed)} 份协议,请安全管理员在“共享协议”页逐份批准。")

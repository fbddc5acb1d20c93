"""hedui workbook."""

from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up, need_installed
from hedui.faces.cli.verify import dumps

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(help="多户申请表(XLSX):写出模板,导入。")
def workbook() -> None:
    """Group what is done with the workbook of many households."""


@workbook.command(help="写出空白模板。")
@click.argument("out", type=OUT)
def template(out: Path) -> None:
    """Write the template."""
    bring_up()
    from hedui.procedure.authorizations.workbook.writing import written  # noqa: PLC0415 - Django

    out.write_bytes(written())
    click.echo(f"模板已写出:{out}")


@workbook.command("import", help="导入填好的申请表;每一户整户导入,有错误的不导入。")
@click.argument("file", type=FILE)
@click.option(
    "--scans",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="签署件所在的目录,缺省为申请表所在的目录",
)
@click.option("--out", type=OUT, help="写出标注了受理编号和错误的副本,缺省为 FILE 名后加 -已导入")
@click.option("--officer", required=True, help="受理人员的登录名")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def import_(file: Path, scans: Path | None, out: Path | None, officer: str, as_json: bool) -> None:
    """Take in the households of a workbook; exit 1 if one was refused."""
    bring_up()
    need_installed()
    from hedui.faces.cli.workbooking import imported  # noqa: PLC0415 - Django

    out = out or file.with_name(f"{file.stem}-已导入.xlsx")
    done = imported(file, scans or file.parent, officer)
    out.write_bytes(done.copy)
    faults = [{"sheet": s, "line": line, "message": said} for s, line, said in done.faults]
    if as_json:
        told = {"taken": done.taken, "before": done.before, "refused": done.refused}
        click.echo(dumps(told | {"faults": faults, "copy": str(out)}), nl=False)
    else:
        for one in faults:
            click.echo(f"{one['sheet']} 第 {one['line']} 行:{one['message']}")
        click.echo(
            f"导入 {len(done.taken)} 户,此前已导入 {done.before} 户,"
            f"未导入 {done.refused} 户;标注的副本:{out}"
        )
    if done.faults:
        raise click.exceptions.Exit(1)

"""hedui verify."""

import json
import os
from pathlib import Path
from typing import Any

import click

from hedui.faces.cli.bringing_up import bring_up
from hedui.faces.cli.wording import cause


@click.command(help="提交一户(CASE.json),等待核对完成,写出 report.json 和 report.pdf。")
@click.argument("case", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="写出目录,缺省为当前目录",
)
@click.option("--officer", help="受理人员的登录名,缺省为当地第一位在岗受理人员")
@click.option(
    "--wait", default=600, show_default=True, type=click.IntRange(1), help="至多等待的秒数"
)
@click.option("--json", "as_json", is_flag=True, help="在标准输出打印报告 JSON")
def verify(case: Path, out: Path, officer: str | None, wait: int, as_json: bool) -> None:
    """Verify one household; the report stays a draft until two officers have signed it."""
    bring_up()
    content = read_case(case)
    scans = read_scans(case, content)
    make_folder(out)
    from hedui.faces.cli.verifying import submit, wait_for_draft, write  # noqa: PLC0415 - Django
    from hedui.procedure.record.scope import acting_as  # noqa: PLC0415

    commission, by = submit(content, scans, officer)
    with acting_as(by.identifier):
        report = wait_for_draft(commission, seconds=wait)
        files = write(report, out, by)
    if as_json:
        click.echo(files[0].read_text(encoding="utf-8"))
        return
    for line in report.opened["findings"]:
        click.echo(
            f"{line['member']}  {line['label']}  申报 {_text(line['declared'])}  "
            f"核到 {_text(line['found'])}  {line['status_label']}"
        )
    for line in report.opened["not_asked"]:
        click.echo(f"{line['member']}  {line['source_label']}  未查询:{line['reason']}")
    click.echo(f"报告 {report.number}(初稿,待经办核定和签发):{files[0]},{files[1]}")


def _text(value: Any) -> str:
    return "—" if value is None else str(value)


def read_case(path: Path) -> dict[str, Any]:
    """Read CASE.json strictly. :raises click.UsageError: not JSON, or ambiguous JSON"""
    from hedui.procedure.cases.content import NotWellFormed, read_file  # noqa: PLC0415 - Django

    try:
        return read_file(path.read_bytes())
    except NotWellFormed as refusal:
        raise click.UsageError(f"{path}:{refusal.faults[0].message}") from None


def read_scans(path: Path, content: dict[str, Any]) -> dict[str, bytes]:
    """
    Read the signed papers that the authorizations name, from the folder of CASE.json.

    :raises click.UsageError: one is missing, or lies elsewhere
    """
    scans: dict[str, bytes] = {}
    members = content.get("members")
    for member in members if isinstance(members, list) else []:
        signed = member.get("authorization") if isinstance(member, dict) else None
        name = signed.get("evidence") if isinstance(signed, dict) else None
        if not isinstance(name, str) or name in scans:
            continue
        file = path.parent / name
        if Path(name).name != name or not file.is_file():
            raise click.UsageError(
                f"成员 {member.get('key')} 的签署件 {name} "
                f"不在 {path.name} 所在的目录中,请放入后重试"
            )
        scans[name] = file.read_bytes()
    return scans


def make_folder(out: Path) -> None:
    """Make the folder that the report goes to, before anybody is asked about."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError(13, "没有写权限")
    except OSError as error:
        raise click.UsageError(f"不能写入 {out}:{cause(error)}") from None


def dumps(value: Any) -> str:
    """Write JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

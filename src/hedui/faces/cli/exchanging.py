"""What `hedui exchange` does."""

import json
from typing import Any

import click

from hedui.faces.cli.wording import cause
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.inquiries import exchange as exchanging
from hedui.procedure.inquiries.models import AnswerFile, RequestFile
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports.tasks import enqueue


def run(department: str | None, only_try: bool, as_json: bool) -> None:
    """Take a turn with each, or the one that is named, and say what was done."""
    agreed = [
        one
        for one in exchanging.exchanged()
        if one.way.is_by_files and department in (None, one.department.receiver_id)
    ]
    if department and not agreed:
        raise click.UsageError(
            f"没有与 {department} 约定批量文件的协议;标识如 310101-bank,见“共享协议”。"
        )
    found = [_turn(one, only_try=only_try) for one in agreed]
    for one in found:
        click.echo(json.dumps(one, ensure_ascii=False) if as_json else _told(one))
    if not found and not as_json:
        click.echo("没有用文件问答的部门。")
    if any("trouble" in one for one in found):
        raise click.exceptions.Exit(1)


def _turn(agreement: Agreement, *, only_try: bool) -> dict[str, Any]:
    receiver = agreement.department.receiver_id
    said: dict[str, Any] = {"department": receiver, "channel": agreement.channel}
    before = (_left(agreement), _came(agreement))
    try:
        if only_try:
            return said | exchanging.tried(agreement)
        exchanging.exchange(agreement, enqueue)
    except Trouble as trouble:
        return said | {"trouble": str(trouble)}
    except OSError as error:  # on this machine: the others are exchanged with all the same
        return said | {"trouble": f"不能读写文件 {error.filename or ''}:{cause(error)}。"}
    after = (_left(agreement), _came(agreement))
    return said | {"left": after[0] - before[0], "came": after[1] - before[1]}


def _left(agreement: Agreement) -> int:
    sent = RequestFile.objects.filter(agreement__department=agreement.department_id)
    return sent.exclude(left_at=None).count()


def _came(agreement: Agreement) -> int:
    return AnswerFile.objects.filter(department=agreement.department_id).count()


def _told(one: dict[str, Any]) -> str:
    if "trouble" in one:
        return f"{one['department']}:{one['trouble']}"
    if "waiting" in one:
        return f"{one['department']}:连接正常,答复文件夹中有 {one['waiting']} 个文件。"
    return f"{one['department']}:发出 {one['left']} 个请求文件,收到 {one['came']} 个反馈文件。"

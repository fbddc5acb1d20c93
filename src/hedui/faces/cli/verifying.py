"""Submit a household from the terminal and wait for its report."""

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db.utils import OperationalError, ProgrammingError

from hedui import catalogue
from hedui.faces.cli.verify import dumps
from hedui.procedure.agencies.models import Officer, Post
from hedui.procedure.agencies.queries import actor_of, lineage
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases.content import check
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.grounds import unopened
from hedui.procedure.inquiries.queries import asked_in
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import together
from hedui.procedure.record.moment import SHANGHAI, today
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.reports import acts, worker
from hedui.procedure.reports.documents import report_pdf
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.queries import confirmation_url

TELL_EVERY = 3.0


def submit(
    content: dict[str, Any], scans: Mapping[str, bytes], officer: str | None
) -> tuple[Commission, Actor]:
    """
    Take a household in and commission its verification, both or neither; return also by whom.

    :raises click.UsageError: no officer who may, or what is wrong with the case
    """
    try:
        check(content, today=today())  # first: nobody takes in at a place that there is not
        by = _intake_officer(content["division"], officer)
        with together():
            case = take_in(content, scans=scans, by=by)
            return acts.request(case=case, by=by), by
    except Refusal as refusal:
        raise click.UsageError(str(refusal)) from None
    except (OperationalError, ProgrammingError):
        raise click.UsageError(
            f"数据目录 {settings.DATA_DIR} 还没有安装:请先运行 hedui demo 或 hedui setup"
        ) from None


def _intake_officer(division: str, officer: str | None) -> Actor:
    if officer:
        chosen = Officer.objects.filter(username=officer).first()
    else:
        post = (
            Post.objects.filter(role=Role.INTAKE, agency__division__in=lineage(division))
            .select_related("officer")
            .order_by("id")
            .first()
        )
        chosen = post.officer if post else None
    if chosen is None and officer:
        raise click.UsageError(f"没有登录名为 {officer} 的工作人员")
    if chosen is None:
        raise click.UsageError(
            "当地没有在岗的受理人员:请先运行 hedui demo,或在工作台登记机构和岗位"
        )
    return actor_of(chosen)


def wait_for_draft(commission: Commission, *, seconds: int) -> Report:
    """
    Wait for the draft, working on the queue meanwhile, so that no other worker need run.

    How far it is goes to standard error; what is printed stays the report alone.

    :raises Trouble: no draft within the time given
    """
    stop = threading.Event()
    helper = threading.Thread(target=worker.run, args=(2, stop), daemon=True)
    helper.start()
    told = time.monotonic()
    until = told + seconds
    try:
        while (now := time.monotonic()) < until:
            if report := commission.reports.order_by("-version").first():
                return report
            if now - told >= TELL_EVERY:
                click.echo(progress_of(commission), err=True)
                told = now
            time.sleep(0.02)
    finally:
        stop.set()
        helper.join()
    raise Trouble(f"等待 {seconds} 秒仍未完成;核对仍在进行,可稍后在工作台查看")


def progress_of(commission: Commission) -> str:
    """Say in one line how many inquiries were answered, and which sources are waited for."""
    asked, later = asked_in(commission), unopened(commission)
    silent = {one.source for one in asked if one.concluding is None}
    opens = {one.source: f"({_hour(one.opens_at)} 起查询)" for one in later}
    answered = sum(one.concluding is not None for one in asked)
    labels = [
        f"{source.label}{opens.get(name, '')}"
        for name, source in catalogue.sources().items()
        if name in silent or name in opens
    ]
    if not asked and not later:
        return "等待后台进程开始查询"
    waits = f"等待:{'、'.join(labels)}" if labels else "正在比对"
    return f"已反馈 {answered}/{len(asked) + len(later)},{waits}"


def _hour(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def write(report: Report, out: Path, by: Actor) -> tuple[Path, Path]:
    """Write report.json (body and signature) and report.pdf; that they leave is entered first."""
    files = out / "report.json", out / "report.pdf"
    body = acts.consult(report=report, manner="file", by=by)
    files[0].write_text(dumps({"report": body, "signature": report.signature}), encoding="utf-8")
    files[1].write_bytes(report_pdf(body, verify_url=confirmation_url(report)))
    return files

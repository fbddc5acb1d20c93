"""The demonstration: a county on one machine, with sample people and real processes."""

import json
import os
import shlex
import signal
import sys
import time
import webbrowser
from datetime import timedelta
from pathlib import Path

import click
from django.conf import settings

from hedui.batch import sample
from hedui.faces.cli import place
from hedui.faces.cli.installing import install
from hedui.faces.cli.processes import Processes, listens
from hedui.faces.cli.verifying import submit
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import matching
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.keys import SIGNING_KEY_PUBLIC
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports import acts
from hedui.procedure.reports.models import Report


def demonstrate(folder: Path, *, port: int, browser: bool, as_json: bool = False) -> None:
    """Run the demonstration until interrupted or until a process of it ends."""
    if listens(port):
        raise click.UsageError(f"端口 {port} 已被占用,请用 --port 另指一个")
    click.echo(f"准备数据目录 {folder} …", err=True)
    install()
    # so that commands in another terminal print the address that this one serves
    (folder / "hedui.toml").write_text(
        f'HEDUI_PUBLIC_URL = "{settings.HEDUI_PUBLIC_URL}"\nHEDUI_TRIAL_ENDPOINTS = "1"\n'
    )
    logins = place.settle(folder, first_day=today().replace(day=1) - timedelta(days=366))
    households = sample.stories(
        applied_on=today().replace(day=1), as_of=today() - timedelta(days=1)
    )
    departments = _laid_out(folder, households)
    environment = {"HEDUI_DATA_DIR": str(folder), "HEDUI_PUBLIC_URL": settings.HEDUI_PUBLIC_URL}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Processes(folder / "logs", environment) as processes:
        click.echo("启动六个部门前置、后台进程和网页服务 …", err=True)
        key = Path(settings.HEDUI_KEYS_DIR) / SIGNING_KEY_PUBLIC
        ports = place.start_departments(processes, departments, key)
        processes.start("worker", "worker")
        processes.start("web", "serve", "--port", str(port))
        processes.wait_for_port("web", port)
        _verify_first(households)
        if as_json:
            told = {"url": f"http://127.0.0.1:{port}/", "logins": logins, "departments": ports}
            click.echo(json.dumps(told))
        else:
            _tell(folder, port, ports, logins)
        if browser and _has_screen():
            webbrowser.open(f"http://127.0.0.1:{port}/")
        _run(processes)


def _laid_out(folder: Path, households: list[sample.SampleHousehold]) -> Path:
    """Write the sample once, and return the departments' folder: where it is, all is there."""
    departments = folder / "departments"
    if not departments.exists():
        part = folder / "departments.part"
        sample.write_sources(households, part)
        for number, household in enumerate(households, start=1):
            sample.write_case(household, folder / "cases" / f"household-{number}")
        part.rename(departments)
    return departments


def _verify_first(households: list[sample.SampleHousehold]) -> None:
    """
    Verify the sample households, and let two officers sign the first report.

    What a start before this one has done already stays as it is, also where it was interrupted.
    """
    if Report.objects.filter(status=Report.Status.ISSUED).exists():
        return
    click.echo("核对样例家庭 …", err=True)
    commissions = [
        _commissioned(one) or submit(one.case, one.scans, officer="jiedao")[0] for one in households
    ]
    reports = [_drafted(commission) for commission in commissions]
    prepares, signs = (Officer.objects.get(username=name) for name in ("jingban", "qianfa"))
    first = reports[0]
    if first.status == Report.Status.DRAFT:
        first = acts.submit(report=first, officer=prepares, by=actor_of(prepares))
    acts.issue(report=first, officer=signs, by=actor_of(signs))
    for household, report in zip(households, reports, strict=True):
        click.echo(f"  {report.number}  {household.story}", err=True)


def _commissioned(household: sample.SampleHousehold) -> Commission | None:
    """Return the commission on a sample household, which is known by its applicant's name."""
    applicant = next(m for m in household.case["members"] if m["relation"] == "self")
    cases = matching(Case.objects.all(), applicant["name"])
    return Commission.objects.filter(case__in=cases).first()


def _drafted(commission: Commission, seconds: float = 60) -> Report:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if report := commission.reports.first():
            return report
        time.sleep(0.05)
    raise Trouble(f"委托 {commission.number} 在 {seconds:.0f} 秒内没有完成,请看 logs/worker.log。")


def _tell(folder: Path, port: int, ports: dict[str, int], logins: dict[str, str]) -> None:
    names = {name: (display, kind, roles) for name, display, kind, roles in place.OFFICERS}
    click.echo(f"\n工作台  http://127.0.0.1:{port}/\n")
    click.echo("登录名      密码            姓名    岗位")
    for login, password in logins.items():
        display, kind, roles = names[login]
        posts = "、".join(role.label for role in roles)
        shown = display.ljust(3, "\u3000")  # as wide as a Chinese character
        click.echo(f"{login:<10}  {password:<14}  {shown}  {place.AGENCIES[kind]} {posts}")
    click.echo("\n部门前置(数据文件可编辑,改后即时生效;*.inquiries.jsonl 是部门自己的查询留痕):")
    for source, number in ports.items():
        click.echo(f"  {source:<17} http://127.0.0.1:{number}  {folder}/departments/{source}.csv")
    click.echo(f"\n样例申请  {folder}/cases/household-1/CASE.json …")
    case = shlex.quote(f"{folder}/cases/household-2/CASE.json")
    there = f"HEDUI_DATA_DIR={shlex.quote(str(folder))}"
    click.echo(f"另一终端  {there} {_program()} verify {case} --out out")
    click.echo("按 Ctrl-C 停止。")


def _program() -> str:
    """Return how this program is called from any folder, as a shell takes it."""
    called = Path(sys.argv[0]).absolute()
    module = [sys.executable, "-m", "hedui"]
    return shlex.join(module if called.name == "__main__.py" else [str(called)])


def _has_screen() -> bool:
    """Tell whether a browser would open in a window, not in this terminal."""
    return sys.platform == "darwin" or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def _run(processes: Processes) -> None:
    """
    Keep worker and web running until interrupted.

    Departments are others' systems: one that stops stays stopped, and its items are 未反馈.
    """
    stopped: set[str] = set()
    try:
        while True:
            for name in processes.ended() - stopped:
                if name in place.SOURCES:
                    stopped.add(name)
                    click.echo(f"部门前置 {name} 已停止;在它恢复以前,它的来源记为未反馈。")
                else:
                    click.echo(f"{name} 意外停止(原因见 {processes.logs / name}.log),重新启动。")
                    processes.restart(name)
            time.sleep(0.5)
    except KeyboardInterrupt:
        click.echo("\n正在停止 …")

"""A demonstration place: agencies, officers with posts, six departments with agreements."""

import json
import os
import secrets
from datetime import date, timedelta
from pathlib import Path

from hedui import catalogue
from hedui.faces.cli.processes import Processes, free_ports
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.accounts import open_account
from hedui.procedure.agencies.agreements import Terms, approve_agreement, propose_agreement
from hedui.procedure.agencies.key_changes import approve_keys, propose_keys
from hedui.procedure.agencies.models import Agency, Department, Officer
from hedui.procedure.agencies.queries import actor_of, agreements_for
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.acts import together
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble

DIVISION = "310101"
SOURCES = ("social_insurance", "vehicle", "real_estate", "tax", "bank", "provident_fund")
AGENCIES = {
    Agency.Kind.STREET: "黄浦区示例街道办事处",
    Agency.Kind.CIVIL_AFFAIRS: "黄浦区民政局（示例）",
    Agency.Kind.VERIFICATION_BODY: "黄浦区居民经济状况核对中心（示例）",
}
OFFICERS = (
    ("jiedao", "王小兰", Agency.Kind.STREET, (Role.INTAKE, Role.COMMISSION)),
    ("jiedao2", "李秀英", Agency.Kind.STREET, (Role.INTAKE,)),
    ("minzheng", "陈志远", Agency.Kind.CIVIL_AFFAIRS, (Role.COMMISSION,)),
    ("minzheng2", "吴建华", Agency.Kind.CIVIL_AFFAIRS, (Role.COMMISSION,)),
    ("jingban", "刘敏", Agency.Kind.VERIFICATION_BODY, (Role.VERIFY,)),
    ("qianfa", "赵国强", Agency.Kind.VERIFICATION_BODY, (Role.COUNTERSIGN,)),
    ("anquan", "周宁", Agency.Kind.CIVIL_AFFAIRS, (Role.SECURITY_ADMIN,)),
    ("shenji", "郑洁", Agency.Kind.CIVIL_AFFAIRS, (Role.AUDIT_ADMIN,)),
    ("guanli", "孙晓", Agency.Kind.CIVIL_AFFAIRS, (Role.SYSTEM_ADMIN,)),
)
LOGINS = "demo-logins.json"


def settle(folder: Path, first_day: date) -> dict[str, str]:
    """Make agencies and officers, once, and return the passwords by login name."""
    file = folder / LOGINS
    settled = Officer.objects.filter(username=OFFICERS[0][0]).exists()
    if settled and not file.exists():
        raise Trouble(f"演示账号已经建立,而 {file} 不在了:请另换一个数据目录。")
    if settled:
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    logins = {name: secrets.token_urlsafe(9) for name, *_ in OFFICERS}
    with together():  # all of them, or none whose password nobody knows
        _people(logins, first_day)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(logins, out, indent=1)
    return logins


def _people(logins: dict[str, str], first_day: date) -> None:
    places = {
        kind: agencies.establish(name=name, kind=kind, division=DIVISION, by=INSTALLER)
        for kind, name in AGENCIES.items()
    }
    for name, display_name, kind, roles in OFFICERS:
        officer = open_account(
            username=name, display_name=display_name, password=logins[name], by=INSTALLER
        )
        for role in roles:
            agencies.appoint(
                officer=officer, agency=places[kind], role=role, first_day=first_day, by=INSTALLER
            )


def start_departments(
    processes: Processes, folder: Path, platform_key: Path, answer_within: int = 20
) -> dict[str, int]:
    """Start the six gateways on free ports, register them, and return their ports."""
    ports = dict(zip(SOURCES, free_ports(len(SOURCES)), strict=True))
    for source, port in ports.items():
        start_department(processes, folder, platform_key, source, port)
    for source, port in ports.items():
        processes.wait_for_port(source, port)
        url = f"http://127.0.0.1:{port}"
        key = (folder / f"{source}.key.pub.pem").read_text(encoding="ascii")
        moved(source, url, key)
        department = agencies.agree(
            source=source,
            division=DIVISION,
            name=catalogue.sources()[source].unit,
            base_url=url,
            answer_within=answer_within,
            by=INSTALLER,
            public_key=key,
        )
        agree_on_all(department)
    return ports


def moved(source: str, url: str, public_key: str) -> None:
    """Let the two administrators change where a department is asked, once one is agreed with."""
    agreed = Department.objects.filter(source=source, division=DIVISION, last_day=None)
    for department in agreed.exclude(agreements=None).exclude(base_url=url).distinct():
        first, second = (actor_of(Officer.objects.get(username=n)) for n in ("guanli", "anquan"))
        change = propose_keys(holder=department, public_key=public_key, base_url=url, by=first)
        approve_keys(change=change, by=second)


def agree_on_all(
    department: Department, proposes: str = "guanli", approves: str = "anquan"
) -> None:
    """Let two officers, by login, propose and approve an agreement on all that it holds, once."""
    if department.source in agreements_for(department.division, today()):
        return
    first, second = (actor_of(Officer.objects.get(username=n)) for n in (proposes, approves))
    terms = Terms(
        items=[department.source],
        max_age_days=catalogue.sources()[department.source].max_age_days,
        contact=f"{department.name}（示例）",
        legal_basis="社会救助暂行办法 第58条",
        first_day=today(),
        last_day=today() + timedelta(days=364),
    )
    proposed = propose_agreement(department=department, terms=terms, by=first)
    approve_agreement(agreement=proposed, by=second)


def start_department(
    processes: Processes, folder: Path, platform_key: Path, source: str, port: int
) -> None:
    """Start one department's gateway over its own file."""
    processes.start(
        source,
        "department",
        "serve",
        "--source",
        source,
        "--data",
        str(folder / f"{source}.csv"),
        "--port",
        str(port),
        "--key",
        str(folder / f"{source}.key.pem"),
        "--partner-key",
        str(platform_key),
        "--division",
        DIVISION,
        "--log",
        str(folder / f"{source}.inquiries.jsonl"),
    )

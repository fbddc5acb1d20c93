"""
A household verified by real processes under the national suite, and keys changed while they run.

Judged from outside: report.json, the departments' own records, the exported ledger.
"""

import json
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import urlsafe_b64decode
from datetime import date
from pathlib import Path

import pytest

from hedui.ledger import verify
from hedui.wire.canonical import canonical
from hedui.wire.seals import SealError, Verifier, load_publics
from tests.stories.demonstration import HEDUI, demonstration, environment
from tests.stories.test_one_household import household

SIGNATURE_TYPE = "hedui-report+jws"
BY_TWO_OFFICERS = """
import sys
from pathlib import Path
from hedui.faces.cli.bringing_up import bring_up
bring_up(Path(sys.argv[1]))
from hedui.procedure.agencies.key_changes import approve_keys, propose_keys
from hedui.procedure.agencies.models import Department, Officer
from hedui.procedure.agencies.queries import actor_of
system, security = (actor_of(Officer.objects.get(username=n)) for n in ("guanli", "anquan"))
tax = Department.objects.get(source="tax", last_day=None)
both = Path(sys.argv[2]).read_text()
approve_keys(change=propose_keys(holder=tax, public_key=both, by=system), by=security)
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, tables):
    folder = tmp_path_factory.mktemp("national") / "data"
    with demonstration(folder, suite="sm", tables=tables) as running:
        yield running


def head(report: dict) -> dict:
    """Return what the signature of a report says of itself."""
    return json.loads(urlsafe_b64decode(report["signature"].split(".")[0] + "=="))


def published(demo) -> Path:
    return demo.folder / "keys" / "platform.pub.pem"


def holds(report: dict, *keys) -> bool:
    try:
        body = canonical(report["report"])
        Verifier.of(*keys).verify_detached(report["signature"], body, typ=SIGNATURE_TYPE)
    except SealError:
        return False
    return True


def outcomes(report: dict) -> dict[str, set]:
    found: dict[str, set] = {}
    for line in report["report"]["sources"]:
        found.setdefault(line["label"], set()).add(line["outcome"])
    return found


def answered(report: dict) -> bool:
    every = [line["outcome"] for line in report["report"]["sources"]]
    return bool(every) and set(every) <= {"FOUND", "NOT_FOUND", "PARTIAL"}


def test_a_household_is_verified_with_sm2_at_every_hand(demo, tmp_path):
    case, _ = household(tmp_path / "case", "19810101")
    report = demo.verify(case, tmp_path / "out")
    assert answered(report), outcomes(report)
    assert head(report)["alg"] == "SM2"
    assert holds(report, *load_publics(published(demo)))
    for file in (demo.folder / "departments").glob("*.key.pub.pem"):
        [key] = load_publics(file)
        assert key.suite == "sm2"
    assert not holds(
        report | {"report": report["report"] | {"code": "X"}}, *load_publics(published(demo))
    )


def test_the_exported_ledger_is_verified_by_the_one_file(demo, tmp_path):
    demo.run("ledger", "export", "--out", str(tmp_path / "ledger.jsonl"))
    (tmp_path / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    command = [sys.executable, "-I", "verify.py", "ledger.jsonl", "--key", str(published(demo))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "台账成立" in done.stdout) == (0, True), done.stdout + done.stderr


def test_keys_change_while_everything_runs_and_nothing_fails(demo, tmp_path):
    """Households go on being verified by worker, web and six gateways that nobody restarts."""
    reports: list[dict] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def go_on() -> None:
        for number in range(1, 40):
            case, _ = household(
                tmp_path / f"case-{number}", f"1981{number % 12 + 1:02d}{number % 27 + 1:02d}"
            )
            try:
                reports.append(demo.verify(case, tmp_path / f"out-{number}"))
            except BaseException as failure:
                failures.append(failure)
                return
            if stop.is_set():
                return

    before = json.loads(demo.run("keys", "list", "--json").stdout)
    going = threading.Thread(target=go_on)
    going.start()
    while not reports and going.is_alive():
        time.sleep(0.1)
    rotate = ["keys", "rotate", "--from", date.today().isoformat(), "--json"]
    signing = json.loads(demo.run(*rotate, "signing").stdout)["id"]
    sealing = json.loads(demo.run(*rotate, "sealing").stdout)["id"]
    assert json.loads(demo.run("keys", "rewrap", "--json").stdout)["rewrapped"] > 0
    seen = len(reports)
    while len(reports) < seen + 3 and going.is_alive():
        time.sleep(0.1)
    stop.set()
    going.join(120)
    assert failures == []
    assert all(map(answered, reports)), [outcomes(r) for r in reports if not answered(r)]
    kids = [head(report)["kid"] for report in reports]
    assert kids[0] == before[0]["id"] != signing
    assert kids[-1] == signing
    old, new = load_publics(published(demo))
    assert all(holds(report, old, new) for report in reports)
    assert not holds(reports[-1], old)
    told = {one["id"]: one for one in json.loads(demo.run("keys", "list", "--json").stdout)}
    assert told[sealing]["state"] == "current"
    assert told[before[1]["id"]] == before[1] | {"state": "past", "cases": 0}


def test_the_old_sealing_key_is_destroyed_and_all_cases_still_open(demo, tmp_path):
    (demo.folder / "keys" / "sealing.key").unlink()
    listed = demo.run("keys", "list").stdout
    assert ("已不在" in listed, listed.count("密封")) == (False, 1)
    case, _ = household(tmp_path / "case", "19820202")
    assert answered(demo.verify(case, tmp_path / "out"))
    assert "密钥不能使用" not in demo.run("check", code=1).stdout


def test_check_tells_of_keys_that_are_not_of_the_suite_that_is_set(demo):
    said = "在用的密钥不是设定的套件"
    assert said not in demo.run("check", code=1).stdout
    other = environment(demo.folder, "default")
    done = subprocess.run([*HEDUI, "check"], env=other, capture_output=True, text=True, check=False)
    assert f"{said} default 的" in done.stdout


def test_a_department_changes_its_key_and_the_platform_takes_both(demo, tmp_path):
    departments = demo.folder / "departments"
    key, public = departments / "tax.key.pem", departments / "tax.key.pub.pem"
    told = json.loads(
        demo.run(
            "department", "rotate", "--key", str(key), "--from", date.today().isoformat(), "--json"
        ).stdout
    )
    [address] = [
        line.split()[1] for line in demo.printed.splitlines() if line.strip().startswith("tax ")
    ]
    with urllib.request.urlopen(f"{address}/healthz") as health:
        assert json.loads(health.read())["kid"] == told["kid"]
    division = json.loads(case_of(tmp_path, "a", demo).read_text())["division"]
    register = ["department", "register", "--source", "tax", "--division", division]
    alone = demo.run(*register, "--url", address, "--public-key", str(public), code=2)
    assert "须由两人办理" in alone.stderr
    change = [sys.executable, "-c", BY_TWO_OFFICERS, str(demo.folder), str(public)]
    subprocess.run(change, env=environment(demo.folder, "sm"), check=True)
    report = demo.verify(case_of(tmp_path, "b", demo), tmp_path / "out")
    assert answered(report), outcomes(report)


def case_of(folder: Path, name: str, demo) -> Path:
    return household(folder / name, {"a": "19830303", "b": "19840404"}[name])[0]


def test_without_the_binding_the_suite_is_refused_in_one_line(tmp_path):
    (tmp_path / "gmssl_pyx.py").write_text("raise ImportError")
    hidden = environment(tmp_path / "data", "sm") | {"PYTHONPATH": str(tmp_path)}
    for command in (["setup"], ["check"], ["serve"]):
        done = subprocess.run(
            [*HEDUI, *command], env=hidden, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "hedui[sm]" in done.stderr


def test_a_suite_that_does_not_exist_is_refused_in_one_line(tmp_path):
    hidden = environment(tmp_path / "data", "SM")
    done = subprocess.run(
        [*HEDUI, "setup"], env=hidden, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "只有 default 和 sm" in done.stderr

"""
M1–M6 in one story: a stranger runs the demonstration and verifies a household of their own making.

Everything here is judged from outside: the files that come out, and the departments' own logs.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hedui.batch.sample.scans import scan
from hedui.ledger import Checkpoint, sign_checkpoint
from hedui.wire.canonical import canonical
from hedui.wire.moments import china_day
from hedui.wire.seals import SealError, Verifier, generate_key, load_public, load_signer
from tests import cast
from tests.architecture.house import ROOT
from tests.stories.demonstration import demonstration, environment

EXAMPLES = ROOT / "examples"
SIGNATURE_TYPE = "hedui-report+jws"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with demonstration(tmp_path_factory.mktemp("demo") / "my data") as running:
        yield running


def add_rows(demo, source: str, rows: list[dict]) -> None:
    """Put rows into a department's file, as a stranger would with an editor."""
    file = demo.folder / "departments" / f"{source}.csv"
    with file.open(encoding="utf-8", newline="") as old:
        header = next(csv.reader(old))
    with file.open("a", encoding="utf-8", newline="") as out:
        csv.DictWriter(out, header, restval="").writerows(rows)


def household(folder: Path, born: str, **changes) -> tuple[Path, dict[str, str]]:
    """Write a CASE.json of three: a wage, an account; the third has not signed."""
    numbers = {
        key: cast.number(born, sequence)
        for key, sequence in (("a", "101"), ("b", "102"), ("c", "103"))
    }
    today = date.fromisoformat(changes.pop("today", date.today().isoformat()))
    applied_on = today.replace(day=1)
    case = cast.zhang_family(applied_on)
    for member in case["members"]:
        member["id_number"] = numbers[member["key"]]
        if member["key"] != "c":
            member["authorization"] = {
                "signed_on": applied_on.isoformat(),
                "form": cast.FORM,
                "evidence": f"scan-{member['key']}.pdf",
                "items": ["*"],
                "valid_until": (today + timedelta(days=90)).isoformat(),
            } | changes
    folder.mkdir(parents=True)
    for key in ("a", "b"):
        (folder / f"scan-{key}.pdf").write_bytes(scan(f"signed by {numbers[key]}"))
    (folder / "CASE.json").write_text(json.dumps(case), encoding="utf-8")
    return folder / "CASE.json", numbers


def months_before(day: date) -> list[str]:
    months, cursor = [], day.replace(day=1)
    for _ in range(12):
        cursor = (cursor - timedelta(days=1)).replace(day=1)
        months.append(cursor.strftime("%Y-%m"))
    return months


def by_item(report: dict, member: str) -> dict[str, dict]:
    return {line["item"]: line for line in report["findings"] if line["member"] == member}


@pytest.fixture(scope="module")
def own(demo, tmp_path_factory):
    """A household of one's own: its case, its numbers, and the report on it."""
    case, numbers = household(tmp_path_factory.mktemp("own") / "case", "19800202")
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    known = {"name": "张三", "id_number": numbers["a"], "as_of": yesterday}
    add_rows(
        demo,
        "tax",
        [
            known
            | {
                "income_type": "wage",
                "period": month,
                "amount_fen": 420000,
                "tax_fen": 0,
                "payer": "某厂",
            }
            for month in months_before(date.today())
        ],
    )
    add_rows(
        demo,
        "bank",
        [
            known
            | {
                "bank": "甲银行",
                "account_tail": "1111",
                "account_type": "current",
                "balance_fen": 2_999_999,
            },
            known
            | {"bank": "乙银行", "account_tail": "2222", "account_type": "time", "balance_fen": 1},
        ],
    )
    add_rows(
        demo,
        "vehicle",
        [
            {
                "name": "李四",
                "id_number": numbers["b"],
                "as_of": yesterday,
                "vehicle_class": "car",
                "status": "normal",
            }
        ],
    )
    add_rows(
        demo,
        "vehicle",
        [
            {
                "name": "张小",
                "id_number": numbers["c"],
                "as_of": yesterday,
                "vehicle_class": "car",
                "status": "normal",
            }
        ],
    )
    out = tmp_path_factory.mktemp("out")
    return demo.verify(case, out), numbers, out


def test_the_report_gives_the_figures_that_the_departments_files_contain(own):
    lines = by_item(own[0]["report"], "a")
    assert (lines["tax.amount_fen"]["declared"], lines["tax.amount_fen"]["found"]) == (
        "50400.00",
        "50400.00",
    )
    assert lines["tax.amount_fen"]["status_label"] == "一致"
    assert lines["bank.balance_fen"]["found"] == "30000.00"
    assert lines["bank.balance_fen"]["status_label"] == "一致"


def test_a_declared_nothing_against_a_found_vehicle_is_inconsistent(own):
    line = by_item(own[0]["report"], "b")["vehicle.vehicle_class"]
    assert (line["declared"], line["found"], line["status_label"]) == (0, 1, "不一致")


def test_a_member_who_did_not_sign_is_not_asked_about(demo, own):
    report, numbers, _ = own
    assert by_item(report["report"], "c") == {}
    reasons = {line["reason"] for line in report["report"]["not_asked"] if line["member"] == "c"}
    assert reasons == {"本人未签署授权书,不予查询"}
    signed, unsigned = (f"{numbers[key][:6]}********{numbers[key][14:]}" for key in ("a", "c"))
    for source in cast.SOURCES:
        asked = {line["subject_masked"] for line in demo.log_of(source)}
        assert signed in asked
        assert unsigned not in asked


def test_the_report_is_signed_and_any_change_shows(demo, own):
    report = own[0]
    verifier = Verifier.of(load_public(demo.folder / "keys" / "platform.pub.pem"))
    verifier.verify_detached(report["signature"], canonical(report["report"]), typ=SIGNATURE_TYPE)
    changed = report["report"] | {"applied_on": "2020-01-01"}
    with pytest.raises(SealError):
        verifier.verify_detached(report["signature"], canonical(changed), typ=SIGNATURE_TYPE)


def test_the_public_page_says_nothing_of_a_report_that_nobody_has_signed(demo, own):
    address = f"http://127.0.0.1:{demo.port}/verify/{own[0]['report']['code']}/"
    with pytest.raises(urllib.error.HTTPError) as unknown:
        urllib.request.urlopen(address)
    page = unknown.value.read().decode()
    assert unknown.value.code == 404
    assert own[0]["report"]["number"] not in page


def test_the_page_of_the_example_is_followed_word_by_word(demo, tmp_path):
    clone = tmp_path / "clone"
    command = clone / ".venv" / "bin" / "hedui"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m hedui "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    shutil.copytree(EXAMPLES, clone / "examples")
    case = clone / "examples" / "one-household" / "CASE.json"
    # what the household signed runs out one day; the page says to write a later one then
    until = max(date(2027, 8, 1), date.today() + timedelta(days=365))
    written = case.read_text(encoding="utf-8")
    case.write_text(written.replace("2027-08-01", until.isoformat()), encoding="utf-8")
    (clone / "hedui-demo").symlink_to(demo.folder)
    text = (EXAMPLES / "one-household" / "README.md").read_text(encoding="utf-8")
    printed, plain = "", environment(demo.folder)
    del plain["HEDUI_DATA_DIR"]
    for kind, block in re.findall(r"^```(sh|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if kind == "text":
            assert [line for line in block.splitlines() if line not in printed] == []
        elif "department serve" not in block:  # which runs until it is stopped
            done = subprocess.run(
                ["sh", "-ec", block],
                cwd=clone,
                env=plain,
                text=True,
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            printed = done.stdout
    assert "核到 1  不一致" in printed


def test_a_department_that_is_down_is_no_reply_and_counts_for_nothing(demo, tmp_path):
    case, _ = household(tmp_path / "case", "19800303")
    with demo.without("vehicle"):
        done = demo.run("verify", str(case), "--out", str(tmp_path), "--json")
    report = json.loads(done.stdout)["report"]
    assert re.fullmatch(r"(已反馈 \d+/\d+,等待:机动车\n)+", done.stderr)
    for member in ("a", "b"):
        line = by_item(report, member)["vehicle.vehicle_class"]
        assert (line["found"], line["status_label"]) == (None, "未反馈")
    assert report["totals"]["found"]["vehicles"] is None
    assert report["assessment"]["found"]["tests"]["vehicle"] == "unknown"
    assert by_item(report, "a")["bank.balance_fen"]["status_label"] != "未反馈"


def test_an_expired_authorization_asks_nobody(demo, tmp_path):
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    case, numbers = household(tmp_path / "case", "19800404", valid_until=yesterday)
    report = demo.verify(case, tmp_path / "out")["report"]
    assert report["findings"] == []
    assert "授权已过有效期,不予查询" in {line["reason"] for line in report["not_asked"]}
    masked = f"{numbers['a'][:6]}********{numbers['a'][14:]}"
    assert all(
        masked not in {line["subject_masked"] for line in demo.log_of(source)}
        for source in cast.SOURCES
    )


def test_only_the_items_signed_for_are_asked(demo, tmp_path):
    case, numbers = household(tmp_path / "case", "19800505", items=["bank.balance_fen", "tax"])
    demo.verify(case, tmp_path / "out")
    masked = f"{numbers['a'][:6]}********{numbers['a'][14:]}"
    asked = {
        item
        for source in cast.SOURCES
        for line in demo.log_of(source)
        if line["subject_masked"] == masked
        for item in line["items_asked"]
    }
    assert {item for item in asked if not item.startswith("tax.")} == {"bank.balance_fen"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["verify", "CASE.json", "--out", "/proc/x"], 2, "不能写入"),
        (["serve", "--port", "{port}"], 2, "不能在"),
        (["worker", "--data", "nowhere"], 2, "还没有安装"),
        (["department", "serve", "--source", "bank", "--data", "x.txt", "--port", "1"], 2, "x.txt"),
        (
            [
                "department",
                "register",
                "--source",
                "bank",
                "--division",
                "310101",
                "--url",
                "nonsense",
                "--public-key",
                "x.txt",
            ],
            2,
            "服务地址",
        ),
        (["verify", "CASE.json", "--officer", "nobody"], 2, "没有登录名"),
    ],
)
def test_wrong_use_gets_one_line_and_its_exit_code(
    demo, tmp_path, monkeypatch, arguments, code, says
):
    household(tmp_path / "case", "19801010")
    monkeypatch.chdir(tmp_path / "case")
    (tmp_path / "case" / "x.txt").write_text("nothing", encoding="utf-8")
    given = [one.format(port=demo.port) for one in arguments]
    done = demo.run(*given, code=code)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"division": "999999"}, "行政区划"),
        ({"programme": "lottery"}, "救助项目"),
        ({"applied_on": "2999-01-01"}, "申请日期不能晚于今天"),
        ({"colour": "red"}, "不认识的项“colour”"),
        ({"members": []}, "家庭成员"),
    ],
)
def test_bad_input_gets_one_line_that_says_what_to_do(demo, tmp_path, change, says):
    case, _ = household(tmp_path / "case", "19800606")
    case.write_text(json.dumps(json.loads(case.read_text()) | change), encoding="utf-8")
    done = demo.run("verify", str(case), code=2)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_that_it_prints_for_another_terminal_runs_as_printed(demo, tmp_path):
    (told,) = re.findall(r"^另一终端 +(.*)$", demo.printed, re.MULTILINE)
    plain = environment(demo.folder)
    del plain["HEDUI_DATA_DIR"]
    subprocess.run(["sh", "-ec", told], cwd=tmp_path, env=plain, timeout=120, check=True)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["report"]["findings"]


def test_a_missing_scan_is_refused(demo, tmp_path):
    case, _ = household(tmp_path / "case", "19800707")
    (case.parent / "scan-a.pdf").unlink()
    assert "签署件 scan-a.pdf" in demo.run("verify", str(case), code=2).stderr


def test_an_auditor_verifies_the_ledger_with_a_file_and_a_public_key(demo, own, tmp_path):
    file, key = tmp_path / "ledger.jsonl", demo.folder / "keys" / "platform.pub.pem"
    told = json.loads(demo.run("ledger", "export", "--out", str(file), "--json").stdout)
    found = demo.run("ledger", "verify", str(file), "--key", str(key), "--json")
    verdict = json.loads(found.stdout)
    assert (verdict["first_bad"], verdict["entries"]) == (None, told["entries"])
    assert verdict["inquiries"] >= sum(len(demo.log_of(source)) for source in cast.SOURCES)
    lines = file.read_bytes().splitlines(keepends=True)
    by_an_officer = next(n for n, line in enumerate(lines) if b"officer:" in line)
    lines[by_an_officer] = lines[by_an_officer].replace(b"officer:", b"officer:9")
    file.write_bytes(b"".join(lines))
    assert "台账不成立" in demo.run("ledger", "verify", str(file), code=1).stdout
    file.write_text("nothing", encoding="utf-8")
    assert "不是台账导出文件" in demo.run("ledger", "verify", str(file), code=2).stderr


def test_each_department_tells_its_count_of_a_day_that_is_over(demo, own, tmp_path):
    today = china_day(datetime.now(UTC))
    yesterday = (today - timedelta(days=1)).isoformat()
    run = demo.run("ledger", "reconcile", "--day", yesterday, "--json")
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(told) == 6
    assert all((one["received"], one["unknown"], one["denied"]) == (0, [], []) for one in told)
    again = demo.run("ledger", "reconcile", "--day", yesterday)
    assert again.stdout.count("相符") == 6
    still = demo.run("ledger", "reconcile", "--day", today.isoformat(), code=1)
    assert "这一天还没有过完" in still.stdout
    export = tmp_path / "ledger.jsonl"
    demo.run("ledger", "export", "--out", str(export))
    verified = json.loads(demo.run("ledger", "verify", str(export), "--json").stdout)
    assert (verified["first_bad"], verified["reconciled"], verified["differences"]) == (None, 6, [])


def test_a_witness_follows_the_ledger_and_finds_it_put_back(demo, own, tmp_path):
    generate_key(tmp_path / "witness.pem")
    known = demo.folder / "keys" / "witnesses"
    known.mkdir()
    (known / "sh.example.pub.pem").write_bytes((tmp_path / "witness.pub.pem").read_bytes())
    state = tmp_path / "seen.txt"
    look = [
        "ledger", "witness", f"http://127.0.0.1:{demo.port}", "--name", "sh.example",
        "--key", str(demo.folder / "keys" / "platform.pub.pem"),
        "--signing-key", str(tmp_path / "witness.pem"), "--state", str(state),
    ]  # fmt: skip
    file = tmp_path / "ledger.jsonl"
    demo.run("ledger", "export", "--out", str(file))
    demo.run(*look)
    demo.verify(household(tmp_path / "later", "19800909")[0], tmp_path / "out")
    demo.run("ledger", "export", "--out", str(file))
    seen = json.loads(demo.run(*look, "--json").stdout)
    demo.run("ledger", "export", "--out", str(file))
    found = demo.run("ledger", "verify", str(file), "--witness", str(state), "--json")
    assert json.loads(found.stdout)["witnesses"] == ["sh.example"]
    entries = [line for line in file.read_bytes().splitlines(keepends=True) if line[:1] != b"{"]
    assert seen["size"] <= len(entries)
    ahead = Checkpoint.parse(state.read_text(encoding="utf-8"))
    key = load_signer(demo.folder / "keys" / "platform.pem")
    longer = sign_checkpoint(
        ahead.origin, ahead.size + 500, ahead.root, key.public().raw,
        key.sign_bytes,
    )  # fmt: skip
    state.write_text(longer, encoding="utf-8")  # as if the database had been put back since
    assert "台账被回退" in demo.run(*look, code=1).stderr
    assert (
        "有人见过"
        in demo.run("ledger", "verify", str(file), "--witness", str(state), code=1).stdout
    )


def test_check_names_what_is_not_fit_for_production(demo):
    told = json.loads(demo.run("check", "--json", code=1).stdout)
    assert not told["fit"]
    assert any("不是 HTTPS" in one["what"] for one in told["findings"])
    assert any(one["what"] == "台账完整" for one in told["findings"])
    assert {one["name"] for one in told["settings"]} >= {"HEDUI_DATABASE_URL", "HEDUI_DATA_DIR"}

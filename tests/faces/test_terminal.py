"""The terminal: help, what was typed wrongly, what is told meanwhile, what is checked."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import click
import pytest

from hedui.config.options import OPTIONS, read_options, unknown_in
from hedui.faces.cli import verifying
from hedui.faces.cli.bench import judged
from hedui.faces.cli.checking import findings
from hedui.faces.cli.commands import cli, main
from hedui.faces.cli.installing import enrol
from hedui.faces.cli.verifying import progress_of, submit, wait_for_draft
from hedui.faces.cli.wording import CAUSES, cause, in_chinese
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble
from tests import cast

ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process: exit code, standard output, standard error."""

    def running(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hedui", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return running


@pytest.mark.parametrize("group", [[], ["department"], ["ledger"]])
def test_a_group_without_a_command_prints_its_help(run, group):
    helped = run(*group, "--help")
    assert helped[1].count("\n") > 5
    assert run(*group) == helped


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "{file}", "--out", "{file}"], "参数 --out 不对:应为目录,这里是文件"),
        (["verify", "{folder}"], "参数 CASE 不对:应为文件,这里是目录"),
        (["verify", "nowhere.json"], "参数 CASE 不对:文件或目录不存在"),
        (["serve", "--port", "x"], "参数 --port 不对:应为整数"),
        (["worker", "--threads", "65"], "参数 --threads 不对:超出允许的范围 1<=x<=64"),
        (["department", "serve", "--source", "x"], "参数 --source 不对:应为其中之一:'social_ins"),
        (
            ["policy", "show", "310000", "--on", "x"],
            "参数 --on 不对:“x”不是日期,应写作 2024-08-01",
        ),
        (
            [
                *("partner", "relay", "--url", "https://x/api/dci", "--sender", "310101-school"),
                *("--receiver", "310101-hedui", "--key", "{folder}/k.pem", "--port", "9199"),
                *("--token-file", "{file}", "--host", "0.0.0.0"),
            ],
            "在网络上监听而没有证书",
        ),
        (["ledger", "reconcile", "--day", "x"], "参数 --day 不对:应写作 2024-08-01 这样的日期"),
        (["bench", "--households", "100001"], "参数 --households 不对:最多 100000"),
        (["serve", "--port"], "选项 --port 后面要写值"),
        (["serve", "--json=1"], "选项 --json 后面不能写值"),
        (["serve", "--prot", "1"], "没有选项 --prot"),
        (["serve", "now"], "多出了参数 now"),
        (["verify"], "缺少参数 CASE"),
        (["ledger", "forge"], "没有命令 forge"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_one_chinese_line(run, tmp_path, words, said):
    file = tmp_path / "file"
    file.touch()
    code, out, err = run(*(word.format(file=file, folder=tmp_path) for word in words))
    assert (code, out) == (2, "")
    assert err.startswith(f"hedui: {said}")
    assert err.count("\n") == 1
    assert not ENGLISH.search(err)


def parameters(group: click.Group) -> Iterator[tuple[click.Context, click.Parameter]]:
    """Yield every parameter of every command."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from parameters(command)
        else:
            yield from ((click.Context(command), one) for one in command.params)


def test_no_value_of_any_parameter_is_refused_in_english(tmp_path):
    (tmp_path / "file").touch()
    refused = 0
    for context, parameter in parameters(cli):
        for value in ("nonsense", "-1", "", str(tmp_path), str(tmp_path / "file")):
            try:
                parameter.type.convert(value, parameter, context)
            except click.BadParameter as wrong:
                wrong.param = parameter
                refused += 1
                assert not ENGLISH.search(in_chinese(wrong)), wrong.message
    assert refused > 20


def test_the_operating_system_is_quoted_in_chinese():
    for number in (*CAUSES, 40, 9999):
        assert re.search("[一-龥]", cause(OSError(number, "in English")))


def test_the_check_names_variables_that_nobody_reads(db, settings):
    settings.HEDUI_UNKNOWN_VARIABLES = ["HEDUI_PUBLC_URL"]
    found = [one for one in findings() if "HEDUI_PUBLC_URL" in one.what]
    assert [one.level for one in found] == ["warning"]
    assert "HEDUI_PUBLIC_URL" in found[0].remedy


def test_variables_of_ours_and_of_the_tests_are_known():
    known = ["HEDUI_CI", "HEDUI_TEST_POSTGRES_URL", "HEDUI_BENCH_POSTGRES_URL", "PATH"]
    assert unknown_in([*known, *(option.name for option in OPTIONS)]) == []
    assert unknown_in(["HEDUI_", "HEDUI_CIX", "HEDUI_DATA"]) == [
        "HEDUI_",
        "HEDUI_CIX",
        "HEDUI_DATA",
    ]


def test_a_weak_password_is_refused_in_chinese(db):
    with pytest.raises(click.UsageError, match="^请填写至少 8 位的密码。 这个密码太常见"):
        enrol("new", "123", agency="民政局", division=cast.DIVISION)


def test_the_bench_judges_what_has_a_target():
    measured = {"latency_ratio": 3.5, "households_per_second": 20.0, "pdf_ms": 1.0}
    assert judged(measured) == measured | {
        "targets": {
            "latency_ratio": {"target": 3, "met": False},
            "households_per_second": {"target": 20, "met": True},
        }
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"division": "310103"}, "已停用,现为310101黄浦区"),
        ({"division": "310000"}, "请填写其下县"),
        ({"division": "310104", "members": []}, "家庭成员:不能为空"),
        ({"division": "310104"}, "当地没有在岗的受理人员"),
    ],
)
def test_what_is_wrong_with_a_case_is_told_before_who_may_take_it_in(county, change, said):
    case = cast.zhang_family(today().replace(day=1)) | change
    with pytest.raises(click.UsageError, match=said):
        submit(case, {}, None)


def test_progress_names_the_sources_that_are_waited_for(county):
    commission = cast.commissioned(county)
    assert progress_of(commission) == "等待后台进程开始查询"
    envelopes = cast.answered(commission)
    assert envelopes
    asked = commission.inquiries.count()
    assert progress_of(commission) == f"已反馈 {asked}/{asked},正在比对"


def test_progress_counts_what_did_not_answer(county):
    commission = cast.commissioned(county)
    cast.answered(commission, {("b", "vehicle"): [{"vehicle_class": "car"}]}, outcome="NO_ANSWER")
    asked = commission.inquiries.count()
    told = progress_of(commission)
    assert told.startswith(f"已反馈 1/{asked},等待:")
    assert "银行" in told


def test_who_waits_is_told_on_standard_error(county, monkeypatch, capsys):
    monkeypatch.setattr(verifying, "TELL_EVERY", 0.0)
    monkeypatch.setattr(verifying.worker, "run", lambda threads, stop: stop.wait())
    with pytest.raises(Trouble):
        wait_for_draft(cast.commissioned(county), seconds=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "等待" in err


def test_all_that_begin_at_once_have_one_session_secret(tmp_path, monkeypatch):
    for number in range(50):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.setenv("HEDUI_DATA_DIR", str(folder))
        begin = Barrier(4)

        def secret(begin=begin) -> str:
            begin.wait()
            return read_options().secret_key

        with ThreadPoolExecutor(4) as several:
            told = [several.submit(secret) for _ in range(4)]
        (kept,) = {one.result() for one in told}
        assert (folder / "secret.key").read_text("ascii") == kept != ""
        assert [file.name for file in folder.iterdir()] == ["secret.key"]

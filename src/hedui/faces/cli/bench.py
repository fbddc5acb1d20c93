"""hedui bench."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from hedui.faces.cli.bringing_up import bring_up
from hedui.procedure.record.outcome import Trouble

ROWS = (
    ("latency_ms", "委托到报告初稿(中位数)", "ms"),
    ("floor_ms", "其下限:六次并行往返 + 同样多次提交", "ms"),
    ("latency_ratio", "与下限之比", "×"),
    ("households_per_second", "一个后台进程每秒核对户数", "户/秒"),
    ("commits", "每户提交次数", "次"),
    ("pdf_ms", "一份报告 PDF(中位数)", "ms"),
    ("pdf_of_latency", "一份 PDF 与一次核对之比", "×"),
)
LEDGER_ROWS = (
    ("gated_per_second", "过闸并留痕的查询", "项/秒"),
    ("bare_per_second", "其下限:同样的行,无闸门无台账", "项/秒"),
    ("gated_of_bare", "与下限之比", "×"),
    ("append_ms_at_10000", "台账 1 万条时留痕一条(中位数)", "ms"),
    ("append_ms_at_100000", "台账 10 万条时", "ms"),
    ("append_ms_at_1000000", "台账 100 万条时", "ms"),
    ("append_growth", "100 万条与 1 万条之比", "×"),
    ("proof_ms", "100 万条中的收录证明(中位数)", "ms"),
    ("verify_s", "核验 100 万条的导出文件", "秒"),
    ("plain_sha256_s", "其下限:同样字节的 SHA-256", "秒"),
    ("verify_of_plain", "与下限之比", "×"),
)
POLICY_ROWS = (
    ("one_household_ms", "试算一户,含过程(中位数)", "ms"),
    ("registry_s", "一份名册,全部六类,两线程", "秒"),
    ("by_hand_s", "其下限:同样结果的手写 NumPy,单线程", "秒"),
    ("registry_of_hand", "与下限之比", "×"),
    ("cpu_of_hand", "处理器用时与下限之比", "×"),
    ("above_inputs_mib", "内存,名册本身之外", "MiB"),
    ("growth", "每户用时,与百分之一的名册之比", "×"),
    ("scenarios_s", "同一名册的十个方案", "秒"),
    ("scenarios_of_one", "每个方案,与一次试算之比", "×"),
    ("counties_of_few", "2844 个县各有标准,与三地两日之比", "×"),
    ("counties_of_one", "2844 个县各有标准,与一地之比", "×"),
    ("households", "户数", "户"),
    ("persons", "人数", "人"),
)
RECHECK_ROWS = (
    ("first_s", "第一次", "秒"),
    ("first_cpu_s", "其中处理器时间", "秒"),
    ("ingest_cpu_s", "  其中读入(每份文件一次)", "秒"),
    ("touched_cpu_s", "  人员和授权", "秒"),
    ("compare_cpu_s", "  比对", "秒"),
    ("rules_cpu_s", "  逐户试算", "秒"),
    ("write_cpu_s", "  写出和汇总", "秒"),
    ("again_s", "再次,没有变化", "秒"),
    ("again_cpu_s", "其中处理器时间", "秒"),
    ("floor_s", "其下限:读同样文件,按号码连接,写同样字节", "秒"),
    ("floor_cpu_s", "其中处理器时间", "秒"),
    ("rewritten_cpu_s", "把结果读出再写成同样的文件(处理器时间)", "秒"),
    ("first_of_floor", "第一次与下限之比(处理器时间)", "×"),
    ("rest_of_floor", "其中读入之外的部分与下限之比", "×"),
    ("again_of_floor", "没有变化的再次与下限之比", "×"),
    ("peak_mib", "内存峰值", "MiB"),
    ("limited_s", "内存上限 1GB 时的第一次", "秒"),
    ("limited_cpu_s", "其中处理器时间", "秒"),
    ("limited_peak_mib", "其整个进程的内存峰值", "MiB"),
    ("declared_s", "百分之一的户改了申报后再次", "秒"),
    ("declared_cpu_s", "其中处理器时间", "秒"),
    ("changed_s", "百分之一的户在申报和各来源都有变化后再次", "秒"),
    ("changed_cpu_s", "其中处理器时间", "秒"),
    ("again_of_first", "没有变化的再次与第一次之比(处理器时间)", "×"),
    ("declared_of_first", "改了申报的再次与第一次之比", "×"),
    ("changed_of_first", "各处都有变化的再次与第一次之比", "×"),
    ("growth", "每户处理器时间,与十分之一的名册之比", "×"),
    ("growth_below", "十分之一与百分之一之比", "×"),
    ("precision", "计入的核到信息中属于本人的", ""),
    ("recall", "有效授权成员的行中计入的", ""),
    ("unauthorised", "没有有效授权而有核到信息", "行"),
    ("conflicts", "姓名不符而计入", "行"),
    ("polars_s", "对照:部门自写的 Polars 脚本", "秒"),
    ("polars_cpu_s", "其中处理器时间", "秒"),
    ("polars_peak_mib", "内存峰值", "MiB"),
    ("pandas_s", "对照:部门自写的 pandas 脚本", "秒"),
    ("pandas_cpu_s", "其中处理器时间", "秒"),
    ("pandas_peak_mib", "内存峰值", "MiB"),
    ("households", "户数", "户"),
    ("persons", "人数", "人"),
    ("rows", "部门文件行数", "行"),
)
DOCUMENT_ROWS = (
    ("page_ms", "12 人 20 个来源的报告页,服务器用时(中位数)", "ms"),
    ("page_cpu_ms", "其中处理器时间", "ms"),
    ("page_pdf_ms", "同一报告的 PDF,服务器用时(中位数)", "ms"),
    ("page_pdf_cpu_ms", "其中处理器时间", "ms"),
    ("reports", "份数", "份"),
    ("reports_s", "逐份打印成 PDF 并留痕,两个进程", "秒"),
    ("bare_s", "其下限:同样页面只由排版库排出,两个进程", "秒"),
    ("reports_of_bare", "与下限之比", "×"),
    ("own_cpu_ms", "其中本程序把一份报告写成版面内容", "ms"),
    ("pile_s", "50 份印成一个文件", "秒"),
)
CHANNEL_ROWS = (
    ("persons", "人数", "人"),
    ("kept", "录入的答复", "项"),
    ("line_s", "同样字节经本系统的线路送出和取回", "秒"),
    ("line_cpu_s", "其中处理器时间", "秒"),
    ("floor_s", "其下限:同样字节的复制,或 OpenSSH 的 put 和 get", "秒"),
    ("line_of_floor", "与下限之比", "×"),
    ("out_s", "归集、过闸、写出并发出请求文件", "秒"),
    ("out_cpu_s", "其中处理器时间", "秒"),
    ("out_mib", "请求文件", "MiB"),
    ("back_s", "收取、核验、逐户录入反馈文件", "秒"),
    ("back_cpu_s", "其中处理器时间", "秒"),
    ("back_mib", "反馈文件", "MiB"),
    ("asked_s", "询问前置服务(双向 TLS)或者视图,录入答复", "秒"),
    ("asked_cpu_s", "其中处理器时间", "秒"),
    ("gateway_cpu_s", "前置服务的处理器时间", "秒"),
    ("bare_http_s", "其下限:同样的查询,只由 HTTP 客户端发给同一前置", "秒"),
    ("bare_cpu_s", "其中处理器时间", "秒"),
    ("bare_gateway_cpu_s", "前置服务的处理器时间", "秒"),
    ("asked_of_bare", "与下限之比", "×"),
    ("cpu_of_bare", "两边处理器时间之和,与下限之比", "×"),
    ("select_s", "其下限:同样的 SELECT 语句", "秒"),
    ("line_of_select", "同样的查询经本系统的线路查出,与下限之比", "×"),
    ("asked_of_select", "全程与下限之比", "×"),
    ("per_person_ms", "每人,问与答,过闸并留痕", "ms"),
    ("floor_cpu_s", "下限的处理器时间", "秒"),
    ("all_of_floor", "全程与下限之比", "×"),
    ("cpu_of_floor", "处理器时间与下限之比", "×"),
    ("rise_mib", "往返期间内存的增加", "MiB"),
)
GOALS = {
    "page_ms": ("≤", 300),
    "page_pdf_ms": ("≤", 1500),
    "reports_of_bare": ("≤", 1.3),
    "line_of_floor": ("≤", 3),
    "line_of_select": ("≤", 3),
    "asked_of_bare": ("≤", 3),
    "cpu_of_bare": ("≤", 3),
    "all_of_floor": ("≤", 3),
    "cpu_of_floor": ("≤", 3),
    "rise_mib": ("≤", 64),
    "first_of_floor": ("≤", 3),
    "again_of_floor": ("≤", 3),
    "peak_mib": ("≤", 4096),
    "rest_of_floor": ("≤", 3),
    "limited_peak_mib": ("≤", 1024),
    "declared_of_first": ("≤", 0.1),
    "changed_of_first": ("≤", 0.1),
    "precision": ("≥", 0.9999),
    "recall": ("≥", 0.96),
    "unauthorised": ("≤", 0),
    "conflicts": ("≤", 0),
    "one_household_ms": ("≤", 5),
    "registry_of_hand": ("≤", 1.5),
    "above_inputs_mib": ("≤", 1024),
    "growth": ("≤", 1.2),
    "scenarios_of_one": ("≤", 1.2),
    "counties_of_few": ("≤", 1.05),
    "counties_of_one": ("≤", 1.1),
    "latency_ratio": ("≤", 3),
    "households_per_second": ("≥", 20),
    "gated_per_second": ("≥", 300),
    "gated_of_bare": ("≥", 0.5),
    "append_growth": ("≤", 1.5),
    "proof_ms": ("≤", 2),
    "verify_of_plain": ("≤", 10),
}
ENTRIES = 1_000_000
ON_A_LINE = ("https_json", "https_together")
IN_A_VIEW = ("database_view", "view_together")
USUAL, MOST, PRINTED = 200, 100_000, 1000


@click.command(help="性能测量:每一项附其下限,在同一次运行中取比值。")
@click.option(
    "--households",
    type=click.IntRange(20, 10_000_000),
    help="户数,默认 200;与 --recheck 同用时默认一百万;与 --channel 同用时是人数,默认十万",
)
@click.option(
    "--postgres",
    envvar="HEDUI_BENCH_POSTGRES_URL",
    help="另在这个 PostgreSQL 库上测量(会在其中建表,请用空库)",
)
@click.option("--ledger", is_flag=True, help="改为测量台账:闸门与留痕、收录证明、核验")
@click.option("--policy", is_flag=True, help="改为测量规则:一户和一百万户")
@click.option("--documents", is_flag=True, help="改为测量报告:大户的页面和 PDF,一千份的 PDF")
@click.option("--recheck", is_flag=True, help="改为测量批量复核:整套名册,与其下限和真值对照")
@click.option(
    "--channel",
    type=click.Choice(["folder", "sftp", "upload", *ON_A_LINE, *IN_A_VIEW]),
    help="改为测量一种渠道:十万人的问与答",
)
@click.option("--memory", default="", help="与 --recheck 同用:内存上限,如 1GB")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--here", type=click.Path(path_type=Path), hidden=True)
def bench(
    households: int | None,
    postgres: str | None,
    ledger: bool,
    policy: bool,
    documents: bool,
    recheck: bool,
    channel: str | None,
    memory: str,
    as_json: bool,
    here: Path | None,
) -> None:
    """Measure on SQLite, and on PostgreSQL where one is given."""
    if policy:
        from hedui.faces.cli.policy_bench import measure_policy  # noqa: PLC0415 - loads NumPy

        _show({"": judged(measure_policy())}, POLICY_ROWS, as_json)
        return
    if recheck:
        from hedui.faces.cli import recheck_bench  # noqa: PLC0415 - loads DuckDB

        measured = recheck_bench.measure_recheck(households or recheck_bench.HOUSEHOLDS, memory)
        _show({"": judged(measured)}, RECHECK_ROWS, as_json)
        return
    households = households or (MOST if channel else PRINTED if documents else USUAL)
    if households > MOST:
        raise click.BadParameter(f"最多 {MOST}", param_hint="--households")
    if here is not None:
        part = channel or ("ledger" if ledger else "documents" if documents else "")
        click.echo(json.dumps(_measured(here, households, part, postgres)))
        return
    options = ["--households", str(households), *["--ledger"] * ledger]
    options += ["--channel", channel] if channel else ["--documents"] * documents
    if channel in IN_A_VIEW:
        if not postgres:
            raise click.UsageError("这种渠道要有 --postgres:部门出借的视图建在那个服务器上。")
        options += ["--postgres", postgres]
    results = {"sqlite": judged(_apart(options, None))}
    if postgres and not documents:  # paper is the same whatever the rows came from
        results["postgresql"] = judged(_apart(options, postgres))
    _show(results, _rows(documents, channel, ledger), as_json)


def _rows(documents: bool, channel: str | None, ledger: bool) -> tuple[tuple[str, str, str], ...]:
    if documents:
        return DOCUMENT_ROWS
    return CHANNEL_ROWS if channel else LEDGER_ROWS if ledger else ROWS


def _show(
    results: dict[str, dict[str, Any]], rows: tuple[tuple[str, str, str], ...], as_json: bool
) -> None:
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
        return
    click.echo("".ljust(44) + "".join(name.rjust(14) for name in results))
    for key, figure, unit in rows:
        if not all(key in result for result in results.values()):
            continue  # what it is held against is not installed
        label = figure + ("(目标 {} {})".format(*GOALS[key]) if key in GOALS else "")
        width = 44 - sum(ord(letter) > 0x2E80 for letter in label)
        cells = "".join(f"{result[key]:>9.2f} {unit:<4}" for result in results.values())
        verdicts = [result["targets"].get(key) for result in results.values()]
        met = "、".join("达到" if one["met"] else "未达到" for one in verdicts if one)
        click.echo(f"{label:<{width}}{cells}{met}".rstrip())


def _measured(here: Path, households: int, part: str, lender: str | None) -> dict[str, float]:
    bring_up(here)
    from django.db import connection  # noqa: PLC0415 - needs settings

    from hedui.faces.cli import (  # noqa: PLC0415 - needs Django
        benching,
        channel_bench,
        documents_bench,
        ledger_bench,
    )

    if connection.introspection.table_names():
        raise Trouble("这个库里已经有表。测量会在库中建表和写入示例人员,请换一个空库。")
    if part == "ledger":
        return ledger_bench.measure_ledger(here, ENTRIES)
    if part == "documents":
        return documents_bench.measure_documents(here, households)
    if part in IN_A_VIEW:
        from hedui.faces.cli import view_bench  # noqa: PLC0415 - likewise

        assert lender is not None
        return view_bench.measure_view(here, part, households, lender)
    if part in ON_A_LINE:
        from hedui.faces.cli import asking_bench  # noqa: PLC0415 - likewise

        return asking_bench.measure_asking(here, part, households)
    if part:
        return channel_bench.measure_channel(here, part, households)
    return benching.measure(here, households)


def judged(measured: dict[str, Any]) -> dict[str, Any]:
    """Add whether each figure that has a goal meets it."""
    verdicts = {
        name: {
            "target": goal,
            "met": measured[name] <= goal if sign == "≤" else measured[name] >= goal,
        }
        for name, (sign, goal) in GOALS.items()
        if name in measured
    }
    return measured | {"targets": verdicts}


def _apart(options: list[str], postgres: str | None) -> dict[str, Any]:
    """Measure in a process of its own, on a data directory of its own."""
    with tempfile.TemporaryDirectory(prefix="hedui-bench-") as folder:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HEDUI_")
        }
        if postgres:
            environment["HEDUI_DATABASE_URL"] = postgres
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "hedui",
                "bench",
                "--here",
                folder,
                *options,
            ],
            env=environment,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise Trouble("测量没有完成,原因见上")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured

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
GOALS = {"latency_ratio": ("≤", 3), "households_per_second": ("≥", 20)}


@click.command(help="性能测量:每一项附其下限,在同一次运行中取比值。")
@click.option("--households", default=200, show_default=True, type=click.IntRange(20, 100_000))
@click.option(
    "--postgres",
    envvar="HEDUI_BENCH_POSTGRES_URL",
    help="另在这个 PostgreSQL 库上测量(会在其中建表,请用空库)",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--here", type=click.Path(path_type=Path), hidden=True)
def bench(households: int, postgres: str | None, as_json: bool, here: Path | None) -> None:
    """Measure on SQLite, and on PostgreSQL where one is given."""
    if here is not None:
        bring_up(here)
        from hedui.faces.cli.benching import measure  # noqa: PLC0415 - needs Django

        click.echo(json.dumps(measure(here, households)))
        return
    results = {"sqlite": judged(_apart(households, None))}
    if postgres:
        results["postgresql"] = judged(_apart(households, postgres))
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
        return
    click.echo("".ljust(44) + "".join(name.rjust(14) for name in results))
    for key, figure, unit in ROWS:
        label = figure + ("(目标 {} {})".format(*GOALS[key]) if key in GOALS else "")
        width = 44 - sum(ord(letter) > 0x2E80 for letter in label)
        cells = "".join(f"{result[key]:>9.2f} {unit:<4}" for result in results.values())
        click.echo(f"{label:<{width}}{cells}")


def judged(measured: dict[str, Any]) -> dict[str, Any]:
    """Add whether each figure that has a goal meets it."""
    verdicts = {
        name: {
            "target": goal,
            "met": measured[name] <= goal if sign == "≤" else measured[name] >= goal,
        }
        for name, (sign, goal) in GOALS.items()
    }
    return measured | {"targets": verdicts}


def _apart(households: int, postgres: str | None) -> dict[str, Any]:
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
                "--households",
                str(households),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise Trouble("测量没有完成,原因见上")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured

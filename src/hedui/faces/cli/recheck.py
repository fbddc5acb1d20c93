"""hedui recheck."""

import json
from pathlib import Path

import click

from hedui.faces.cli.bar import Bar

_STAGES = {
    "ingest": "读入", "touched": "找出变化", "compare": "比对", "rules": "逐户试算",
    "write": "写出",
}  # fmt: skip
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command(help="批量复核:把整套登记户与各部门交换的文件逐人逐项比对,结果写成文件。")
@click.option(
    "--registry", required=True, type=FOLDER, help="登记户目录:members、households、declared"
)
@click.option("--sources", required=True, type=FOLDER, help="部门文件目录,每个来源一份")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="结果目录")
@click.option("--candidates", is_flag=True, help="另列无号码的行可能是谁,供人工确认;不计入结果")
@click.option(
    "--engine",
    default="duckdb",
    type=click.Choice(["duckdb", "spark"]),
    help="用什么比对和试算;结果相同。spark 需要附加组件和 Java",
)
@click.option("--master", help="Spark 在哪里运行,如 spark://host:7077;默认 local[*],即本机")
@click.option("--memory", default="", help="内存上限,如 4GB;超出的部分暂存磁盘")
@click.option("--threads", default=0, type=click.IntRange(0, 256), help="线程数,默认用全部核")
@click.option("--json", "as_json", is_flag=True, help="输出汇总 JSON")
def recheck(
    registry: Path,
    sources: Path,
    out: Path,
    candidates: bool,
    engine: str,
    master: str | None,
    memory: str,
    threads: int,
    as_json: bool,
) -> None:
    """Compare a registry with what the sources delivered; the summary is printed."""
    from hedui.batch.recheck import run  # noqa: PLC0415 - loads DuckDB

    if master and engine != "spark":
        raise click.UsageError("--master 只用于 --engine spark")
    with Bar(quiet=as_json) as bar:
        outcome = run.recheck(
            registry,
            sources,
            out,
            engine=engine,
            master=master or run.LOCAL,
            memory=memory,
            threads=threads,
            suggest=candidates,
            progress=bar,
        )
    summary = outcome.summary
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
        return
    click.echo(
        f"{summary['households']} 户 {summary['members']} 人,"
        f"其中 {summary['members_without_authorization']} 人没有有效授权,没有比对。"
    )
    for name, counts in summary["sources"].items():
        _tell(name, counts)
    if summary["declared_about_nobody"]:
        click.echo(
            f"申报:{summary['declared_about_nobody']} 行的成员不在 members 中,没有用上,请核对编号。"
        )
    if summary["unread"]:
        click.echo(f"来源目录中没有读:{'、'.join(summary['unread'])}(不是目录中的来源名)。")
    if candidates:
        total = sum(summary["candidates"].values())
        click.echo(f"无号码的行:{total} 个人选待人工确认,见 {out}/candidates.parquet,没有计入。")
    spent = ",".join(f"{_STAGES[stage]} {cost:.1f}" for stage, cost in outcome.spent.items())
    without = ",Spark 所用不在其中" if engine == "spark" else ""
    click.echo(f"处理器用时(秒{without}):{spent}。")
    click.echo(f"结果:{out}/summary.html;请人核实的户:{out}/worklist.csv;其余见 {out}。")


def _tell(name: str, counts: dict[str, int]) -> None:
    from hedui.catalogue import sources  # noqa: PLC0415 - reads the catalogue

    label = sources()[name].label
    if not counts["delivered"]:
        click.echo(f"{label}:没有收到文件,记为未反馈。")
        return
    click.echo(
        f"{label}:{counts['rows']} 行,对上 {counts['attached']} 行,"
        f"未授权未用 {counts['refused']} 行,号码不可读 {counts['unreadable_numbers']} 行。"
    )

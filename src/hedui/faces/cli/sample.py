"""hedui sample."""

import json
from datetime import datetime
from pathlib import Path

import click

from hedui.faces.cli.bar import Bar


@click.command(help="造一套样例登记户:名册、各部门文件和真值,供试用、测试和演练;其中没有真人。")
@click.option("--households", required=True, type=click.IntRange(1, 10_000_000), help="户数")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="新目录或空目录")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="随机种子")
@click.option(
    "--as-of",
    default="2024-08-01",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="复核基准日",
)
@click.option("--workers", default=0, type=click.IntRange(0, 256), help="进程数,默认用全部核")
@click.option("--addresses", is_flag=True, help="名册和旧登记另写住址,供试无号码行的人选")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def sample(
    households: int,
    out: Path,
    seed: int,
    as_of: datetime,
    workers: int,
    addresses: bool,
    as_json: bool,
) -> None:
    """Make a registry that nobody is in, with the departments' files and the truth."""
    from hedui.batch.sample.population import write_population  # noqa: PLC0415 - loads NumPy

    with Bar(quiet=True) as bar:
        made = write_population(
            households,
            out,
            seed=seed,
            as_of=as_of.date(),
            workers=workers,
            addresses=addresses,
            progress=lambda done, of: bar(f"生成 {done}/{of}", done / of),
        )
    if as_json:
        click.echo(json.dumps(made, ensure_ascii=False, indent=1))
        return
    rows = sum(made["sources"].values())
    click.echo(f"{made['households']} 户 {made['members']} 人,各部门共 {rows} 行。")
    click.echo(f"名册:{out}/registry;部门文件:{out}/sources;真值:{out}/truth")

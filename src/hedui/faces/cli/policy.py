"""hedui policy: what holds at a place, one case, golden cases, a registry under other rules."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from hedui.faces.cli import policy_text
from hedui.policy import lock, pages, schema
from hedui.policy.assessment import Assessment
from hedui.policy.case import CaseError
from hedui.policy.change import Change
from hedui.policy.golden import differences, read_cases
from hedui.policy.parameters import ParameterFiles, PolicyError, division_chain, read_files
from hedui.policy.replay import kept_results, replayed, shadowed
from hedui.policy.standing import compared, standing

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NO_CASES = {"programme.yaml", "law.yaml"}
FILE = click.Path(exists=True, path_type=Path)
more_parameters = click.option(
    "--parameters",
    "folder",
    type=FOLDER,
    help="另有参数文件的目录,与项目自带的一并使用,同名的以它为准",
)
as_json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


class Day(click.ParamType[date]):
    """A day as the law counts: 2024-08-01."""

    name = "日期"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Read a day."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}”不是日期,应写作 2024-08-01", param, ctx)


@click.group(help="政策规则:某地某日执行什么、试算一户、核对标准案例、模拟调整。")
def policy() -> None:
    """Rules as code, from the terminal; needs no installation."""


@policy.command(help="某地某日执行的参数:数额、自何日起、由哪一级规定、依据何文件。")
@click.argument("division")
@click.option("--on", required=True, type=Day(), help="日期")
@click.option("--programme", default="dibao", show_default=True, help="救助项目")
@more_parameters
@as_json_option
def show(division: str, on: date, programme: str, folder: Path | None, as_json: bool) -> None:
    """Show what holds at a place on a day, and why."""
    lines = standing(_files(folder), division=division, programme=programme, on=on)
    if as_json:
        _print([line.told for line in lines])
        return
    click.echo(policy_text.shown(lines))


@policy.command(help="两日之间或两地之间,执行的参数有何不同。")
@click.argument("division")
@click.option("--on", required=True, type=Day(), help="日期")
@click.option("--and-on", type=Day(), help="另一日期")
@click.option("--and-division", help="另一行政区划")
@click.option("--programme", default="dibao", show_default=True, help="救助项目")
@more_parameters
@as_json_option
def compare(
    division: str,
    on: date,
    and_on: date | None,
    and_division: str | None,
    programme: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what differs between two days or two places."""
    if and_on is None and and_division is None:
        raise click.UsageError("请给出 --and-on 或 --and-division")
    files = _files(folder)
    second = standing(
        files, division=and_division or division, programme=programme, on=and_on or on
    )
    first = standing(files, division=division, programme=programme, on=on, even_bare=True)
    pairs = compared(first, second)
    if as_json:
        _print([{"name": a.use.name, "first": a.told, "second": b.told} for a, b in pairs])
        return
    click.echo(policy_text.differing(pairs))


@policy.command(help="试算一户(CASE.yaml),并说明每一步的依据。")
@click.argument("case", type=FILE)
@click.option("--name", help="文件里有几个案例的,只试算这个名称的")
@click.option("--trace", is_flag=True, help="列出每一条规则的数值、所用数据、参数和依据")
@click.option("--plain", is_flag=True, help="写给家庭看的说明")
@more_parameters
@as_json_option
def compute(
    case: Path, name: str | None, trace: bool, plain: bool, folder: Path | None, as_json: bool
) -> None:
    """Compute the cases of a file; most often it is one."""
    files = _files(folder)
    told = [_computed(one, files, trace) for one in _named(case, name)]
    if as_json:
        _print([body for body, _ in told] if len(told) > 1 else told[0][0])
        return
    for body, assessment in told:
        click.echo(policy_text.plain(assessment) if plain else policy_text.report(body))


def _named(path: Path, name: str | None) -> list[Any]:
    """Give the cases of a file, or the one of that name."""
    cases = read_cases(path, named=False)
    found = [one for one in cases if name in (None, one.get("name"))]
    if not found:
        names = "、".join(str(one.get("name", "(无名)")) for one in cases)
        raise CaseError(f"{path.name}:没有名为“{name}”的案例,文件里有 {names}。")
    if len(found) > 1 and name is None:
        click.echo(
            f"hedui: {path.name} 有 {len(found)} 个案例,逐个试算;只看一个用 --name 名称,"
            f"核对结果是否符合 expect 用 hedui policy test {path.name}。",
            err=True,
        )
    return found


def _computed(
    case: Any, files: ParameterFiles | None, trace: bool
) -> tuple[dict[str, Any], Assessment]:
    try:
        return policy_text.computed(case, files, trace=trace)
    except PolicyError as error:
        name = case.get("name")
        raise PolicyError(f"案例“{name}”:{error}" if name else str(error)) from None


@policy.command(help="核对标准案例:每例一行,末行为通过和未通过的数目。")
@click.argument("paths", nargs=-1, required=True, type=FILE)
@more_parameters
@as_json_option
def test(paths: tuple[Path, ...], folder: Path | None, as_json: bool) -> None:
    """Run golden cases: exit 1 when any does not hold, 2 when any is not well written."""
    files = _files(folder)
    results = [one for path in _case_files(paths) for one in _tested(path, files)]
    failed = sum(bool(one["differences"] or "error" in one) for one in results)
    wrong = sum("error" in one for one in results)
    passed = len(results) - failed
    if as_json:
        _print({"passed": passed, "failed": failed, "cases": results})
    else:
        click.echo(policy_text.tested(results))
        click.echo(f"{passed} passed, {failed} failed")
    if wrong:
        click.echo(f"hedui: {wrong} 处写得不对,已列为 ERROR,请改正后再核对。", err=True)
    raise click.exceptions.Exit(2 if wrong else int(failed > 0))


def _tested(path: Path, files: ParameterFiles | None) -> Iterator[dict[str, Any]]:
    """Run the cases of a file; one that is not well written keeps no other from being run."""
    try:
        cases = read_cases(path)
    except CaseError as error:
        yield {"file": str(path), "name": "", "differences": [], "error": str(error)}
        return
    for case in cases:
        told: dict[str, Any] = {"file": str(path), "name": case["name"], "differences": []}
        try:
            told["differences"] = differences(case, files)
        except CaseError as error:
            told["error"] = str(error)
        except PolicyError as error:
            told["differences"] = [str(error)]
        yield told


def _case_files(paths: tuple[Path, ...]) -> list[Path]:
    found = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*.yaml") if p.name not in NO_CASES)
        found += inside if path.is_dir() else [path]
    if not found:
        raise click.UsageError("没有找到案例文件(*.yaml)")
    return found


@policy.command(help="参数变动对一份名册的影响:新进、退出、金额,谁受益、谁受损。")
@click.option("--registry", required=True, type=FOLDER, help="名册目录(CSV 或 Parquet)")
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="NAME=VALUE@DIVISION",
    help="变动,可重复;例如 dibao.standard_monthly=1700.00@310000",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="TITLE:CHANGE;CHANGE",
    help="并列比较的一个方案,可重复,最多十个;例如 '提高:standard_monthly=1700.00@310000'",
)
@click.option("--at", metavar="DIVISION", help="把名册里的户都当作住在这个行政区划")
@more_parameters
@as_json_option
def simulate(
    registry: Path,
    changes: tuple[str, ...],
    scenarios: tuple[str, ...],
    at: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Say what a change of parameters, or each of several, would do to a registry."""
    from hedui.batch import simulation  # noqa: PLC0415 - loads DuckDB
    from hedui.batch.declared import read_registry  # noqa: PLC0415 - loads DuckDB

    if bool(changes) == bool(scenarios):
        raise click.UsageError("请给出 --change 或 --scenario 之一")
    files = _files(folder) or lock.place_parameters()
    declared = read_registry(registry)
    if at is not None:
        division_chain(at)
        declared = declared.at(at)
    if changes:
        wanted = [Change.parse(text) for text in changes]
        outcome = simulation.simulated(declared, wanted, files)
    else:
        several = [simulation.Scenario.parse(text) for text in scenarios]
        outcome = simulation.side_by_side(declared, several, files)
    if as_json:
        _print(outcome)
        return
    click.echo(policy_text.simulation(outcome))


@policy.command(help="重放:把 report.json 或试算结果用当时的规则再算一遍,逐字节核对。")
@click.argument("document", type=FILE)
@more_parameters
@as_json_option
def replay(document: Path, folder: Path | None, as_json: bool) -> None:
    """Compute a kept result again: exit 1 where it is not the same, 2 where it cannot be."""
    files = _files(folder)
    told = [
        {"basis": kept.get("basis"), "differences": [asdict(d) for d in replayed(kept, files)]}
        for kept in kept_results(_document(document))
    ]
    if as_json:
        _print(told)
    else:
        click.echo(policy_text.replayed(told))
    raise click.exceptions.Exit(1 if any(one["differences"] for one in told) else 0)


@policy.command(help="并行试算:对案例、report.json 或一份名册,用将要施行的参数另算一遍,列出不同。")
@click.argument("documents", nargs=-1, type=FILE)
@click.option("--registry", type=FOLDER, help="一份名册的目录,代替案例")
@click.option("--coming", required=True, type=FOLDER, help="将要施行的参数文件的目录")
@click.option("--on", type=Day(), help="取这一日的参数;不写则取案例申请日的")
@more_parameters
@as_json_option
def shadow(
    documents: tuple[Path, ...],
    registry: Path | None,
    coming: Path,
    on: date | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Compute kept results, cases or a registry by coming parameters, and list what differs."""
    if bool(documents) == bool(registry):
        raise click.UsageError("请给出案例、报告,或者 --registry 名册")
    now = _files(folder) or lock.place_parameters()
    then = _laid_over(now, coming)
    if registry is not None:
        from hedui.batch import simulation  # noqa: PLC0415 - loads DuckDB

        outcome = simulation.shadowed(registry, then, now, on)
        _print(outcome) if as_json else click.echo(policy_text.simulation(outcome))
        return
    told = []
    for path in _documents(documents):
        for number, kept in enumerate(_kept_in(path), start=1):
            found = [asdict(one) for one in shadowed(kept, then, on, now)]
            name = kept.get("name") or kept.get("basis") or f"第{number}例"
            told.append({"file": path.name, "name": name, "differences": found})
    _print(told) if as_json else click.echo(policy_text.shadowed(told))


def _kept_in(path: Path) -> list[Any]:
    if path.suffix == ".json":
        return list(kept_results(_document(path)))
    cases = read_cases(path, named=False)
    return [{"name": case.get("name"), "inputs": {"case": case}} for case in cases]


def _documents(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".json", ".yaml"))
        found += [p for p in inside if p.name not in NO_CASES] if path.is_dir() else [path]
    return found


def _document(path: Path) -> Any:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PolicyError(f"{path.name}:不是可读的 JSON 文件。") from None
    if not isinstance(document, dict):
        raise PolicyError(f"{path.name}:应为一份报告或一个试算结果。")
    return document


@policy.command(name="lock", help="编译后的参数和摘要(parameters.lock.json);--check 只核对。")
@click.option("--check", is_flag=True, help="与随程序发布的锁定文件核对,不同则退出码为 1")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写入文件")
@more_parameters
@as_json_option
def lock_(check: bool, out: Path | None, folder: Path | None, as_json: bool) -> None:
    """Compile the parameters, show their digest, and compare it with the one released."""
    files = _files(folder) or lock.place_parameters()
    digest = lock.parameters_digest(files)
    same = lock.released_digest() == digest
    if out is not None:
        out.write_text(lock.compiled(files), encoding="utf-8")
    told = {"digest": digest, "rules": lock.rules_version(), "as_released": same}
    if as_json:
        _print(told)
    else:
        click.echo(f"参数摘要 {digest}\n规则版本 {told['rules']}")
        released = f"已写入 {out.name}。" if out else "与随程序发布的锁定文件不同。"
        click.echo("与随程序发布的锁定文件一致。" if same else released)
    raise click.exceptions.Exit(1 if check and not same else 0)


@policy.command(name="pages", help="由规则和参数本身写出参考页(Markdown)。")
@click.option("--out", required=True, type=FOLDER, help="写入的目录")
@as_json_option
def pages_(out: Path, as_json: bool) -> None:
    """Write the reference pages from the rules and parameters themselves."""
    written = pages.pages()
    for name, text in written.items():
        (out / name).write_text(text, encoding="utf-8")
    _print(sorted(written)) if as_json else click.echo("、".join(sorted(written)))


@policy.command(name="schema", help="编辑器补全和核对参数文件所用的模式(JSON Schema),逐个参数。")
@click.option("--out", required=True, type=FOLDER, help="参数目录,例如 mine")
@as_json_option
def schema_(out: Path, as_json: bool) -> None:
    """Write a schema for each parameter into a folder of parameters, for editors."""
    try:
        number = schema.written(out)
    except ValueError:
        raise PolicyError(f"{out / schema.SETTINGS} 不是可读的 JSON,请先改好或移开。") from None
    told = f"已写入 {number} 个参数的模式。用装有 YAML 插件的编辑器打开 {out},即可补全和核对。"
    _print({"schemas": number, "settings": str(schema.SETTINGS)}) if as_json else click.echo(told)


def _files(folder: Path | None) -> ParameterFiles | None:
    return None if folder is None else _laid_over(lock.place_parameters(), folder)


def _laid_over(files: ParameterFiles, folder: Path) -> ParameterFiles:
    """Lay the files of a folder over others, and say which values of those are gone by it."""
    other = read_files(folder, lock.all_declared())
    gone = files.left_out_by(other)
    if gone:
        named = ";".join(f"{where}({'、'.join(map(str, days))})" for where, days in gone.items())
        click.echo(
            f"hedui: 注意:以下文件整个代替了原有的同名文件,原有的这些日期起的取值不再使用:{named}。"
            "仍要用的,请抄进新文件。",
            err=True,
        )
    return files.with_more(other)


def _print(told: Any) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=1, default=_text))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

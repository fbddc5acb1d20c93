"""hedui papers: the texts of forms, those of a place checked, the reference written."""

import json
from pathlib import Path

import click

from hedui.faces.cli.bringing_up import bring_up

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(help="文书:检查各地的文书文本,写出参考页。")
def papers() -> None:
    """Work with the texts of forms."""


@papers.command(help="检查各地的文书文本和救济途径:每一处问题写明文件、行和怎么改。")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def check(folder: Path | None, as_json: bool) -> None:
    """Tell every fault of places' texts; exit 1 if there is one."""
    bring_up()
    from hedui.procedure.papers.catalogue import places_root  # noqa: PLC0415 - needs settings
    from hedui.procedure.papers.checking import faults_in, texts_in  # noqa: PLC0415

    root = folder or places_root()
    if not root.is_dir():
        click.echo("[]" if as_json else f"没有 {root},各地都用随程序的文本。")
        return
    faults = faults_in(root)
    texts = {} if faults else dict(texts_in(root))
    if as_json:
        click.echo(json.dumps({"faults": faults, "texts": texts}, ensure_ascii=False, indent=1))
    else:
        for line in faults or [f"{where} {digest}" for where, digest in texts.items()]:
            click.echo(line)
        click.echo(f"共 {len(faults)} 处问题。" if faults else f"{len(texts)} 份文本都可以用。")
    raise click.exceptions.Exit(1 if faults else 0)


@papers.command(name="pages", help="由目录、文本和字段写出参考页和各文书的图。")
@click.option("--out", required=True, type=FOLDER, help="写入参考页的目录")
@click.option("--images", type=FOLDER, help="写入图的目录")
def pages_(out: Path, images: Path | None) -> None:
    """Write the reference page on forms, and their pictures."""
    bring_up()
    from hedui.procedure.papers import pages  # noqa: PLC0415 - needs settings

    (out / "papers-list.md").write_text(pages.page(), encoding="utf-8")
    if images:
        for name, drawn in pages.pictures().items():
            (images / f"{name}.png").write_bytes(drawn)
    click.echo("papers-list.md")

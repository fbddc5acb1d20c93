"""What is wrong with a folder of places' texts 检查文书文本: every fault at once, file and line."""

from collections.abc import Iterator
from pathlib import Path

from hedui.procedure.papers.catalogue import RELIEF, code_of, decoded, forms, read_relief
from hedui.procedure.papers.text import TextError, read_text


def faults_in(root: Path) -> list[str]:
    """Return every fault of the texts under a folder, one line each; none if all can be used."""
    told: list[str] = []
    for folder in sorted(one for one in root.iterdir() if one.is_dir()):
        if code_of(folder) is None:
            told.append(
                f"{folder.name}:文件夹的名称不对;请写作六位行政区划代码、连字符和小写拼音,"
                "例如 520502-qixingguan。"
            )
            continue
        told += _in_place(folder)
    return told


def texts_in(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of a place that can be used: its file, and the digest it is known by."""
    for folder in sorted(one for one in root.iterdir() if one.is_dir() and code_of(one)):
        for file in sorted(folder.glob("*.md")):
            if file.stem in forms():
                where = f"{folder.name}/{file.name}"
                yield where, read_text(where, decoded(where, file), forms()[file.stem].needs).digest


def _in_place(folder: Path) -> Iterator[str]:
    for file in sorted(folder.iterdir()):
        where = f"{folder.name}/{file.name}"
        try:
            if file.name == RELIEF:
                read_relief(folder)
            elif file.suffix != ".md" or file.stem not in forms():
                known = "、".join(f"{name}.md" for name in forms())
                yield f"{where}:没有这种文书,这个文件不会被读;可用的名称有 {known}、{RELIEF}。"
            else:
                read_text(where, decoded(where, file), forms()[file.stem].needs)
        except TextError as error:
            yield from str(error).splitlines()

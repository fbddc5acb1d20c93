"""
The forms there are 文书目录, and whose text of each holds in a place.

A shipped text stands in forms/. A place writes its own as `papers/<code>-<place>/<form>.md` in the
data directory; the nearest division holds. `relief.yaml` there says to whom an appeal goes.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

from hedui.policy.yaml_files import YamlError, YamlFile
from hedui.procedure.papers.fields import fields
from hedui.procedure.papers.text import FormText, Needs, TextError, read_text
from hedui.procedure.record.outcome import Trouble

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE / "forms"
RELIEF: Final = "relief.yaml"
ELSEWHERE: Final = {
    3: ("核对授权书", "从成员的授权页打印，不印空白的"),
    7: ("核对报告", "从报告页打印"),
}
"""Forms with a layout of their own: printed from the member's and the report's page."""
_FOLDER: Final = re.compile(r"([0-9]{6})-[a-z-]+")


@dataclass(frozen=True, slots=True)
class Form:
    """
    One form, as list.yaml has it.

    number: of the eighteen basic forms; about: what has to be there for it to be filled; is_issued:
    numbered, delivered, never changed; outcome: of the determination that it tells; step: the
    kind of step of the case that it tells of
    """

    name: str
    number: int
    about: str
    when: str
    needs: Needs
    is_issued: bool = False
    outcome: str = ""
    step: str = ""


class NoSuchText(Trouble):
    """A place's text of a form has faults: nothing is printed from it until they are mended."""


@cache
def forms() -> dict[str, Form]:
    """Return every form by its name, in the order of the list."""
    written = yaml.safe_load((HERE / "list.yaml").read_text(encoding="utf-8"))
    return {name: _form(name, told) for name, told in written.items()}


def _form(name: str, told: dict[str, Any]) -> Form:
    public = bool(told.get("公示"))
    needs = Needs(tuple(told.get("填写", ())), tuple(told.get("必备", ())), public)
    return Form(
        name,
        told["序号"],
        told["关于"],
        told["时机"],
        needs,
        bool(told.get("出具")),
        told.get("结论", ""),
        told.get("事项", ""),
    )


@cache
def shipped(name: str) -> FormText:
    """Return the text of a form that comes with the program."""
    text = (SHIPPED / f"{name}.md").read_text(encoding="utf-8")
    return read_text(f"forms/{name}.md", text, forms()[name].needs)


def places_root() -> Path:
    """Return the folder in which places keep texts of their own."""
    return Path(settings.DATA_DIR) / "papers"


def text_for(name: str, division: str) -> FormText:
    """
    Return the text of a form that holds in a division: the nearest place's own, else the shipped.

    :raises NoSuchText: the place's text has faults
    """
    for folder in _folders_for(division):
        file = folder / f"{name}.md"
        if file.is_file():
            where = f"{folder.name}/{file.name}"
            try:
                return read_text(where, decoded(where, file), forms()[name].needs)
            except TextError as error:
                raise NoSuchText(f"本地的文书文本有误,不能打印。{error}") from None
    return shipped(name)


def relief_for(division: str) -> dict[str, str]:
    """
    Return what a division says about appeals 救济, by field; nothing where it says nothing.

    :raises NoSuchText: the place's file has faults
    """
    for folder in _folders_for(division):
        if (folder / RELIEF).is_file():
            try:
                return read_relief(folder)
            except TextError as error:
                raise NoSuchText(f"本地的救济途径文件有误。{error}") from None
    return {}


def read_relief(folder: Path) -> dict[str, str]:
    """Read relief.yaml of a place. :raises TextError: it cannot be read, or names an unknown key"""
    where = f"{folder.name}/{RELIEF}"
    try:
        source = YamlFile(where, folder / RELIEF)
    except YamlError as error:
        raise TextError.told(str(error)) from None
    known = [one.name for one in fields().values() if one.group == "救济"]
    written = source.value or {}
    if not isinstance(written, dict):
        raise TextError.told(f"{source.at()}:写法不对;请写作“复议机关: …”,一行一项。")
    for key, value in written.items():
        if key not in known:
            raise TextError.told(f"{source.at(key)}:没有“{key}”这一项;可用的有{'、'.join(known)}。")
        if not isinstance(value, str) or not value.strip():
            raise TextError.told(f"{source.at(key)}:“{key}”没有内容;请写明,或者删去这一行。")
    return written


def decoded(where: str, file: Path) -> str:
    """Read a text as UTF-8. :raises TextError: it is something else"""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError.told(
            f"{where}:1:文件不是 UTF-8 编码(可能是 GBK);请用编辑器另存为 UTF-8。"
        ) from None


def code_of(folder: Path) -> str | None:
    """Return the code of a place's folder, None where its name is no place's."""
    named = _FOLDER.fullmatch(folder.name)
    return named[1] if named else None


def _folders_for(division: str) -> list[Path]:
    """List the folders of a division and of those above it, nearest first."""
    root = places_root()
    if not root.is_dir():
        return []
    at = {code_of(folder): folder for folder in sorted(root.iterdir()) if folder.is_dir()}
    above = (division, f"{division[:4]}00", f"{division[:2]}0000", "000000")
    return [at[code] for code in above if code in at]

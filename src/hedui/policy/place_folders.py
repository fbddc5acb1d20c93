"""Place folders (地方文件夹): every place under a root, and nothing in it passed over in silence.

``<code>-<place>/law.yaml`` lists the instruments of the place; ``<code>-<place>/<chapter or
programme>/<parameter>.yaml`` holds one parameter. A folder that is no place is left alone.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from hedui.policy.law import LawError, enter, wrong_in
from hedui.policy.parameter_files import CHAPTERS, Dated, Declared, ParameterError, Place, read_file
from hedui.policy.yaml_files import YamlError, YamlFile
from hedui.values.divisions import DivisionError, division, named

_LAW: Final = "law.yaml"
_NAMED: Final = "六位行政区划代码、连字符和小写拼音,例如 520502-qixingguan"
_NOT_ASSIGNED: Final = "99"
"""Codes that begin so are assigned to no division (GB/T 2260): sample places have them."""


def read_places(
    root: Traversable, declared: Mapping[str, Declared]
) -> tuple[dict[str, Place], dict[str, Any]]:
    """Read every place folder under ``root``; give places by code, and all as plain JSON.

    :raises ParameterError: a folder or file name, a key, a date or a value is not well written
    """
    places: dict[str, Place] = {}
    raw: dict[str, Any] = {}
    known = (*CHAPTERS, *_programme_folders())
    of: dict[str, str] = {}
    for folder in _folders(root):
        code = _code(folder, known)
        if code is None:
            continue
        if code in of:
            raise ParameterError(
                f"{folder.name}:{of[code]} 也是 {code} 的文件夹;请把两者合成一个。"
            )
        of[code] = folder.name
        places[code] = _read_place(folder, known, declared, raw)
    return places, raw


def _read_place(
    folder: Traversable,
    known: tuple[str, ...],
    declared: Mapping[str, Declared],
    raw: dict[str, Any],
) -> dict[str, dict[str, tuple[Dated, ...]]]:
    try:
        _enter_law(folder)
        found = {}
        for chapter in _folders(folder):
            if chapter.name not in known:
                raise ParameterError(
                    f"{folder.name}/{chapter.name}:没有这个项目或篇章;可用的文件夹有 "
                    f"{'、'.join(known)}。"
                )
            found[chapter.name] = dict(
                read_file(f"{folder.name}/{chapter.name}/{file.name}", file, declared, raw)
                for file in _written(f"{folder.name}/{chapter.name}", chapter)
            )
        return found
    except YamlError as error:
        raise ParameterError(str(error)) from None


def _folders(root: Traversable) -> list[Traversable]:
    return sorted((one for one in root.iterdir() if one.is_dir()), key=lambda one: one.name)


def _code(folder: Traversable, known: tuple[str, ...]) -> str | None:
    """Give the code of a place's folder; none where it holds something else.

    :raises ParameterError: it holds a place and is named otherwise, or no division has the code
    """
    named_so = re.fullmatch(r"([0-9]{6})-[a-z-]+", folder.name, re.ASCII)
    if named_so is None:
        inside = {one.name for one in folder.iterdir()}
        if re.match(r"[0-9]{4,}", folder.name, re.ASCII) or inside & {_LAW, *known}:
            raise ParameterError(f"{folder.name}:文件夹的名称不对;请写作{_NAMED}。")
        return None
    code = named_so.group(1)
    if not is_assigned(code):
        raise ParameterError(
            f"{folder.name}:没有代码为 {code} 的行政区划;请核对代码(国家标准 GB/T 2260),"
            f"试用的地方请用 {_NOT_ASSIGNED} 开头的代码。"
        )
    return code


def is_assigned(code: str) -> bool:
    """Whether it is the nation, a division past or present, a level above some, or a sample."""
    if code == "000000" or code.startswith(_NOT_ASSIGNED):
        return True
    try:
        division(code)
    except DivisionError:  # 310100: no division, but a level above those of 上海
        return code.endswith("00") and bool(named(code[:4], most=1))
    return True


def _written(where: str, chapter: Traversable) -> Iterator[Traversable]:
    """List the parameter files of a chapter.

    :raises ParameterError: something looks like one and would not be read
    """
    for file in sorted(chapter.iterdir(), key=lambda one: one.name):
        if file.is_dir():
            raise ParameterError(
                f"{where}/{file.name}:这里不能再有文件夹;请把文件移到 {where} 下。"
            )
        if file.name.endswith(".yaml"):
            yield file
        elif _looks_like_yaml(file):
            raise ParameterError(f"{where}/{file.name}:这个文件不会被读;请把名称改为 .yaml 结尾。")


def _looks_like_yaml(file: Traversable) -> bool:
    # an editor on Windows adds .txt, and its Explorer hides it
    return file.name.lower().removesuffix(".txt").endswith((".yaml", ".yml"))


def _programme_folders() -> list[str]:
    found = files("hedui.policy").joinpath("programmes").iterdir()
    return sorted(f.name for f in found if f.joinpath("programme.yaml").is_file())


def _enter_law(folder: Traversable) -> None:
    """Enter the instruments of the place.

    :raises ParameterError: law.yaml is not well written, or another file of YAML lies beside it
    """
    for file in folder.iterdir():
        if _looks_like_yaml(file) and file.name != _LAW:
            raise ParameterError(
                f"{folder.name}/{file.name}:这里只读 {_LAW},这个文件不会被读;"
                f"请把参数文件移到 {'、'.join(CHAPTERS)} 或项目的文件夹下,文件登记在 {_LAW}。"
            )
    local = folder.joinpath(_LAW)
    if not local.is_file():
        return
    source = YamlFile(f"{folder.name}/{_LAW}", local)
    listed = source.value or {}
    if not isinstance(listed, dict):
        raise ParameterError(f"{source.at()}:写法不对;请写作“键: {{title: …, number: …}}”。")
    for key, fields in listed.items():
        wrong = wrong_in(fields)
        if wrong is not None:
            field, problem, remedy = wrong
            raise ParameterError(f"{source.at(key, field)}:{key} {problem};请{remedy}。")
        try:
            enter(str(key), fields)
        except LawError as error:
            raise ParameterError(f"{source.at(key)}:{error}。") from None

"""
Read a file that people write: strictly, each slip told with file, line and remedy.

A JSON Schema says what a file may hold, to the loader as to an editor; `source.schema.json` those
of the catalogue.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from jsonschema_rs import Draft202012Validator, ValidationError

from hedui.catalogue.items import CatalogueError

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR: Final = "tag:yaml.org,2002:str"
Path = Sequence[str | int]
_TYPES: Final = {
    "object": "“键: 值”",
    "array": "列表 [甲, 乙]",
    "string": "文字",
    "integer": "整数",
    "boolean": "true 或 false",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of file may hold, by a schema in a package; failure: what a slip raises."""

    package: str
    schema: str
    failure: type[ValueError]


SOURCE = Shape("hedui.catalogue", "source.schema.json", CatalogueError)


class Page:
    """One file that was read: its content, and where each part of it stands."""

    def __init__(self, name: str, text: str, shape: Shape = SOURCE) -> None:
        """
        Read the text of `<name>.yaml`.

        :raises ValueError: it is no YAML, names a key twice, or is not what the schema says; of
            the shape's kind, `CatalogueError` for the catalogue
        """
        self.name = name
        self._shape = shape
        try:
            loader = LOADER(text)
            self._root = loader.get_single_node()
            if not isinstance(self._root, yaml.MappingNode):
                raise self.wrong((), "文件为空或者不是“键: 值”", "请参照目录中的其他文件书写")
            self._refuse_twice(self._root)
            _as_written(self._root)
            self.content: dict[str, Any] = loader.construct_document(self._root)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise shape.failure(
                f"{name}.yaml 第 {line} 行:不是合格的 YAML;请检查缩进、冒号后的空格和括号。"
            ) from None
        fault = next(iter(sorted(_schema(shape).iter_errors(self.content), key=_first)), None)
        if fault is not None:
            raise self._told(fault)

    def wrong(self, path: Path, fault: str, remedy: str) -> ValueError:
        """Return the error that says what is wrong at a place, and what to do about it."""
        return self._shape.failure(f"{self.name}.yaml 第 {self._line(path)} 行:{fault};{remedy}。")

    def _line(self, path: Path) -> int:
        """Return the line of a key or an entry, or of what holds it where it is not there."""
        node, line = self._root, 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def _refuse_twice(self, node: yaml.Node) -> None:
        for path, twice in _twice(node, ()):
            raise self.wrong(path, f"“{twice}”写了两次", "同一层的键只能写一次,请删去其中一个")

    def _told(self, fault: ValidationError) -> ValueError:
        kind: Any = fault.kind
        path = list(fault.instance_path)
        if kind.name == "additionalProperties":  # it stands where it should not
            path.append(kind.unexpected[0])
        in_words = _empty if fault.instance is None else _WORDS.get(kind.name, _otherwise)
        said, remedy = in_words(kind)
        return self.wrong(path, said, remedy.replace("source.schema.json", self._shape.schema))


def _otherwise(_: Any) -> tuple[str, str]:
    return "写法不对", "请参照 source.schema.json 和其他文件"


def _empty(_: Any) -> tuple[str, str]:
    return "不能为空", "请至少写一项"


_WORDS: Final[Mapping[str, Callable[[Any], tuple[str, str]]]] = {
    "additionalProperties": lambda kind: (
        f"不认识的键“{kind.unexpected[0]}”",
        "请删去,或改成 source.schema.json 所列的键",
    ),
    "required": lambda kind: (f"缺少“{kind.property}”", "请补上"),
    "enum": lambda kind: ("没有这种写法", f"可以写 {'、'.join(map(str, kind.options))}"),
    "type": lambda kind: (
        "写法不对",
        f"这里应写{'或'.join(_TYPES.get(one, one) for one in kind.types)}",
    ),
    "minItems": _empty,
    "minProperties": _empty,
    "minLength": _empty,
    "minimum": lambda kind: ("数字超出范围", f"最小为 {kind.limit}"),
    "maximum": lambda kind: ("数字超出范围", f"最大为 {kind.limit}"),
    "pattern": lambda _: ("写法不对", "请参照说明书写"),
    "maxProperties": lambda kind: ("写得太多", f"最多写 {kind.limit} 项"),
    "propertyNames": lambda _: ("名称的写法不对", "名称只用小写字母、数字和下划线"),
}


def _first(fault: ValidationError) -> tuple[list[str], bool]:
    # a key that is misspelt is also one that is missing: the first says more
    is_missing = fault.kind.name == "required"
    return [str(step) for step in fault.instance_path], is_missing


def _as_written(node: yaml.Node) -> None:
    """Let keys and days be the text that stands there; YAML would make `on` true, `1` a number."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = _STR
            _as_written(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _as_written(value)
    elif node.tag == "tag:yaml.org,2002:timestamp":
        node.tag = _STR


def _twice(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[tuple[Path, str]]:
    """Find the keys that stand twice in one mapping."""
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        for name in {name for name in names if names.count(name) > 1}:
            yield (*path, name), name
        for key, value in node.value:
            yield from _twice(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _twice(value, (*path, number))


@cache
def _schema(shape: Shape) -> Draft202012Validator:
    text = files(shape.package).joinpath(shape.schema).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))

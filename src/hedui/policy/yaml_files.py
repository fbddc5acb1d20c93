"""YAML files as people write them (YAML 文件), read strictly: nothing said twice is passed over.

Every mistake is told with file and line, in the same words wherever the file is read.
"""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

_Base: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """The file cannot be read as it stands (文件写法有误): names file, line and remedy."""


class _Loader(_Base):  # type: ignore[misc]  # the base in C, where it was built
    """Reads as YAML does, but refuses a key said twice and a day that no calendar has."""

    where: str

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Build a mapping; of two equal keys YAML would silently keep the last."""
        found = []
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in found:
                raise self._wrong(key, f"“{key.value}”写了两次", "只留一个")
            found.append(name)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Build a value; one that only looks like a day or a number is named with its line."""
        try:
            return super().construct_object(node, deep)
        except YamlError:
            raise
        except ValueError:
            problem = f"“{node.value}”不是有效的日期或数值"
            raise self._wrong(node, problem, "写作日历上有的日期,例如 2024-07-01") from None

    def _wrong(self, node: Any, problem: str, remedy: str) -> YamlError:
        line = node.start_mark.line + 1
        return YamlError(f"{self.where}:{line}:{problem};请{remedy}。")


class YamlFile:
    """One file that was read: its value, and the line on which something of it stands."""

    def __init__(self, where: str, file: Traversable | Path) -> None:
        """Read a file; ``where`` is what messages call it.

        :raises YamlError: it is not UTF-8, no YAML, says something twice, or holds a day that does
            not exist
        """
        self.where = where
        self._text = _decoded(where, file.read_bytes())
        loader = _Loader(self._text)
        loader.where = where
        try:
            self.value: Any = loader.get_single_data()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise YamlError(f"{where}:{line}:不是可读的 YAML;请检查缩进、冒号和引号。") from None
        finally:
            loader.dispose()

    def at(self, *path: Any) -> str:
        """Give file and line of what stands under these keys, as far as they lead."""
        node, line = yaml.compose(self._text, Loader=yaml.SafeLoader), 1
        for key in path:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next(((k, v) for k, v in pairs if k.value == str(key)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return f"{self.where}:{line}"


def _decoded(where: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlError(
            f"{where}:{line}:文件不是 UTF-8 编码(可能是 GBK);请用编辑器另存为 UTF-8。"
        ) from None

"""The vocabulary (词汇): the Chinese words for the codes that facts and parameters are written in.

``vocabulary.yaml`` holds them by group. A code that a parameter file uses must stand in its group;
so no report shows a code, and a slip of the pen is found when the file is read.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml


@cache
def vocabulary() -> Mapping[str, Mapping[str, str]]:
    """Read the groups once: group → code → word."""
    text = files("hedui.policy").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
    groups: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return groups


def word(code: str, group: str) -> str:
    """Give the word for a code; a group without it, or no group, leaves the code as it is."""
    return vocabulary().get(group, {}).get(code, code)

"""The sources of a registry (批量核对的来源): those asked everywhere, and where it was agreed."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hedui.catalogue import Source, sources
from hedui.policy.programme import programmes


@cache
def everywhere() -> Mapping[str, Source]:
    """
    Return the sources that every registry is held against, in the catalogue's order.

    One of them that delivers nothing is 未反馈.
    """
    needed = {item.partition(".")[0] for one in programmes().values() for item in one.may_ask}
    return MappingProxyType({name: one for name, one in sources().items() if name in needed})


@cache
def readable() -> Mapping[str, Source]:
    """
    Return the sources that a registry may be held against: `everywhere`, then those that a
    programme asks only where a department has agreed (`may_also_ask`).

    What is delivered of the latter is compared for members who signed for it by name.
    """
    also = {item.partition(".")[0] for one in programmes().values() for item in one.may_also_ask}
    agreed = {n: one for n, one in sources().items() if n in also and n not in everywhere()}
    return MappingProxyType({**everywhere(), **agreed})

"""The sources of a registry (批量核对的来源): what the programmes ask of everybody, everywhere."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hedui.catalogue import Source, sources
from hedui.policy.programme import programmes


@cache
def everywhere() -> Mapping[str, Source]:
    """
    Return the sources that a registry is held against, in the catalogue's order.

    Those that a programme asks only where a department has agreed (`may_also_ask`) are asked
    household by household: what they say of a person is for somebody to look at.
    """
    needed = {item.partition(".")[0] for one in programmes().values() for item in one.may_ask}
    return MappingProxyType({name: one for name, one in sources().items() if name in needed})

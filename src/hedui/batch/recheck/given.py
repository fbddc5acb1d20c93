"""What a recheck is given (收到的文件): the registry's tables, and a file of each source."""

from collections.abc import Iterator
from pathlib import Path

from hedui.batch.asked import readable
from hedui.batch.delivery import Delivery, demand, find
from hedui.batch.told import TABLES


class Given:
    """
    The tables there are.

    told: of expenses and obligors, those that are there; sources: those that delivered
    unread: names of files in the directory of the sources that are no source's

    :raises DeliveryError: a table that must be there is not, or one is there twice
    """

    def __init__(self, registry: Path, delivered: Path) -> None:
        self.members = demand(registry, "members")
        self.households = demand(registry, "households")
        self.declared = find(registry, "declared")
        self.told = {name: found for name in TABLES if (found := find(registry, name))}
        self.sources = {name: found for name in readable() if (found := find(delivered, name))}
        used = {path.name for one in self.sources.values() for path in one.files} | set(readable())
        self.unread = sorted(path.name for path in delivered.iterdir() if path.name not in used)

    def __iter__(self) -> Iterator[Delivery]:
        """Give all tables, the registry's first."""
        yield from (self.members, self.households)
        yield from (self.declared,) if self.declared else ()
        yield from self.told.values()
        yield from self.sources.values()

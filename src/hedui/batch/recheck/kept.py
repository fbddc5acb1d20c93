"""What one run leaves for the next (留存): its canonical files, and what it said."""

import json
import shutil
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from hedui.batch.delivery import Delivery
from hedui.batch.recheck.by_place import hashes
from hedui.batch.recheck.canonical import forget, link
from hedui.batch.recheck.versions import program

_FILE: Final = "last-4.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """Canonical files of one run; told: of expenses and obligors, where they were delivered."""

    members: Path
    households: Path
    declared: Path | None
    sources: Mapping[str, Path]
    told: Mapping[str, Path]

    @property
    def all(self) -> set[Path]:
        """All of them, with the hashes of rows beside them."""
        by_place = {
            self.members,
            *([self.declared] if self.declared else ()),
            *self.sources.values(),
        }
        return {self.households, *self.told.values(), *by_place, *map(hashes, by_place)}

    @property
    def people(self) -> tuple[Path, Path]:
        """The members and the households."""
        return self.members, self.households

    def only(self, members: Path, households: Path) -> Self:
        """Give the same files with other members and households."""
        return replace(self, members=members, households=households)


Group = tuple[Any, Any, bool]
"""Programme, list and whether the authorization is in force."""


@dataclass(frozen=True, slots=True)
class Counted:
    """
    How many are compared.

    unreadable: members whose number is none; without: members whose authorization is not in force
    groups: members who are asked alike
    """

    households: int
    members: int
    unreadable: int
    without: int
    groups: tuple[tuple[Group, int], ...]


@dataclass(frozen=True, slots=True)
class Last:
    """
    The last run that came to its end.

    results: name, as `facts` → its rows
    prints: what rules stood at each programme, place and day
    refused: source → rows about members who did not authorize this
    people: how many were compared; about_nobody: lines declared for who is no member
    """

    kept: Kept
    results: Mapping[str, Path]
    prints: Mapping[str, str]
    refused: Mapping[str, int]
    people: Counted
    about_nobody: int

    @property
    def all(self) -> set[Path]:
        """All files that it rests on."""
        return self.kept.all | set(self.results.values())


def read_last(work: Path) -> Last | None:
    """Read what the last run left; None where nothing is whole, or another program made it."""
    path = work / _FILE
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    if said["program"] != program():
        return None
    files = said["kept"]
    kept = Kept(
        work / files["members"],
        work / files["households"],
        work / files["declared"] if files["declared"] else None,
        {name: work / file for name, file in files["sources"].items()},
        {name: work / file for name, file in files["told"].items()},
    )
    results = {name: work / file for name, file in said["results"].items()}
    people = Counted(**said["people"])
    people = replace(people, groups=tuple((tuple(group), many) for group, many in people.groups))
    last = Last(kept, results, said["prints"], said["refused"], people, said["about_nobody"])
    return last if all(file.exists() for file in last.all) else None


def write_last(work: Path, last: Last) -> None:
    """Replace what the last run left, at once."""
    kept = last.kept
    said: dict[str, Any] = {
        "program": program(),
        "kept": {
            "members": kept.members.name,
            "households": kept.households.name,
            "declared": kept.declared.name if kept.declared else None,
            "sources": {name: file.name for name, file in kept.sources.items()},
            "told": {name: file.name for name, file in kept.told.items()},
        },
        "results": {name: file.name for name, file in last.results.items()},
        "prints": dict(last.prints),
        "refused": dict(last.refused),
        "people": asdict(last.people),
        "about_nobody": last.about_nobody,
    }
    unfinished = work / f"{_FILE}.part"
    unfinished.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(work / _FILE)


def forget_older(work: Path, needed: Set[Path], folders: Iterable[str]) -> None:
    """What was ingested from older deliveries is personal data without a purpose.

    folders: those that are needed by no later run
    """
    for left in ("*.p*", "*.laid", "*.rows*", "*.kept", "state-*"):
        for path in work.glob(left):
            if path not in needed:
                forget(path)
    for folder in folders:
        shutil.rmtree(work / folder, ignore_errors=True)


def keep(result: Delivery, folder: Path) -> Path:
    """Keep a result for the next run, under a name that its bytes give."""
    kept = folder / f"{result.name}-{result.digest[:32]}.kept"
    if not kept.exists():
        link(result.files[0], kept)
    return kept

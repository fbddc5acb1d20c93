"""Programmes (救助项目): what each may ask, its authorization form, its rules and parameters.

A programme is a folder under ``programmes/``; the folder is the registry. Adding one is adding a
folder, and nothing here names any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType

import yaml

from hedui.catalogue import expand
from hedui.policy.engine import RuleSet
from hedui.policy.facts import FACTS
from hedui.policy.parameters import Declared, PolicyError, chapter_parameters, read_declared

_PACKAGE = "hedui.policy.programmes"
_CHAPTERS = ("standards", "income", "property")


@dataclass(frozen=True, slots=True)
class Form:
    """The authorization form (授权书) of a programme: its text by version."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """The digest of the very text that is signed."""
        return f"sha256:{sha256(self.text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme of assistance (救助项目).

    may_ask: full names of all items that may be asked for it, and no others
    rank: the order in which a household is placed (特困 before 低保 before 边缘)
    gives_way_to: programmes that, where the household qualifies for them, leave no place for this
    parameters: every parameter its rules may use
    """

    name: str
    label: str
    rank: int
    may_ask: tuple[str, ...]
    form: Form
    gives_way_to: tuple[str, ...]
    parameters: Mapping[str, Declared]
    rules: RuleSet


@cache
def programmes() -> Mapping[str, Programme]:
    """Load all programmes, in the order of their rank."""
    folders = sorted(
        folder.name
        for folder in files(_PACKAGE).iterdir()
        if folder.is_dir() and folder.joinpath("programme.yaml").is_file()
    )
    loaded = sorted((_load(name) for name in folders), key=lambda p: (p.rank, p.name))
    return MappingProxyType({programme.name: programme for programme in loaded})


def programme(name: str) -> Programme:
    """Give a programme by its name.

    :raises PolicyError: there is none of that name
    """
    try:
        return programmes()[name]
    except KeyError:
        known = "、".join(programmes())
        raise PolicyError(f"没有收录救助项目“{name}”的规则;已收录的有 {known}。") from None


def _load(name: str) -> Programme:
    folder = files(_PACKAGE).joinpath(name)
    raw = yaml.safe_load(folder.joinpath("programme.yaml").read_text(encoding="utf-8"))
    parameters = {**chapter_parameters(), **read_declared(raw["parameters"])}
    modules = [import_module(f"hedui.policy.rules.{chapter}") for chapter in _CHAPTERS]
    modules.append(import_module(f"{_PACKAGE}.{name}.rules"))
    form = raw["form"]
    return Programme(
        name=name,
        label=raw["label"],
        rank=raw["rank"],
        may_ask=expand(raw["may_ask"]),
        form=Form(form["id"], folder.joinpath(form["file"]).read_text(encoding="utf-8")),
        gives_way_to=tuple(raw.get("gives_way_to", ())),
        parameters=MappingProxyType(parameters),
        rules=RuleSet.of(modules, facts=FACTS, parameters=parameters),
    )

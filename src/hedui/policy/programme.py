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
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

import yaml

from hedui.catalogue import expand
from hedui.policy.engine import RuleSet
from hedui.policy.facts import FACTS
from hedui.policy.parameters import (
    Declared,
    PolicyError,
    chapter_parameters,
    read_declared,
    with_operators,
)

_PACKAGE = "hedui.policy.programmes"
_CHAPTERS = (
    "standards",
    "membership",
    "maintenance",
    "deductions",
    "income",
    "bounds",
    "property",
    "vehicles",
    "businesses",
)


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

    may_ask: full names of the items that are needed of everybody, everywhere
    may_also_ask: full names of those that may be asked too where a department there has an
        agreement on them; nothing beyond the two may be asked
    rank: the order in which a household is placed (特困 before 低保 before 边缘)
    form: without text for a category that no application is taken for in this version
    gives_way_to: programmes that, where the household qualifies for them, leave no place for this
    behind: programmes that, where all categories are asked for, are named in place of this
    implied_by: programmes that a household cannot qualify for without qualifying for this
    stands_on: parameters of which a place must set one for the programme to exist there
    folders: where a place's files are looked for, before the chapters: its own, and whose it shares
    parameters: every parameter its rules may use
    """

    name: str
    label: str
    rank: int
    may_ask: tuple[str, ...]
    may_also_ask: tuple[str, ...]
    form: Form
    gives_way_to: tuple[str, ...]
    behind: tuple[str, ...]
    implied_by: tuple[str, ...]
    stands_on: tuple[str, ...]
    folders: tuple[str, ...]
    parameters: Mapping[str, Declared]
    rules: RuleSet

    @property
    def allowed(self) -> tuple[str, ...]:
        """Name all items that may be asked for it, and no others."""
        return tuple(sorted({*self.may_ask, *self.may_also_ask}))


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


def applied_for() -> Mapping[str, Programme]:
    """Give the programmes that a household can apply for: those with an authorization form."""
    return MappingProxyType({name: p for name, p in programmes().items() if p.form.text})


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
    declared = {**chapter_parameters(), **read_declared(raw.get("parameters", {}))}
    modules = [import_module(f"hedui.policy.rules.{chapter}") for chapter in _CHAPTERS]
    modules.append(import_module(f"{_PACKAGE}.{name}.rules"))
    return Programme(
        name=name,
        label=raw["label"],
        rank=raw["rank"],
        may_ask=expand(raw.get("may_ask", ())),
        may_also_ask=expand(raw.get("may_also_ask", ())),
        form=_form(raw, folder),
        gives_way_to=tuple(raw.get("gives_way_to", ())),
        behind=tuple(raw.get("behind", ())),
        implied_by=tuple(raw.get("implied_by", ())),
        stands_on=tuple(raw.get("stands_on", ())),
        folders=(name, *raw.get("like", ())),
        parameters=MappingProxyType(declared),
        rules=RuleSet.of(modules, facts=FACTS, parameters=with_operators(declared)),
    )


def _form(raw: Mapping[str, Any], folder: Traversable) -> Form:
    form = raw.get("form")
    if form is None:
        return Form("", "")
    return Form(form["id"], folder.joinpath(form["file"]).read_text(encoding="utf-8"))

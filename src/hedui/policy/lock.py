"""The lock (锁定): one digest over all law, parameters and declarations that were loaded.

It stands in every report. Whoever has the same digest has the same numbers.
"""

import json
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from hedui.policy.parameters import Declared, ParameterFiles, chapter_parameters, read_files
from hedui.policy.programme import programmes
from hedui.policy.vocabulary import vocabulary
from hedui.wire import canonical

RULES_RELEASE = "4"
"""Raised by hand when a rule means something else; a test sees where it was not (test_release)."""


@cache
def place_parameters() -> ParameterFiles:
    """Read the project's own parameter files once."""
    return read_files(files("hedui.policy").joinpath("parameters"), all_declared())


def all_declared() -> dict[str, Declared]:
    """Give every parameter that some chapter or programme declares."""
    declared = chapter_parameters()
    for programme in programmes().values():
        declared = {**declared, **programme.parameters}
    return declared


def compiled(place: ParameterFiles) -> str:
    """Write the lock file: the digest and every value it was taken over, as sorted JSON."""
    body = {"digest": parameters_digest(place), "values": place.raw}
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@cache
def released_digest() -> str:
    """Give the digest in the lock file that was released with this program."""
    text = files("hedui.policy").joinpath("parameters.lock.json").read_text(encoding="utf-8")
    return str(json.loads(text)["digest"])


@lru_cache(8)
def parameters_digest(place: ParameterFiles) -> str:
    """Give the digest of all that was loaded, as ``sha256:<hex>``."""
    declared = {
        name: {
            "label": entry.label,
            "unit": entry.unit,
            "required": entry.required,
            "words": entry.words,
            "operator": entry.operator,
        }
        for name, entry in all_declared().items()
    }
    loaded = {
        "law": [_law(), instruments_cited(place)],
        "words": vocabulary(),
        "declared": declared,
        "values": place.raw,
    }
    return canonical.digest(loaded)


def instruments_cited(place: ParameterFiles) -> list[str]:
    """Name every instrument that a value rests on, with its number and trust mark."""
    cited = {
        dated.reference.instrument
        for chapters in place.places.values()
        for parameters in chapters.values()
        for values in parameters.values()
        for dated in values
    }
    return sorted(f"{one.key} {one.title} {one.number} {one.seen}" for one in cited)


@cache
def rules_version() -> str:
    """Name the rules: their release and the first digits of the digest of their source.

    The source is that of the rules, of how programmes give way to one another, and of the values
    they reckon with (money, periods, the table of divisions).
    """
    digest = sha256()
    for path in _sources(files("hedui.policy"), (".py", "programme.yaml")):
        digest.update(path.read_bytes())
    for path in _sources(files("hedui.values"), (".py", ".csv", ".json", ".txt", ".yaml")):
        digest.update(path.read_bytes())
    return f"{RULES_RELEASE}+{digest.hexdigest()[:12]}"


def _sources(folder: Traversable, endings: tuple[str, ...]) -> list[Traversable]:
    found: list[Traversable] = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.is_dir():
            found += _sources(path, endings)
        elif path.name.endswith(endings):
            found.append(path)
    return found


@cache
def _law() -> Any:
    text = files("hedui.policy").joinpath("law.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)

"""
Draw names from the lists in `names.yaml` (姓名): frequent ones, minority names, rare characters.
"""

import random
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from hedui.batch.sample.numbers import Sex


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists to draw from; `dotted` are whole minority names with their dot U+00B7."""

    surnames: tuple[str, ...]
    given: dict[Sex, tuple[str, ...]]
    rare: tuple[str, ...]
    dotted: dict[Sex, tuple[str, ...]]


_DOTS: Final = ("•", "・", ".", "")
PRIVATE: Final = {"䶮": "\ue863", "龴": "\ue81e"}


@cache
def lists() -> Lists:
    """Return the lists, read once."""
    text = files("hedui.batch.sample").joinpath("names.yaml").read_text(encoding="utf-8")
    words = {key: tuple(value.split()) for key, value in yaml.safe_load(text).items()}
    return Lists(
        surnames=tuple("".join(words["surnames"])) + words["surnames_of_two"],
        given={"male": words["male"], "female": words["female"]},
        rare=words["rare"],
        dotted={"male": words["dotted_male"], "female": words["dotted_female"]},
    )


def person_name(rng: random.Random, sex: Sex, *, surname: str | None = None) -> str:
    """Draw a name; in thirty of a thousand cases a minority one, in ten with a rare character."""
    chance = rng.randrange(1000)
    if chance < 30:
        return rng.choice(lists().dotted[sex])
    family = surname or rng.choice(lists().surnames)
    return family + rng.choice(lists().rare if chance < 40 else lists().given[sex])


def surname_of(name: str) -> str | None:
    """Take the surname off a Han name that was drawn here; a minority name has none."""
    if "·" in name:
        return None
    return next(known for known in reversed(lists().surnames) if name.startswith(known))


def another_name(rng: random.Random, name: str, sex: Sex) -> str:
    """Draw a name that nobody takes for this one."""
    return "钱" + rng.choice([given for given in lists().given[sex] if given not in name])


def variant(rng: random.Random, name: str) -> str:
    """Write a name as an old system would: another dot, a private code point, a space (异写)."""
    if "·" in name:
        return name.replace("·", rng.choice(_DOTS))
    for rare, private in PRIVATE.items():
        if rare in name:
            return name.replace(rare, private)
    return f"{name[0]} {name[1:]}"

"""The fields of forms 文书字段: their groups, kinds and meaning, read from fields.yaml."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

import yaml

FILE: Final = Path(__file__).parent / "fields.yaml"
KINDS: Final = {
    "text": "短文字",
    "long": "长文字",
    "date": "日期",
    "amount": "金额",
    "number": "数目",
}
ASKED: Final = "填写"
"""The group of what whoever issues a notice writes; each form names its own."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: group.name, what kind it is, what it means, whether it may be put up in public."""

    group: str
    name: str
    kind: str
    meaning: str
    repeats: bool = False
    is_public: bool = False

    @property
    def full_name(self) -> str:
        """Return it as it is written in a text."""
        return f"{self.group}.{self.name}"


@cache
def fields() -> dict[str, Field]:
    """Return every field by its full name, in the order of the file."""
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found: dict[str, Field] = {}
    for group, told in written.items():
        public = told.get("公示", ())
        for name, words in told["字段"].items():
            kind, _, meaning = words.partition(" ")
            one = Field(group, name, kind, meaning, bool(told.get("多行")), name in public)
            found[one.full_name] = one
    return found


def nearest(name: str, asked: tuple[str, ...] = ()) -> str:
    """Return the fields that are written most like a name that is none, in words."""
    known = [*fields(), *(f"{ASKED}.{one}" for one in asked)]
    alike = get_close_matches(name, known, n=3, cutoff=0.4)
    alike = alike or [one for one in known if one.startswith(f"{name.partition('.')[0]}.")][:5]
    return "、".join(alike)

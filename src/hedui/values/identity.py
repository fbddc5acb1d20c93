"""Whether a record that came back is about the person who was asked about (身份比对).

The number decides, the name confirms. Numbers are never compared by likeness: twins differ in one
digit. A record of another number is another person's; a record of this number under another name is
kept apart for a person to look at (姓名不符) and never counted.
"""

from typing import Final, Literal

from hedui.values.names import NameMatch, compare_names
from hedui.values.resident_id import ResidentId, ResidentIdError

Match = Literal["exact", "upgraded", "normalised", "name_variant", "name_conflict"]

COUNTED: Final[frozenset[Match]] = frozenset({"exact", "upgraded", "normalised", "name_variant"})
"""The matches whose records may be counted; ``name_conflict`` is listed only."""

LABELS: Final[dict[Match, str]] = {
    "exact": "号码、姓名一致",
    "upgraded": "15位旧号,升位后一致",
    "normalised": "号码书写形式不同,规范后一致",
    "name_variant": "号码一致,姓名字形不一致",
    "name_conflict": "号码一致,姓名不符",
}


def match_identity(
    asked_number: ResidentId, asked_name: str, found_number_text: str, found_name: str
) -> Match | None:
    """Tell how a found record matches the person asked about, or None for another person.

    What the name says goes before what the number says: ``upgraded`` and ``normalised`` mean that
    the names are the same. A number that cannot be read is nobody's, so it gives None; a name that
    cannot be read (``王?``) is in conflict.
    """
    try:
        found = ResidentId.parse(found_number_text)
    except ResidentIdError:
        return None
    if found != asked_number:
        return None
    match compare_names(asked_name, found_name):
        case NameMatch.SAME:
            return found.written
        case NameMatch.VARIANT:
            return "name_variant"
        case NameMatch.CONFLICT:
            return "name_conflict"

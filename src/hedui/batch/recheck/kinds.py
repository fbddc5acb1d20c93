"""
Classes and kinds of lines as the tables hold them (类别和种类的编码).

Words in SQL, small numbers underneath: an ENUM of DuckDB for each vocabulary, whose code is the
position in these tuples, and a bit for each class of a declaration's two sides.
"""

from collections.abc import Iterable
from typing import Final

from duckdb import DuckDBPyConnection

from hedui.batch.asked import readable
from hedui.batch.delivery import text
from hedui.batch.recheck import comparing
from hedui.policy.kinds import ASSET_KINDS, EXEMPTIONS, EXPENSE_KINDS, INCOME_KINDS, RELATIONS
from hedui.policy.programme import programmes
from hedui.policy.truth import UNKNOWN

OPEN: Final = str(UNKNOWN.value)
VOCABULARIES: Final = {
    "income_class": tuple(INCOME_KINDS),
    "asset_class": tuple(ASSET_KINDS),
    # as a case writes them: a line without a kind has the empty one
    "income_kind": (*sorted({k for kinds in INCOME_KINDS.values() for k in kinds}), OPEN),
    "asset_kind": (
        *sorted({k for class_, kinds in ASSET_KINDS.items() for k in kinds or (class_,)}), "", OPEN,
    ),
    "relation": RELATIONS,
    "expense_kind": EXPENSE_KINDS,
    "exemption": ("none", *EXEMPTIONS),
    "source_name": tuple(sorted(readable())),
    "item_name": tuple(dict.fromkeys(item for _, item, _ in comparing.lines())),
    "label_name": tuple(dict.fromkeys(label for _, _, label in comparing.lines())),
    "status_name": comparing.STATUSES,
    "match_name": comparing.MATCHES,
    "answer_name": ("FOUND", "NOT_FOUND", "PARTIAL", "NAME_MISMATCH", "UNAVAILABLE"),
    "programme_name": tuple(programmes()),
    "test_name": ("fail", "unknown", "pass"),
}  # fmt: skip
CLASSES: Final = (
    *(f"incomes.{one}" for one in INCOME_KINDS),
    *(f"assets.{one}" for one in ASSET_KINDS),
)


def bit(class_: str) -> int:
    """Give the bit of a class, as `incomes.wage`."""
    return 1 << CLASSES.index(class_)


def bits(classes: Iterable[str]) -> int:
    """Give the bits of classes; of what is neither income nor property there is none."""
    return sum(bit(one) for one in set(classes) & set(CLASSES))


def named(mask: int) -> set[str]:
    """Name the classes of a mask."""
    return {one for one in CLASSES if mask & bit(one)}


def bring_types(connection: DuckDBPyConnection) -> None:
    """Make a type of each vocabulary."""
    for name, words in VOCABULARIES.items():
        listed = ", ".join(text(word) for word in words)
        connection.execute(f"CREATE TYPE {name} AS ENUM ({listed})")

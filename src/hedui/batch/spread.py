"""How a registry is spread (分布): households by type, and their income held against the line."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from hedui.batch.declared import Declared
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programme
from hedui.policy.registry import Outcome
from hedui.policy.rule import Level
from hedui.values.divisions import DivisionError, full_name
from hedui.values.money import yuan_text

STEPS: Final = 20
"""Steps of a tenth of the line; all incomes of twice the line and above share the last."""
_LINE_OF: Final = "dibao"
_ADULT, _OLD = 18, 60
_SIZES: Final = ((1, "一人户"), (2, "二人户"), (3, "三人户"), (4, "四人及以上"))
_MOST_PLACES: Final = 20


class Group(NamedTuple):
    """Households of one type: its label, and of each household whether it is one."""

    label: str
    rows: Any


def groups(declared: Declared) -> dict[str, list[Group]]:
    """Sort the households by size, by the ages in them, and by place; of each, all are in one."""
    return {
        "size": list(_by_size(declared)),
        "age": list(_by_age(declared)),
        "place": list(_by_place(declared)),
    }


def _size(declared: Declared) -> Any:
    return declared.registry.tables[Level.HOUSEHOLD].facts["members"].values


def _by_size(declared: Declared) -> Iterator[Group]:
    size = np.minimum(_size(declared), _SIZES[-1][0])
    for people, label in _SIZES:
        yield Group(label, size == people)


def _by_age(declared: Declared) -> Iterator[Group]:
    members = declared.registry.tables[Level.MEMBER]
    age = members.facts["age"].values

    def of(these: Any) -> Any:
        return np.bincount(members.owner[these], minlength=declared.registry.households)

    minors, old = of((age >= 0) & (age < _ADULT)), of(age >= _OLD)
    all_old = (old > 0) & (old == _size(declared))
    yield Group(f"都是{_OLD}周岁以上的人", all_old)
    yield Group(f"有{_OLD}周岁以上的人,也有未成年人", (old > 0) & (minors > 0) & ~all_old)
    yield Group(f"有{_OLD}周岁以上的人,没有未成年人", (old > 0) & (minors == 0) & ~all_old)
    yield Group("有未成年人", (old == 0) & (minors > 0))
    yield Group("其他", (old == 0) & (minors == 0))


def _by_place(declared: Declared) -> Iterator[Group]:
    """Give the places with most households, and all others together."""
    codes, index = np.unique([code for code, _ in declared.places], return_inverse=True)
    place = index[declared.registry.key]
    order = np.argsort(-np.bincount(place, minlength=len(codes)), kind="stable")
    for one in order[:_MOST_PLACES]:
        yield Group(place_name(str(codes[one])), place == one)
    if len(order) > _MOST_PLACES:
        yield Group("其他地方", np.isin(place, order[_MOST_PLACES:]))


def place_name(code: str) -> str:
    """Name a division; one that the table does not know, such as a sample's, by its code."""
    try:
        return full_name(code)
    except DivisionError:
        return code


def shares_of_line(outcome: Outcome, declared: Declared, files: ParameterFiles) -> dict[str, Any]:
    """Count the households by income per head as a share of the place's own Dibao standard.

    Gives ``counts``, for each tenth of the standard from 0 to 2 and for all above; ``at``, the
    standards in yuan per month; ``uncounted``, the households whose income is unknown or whose
    place has no standard.
    """
    lines = np.array([_standard(code, on, files) for code, on in declared.places], dtype=np.int64)
    income = outcome.income[_LINE_OF]
    line = lines[declared.registry.key] * _size(declared) * 12
    known = (line > 0) & (True if income.known is None else income.known)
    tenths = np.clip(income.values[known] * 10 // line[known], 0, STEPS)
    return {
        "counts": [int(n) for n in np.bincount(tenths, minlength=STEPS + 1)],
        "at": [yuan_text(int(fen)) for fen in np.unique(lines[lines > 0])],
        "uncounted": int((~known).sum()),
    }


def _standard(code: str, on: Any, files: ParameterFiles) -> int:
    asked = programme(_LINE_OF)
    wanted = {"standard_monthly": asked.parameters["standard_monthly"]}
    if not files.covers(division=code, folders=asked.folders, on=on):
        return 0
    found = files.resolve(wanted, division=code, folders=asked.folders, on=on)
    value = found["standard_monthly"].use.value
    return value if isinstance(value, int) else 0

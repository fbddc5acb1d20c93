"""Simulation (模拟): a registry under the rules in force and under changed ones, side by side."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hedui.batch.declared import read_registry
from hedui.policy.change import Change, changed
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programmes
from hedui.policy.registry import Outcome, assessed
from hedui.policy.rule import Level
from hedui.values.money import yuan_text

_YES = 2
_SIZES = ((1, "一人户"), (2, "二人户"), (3, "三人户"), (4, "四人及以上"))
_NOTES = (
    "名册没有残疾、重病、在读、就业和义务人的情况,按没有计算;只用于估计,不用于任何一户的认定。",
    "工资按全年均匀计算。",
)


def simulated(registry: Path, changes: Sequence[Change], files: ParameterFiles) -> dict[str, Any]:
    """Compute a registry before and after a change, and compare.

    :raises PolicyError: the registry cannot be read, or a change does not fit
    """
    declared = read_registry(registry)
    before = assessed(declared.registry, declared.places, files)
    after = assessed(declared.registry, declared.places, changed(files, list(changes)))
    size = declared.registry.tables[Level.HOUSEHOLD].facts["members"].values
    notes = list(_NOTES)
    if before.open_amounts or after.open_amounts:
        notes.append("有的户金额不明,未计入合计。")
    return {
        "households": declared.registry.households,
        "persons": declared.persons,
        "changes": [f"{one.name}={one.value}@{one.division}" for one in changes],
        "programmes": [_compared(name, before, after, size) for name in programmes()],
        "notes": notes,
    }


def _compared(name: str, before: Outcome, after: Outcome, size: Any) -> dict[str, Any]:
    was, now = before.qualifies[name] == _YES, after.qualifies[name] == _YES
    paid, due = before.amount[name], after.amount[name]
    return {
        "programme": name,
        "before": int(was.sum()),
        "after": int(now.sum()),
        "in": int((now & ~was).sum()),
        "out": int((was & ~now).sum()),
        "open_before": int((before.qualifies[name] == 1).sum()),
        "open_after": int((after.qualifies[name] == 1).sum()),
        "amount_before": yuan_text(int(paid.sum())),
        "amount_after": yuan_text(int(due.sum())),
        "gain": int((due > paid).sum()),
        "lose": int((due < paid).sum()),
        "by_size": list(_by_size(was, now, due - paid, size)),
    }


def _by_size(was: Any, now: Any, more: Any, size: Any) -> Iterator[dict[str, Any]]:
    for people, label in _SIZES:
        these = np.minimum(size, _SIZES[-1][0]) == people
        yield {
            "label": label,
            "in": int((now & ~was & these).sum()),
            "out": int((was & ~now & these).sum()),
            "gain": int(((more > 0) & these).sum()),
            "lose": int(((more < 0) & these).sum()),
            "amount": yuan_text(int(more[these].sum())),
        }

"""Simulation (模拟): a registry under the rules in force and under changed ones, side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from hedui.batch.declared import Declared, read_registry
from hedui.batch.spread import Group, groups, shares_of_line
from hedui.policy.change import Change, changed, using
from hedui.policy.lock import all_declared
from hedui.policy.parameter_files import READERS
from hedui.policy.parameters import ParameterFiles, PolicyError, division_chain
from hedui.policy.programme import programmes
from hedui.policy.registry import Outcome, Place, assessed
from hedui.values.money import yuan_text

MOST_SCENARIOS: Final = 10
_YES = 2
_MOVED: Final = ("in", "out", "gain", "lose")
_NOTES = (
    "名册没有残疾、重病、在读和就业的情况,没有附上的支出和义务人,都按没有计算;"
    "只用于估计,不用于任何一户的认定。",
    "工资按全年均匀计算。",
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of changes (方案), with the name it goes by."""

    name: str
    changes: tuple[Change, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``TITLE:CHANGE;CHANGE``, each change as :meth:`Change.parse` reads it.

        :raises PolicyError: there is no title or no change, or a change is not well written
        """
        name, _, written = text.partition(":")
        changes = [one.strip() for one in written.split(";") if one.strip()]
        if not name.strip() or not changes:
            raise PolicyError(
                f"“{text}”应写作 名称:变动;变动,例如 提高:standard_monthly=1700.00@310000。"
            )
        return cls(name.strip(), tuple(Change.parse(one) for one in changes))


def simulated(
    registry: Path | Declared, changes: Sequence[Change], files: ParameterFiles
) -> dict[str, Any]:
    """Compute a registry before and after a change, and compare.

    :raises PolicyError: the registry cannot be read, or a change does not fit
    """
    declared = read_registry(registry) if isinstance(registry, Path) else registry
    told = side_by_side(declared, [Scenario("", tuple(changes))], files)
    (only,) = told.pop("scenarios")
    del only["name"]
    return {**told, **only}


def side_by_side(
    declared: Declared, scenarios: Sequence[Scenario], files: ParameterFiles
) -> dict[str, Any]:
    """Compute a registry once as it is and once under each scenario.

    :raises PolicyError: there are none or more than ten, two have one name, or a change does not
        fit
    """
    if not 1 <= len(scenarios) <= MOST_SCENARIOS:
        raise PolicyError(f"一次可以比较 1 至 {MOST_SCENARIOS} 个方案。")
    if len({one.name for one in scenarios}) != len(scenarios):
        raise PolicyError("有两个方案同名,请改名。")
    others = {one.name: (declared, changed(files, list(one.changes))) for one in scenarios}
    told = _set_beside(declared, files, others)
    for one, scenario in zip(scenarios, told["scenarios"], strict=True):
        scenario["changes"] = [each.text for each in one.changes]
        found = list(_without_effect(one, declared, files))
        if not found and not any(row[moved] for row in scenario["programmes"] for moved in _MOVED):
            found = ["没有一户的类别或金额因此改变;当地的算法也可能不用所变动的参数。"]
        told["notes"] += [f"{one.name}{':' * bool(one.name)}{note}" for note in found]
    return told


def _without_effect(scenario: Scenario, declared: Declared, files: ParameterFiles) -> Iterator[str]:
    """Say of each change that reaches no household why it does not."""
    for one in scenario.changes:
        here = [place for place in declared.places if one.division in division_chain(place[0])]
        if not here:
            yield f"{one.text} 没有影响:名册里没有 {one.division} 的户。"
        elif not _is_felt(one, here, files):
            yield (
                f"{one.text} 没有影响:{one.division} 的户执行的正是这个值,"
                "或者所在地另有自己的规定。"
            )


def _is_felt(one: Change, here: Sequence[Place], files: ParameterFiles) -> bool:
    """Whether households of these places would have another value than they have."""
    then = changed(files, [one])
    read: Callable[[Any], Any] = READERS[all_declared()[one.name].unit]

    def held(of: ParameterFiles, place: Place, programme: str) -> Any:
        folders = programmes()[programme].folders
        found = of.find(one.name, chain=division_chain(place[0]), folders=folders, on=place[1])
        return None if found is None else read(found[1].value)

    users = (one.programme,) if one.programme else using(one.name)
    return any(held(files, at, name) != held(then, at, name) for at in here for name in users)


def shadowed(
    registry: Path, coming: ParameterFiles, files: ParameterFiles, on: date | None
) -> dict[str, Any]:
    """Compute a registry by the parameters in force and by coming ones (并行试算), and compare.

    on: the day whose coming parameters are taken; without it each household's own

    :raises PolicyError: the registry cannot be read
    """
    declared = read_registry(registry)
    then = replace(declared, places=tuple((code, on or day) for code, day in declared.places))
    told = _set_beside(declared, files, {"": (then, coming)})
    (only,) = told.pop("scenarios")
    del only["name"]
    return {**told, "changes": [], **only}


def _set_beside(
    declared: Declared, files: ParameterFiles, others: Mapping[str, tuple[Declared, ParameterFiles]]
) -> dict[str, Any]:
    """Compute a registry as it is, and once as each other says, by name."""
    before = assessed(declared.registry, declared.places, files)
    by_kind = groups(declared)
    now = shares_of_line(before, declared, files)
    told, is_open = [], bool(before.open_amounts)
    for name, (then, other) in others.items():
        after = assessed(then.registry, then.places, other)
        is_open |= bool(after.open_amounts)
        told.append(
            {
                "name": name,
                "changes": [],
                "programmes": [_compared(one, before, after, by_kind) for one in programmes()],
                "income": {"before": now, "after": shares_of_line(after, then, other)},
            }
        )
    return {
        "households": declared.registry.households,
        "persons": declared.persons,
        "scenarios": told,
        "notes": [*_NOTES, *(["有的户金额不明,未计入合计。"] if is_open else [])],
    }


def _compared(
    name: str, before: Outcome, after: Outcome, by_kind: dict[str, list[Group]]
) -> dict[str, Any]:
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
        **{
            f"by_{kind}": [_of_group(group, was, now, due - paid) for group in found]
            for kind, found in by_kind.items()
        },
    }


def _of_group(group: Group, was: Any, now: Any, more: Any) -> dict[str, Any]:
    these = group.rows
    return {
        "label": group.label,
        "households": int(these.sum()),
        "in": int((now & ~was & these).sum()),
        "out": int((was & ~now & these).sum()),
        "gain": int(((more > 0) & these).sum()),
        "lose": int(((more < 0) & these).sum()),
        "amount": yuan_text(int(more[these].sum())),
    }

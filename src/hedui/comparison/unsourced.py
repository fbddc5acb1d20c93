"""Say of what was declared and no source speaks about that nobody can be asked (没有可查的来源)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from hedui.catalogue import Against, Comparison, sources
from hedui.comparison.finding import Finding, Side, Status
from hedui.comparison.measure import declared_total, is_about
from hedui.comparison.unproven import counts
from hedui.values.periods import Period

NOTE: Final = "没有可以查询这一项的部门,这里只有申报数;需要时请家庭提供佐证材料。"
_SIDES: Final[tuple[Side, ...]] = ("incomes", "assets")


def unsourced(
    *, member_key: str, declared: Mapping[str, Any], expected: Iterable[str], look_back: Period
) -> list[Finding]:
    """
    Give one finding for each kind of income or asset that is declared and has no source.

    expected: the sources that the programme needs

    The finding names no source; its item is `<side>.<class>` or `<side>.<class>.<kind>`, and its
    label is left to whoever knows the words of the declaration.
    """
    held = [one.against for name in expected for one in sources()[name].binding]
    alone: dict[Against, Mapping[str, Any]] = {}
    for side in _SIDES:
        for line in declared.get(side) or ():
            kind = line.get("kind") or ""
            if counts(line, look_back) and not any(
                one.side == side and is_about(line, one) for one in held
            ):
                alone[Against(side, line["class"], (kind,) if kind else ())] = line
    return [_finding(member_key, declared, one, line, look_back) for one, line in alone.items()]


def _finding(
    member_key: str,
    declared: Mapping[str, Any],
    against: Against,
    line: Mapping[str, Any],
    look_back: Period,
) -> Finding:
    money = "amount" in line or "value" in line
    measure = Comparison("", "sum" if money else "count", against, label="")
    said = declared_total(declared, measure, look_back)
    return Finding(
        member_key=member_key,
        source="",
        item=".".join((against.side, against.class_, *against.kinds)),
        label="",
        side=against.side,
        class_=against.class_,
        status=Status.NOT_FOUND if said is not None else Status.NOT_COMPARABLE,
        unit="fen" if money else "count",
        note=NOTE,
        declared_fen=said if money else None,
        declared_count=None if money else said,
    )

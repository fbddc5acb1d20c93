"""What a register says about a person (成员情况): shown for somebody to look at, never counted.

A marriage, a death, a place of residence is no income and no property. Where the household has
stated the same, the two are held together; else the registered words are shown. A register that
says nothing gives no line, unless the household has stated what it should say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hedui.catalogue import Comparison, Item, Source
from hedui.comparison.classify import COMPANION, Seen, classify
from hedui.comparison.finding import Row, SourceAnswer, Status
from hedui.comparison.measure import relevant, ruled_out

_LOOK: Final = "这是成员的情况,不是收入或者财产,没有计入。"
_AGREES: Final = "申报的与{unit}登记的相同:{words}。"
_DIFFERS: Final = (
    "申报的与{unit}登记的不同,登记的是:{words}。" + _LOOK + "请说明情况;如有差错,可以要求更正。"
)
_UNSTATED: Final = "{unit}登记的是“{words}”,申报时没有写明。" + _LOOK + "由工作人员核实。"
_QUESTION: Final = (
    "{unit}的登记:{words}。" + _LOOK + "请工作人员向家庭核实;登记有差错的,可以要求更正。"
)
_SHOWN: Final = "{unit}登记的是“{words}”。" + _LOOK + "供工作人员核实成员情况时参考。"
_NONE: Final = "申报了,但{unit}没有登记。没有登记不等于没有,请提供材料核实。"
_IN_NO_REGISTER: Final = frozenset({"single"})
"""What is stated and stands in no register: nobody registers that they never married."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What is to be shown: the status, the note with ``{unit}`` and ``{words}``, and the words."""

    status: Status
    note: str
    words: str = ""


def registered(
    declared: Mapping[str, Any],
    answer: SourceAnswer,
    source: Source,
    comparison: Comparison,
    *,
    missing: Sequence[str] = (),
) -> Registered | None:
    """Hold a registered statement against what was declared; None where there is nothing to see.

    missing: labels of items without which the rows cannot be told apart, and that were not asked

    An answer about a person not surely the same, or no usable answer, is what it is for any item.
    """
    usable = answer.outcome in ("FOUND", "NOT_FOUND", "PARTIAL") and answer.match != "name_conflict"
    if not usable:
        nothing = Seen(0, present=False)
        status, note = classify(
            answer.outcome, match=answer.match, fresh=False, declared=0, seen=nothing
        )
        return Registered(status, note)
    if missing:
        note = COMPANION.format(items="、".join(missing))
        return Registered(Status.NOT_COMPARABLE, note) if answer.rows else None
    item = source.items[comparison.item]
    codes = list(dict.fromkeys(_codes(answer.rows, item, comparison)))
    stated = _stated(declared, comparison.against.class_)
    if not codes:
        missed = stated is not None and stated not in _IN_NO_REGISTER
        if answer.outcome != "PARTIAL" and missed and stated in comparison.agrees:
            return Registered(Status.NOT_FOUND, _NONE)
        return None
    words = "、".join(_words(item, code) for code in codes)
    return _held(comparison, stated, codes, words)


def _held(comparison: Comparison, stated: str | None, codes: list[str], words: str) -> Registered:
    if comparison.question:
        return Registered(Status.AWAITING_EXPLANATION, _QUESTION, words)
    if not comparison.agrees:
        return Registered(Status.NOT_COMPARABLE, _SHOWN, words)
    if stated is None:
        return Registered(Status.NOT_COMPARABLE, _UNSTATED, words)
    if set(codes) <= set(comparison.agrees.get(stated, ())):
        return Registered(Status.CONSISTENT, _AGREES, words)
    return Registered(Status.AWAITING_EXPLANATION, _DIFFERS, words)


def _codes(rows: Any, item: Item, comparison: Comparison) -> Iterator[str]:
    """Yield what is registered, as text; what is not there, or is denied, says nothing."""
    row: Row
    for row in relevant(rows, comparison):
        value = row.get(item.name)
        if value is None or ruled_out(row, comparison):
            continue
        if value is not False:
            yield "true" if value is True else str(value)


def _words(item: Item, code: str) -> str:
    return item.label if item.type == "boolean" else item.values.get(code, code)


def _stated(declared: Mapping[str, Any], path: str) -> str | None:
    """Return what the household states of a person under a path such as `disability.grade`."""
    value: Any = declared
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None or value == "unknown":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)

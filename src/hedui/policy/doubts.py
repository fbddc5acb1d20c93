"""Doubts (依据待核): what a reader of a result must be told about the numbers it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from hedui.policy.law import TO_BE_CHECKED
from hedui.policy.parameters import Resolved
from hedui.policy.programme import Programme
from hedui.policy.rule import Level
from hedui.policy.trace import ParameterUse, Step
from hedui.policy.truth import UNKNOWN, Truth


def doubts(
    asked: Programme, steps: Sequence[Step], resolved: Mapping[str, Resolved], as_of: date
) -> Iterable[str]:
    """Say which parameters are missing, only remembered, or due for review (依据待核).

    One sentence for each kind of doubt, with all parameters it falls on.
    """
    owed = any(step.value != 0 for step in steps if step.rule == "open_duties")
    unsure = [
        step
        for step in steps
        if (step.value is UNKNOWN or step.value is Truth.UNKNOWN)
        and (owed or step.level is not Level.OBLIGOR)
    ]
    decisive = {use.name for step in unsure for use in step.parameters}
    grounds = {step.rule: step.grounds for step in steps}.values()
    touched = [resolved[n] for n in sorted({use.name for g in grounds for use in g.parameters})]
    touched = [found for found in touched if found.use.words != "operators"]
    wanted = decisive - alternatives(asked)
    without = [f for f in touched if f.use.reference is None]
    missing = [f.use for f in without if f.use.name in wanted and not f.note]
    if missing:
        yield f"{TO_BE_CHECKED}:当地{_named(missing)}未收录,有关结果为“不明”。"
    for found in without:
        if found.note and found.use.name in decisive:
            yield f"{TO_BE_CHECKED}:{found.note}有关结果为“不明”。"
    unread = [found.use for found in touched if found.use.seen == "memory"]
    if unread:
        titles = "、".join(dict.fromkeys(str(use.reference) for use in unread))
        yield f"{TO_BE_CHECKED}:{_named(unread)}未见文件原文({titles})。"
    shown = [found.use for found in touched if found.use.seen == "example"]
    if shown:
        yield f"{TO_BE_CHECKED}:{_named(shown)}是算例数值,不是当地公布的数额。"
    due = [f for f in touched if f.review_after is not None and as_of > f.review_after]
    for limit in sorted({found.review_after for found in due if found.review_after}):
        uses = [found.use for found in due if found.review_after == limit]
        yield f"{TO_BE_CHECKED}:{_since(uses)},{limit} 以后是否调整未收录,请核对当地最新公布。"
    if owed:
        yield (
            f"{TO_BE_CHECKED}:家庭以外有赡养(抚养、扶养)义务人,应计入的赡养费等数额不明,"
            "实际计入收入可能高于所列数额,收入一项只要未超标准即标为“不明”。"
        )
    doubted = {"vehicles_confirmed", "buildings_confirmed"} & decisive
    if any(resolved[name].use.value is not Truth.YES for name in doubted):
        yield f"{TO_BE_CHECKED}:车辆、房屋条件所据文本是否仍有效未核实,故不作“不符合”。"


def alternatives(asked: Programme) -> set[str]:
    """Name the parameters that a place may well do without."""
    return {name for name, entry in asked.parameters.items() if entry.alternative}


def _named(uses: Iterable[ParameterUse]) -> str:
    return "".join(f"“{use.label}”" for use in uses)


def _since(uses: list[ParameterUse]) -> str:
    days = sorted({use.valid_from for use in uses if use.valid_from}, reverse=True)
    return ";".join(
        f"{_named(use for use in uses if use.valid_from == day)}自 {day} 起执行" for day in days
    )

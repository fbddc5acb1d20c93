"""The decision table (比对判定表): outcome × freshness × declared × found → status and note.

This is the whole of it; ``docs/reference/comparison.md`` shows it as a table and a test holds each
row. Notes are for the family to read: no jargon, no blame.
"""

from dataclasses import dataclass
from typing import Final

from hedui.comparison.finding import Status

SILENT: Final = {
    "UNAVAILABLE": "{unit}暂时无法查询,没有答复。这一项不作为依据,既不说明有,也不说明没有。",
    "REFUSED": "{unit}没有受理这次查询。这一项不作为依据,既不说明有,也不说明没有。",
    "NO_REPLY": "{unit}还没有答复。这一项不作为依据,既不说明有,也不说明没有。",
}
_UNUSABLE: Final = "{unit}的答复不能采用,已经搁置。这一项不作为依据,既不说明有,也不说明没有。"
_PERSON: Final = {
    "MULTIPLE": "{unit}查到不止一个人,还不能确定哪一个是本人,没有计入。需要核实身份后再比对。",
    "NAME_MISMATCH": "{unit}登记的姓名与申报的姓名不同,还不能确定是不是本人,没有计入。请说明。",
}
COMPANION: Final = "判断这一项还需要查询“{items}”,没有查询,无法比较。"
_VARIANT: Final = "姓名写法略有不同(字形或间隔符),身份号码相同。"
_LESS: Final = "只问了这些,没有问数额。"
_STALE: Final = "{unit}的数据只到{as_of},时间较早。"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source's answer says on one line of the comparison (核到情况).

    measured: fen or count; None where the rows give no comparable figure
    present: whether any row speaks of this at all
    obstacle: why there is no comparable figure, for the family to read
    question: the rows leave it open whether something is to be counted at all (待说明)
    remark: what else the family should know about the figure
    words: what the source said in place of a figure (简答); measured is then the figure in it that
        is nearest to what was declared, for the status alone and never to be shown
    """

    measured: int | None
    present: bool
    obstacle: str = ""
    question: str = ""
    remark: str = ""
    words: str = ""


def classify(
    outcome: str, *, match: str | None, fresh: bool, declared: int | None, seen: Seen
) -> tuple[Status, str]:
    """Decide the status and choose the note; the note may hold ``{unit}`` and ``{as_of}``.

    declared: fen or count; None where the declaration gives no comparable figure
    """
    if match == "name_conflict":
        outcome = "NAME_MISMATCH"
    if outcome in _PERSON:
        return Status.AWAITING_EXPLANATION, _PERSON[outcome]
    if outcome not in ("FOUND", "NOT_FOUND", "PARTIAL"):
        return Status.NO_REPLY, SILENT.get(outcome, _UNUSABLE)
    if declared is None:
        return Status.NOT_COMPARABLE, (
            "申报的收入有一部分不在核算期内,不能按月拆开,无法比较。请按核算期重新申报。"
        )
    if outcome == "NOT_FOUND" or (outcome == "FOUND" and not seen.present):
        return _absent(fresh=fresh, declared=declared)
    if seen.words:
        status, note = _minimal(seen, declared)
    else:
        status, note = _found(outcome, declared=declared, seen=seen)
    if status in (Status.CONSISTENT, Status.INCONSISTENT):
        note += seen.remark
        note += "" if fresh else _STALE
    return status, note + (_VARIANT if match == "name_variant" else "")


def _absent(*, fresh: bool, declared: int) -> tuple[Status, str]:
    if declared != 0:
        return Status.NOT_FOUND, ("申报了,但{unit}没有查到。没有查到不等于没有,请提供材料核实。")
    if fresh:
        return Status.CONSISTENT, "没有申报,{unit}也没有查到。"
    return Status.NOT_FOUND, (
        "没有申报,{unit}也没有查到,但数据截止日{as_of},不够新,不能据此认为没有。"
    )


def _found(outcome: str, *, declared: int, seen: Seen) -> tuple[Status, str]:
    if seen.measured is None:
        if seen.question:
            return Status.AWAITING_EXPLANATION, seen.question
        return Status.NOT_COMPARABLE, seen.obstacle
    if outcome == "PARTIAL":
        if seen.measured <= declared:
            return Status.NO_REPLY, ("{unit}只答复了一部分,不够比较。没有答复的部分不作为依据。")
        return Status.INCONSISTENT, "{unit}只答复了一部分,其中已查到的多于申报的。请说明原因。"
    if seen.measured == declared:
        return Status.CONSISTENT, "申报的与{unit}查到的相同。"
    said = "没有申报,但{unit}查到了。" if declared == 0 else "申报的与{unit}查到的不同。"
    return Status.INCONSISTENT, said + "请说明情况;如有差错,可以要求更正。"


def _minimal(seen: Seen, declared: int) -> tuple[Status, str]:
    """Hold what was declared against less than a figure; no difference in money is stated."""
    if seen.measured == declared:
        return Status.CONSISTENT, f"申报的与{{unit}}答复的“{seen.words}”相符;{_LESS}"
    return Status.INCONSISTENT, (
        f"申报的与{{unit}}答复的“{seen.words}”不符;{_LESS}请说明情况;如有差错,可以要求更正。"
    )

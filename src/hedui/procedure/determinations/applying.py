"""
申请与受理 (applying): what is missing is asked for once, then the application is accepted or not.

Not to accept goes against the family: one officer proposes it with the ground and reasons, another
confirms it; until then it has no effect. The family may apply again at any time.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.terms import term
from hedui.procedure.determinations.steps import (
    Held,
    NotNow,
    Said,
    done_on,
    hold,
    second,
    take,
    written,
)
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act
from hedui.procedure.record.moment import SHANGHAI, today

Kind = Step.Kind
GROUND = "社会救助暂行办法 第11条"
OF_CASES = {Role.INTAKE, Role.COMMISSION}
MOST_MISSING = 40
# Why an application is not accepted; the last two leave the family free to apply again at once.
TURNED_DOWN = {
    "not_here": "不属于本机构受理",
    "not_complete": "补正期满，材料仍不齐全",
    "withdrawn": "申请人书面撤回申请",
}
WAYS = {"counter": "当面告知", "visit": "上门告知", "mail": "邮寄", "phone": "电话并留有记录"}


@act("一次性告知补正", article=GROUND, roles=OF_CASES)
def supplement(*, case: Case, missing: Sequence[str], way: str, told_on: date, by: Actor) -> Step:
    """
    Tell the family once all that is missing 一次性告知; the database refuses to ask a second time.

    missing: each paper or statement, in words the family understands; way: one of `WAYS`

    :raises NotYours, NotNow: out of reach; not now, twice, nothing named, or on no possible day
    """
    held = hold(case, Kind.SUPPLEMENT, by)
    if held.told.last("supplement"):
        raise NotNow("补正只能一次性告知,本案已经告知过;请就已有材料办理。")
    named = [line.strip() for line in missing if line.strip()]
    if not named or len(named) > MOST_MISSING:
        raise NotNow(f"请一次写明全部缺少的材料,每行一项,至多 {MOST_MISSING} 项。", "missing")
    day = done_on(told_on, _opened(case), "told_on")
    said = Said(
        {"missing": named, "way": _way(way)},
        first_day=day,
        last_day=term("supplement", case.division, case.programme).last_day(day),
    )
    return take(held, Kind.SUPPLEMENT, said, by)


@act("收到补正材料", article=GROUND, roles=OF_CASES)
def supply(
    *, case: Case, note: str, received_on: date, papers: Sequence[Paper] = (), by: Actor
) -> Step:
    """
    Take in what the family brought; late it is taken in as well.

    :raises NotYours, NotNow: out of reach; nothing was asked for, or on no possible day
    """
    held = hold(case, Kind.SUPPLY, by)
    asked = held.told.last("supplement")
    if asked is None:
        raise NotNow("本案没有告知补正。")
    said = Said(
        {"note": written(note, "请写明收到了哪些材料。", "note")},
        first_day=done_on(received_on, asked.first_day, "received_on"),
        about=asked.id,
        papers=papers,
    )
    return take(held, Kind.SUPPLY, said, by)


@act("准予受理", article=GROUND, roles=OF_CASES)
def accept(*, case: Case, by: Actor) -> Step:
    """
    Accept an application for which something was missing 受理.

    Where nothing was missing, the declaration's confirmation is the acceptance, and this is not
    needed.

    :raises NotYours, NotNow: out of reach; not declared yet, or papers are still asked for
    """
    held = hold(case, Kind.ACCEPT, by)
    if held.told.declared_on is None:
        raise NotNow("家庭还没有确认申报,请先确认申报再受理。")
    asked = held.told.last("supplement")
    if asked is not None and not held.told.after(asked, "supply"):
        raise NotNow("补正材料还没有收到,不能受理。")
    return take(held, Kind.ACCEPT, Said({"accepted": True}), by)


@act("提出不予受理", article=GROUND, roles=OF_CASES)
def turn_down(*, case: Case, ground: str, reasons: str, by: Actor) -> Step:
    """
    Propose not to accept an application, with reasons; it has no effect until another confirms it.

    ground: one of `TURNED_DOWN`

    :raises NotYours, NotNow: out of reach; no ground or reasons, or the family may supplement
    """
    held = hold(case, Kind.TURN_DOWN, by)
    _ground_stands(held, ground)
    content = {"reasons": written(reasons, "请写明不予受理的理由。", "reasons")}
    return take(held, Kind.TURN_DOWN, Said(content, word=ground), by)


@act("不予受理", article=GROUND, roles=OF_CASES)
def confirm_turning_down(*, case: Case, way: str, by: Actor) -> Step:
    """
    Decide as the second officer not to accept an application; way: how the family is told.

    :raises NotYours, NotNow: out of reach; it is their own proposal, or its ground is gone
    """
    held = hold(case, Kind.CONFIRM_TURNING_DOWN, by)
    proposed = Step.objects.get(pk=held.told.last("turn_down").id)  # type: ignore[union-attr]
    second(proposed.recorded_by, by, "")
    _ground_stands(held, proposed.word)
    content = {"reasons": proposed.opened["reasons"], "way": _way(way)}
    said = Said(content, about=proposed.pk, word=proposed.word)
    return take(held, Kind.CONFIRM_TURNING_DOWN, said, by)


@act("回避", article="社会救助暂行办法 第66条", roles=OF_CASES | {Role.VERIFY, Role.COUNTERSIGN})
def stand_back(*, case: Case, officer: str = "", reason: str, by: Actor) -> Step:
    """
    Stand back from a case, as a relative or for another tie 回避; it cannot be taken back.

    From then on the database takes no act of that officer on the case. officer: who stands back,
    where a colleague records it; else who declares it

    :raises NotYours: out of reach
    :raises NotNow: no reason is given
    """
    content = {"reason": written(reason, "请写明与申请家庭的关系或者其他回避的理由。", "reason")}
    held = hold(case, Kind.STAND_BACK, by)
    return take(held, Kind.STAND_BACK, Said(content, officer=officer or by.identifier), by)


def _ground_stands(held: Held, ground: str) -> None:
    if ground not in TURNED_DOWN:
        raise NotNow("请选择不予受理的情形。", "ground")
    if ground != "not_complete":
        return
    asked = held.told.last("supplement")
    if asked is None or asked.last_day is None:
        raise NotNow("材料不齐的,须先一次性告知补正;没有告知的不能以此为由不予受理。", "ground")
    if held.told.after(asked, "supply"):
        raise NotNow("家庭已经补正,不能以材料不齐为由不予受理。", "ground")
    if asked.last_day >= today():
        day = asked.last_day
        raise NotNow(f"家庭可以在{day.year}年{day.month}月{day.day}日以前补正。", "ground")


def _way(way: str) -> str:
    if way not in WAYS:
        raise NotNow("请选择告知的方式。", "way")
    return way


def _opened(case: Case) -> date:
    return min(case.applied_on, case.opened_at.astimezone(SHANGHAI).date())


def missing_of(step: Step) -> list[str]:
    """Return what a family was told is missing."""
    named: list[str] = step.opened["missing"]
    return named


def told_of_refusal(step: Step) -> dict[str, Any]:
    """Return what a notice of non-acceptance says: ground, reasons, day."""
    return {
        "ground": TURNED_DOWN[step.word],
        "reasons": step.opened["reasons"],
        "decided_on": step.first_day,
    }

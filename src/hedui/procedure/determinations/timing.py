"""期限的暂停与延长 (timing): a clock stands still for a reason; who orders extends it, once."""

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.terms import term
from hedui.procedure.determinations.applying import OF_CASES
from hedui.procedure.determinations.standing import WHOLE
from hedui.procedure.determinations.steps import Held, NotNow, Said, hold, take, written
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act

Kind = Step.Kind
GROUND = "社会救助暂行办法 第11条"
PAUSED_FOR = {"appraisal": "委托鉴定、评估", "requery": "向来源再次查询", "other": "其他"}


@act("暂停计时", article=GROUND, roles=OF_CASES | {Role.VERIFY, Role.COUNTERSIGN})
def pause(*, case: Case, reason: str, note: str, by: Actor) -> Step:
    """
    Stop the clock that runs now, and with it that of the whole course, from today on.

    reason: one of `PAUSED_FOR`

    :raises NotYours, NotNow: out of reach; no clock runs, it stands still already, or no reason
    """
    held = hold(case, Kind.PAUSE, by)
    if reason not in PAUSED_FOR:
        raise NotNow("请选择暂停的情形。", "reason")
    if held.told.pauses:
        raise NotNow("这项期限已经暂停。")
    content = {"note": written(note, "请写明暂停的理由。", "note")}
    return take(held, Kind.PAUSE, Said(content, word=reason, clock=_clock(held)), by)


@act("恢复计时", article=GROUND, roles=OF_CASES | {Role.VERIFY, Role.COUNTERSIGN})
def resume(*, case: Case, by: Actor) -> Step:
    """
    Let a clock go on that was stopped by hand; today is the last day that is not counted.

    :raises NotYours, NotNow: out of reach, or no clock was stopped
    """
    held = hold(case, Kind.RESUME, by)
    if not held.told.pauses:
        raise NotNow("没有暂停的期限。")
    stopped = held.told.pauses[0]
    return take(held, Kind.RESUME, Said({"resumed": True}, about=stopped.id), by)


@act("延长期限", article=GROUND, roles={Role.COMMISSION})
def extend(*, case: Case, days: int, reason: str, whole: bool = False, by: Actor) -> Step:
    """
    Extend the clock that runs now, or that of the whole course, once, as far as the place allows.

    :raises NotYours, NotNow: out of reach; no clock runs, it was extended, too far, or no reason
    """
    held = hold(case, Kind.EXTEND, by)
    clock = WHOLE if whole else _clock(held)
    allowed = term(clock, case.division, case.programme)
    if not allowed.further:
        raise NotNow(f"“{allowed.label}”的期限不能延长。", "days")
    if not 1 <= days <= allowed.further:
        raise NotNow(f"“{allowed.label}”至多延长 {allowed.further} 天。", "days")
    before = [s for s in held.told.steps if s.kind == "extend" and s.clock == clock]
    if any(step.about == held.told.commission for step in before):
        raise NotNow(f"“{allowed.label}”已经延长过一次。")
    content = {"reason": written(reason, "请写明延长的理由。", "reason")}
    said = Said(content, clock=clock, days=days, about=held.told.commission)
    return take(held, Kind.EXTEND, said, by)


def _clock(held: Held) -> str:
    clock = held.stand.clock
    if not clock or held.stand.term is None:
        raise NotNow("目前没有正在计算的期限。")
    return clock

"""
另一系统的审核确认 (hearing): what an agency decided in a system of its own, as that system tells.

Where it decides there, nobody proposes or confirms here; the order ends when that is told. What is
told is that system's word, of a family's report here: nothing is weighed or reckoned by it.
"""

from dataclasses import dataclass
from datetime import date

from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.clients import keep_first_answer
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import LASTS, Step
from hedui.procedure.commissions.acts import conclude
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.acts import may_not_yet
from hedui.procedure.determinations.steps import Held, NotNow, Said, done_on, hold, take
from hedui.procedure.objections.queries import open_in
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act
from hedui.procedure.record.moment import SHANGHAI, china_text
from hedui.procedure.reports.models import Report

GROUND = "社会救助暂行办法 第11条、第13条"
OUTCOMES = {"granted": "确认给予", "refused": "不予确认", "stopped": "停发"}
ADVERSE = ("refused", "stopped")
ONCE = "once"  # granted, and no aid lasts, as temporary aid 临时救助 is
WORDS = {LASTS: "确认给予,继续救助", ONCE: "确认给予,一次性救助"} | {
    word: OUTCOMES[word] for word in ADVERSE
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: one of OUTCOMES, on which day, and whether aid goes on from there."""

    outcome: str
    decided_on: date
    aid_lasts: bool

    @property
    def word(self) -> str:
        """Return the word under which it is kept."""
        if self.outcome == "granted":
            return LASTS if self.aid_lasts else ONCE
        return self.outcome


@act("接收审核确认结果", article=GROUND, roles={Role.COMMISSION})
def hear(
    *, client: Client, commission: Commission, decided: Decided, key: str, asked: str, by: Actor
) -> dict[str, str]:
    """
    Take in what another system decided on a commission, and end the order; where aid lasts and is
    stopped later without a further order, the same system tells that too.

    key, asked: as for an order

    :raises NotYours: another agency ordered it
    :raises NotNow: the client was not admitted to decide; something is proposed here; no report is
        issued, an objection is open, or it is adverse before the family's time to object is over;
        it does not fit what was told before, or the day is none on which it can have been
    :raises IntegrityError: the same key came at the same time, and was first
    """
    if not client.decides:
        raise NotNow("这个接入系统没有批准“在该系统内审核确认”,请系统管理员重新提出接入。")
    if commission.agency_id != by.agency:
        raise NotYours
    if open_in(commission):
        raise NotNow("案件目前是“异议复核中”,复核完以后再告知审核确认结果。")
    held = hold(commission.case, Step.Kind.HEAR, by)
    report = _rests_on(held, commission)
    _fits(held, decided)
    if decided.outcome in ADVERSE and (why := may_not_yet(report, decided.decided_on)):
        raise NotNow(why)
    said = Said(
        {"said": WORDS[decided.word]},
        first_day=done_on(decided.decided_on, _since(held, report), "decided_on"),
        about=commission.pk,
        word=decided.word,
    )
    step = take(held, Step.Kind.HEAR, said, by)
    conclude(case=held.case, by=by)
    told = {
        "commission": commission.number,
        "outcome": decided.outcome,
        "received_at": china_text(step.recorded_at),
    }
    keep_first_answer(client=client, key=key, asked=asked, content=told, entry=step.entry_id)
    return told


def _rests_on(held: Held, commission: Commission) -> Report:
    """Return the report in force of an order on which nothing else is decided or ordered."""
    if held.told.commission != commission.pk:
        raise NotNow("本案此后另有委托,请告知最近一项委托的审核确认结果。")
    made = held.told.conclusion
    if made is not None and made.commission == commission.pk:
        raise NotNow("本案已经在这里提出审核意见,不接收另一系统的结果。")
    assert held.told.report is not None
    return Report.objects.get(pk=held.told.report.id)


def _fits(held: Held, decided: Decided) -> None:
    """Refuse what does not follow upon whether aid is paid now."""
    if decided.aid_lasts and decided.outcome in ADVERSE:
        said = "不予确认、停发的,aid_lasts 应为 false;停发以前仍在发放的,请在停止发放以后再告知。"
        raise NotNow(said, "aid_lasts")
    if decided.outcome == "stopped" and not held.case.is_aided:
        raise NotNow("这一家庭没有在领取救助,不能停发。", "outcome")
    if decided.outcome == "refused" and held.case.is_aided:
        raise NotNow("这一家庭正在领取救助,不再给予的请告知停发(stopped)。", "outcome")
    if held.stand.state.name == "receiving" and decided.outcome != "stopped":
        raise NotNow("这项委托已经告知过审核确认结果;此后只接收停发(stopped)。", "outcome")


def _since(held: Held, report: Report) -> date:
    """Return the first day on which it can have been decided."""
    before = held.told.last("hear", about=held.told.commission)
    if before is not None:
        return before.first_day
    assert report.issued_at is not None
    return report.issued_at.astimezone(SHANGHAI).date()


def heard_of(commission: Commission) -> Step | None:
    """Return what was told last of a commission."""
    found: Step | None = (
        commission.case.steps.filter(kind=Step.Kind.HEAR, about=commission.pk).order_by("id").last()
    )
    return found

"""给付与退出 (granting): a decision is delivered, aid begins, is checked, phases out, ends."""

from collections.abc import Sequence
from datetime import date, timedelta

from hedui.policy.after import phase_out as months_of
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.terms import custom
from hedui.procedure.commissions.acts import conclude
from hedui.procedure.determinations.applying import OF_CASES
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.steps import (
    Held,
    NotNow,
    Said,
    done_on,
    hold,
    take,
    written,
)
from hedui.procedure.determinations.told import Conclusion
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act
from hedui.procedure.reports.models import Delivery

Kind = Step.Kind
GROUND = "社会救助暂行办法 第12条、第13条"
WAYS = dict(Delivery.Way.choices)
MOST_MONTHS = 36


@act("送达决定书", article="社会救助暂行办法 第11条、第13条", roles=OF_CASES)
def notify(
    *,
    case: Case,
    way: str,
    delivered_on: date,
    receipt: str,
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Step:
    """
    Record that the family was handed the decision, with its reasons and where to turn.

    way: one of `WAYS`; receipt: who took it and how that is known

    :raises NotYours, NotNow: out of reach; nothing is decided, or on no possible day
    """
    held = hold(case, Kind.NOTIFY, by)
    made, confirmed = _confirmed(held)
    if way not in WAYS:
        raise NotNow("请选择送达方式。", "way")
    said = Said(
        {"receipt": written(receipt, "请写明由谁签收、如何确认。", "receipt")},
        first_day=done_on(delivered_on, confirmed, "delivered_on"),
        about=made.id,
        word=way,
        papers=papers,
    )
    return take(held, Kind.NOTIFY, said, by)


@act("开始发放", article=GROUND, roles={Role.COMMISSION})
def pay(*, case: Case, month: date, situation: str, by: Actor) -> Step:
    """
    Record from which month aid is paid, and when it is checked again.

    month: any day of it; situation: how much changes in the family, one of the place's
        `recheck` classes, which sets the date of the next check

    :raises NotYours, NotNow: out of reach; earlier than decided, no such class, or aid is lowered
        and the decision was not delivered yet
    """
    held = hold(case, Kind.PAY, by)
    made, _ = _confirmed(held)
    first = month.replace(day=1)
    if made.first_month and first < made.first_month:
        raise NotNow("发放不能早于决定的起始月份。", "month")
    if made.outcome == Determination.Outcome.REDUCE and not _delivered(held, made, first):
        raise NotNow("减发的决定书还没有送达,不能按减少的金额发放。")
    months = _months(case, situation)
    said = Said(
        {"situation": situation},
        first_day=first,
        last_day=_later(first, months),
        about=made.id,
        days=months,
    )
    conclude(case=case, by=by)
    return take(held, Kind.PAY, said, by)


@act("定期复核无变化", article="社会救助暂行办法 第13条", roles=OF_CASES)
def recheck(*, case: Case, checked_on: date, note: str, by: Actor) -> Step:
    """
    Record that a periodic check found nothing that changes the aid 定期复核; the next one is set.

    Where something has changed, verification is commissioned anew instead.

    :raises NotYours, NotNow: out of reach; nothing is paid, or on no possible day
    """
    held = hold(case, Kind.RECHECK, by)
    made, _ = _confirmed(held)
    paid = held.told.last("pay", about=made.id)
    assert paid is not None
    said = Said(
        {"note": written(note, "请写明复核的情况。", "note")},
        first_day=done_on(checked_on, min(paid.first_day, checked_on), "checked_on"),
        last_day=_later(checked_on, paid.days),
        about=paid.id,
    )
    return take(held, Kind.RECHECK, said, by)


@act("渐退", article="社会救助暂行办法 第13条", roles={Role.COMMISSION})
def phase_out(*, case: Case, months: int, reason: str, by: Actor) -> Step:
    """
    Let aid go on for some months after a decision to stop it 渐退期, as where somebody found work.

    months: whole months from the first of the month after the decision

    :raises NotYours, NotNow: out of reach; nothing is stopped, no reason, or no such number
    """
    held = hold(case, Kind.PHASE_OUT, by)
    made, confirmed = _confirmed(held)
    if not 1 <= months <= MOST_MONTHS:
        raise NotNow(f"渐退期为 1 至 {MOST_MONTHS} 个月。", "months")
    period = months_of(confirmed, months)
    said = Said(
        {"reason": written(reason, "请写明给予渐退的理由和依据。", "reason")},
        first_day=period.first,
        last_day=period.last,
        about=made.id,
    )
    return take(held, Kind.PHASE_OUT, said, by)


@act("停止发放", article="社会救助暂行办法 第13条", roles={Role.COMMISSION})
def end(*, case: Case, month: date, by: Actor) -> Step:
    """
    Record from which month nothing is paid any more.

    :raises NotYours, NotNow: out of reach; the decision was not delivered before, the phase-out is
        not over, or earlier than decided
    """
    held = hold(case, Kind.END, by)
    made, _ = _confirmed(held)
    first = month.replace(day=1)
    if made.first_month and first < made.first_month:
        raise NotNow("停止发放不能早于决定的月份。", "month")
    if not _delivered(held, made, first):
        raise NotNow("停发决定书还没有送达,送达以前继续发放。")
    leaving = held.told.last("phase_out", about=made.id)
    if leaving and leaving.last_day and first <= leaving.last_day:
        raise NotNow("渐退期内继续发放,期满以后再停止。", "month")
    return take(held, Kind.END, Said({"ended": True}, first_day=first, about=made.id), by)


@act("归档", article="社会救助暂行办法 第61条", roles=OF_CASES)
def archive(*, case: Case, note: str = "", by: Actor) -> Step:
    """
    Close the file of a case that is over 归档; nothing more is done on it but its erasure.

    :raises NotYours, NotNow: out of reach, it is not over, or an objection is open
    """
    held = hold(case, Kind.ARCHIVE, by)
    if held.told.reviewing_since:
        raise NotNow("还有异议没有复核完,复核以后再归档。")
    return take(held, Kind.ARCHIVE, Said({"note": note.strip()}), by)


def _confirmed(held: Held) -> tuple[Conclusion, date]:
    made = held.told.conclusion
    if made is None or made.confirmed_on is None:
        raise NotNow("还没有确认的决定。")
    return made, made.confirmed_on


def _delivered(held: Held, made: Conclusion, by_day: date) -> bool:
    told = held.told.last("notify", about=made.id)
    return told is not None and told.first_day <= by_day


def classes_of(case: Case) -> dict[str, int]:
    """Return the classes of families by which the next check is set, each with its months."""
    classes: dict[str, int] = custom("recheck", case.division, case.programme).value
    return classes


def _months(case: Case, situation: str) -> int:
    classes = classes_of(case)
    if situation not in classes:
        raise NotNow("请选择家庭情况,以确定下次复核的日期。", "situation")
    return classes[situation]


def _later(day: date, months: int) -> date:
    """Return the day before the same day some months later; the last of a shorter month."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last) - timedelta(days=1)

"""委托的办理: commission, close."""

from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.agencies.queries import verification_body_of
from hedui.procedure.cases.acts import NotYours, next_number
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import is_changed_since_declared, visible_to
from hedui.procedure.commissions.budgets import within_budget
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal


class NothingDeclared(Refusal):
    """There is no declaration to verify (先报告后核对)."""


class NotAccepted(Refusal):
    """The application is not accepted: papers are asked for, it was turned down, or is decided."""


class AlreadyCommissioned(Refusal):
    """A commission on this case is under way."""


class AlreadyClosed(Refusal):
    """The commission was closed before."""


@act("委托核对", article="社会救助暂行办法 第58条", roles={Role.INTAKE, Role.COMMISSION})
def commission(*, case: Case, by: Actor, urgency: str = "") -> Commission:
    """
    Order the verification of a case 委托核对 and freeze its declaration.

    urgency: one of `BreakGlass.Reason`, why it cannot wait though the budget of today is spent

    :raises OverBudget: the budget is spent, and no reason is given
    :raises NothingDeclared: the household has not declared, or not what was changed since
    :raises NotAccepted: papers are asked for and it was not accepted since, it was turned down, or
        it is decided and no aid is paid
    :raises AlreadyCommissioned: one is under way
    :raises NotYours: the case is neither of this agency nor of its area
    """
    held = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if held.agency_id != by.agency and not visible_to(by).filter(pk=held.pk).exists():
        raise NotYours
    declaration = held.declarations.select_for_update(no_key=True).order_by("-version").first()
    if declaration is None:
        raise NothingDeclared("申请人还没有申报,不能委托核对(先报告后核对)。")
    if is_changed_since_declared(by, case=held):
        raise NothingDeclared("申报有改动,还没有重新确认,请先核对并确认申报,再委托。")
    _accepted(held)
    if held.commissions.filter(closed_at__isnull=True).exists():
        raise AlreadyCommissioned("这一案件已经委托核对,请等待核对报告。")
    agency, body = _agencies(held, by)
    at = moment()
    within_budget(held, agency, urgency, by, at)
    number = next_number(f"WT-{held.division}-{held.applied_on:%Y}")
    identifier = uuid7()
    entry = note(
        case=held.id,
        commission=str(identifier),
        purpose=held.programme,
        declaration=declaration.digest,
        number=number,
    )
    if declaration.frozen_at is None:
        declaration.frozen_at = at
        declaration.save(update_fields=["frozen_at"])
    return Commission.objects.create(
        id=identifier,
        number=number,
        case=held,
        declaration=declaration,
        purpose=held.programme,
        agency=agency,
        body=body,
        ordered_by=by.identifier,
        commissioned_at=at,
        entry_id=entry,
    )


def _accepted(case: Case) -> None:
    kinds = set(case.steps.values_list("kind", flat=True))
    if kinds & {Step.Kind.CONFIRM_TURNING_DOWN, Step.Kind.ARCHIVE}:
        raise NotAccepted("本案已决定不予受理或者已归档,不能委托核对。")
    if Step.Kind.SUPPLEMENT in kinds and Step.Kind.ACCEPT not in kinds:
        raise NotAccepted("本案已告知补正,请在收到补正材料、准予受理以后再委托核对。")
    if case.commissions.filter(closed_at__isnull=False).exists() and not case.is_aided:
        raise NotAccepted("本案已经办结,也没有在领取救助;需要再次核对的,请家庭重新申请、重新授权。")


def _agencies(case: Case, by: Actor) -> tuple[Agency, Agency]:
    """Return who orders and who verifies."""
    if by.agency is None:
        raise Refusal("请以所在机构的岗位委托核对。")
    body = verification_body_of(case.division)
    if body is None:
        raise Refusal("本地还没有登记核对机构,请系统管理员先登记。")
    return Agency.objects.get(pk=by.agency), body


def conclude(*, case: Case, by: Actor) -> None:
    """Close what is still ordered on a case, where what it was ordered for is decided."""
    for one in case.commissions.filter(closed_at__isnull=True):
        close(commission=one, by=by)


@act("办结委托", article="社会救助暂行办法 第58条", roles={Role.COMMISSION, Role.COUNTERSIGN})
def close(*, commission: Commission, by: Actor) -> Commission:
    """
    End a commission; nothing is asked for it from this moment.

    :raises AlreadyClosed:
    :raises NotYours: neither the ordering agency's, nor the body's, nor within the decider's reach
    """
    held = Commission.objects.select_for_update(no_key=True).get(pk=commission.pk)
    decides = Role.COMMISSION in by.roles and visible_to(by).filter(pk=held.case_id).exists()
    if by.agency not in {held.agency_id, held.body_id} and not decides:
        raise NotYours
    if held.closed_at:
        raise AlreadyClosed("这项委托此前已经办结。")
    note(case=held.case_id, commission=str(held.id))
    held.closed_at = moment()
    held.save(update_fields=["closed_at"])
    return held

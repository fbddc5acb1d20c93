"""What a notice says of a step of the case 取自办理事项, so that nobody writes it otherwise."""

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.written import day
from hedui.procedure.determinations.applying import missing_of, told_of_refusal
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.posted import address_of
from hedui.procedure.determinations.publishing import notice_of
from hedui.procedure.record.moment import today
from hedui.values.money import yuan_text

Kind = Step.Kind


def offered(form: str, case: Case, made: Determination | None) -> dict[str, str]:
    """
    Return what the newest step of its kind, or the determination, says of what a notice asks for.

    :raises Over: it is a public notice, and its days are over

    A notice says what was recorded, and no officer writes it otherwise; what no step says, they do.
    """
    if form == "supplement":
        step = _last(case, Kind.SUPPLEMENT)
        until = day(step.last_day) if step and step.last_day else ""
        return {"缺少的材料": "\n".join(missing_of(step)), "补正期限": until} if step else {}
    if form == "not_accepted":
        step = _last(case, Kind.CONFIRM_TURNING_DOWN)
        if step is None:
            return {}
        told = told_of_refusal(step)
        return {"事实": told["ground"], "理由和依据": told["reasons"]}
    if form == "publication":
        step = _last(case, Kind.PUBLISH)
        return _posted(step) if step else {}
    if form in ("increase", "reduction") and made and made.opened.get("before_fen") is not None:
        return {"原金额": yuan_text(made.opened["before_fen"])}
    return {}


def _posted(step: Step) -> dict[str, str]:
    posted = notice_of(step, today())
    amount = posted.amount_fen
    return {
        "申请人": posted.applicant,
        "人数": str(posted.members),
        "每月金额": "不按月发放" if amount is None else f"{yuan_text(amount)}元",
        "公示起": day(posted.first_day),
        "公示止": day(posted.last_day),
    }


def address_of_form(form: str, case: Case) -> str:
    """Return where anybody reads on the web what a notice posts; "" for all that is not posted."""
    step = _last(case, Kind.PUBLISH) if form == "publication" else None
    return address_of(step) if step else ""


def _last(case: Case, kind: Step.Kind) -> Step | None:
    step: Step | None = case.steps.filter(kind=kind).order_by("id").last()
    if step is not None:
        step.case = case
    return step

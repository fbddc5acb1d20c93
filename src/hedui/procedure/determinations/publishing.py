"""
公示 (publishing): what is intended is posted where neighbours read it, with no more than needed.

The notice holds five things and has no place for more: no number, no address, no illness, nobody
but the applicant by name, and a child not even so. When its days are over it is not given out any
more, by the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hedui import policy
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.terms import term
from hedui.procedure.determinations.applying import OF_CASES
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.steps import NotNow, Said, done_on, hold, take, written
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.values.names import mask_name

Kind = Step.Kind
GROUND = "社会救助暂行办法 第11条"
ADULT = 18


class Over(Refusal):
    """A public notice whose days are over is not given out any more."""

    def __init__(self) -> None:
        super().__init__("公示期已满,公示内容已自动撤下,不再提供。")


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice 公示 as it is posted, and its days; amount_fen: fen a month, None unpaid."""

    applicant: str
    members: int
    programme: str
    amount_fen: int | None
    place: str
    first_day: date
    last_day: date


@act("张贴公示", article=GROUND, roles=OF_CASES)
def publish(*, determination: Determination, place: str, posted_on: date, by: Actor) -> Step:
    """
    Post what is proposed, for as many days as the place asks.

    place: where it is posted, such as the board of a village

    :raises NotYours, NotNow: out of reach; nothing that is published, no place, no possible day
    """
    case = determination.report.commission.case
    held = hold(case, Kind.PUBLISH, by)
    if held.told.conclusion is None or held.told.conclusion.id != determination.pk:
        raise NotNow("请以最新的审核意见公示。")
    day = done_on(posted_on, held.told.conclusion.proposed_on, "posted_on")
    again = held.told.last("publish") is not None
    allowed = term("republish" if again else "publish", case.division, case.programme)
    content = _least(case, determination) | {"place": written(place, "请写明公示地点。", "place")}
    said = Said(content, first_day=day, last_day=allowed.last_day(day), about=determination.pk)
    return take(held, Kind.PUBLISH, said, by)


def _least(case: Case, determination: Determination) -> dict[str, str | int | None]:
    people = list(case.members.filter(replaced=False))
    applicant = next(one for one in people if one.relation == "self")
    name = applicant.opened["name"]
    day, born = today(), applicant.birth_date
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    known = policy.known_programmes().get(case.programme)
    return {
        "applicant": name if age >= ADULT else mask_name(name),
        "members": len(people),
        "programme": known.label if known else case.programme,
        "amount_fen": determination.opened["amount_fen"],
    }


def notice_of(step: Step, on: date) -> Notice:
    """Return a public notice while it is posted. :raises Over: its days are over"""
    assert step.kind == Kind.PUBLISH
    assert step.last_day is not None
    if not step.first_day <= on <= step.last_day:
        raise Over
    return Notice(**step.opened, first_day=step.first_day, last_day=step.last_day)


@act("登记公示异议", article=GROUND, roles=OF_CASES)
def protest(
    *, case: Case, said: str, received_on: date, papers: Sequence[Paper] = (), by: Actor
) -> Step:
    """
    Take in what somebody says against a public notice; nothing is confirmed before it is answered.

    said: in the officer's words, without who said it if they wish so

    :raises NotYours, NotNow: out of reach; nothing is posted, or on no possible day
    """
    held = hold(case, Kind.PROTEST, by)
    posted = held.told.last("publish")
    if posted is None:
        raise NotNow("本案没有公示。")
    terms = Said(
        {"said": written(said, "请写明异议的内容。", "said")},
        first_day=done_on(received_on, posted.first_day, "received_on"),
        about=posted.id,
        papers=papers,
    )
    return take(held, Kind.PROTEST, terms, by)


@act("公示异议不成立", article=GROUND, roles={Role.COMMISSION})
def dismiss(*, case: Case, reasons: str, papers: Sequence[Paper] = (), by: Actor) -> Step:
    """
    Find, after looking into it, that what was said against a notice does not hold.

    :raises NotYours, NotNow: out of reach; nothing is open, no reasons, or nobody looked into it
    """
    return _answered(case, Kind.DISMISS, reasons, papers, by)


@act("公示异议成立", article=GROUND, roles={Role.COMMISSION})
def uphold(*, case: Case, reasons: str, papers: Sequence[Paper] = (), by: Actor) -> Step:
    """
    Find that what was said holds: the proposal is void, and another is made after a new look.

    :raises NotYours, NotNow: out of reach; nothing is open, no reasons, or nobody looked into it
    """
    return _answered(case, Kind.UPHOLD, reasons, papers, by)


def _answered(
    case: Case, kind: Step.Kind, reasons: str, papers: Sequence[Paper], by: Actor
) -> Step:
    held = hold(case, kind, by)
    said = next(
        step
        for step in held.told.steps
        if step.kind == "protest" and not held.told.after(step, "dismiss", "uphold")
    )
    since = [step for step in held.told.steps if step.kind in ("visit", "interview", "review")]
    if not any(step.first_day >= said.first_day for step in since):
        raise NotNow("公示异议须重新调查:请先登记收到异议以后的入户调查、邻里访问或者民主评议。")
    content = {"reasons": written(reasons, "请写明核实的情况和理由。", "reasons")}
    return take(held, kind, Said(content, about=said.id, papers=papers), by)

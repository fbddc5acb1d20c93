"""A case walked along the whole course, so that it comes to stand in every state once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.acts import open_case
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations import (
    applying,
    granting,
    hearing,
    publishing,
    surveying,
    timing,
)
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands
from hedui.procedure.determinations.states import State
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports.acts import issue, submit
from hedui.procedure.reports.drafting import draft
from hedui.procedure.reports.models import Report
from tests import cast

Kind = Step.Kind
YEAR = 400


def state_of(case: Case, on: date | None = None) -> State:
    """Tell where a case stands by its rows as they are, today or on a day."""
    return stands(Case.objects.get(pk=case.pk), on or today()).state


def trials(place: cast.County, case: Case) -> dict[Kind, Callable[[], Any]]:
    """Return each step as somebody would take it lawfully, where the case stands for it."""
    street, (he, lv) = place.intake, cast.deciders(place)
    other = cast.second_officer(place)
    seen = surveying.Seen(today(), other.identifier, "本人", "given", "与申报相符")
    made = Determination.objects.filter(report__commission__case=case).last()
    on = today()
    return {
        Kind.SUPPLEMENT: lambda: applying.supplement(
            case=case, missing=["户口簿", "残疾证"], way="counter", told_on=on, by=street
        ),
        Kind.SUPPLY: lambda: applying.supply(case=case, note="已交", received_on=on, by=street),
        Kind.ACCEPT: lambda: applying.accept(case=case, by=street),
        Kind.TURN_DOWN: lambda: applying.turn_down(
            case=case, ground="not_here", reasons="户籍和居住地都不在本区", by=street
        ),
        Kind.CONFIRM_TURNING_DOWN: lambda: applying.confirm_turning_down(
            case=case, way="counter", by=he
        ),
        Kind.STAND_BACK: lambda: applying.stand_back(case=case, reason="申请人是我姑父", by=lv),
        Kind.VISIT: lambda: surveying.visit(case=case, seen=seen, by=street),
        Kind.INTERVIEW: lambda: surveying.interview(case=case, seen=seen, by=street),
        Kind.REVIEW: lambda: surveying.review(
            case=case, held_on=on, present=9, agreed=8, said="生活困难", by=street
        ),
        Kind.PUBLISH: lambda: publishing.publish(
            determination=made or Determination(report=unreported(case)),
            place="公示栏",
            posted_on=on,
            by=street,
        ),
        Kind.PROTEST: lambda: publishing.protest(
            case=case, said="家里有车", received_on=on, by=street
        ),
        Kind.DISMISS: lambda: publishing.dismiss(case=case, reasons="车已报废", by=he),
        Kind.UPHOLD: lambda: publishing.uphold(case=case, reasons="确有一辆车", by=he),
        Kind.NOTIFY: lambda: granting.notify(
            case=case, way="counter", delivered_on=on, receipt="本人签收", by=street
        ),
        Kind.PAY: lambda: granting.pay(
            case=case, month=on + timedelta(days=62), situation="家庭变化较小", by=he
        ),
        Kind.RECHECK: lambda: granting.recheck(case=case, checked_on=on, note="无变化", by=street),
        Kind.PHASE_OUT: lambda: granting.phase_out(case=case, months=6, reason="就业", by=he),
        Kind.END: lambda: granting.end(case=case, month=on + timedelta(days=YEAR), by=he),
        Kind.HEAR: lambda: hearing.hear(**told(place, case), by=teller(place)[1]),
        Kind.PAUSE: lambda: timing.pause(case=case, reason="appraisal", note="委托鉴定", by=street),
        Kind.RESUME: lambda: timing.resume(case=case, by=street),
        Kind.EXTEND: lambda: timing.extend(case=case, days=1, reason="路远", whole=True, by=he),
        Kind.ARCHIVE: lambda: granting.archive(case=case, by=street),
    }


def teller(place: cast.County) -> tuple[Client, Actor]:
    """Return the system in which the street decides, and as whom it acts."""
    held = Client.objects.filter(decides=True, agency=place.street).first()
    if held is None:
        held, _ = cast.client(place, Role.INTAKE, Role.COMMISSION, decides=True)
    return held, actor_of(Officer.objects.get(pk=held.officer_id))


def told(place: cast.County, case: Case, outcome: str = "", **changes: Any) -> dict[str, Any]:
    """Return what that system tells of the last order: by itself, whether aid is given or ends."""
    decided = hearing.Decided(
        outcome or ("stopped" if case.is_aided else "granted"),
        changes.pop("decided_on", today()),
        changes.pop("aid_lasts", not case.is_aided and outcome in ("", "granted")),
    )
    last = case.commissions.order_by("commissioned_at").last()
    return {
        "client": teller(place)[0],
        "commission": last or Commission(case=case, agency=place.street),
        "decided": decided,
        "key": str(uuid4()),
        "asked": "x",
    } | changes


def unreported(case: Case) -> Report:
    """Return a report that is not there, so that a case without one can be asked to publish."""
    return Report(commission=Commission(case=case))


def turned_down(place: cast.County) -> Iterator[Case]:
    """Walk an application that is not accepted to its archive."""
    case = open_case(programme="dibao", division=cast.DIVISION, applied_on=today(), by=place.intake)
    yield case
    do = trials(place, case)
    asked = do[Kind.SUPPLEMENT]()
    yield case
    cast.long_ago(asked, 60)
    yield case
    do[Kind.SUPPLY]()
    yield case
    do[Kind.TURN_DOWN]()
    yield case
    do[Kind.CONFIRM_TURNING_DOWN]()
    yield case
    do[Kind.ARCHIVE]()
    yield case


def granted(place: cast.County) -> Iterator[Case]:
    """Walk an application that is granted, protested against, paid, and due to be checked."""
    case = cast.authorized(place)
    yield case
    order = cast.commissioned(place, case)
    yield case
    cast.answered(order, cast.MORE_IN_THE_BANK)
    report = draft(commission=order, by=WORKER)
    yield case
    report = submit(report=report, officer=place.officers["liu"], by=place.prepares)
    yield case
    report = issue(report=report, officer=place.officers["zhao"], by=place.countersigns)
    yield case
    cast.delivered(place, report)
    yield case
    objection = cast.objected(place, report)
    yield case
    cast.resolved(place, objection)
    made = cast.proposed_for(place, report)
    yield case
    posted = cast.published(place, made)
    yield case
    trials(place, case)[Kind.PROTEST]()
    yield case
    trials(place, case)[Kind.VISIT]()
    trials(place, case)[Kind.DISMISS]()
    cast.long_ago(posted, 30)
    yield case
    confirm(determination=made, by=cast.deciders(place)[1])
    yield case
    paid = trials(place, case)[Kind.PAY]()
    yield case
    cast.long_ago(paid, 2 * YEAR)
    yield case


def refused(place: cast.County) -> Iterator[Case]:
    """Walk an application that is refused until the family is told."""
    case, held = against(place, "refuse")
    yield case
    confirm(determination=held(), by=cast.deciders(place)[1])
    yield case
    trials(place, case)[Kind.NOTIFY]()
    yield case


def stopped(place: cast.County) -> Iterator[Case]:
    """Walk a case whose aid is stopped, with a phase-out."""
    case, held = against(place, "stop")
    confirm(determination=held(), by=cast.deciders(place)[1])
    yield case
    leaving = trials(place, case)[Kind.PHASE_OUT]()
    yield case
    cast.long_ago(leaving, YEAR)
    trials(place, case)[Kind.NOTIFY]()
    yield case
    trials(place, case)[Kind.END]()
    yield case


def decided_elsewhere(place: cast.County) -> Iterator[Case]:
    """Walk a case that another system decides: granted, and stopped without a further order."""
    report = cast.doubted(place)
    cast.long_issued(report, days=90)
    cast.delivered(place, report, delivered_on=today() - timedelta(days=60))
    case = report.commission.case
    granted_ = told(place, case, decided_on=today() - timedelta(days=9))
    hearing.hear(**granted_, by=teller(place)[1])
    yield case
    trials(place, case)[Kind.HEAR]()
    yield case


def against(place: cast.County, outcome: str) -> tuple[Case, Callable[[], Determination]]:
    """Return a case whose time to object is over, and what proposes something against it."""
    report = cast.doubted(place)
    cast.long_issued(report, days=90)
    cast.delivered(place, report, delivered_on=today() - timedelta(days=60))
    return report.commission.case, lambda: cast.proposed_against(place, report, outcome=outcome)

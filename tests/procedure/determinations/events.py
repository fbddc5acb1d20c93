"""The acts of the course that are no steps, each as somebody would do it lawfully."""

from collections.abc import Callable
from typing import Any

from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.acts import declare
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.acts import confirm, propose
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.acts import add_papers
from hedui.procedure.objections.models import Objection
from hedui.procedure.objections.reverifying import reverify
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.accepting import accept
from hedui.procedure.reports.acts import issue, request, send_back, submit
from hedui.procedure.reports.drafting import draft
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import Ground
from tests import cast

Try = Callable[[], Any]


def events(place: cast.County, case: Case) -> dict[str, Try]:
    """Return each act by its name; done on what is not there it raises `ObjectDoesNotExist`."""
    return {**_before(place, case), **_of_the_report(place, case), **_of_the_family(place, case)}


def report_on(case: Case) -> Report:
    """Return the newest version of the report on a case."""
    return Report.objects.filter(commission__case=case).latest("drafted_at")


def _before(place: cast.County, case: Case) -> dict[str, Try]:
    def first() -> Member:
        return case.members.filter(replaced=False).earliest("position")

    return {
        "cases.declare": lambda: declare(
            case=Case.objects.get(pk=case.pk),
            content=cast.zhang_family(case.applied_on),
            by=place.intake,
        ),
        "authorizations.authorize": lambda: cast.authorize(place, first()),
        "authorizations.revoke": lambda: revoke(
            authorization=Authorization.objects.filter(member__case=case).latest("id"),
            reason="wish",
            by=place.intake,
        ),
        "reports.request": lambda: request(case=Case.objects.get(pk=case.pk), by=place.intake),
    }


def _of_the_report(place: cast.County, case: Case) -> dict[str, Try]:
    return {
        "reports.draft": lambda: _drafted(case),
        "reports.submit": lambda: submit(
            report=report_on(case), officer=place.officers["liu"], by=place.prepares
        ),
        "reports.accept": lambda: accept(
            finding=cast.finding_on(report_on(case), "bank.balance_fen"),
            cause="exempt",
            accepted="30000",
            reason="赔偿协议",
            papers=[Paper("赔偿协议", cast.SCAN)],
            by=place.prepares,
        ),
        "reports.send_back": lambda: send_back(report=report_on(case), by=place.countersigns),
        "reports.issue": lambda: issue(
            report=report_on(case), officer=place.officers["zhao"], by=place.countersigns
        ),
        "reports.deliver": lambda: cast.delivered(place, report_on(case)),
        "determinations.propose": lambda: _proposed(place, report_on(case)),
        "determinations.confirm": lambda: confirm(
            determination=Determination.objects.filter(report__commission__case=case).latest("id"),
            by=cast.deciders(place)[1],
        ),
    }


def _of_the_family(place: cast.County, case: Case) -> dict[str, Try]:
    def objection() -> Objection:
        return Objection.objects.filter(report__commission__case=case).latest("id")

    return {
        "objections.object_to": lambda: cast.objected(place, report_on(case), late_because="住院"),
        "objections.revise": lambda: revise(
            report=report_on(case), ground=Ground.OBJECTION, by=place.prepares
        ),
        "objections.resolve": lambda: cast.resolved(place, objection()),
        "objections.add_papers": lambda: add_papers(
            objection=objection(), papers=[Paper("银行流水", cast.SCAN)], by=place.intake
        ),
        "objections.reverify": lambda: reverify(
            finding=cast.finding_on(report_on(case), "bank.balance_fen"),
            reason="再问一次",
            by=cast.reviewer(place),
        ),
    }


def _drafted(case: Case) -> Report:
    """Draft; to be asked for what is there already is no event."""
    order: Commission = case.commissions.latest("commissioned_at")
    if order.reports.exists():
        raise Refusal("已有报告。")
    cast.answered(order)
    return draft(commission=order, by=WORKER)


def _proposed(place: cast.County, report: Report) -> Determination:
    """Propose what the rules reckon; the home was visited before, where the course lets one."""
    if not report.commission.case.steps.filter(kind="visit").exists():
        cast.visited(place, report.commission.case)
    terms = {"outcome": "grant", "reasons": "符合条件"}
    return propose(report=report, **terms, by=cast.deciders(place)[0])

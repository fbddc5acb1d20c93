"""
经心 (attending): nobody confirms against a family what they have not read. From the ledger alone.

To see is an act (0021): so the ledger tells who opened a report and its papers, and when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from hedui.procedure.authorizations import exhibits
from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.reports.models import Report

READ, OPENED = "reports.consult", "objections.consult_exhibit"


def first_read(report: Report, by: str) -> datetime | None:
    """Return when an officer first opened a report; None where they never did."""
    entries = Entry.objects.filter(act=READ, case=report.commission.case_id, actor=by)
    found = entries.filter(content__contains=str(report.pk)).order_by("index").first()
    return found.at if found else None


def not_attended(held: Determination, by: Actor) -> str:
    """Say what is missing before an officer may confirm against a family; "" where nothing is."""
    read = first_read(held.report, by.identifier)
    if read is None:
        return "请先打开核对报告,逐项看过再确认。"
    if moment() - read < timedelta(seconds=settings.HEDUI_READ_SECONDS):
        return f"您刚打开核对报告,请至少看 {settings.HEDUI_READ_SECONDS} 秒再作不利的确认。"
    opened = Entry.objects.filter(act=OPENED, case=held.report.commission.case_id)
    opened = opened.filter(actor=by.identifier)
    for paper in exhibits.about(held.pk):
        if not opened.filter(content__contains=str(paper.pk)).exists():
            return "请先打开另行核实的每一份材料,再作不利的确认。"
    if len(_confirmed_today(by)) >= settings.HEDUI_ADVERSE_A_DAY:
        return (
            f"每人每天至多作 {settings.HEDUI_ADVERSE_A_DAY} 件不利的确认,请明天再办或者由他人确认。"
        )
    return ""


def _confirmed_today(by: Actor) -> Sequence[Determination]:
    begun = moment().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    made = Determination.objects.filter(confirmed_by=by.identifier, confirmed_at__gte=begun)
    return [one for one in made if one.is_adverse]

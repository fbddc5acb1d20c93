"""
Many reports and notices in one file 批量打印: each opened by its own act, all or none.

The first page lists what is in the file and on which of its pages, so that a pile of paper can be
counted against it; it names nobody.
"""

from collections.abc import Sequence

from hedui.procedure.objections.queries import standing_of
from hedui.procedure.papers.acts import open_notice
from hedui.procedure.papers.models import Notice
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import together
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.documents import (
    Document,
    paper_document,
    pile_document,
    report_document,
    typeset,
    wording,
)
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.queries import confirmation_url

MOST = 50


def printed_together(reports: Sequence[Report], notices: Sequence[Notice], *, by: Actor) -> bytes:
    """
    Return reports and notices as one PDF, in the order given.

    :raises Refusal: none was chosen, or more than one file takes
    """
    wanted = len(reports) + len(notices)
    if not wanted:
        raise Refusal("请至少选择一份。")
    if wanted > MOST:
        raise Refusal(f"一次最多打印 {MOST} 份,您选了 {wanted} 份;请分几次打印。")
    at = moment()
    with together():
        opened = [report_paper(one, by=by) for one in reports]
        opened += [paper_document(open_notice(notice=one, by=by), at=at) for one in notices]
    pile = pile_document(opened, printed_by=by.name, at=at)
    return typeset(pile, *opened, title=f"{pile.title} {pile.number}")


def printed_alone(report: Report, *, by: Actor) -> bytes:
    """Return one report as PDF, as it stands."""
    return typeset(report_paper(report, by=by))


def report_paper(report: Report, *, by: Actor) -> Document:
    """Open a report as it stands, to be printed; who printed it is in the ledger and on it."""
    body = consult(report=report, manner="pdf", by=by)
    stands = standing_of(report)["standing"] if report.status == Report.Status.ISSUED else None
    return report_document(
        body, verify_url=confirmation_url(report), standing=stands, copy=copy_of(by)
    )


def copy_of(by: Actor) -> str:
    """Say whose copy a printed report is, and of which day, as it stands behind every page."""
    return f"{by.name} {wording.long_date(today().isoformat())} 打印"

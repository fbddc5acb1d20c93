"""
News 消息 of commissions, read off the ledger: what happened to those that a reader may see.

The ledger is the outbox. Its indexes are given in the order of commits, so whoever has read up to
one has missed nothing before it; that index is the cursor.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from hedui.procedure.agencies.client_models import Client
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.models import Entry
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.models import Report

# What is news, by the act that makes it.
KINDS = {
    "commissions.commission": "commissioned",
    "inquiries.receive": "answered",
    "authorizations.revoke": "revoked",
    "reports.draft": "drafted",
    "reports.submit": "submitted",
    "reports.send_back": "sent_back",
    "reports.issue": "issued",
    "reports.deliver": "delivered",
    "objections.object_to": "objected",
    "objections.resolve": "resolved",
    "determinations.confirm": "concluded",
    "determinations.hear": "concluded",
    "papers.deliver_notice": "notified",
    "commissions.close": "closed",
    "reports.confirm_erasure": "erased",
}

LABELS = {
    "commissioned": "已委托",
    "answered": "有反馈",
    "revoked": "撤回授权",
    "drafted": "已比对",
    "submitted": "已核定",
    "sent_back": "退回经办",
    "issued": "已签发",
    "delivered": "报告已送达",
    "objected": "有异议",
    "resolved": "异议已复核",
    "concluded": "已审核确认",
    "notified": "文书已送达",
    "closed": "已办结",
    "erased": "资料已销毁",
}


@dataclass(frozen=True, slots=True)
class News:
    """
    One thing that happened.

    id: of its entry; cursor: the index of that; about: the number of a commission
    """

    id: UUID
    cursor: int
    at: datetime
    kind: str
    about: str

    @property
    def label(self) -> str:
        """Say what happened as users read it."""
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Changed:
    """A commission, and the cursor of the last news about it."""

    commission: Commission
    report: Report | None
    cursor: int


def news_for(reader: Actor, *, after: int, most: int) -> list[News]:
    """Return what happened after a cursor, oldest first."""
    theirs = visible_to(reader, erased=True).order_by().values("pk")
    entries = list(
        Entry.objects.filter(index__gt=after, act__in=KINDS, case__in=theirs).order_by("index")[
            :most
        ]
    )
    numbers = dict(
        Commission.objects.filter(case__in={entry.case for entry in entries})
        .order_by("commissioned_at")
        .values_list("case", "number")
    )
    return [
        News(entry.id, entry.index, entry.at, KINDS[entry.act], numbers[entry.case])
        for entry in entries
        if entry.case in numbers
    ]


def latest_for(client: Client, *, most: int) -> list[News]:
    """
    Return what a client is told of, newest first, for who looks after its endpoint.

    No number of a commission is among it: administrators have no part in a case.
    """
    account = client.officer
    with acting_as(f"officer:{account.pk}"):
        theirs = visible_to(actor_of(account), erased=True).order_by().values("pk")
        found = Entry.objects.filter(act__in=KINDS, case__in=theirs).order_by("-index")[:most]
        return [News(one.id, one.index, one.at, KINDS[one.act], "") for one in found]


def changed_after(reader: Actor, *, cursor: int, most: int) -> list[Changed]:
    """Return the commissions about which there is news after a cursor, by the last news of each."""
    last = Entry.objects.filter(case=OuterRef("case"), act__in=KINDS).order_by("-index")
    found = (
        _commissions(reader)
        .annotate(cursor=Subquery(last.values("index")[:1]))
        .filter(cursor__gt=cursor)
        .order_by("cursor", "commissioned_at")
    )
    return [Changed(one, newest_report(one), one.cursor) for one in found[:most]]


def commission_of(reader: Actor, *, number: str) -> Commission:
    """Return one commission. :raises Commission.DoesNotExist: also where it is not theirs"""
    return _commissions(reader).get(number=number)


def newest_report(commission: Commission) -> Report | None:
    """Return the newest version of the report on a commission."""
    return commission.reports.order_by("-version").first()


def _commissions(reader: Actor) -> "QuerySet[Commission]":
    cases = visible_to(reader).order_by().values("pk")
    return Commission.objects.filter(case__in=cases).select_related(
        "case__agency", "declaration", "agency", "body"
    )

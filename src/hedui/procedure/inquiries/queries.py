"""Reads of inquiries."""

from django.db.models import Count, Prefetch

from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry, Reply


def asked_in(commission: Commission) -> list[Inquiry]:
    """Return every inquiry of a commission, its `attempts` counted, with replies and facts."""
    counted = list(
        commission.inquiries.select_related("department", "member")
        .prefetch_related(Prefetch("replies", Reply.objects.prefetch_related("facts")))
        .annotate(counted=Count("tickets"))
        .order_by("member__position", "source")
    )
    inquiries: list[Inquiry] = []
    for inquiry in counted:
        inquiry.attempts = inquiry.counted
        inquiry.commission = commission
        inquiry.member.case = commission.case
        inquiries.append(inquiry)
    return inquiries

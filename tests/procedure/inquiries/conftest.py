"""A commission that stands, and the rows that the gate admits on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid6 import uuid7

from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import Role
from hedui.procedure.record.moment import moment
from hedui.procedure.reports import sources
from tests import cast
from tests.procedure import raw


@pytest.fixture
def commission(county):
    """Return the commission on 张家, about whom nobody has been asked yet."""
    return cast.commissioned(county)


@pytest.fixture
def to_mend(county) -> Callable[[str], list[tuple[str, str, int]]]:
    """Return how to list what an administrator has to mend with the bank, by a word of its kind."""
    guan = replace(county.prepares, roles=frozenset({Role.SYSTEM_ADMIN}))

    def told(word):
        return [
            (department.source, getattr(failing.kind, word), failing.count)
            for department, failing in sources.to_mend(guan)
            if department.source == "bank"  # nobody answers for the others
        ]

    return told


@pytest.fixture
def inquiry(commission) -> Inquiry:
    """Return a question about 张三's account that may be asked, not yet a row."""
    member = commission.case.members.get(key="a")
    return cast.question(commission, member.authorizations.get())


@pytest.fixture
def ticket(inquiry) -> Ticket:
    """Return a ticket for that question, which is a row by now; the ticket is not yet."""
    raw.insert(inquiry)
    return ticket_for(inquiry)


def ticket_for(inquiry: Inquiry) -> Ticket:
    """Write a ticket that is right but for what a test changes."""
    at = moment()
    return Ticket(
        inquiry_id=inquiry.id,
        attempt=1,
        message=inquiry.id,
        minted_at=at,
        expires_at=at + timedelta(seconds=10),
        entry_id=uuid7(),
    )

# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""What is asked by files is in the ledger's proof: it leaves only while all of it stands."""

import pytest

from hedui.ledger import verify
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.commissions.acts import close
from hedui.procedure.inquiries import by_hand, exchange, gathering
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import RequestFile, Ticket
from hedui.procedure.record import checkpoints
from hedui.procedure.record.actor import WORKER
from tests import cast
from tests.procedure.inquiries.test_files import (  # noqa: F401 - its fixtures too
    agreement,
    commission,
    share,
    turn,
)
from tests.procedure.record.test_verifying import by_us, entries_in, first


def verdict():
    return verify.verify(checkpoints.export())


def take_back(commission, county):
    for signed in commission.case.authorizations.filter(revoked_at=None):
        revoke(authorization=signed, reason="本人要求撤回", by=county.intake)


def before(lines, entries, act, other):
    """Return the export in which an entry stands before another, and where that is then."""
    moved = entries.pop(next(n for n, one in enumerate(entries) if one["act"] == act))
    place = first(entries, other)
    entries.insert(place, moved | {"at": entries[place]["at"]})
    return by_us(lines, entries), place + 1


def test_a_file_that_left_counts_and_holds_when_all_of_it_ended_afterwards(
    commission, agreement, share, county
):
    turn(agreement)
    take_back(commission, county)
    close(commission=commission, by=county.countersigns)
    found = verdict()
    assert (found.first_bad, found.reason) == (None, "")
    assert found.inquiries == Ticket.objects.count()
    assert Ticket.objects.filter(message=RequestFile.objects.get().pk).count() == 3


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("authorizations.revoke", "在授权撤回或者监护终止之后发出"),
        ("commissions.close", "在委托办结之后发出"),
    ],
)
@pytest.mark.parametrize("other", ["inquiries.let_leave", "inquiries.gather"])
def test_a_ledger_in_which_it_left_after_the_end_does_not_hold(
    commission, agreement, share, county, act, reason, other
):
    turn(agreement)
    take_back(commission, county)
    close(commission=commission, by=county.countersigns)
    lines = list(checkpoints.export())
    forged, place = before(lines, entries_in(lines), act, other)
    found = verify.verify(forged)
    assert found.first_bad == place
    assert reason in found.reason


def test_a_file_that_was_found_to_have_left_holds_though_all_of_it_ended_meanwhile(
    commission, agreement, share, county, monkeypatch
):
    """Who sent it was killed behind the door; the next turn finds that it is gone."""

    class Killed(BaseException):
        pass

    def let_leave(*, request, go, by):
        go()
        raise Killed

    monkeypatch.setattr(gathering, "let_leave", let_leave)
    with pytest.raises(Killed):
        exchange.exchange(agreement, lambda _: None)
    monkeypatch.undo()
    take_back(commission, county)
    turn(agreement)
    assert RequestFile.objects.get().found_at
    found = verdict()
    assert (found.first_bad, found.reason) == (None, "")
    assert found.inquiries == Ticket.objects.count()


def test_a_file_that_an_officer_took_counts_from_then_on(county, share, settings):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    bank = cast.agreed(Department.objects.get(source="bank"), channel="upload")
    ordered = cast.commissioned(county)
    inquire(commission=ordered, by=WORKER)
    untaken = by_hand.make_file(bank, county.body)
    request = by_hand.make_file(bank, county.body)
    sent = verdict().inquiries
    by_hand.hand_over(request=request, by=county.prepares)
    take_back(ordered, county)
    found = verdict()
    assert (found.first_bad, found.reason) == (None, "")
    assert found.inquiries == sent + request.count
    assert untaken.count == request.count

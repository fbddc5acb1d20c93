# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""Less is asked first, the value only where less does not decide, and never beyond an agreement."""

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.commissions.acts import close
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Reverification
from hedui.procedure.inquiries.reverifying import NotAskedAgain
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.asking import asks_further
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.drafting import draft
from hedui.procedure.reports.heard import heard
from tests import cast
from tests import clerk_by_files as clerk
from tests.procedure import raw
from tests.procedure.inquiries.test_files import share, turn  # noqa: F401 - its fixture too

ORDERED = "reverification: ordered by an officer, of a question that was asked and is over"
BAND, AMOUNT = "bank.balance_band", "bank.balance_fen"


def agreed(*items):
    return cast.agreed(Department.objects.get(source="bank"), items=items)


def commissioned(county):
    return cast.commissioned(county, cast.authorized(county, BAND))


def answer(ordered, rows, *, again=False):
    """Let the bank answer about 张三, and all others hold nothing."""
    envelopes = inquire(commission=ordered, by=WORKER, again=again)
    arrived = []
    for ticket in (t for e in envelopes for t in e.tickets):
        of_zhang = (ticket.inquiry.member.key, ticket.inquiry.source) == ("a", "bank")
        told = {"match": "exact", "as_of": today(), "rows": (rows,)} if of_zhang else {}
        outcome = "FOUND" if of_zhang else "NOT_FOUND"
        arrived.append(Received(ticket, outcome, **{"as_of": today()} | told))
    receive(commission=ordered, received=arrived, by=WORKER)


def asked_of_the_bank(key="a"):
    held = Inquiry.objects.filter(source="bank", member__key=key).order_by("round")
    return [one.items for one in held]


def further(ordered):
    stated = stated_in(ordered.declaration)
    return asks_further(ordered, stated, heard(ordered, stated, moment()))


def test_the_band_is_asked_where_both_are_agreed_on_and_the_value_of_nobody_whom_it_decides(county):
    agreed(BAND, AMOUNT)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "20000-30000"})
    assert not further(ordered)
    assert asked_of_the_bank() == asked_of_the_bank("b") == [[BAND]]
    body = draft(commission=ordered, by=WORKER).opened
    (line,) = (f for f in body["findings"] if f["item"] == BAND and f["member"] == "a")
    assert (line["found"], line["difference"]) == (None, None)
    assert line["found_words"] == "高于2万元、不高于3万元"
    assert (line["declared"], line["status"]) == ("30000.00", "consistent")
    assert body["totals"]["found"]["deposits"] is None
    (left,) = (one for one in body["left_out"] if one["member"] == "a")
    assert left["reason"].startswith("按最少够用的原则")


def test_a_value_is_asked_once_where_the_band_leaves_it_open_and_takes_its_place(county):
    agreed(BAND, AMOUNT)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "100000-200000"})
    assert further(ordered)
    order = Reverification.objects.get()
    assert (order.reason, order.ordered_by) == ("undecided", WORKER.identifier)
    answer(ordered, {"balance_fen": 18_000_000}, again=True)
    assert asked_of_the_bank() == [[BAND], [AMOUNT]]
    assert not further(ordered)
    body = draft(commission=ordered, by=WORKER).opened
    (line,) = (f for f in body["findings"] if f["source"] == "bank" and f["member"] == "a")
    assert (line["item"], line["found"]) == (AMOUNT, "180000.00")


def test_while_the_value_is_awaited_the_band_is_what_is_told(county):
    agreed(BAND, AMOUNT)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "100000-200000"})
    assert further(ordered)
    inquire(commission=ordered, by=WORKER, again=True)
    assert asked_of_the_bank() == [[BAND], [AMOUNT]]
    told = heard(ordered, stated_in(ordered.declaration), moment()).inquiries
    assert [i.items for i in told if (i.member_key, i.source) == ("a", "bank")] == [[BAND]]


def test_no_value_is_ordered_on_a_commission_that_is_closed(county):
    agreed(BAND, AMOUNT)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "100000-200000"})
    close(commission=ordered, by=county.countersigns)
    with pytest.raises(NotAskedAgain, match="已经办结"):
        further(ordered)
    assert not Reverification.objects.exists()


def test_who_agreed_to_the_band_alone_is_never_asked_for_the_value(county):
    agreed(BAND)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "100000-200000"})
    assert not further(ordered)
    assessed = draft(commission=ordered, by=WORKER).opened["assessment"]["found"]
    assert assessed["tests"]["financial_assets"] == "unknown"
    assert assessed["financial_assets"] is None
    assert (assessed["financial_assets_at_least"], assessed["financial_assets_at_most"]) == (
        "100000.01",
        None,  # three sources are not asked here, and may hold more
    )


def test_the_gate_refuses_the_amount_where_the_band_alone_was_agreed(inquiry):
    only = cast.agreed(inquiry.department, items=[BAND])
    with raw.refused("gate: item not in the agreement"):
        raw.insert(inquiry, agreement_id=only.id, items=[AMOUNT])
    with raw.refused("gate: item not authorized"):
        raw.insert(inquiry, agreement_id=only.id, items=[BAND])


@pytest.mark.parametrize("reason", ["objection", "correction", "silence"])
def test_the_machine_orders_for_no_other_reason_than_that_less_did_not_decide(county, reason):
    agreed(BAND, AMOUNT)
    ordered = commissioned(county)
    answer(ordered, {"balance_band": "100000-200000"})
    order = Reverification(
        commission=ordered,
        member=ordered.case.members.get(key="a"),
        source="bank",
        round=1,
        reason=reason,
        ordered_by=WORKER.identifier,
        ordered_at=moment(),
        entry_id=ordered.entry_id,
    )
    with raw.refused(ORDERED):
        raw.insert(order)
    raw.insert(order, reason="undecided")


def test_a_band_is_answered_in_a_file_beside_columns_that_stay_empty(county, share, settings):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    bank = Department.objects.get(source="bank")
    held = cast.agreed(bank, items=[BAND, AMOUNT], channel="folder")
    dispatch(commissioned(county))
    turn(held)
    ((said, rows),) = clerk.requested(share / "requests")
    assert {row["查询项"] for row in rows} == {BAND}
    told = [*clerk.account(rows[0], balance="")[:9], "", "", "", "", "", "高于1万元、不高于2万元"]
    clerk.answer(share / "answers", said, [told], head=[*clerk.HEAD, "存款余额所在区间"])
    turn(held)
    reply = Reply.objects.get(inquiry__source="bank")
    assert (reply.outcome, reply.excess) == ("FOUND", [])
    assert Fact.objects.get().opened == {"balance_band": "10000-20000"}

"""An objection 异议: taken in item by item, on hold at once, resolved by who had no part in it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.exhibits import Paper, about, described
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.objections.acts import (
    NotResolved,
    NotTakenIn,
    add_papers,
    consult_exhibit,
    object_to,
    resolve,
)
from hedui.procedure.objections.models import Contested, Objection, Resolution
from hedui.procedure.objections.queries import (
    held_lines,
    may_resolve,
    standing_of,
    statistics,
    to_review,
)
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports import erasing
from hedui.procedure.reports.delivering import Handed, NotDelivered, deliver, objections_until
from hedui.procedure.reports.models import Delivery
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db
BANK = "bank.balance_fen"


@pytest.fixture
def report(county):
    return cast.doubted(county)


@pytest.fixture
def objection(county, report):
    return cast.objected(county, report)


def dated(changes):
    """Write days, given as so many from today, as they are."""
    return {
        name: today() + timedelta(days=value) if isinstance(value, int) else value
        for name, value in changes.items()
    }


# ------------------------------------------------------------------ delivery


def test_the_time_to_object_begins_with_the_delivery(county, report):
    assert objections_until(report) is None
    delivery = cast.delivered(county, report)
    assert delivery.objections_until >= today() + timedelta(days=30)
    assert objections_until(report) == delivery.objections_until


def test_a_later_delivery_gives_more_time_and_never_less(county, report):
    first = cast.delivered(county, report)
    cast.delivered(county, report)
    assert objections_until(report) == first.objections_until


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"delivered_on": 1}, "delivered_on"),
        ({"delivered_on": -1}, "delivered_on"),
        ({"receipt": "  "}, "receipt"),
    ],
)
def test_what_is_no_delivery_is_refused(county, report, changes, field):
    changes = dated(changes)
    with pytest.raises(NotDelivered) as refusal:
        cast.delivered(county, report, **changes)
    assert refusal.value.field == field
    assert not Delivery.objects.exists()


def test_a_report_that_is_not_issued_is_not_delivered(county):
    with pytest.raises(NotDelivered, match="还没有签发"):
        cast.delivered(county, cast.submitted(county))


def test_only_who_has_the_family_before_them_delivers(county, report):
    member = report.commission.case.members.get(key="a")
    handed = Handed(member, "counter", today(), "x")
    with pytest.raises(NotYours):
        deliver(report=report, handed=handed, by=county.stranger)
    with pytest.raises(NotAllowed):
        deliver(report=report, handed=handed, by=county.prepares)


def test_the_database_takes_no_delivery_that_cannot_have_been(county, report):
    delivery = cast.delivered(county, report)
    row = Delivery(
        report=report,
        member=delivery.member,
        way="counter",
        receipt=b"x",
        delivered_on=today(),
        objections_until=today() + timedelta(days=30),
        recorded_by="officer:1",
        recorded_at=delivery.recorded_at,
        entry=delivery.entry,
    )
    for changes, message in (
        ({"recorded_by": "machine:worker"}, "of an issued report, to a person of its case"),
        ({"delivered_on": today() + timedelta(days=1)}, "not in the future, nor before the report"),
        ({"delivered_on": date(2020, 1, 1)}, "not in the future, nor before the report"),
        (
            {"objections_until": today() + timedelta(days=29)},
            "thirty days to object, unless a local rule says otherwise",
        ),
    ):
        with raw.refused(f"delivery: {message}"):
            raw.insert(row, **changes)
    raw.insert(row, objections_until=today() + timedelta(days=10), ground="某市办法 第九条")


# ------------------------------------------------------------------ taking in


def test_what_is_objected_to_is_on_hold_at_once(county, report, objection):
    position = cast.finding_on(report, BANK).position
    assert held_lines(report) == {position}
    standing = standing_of(report)["standing"]
    assert standing["on_hold"] == [report.opened["findings"][position]["id"]]
    assert standing["digest"] == report.digest
    assert report.opened["status"] == "issued"


def test_it_keeps_what_the_family_says_and_brings(county, objection):
    contested = objection.items.get()
    assert contested.opened == "其中五万元是交通事故赔偿款"
    assert b"\xe8\xb5\x94" not in bytes(contested.grounds)
    (paper,) = about(objection.pk)
    assert described(paper) == "赔偿协议"
    assert consult_exhibit(exhibit=paper, by=county.prepares) == cast.SCAN


def test_the_entry_tells_numbers_and_no_words(county, objection):
    entry = Entry.objects.get(act="objections.object_to")
    assert "赔偿" not in entry.content
    assert objection.number in entry.content


def test_within_time_it_needs_no_reason_and_late_it_does(county, report):
    cast.long_issued(report, days=90)
    last = cast.delivered(
        county, report, delivered_on=today() - timedelta(days=60)
    ).objections_until
    cast.objected(county, report, received_on=last)
    after = {"received_on": last + timedelta(days=1)}
    with pytest.raises(NotTakenIn, match="届满") as refusal:
        cast.objected(county, report, "real_estate.unit_no", late_because=" ", **after)
    assert refusal.value.field == "late_because"
    late = cast.objected(county, report, "real_estate.unit_no", late_because="住院", **after)
    assert late.opened == {"late_because": "住院"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": {}}, "请选择有异议的事项"),
        ({"received_on": 1}, "不晚于今天"),
        ({"received_on": -1}, "签发之日以后"),
    ],
)
def test_what_is_no_objection_is_refused_with_a_word(county, report, changes, said):
    changes = dated(changes)
    with pytest.raises(NotTakenIn, match=said):
        cast.objected(county, report, **changes)
    assert not Objection.objects.exists()


def test_grounds_are_wanted_for_each_item(county, report):
    with pytest.raises(NotTakenIn, match="每一项的异议理由"):
        cast.objected(county, report, items={cast.finding_on(report, BANK): " "})


def test_papers_are_scans_and_said_what_they_are(county, report):
    for paper, said in ((Paper("x", b"no scan"), "PDF"), (Paper(" ", cast.SCAN), "是什么")):
        with pytest.raises(EvidenceNotUsable, match=said):
            cast.objected(county, report, papers=[paper])
    with pytest.raises(EvidenceNotUsable, match="最多"):
        cast.objected(county, report, papers=[Paper("x", cast.SCAN)] * 21)
    assert not Objection.objects.exists()


def test_a_finding_is_contested_once_at_a_time(county, report, objection):
    with pytest.raises(NotTakenIn, match="已有异议在复核"):
        cast.objected(county, report)
    other = cast.objected(county, report, "real_estate.unit_no")
    assert len(held_lines(report)) == 2
    assert other.number != objection.number


def test_a_draft_is_not_objected_to(county):
    with pytest.raises(NotTakenIn, match="还没有签发"):
        cast.objected(county, cast.submitted(county), "bank.balance_fen")


def test_a_stranger_takes_nothing_in_and_who_signed_neither(county, report):
    terms = {
        "report": report,
        "member": report.commission.case.members.get(key="a"),
        "received_on": today(),
        "items": {cast.finding_on(report, BANK): "x"},
    }
    with pytest.raises(NotYours):
        object_to(**terms, by=county.stranger)
    signer = replace(county.intake, identifier=county.countersigns.identifier)
    with pytest.raises(NotTakenIn, match="由其他人员受理"):
        object_to(**terms, by=signer)


def test_further_papers_may_follow_until_it_is_resolved(county, objection):
    add_papers(objection=objection, papers=[Paper("银行流水", cast.SCAN)], by=county.intake)
    assert [described(one) for one in about(objection.pk)] == ["赔偿协议", "银行流水"]
    with pytest.raises(NotTakenIn, match="请上传"):
        add_papers(objection=objection, papers=[], by=county.intake)
    cast.resolved(county, objection)
    with pytest.raises(NotTakenIn, match="已经复核完毕"):
        add_papers(objection=objection, papers=[Paper("x", cast.SCAN)], by=county.intake)


def test_the_database_takes_no_objection_to_a_draft_or_from_who_signed(county, report, objection):
    row = Objection(
        report=report,
        member=objection.member,
        number="YY-0",
        content=b"x",
        received_on=today(),
        resolve_by=today(),
        taken_in_by="officer:0",
        taken_in_at=objection.taken_in_at,
        entry=objection.entry,
    )
    stranger = cast.declared(county).members.first()
    for changes, message in (
        ({"member_id": stranger.pk}, "of an issued report, by a person of its case"),
        (
            {"taken_in_by": county.prepares.identifier},
            "taken in by an officer who neither prepared nor signed the report",
        ),
        (
            {"taken_in_by": county.countersigns.identifier},
            "taken in by an officer who neither prepared nor signed the report",
        ),
        (
            {"taken_in_by": "machine:worker"},
            "taken in by an officer who neither prepared nor signed the report",
        ),
        (
            {"received_on": today() + timedelta(days=1)},
            "not received in the future, nor before the report",
        ),
        ({"received_on": date(2020, 1, 1)}, "not received in the future, nor before the report"),
    ):
        with raw.refused(f"objection: {message}"):
            raw.insert(row, **changes)
    raw.insert(row)


def test_the_database_contests_only_what_stands_in_the_report_and_is_not_contested(
    county, report, objection
):
    contested = objection.items.get()
    elsewhere = cast.drafted(county, case=cast.authorized(county)).findings.first()
    free = cast.finding_on(report, "real_estate.unit_no")
    row = Contested(objection=objection, finding=free, grounds=b"x")
    for finding in (contested.finding, elsewhere):
        with raw.refused("contested: a finding of this report, not contested already"):
            raw.insert(row, finding_id=finding.pk)
    raw.insert(row)


# ------------------------------------------------------------------ resolving


def test_who_had_no_part_in_it_resolves_and_the_hold_ends(county, report, objection):
    made = cast.resolved(county, objection)
    assert (made.outcome, made.cause) == ("upheld", "exempt")
    assert made.opened == {"reasons": "赔偿协议和入账记录相符", "accepted": "30000.00"}
    assert held_lines(report) == set()


@pytest.mark.parametrize("who", ["prepares", "countersigns"])
def test_who_prepared_or_signed_does_not_resolve(county, objection, who):
    by = getattr(county, who)
    for exhibit in about(objection.pk):
        consult_exhibit(exhibit=exhibit, by=by)
    assert not may_resolve(by, objection=objection)
    with pytest.raises(NotResolved, match="由其他人员办理"):
        resolve(contested=objection.items.get(), outcome="not_upheld", reasons="x", by=by)


def test_who_took_it_in_does_not_resolve(county, objection):
    by = replace(cast.reviewer(county), identifier=objection.taken_in_by)
    with pytest.raises(NotResolved, match="由其他人员办理"):
        resolve(contested=objection.items.get(), outcome="not_upheld", reasons="x", by=by)


def test_nobody_resolves_who_has_not_opened_the_papers(county, objection):
    by = cast.reviewer(county)
    assert may_resolve(by, objection=objection)
    with pytest.raises(NotResolved, match="先打开"):
        resolve(contested=objection.items.get(), outcome="not_upheld", reasons="x", by=by)
    (paper,) = about(objection.pk)
    consult_exhibit(exhibit=paper, by=county.prepares)
    with pytest.raises(NotResolved, match="先打开"):
        resolve(contested=objection.items.get(), outcome="not_upheld", reasons="x", by=by)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reasons": ""}, "复核的理由"),
        ({"cause": ""}, "差异原因"),
        ({"accepted": ""}, "金额"),
        ({"accepted": "1.234"}, "小数"),
    ],
)
def test_a_result_has_reasons_and_where_upheld_a_cause_and_an_amount(
    county, objection, changes, said
):
    from hedui.procedure.record.outcome import Refusal

    with pytest.raises(Refusal, match=said):
        cast.resolved(county, objection, **changes)
    assert not Resolution.objects.exists()


@pytest.mark.parametrize("outcome", ["not_upheld", "withdrawn"])
def test_what_is_not_upheld_accepts_nothing(county, report, objection, outcome):
    made = cast.resolved(county, objection, outcome=outcome)
    assert (made.cause, made.opened["accepted"]) == ("", None)
    assert held_lines(report) == set()


def test_an_item_is_resolved_once_and_may_be_contested_again(county, report, objection):
    cast.resolved(county, objection, outcome="not_upheld")
    with pytest.raises(NotResolved, match="已经复核"):
        cast.resolved(county, objection)
    cast.objected(county, report)
    assert held_lines(report)


def test_the_database_lets_nobody_resolve_who_had_a_part_in_it(county, report, objection):
    contested = objection.items.get()
    other = cast.reviewer(county).identifier
    row = Resolution(
        contested=contested,
        outcome="not_upheld",
        content=b"x",
        resolved_by=other,
        resolved_at=objection.taken_in_at,
        entry=objection.entry,
    )
    for who in (
        county.prepares.identifier,
        county.countersigns.identifier,
        objection.taken_in_by,
        "machine:worker",
    ):
        with raw.refused(
            "resolution: by an officer who neither prepared nor signed the report"
            " nor took the objection in"
        ):
            raw.insert(row, resolved_by=who)
    for changes in (
        {"outcome": "ignored"},
        {"outcome": "upheld"},
        {"outcome": "upheld", "cause": "undeclared"},
        {"outcome": "partly", "cause": "whatever"},
        {"cause": "exempt"},
        {"content": b""},
    ):
        with raw.refused(
            "resolution: one of four outcomes, with reasons, and with a cause where it is upheld"
        ):
            raw.insert(row, **changes)
    raw.insert(row)


def test_nothing_is_erased_while_an_objection_is_open(county, objection, monkeypatch):
    from hedui.procedure.cases.models import Erasure

    case = objection.report.commission.case
    raw.drop_triggers("cases_erasure_after_retention")
    row = Erasure(
        case=case, proposed_by="officer:1", proposed_at=objection.taken_in_at, entry=case.entry
    )
    with raw.refused("erasure: an objection is open"):
        raw.insert(row)
    long_ago = moment() - timedelta(days=1)
    monkeypatch.setattr(erasing, "kept_until", lambda _: long_ago)
    with pytest.raises(erasing.NotErased, match="异议没有复核完"):
        erasing.propose_erasure(case=case, by=county.intake)
    cast.resolved(county, objection)
    raw.insert(row)


# ------------------------------------------------------------------ what is due, and statistics


def test_open_objections_are_due_and_said_whose(county, report, objection):
    (due,) = to_review(cast.reviewer(county))
    assert (due.number, due.is_mine, due.state) == (objection.number, True, "in_time")
    assert due.resolve_by == objection.resolve_by
    assert [one.is_mine for one in to_review(county.prepares)] == [False]
    assert to_review(county.stranger) == []
    cast.resolved(county, objection)
    assert to_review(cast.reviewer(county)) == []


def test_statistics_count_what_was_overturned_by_source_item_and_place(county, report, objection):
    (line,) = statistics(county.prepares)
    assert (line.contested, line.open, line.upheld, line.rate) == (1, 1, 0, "")
    cast.resolved(county, objection)
    cast.objected(county, report)
    cast.resolved(county, Objection.objects.order_by("-id").first(), outcome="not_upheld")
    (line,) = statistics(county.prepares)
    assert (line.source, line.item) == ("银行存款", "账户余额")
    assert (line.contested, line.open, line.upheld, line.not_upheld) == (2, 0, 1, 1)
    assert line.rate == "50%"
    assert statistics(county.stranger) == []

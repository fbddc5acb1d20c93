"""盲审: drawn by the ledger, reviewed by who knows nothing, and counted both ways."""

from datetime import date, timedelta
from typing import Any

import pytest

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.determinations.acts import NotDetermined, confirm
from hedui.procedure.determinations.models import Determination
from hedui.procedure.oversight import drawing, queries, reviewing
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.oversight.reviewing import NotReviewed
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.acts import consult
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(county) -> Determination:
    """Return a grant that was confirmed last month."""
    return concluded_last_month(county, cast.issued(county), "grant")


def last_month() -> date:
    """Return the first day of last month."""
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


def concluded_last_month(county, report, outcome) -> Determination:
    """Conclude on a report, and let it have been last month, as nobody could without the guards."""
    if outcome == "grant":
        held = cast.proposed_for(county, report)
        cast.published(county, held, days_ago=30)
    else:
        cast.long_issued(report, days=90)
        cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
        held = cast.proposed_against(county, report)
    confirm(determination=held, by=cast.deciders(county)[1])
    raw.drop_triggers("determinations_determination_is_confirmed_by_another")
    raw.update(held, confirmed_at=moment() - timedelta(days=today().day + 3))
    raw.install("determinations")
    held.refresh_from_db()
    return held


def reviewed(county, held, outcome="meets", **changes: Any) -> SecondReview:
    by = changes.pop("by", None) or cast.newcomer(county)
    reviewing.look(determination=held, by=by)
    terms = {"outcome": outcome, "reasons": "按材料判断"} | changes
    return reviewing.review(determination=held, **terms, by=by)


# ------------------------------------------------------------------ drawn by the ledger


def test_whoever_holds_the_ledger_draws_the_same_sample(county, granted):
    against = concluded_last_month(county, cast.doubted(county), "refuse")
    seed = drawing.seed_of(last_month())
    assert seed is not None
    assert not Entry.objects.filter(index__lt=seed.index, at__gte=seed.at).exists()
    sample = drawing.drawn(last_month(), cast.DIVISION)
    assert {one.determination for one in sample} == {granted.pk, against.pk}
    assert [one.number for one in sample] == [1, 2]
    assert drawing.drawn(last_month(), cast.DIVISION) == sample
    assert drawing.drawn(last_month(), "310104") == []


def test_of_each_direction_as_many_are_drawn_as_is_set_and_none_of_a_month_that_runs(
    county, granted, settings
):
    concluded_last_month(county, cast.issued(county), "grant")
    settings.HEDUI_SECOND_REVIEWS = 1
    assert len(drawing.drawn(last_month(), cast.DIVISION)) == 1
    assert drawing.drawn(today().replace(day=1), cast.DIVISION) == []


def test_what_was_not_drawn_is_not_reviewed(county, granted, settings):
    settings.HEDUI_SECOND_REVIEWS = 0
    with pytest.raises(NotReviewed, match="没有被抽中"):
        reviewed(county, granted)


# ------------------------------------------------------------------ blind


def test_the_second_officer_sees_neither_name_nor_number_nor_outcome(county, granted):
    blind = reviewing.look(determination=granted, by=cast.newcomer(county))
    shown = str(blind)
    report = granted.report.opened
    secrets = [member["name"] for member in report["members"]]
    secrets += [report["number"], report["code"], report["commission"]["number"], "确认给予"]
    assert not [one for one in secrets if one in shown]
    assert blind.surveys


def test_who_did_or_saw_anything_of_the_case_does_not_review_it(county, granted):
    first, second = cast.deciders(county)
    for knows in (first, second):
        with pytest.raises(NotReviewed, match="不能盲审"):
            reviewed(county, granted, by=knows)
    curious = cast.newcomer(county)
    assert [one.determination for one in reviewing.to_review(curious)] == [granted.pk]
    consult(report=granted.report, manner="page", by=curious)
    with pytest.raises(NotReviewed, match="不能盲审"):
        reviewed(county, granted, by=curious)
    assert reviewing.to_review(curious) == []
    with pytest.raises(NotAllowed):
        reviewed(county, granted, by=county.prepares)


def test_the_database_takes_no_second_review_but_a_blind_one(county, granted):
    made = reviewed(county, granted)
    raw.drop_triggers("oversight_secondreview_is_never_deleted")
    row = SecondReview.objects.get(pk=made.pk)
    row.delete()
    said = "second_review: who did or saw anything of the case before does not review it"
    for knows in cast.deciders(county):
        with raw.refused(said):
            raw.insert(row, reviewed_by=knows.identifier)
    said = (
        "second_review: by an officer with a post for it, with reasons,"
        " of what was confirmed in a month that is over"
    )
    wrong: tuple[dict[str, Any], ...] = (
        {"reviewed_by": "machine:worker"},
        {"reviewed_by": county.stranger.identifier},
        {"content": b""},
        {"outcome": "guilty"},
    )
    for changes in wrong:
        with raw.refused(said):
            raw.insert(row, **changes)
    raw.drop_triggers("determinations_determination_is_confirmed_by_another")
    raw.update(granted, confirmed_at=moment())
    with raw.refused(said):
        raw.insert(row)


def test_reasons_and_every_paper_of_the_family_come_first(county):
    report = cast.doubted(county)
    cast.resolved(county, cast.objected(county, report), outcome="not_upheld")
    held = concluded_last_month(county, report, "refuse")
    by = cast.newcomer(county)
    with pytest.raises(NotReviewed, match="理由"):
        reviewed(county, held, reasons=" ", by=by)
    with pytest.raises(NotReviewed, match="每一份材料"):
        reviewed(county, held, by=by)
    (paper,) = reviewing.look(determination=held, by=by).papers
    reviewing.open_paper(determination=held, exhibit=paper[0], by=by)
    assert reviewed(county, held, by=by).disagrees
    with pytest.raises(NotReviewed, match="已经盲审"):
        reviewing.look(determination=held, by=cast.newcomer(county, "lan"))


# ------------------------------------------------------------------ counted both ways


def test_both_ways_of_being_wrong_are_counted_with_their_bounds(county, granted):
    against = concluded_last_month(county, cast.doubted(county), "refuse")
    reader = cast.newcomer(county, "lan")
    nobody = queries.rates(reader)
    assert [(one.drawn, one.reviewed, one.between) for one in nobody] == [(1, 0, "")] * 2
    reviewed(county, granted, "does_not")
    reviewed(county, against, "open")
    refused, given = queries.rates(reader)
    assert (given.label, given.wrong, given.reviewed) == ("不该给的给了", 1, 1)
    assert given.between == "20.6% 至 100%"
    assert (refused.wrong, refused.open, refused.between) == (0, 1, "")
    ((_, number, review),) = queries.disagreeing(reader)
    assert (number, review.determination) == (granted.report.number, granted)


def test_an_officer_of_another_place_counts_nothing(county, granted):
    assert [one.drawn for one in queries.rates(county.intake)] == [0, 0]
    with pytest.raises(NotYours):
        reviewing.drawn_one(county.stranger, determination=granted.pk)


# ------------------------------------------------------------------ read before signing


@pytest.fixture
def proposed(county) -> Determination:
    """Return what is proposed against 张家, all waited for, and read by the second officer."""
    report = cast.doubted(county)
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    return cast.proposed_against(county, report)


def test_nobody_confirms_against_a_family_what_they_have_not_read(county, proposed, settings):
    by = cast.newcomer(county)
    for says in ("打开核对报告", "每一份材料"):
        with pytest.raises(NotDetermined, match=says):
            confirm(determination=proposed, by=by)
        consult(report=proposed.report, manner="page", by=by)
    settings.HEDUI_READ_SECONDS = 120
    with pytest.raises(NotDetermined, match="至少看 120 秒"):
        confirm(determination=proposed, by=by)
    settings.HEDUI_READ_SECONDS, settings.HEDUI_ADVERSE_A_DAY = 0, 0
    cast.attended(county, proposed, by)
    with pytest.raises(NotDetermined, match="每人每天"):
        confirm(determination=proposed, by=by)


def test_the_database_confirms_nothing_adverse_by_who_has_not_opened_the_report(county, proposed):
    by = cast.newcomer(county)
    changes = {"confirmed_by": by.identifier, "confirmed_at": moment()}
    with raw.refused("determination: an adverse one is confirmed by who opened the report"):
        raw.update(proposed, **changes)
    cast.attended(county, proposed, by)
    raw.update(proposed, **changes)


def test_how_is_signed_is_a_hint_to_who_leads(county, settings):
    settings.HEDUI_READ_SECONDS = 120
    report = cast.issued(county)
    consult(report=report, manner="page", by=county.countersigns)
    (zhao,) = queries.attention(county.countersigns)
    assert (zhao.officer, zhao.signed, zhao.unread, zhao.seconds) == ("赵", 1, 1, None)
    assert zhao.hints == ["1 件没有打开报告"]

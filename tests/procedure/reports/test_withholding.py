"""暂不展示: two officers, a reason and an end, or the person sees it; and afterwards always."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import gathering
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports import withholding as acts
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.own import deeds_about, proofs_about
from hedui.procedure.reports.withholding import NotWithheld
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(county):
    report = cast.drafted(county, case=cast.papered(county))
    return report.commission.case.members.get(key="a")


@pytest.fixture
def secret(member) -> int:
    """Return the index of the entry by which 张三 was asked about."""
    return next(d.index for d in deeds_about(member) if d.label == "发出查询")


def proposed(county, member, *entries, by=None, **changes):
    terms = {
        "reason": "investigation",
        "basis": "pipl_35",
        "document": "示公协〔2026〕1号",
        "last_day": today() + timedelta(days=30),
    } | changes
    by = by or county.prepares
    return acts.propose_withholding(member=member, entries=entries, **terms, by=by)


def confirmed(county, member, *entries, **changes):
    held = proposed(county, member, *entries, **changes)
    return acts.confirm_withholding(withholding=held, by=county.countersigns)


def shown(member) -> set[int]:
    return {deed.index for deed in deeds_about(member)}


def at(monkeypatch, later: timedelta):
    monkeypatch.setattr(acts, "moment", lambda: moment() + later)


def test_one_person_hides_nothing_but_the_proposal_itself(county, member, secret):
    before = shown(member)
    proposed(county, member, secret)
    assert shown(member) == before


def test_two_persons_hide_what_they_stated_and_that_they_did(county, member, secret):
    before = shown(member)
    confirmed(county, member, secret)
    assert shown(member) == before - {secret}
    assert secret not in {one["index"] for one in proofs_about(member)["entries"]}
    other = member.case.members.get(key="b")
    assert secret in shown(other)


def test_what_is_held_back_of_the_asking_is_not_shown_by_its_way(county, settings):
    """Neither that it was sent again, nor that it left in a file; both come back with it."""
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    agreement = cast.agreed(Department.objects.get(source="bank"), channel="upload")
    ordered = cast.commissioned(county, case=cast.papered(county))
    member = ordered.case.members.get(key="a")
    inquire(commission=ordered, by=WORKER)
    (asking,) = [d.index for d in deeds_about(member) if d.label == "发出查询"]
    inquire(commission=ordered, by=WORKER)
    gathering.gather(agreement=agreement, body=county.body, by=WORKER)
    labels = [d.label for d in deeds_about(member)]
    assert (labels.count("发出查询"), labels.count("归集批量请求")) == (2, 1)
    confirmed(county, member, asking)
    assert {"发出查询", "归集批量请求"}.isdisjoint(d.label for d in deeds_about(member))
    other = ordered.case.members.get(key="b")
    assert [d.label for d in deeds_about(other)].count("发出查询") == 2


def test_when_the_time_is_over_all_is_shown_and_that_it_was_held_back(
    county, member, secret, monkeypatch
):
    held = confirmed(county, member, secret)
    at(monkeypatch, timedelta(days=31))
    labels = [deed.label for deed in deeds_about(member)]
    assert secret in shown(member)
    assert {"提出暂不展示", "确认暂不展示"} <= set(labels)
    told = next(d.told for d in deeds_about(member) if d.label == "提出暂不展示")
    assert f"台账第 {secret} 条" in told[0]
    assert acts.held_back_from(member).disclosed == (held,)
    browser = Client()
    numbers = {"number": member.authorizations.get().sheet_id, "id_number": cast.ZHANG_SAN}
    text = browser.post("/mine/", numbers, follow=True).content.decode()
    assert "曾经暂不展示、现已恢复展示的记录" in text
    assert "示公协〔2026〕1号" in text


def test_a_proposal_that_nobody_confirmed_is_shown_after_three_days(
    county, member, secret, monkeypatch
):
    held = proposed(county, member, secret)
    at(monkeypatch, acts.TO_CONFIRM + timedelta(minutes=1))
    assert "提出暂不展示" in {deed.label for deed in deeds_about(member)}
    with pytest.raises(NotWithheld, match="失效"):
        acts.confirm_withholding(withholding=held, by=county.countersigns)


@pytest.mark.parametrize("days", [-1, 90, 200])
def test_it_has_an_end_and_not_a_far_one(county, member, secret, days):
    with pytest.raises(NotWithheld, match="不超过 90 天"):
        proposed(county, member, secret, last_day=today() + timedelta(days=days))
    with pytest.raises(NotWithheld, match="文号"):
        proposed(county, member, secret, document=" ")
    with pytest.raises(NotWithheld, match="请选择"):
        proposed(county, member)


def test_the_setting_says_how_long(county, member, secret, settings):
    settings.HEDUI_WITHHOLD_DAYS = 5
    with pytest.raises(NotWithheld, match="不超过 5 天"):
        proposed(county, member, secret)


def test_nobody_is_both_persons_and_only_the_right_posts_are_either(county, member, secret):
    both = replace(county.prepares, roles=frozenset({Role.VERIFY, Role.COUNTERSIGN}))
    held = proposed(county, member, secret, by=both)
    with pytest.raises(NotWithheld, match="不能自己确认"):
        acts.confirm_withholding(withholding=held, by=both)
    with pytest.raises(NotAllowed):
        acts.confirm_withholding(withholding=held, by=county.intake)
    with pytest.raises(NotAllowed):
        proposed(county, member, secret, by=county.countersigns)


def test_confirmed_once(county, member, secret):
    held = confirmed(county, member, secret)
    with pytest.raises(NotWithheld, match="已经确认过"):
        acts.confirm_withholding(withholding=held, by=county.countersigns)


def a_row(member, index, **changes):
    now = moment()
    terms = {
        "member": member,
        "entries": [index],
        "reason": "violence",
        "basis": "pipl_35",
        "document": "1",
        "until": now + timedelta(days=1),
        "proposed_by": "officer:1",
        "proposed_at": now,
        "entry_id": Entry.objects.get(index=index).pk,
    }
    return Withholding(**terms | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until": timedelta(days=181)}, "withholding: it ends, after 180 days at most"),
        ({"until": timedelta(0)}, "withholding: it ends, after 180 days at most"),
        ({"confirmed_by": "officer:2"}, "withholding: it begins now, unconfirmed"),
        ({"confirmed_at": timedelta(0)}, "withholding: it begins now, unconfirmed"),
        ({"proposed_by": "machine:worker"}, "withholding: it begins now, unconfirmed"),
        ({"entries": []}, "withholding: it states entries about the case, and why"),
        ({"entries": [0]}, "withholding: it states entries about the case, and why"),
        ({"reason": ""}, "withholding: it states entries about the case, and why"),
        ({"document": ""}, "withholding: it states entries about the case, and why"),
    ],
)
def test_the_database_refuses_what_the_act_would(member, secret, changes, message):
    now = moment()
    wrong = {k: now + v if isinstance(v, timedelta) else v for k, v in changes.items()}
    with raw.refused(message):
        raw.insert(a_row(member, secret, **wrong))


def test_the_database_refuses_no_end(member, secret):
    with pytest.raises(Exception, match=r"(?i)null|it ends"):
        raw.insert(a_row(member, secret, until=None))


@pytest.mark.parametrize("by", ["officer:1", "", "machine:worker"])
def test_the_database_refuses_a_confirmation_by_the_same_or_by_nobody(member, secret, by):
    row = a_row(member, secret)
    raw.insert(row)
    with raw.refused("withholding: never changed, only confirmed once, by another"):
        raw.update(row, confirmed_by=by, confirmed_at=moment())
    assert raw.update(row, confirmed_by="officer:2", confirmed_at=moment()) == 1


def test_it_is_not_renewed_for_ever(county, member, secret, monkeypatch, settings):
    settings.HEDUI_WITHHOLD_DAYS = 180
    confirmed(county, member, secret, last_day=today() + timedelta(days=178))
    at(monkeypatch, timedelta(days=100))
    with pytest.raises(NotWithheld, match="合计不超过 180 天"):
        proposed(county, member, secret, last_day=today() + timedelta(days=200))
    time.sleep(0.02)
    row = a_row(member, secret, until=moment() + timedelta(days=180, milliseconds=-5))
    with raw.refused("withholding: not renewed beyond 180 days in all"):
        raw.insert(row)


def ended(county, held):
    acts.propose_end(withholding=held, by=county.prepares)
    return acts.confirm_end(withholding=held, by=county.countersigns)


def test_two_end_it_before_its_day_and_the_person_is_told_then(county, member, secret):
    before = shown(member)
    held = confirmed(county, member, secret)
    acts.propose_end(withholding=held, by=county.prepares)
    assert shown(member) == before - {secret}  # one person gives nothing away
    acts.confirm_end(withholding=held, by=county.countersigns)
    labels = [deed.label for deed in deeds_about(member)]
    assert secret in shown(member)
    assert {"提出暂不展示", "确认暂不展示", "提出恢复展示", "确认恢复展示"} <= set(labels)
    assert acts.held_back_from(member).disclosed == (held,)
    held.refresh_from_db()
    assert held.over_at == held.ended_at < held.until


def test_who_proposed_the_end_does_not_confirm_it_and_nothing_ends_twice(county, member, secret):
    held = proposed(county, member, secret)
    with pytest.raises(NotWithheld, match="没有生效"):
        acts.propose_end(withholding=held, by=county.prepares)
    acts.confirm_withholding(withholding=held, by=county.countersigns)
    with pytest.raises(NotWithheld, match="还没有人提出"):
        acts.confirm_end(withholding=held, by=county.countersigns)
    with pytest.raises(NotAllowed):
        acts.propose_end(withholding=held, by=county.countersigns)
    both = replace(county.prepares, roles=frozenset({Role.VERIFY, Role.COUNTERSIGN}))
    acts.propose_end(withholding=held, by=both)
    with pytest.raises(NotWithheld, match="已经提出过"):
        acts.propose_end(withholding=held, by=county.prepares)
    with pytest.raises(NotWithheld, match="不能自己确认"):
        acts.confirm_end(withholding=held, by=both)
    acts.confirm_end(withholding=held, by=county.countersigns)
    with pytest.raises(NotWithheld, match="已经恢复"):
        acts.propose_end(withholding=held, by=county.prepares)


def test_what_was_ended_may_be_held_back_again_within_the_time_in_all(county, member, secret):
    ended(county, confirmed(county, member, secret))
    confirmed(county, member, secret)
    assert secret not in shown(member)


ENDS = "withholding: once confirmed it is only ended before its day, by two"


def in_force(member, secret, **changes):
    row = a_row(member, secret, **changes)
    raw.insert(row)
    raw.update(row, confirmed_by="officer:2", confirmed_at=moment())
    return row


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_proposed_by": "machine:worker", "end_proposed_at": True},
        {"end_proposed_by": "officer:1"},
        {"ended_by": "officer:2", "ended_at": True},
        {"end_proposed_by": "officer:1", "end_proposed_at": True, "ended_by": "officer:2"},
        {"end_proposed_by": "officer:1", "end_proposed_at": True, "confirmed_by": "officer:9"},
        {"confirmed_at": None},
        {"confirmed_by": "officer:9", "confirmed_at": True},
    ],
)
def test_the_database_refuses_an_end_by_one_or_without_a_proposal(member, secret, wrong):
    row = in_force(member, secret)
    now = moment() + timedelta(minutes=5)
    with raw.refused(ENDS):
        raw.update(row, **{name: now if value is True else value for name, value in wrong.items()})


def test_the_database_lets_another_end_it_once(member, secret):
    row = in_force(member, secret)
    now = moment()
    assert raw.update(row, end_proposed_by="officer:1", end_proposed_at=now) == 1
    for by in ("officer:1", "", "machine:worker"):
        with raw.refused(ENDS):
            raw.update(row, ended_by=by, ended_at=now)
    with raw.refused(ENDS):
        raw.update(row, end_proposed_by="officer:7", end_proposed_at=now)
    assert raw.update(row, ended_by="officer:2", ended_at=now) == 1
    with raw.refused(ENDS):
        raw.update(row, ended_by="officer:3", ended_at=now)


@pytest.mark.parametrize("name", ["end_proposed", "ended"])
def test_the_database_refuses_one_that_begins_ended(member, secret, name):
    for wrong in ({f"{name}_by": "officer:2"}, {f"{name}_at": moment()}):
        with raw.refused("withholding: it begins now, unconfirmed"):
            raw.insert(a_row(member, secret, **wrong))

"""定期复核: who is due, in fair turns; a list concludes nothing; another looks again."""

from collections import Counter
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.cases.models import Step
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.granting import classes_of, pay, recheck
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands
from hedui.procedure.rechecks.acts import NoList, NotToLook, bring_worklist, look_again, open_round
from hedui.procedure.rechecks.queries import due_until, lines_of, rounds_of
from hedui.procedure.rechecks.spread import drawn, in_turn
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db
LATER = timedelta(days=800)


def paid(county: cast.County):
    """Return 张家, to whom aid is paid from next month on, looked at every year."""
    report = cast.issued(county)
    held = cast.proposed_for(county, report)
    cast.published(county, held, days_ago=20)
    confirm(determination=held, by=cast.deciders(county)[1])
    case = report.commission.case
    first = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    pay(case=case, month=first, situation=next(iter(classes_of(case))), by=cast.deciders(county)[0])
    return case


@pytest.fixture
def case(county):
    return paid(county)


@pytest.fixture
def lists(county):
    """Who draws up lists, and a colleague."""
    return cast.deciders(county)


def state(case) -> tuple:
    """Whatever could be taken from a family: decisions, steps, where the case stands."""
    made = Determination.objects.values_list("id", "outcome", "confirmed_at")
    steps = Step.objects.exclude(kind="recheck").values_list("id", "kind", "first_day", "last_day")
    return list(made), list(steps), stands(type(case).objects.get(pk=case.pk), today()).state.name


def test_who_is_paid_is_due_by_the_class_of_the_family_and_nobody_else(case, lists):
    by, _ = lists
    cast_case, (due,) = case, due_until(by, until=today() + LATER)
    assert due.case == cast_case
    assert due.months == next(iter(classes_of(case).values()))
    assert due_until(by, until=due.day - timedelta(days=1)) == []


def test_a_list_moves_nothing_and_the_family_sees_that_it_was_on_it(case, lists):
    by, _ = lists
    before = state(case)
    held = open_round(until=today() + LATER, percent=100, by=by)
    file = f"household_id,reason,items\n{case.number},outcome,bank.balance_fen\n没有,outcome,\n"
    named, nobody = bring_worklist(file=file.encode(), percent=0, by=by)
    assert nobody == 1
    assert [one.task.reason for one in lines_of(by, held=named)] == ["outcome"]
    assert state(case) == before
    assert Entry.objects.filter(case=case.pk, act="rechecks.enlist").count() == 2
    recheck(case=case, checked_on=today(), note="收入和财产没有变化", by=by)
    (line,) = lines_of(by, held=held)
    assert line.done.label == "复核无变化"
    assert state(case) == before


def test_no_list_ends_or_lowers_anything_whoever_writes_the_row(case, lists):
    by, _ = lists
    open_round(until=today() + LATER, percent=0, by=by)
    standing = Step.objects.get(case=case, kind="pay")
    for kind in ("end", "phase_out"):
        with pytest.raises(DatabaseError, match="step: "), transaction.atomic():
            raw.insert(standing, id=uuid4(), kind=kind, first_day=today(), last_day=None)


def test_what_was_drawn_is_looked_at_again_once_by_another(case, lists):
    first, second = lists
    held = open_round(until=today() + LATER, percent=1, by=first)
    (line,) = lines_of(first, held=held)
    assert line.task.sampled  # of one, one
    with pytest.raises(NotToLook, match="还没有复核"):
        look_again(task=line.task, agrees=True, by=second)
    recheck(case=case, checked_on=today(), note="没有变化", by=first)
    with pytest.raises(NotToLook, match="本人"):
        look_again(task=line.task, agrees=True, by=first)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw.update(line.task, looked_by=first.identifier, looked_at=held.opened_at, agrees=True)
    look_again(task=line.task, agrees=False, by=second)
    with pytest.raises(NotToLook, match="已经"):
        look_again(task=line.task, agrees=True, by=second)


def test_no_list_has_more_looked_at_again_than_stand_on_it_whoever_writes_the_row(case, lists):
    held = open_round(until=today() + LATER, percent=100, by=lists[0])
    with raw.refused("recheck list: no more than all are looked at again"):
        raw.insert(held, id=uuid4(), opened_at=moment(), percent=101)
    raw.insert(held, id=uuid4(), opened_at=moment(), percent=100)


def test_who_is_not_in_reach_is_on_no_list(case, county, lists):
    held = open_round(until=today() + LATER, percent=0, by=lists[0])
    assert lines_of(county.stranger, held=held) == []
    assert not rounds_of(county.stranger).exists()
    assert [one.task.case for one in lines_of(county.intake, held=held)] == [case]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"\xff\xfe", "worklist.csv"),
        ("户,原因\n1,x\n".encode(), "worklist.csv"),
        (b"household_id,reason\nA,x\n", "outcome"),
        (b"household_id,reason\nA,outcome\n", "没有本机构"),
    ],
)
def test_what_is_no_worklist_is_one_sentence(lists, file, said):
    with pytest.raises(NoList, match=said):
        bring_worklist(file=file, percent=0, by=lists[0])
    with pytest.raises(NoList, match="没有需要复核"):
        open_round(until=date(2020, 1, 1), percent=0, by=lists[0])


def test_wherever_a_list_is_left_off_each_office_has_had_its_share():
    listed = [
        (office, number) for office, n in (("a", 60), ("b", 30), ("c", 10)) for number in range(n)
    ]
    order = in_turn(
        listed, office=lambda one: one[0], lot=lambda one: str(hash(one) % 97) + str(one)
    )
    assert sorted(order) == sorted(listed)
    for done in range(1, 101):
        had = Counter(office for office, _ in order[:done])
        for office, n in (("a", 60), ("b", 30), ("c", 10)):
            assert abs(had[office] - done * n / 100) <= 1
    assert len(drawn(listed, percent=10, lot=str)) == 10
    assert len(drawn(listed[:3], percent=1, lot=str)) == 1
    assert drawn(listed, percent=0, lot=str) == []

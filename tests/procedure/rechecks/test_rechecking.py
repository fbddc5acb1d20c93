"""定期复核: who is due, in fair turns; a list concludes nothing; another looks again."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Thread
from time import sleep
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from hedui.procedure.cases.models import Step
from hedui.procedure.determinations import told
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.granting import classes_of, pay, recheck
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands
from hedui.procedure.rechecks import acts, queries
from hedui.procedure.rechecks.acts import NoList, NotToLook, bring_worklist, look_again, open_round
from hedui.procedure.rechecks.queries import due_until, lines_of, rounds_of
from hedui.procedure.rechecks.spread import drawn, in_turn
from hedui.procedure.record import keys
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.faces.desks import of_one_person
from tests.procedure import raw

pytestmark = pytest.mark.django_db
LATER = timedelta(days=800)


def paid(county: cast.County, case=None):
    """Return 张家 or another family, to whom aid is paid from next month on, looked at yearly."""
    report = cast.signed_off(county, cast.drafted(county, case=case))
    held = cast.proposed_for(county, report)
    cast.published(county, held, days_ago=20)
    confirm(determination=held, by=cast.deciders(county)[1])
    case = report.commission.case
    first = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    pay(case=case, month=first, situation=next(iter(classes_of(case))), by=cast.deciders(county)[0])
    return case


def another(county: cast.County, sequence: int = 4, applied_on: date | None = None):
    """Return a family of one person who has authorized, for `paid`."""
    case = of_one_person(county, sequence, applied_on)
    cast.authorize(county, case.members.get())
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
    held = open_round(until=today() + LATER, percent=100, by=by).held
    file = f"household_id,reason,items\n{case.number},outcome,bank.balance_fen\n没有,outcome,\n"
    named = bring_worklist(file=file.encode(), percent=0, by=by)
    assert named.nobody == 1
    assert [one.task.reason for one in lines_of(by, held=named.held)] == ["outcome"]
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
    held = open_round(until=today() + LATER, percent=1, by=first).held
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
    held = open_round(until=today() + LATER, percent=100, by=lists[0]).held
    with raw.refused("recheck list: no more than all are looked at again"):
        raw.insert(held, id=uuid4(), opened_at=moment(), percent=101)
    raw.insert(held, id=uuid4(), opened_at=moment(), percent=100)


def test_who_is_not_in_reach_is_on_no_list(case, county, lists):
    held = open_round(until=today() + LATER, percent=0, by=lists[0]).held
    assert lines_of(county.stranger, held=held) == []
    assert not rounds_of(county.stranger).exists()
    assert [one.task.case for one in lines_of(county.intake, held=held)] == [case]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"\xff\xfe", "worklist.csv"),
        ("户,原因\n1,x\n".encode(), "worklist.csv"),
        (b"household_id,reason\nA,x\n", "outcome"),
        (b"household_id,reason\nA\0,outcome\n", "worklist.csv"),
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


def test_no_statement_names_more_families_the_more_are_due(county, lists, monkeypatch):
    """A database takes 65,535 values in one statement, or fewer; there are more families."""
    by, _ = lists
    monkeypatch.setattr(told, "AT_ONCE", 1)
    paid(county)
    with told_to_the_database() as of_one:
        assert len(due_until(by, until=today() + LATER)) == 1
    for sequence in (4, 5):
        paid(county, another(county, sequence))
    with told_to_the_database() as of_three:
        assert len(due_until(by, until=today() + LATER)) == 3
    assert of_three == of_one  # a list of values is written out in a statement


def test_only_who_is_due_is_looked_into(case, lists, monkeypatch):
    looked_into = []

    def gathered(cases):
        looked_into.extend(cases)
        return told.gathered(cases)

    monkeypatch.setattr(queries, "gathered", gathered)
    due_until(lists[0], until=today())
    assert looked_into == []
    due_until(lists[0], until=today() + LATER)
    assert looked_into == [case]


@contextmanager
def told_to_the_database() -> Iterator[set[str]]:
    """Collect the statements, without their values."""
    statements: set[str] = set()

    def kept(execute, sql, params, many, context):
        statements.add(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kept):
        yield statements


def test_a_worklist_of_a_whole_province_is_taken_in(case, lists):
    """It has more lines than either database takes values in one statement."""
    by, _ = lists
    lines = "".join(f"P{number:05},outcome\n" for number in range(70_000))
    file = f"household_id,reason\n{lines}{case.number},outcome\n".encode()
    with as_many_values_as_is_usual():
        made = bring_worklist(file=file, percent=0, by=by)
    assert (made.nobody, made.held.tasks.get().case) == (70_000, case)


@contextmanager
def as_many_values_as_is_usual() -> Iterator[None]:
    """Have SQLite take what it takes where nobody built it otherwise, as Debian does."""
    if connection.vendor != "sqlite":
        yield
        return
    held = connection.connection
    before = held.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    try:
        yield
    finally:
        held.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_a_list_is_not_drawn_again_until_the_lot_suits(case, county, lists):
    by, second = lists
    open_round(until=today() + LATER, percent=0, by=by)
    with pytest.raises(NoList, match="这1户都已列入复核清单"):
        open_round(until=today() + LATER, percent=100, by=second)
    new = paid(county, another(county))
    made = open_round(until=today() + LATER, percent=0, by=by)
    assert (made.held.tasks.get().case, made.already) == (new, 1)
    recheck(case=case, checked_on=today(), note="没有变化", by=by)
    made = open_round(until=today() + LATER, percent=0, by=by)
    assert (made.held.tasks.get().case, made.already) == (case, 1)  # looked at since, and due anew


@pytest.mark.postgres
def test_who_clicks_twice_draws_up_one_list(committed_postgres, monkeypatch):
    paid(committed_postgres)
    found = queries.listed_already
    came: Counter[str] = Counter()

    def slowly(reader, **of):
        already = found(reader, **of)
        sleep(0.5)
        return already

    def draw(by):
        try:
            open_round(until=today() + LATER, percent=0, by=by)
            came["drawn up"] += 1
        except NoList:
            came["refused"] += 1
        finally:
            connections.close_all()

    monkeypatch.setattr(queries, "listed_already", slowly)
    both = [Thread(target=draw, args=(by,)) for by in cast.deciders(committed_postgres)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert came == {"drawn up": 1, "refused": 1}


def test_a_file_is_brought_once_and_what_it_names_is_not_listed_twice(case, lists):
    by, second = lists
    file = f"household_id,reason\n{case.number},outcome\n".encode()
    bring_worklist(file=file, percent=0, by=by)
    for again in (file, file + b"\n"):
        with pytest.raises(NoList, match="都已列入复核清单"):
            bring_worklist(file=again, percent=0, by=second)
    recheck(case=case, checked_on=today(), note="没有变化", by=by)
    with pytest.raises(NoList, match="都已列入复核清单"):
        bring_worklist(file=file, percent=0, by=by)
    later = bring_worklist(file=file + b"\n", percent=0, by=by)  # another comparison names it
    assert later.held.tasks.get().case == case


def test_what_one_list_does_not_hold_is_for_the_next(case, county, lists, monkeypatch):
    by, _ = lists
    monkeypatch.setattr(acts, "MOST", 1)
    other = paid(county, another(county))
    file = f"household_id,reason\n{case.number},outcome\n{other.number},outcome\n".encode()
    for draw in (
        lambda: open_round(until=today() + LATER, percent=100, by=by),
        lambda: bring_worklist(file=file, percent=100, by=by),
    ):
        first, second = draw(), draw()
        assert (first.already, first.later) == (0, 1)
        assert (second.already, second.later) == (1, 0)
        tasks = [*first.held.tasks.all(), *second.held.tasks.all()]
        assert {task.case for task in tasks} == {case, other}
        assert [task.turn for task in tasks] == [1, 1]
        assert all(task.sampled for task in tasks)


def test_nobody_is_told_what_was_drawn_before_the_first_look(case, lists):
    first, second = lists
    task = open_round(until=today() + LATER, percent=0, by=first).held.tasks.get()
    with pytest.raises(NotToLook, match="还没有复核"):
        look_again(task=task, agrees=True, by=second)
    recheck(case=case, checked_on=today(), note="没有变化", by=first)
    with pytest.raises(NotToLook, match="没有抽中"):
        look_again(task=task, agrees=True, by=second)


def test_who_knows_the_number_of_a_list_cannot_reckon_what_is_drawn(case, lists, monkeypatch):
    monkeypatch.setattr(keys.provider(), "index", lambda _: b"\0" * 32)
    drawings = []

    def kept(listed, *, percent, lot):
        drawings.append(lot)
        return drawn(listed, percent=percent, lot=lot)

    monkeypatch.setattr(acts, "drawn", kept)
    open_round(until=today() + LATER, percent=50, by=lists[0])
    assert drawings[0](case) == "00" * 32  # it comes of the installation's key

"""No act without its entry, no entry without its act."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from hedui.procedure.cases.models import Numbering
from hedui.procedure.record import acts
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.queries import first_broken_index
from tests.procedure.record.ledger_acts import Stopped, registered

INTAKE = Actor("officer:1", "王", UUID(int=1), frozenset({Role.INTAKE}))


@pytest.fixture
def these(db):
    with registered() as found:
        yield found


def entries() -> list[str]:
    return list(Entry.objects.values_list("act", flat=True))


def names() -> set[str]:
    return set(Numbering.objects.values_list("prefix", flat=True))


def test_an_act_leaves_its_row_and_its_entry(these):
    made = these.found(name="甲", by=INTAKE)
    entry = Entry.objects.get()
    assert names() == {"甲"}
    assert entry.act == "record.found"
    assert entry.actor == "officer:1"
    assert made.prefix in entry.content
    assert first_broken_index() is None


def test_an_act_that_fails_leaves_neither_row_nor_entry(these):
    with pytest.raises(Stopped):
        these.found(name="甲", fail=True, by=INTAKE)
    assert (names(), entries()) == (set(), [])


def test_an_act_that_the_database_refuses_leaves_no_entry(these):
    these.found(name="甲", by=INTAKE)
    with pytest.raises(IntegrityError):
        these.found(name="甲", by=INTAKE)
    assert entries() == ["record.found"]
    assert first_broken_index() is None


def test_acts_within_an_act_leave_all_their_entries_at_once(these):
    these.found_two(name="甲", by=INTAKE)
    assert names() == {"甲-1", "甲-2"}
    assert entries() == ["record.found", "record.found", "record.found_two"]
    assert len(set(Entry.objects.values_list("at", flat=True))) == 1
    assert first_broken_index() is None


def test_acts_within_an_act_that_fails_leave_none(these):
    with pytest.raises(Stopped):
        these.found_two(name="甲", fail=True, by=INTAKE)
    assert (names(), entries()) == (set(), [])


def test_an_act_that_goes_on_after_another_failed_keeps_no_entry_of_what_was_undone(these):
    """The first of the two had succeeded, and was rolled back with the one that held it."""
    these.try_two(name="甲", fail=True, by=INTAKE)
    assert names() == set()
    assert entries() == ["record.try_two"]
    assert "given_up" in Entry.objects.get().content


def test_an_act_after_a_failed_one_starts_afresh(these):
    with pytest.raises(Stopped):
        these.found_two(name="甲", fail=True, by=INTAKE)
    these.found(name="乙", by=INTAKE)
    assert entries() == ["record.found"]


def test_what_is_rolled_back_around_an_act_takes_its_entry_along(these):
    with transaction.atomic():
        these.found(name="甲", by=INTAKE)
        transaction.set_rollback(True)
    assert (names(), entries()) == (set(), [])


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.VERIFY, Role.SYSTEM_ADMIN})])
def test_it_refuses_whoever_has_no_post_for_it(these, roles):
    with pytest.raises(acts.NotAllowed, match="“设立”只能由受理岗办理"):
        these.found(name="甲", by=Actor("officer:2", "生", None, roles))
    assert (names(), entries()) == (set(), [])


def test_the_machine_is_no_officer(these):
    with pytest.raises(acts.NotAllowed):
        these.found(name="甲", by=WORKER)


def test_a_nested_act_asks_for_its_own_post(these):
    """Whoever may do the whole but not a part of it may do neither."""

    @acts.act("外层", article="测试", roles={Role.VERIFY})
    def outer(*, by: Actor) -> None:
        these.found(name="甲", by=by)

    with pytest.raises(acts.NotAllowed):
        outer(by=Actor("officer:3", "刘", None, frozenset({Role.VERIFY})))
    assert (names(), entries()) == (set(), [])


def positional(name: str, *, by: Actor) -> None: ...
def without_actor(*, name: str) -> None: ...
def variadic(*names: str, by: Actor) -> None: ...
def loose(*, by: Actor, **rest: str) -> None: ...
def actor_in_place(by: Actor) -> None: ...


@pytest.mark.parametrize("wrong", [positional, without_actor, variadic, loose, actor_in_place])
def test_a_malformed_act_is_refused_when_it_is_written(wrong):
    before = dict(acts.REGISTRY)
    with pytest.raises(TypeError, match=wrong.__name__):
        acts.act("错", article="测试", roles={Role.INTAKE})(wrong)
    assert before == acts.REGISTRY


def test_an_act_that_has_done_nothing_leaves_no_entry(these):
    """It says so itself; an act around it, or before it, leaves its own."""

    def look(*, by):
        """Look, and find nothing to do."""
        acts.nothing_done()

    look.__module__ = "hedui.procedure.record.acts"
    kept = dict(acts.REGISTRY)
    looked = acts.act("看", article="试", roles={Role.INTAKE})(look)
    acts.REGISTRY.clear()
    acts.REGISTRY.update(kept)
    looked(by=INTAKE)
    assert entries() == []
    with acts.together():
        looked(by=INTAKE)
        these.found(name="甲", by=INTAKE)
    assert entries() == ["record.found"]
    assert first_broken_index() is None

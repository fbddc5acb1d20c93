"""The record keeps what it is told, and says what it lacks."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import Q

from hedui.procedure.record import acts, opening
from hedui.procedure.record.kept import _holds
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.queries import holds
from tests import cast
from tests.procedure.test_rows_are_fixed import done

ROOMS = ("record", "cases", "authorizations", "commissions", "inquiries")
__all__ = ["done"]


def test_no_row_says_in_its_name_who_it_is_about(done):
    """Names of rows reach logs and error pages."""
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            for row in model._default_manager.all()[:3]:
                shown = str(row)
                assert not any(name in shown for name in ("张三", "李四", "张小", cast.ZHANG_SAN))
                assert model.__name__ not in shown, "a row has no name of its own"


def test_a_command_opens_and_lists_without_a_door():
    opening.at_the_door(uuid4())
    opening.listed([uuid4()], sought=True)
    with opening.watched() as seen:
        opening.entered(None)
        opening.listed([uuid4()], sought=False)
    assert (seen.entered, seen.unsaid) == (set(), set())
    with opening.shut(), pytest.raises(Trouble):
        opening.listed([uuid4()], sought=True)


@pytest.mark.parametrize("condition", [Q(size__gt=1), Q(size=1), ~Q(Q(size=None), Q(id=1))])
def test_a_key_under_a_condition_that_is_not_understood_is_not_guessed_at(condition):
    """Who adds one is told to guard it by hand."""
    with pytest.raises((TypeError, ValueError)):
        _holds(condition, "")


@pytest.mark.django_db
def test_acts_done_together_that_do_nothing_leave_no_entry():
    with acts.together():
        pass
    assert not Entry.objects.exists()


def test_an_entry_whose_content_is_no_act_does_not_hold(db):
    from hedui.ledger import leaf_hash

    for content in ("{", "[]", "nothing"):
        leaf = leaf_hash(content.encode())
        entry = Entry(index=0, act="a.b", at=moment(), content=content, leaf=leaf)
        assert not holds(entry)

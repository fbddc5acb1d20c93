"""Scope 范围: PostgreSQL is told in whose name it is asked, whatever happened on the connection."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from hedui.procedure.record import scope
from hedui.procedure.record.scope import acting_as, acting_for
from tests.procedure import raw

pytestmark = pytest.mark.postgres


def told() -> str | None:
    """Return what the database has been told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hedui.actor', true)")
        (name,) = cursor.fetchone()
    return name


def test_it_is_told_and_told_again_when_the_scope_ends(committed_postgres):
    assert told() == ""
    with acting_as("officer:1"):
        assert told() == "officer:1"
        with acting_as("officer:2"):
            assert told() == "officer:2"
        assert told() == "officer:1"
    assert told() == ""


def test_a_rollback_takes_no_scope_back(committed_postgres):
    with acting_as("officer:1"):
        told()
    with acting_as("officer:2"):
        for _ in range(2):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                assert told() == "officer:2"
                raise ZeroDivisionError
            assert told() == "officer:2"


def test_a_savepoint_rolled_back_brings_no_other_scope(committed_postgres):
    with transaction.atomic():
        with acting_as("officer:1"), pytest.raises(ZeroDivisionError), transaction.atomic():
            told()
            with acting_as("officer:2"):
                assert told() == "officer:2"
            raise ZeroDivisionError
        assert told() == ""
        with acting_as("officer:2"):
            assert told() == "officer:2"


def test_a_statement_that_failed_under_another_scope_is_undone(committed_postgres):
    with acting_as("officer:1"):
        with transaction.atomic():
            with pytest.raises(DatabaseError), transaction.atomic(), acting_as("officer:2"):
                raw.execute("SELECT 1 / 0")
            assert told() == "officer:1"
        assert told() == "officer:1"


def test_a_new_connection_is_told(committed_postgres):
    with acting_as("officer:1"):
        told()
        connection.close()
        assert told() == "officer:1"


def test_another_thread_asks_in_nobodys_name(committed_postgres):
    found = []

    def ask() -> None:
        found.append(told())
        connection.close()

    with acting_as("officer:1"):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert found == [""]


@pytest.mark.parametrize(
    ("stands", "by", "asks"),
    [
        ("", "officer:1", "officer:1"),
        ("", "machine:worker", "machine:worker"),
        ("officer:1", "machine:worker", "officer:1"),
        ("page:x", "machine:portal", "page:x"),
        ("machine:worker", "officer:1", "officer:1"),
    ],
)
def test_an_act_of_the_machine_never_widens_the_scope_that_stands(stands, by, asks):
    with acting_as(stands), acting_for(by):
        assert scope.current() == asks

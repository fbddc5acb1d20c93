"""What the guards of a question read does not grow with the questions of others, on PostgreSQL."""

import threading

import pytest
from django.db import connection, transaction
from uuid6 import uuid7

from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.holding import hold
from hedui.procedure.inquiries.models import Reply, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.prepared import insert
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import worker
from tests import cast

READ = """
SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
WHERE relname IN ('inquiries_inquiry', 'inquiries_ticket', 'inquiries_reply')"""


def asked(place):
    commission = cast.commissioned(place)
    return commission, [t for e in inquire(commission=commission, by=WORKER) for t in e.tickets]


def answered(place) -> None:
    commission, tickets = asked(place)
    told = [Received(ticket, "NOT_FOUND", as_of=today()) for ticket in tickets]
    receive(commission=commission, received=told, by=WORKER)


def rows_read(rows) -> dict[str, int]:
    """Return how many rows of each table were read when these were added, which they are not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(READ)
        before = dict(cursor.fetchall())
        insert(rows)
        cursor.execute(READ)
        read = {table: count - before[table] for table, count in cursor.fetchall()}
        transaction.set_rollback(True)
    return read


def read_for_a_household(place) -> list[dict[str, int]]:
    """Return what is read for the tickets, and for the replies, of a household asked just now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _, tickets = asked(place)
    again = [
        Ticket(
            inquiry=one.inquiry, attempt=2, message=one.message, minted_at=moment(),
            expires_at=one.expires_at, entry_id=uuid7(),
        )
        for one in tickets
    ]  # fmt: skip
    replies = [
        Reply(
            inquiry=one.inquiry, ticket=one, outcome="NOT_FOUND", conclusive=True,
            received_at=moment(), entry_id=one.entry_id,
        )
        for one in tickets
    ]  # fmt: skip
    return [rows_read(again), rows_read(replies)]


@pytest.mark.postgres
def test_the_guards_read_no_rows_of_other_households(committed_postgres):
    answered(committed_postgres)
    few = read_for_a_household(committed_postgres)
    for _ in range(5):
        answered(committed_postgres)
    for more, before in zip(read_for_a_household(committed_postgres), few, strict=True):
        assert {table for table, rows in more.items() if rows > before[table]} == set(), more


OTHER_WAYS = {"enable_hashjoin", "enable_mergejoin", "enable_seqscan"}


def reads_otherwise() -> set[str]:
    """Return in what other ways than by keys this thread's connection may read and join."""
    ways = set()
    for way in OTHER_WAYS:
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {way}")
            ways |= {way} if cursor.fetchone() == ("on",) else set()
    return ways


@pytest.mark.postgres
def test_who_runs_tasks_goes_by_keys_and_nobody_else(committed_postgres, monkeypatch):
    stop, seen = threading.Event(), []

    def look(_: worker.Runner) -> None:
        seen.append(reads_otherwise())
        connection.close()
        seen.append(reads_otherwise())  # connected anew
        stop.set()

    monkeypatch.setattr(worker.Runner, "run", look)
    runner = threading.Thread(target=worker._run_one, args=("a:1:1:0", worker.Bell(), stop))
    runner.start()
    runner.join()
    assert seen == [set(), set()]
    assert reads_otherwise() == OTHER_WAYS


@pytest.mark.postgres
def test_what_is_held_tells_whether_anything_was_asked(committed_postgres):
    commission = cast.commissioned(committed_postgres)
    for was_asked in (False, True):
        with acting_as(WORKER.identifier), transaction.atomic():
            assert hold(commission).asked is was_asked
        inquire(commission=commission, by=WORKER)
    answered(committed_postgres)
    with acting_as(WORKER.identifier), transaction.atomic():
        assert hold(cast.commissioned(committed_postgres)).asked is False

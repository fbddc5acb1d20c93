"""Claiming 认领: each task goes to one thread, not before its time, the oldest first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hedui.procedure.record.moment import process_clock
from hedui.procedure.reports.claiming import claim
from hedui.procedure.reports.tasks import verify
from hedui.procedure.reports.worker import forget_done


@pytest.mark.django_db
def test_the_oldest_that_may_be_run_is_claimed_and_says_by_whom():
    later = verify.using(run_after=process_clock() + timedelta(hours=1)).enqueue(str(uuid4()))
    first, second = (verify.enqueue(str(uuid4())).id for _ in range(2))
    claimed = [claim("one"), claim("two"), claim("three")]
    assert [str(task.id) for task in claimed if task] == [first, second]
    kept = DBTaskResult.objects.in_bulk()
    assert {str(pk): (t.status, t.worker_ids) for pk, t in kept.items()} == {
        first: (TaskResultStatus.RUNNING, ["one"]),
        second: (TaskResultStatus.RUNNING, ["two"]),
        later.id: (TaskResultStatus.READY, []),
    }
    assert claimed[0].started_at == kept[claimed[0].id].started_at
    assert claimed[0].args_kwargs == kept[claimed[0].id].args_kwargs


@pytest.mark.django_db
def test_whoever_tries_again_stands_behind_those_who_tried():
    task = verify.enqueue(str(uuid4()))
    claim("one")
    DBTaskResult.objects.update(status=TaskResultStatus.READY)
    again = claim("two")
    assert again is not None
    assert (str(again.id), again.worker_ids) == (task.id, ["one", "two"])


@pytest.mark.django_db
def test_what_was_done_long_ago_is_forgotten_and_what_failed_is_not():
    for status, days in (("SUCCESSFUL", 8), ("SUCCESSFUL", 6), ("FAILED", 8)):
        task = verify.enqueue(str(uuid4())).id
        ended = process_clock() - timedelta(days=days)
        DBTaskResult.objects.filter(pk=task).update(status=status, finished_at=ended)
    assert forget_done() == 1
    assert list(DBTaskResult.objects.values_list("status", flat=True).order_by("status")) == [
        "FAILED",
        "SUCCESSFUL",
    ]


@pytest.mark.postgres
def test_of_many_threads_one_gets_a_task(committed_postgres):
    tasks = {verify.enqueue(str(uuid4())).id for _ in range(60)}

    def work(name: str) -> list[str]:
        mine = []
        while task := claim(name):
            mine.append(str(task.id))
        connection.close()
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, ["a", "b", "c", "d"]))
    assert sorted(one for share in shares for one in share) == sorted(tasks)

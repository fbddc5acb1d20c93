"""Waking 唤醒: a task wakes one process of the worker, and none is forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from hedui.procedure.reports import waking
from hedui.procedure.reports.waking import Ear, wake
from tests import databases


@pytest.fixture
def pipe(settings, tmp_path):
    """Let the pipe lie in a folder of the test's own."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def ears(pipe, own_sqlite, django_db_blocker) -> Iterator[tuple[Ear, Ear]]:
    """Return two processes' ears at one pipe."""
    both = Ear(0), Ear(1)
    with django_db_blocker.unblock(), databases.pointed_at(own_sqlite.url):
        for ear in both:
            assert ear.listen(), "what was there before has to be looked for"
            assert not ear.listen()
        yield both
    for ear in both:
        ear.close()


def test_who_is_waked_by_nothing_looks(ears):
    assert ears[0].hear(4, 0.01) is None


def test_each_task_is_heard_of_once(ears):
    for _ in range(3):
        waking._ring()
    assert [ears[0].hear(2, 1), ears[1].hear(2, 1)] == [2, 1]
    assert ears[0].hear(2, 0) is None


def test_without_a_listener_ringing_does_nothing(pipe):
    waking._ring()


@pytest.mark.postgres
def test_the_first_is_told_of_each_task_and_the_others_look(committed_postgres):
    def listen(place: int) -> list[int | None]:
        ear = Ear(place)
        assert ear.listen()
        assert not ear.listen()
        listening.append(place)
        heard = [ear.hear(4, 10), ear.hear(4, 0.2)]
        connection.close()
        return heard

    listening: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(listen, 0), pool.submit(listen, 1)
        while len(listening) < 2:
            assert not (first.done() or second.done())
        with transaction.atomic():
            wake("one task")
            wake("another")
        assert first.result() == [2, None]
        assert second.result() == [None, None]

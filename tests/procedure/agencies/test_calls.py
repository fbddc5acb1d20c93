"""调用次数: one count of the calls of somebody, whoever serves them."""

import threading
from uuid import uuid4

import pytest
from django.db import connection

from hedui.procedure.agencies.calls import count_call
from hedui.procedure.agencies.client_models import CallCount


@pytest.mark.django_db
def test_the_calls_of_a_minute_are_counted_and_the_next_begins_anew():
    caller, other = uuid4(), uuid4()
    counted = [count_call(caller) for _ in range(3)]
    assert [count for count, _ in counted][-1] in {2, 3}  # the minute may have ended
    assert all(0 < seconds <= 60 for _, seconds in counted)
    assert count_call(other)[0] == 1
    held = CallCount.objects.get(pk=caller)
    CallCount.objects.filter(pk=caller).update(minute=held.minute - 1, count=500)
    assert count_call(caller)[0] == 1
    assert CallCount.objects.count() == 2


@pytest.mark.django_db
def test_who_waited_from_the_minute_before_is_counted_in_that_of_the_call_waited_for():
    caller = uuid4()
    count_call(caller)
    held = CallCount.objects.get(pk=caller)
    CallCount.objects.filter(pk=caller).update(minute=held.minute + 1, count=500)
    assert count_call(caller)[0] == 501
    assert CallCount.objects.get(pk=caller).minute == held.minute + 1
    CallCount.objects.filter(pk=caller).update(minute=held.minute + 60, count=500)
    assert count_call(caller)[0] == 1, "a clock that was put back keeps nobody out for an hour"


def test_who_is_served_by_several_at_once_is_counted_once_each(committed):
    caller = uuid4()
    counts: list[int] = []

    def call() -> None:
        counts.extend(count_call(caller)[0] for _ in range(25))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = sorted(counts)
    # all different, but for a minute that ended meanwhile
    assert told == list(range(1, 101)) or sum(count == 1 for count in told) == 2

"""The head of the ledger: an entry's time is read after whatever it waited for."""

import threading
import time

import pytest
from django.db import connection, transaction

from hedui.procedure.record import acts
from hedui.procedure.record.moment import moment

pytestmark = pytest.mark.postgres


def test_its_time_is_read_after_its_lock(committed_postgres):
    taken = []

    def append() -> None:
        with transaction.atomic():
            taken.append(acts._head()[1])
        connection.close()

    with transaction.atomic():
        acts._head()
        waiting = threading.Thread(target=append)
        waiting.start()
        time.sleep(0.3)
        assert not taken
        released = moment()
    waiting.join()
    assert taken[0] > released

"""The worker signs the head of the ledger on time, also under load."""

import threading
import time

import pytest

from hedui.procedure.record.models import Checkpoint, Entry
from hedui.procedure.reports import acts, worker
from tests import cast

BEATS = 4


@pytest.mark.postgres
def test_checkpoints_come_on_time_while_there_is_work(committed, monkeypatch):
    """Every half second instead of every thirty; the worker and others write all the while."""
    monkeypatch.setattr(worker, "CHECKPOINT_EVERY", worker.CHECKPOINT_EVERY / 60)
    cases = [cast.authorized(committed) for _ in range(3)]
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(2, stop))
    signed = Checkpoint.objects.count()
    running.start()
    try:
        for case in cases:
            acts.request(case=case, by=committed.intake)
        until = time.monotonic() + 30
        while Checkpoint.objects.count() < signed + BEATS and time.monotonic() < until:
            cast.declared(committed)
            time.sleep(0.05)
    finally:
        stop.set()
        running.join()
    made = list(Checkpoint.objects.order_by("size"))[signed:]
    assert len(made) >= BEATS
    assert made[-1].size <= Entry.objects.count()

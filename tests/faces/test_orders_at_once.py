"""An order is done once for its key: sent twice at the same time, or by a server that is killed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from uuid import uuid4

from django.db import connection

from hedui.procedure.agencies.client_models import FirstAnswer
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.record.scope import acting_as
from tests import cast, databases
from tests.faces.callers import Caller


def family():
    """Return CASE.json of 张家 without signatures, so that no paper is used twice."""
    return cast.zhang_family(today())


def test_two_at_the_same_time_are_one_order_and_both_are_told_of_it(committed):
    _, secret = cast.client(committed, name=f"系统 {uuid4()}")
    before = Commission.objects.count()
    start, answers = threading.Barrier(3), []

    def order() -> None:
        start.wait()
        answers.append(Caller(secret).order(key="same", content=family(), evidence=[]))
        connection.close()

    threads = [threading.Thread(target=order) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["commission"] for answer in answers}) == 1
    assert Commission.objects.count() == before + 1


ORDER = """
import sys; sys.path.insert(0, {root!r})
import django; django.setup()
from tests.faces.test_orders_at_once import family
from tests.faces.callers import Caller
caller = Caller({secret!r})
print("ready", flush=True)
answer = caller.order(key={key!r}, content=family(), evidence=[])
print(answer.json()["commission"], flush=True)
"""


def test_an_order_that_a_kill_cut_off_is_done_once_when_it_is_sent_again(
    own_sqlite, settings, django_db_blocker
):
    names = {
        "HEDUI_DATABASE_URL": own_sqlite.url,
        "HEDUI_DATA_DIR": str(settings.DATA_DIR),
        "HEDUI_KEYS_DIR": str(settings.HEDUI_KEYS_DIR),
        "DJANGO_SETTINGS_MODULE": "hedui.config.settings",
    }
    root = os.getcwd()
    with django_db_blocker.unblock(), databases.pointed_at(own_sqlite.url):
        client, secret = cast.client(own_sqlite.county, name=f"系统 {uuid4()}")
        with acting_as(WORKER.identifier):
            before = Commission.objects.count(), Case.objects.count()
        for number in range(4):
            code = ORDER.format(root=root, secret=secret, key=f"k-{number}")
            child = subprocess.Popen(
                [sys.executable, "-c", code],
                env=os.environ | names,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert child.stdout.readline() == "ready\n"
            time.sleep(random.uniform(0, 0.6))
            os.kill(child.pid, signal.SIGKILL)
            told = child.stdout.read().strip()
            child.wait(10)
            again = Caller(secret).order(key=f"k-{number}", content=family(), evidence=[])
            assert again.status_code == 201
            assert told in {"", again.json()["commission"]}
        kept = FirstAnswer.objects.filter(client=client)
        assert kept.count() == 4
        after = Commission.objects.count(), Case.objects.count()
        assert [now - then for then, now in zip(before, after, strict=True)] == [4, 4]

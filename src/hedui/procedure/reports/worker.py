"""
The worker 后台进程: runs queued tasks until told to stop.

The queue is django-tasks with its database backend: a task is enqueued in the transaction of the
act that asks for it. What that library leaves to its users is done here: a worker that was
killed leaves its task marked as running, so tasks of dead workers are put back; and an idle
worker is woken by the commit of a new task instead of by the clock.
"""

import gc
import logging
import os
import socket  # noqa: TID251 - this machine's name, to tell our workers from those elsewhere
import threading
import time
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from hedui.procedure.inquiries.reconciling import (
    AlreadyReconciled,
    Gateway,
    NotTold,
    due,
    fetch,
    reconcile,
)
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.moment import moment
from hedui.procedure.record.prepared import Prepared, go_by_keys
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.beside import see_to_departments
from hedui.procedure.reports.claiming import AnyTask, claim, waiting
from hedui.procedure.reports.entering import forget_attempts
from hedui.procedure.reports.erasing import finish
from hedui.procedure.reports.going_on import patiently, whatever_comes
from hedui.procedure.reports.waking import Ear

log = logging.getLogger(__name__)

# A task waits at most for one round of departments; after this it is lost, wherever it ran.
LOST_AFTER = timedelta(minutes=2)
SWEEP_EVERY = 1.0
CHECKPOINT_EVERY = 30.0
RECONCILE_EVERY = 600.0
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)
KEEP_DONE = timedelta(days=7)
HOST = socket.gethostname()


def run(threads: int, stop: threading.Event, place: int = 0) -> None:
    """
    Run tasks in `threads` threads until `stop` is set; the calling thread keeps watch.

    place: of this process among those of the same worker, from 0
    """
    collect_rarely()
    patiently(put_back_lost)
    bell = Bell()
    identity = f"{HOST}:{os.getpid()}:{_started(os.getpid())}"
    runners = [
        threading.Thread(target=_run_one, args=(f"{identity}:{number}", bell, stop))
        for number in range(threads)
    ]
    runners.append(threading.Thread(target=_reconcile_daily, args=(stop,)))
    runners.append(threading.Thread(target=see_to_departments, args=(stop,)))
    runners += [
        threading.Thread(target=import_string(name), args=(stop,))
        for name in settings.HEDUI_BESIDE_TASKS
    ]
    for runner in runners:
        runner.start()
    try:
        _keep_watch(bell, Ear(place), stop)
    finally:
        stop.set()
        for runner in runners:
            runner.join()


def collect_rarely() -> None:
    """Collect objects rarely: tasks make many that die young, and none that live."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def _keep_watch(bell: "Bell", ear: Ear, stop: threading.Event) -> None:
    swept = signed = time.monotonic()
    while not stop.is_set():
        if idle := bell.idle(0.5):
            bell.ring(patiently(partial(_news, ear, idle)) or 0)
        if time.monotonic() - swept > SWEEP_EVERY:
            close_old_connections()
            patiently(put_back_lost)
            swept = time.monotonic()
        if time.monotonic() - signed > CHECKPOINT_EVERY:
            # One that failed is made as soon as the database is back, not at the next turn.
            signed = time.monotonic() if patiently(_sign) else signed
    ear.close()


def _news(ear: Ear, idle: int) -> int:
    """Wait for tasks, half a second at most; return how many are ready."""
    # One that was enqueued before listening began is seen; one that comes later is heard.
    heard = None if ear.listen() else ear.hear(idle, 0.5)
    return waiting() if heard is None else heard


def _reconcile_daily(stop: threading.Event) -> None:
    """Tidy up; hold each day's count of each department against the ledger, once it is over."""
    while not stop.wait(RECONCILE_EVERY):
        close_old_connections()
        whatever_comes("清理早已办完的任务", forget_done)
        whatever_comes("清理不再计数的登录", forget_attempts)
        whatever_comes("删除已销毁案件的扫描件", finish)
        for gateway, day in whatever_comes("查看未对账的日子", due) or ():
            if stop.is_set():
                break
            whatever_comes(f"与{gateway.source} {day} 对账", partial(_reconcile, gateway, day))
    connection.close()


def _reconcile(gateway: Gateway, day: date) -> None:
    try:
        difference = reconcile(gateway=gateway, statement=fetch(gateway, day), by=WORKER)
    except AlreadyReconciled:  # another process was faster
        return
    except NotTold as refusal:
        log.warning("%s", refusal.message)
        return
    if difference.unknown or difference.denied:
        log.error("与%s %s 的对账不符,见工作台审计页。", gateway.departments[0].name, day)


def _sign() -> bool:
    make_checkpoint()
    return True


class Bell:
    """
    Wakes runners that wait for work; one that is busy looks for more by itself.

    The last that went to wait is the first that is woken: what it needs is still at hand.
    """

    def __init__(self) -> None:
        self._waiting: list[threading.Event] = []
        self._changing = threading.Condition()

    def idle(self, seconds: float) -> int:
        """Count the runners that wait; where none does, give one so long to come."""
        with self._changing:
            if not self._waiting:
                self._changing.wait(seconds)
            return len(self._waiting)

    def ring(self, tasks: int) -> None:
        """Wake as many runners as there are tasks."""
        with self._changing:
            for _ in range(min(tasks, len(self._waiting))):
                self._waiting.pop().set()

    def wait(self) -> None:
        """Wait to be woken, half a second at most."""
        woken = threading.Event()
        with self._changing:
            self._waiting.append(woken)
            self._changing.notify()
        if not woken.wait(0.5):
            with self._changing, suppress(ValueError):  # woken in this very moment
                self._waiting.remove(woken)


def put_back_lost() -> int:
    """
    Put back tasks whose worker is gone, and those that failed, each time after a longer pause.

    Returns how many. Safe because a task may be run any number of times.
    """
    at = moment()
    count = 0
    for task in UNDONE():
        if task.status == TaskResultStatus.RUNNING:
            count += _is_lost(task, at) and _ready(task, at)
        elif _has_paused(task, at):
            log.warning("任务 %s 失败(%s),重新排队。", task.pk, task.exception_class_path)
            count += _ready(task, at)
    return count


UNDONE: Prepared[AnyTask] = Prepared(
    lambda: DBTaskResult.objects.filter(
        status__in=[TaskResultStatus.RUNNING, TaskResultStatus.FAILED]
    )
)


def _has_paused(task: AnyTask, at: datetime) -> bool:
    pause = min(FIRST_RETRY * 2 ** min(len(task.worker_ids), 12), LONGEST_RETRY)
    return task.finished_at is None or task.finished_at < at - pause


def forget_done() -> int:
    """Delete the tasks that were done long ago, and return how many."""
    long_done = DBTaskResult.objects.successful().filter(finished_at__lt=moment() - KEEP_DONE)
    return long_done.delete()[0]


def _is_lost(task: AnyTask, at: datetime) -> bool:
    last = str((task.worker_ids or [""])[-1])
    host, process, started, *_ = (*last.split(":"), "", "", "")
    if host == HOST and process.isdigit() and _started(int(process)) != started:
        return True
    return task.started_at is None or task.started_at < at - LOST_AFTER


def _started(process: int) -> str:
    """Return when a process of this machine started (clock ticks since boot), "" if it is gone."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # gone before, or while it was read
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]


def _ready(task: AnyTask, at: datetime) -> int:
    return DBTaskResult.objects.filter(pk=task.pk, status=task.status).update(
        status=TaskResultStatus.READY, run_after=at, finished_at=None
    )


def _run_one(identity: str, bell: Bell, stop: threading.Event) -> None:
    worker = Runner(identity, stop)
    go_by_keys()

    def work() -> bool:
        with acting_as(WORKER.identifier):
            worker.run()
        return True

    while not stop.is_set():
        if patiently(work) is None:
            # A task under way then still stands as running, by a thread that is not at it.
            while not stop.is_set() and patiently(lambda: _give_back(identity)) is None:
                pass
        bell.wait()
    connection.close()


class Runner(Worker):
    """The library's worker, working off what is ready, until told to stop between two tasks."""

    def __init__(self, identity: str, stop: threading.Event) -> None:
        self._stop = stop
        super().__init__(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=identity,
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Work off what is ready, until nothing is or it is time to stop."""
        close_old_connections()
        while self.running:
            task = claim(self.worker_id)
            if task is None:
                return
            self.run_task(task)

    @property
    def running(self) -> bool:
        """Whether to go on to another task."""
        return not self._stop.is_set()

    @running.setter
    def running(self, _: bool) -> None:
        """Leave it to `stop`."""


def _give_back(identity: str) -> int:
    """Put back what stands as running by a thread that has nothing under way."""
    at = moment()
    return sum(
        _ready(task, at)
        for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        if task.worker_ids[-1:] == [identity]
    )

"""
Beside 后台往来: what the worker has to do with departments beside its tasks.

Files are exchanged with them, what they have not answered yet is asked about, and they are asked to
put records right: each department in threads of its own, so that one that hangs keeps nobody else
waiting. To whom there is no way again and again, all this leaves alone as questions do.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import close_old_connections, connection

from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.inquiries import breaker, later
from hedui.procedure.inquiries.correcting import NotReached
from hedui.procedure.inquiries.exchange import exchange, exchanged
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.going_on import whatever_comes
from hedui.procedure.reports.models import Correction
from hedui.procedure.reports.sending import send_by_itself, unanswered
from hedui.procedure.reports.tasks import enqueue, forget_sealed
from hedui.wire.checks import WireError

log = logging.getLogger(__name__)

EXCHANGE_EVERY = 5.0
DAILY = 86_400.0
LEAVE_WITHIN = 15.0
"""Seconds for which a worker that ends waits for those who are at it; every step may be cut off."""

Times = dict[UUID, float]
One = TypeVar("One")


def see_to_departments(stop: threading.Event) -> None:
    """Let files of questions leave, take in what departments have left, ask for what is late."""
    beside = Beside(stop)
    while not stop.wait(EXCHANGE_EVERY):
        close_old_connections()
        beside.begin()
    beside.leave()
    connection.close()


class Beside:
    """Who is at it with which department, and when it was asked what."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._at_it: dict[tuple[str, UUID], threading.Thread] = {}
        self._asked: Times = {}
        self._sent: Times = {}

    def begin(self) -> None:
        """Begin what there is to do with each department where nobody is at it."""
        stop = self._stop
        for agreement in whatever_comes("查看文件交换", exchanged) or ():
            what = f"与{agreement.department.receiver_id}成批交换"
            self._start("files", agreement.pk, what, partial(_exchange, agreement, stop))
        waiting = whatever_comes("查看另行答复", partial(late, self._asked)) or ()
        for department, messages in waiting:
            ask = partial(ask_what_became, department, messages, self._asked, stop)
            self._start("later", department.pk, "询问另行答复的下落", ask)
        for department, open_ in whatever_comes("查看更正请求", partial(unsent, self._sent)) or ():
            send = partial(send_corrections, department, open_, self._sent, stop)
            self._start("corrections", department.pk, "发送数据更正请求", send)
        whatever_comes("清理密封存放的文件", forget_sealed)

    def leave(self) -> None:
        """Wait for those who are at it, for a while; the rest is cut off and done again."""
        until = time.monotonic() + LEAVE_WITHIN
        for one in self._at_it.values():
            one.join(max(until - time.monotonic(), 0))
        if hanging := sum(one.is_alive() for one in self._at_it.values()):
            log.warning("有 %d 个部门没有在时限内应答,不再等待,下次启动后继续。", hanging)

    def _start(self, kind: str, of: UUID, what: str, work: Callable[[], object]) -> None:
        standing = self._at_it.get((kind, of))
        if standing is not None and standing.is_alive():
            return

        def one_turn() -> None:
            with acting_as(WORKER.identifier):
                whatever_comes(what, work)
            connection.close()

        # The process ends without it where a department answers nothing and does not hang up.
        started = threading.Thread(target=one_turn, daemon=True)
        self._at_it[kind, of] = started
        started.start()


def _exchange(agreement: Agreement, stop: threading.Event) -> None:
    try:
        exchange(agreement, enqueue, lambda: not stop.is_set(), waits=True)
    except Trouble as fault:
        log.warning("与%s的成批交换不能进行:%s", agreement.department.receiver_id, fault)


def late(asked: Times) -> list[tuple[Department, list[UUID]]]:
    """Return, for each department, the messages that it is time to ask about, now and then."""
    now, pause = time.monotonic(), later.CALLED_BACK_WITHIN.total_seconds()
    with acting_as(WORKER.identifier):
        waiting = list(later.not_called_back())
    _forget(asked, [message for message, _ in waiting])
    return _by_department(
        (department, message)
        for message, department in waiting
        if now - asked.get(message, -pause) >= pause
    )


def ask_what_became(
    department: Department, messages: Sequence[UUID], asked: Times, stop: threading.Event
) -> None:
    """Ask a department what became of messages, one after another, while it answers."""
    for message in messages:
        if stop.is_set() or _rests(department):
            return
        asked[message] = time.monotonic()
        try:
            later.fetch(message, department, enqueue)
        except WireError as fault:
            log.warning("没有问到%s的答复下落:%s", department.receiver_id, fault)
        except Trouble as fault:
            log.warning("没有问到%s的答复下落:%s", department.receiver_id, fault)
            breaker.not_reached(department.pk, moment())
        else:
            _answers(department)


def unsent(sent: Times) -> list[tuple[Department, list[Correction]]]:
    """Return, for each department, the requests for correction that go out now: once a day."""
    now = time.monotonic()
    with acting_as(WORKER.identifier):
        open_ = unanswered()
    _forget(sent, [one.pk for one in open_])
    return _by_department(
        (one.review.department, one) for one in open_ if now - sent.get(one.pk, -DAILY) >= DAILY
    )


def send_corrections(
    department: Department, open_: Sequence[Correction], sent: Times, stop: threading.Event
) -> None:
    """Send a department requests for correction, one after another, while it answers."""
    for one in open_:
        if stop.is_set() or _rests(department):
            return
        sent[one.pk] = time.monotonic()
        try:
            send_by_itself(one)
        except Refusal as refusal:
            log.warning("更正请求 %s 没有送达:%s", one.number, refusal.message)
            if isinstance(refusal, NotReached):
                breaker.not_reached(department.pk, moment())
                continue
        _answers(department)


def _rests(department: Department) -> bool:
    return breaker.rest_of(Department.objects.get(pk=department.pk), moment()) is not None


def _answers(department: Department) -> None:
    breaker.reached(Department.objects.get(pk=department.pk))


def _by_department(
    what: Iterable[tuple[Department, One]],
) -> list[tuple[Department, list[One]]]:
    found: dict[UUID, tuple[Department, list[One]]] = {}
    for department, one in what:
        found.setdefault(department.pk, (department, []))[1].append(one)
    return list(found.values())


def _forget(times: Times, still: Collection[UUID]) -> None:
    """Keep no time of what is over; threads write meanwhile, so one at a time."""
    for gone in set(times) - set(still):
        times.pop(gone, None)

"""
The door 出口: a question leaves while whoever would revoke waits, or it does not leave.

Messages connect first, each in its thread, and wait here. Then what they rest on is locked and
looked at once more, and they go, all that are here, before the lock is given back. So a revocation
comes before they leave, and they stay; or after they have left, and its moment tells so.
"""

from collections.abc import Iterable
from queue import Empty, SimpleQueue
from threading import Event, Lock
from time import monotonic
from uuid import UUID

from django.db import transaction

from hedui.procedure.authorizations.queries import begin_standing_in
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import Envelope
from hedui.procedure.inquiries.holding import begin_hold
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.prepared import in_one_trip

# Messages that are connected almost together leave under one lock.
GATHERING = 0.02


class KeptBack(Exception):
    """A message does not leave; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Passage:
    """The way of one message out. No database work is done by who sends it."""

    def __init__(self, envelope: Envelope, at_the_door: "SimpleQueue[Passage]") -> None:
        self.envelope = envelope
        self.is_over = Event()
        self._at_the_door = at_the_door
        self._decided = Event()
        self._goes = False
        self._deciding = Lock()

    def wait(self) -> None:
        """
        Wait, connected, to be let out.

        :raises KeptBack: it is not, or its ticket has run out meanwhile
        """
        self._at_the_door.put(self)
        self._decided.wait()
        if not self._goes:
            raise KeptBack("revoked")
        if process_clock() >= self.envelope.expires_at:
            raise KeptBack("ticket_expired")

    def end(self) -> None:
        """Say that it has left, or never will."""
        self.is_over.set()
        self._at_the_door.put(self)

    def decide(self, standing: Iterable[UUID] = ()) -> None:
        """Let it out if all that it asks rests on what stands, else keep it; once and for all."""
        with self._deciding:
            if not self._decided.is_set():
                rests_on = {t.inquiry.authorization_id for t in self.envelope.tickets}
                self._goes = rests_on <= set(standing)
                self._decided.set()


class Door:
    """All messages of one dispatch on their way out."""

    def __init__(self, commission: Commission) -> None:
        self._commission = commission
        self._queue: SimpleQueue[Passage] = SimpleQueue()
        self._expected: set[Passage] = set()

    def passage(self, envelope: Envelope) -> Passage:
        """Open a way for one message."""
        made = Passage(envelope, self._queue)
        self._expected.add(made)
        return made

    def let_out(self) -> None:
        """
        Let out those that come to the door next and may leave, and return when they have left.

        It returns too when one has come back: who is long in connecting keeps nobody's answer.
        """
        here = self._come()
        self._expected -= here
        if waiting := [passage for passage in here if not passage.is_over.is_set()]:
            with transaction.atomic():
                standing = _standing(self._commission)
                for passage in waiting:
                    passage.decide(standing)
                for passage in waiting:
                    passage.is_over.wait()

    def shut(self) -> None:
        """Keep whoever is still on the way."""
        for passage in self._expected:
            passage.decide()

    def _come(self) -> set[Passage]:
        """Wait for the next, and a little for those who come with it."""
        here = {self._queue.get()}
        until = monotonic() + GATHERING
        while self._expected - here:
            try:
                here.add(self._queue.get(timeout=max(until - monotonic(), 0)))
            except Empty:
                break
        return here & self._expected


def _standing(commission: Commission) -> set[UUID]:
    """Lock all that an inquiry rests on, and return the authorizations on which one may leave."""
    with in_one_trip():
        held = begin_hold(commission, writes=False)
        standing = begin_standing_in(commission.case, commission.purpose)
    return set() if held().closed_at else set(standing())

"""T05 over the wire: a revocation against the whole way from the gate to the department.

`test_T05_revoked_between_check_and_send` races the gate alone. Here `dispatch` sends over HTTP to
a department that stamps each request with its own clock, and the question is whether any arrived
after the moment of the revocation.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases import acts as cases
from hedui.procedure.commissions.acts import close
from hedui.procedure.commissions.acts import commission as order
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import Reply, Ticket
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import today
from hedui.procedure.record.queries import first_broken_index
from tests import cast
from tests.procedure import raw
from tests.proof.processes import Hostile, hostile, record_of

INTERLEAVINGS = int(os.environ.get("HEDUI_INTERLEAVINGS", "96"))
SEED = int(os.environ.get("HEDUI_PROOF_SEED", "5"))
SIBLINGS = 7
BEYOND_BUDGET = "catching_up"
SIGNED = ("bank.balance_fen", "vehicle.vehicle_class")

pytestmark = pytest.mark.timeout(60 + INTERLEAVINGS)


@dataclass
class Race:
    """One turn: whose authorization was revoked, and when the officer was told that it is."""

    authorization: Any
    told: float = 0.0


@pytest.fixture
def department(tmp_path):
    """Run a department that concludes nothing, so that each is asked about again and again."""
    with hostile(tmp_path / "hostile", seed=SEED, manners="later*9,drop,broken") as running:
        yield running


def at_both_doors(department: Hostile) -> None:
    """Let the department stand for two sources."""
    for source in ("bank", "vehicle"):
        held = Department.objects.get(source=source)
        cast.known_by(held, department.public_key, department.url(source))
        agencies.agree(
            source=source,
            division=cast.DIVISION,
            name=source,
            public_key=department.public_key,
            base_url=department.url(source),
            answer_within=86_400,
            by=INSTALLER,
        )


def siblings(place: cast.County) -> list[Authorization]:
    """Take in a household of brothers and sisters, all of whom sign."""
    applied_on = today().replace(day=1)
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=applied_on, by=place.intake
    )
    members = [
        {
            "key": f"m{n}",
            "name": "兄弟" + "甲乙丙丁戊己庚辛"[n],
            "id_number": cast.number(f"19{60 + n}0101", f"{n:03}"),
            "relation": "sibling" if n else "self",
        }
        for n in range(SIBLINGS + 1)
    ]
    content = cast.zhang_family(applied_on) | {"members": members}
    cases.declare(case=case, content=content, by=place.intake)
    return [cast.authorize(place, m, items=SIGNED) for m in case.members.all()]


class Pair:
    """Two threads with a connection each, one to send and one to revoke."""

    def __init__(self, place: cast.County, rng: random.Random) -> None:
        self.place, self.rng = place, rng
        self.threads = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
        self.gate = threading.Barrier(2)

    def race(self, ordered: Commission, signed: Any) -> Race:
        """Let one dispatch and the other revoke at once."""
        turn = Race(signed)
        pauses = self.rng.choice([(0.0, self.rng.random() * 0.06), (self.rng.random() * 0.02, 0.0)])

        def withdraw() -> None:
            revoke(authorization=signed, reason="本人要求撤回", by=self.place.intake)
            turn.told = time.time()

        running = [
            thread.submit(self.turn, act, pause)
            for thread, act, pause in zip(
                self.threads, (lambda: dispatch(ordered), withdraw), pauses, strict=True
            )
        ]
        for one in running:
            one.result()
        return turn

    def turn(self, act: Callable[[], Any], pause: float) -> None:
        """Do one's part, from the same moment on as the other."""
        self.gate.wait(timeout=60)
        time.sleep(pause)
        try:
            act()
        except DatabaseError as error:  # nothing was sent; a busy machine lets tickets run out
            assert str(error).startswith("gate:"), error

    def end(self) -> None:
        """Close both connections."""
        for thread in self.threads:
            thread.submit(connections.close_all).result()
            thread.shutdown()


def later_than(folder: Path, turns: list[Race]) -> tuple[int, list[timedelta], int]:
    """Hold the record against the revocations: requests, how much too late, after being told."""
    revoked = dict(
        Authorization.objects.filter(revoked_at__isnull=False).values_list("pk", "revoked_at")
    )
    told = {turn.authorization.pk: turn.told for turn in turns}
    tickets = {
        (str(message), str(inquiry)): authorization
        for message, inquiry, authorization in Ticket.objects.values_list(
            "message", "inquiry_id", "inquiry__authorization_id"
        )
    }
    requests, late, after = 0, [], 0
    for asked in record_of(folder):
        for element in asked.elements:
            requests += 1
            authorization = tickets[asked.message_id, element["reference_id"]]
            if authorization in revoked and asked.at > revoked[authorization]:
                late.append(asked.at - revoked[authorization])
            after += told.get(authorization, float("inf")) < asked.clock_ns / 1e9
    return requests, late, after


def interleave(place: cast.County, department: Hostile) -> list[Race]:
    """Race through as many households as it takes."""
    at_both_doors(department)
    turns: list[Race] = []
    pair = Pair(place, random.Random(SEED))
    try:
        while len(turns) < INTERLEAVINGS:
            signed = siblings(place)
            ordered = order(case=signed[0].case, by=place.intake, urgency=BEYOND_BUDGET)
            pair.rng.shuffle(signed)
            for one in signed[: INTERLEAVINGS - len(turns)]:
                turns.append(pair.race(ordered, one))
            close(commission=ordered, by=place.countersigns)
    finally:
        pair.end()
    return turns


@pytest.fixture
def as_before():
    """Put the departments back as the other tests know them."""
    kept: list[Department] = list(Department.objects.all())
    yield
    for one in kept:
        said = {n: getattr(one, n) for n in ("name", "answer_within", "faults", "rests_until")}
        raw.changed(Department.objects.filter(pk=one.pk), **said)
        cast.known_by(Department.objects.get(pk=one.pk), one.public_key, one.base_url)


def test_nothing_arrives_after_the_revocation(committed, as_before, department):
    """By the department's clock, by that of the officer who was told, and by our own evidence."""
    began = time.monotonic()
    turns = interleave(committed, department)
    took = time.monotonic() - began
    requests, late, after = later_than(department.folder, turns)
    pk = [turn.authorization.pk for turn in turns]
    minted = Ticket.objects.filter(inquiry__authorization__in=pk)
    met = minted.filter(reply__code="revoked").count()
    met += Reply.objects.filter(outcome="DISCARDED", inquiry__authorization__in=pk).count()
    print(
        f"HEDUI_PROOF_SEED={SEED}: {len(turns)} interleavings, {requests} questions arrived,"
        f" {met} held back at the door or discarded unread, {len(late)} late"
        f" (latest by {max(late, default=timedelta())}), {after} after being told; {took:.0f} s"
    )
    assert requests > INTERLEAVINGS
    assert met, "the two did not meet"
    assert (late, after) == ([], 0)
    of = Authorization.objects.in_bulk(pk)
    read = Reply.objects.filter(inquiry__authorization__in=pk, conclusive=True)
    for at, authorization in [
        *minted.values_list("minted_at", "inquiry__authorization_id"),
        *read.values_list("received_at", "inquiry__authorization_id"),
    ]:
        assert at <= of[authorization].revoked_at
    assert first_broken_index() is None

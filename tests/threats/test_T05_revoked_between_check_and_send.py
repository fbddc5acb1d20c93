"""T05: an authorization is revoked while a question on it is about to leave."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.acts import commission as order
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.procedure.record.queries import first_broken_index
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.postgres

INTERLEAVINGS = 1_000
BY_ACTS = 40
REVOKED = "gate: authorization revoked"
MINT = """INSERT INTO inquiries_ticket
  (id, inquiry_id, attempt, message, minted_at, expires_at, entry_id)
SELECT gen_random_uuid(), id, %s, id, clock_timestamp(),
  clock_timestamp() + interval '10 s', %s
FROM inquiries_inquiry WHERE id = %s"""
REVOKE = "UPDATE authorizations_authorization SET revoked_at = clock_timestamp() WHERE id = %s"


@dataclass
class Race:
    """
    What happened: moments by the database's clock.

    patience: seconds for which who revokes waits at most
    """

    sent: int = 0
    refused: int = 0
    late: int = 0
    patience: float = 0.004
    errors: list[BaseException] = field(default_factory=list)


def prepared(place: cast.County, count: int) -> list[Inquiry]:
    """Make as many inquiries as there will be races, each on an authorization of its own."""
    case = cast.authorized(place)
    model = case.members.get(key="a")
    signed = model.authorizations.get()
    bank = Department.objects.get(source="bank")
    members = [
        Member(
            case=case,
            key=f"x{n}",
            position=n,
            relation="other",
            person=b"-",
            birth_date=model.birth_date,
            number_index=f"{uuid4().hex}",
        )
        for n in range(count)
    ]
    copied = {f.attname: getattr(signed, f.attname) for f in signed._meta.concrete_fields}
    Member.objects.bulk_create(members)
    with raw.deed("authorizations.authorize", place.intake) as entry:
        copied["entry_id"] = entry
        authorizations = [
            Authorization(
                **copied
                | {"id": uuid4(), "member_id": member.id, "evidence": digest(member.number_index)}
            )
            for member in members
        ]
        Authorization.objects.bulk_create(authorizations)
    commission = order(case=case, by=place.intake)
    inquiries = [
        Inquiry(
            commission=commission,
            member=member,
            authorization=authorization,
            department=bank,
            agreement=bank.agreements.get(),
            source="bank",
            purpose="dibao",
            items=["bank.balance_fen"],
            due_at=moment() + timedelta(minutes=5),
        )
        for member, authorization in zip(members, authorizations, strict=True)
    ]
    with raw.deed() as entry:
        for inquiry in inquiries:
            inquiry.entry_id = entry
        Inquiry.objects.bulk_create(inquiries)
    return inquiries


def race(inquiries: list[Inquiry], mint: Callable[[Any, Inquiry], None], seed: int) -> Race:
    """Let one connection mint and another revoke at once, for each inquiry in turn."""
    result, gate = Race(), threading.Barrier(2)

    def run(turn: Callable[[Any, Inquiry], None], seed: int, latest: Callable[[], float]) -> None:
        jitter = random.Random(seed)
        try:
            with connection.cursor() as cursor:
                for inquiry in inquiries:
                    gate.wait(timeout=60)
                    until = time.perf_counter() + jitter.random() * latest()
                    while time.perf_counter() < until:
                        pass
                    turn(cursor, inquiry)
        except BaseException as error:
            result.errors.append(error)
            gate.abort()
        finally:
            connections.close_all()

    def send(cursor: Any, inquiry: Inquiry) -> None:
        try:
            mint(cursor, inquiry)
            result.sent += 1
            result.patience /= 1.05
        except DatabaseError as error:
            assert str(error).splitlines()[0] == REVOKED
            result.refused += 1
            result.patience *= 1.05

    def withdraw(cursor: Any, inquiry: Inquiry) -> None:
        cursor.execute(REVOKE, [inquiry.authorization_id])

    threads = [
        threading.Thread(target=run, args=(turn, seed + n, latest))
        # Who sends begins a transaction first, so who revokes waits longer: as long as it takes,
        # on this machine, that either comes first as often.
        for n, (turn, latest) in enumerate(
            ((send, lambda: 0.0006), (withdraw, lambda: result.patience))
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM inquiries_ticket t"
            " JOIN inquiries_inquiry q ON q.id = t.inquiry_id"
            " JOIN authorizations_authorization a ON a.id = q.authorization_id"
            " WHERE t.minted_at > a.revoked_at AND q.commission_id = %s",
            [inquiries[0].commission_id],
        )
        (result.late,) = cursor.fetchone()
    return result


def one_statement(cursor: Any, inquiry: Inquiry) -> None:
    with raw.deed() as entry:
        cursor.execute(MINT, [1, entry, inquiry.id])


def test_no_ticket_is_minted_after_the_revocation(committed_postgres):
    """By the database's clock, whatever the interleaving; and none for a later attempt."""
    inquiries = prepared(committed_postgres, INTERLEAVINGS)
    result = race(inquiries, one_statement, seed=5)
    assert result.errors == []
    assert result.sent + result.refused == INTERLEAVINGS
    assert min(result.sent, result.refused) > INTERLEAVINGS // 50, "the two did not meet"
    assert result.late == 0
    again = 0
    with connection.cursor() as cursor:
        for inquiry in inquiries:
            with pytest.raises(DatabaseError, match=REVOKED):
                cursor.execute(MINT, [2, uuid4(), inquiry.id])
            again += 1
    assert again == INTERLEAVINGS


def test_the_race_is_seen_where_one_checks_first_and_sends_then(committed_postgres):
    """The harness itself: without the gate it must see tickets later than the revocation."""
    inquiries = prepared(committed_postgres, INTERLEAVINGS // 5)

    def check_then_send(cursor: Any, inquiry: Inquiry) -> None:
        cursor.execute(
            "SELECT revoked_at FROM authorizations_authorization WHERE id = %s",
            [inquiry.authorization_id],
        )
        if cursor.fetchone()[0] is not None:
            raise DatabaseError(REVOKED)
        one_statement(cursor, inquiry)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inquiries_ticket DISABLE TRIGGER inquiries_ticket_gate")
        try:
            result = race(inquiries, check_then_send, seed=7)
        finally:
            cursor.execute("ALTER TABLE inquiries_ticket ENABLE TRIGGER inquiries_ticket_gate")
    assert result.errors == []
    assert result.late > 0


def test_the_acts_themselves_hold_the_race(committed_postgres):
    """`inquire` against `revoke`: six tickets or none, and never one after the revocation."""
    place = committed_postgres
    jitter = random.Random(9)
    sent = refused = 0
    for turn_number in range(BY_ACTS):
        # One in four begins far behind, so that both outcomes are seen on any machine.
        behind = {0: (0.3, 0.0), 1: (0.0, 0.3)}.get(turn_number % 8, (0.0, 0.0))
        case = cast.declared(place)
        signed = cast.authorize(place, case.members.get(key="a"))
        from hedui.procedure.commissions.acts import commission

        ordered = commission(case=case, by=place.intake)
        gate = threading.Barrier(2)
        errors: list[BaseException] = []

        def run(turn: Callable[[], Any], pause: float, gate=gate, errors=errors) -> None:
            try:
                assert connection.cursor()
                gate.wait(timeout=60)
                time.sleep(pause)
                turn()
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        threads = [
            threading.Thread(
                target=run,
                args=(
                    lambda ordered=ordered: inquire(commission=ordered, by=WORKER),
                    behind[0] + jitter.random() * 0.01,
                ),
            ),
            threading.Thread(
                target=run,
                args=(
                    lambda signed=signed: revoke(
                        authorization=signed, reason="本人要求撤回", by=place.intake
                    ),
                    behind[1] + jitter.random() * 0.01,
                ),
            ),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        revoked_at = Authorization.objects.get(pk=signed.pk).revoked_at
        minted = list(
            Ticket.objects.filter(inquiry__commission=ordered).values_list("minted_at", flat=True)
        )
        assert len(minted) in {0, len(cast.SOURCES)}
        assert all(at <= revoked_at for at in minted)
        assert inquire(commission=ordered, by=WORKER) == []
        sent, refused = sent + bool(minted), refused + (not minted)
    assert sent and refused, "the two did not meet"
    assert first_broken_index() is None

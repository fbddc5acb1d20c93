"""The door 出口: what was decided of a message is decided; what waited too long stays."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.door import Door, KeptBack
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from tests import cast


@pytest.fixture
def commission(county):
    return cast.commissioned(county)


def code_of(passage) -> str:
    with pytest.raises(KeptBack) as kept:
        passage.wait()
    return kept.value.code


def standing_of(envelope) -> set:
    return {ticket.inquiry.authorization_id for ticket in envelope.tickets}


def test_a_message_leaves_only_while_all_that_it_rests_on_stands(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    standing = standing_of(envelope)
    assert len(standing) > 1
    door = Door(commission)
    whole, less = door.passage(envelope), door.passage(envelope)
    whole.decide(standing)
    whole.wait()
    less.decide(sorted(standing)[1:])
    assert code_of(less) == "revoked"


def test_what_was_kept_is_not_let_out_afterwards_nor_the_other_way(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    door = Door(commission)
    kept, gone = door.passage(envelope), door.passage(envelope)
    kept.decide()
    kept.decide(standing_of(envelope))
    assert code_of(kept) == "revoked"
    gone.decide(standing_of(envelope))
    gone.decide()
    gone.wait()


def test_who_was_let_out_too_late_for_the_ticket_stays(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    passage = Door(commission).passage(replace(envelope, expires_at=moment()))
    passage.decide(standing_of(envelope))
    assert code_of(passage) == "ticket_expired"


def test_when_the_door_is_shut_whoever_is_on_the_way_stays(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    door = Door(commission)
    passage = door.passage(envelope)
    door.shut()
    assert code_of(passage) == "revoked"


def test_those_who_do_not_come_at_once_hold_nobody_up(commission):
    """Two are expected and one is there: it leaves; the other, revoked meanwhile, stays."""
    first, second, *_ = inquire(commission=commission, by=WORKER)
    door = Door(commission)
    here, late = door.passage(first), door.passage(second)
    left, came = threading.Event(), []

    def leave() -> None:
        here.wait()
        left.set()
        here.end()

    def come_late() -> None:
        left.wait(60)
        late.end()  # its connection broke before it came to the door
        came.append(late)

    threads = [threading.Thread(target=leave), threading.Thread(target=come_late)]
    for thread in threads:
        thread.start()
    door.let_out()
    for thread in threads:
        thread.join(60)
    assert left.is_set()
    assert came == [late]


def test_at_the_door_a_revocation_is_seen(county, commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    signed = commission.case.authorizations.get(member__key="a")
    revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    door = Door(commission)
    passage = door.passage(replace(envelope, expires_at=moment() + timedelta(minutes=5)))
    codes = []

    def leave() -> None:
        codes.append(code_of(passage))
        passage.end()

    thread = threading.Thread(target=leave)
    thread.start()
    door.let_out()
    thread.join(60)
    assert codes == ["revoked"]


@pytest.fixture
def heard(county):
    """Return what reaches the wire of all departments, and let it be heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.settimeout(0.5)
                    with suppress(OSError):
                        while more := peer.recv(65_536):
                            heard.append(more)

        threading.Thread(target=listen, daemon=True).start()
        port = server.getsockname()[1]
        for source in cast.SOURCES:
            cast.reached_at(f"http://127.0.0.1:{port}", source)
        yield heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("goes", [True, False])
def test_what_is_kept_at_the_door_reaches_no_wire(heard, county, goes):
    ordered = cast.commissioned(county)
    envelope = inquire(commission=ordered, by=WORKER)[0]
    passage = Door(ordered).passage(envelope)
    passage.decide(standing_of(envelope) if goes else ())
    came = https_json.read(https_json.ask(https_json.write(envelope), passage))
    assert ({one.code for one in came} == {"revoked"}) is not goes
    assert (str(envelope.message).encode() in b"".join(heard)) is goes

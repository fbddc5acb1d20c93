# ruff: noqa: F811 - the fixtures of test_later are taken by name
"""Of what a department sends in vain an administrator learns, though no reply tells of it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import turned_away
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.models import TurnedAway
from hedui.procedure.record import keys
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports import sources
from hedui.wire.answering import build_answer
from hedui.wire.moments import new_message_id
from hedui.wire.seals import generate_key
from tests.procedure.inquiries.test_later import (  # noqa: F401 - its fixtures too
    BANK,
    bank,
    commission,
    post,
    worked_off,
)


@pytest.fixture
def listed(to_mend):
    return partial(to_mend, "name")


def stamped(bank, at):
    """Return a message of answers that says it was written at a moment."""
    return build_answer(
        bank.answers(),
        message_id=new_message_id(at),
        request=bank.asked[-1],
        at=at,
        signer=keys.signer(),
    )


def test_a_department_whose_clock_is_off_is_told_of_until_it_answers(
    bank, commission, client, listed
):
    late = stamped(bank, moment() - timedelta(minutes=20))
    assert post(client, late).status_code == 400
    assert listed() == [("bank", "clock", 1)]
    assert post(client, bank.message()).status_code == 200
    worked_off()
    assert listed() == []


def test_each_reason_is_told_for_itself(bank, commission, client, listed, tmp_path):
    other = generate_key(tmp_path / "other.pem")
    assert post(client, bank.message(signer=other)).status_code == 401
    path_of(BANK).parent.mkdir(exist_ok=True)
    path_of(BANK).write_text(f'[https]\ncallback_sha256 = "{sha256(b"secret").hexdigest()}"\n')
    assert post(client, bank.message()).status_code == 401
    assert sorted(listed()) == [("bank", "not_admitted", 1), ("bank", "signature", 1)]


def test_who_calls_without_end_writes_once_in_a_second(
    bank, commission, client, listed, tmp_path, monkeypatch
):
    forged = bank.message(signer=generate_key(tmp_path / "other.pem"))
    for _ in range(3):
        post(client, forged)
    assert listed() == [("bank", "signature", 1)]
    monkeypatch.setattr(turned_away, "AT_ONCE", timedelta())
    post(client, forged)
    assert listed() == [("bank", "signature", 2)]


def test_of_a_sender_that_nobody_registered_nothing_is_kept(bank, commission, client, caplog):
    body = bank.message().replace(b"310101-bank", b"310199-bank")
    assert post(client, body).status_code == 401
    assert post(client, b"{}").status_code == 400
    assert not TurnedAway.objects.exists()
    assert "310199" not in caplog.text and "没有收下" in caplog.text


def test_what_was_never_asked_is_told_and_what_was_answered_before_is_nobodys_task(
    bank, commission, client, listed
):
    assert post(client, bank.message()).status_code == 200
    worked_off()
    assert post(client, bank.message()).status_code == 200
    worked_off()
    assert listed() == []
    question = replace(bank.asked[-1], message_id=new_message_id(moment()))
    assert post(client, bank.message(request=question)).status_code == 200
    worked_off()
    assert [(one.kind, one.count) for one in TurnedAway.objects.all()] == [("replay", 3)]
    assert listed() == [("bank", "replay", 3)]


def test_a_row_names_the_department_by_its_number_alone(bank):
    row = TurnedAway(department=Department.objects.get(source="bank"), kind="clock", day=today())
    assert str(row) == f"{row.department_id} clock {row.day}"


def test_a_check_that_nobody_has_thought_of_yet_has_a_kind(bank, commission):
    message = bank.message()
    for code in (*turned_away.CHECKS, turned_away.NOT_ADMITTED):
        turned_away.at_the_door(message, code)
    kinds = {one.kind for one in TurnedAway.objects.all()}
    assert kinds <= sources.FAILURES.keys()

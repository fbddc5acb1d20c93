"""Acknowledgements, and the question what became of a message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.wire.answering import AnswerElement
from hedui.wire.checks import WireError
from hedui.wire.envelope import MessageError
from hedui.wire.later import (
    acknowledge,
    build_status_answer,
    build_status_question,
    parse_status_question,
    read_acknowledgement,
    refuse,
)
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, Rejected, parse_status_answer
from hedui.wire.seals import Verifier
from tests.wire.made import BANK, NOW, PLATFORM, found, inquiry

ASKED = new_message_id(NOW)


def question(keys, attribute="correlation_id", values=(ASKED,), **changes):
    settings = {
        "message_id": new_message_id(NOW),
        "sender": PLATFORM,
        "receiver": BANK,
        "at": NOW,
        "signer": keys.platform,
    }
    return build_status_question(attribute, values, **(settings | changes))


def read(keys, body, now=NOW):
    return parse_status_question(
        body, verifier=keys.trusted(PLATFORM), audience=lambda said: said == BANK, now=now
    )


def test_a_status_question_is_read_as_it_was_asked(keys):
    listed = read(keys, question(keys, "reference_id_list", ["inquiry-1", "inquiry-2"]))
    assert (listed.attribute, listed.values) == ("reference_id_list", ("inquiry-1", "inquiry-2"))
    assert read(keys, question(keys)).values == (ASKED,)


@pytest.mark.parametrize(
    ("changes", "now", "code"),
    [
        ({"receiver": "310101-vehicle"}, NOW, "audience_mismatch"),
        ({"sender": "310104-hedui"}, NOW, "unknown_partner"),
        ({}, NOW + timedelta(minutes=16), "message_ts_invalid"),
    ],
)
def test_it_is_checked_as_a_search_is(keys, changes, now, code):
    with pytest.raises(MessageError) as refused:
        read(keys, question(keys, **changes), now)
    assert refused.value.code == code


def test_the_answer_to_it_is_held_against_what_was_asked(keys):
    asked = read(keys, question(keys))
    elements = [found(), AnswerElement("inquiry-2", "bank", "pdng")]
    body = build_status_answer(
        elements,
        transaction_id=ASKED,
        correlation_id=ASKED,
        message_id=new_message_id(NOW),
        question=asked,
        at=NOW,
        signer=keys.bank,
    )
    first = inquiry(keys)
    held = {
        "request": {"inquiry-1": first, "inquiry-2": replace(first, reference_id="inquiry-2")},
        "message_id": ASKED,
        "question_id": asked.message_id,
        "sender": BANK,
        "receiver": PLATFORM,
        "verifier": Verifier.of(replace(keys.bank.public(), owner=BANK)),
        "now": NOW,
    }
    answers = parse_status_answer(body, **held)
    assert isinstance(answers["inquiry-1"], Answer)
    assert isinstance(answers["inquiry-2"], Rejected)
    assert answers["inquiry-2"].status == "pdng"
    for other in ("message_id", "question_id"):
        with pytest.raises(MessageError, match="replay"):
            parse_status_answer(body, **(held | {other: new_message_id(NOW)}))


def test_an_acknowledgement_says_whether_the_message_was_taken():
    assert read_acknowledgement(acknowledge(ASKED, NOW)).is_taken
    refused = read_acknowledgement(refuse("closed", "err.service.unavailable", "休息", NOW))
    assert (refused.is_taken, refused.check) == (False, "closed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"message": {}}',
        acknowledge(ASKED, NOW).replace(b"ACK", b"ERR"),
        refuse("closed", "err.service.unavailable", "", NOW).replace(b"ERR", b"ACK"),
        b" " * 70000 + acknowledge(ASKED, NOW),
    ],
)
def test_what_is_no_acknowledgement_is_none(body):
    with pytest.raises(WireError):
        read_acknowledgement(body)

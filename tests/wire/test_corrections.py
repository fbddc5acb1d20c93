"""Requests for correction and their answers: signed, whole, and about nobody by name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hedui.wire.canonical import canonical
from hedui.wire.checks import WireError
from hedui.wire.corrections import (
    REQUEST_TYP,
    TYP,
    Correction,
    CorrectionRequest,
    ask_for_correction,
    claims_of,
    read_correction,
    read_correction_request,
    sign_correction,
)
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier
from tests.wire.made import NOW, PLATFORM

ASKED = CorrectionRequest(
    number="GZ-1",
    source="bank",
    sender=PLATFORM,
    message_id=new_message_id(NOW),
    reference_id="inquiry-1",
    serial="bank-20240801-000001",
    items=("bank.balance_fen",),
    fault="value",
    answer_until=date(2024, 8, 15),
    at=NOW,
)


def read(keys, jws, now=NOW):
    return read_correction_request(jws, keys.trusted(PLATFORM), source="bank", now=now)


def test_a_request_is_read_as_it_was_asked(keys):
    assert read(keys, ask_for_correction(ASKED, keys.platform)) == ASKED


@pytest.mark.parametrize(
    ("changes", "now", "code"),
    [
        ({"source": "vehicle"}, NOW, "audience_mismatch"),
        ({"sender": "320101-hedui"}, NOW, "unknown_partner"),
        ({}, NOW + timedelta(minutes=16), "message_ts_invalid"),
        ({"fault": "fraud"}, NOW, "malformed_object"),
        ({"items": ()}, NOW, "malformed_object"),
        ({"items": ("balance",)}, NOW, "malformed_object"),
        ({"number": "张三"}, NOW, "malformed_object"),
        ({"message_id": "1"}, NOW, "malformed_object"),
    ],
)
def test_a_request_that_does_not_hold_is_refused(keys, changes, now, code):
    with pytest.raises(WireError) as refused:
        read(keys, ask_for_correction(replace(ASKED, **changes), keys.platform), now)
    assert refused.value.code == code


def test_a_strangers_request_and_one_with_more_in_it_are_refused(keys):
    with pytest.raises(WireError, match="unknown_partner"):
        read(keys, ask_for_correction(ASKED, keys.stranger))
    more = keys.platform.sign(canonical(claims_of(ASKED) | {"name": "x"}), typ=REQUEST_TYP)
    with pytest.raises(WireError, match="malformed_object"):
        read(keys, more)


def test_an_answer_is_read_as_it_was_given(keys):
    found = Correction("GZ-1", "bank", PLATFORM, "corrected", NOW)
    verifier = Verifier.of(keys.bank.public())
    assert read_correction(sign_correction(found, keys.bank), verifier) == found
    with pytest.raises(WireError, match="malformed_object"):
        other = replace(found, outcome="perhaps")
        read_correction(sign_correction(other, keys.bank), verifier)
    with pytest.raises(WireError, match="malformed_object"):
        read_correction(keys.bank.sign(canonical({"number": "GZ-1"}), typ=TYP), verifier)

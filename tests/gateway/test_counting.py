"""What a department counts of a day: each inquiry once, whoever's clock struck midnight first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.gateway.counting import DayNotOver, answer_counts, counted
from hedui.gateway.desk import answer
from hedui.wire.checks import WireError
from hedui.wire.counts import (
    CountsRequest,
    ask_for_counts,
    counted_on,
    day_bounds,
    digest_of_marks,
    mark,
    read_counts,
)
from hedui.wire.moments import FRESHNESS, china_day, new_message_id
from hedui.wire.seals import Verifier, generate_key
from tests.gateway.bank import ask, close, open_bank
from tests.wire.made import LI, NOW, PLATFORM, ZHANG, inquiry, search

TODAY = china_day(NOW)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def bank(tmp_path, keys):
    department = open_bank(tmp_path, keys)
    yield department
    close(department)


def count(bank, keys, *, day=TODAY, marks=True, at=LATER, signer=None, source="bank"):
    later = replace(bank, clock=lambda: at)
    asked = CountsRequest(source, day, marks, at)
    said = answer_counts(later, ask_for_counts(asked, signer or keys.platform))
    return read_counts(said["counts"], Verifier.of(bank.signer.public())), said.get("marks")


def one(keys, reference="q-1", number=ZHANG):
    return inquiry(keys, reference_id=reference, subject_number=number)


def test_each_inquiry_counts_once_and_what_came_again_beside(bank, keys):
    first, second = new_message_id(NOW), new_message_id(NOW)
    ask(bank, keys, one(keys), one(keys, "q-2", LI), message_id=first)
    body = search(keys, one(keys), message_id=second)
    assert answer(bank, body) == answer(bank, body)
    counts, marks = count(bank, keys)
    expected = [mark(first, "q-1"), mark(first, "q-2"), mark(second, "q-1")]
    assert sorted(marks) == sorted(expected)
    assert (counts.count, counts.repeated, counts.day) == (3, 1, TODAY)
    assert counts.digest == digest_of_marks(reversed(marks))
    assert (counts.source, counts.partner) == ("bank", PLATFORM)


def test_what_was_refused_counts_too(bank, keys):
    [rejected] = ask(bank, keys, one(keys, "q", LI))  # on Zhang's permission
    assert rejected.status == "rjct"
    assert count(bank, keys)[0].count == 1


def test_nothing_on_a_day_is_a_count_of_nothing(bank, keys):
    counts, marks = count(bank, keys, day=TODAY - timedelta(days=1))
    assert (counts.count, marks, counts.digest) == (0, [], digest_of_marks([]))


def test_a_day_that_can_still_grow_is_not_counted(bank, keys):
    ends = day_bounds(TODAY)[1]
    for at in (NOW, ends, ends + FRESHNESS - timedelta(milliseconds=1)):
        with pytest.raises(DayNotOver):
            count(bank, keys, at=at)
    assert count(bank, keys, at=ends + FRESHNESS)[0].count == 0


def test_a_message_counts_on_the_day_in_its_name_though_it_came_after_midnight(bank, keys):
    midnight = day_bounds(TODAY)[1]
    before, after = midnight - timedelta(seconds=1), midnight + timedelta(minutes=5)
    named = new_message_id(before)
    late = replace(bank, clock=lambda: after)
    answer(late, search(keys, one(keys), message_id=named, at=before))
    assert count(bank, keys)[1] == [mark(named, "q-1")]
    assert count(bank, keys, day=china_day(after), at=LATER + timedelta(days=1))[0].count == 0


def test_nobody_puts_an_inquiry_into_a_day_that_was_counted(bank, keys):
    """Who has the platform's key could name a message as of another day."""
    forged = new_message_id(NOW - timedelta(days=3))
    ask(bank, keys, one(keys), message_id=forged)
    assert count(bank, keys, day=china_day(NOW - timedelta(days=3)))[0].count == 0
    assert count(bank, keys)[1] == [mark(forged, "q-1")]
    assert counted_on(forged, NOW) == TODAY


def test_only_a_partner_is_told_and_only_by_a_fresh_request_to_this_source(bank, keys, tmp_path):
    stranger = generate_key(tmp_path / "stranger.pem")
    with pytest.raises(WireError, match="unknown_partner"):
        count(bank, keys, signer=stranger)
    with pytest.raises(WireError, match="audience_mismatch"):
        count(bank, keys, source="tax")
    asked = ask_for_counts(CountsRequest("bank", TODAY, True, NOW), keys.platform)
    with pytest.raises(WireError, match="message_ts_invalid"):
        answer_counts(replace(bank, clock=lambda: LATER), asked)
    with pytest.raises(WireError, match="malformed_object"):
        read_counts(asked, Verifier.of(keys.platform.public()))


def test_a_line_that_a_crash_cut_short_and_a_log_of_an_earlier_version_are_counted_right(
    bank, keys
):
    named = new_message_id(NOW)
    ask(bank, keys, one(keys), message_id=named)
    whole = bank.log.path.read_bytes()
    old = whole.replace(f'"day":"{TODAY}",'.encode(), b"")
    assert old != whole
    bank.log.path.write_bytes(old + whole[:-30] + b"\n")
    assert count(bank, keys)[1] == [mark(named, "q-1")]


def test_a_strangers_reference_is_not_repeated_in_its_mark():
    assert ZHANG not in mark(new_message_id(NOW), ZHANG)


def test_a_partner_is_told_of_what_came_in_its_own_name(bank, keys):
    ask(bank, keys, one(keys))
    say = {"source": "bank", "day": TODAY, "signer": bank.signer, "now": LATER, "with_marks": True}
    assert len(counted(bank.log.path, partner="*", **say)["marks"]) == 1
    assert len(counted(bank.log.path, partner=PLATFORM, **say)["marks"]) == 1
    assert counted(bank.log.path, partner="310102-hedui", **say)["marks"] == []

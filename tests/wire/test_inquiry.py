import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hedui.wire import strict_json
from hedui.wire.envelope import MessageError, seal
from hedui.wire.inquiry import MalformedElement, parse_search
from hedui.wire.moments import new_message_id
from tests.wire.made import BANK, NOW, PLATFORM, ZHANG, inquiry, search


def parse(keys, body, **changes):
    settings = {"verifier": keys.trusted(), "audience": BANK.__eq__, "now": NOW}
    return parse_search(body, **(settings | changes))


def resealed(keys, body, change):
    """Change a message as a partner could, and sign it again."""
    envelope = json.loads(body)
    change(envelope)
    return seal(envelope["header"], envelope["message"], keys.platform)


def test_it_reads_what_was_built(keys):
    first = inquiry(keys)
    second = inquiry(keys, reference_id="inquiry-2", subject_name="买买提·艾力")
    message = parse(keys, search(keys, first, second))
    assert message.elements == (first, second)
    assert (message.sender, message.receiver, message.at) == (PLATFORM, BANK, NOW)


def test_a_message_names_itself_by_a_uuid_of_version_7():
    identity = UUID(new_message_id(NOW))
    assert identity.version == 7
    assert identity.int >> 80 == int(NOW.timestamp() * 1000)
    assert new_message_id(NOW) < new_message_id(NOW + timedelta(milliseconds=1))


def test_an_inquiry_does_not_print_whom_it_is_about(keys):
    assert ZHANG not in repr(inquiry(keys))
    assert "张三" not in repr(inquiry(keys))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"message_id": "1"}, "malformed_object"),
        ({"message_id": "018f0000-0000-4000-8000-000000000000"}, "malformed_object"),
        ({"message_ts": "2024-08-01T10:00:00"}, "malformed_object"),
        ({"message_ts": "2024-13-01T10:00:00+08:00"}, "malformed_object"),
        ({"version": "2.0.0"}, "malformed_object"),
        ({"action": "subscribe"}, "malformed_object"),
        ({"total_count": 2}, "malformed_object"),
        ({"is_msg_encrypted": True}, "malformed_object"),
        ({"sender_id": "hedui"}, "malformed_object"),
        ({"unknown": 1}, "malformed_object"),
        ({"receiver_id": "310101-tax"}, "audience_mismatch"),
        ({"receiver_id": "320101-bank"}, "audience_mismatch"),
        ({"message_ts": "2024-08-01T09:44:59+08:00"}, "message_ts_invalid"),
        ({"message_ts": "2024-08-01T10:15:01+08:00"}, "message_ts_invalid"),
    ],
)
def test_it_refuses_a_message_whose_header_is_not_right(keys, change, code):
    body = resealed(keys, search(keys, inquiry(keys)), lambda e: e["header"].update(change))
    with pytest.raises(MessageError) as refused:
        parse(keys, body)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["2024-08-01T09:45:00+08:00", "2024-08-01T02:15:00Z"])
def test_it_takes_a_message_up_to_fifteen_minutes_from_its_own_clock(keys, text):
    change = {"message_ts": text}
    body = resealed(keys, search(keys, inquiry(keys)), lambda e: e["header"].update(change))
    assert parse(keys, body)


def test_how_fresh_a_message_must_be_can_be_set(keys):
    body = search(keys, inquiry(keys), at=NOW - timedelta(minutes=2))
    with pytest.raises(MessageError):
        parse(keys, body, freshness=timedelta(minutes=1))


def test_it_refuses_a_message_changed_on_its_way(keys):
    body = search(keys, inquiry(keys))
    changed = body.replace("张三".encode(), "张四".encode())
    assert changed != body
    with pytest.raises(MessageError) as refused:
        parse(keys, changed)
    assert refused.value.code == "signature_invalid"


def test_it_does_not_mind_how_the_json_is_laid_out(keys):
    body = search(keys, inquiry(keys))
    assert parse(keys, json.dumps(json.loads(body), indent=4, sort_keys=True).encode())


def test_it_refuses_an_unknown_signer_and_a_known_one_under_anothers_name(keys):
    with pytest.raises(MessageError) as refused:
        parse(keys, search(keys, inquiry(keys), signer=keys.stranger))
    assert refused.value.code == "unknown_partner"
    with pytest.raises(MessageError) as refused:
        parse(
            keys,
            search(keys, inquiry(keys), sender="320101-hedui"),
            verifier=keys.trusted("310101-hedui"),
        )
    assert refused.value.code == "unknown_partner"


def test_it_refuses_a_partner_it_does_not_deal_with(keys):
    with pytest.raises(MessageError) as refused:
        parse(keys, search(keys, inquiry(keys)), partner=lambda _sender: False)
    assert refused.value.code == "unknown_partner"


def test_it_refuses_two_inquiries_under_one_reference(keys):
    body = search(keys, inquiry(keys), inquiry(keys))
    with pytest.raises(MessageError, match="reference_id"):
        parse(keys, body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda asked: asked["subject"].update(id_number="9901011985010100"),
        lambda asked: asked["subject"].update(phone="1"),
        lambda asked: asked.pop("period"),
        lambda asked: asked["period"].update({"from": "2024-02-30"}),
        lambda asked: asked["period"].update({"from": "2025-01-01"}),
        lambda asked: asked.update(items=[]),
        lambda asked: asked.update(items=["bank.*"]),
        lambda asked: asked.update(items=[1]),
    ],
)
def test_one_bad_inquiry_does_not_spoil_the_others(keys, spoil):
    good, bad = inquiry(keys), inquiry(keys, reference_id="bad")

    def change(envelope):
        criteria = envelope["message"]["search_request"][1]["search_criteria"]
        spoil(criteria["query"]["value"])

    message = parse(keys, resealed(keys, search(keys, good, bad), change))
    assert message.elements[0] == good
    assert isinstance(message.elements[1], MalformedElement)
    assert message.elements[1].reference_id == "bad"


def test_it_does_not_send_what_no_department_would_read(keys):
    for broken in (
        replace(inquiry(keys), subject_number="123"),
        replace(inquiry(keys), items=()),
        replace(inquiry(keys), reference_id="查询"),
    ):
        with pytest.raises(ValueError, match="malformed_object"):
            search(keys, broken)


def test_only_what_the_profile_names_leaves_the_house(keys):
    request = strict_json.loads(search(keys, inquiry(keys)))["message"]["search_request"][0]
    asked = request["search_criteria"]["query"]["value"]
    assert asked.keys() == {"subject", "items", "period", "as_of"}
    assert asked["subject"].keys() == {"name", "id_number"}

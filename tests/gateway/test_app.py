"""The department's application by itself, without a server."""

import asyncio

import pytest

from hedui.gateway import application
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer
from tests.gateway.bank import close, open_bank, read_reply
from tests.wire.made import NOW, inquiry, search


@pytest.fixture
def bank(tmp_path, keys):
    department = open_bank(tmp_path, keys)
    yield department
    close(department)


def post(department, chunks):
    """Send a message in chunks and return the status and the content of the answer."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/registry/sync/search",
        "headers": [(b"content-type", b"application/json")],
    }
    events = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    events.append({"type": "http.request"})
    coming, sent = iter(events), []

    async def receive():
        return next(coming)

    async def send(event):
        sent.append(event)

    asyncio.run(application(department)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def test_a_message_that_comes_byte_by_byte_is_the_same_message(bank, keys):
    identity, asked = new_message_id(NOW), inquiry(keys)
    message = search(keys, asked, message_id=identity)
    status, reply = post(bank, [message[i : i + 1] for i in range(len(message))])
    assert status == 200
    [answered] = read_reply(bank, keys, reply, identity, asked).values()
    assert isinstance(answered, Answer)

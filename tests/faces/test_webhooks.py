"""Webhooks to a real receiver: signed, in order, again until taken, and nothing but a number."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from hedui.faces.api import webhooks
from hedui.procedure.agencies.client_models import Endpoint
from hedui.procedure.agencies.clients import end_client
from hedui.procedure.agencies.endpoints import (
    NotAnEndpoint,
    end_endpoint,
    head,
    redeliver,
    register_endpoint,
)
from hedui.procedure.agencies.models import Agency
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record import keys
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.wire.seals import SealError
from tests import cast, databases
from tests.faces.callers import Caller
from tests.faces.desks import at_administration

BY = cast.administrators()[0]


class Receiver:
    """A system that is told; it answers with the next status, 204 when there is none left."""

    def __init__(self) -> None:
        self.told: list[dict] = []
        self.signatures: list[str] = []
        self.bodies: list[bytes] = []
        self.statuses: list[int] = []
        self.silent = False
        receiver = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.bodies.append(body)
                receiver.signatures.append(self.headers["Hedui-Signature"])
                receiver.told.append(json.loads(body))
                if receiver.silent:
                    time.sleep(30)
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/news"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def about(self) -> list[str]:
        """Return what it was told about."""
        return [one["about"] for one in self.told]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.HEDUI_TRIAL_ENDPOINTS = True
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def client(county):
    return cast.client(county)


@pytest.fixture
def endpoint(client, receiver):
    return register_endpoint(client=client[0], url=receiver.url, by=BY)


@pytest.fixture
def ordered(client, endpoint):
    """Return the number of a commission that was ordered after the endpoint was registered."""
    return Caller(client[1]).order().json()["commission"]


def everything(at=None) -> int:
    """Deliver until nothing is due; return how often."""
    return sum(1 for _ in iter(lambda: webhooks.deliver(at or moment()), False))


@pytest.mark.django_db
def test_it_tells_what_happens_in_order_and_once(county, endpoint, ordered, receiver):
    everything()
    cast.answered(Commission.objects.get(number=ordered))
    everything()
    everything()
    assert receiver.about == [ordered, ordered]
    cursors = [one["cursor"] for one in receiver.told]
    assert cursors == sorted(set(cursors))
    ids = {str(pk) for pk in Entry.objects.filter(index__in=cursors).values_list("id", flat=True)}
    assert {one["id"] for one in receiver.told} == ids


@pytest.mark.django_db
def test_what_is_told_is_a_number_and_signed_by_the_platform(endpoint, ordered, receiver):
    everything()
    [body], [signature] = receiver.bodies, receiver.signatures
    assert json.loads(body).keys() == {"id", "cursor", "at", "about"}
    keys.verifier().verify_detached(signature, body, typ="hedui-news+jws")
    with pytest.raises(SealError):
        keys.verifier().verify_detached(signature, body + b" ", typ="hedui-news+jws")
    for secret in ("张", cast.ZHANG_SAN, "issued", "bank"):
        assert secret.encode() not in body


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 404, 302, 410])
def test_what_is_not_taken_is_told_again_and_nothing_goes_before_it(
    county, endpoint, ordered, receiver, status
):
    cast.answered(Commission.objects.get(number=ordered))
    receiver.statuses = [status, status]
    assert everything() == 1
    assert len(receiver.told) == 1
    held = Endpoint.objects.get()
    assert (held.attempts, held.fault) == (1, f"HTTP {status}")
    assert timedelta(seconds=2) < held.next_at - moment() < timedelta(seconds=6)
    everything()
    assert len(receiver.told) == 1  # not before its time
    everything(moment() + timedelta(seconds=6))
    later = Endpoint.objects.get()
    assert (later.attempts, later.failing_since) == (2, held.failing_since)
    everything(moment() + timedelta(hours=1))
    assert [one["cursor"] for one in receiver.told[:3]] == [receiver.told[0]["cursor"]] * 3
    assert len(receiver.told) == 4
    assert (Endpoint.objects.get().attempts, Endpoint.objects.get().failing_since) == (0, None)


@pytest.mark.django_db
def test_it_tries_for_days_an_hour_apart_at_most(endpoint, ordered, receiver):
    receiver.close()
    at = moment()
    for _ in range(30):
        assert webhooks.deliver(at)
        held = Endpoint.objects.get()
        assert held.next_at is not None
        assert held.next_at - at <= timedelta(hours=1)
        at = held.next_at
    assert held.attempts == 30
    assert at - held.failing_since > timedelta(hours=8)
    assert held.fault == "ConnectionRefusedError"


@pytest.mark.django_db
def test_another_agencys_news_is_not_told(county, receiver, client):
    other = cast.client(county, agency=Agency.objects.get(name="外滩街道"))[0]
    register_endpoint(client=other, url=receiver.url, by=BY)
    Caller(client[1]).order()
    everything()
    assert receiver.told == []
    assert Endpoint.objects.get().cursor == head()


@pytest.mark.django_db
def test_what_was_told_is_told_again_from_a_cursor_on(county, endpoint, ordered, receiver):
    cast.answered(Commission.objects.get(number=ordered))
    everything()
    first = receiver.told[0]["cursor"]
    redeliver(endpoint=endpoint, after=first - 1, by=BY)
    everything()
    assert [one["cursor"] for one in receiver.told] == [
        *[c["cursor"] for c in receiver.told[:2]]
    ] * 2
    with pytest.raises(NotAnEndpoint):
        redeliver(endpoint=endpoint, after=head() + 1, by=BY)
    end_endpoint(endpoint=endpoint, by=BY)
    for act, more in ((end_endpoint, {}), (redeliver, {"after": 0})):
        with pytest.raises(NotAnEndpoint):
            act(endpoint=endpoint, by=BY, **more)
    cast.commissioned(county)
    everything()
    assert len(receiver.told) == 4


@pytest.mark.django_db
def test_a_client_that_has_ended_is_told_nothing(client, endpoint, ordered, receiver):
    end_client(client=client[0], by=BY)
    everything()
    assert receiver.told == []


@pytest.mark.django_db
def test_the_address_after_goes_on_where_the_one_before_was(client, endpoint, ordered, receiver):
    receiver.statuses = [500]
    everything()
    register_endpoint(client=client[0], url=receiver.url, by=BY)
    everything()
    assert receiver.about == [ordered, ordered]
    assert Endpoint.objects.filter(ended_at=None).count() == 1


@pytest.mark.django_db
def test_pages_show_what_was_told_and_what_fails(county, client, endpoint, ordered, receiver):
    admin = at_administration(county)
    receiver.statuses = [503]
    everything()
    address = reverse("workbench:client", kwargs={"client": client[0].pk})
    shown = admin.get(address).content.decode()
    assert "HTTP 503" in shown
    assert "待送达" in shown
    assert ordered not in shown
    admin.post(
        reverse("workbench:redeliver", kwargs={"client": client[0].pk, "endpoint": endpoint.pk}),
        {"after": endpoint.cursor},
    )
    everything()
    assert "已送达" in admin.get(address).content.decode()
    assert receiver.about == [ordered, ordered]


DELIVER = """
import django; django.setup()
from hedui.procedure.record.moment import moment
from hedui.faces.api import webhooks
webhooks.deliver(moment())
"""


def test_what_was_sent_when_the_worker_was_killed_is_sent_again(
    own_sqlite, receiver, settings, django_db_blocker
):
    with django_db_blocker.unblock(), databases.pointed_at(own_sqlite.url):
        killed_and_again(own_sqlite, receiver, settings)


def killed_and_again(own, receiver, settings):
    names = {
        "HEDUI_DATABASE_URL": own.url,
        "HEDUI_DATA_DIR": str(settings.DATA_DIR),
        "HEDUI_KEYS_DIR": str(settings.HEDUI_KEYS_DIR),
        "DJANGO_SETTINGS_MODULE": "hedui.config.settings",
    }
    admitted, secret = cast.client(own.county)
    endpoint = register_endpoint(client=admitted, url=receiver.url, by=BY)
    content = cast.zhang_family(moment().date())
    number = Caller(secret).order(content=content, evidence=[]).json()["commission"]
    receiver.silent = True
    worker = subprocess.Popen([sys.executable, "-c", DELIVER], env=os.environ | names)
    until = time.monotonic() + 30
    while not receiver.told and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    receiver.silent = False
    assert receiver.about == [number]
    assert not webhooks.deliver(moment())  # held for whoever was at it
    everything(moment() + webhooks.HOLD)
    assert receiver.about == [number, number]
    assert receiver.told[0] == receiver.told[1]
    endpoint.refresh_from_db()
    assert endpoint.cursor >= receiver.told[0]["cursor"]
    end_endpoint(endpoint=endpoint, by=BY)
    end_client(client=admitted, by=BY)

"""A request for correction goes to a real gateway over HTTP, and its signed answer is entered."""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from hedui.gateway import open_department
from hedui.gateway.corrections import answer_correction, asked_for, take_correction
from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import correcting
from hedui.procedure.inquiries.breaker import FAULTS_TO_REST
from hedui.procedure.inquiries.connections import folder
from hedui.procedure.inquiries.correcting import NotTaken
from hedui.procedure.record import keys
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, process_clock
from hedui.procedure.reports import beside
from hedui.procedure.reports.models import Correction
from hedui.procedure.reports.reviewing import review_source
from hedui.procedure.reports.sending import NotAnswered, put_on_its_way, send_correction
from tests import cast
from tests.gateway.bank import ROWS, write_rows


@pytest.fixture
def shown():
    """Return what each request showed as its token."""
    return []


@pytest.fixture
def gateway(tmp_path, shown):
    """Return the bank's gateway, behind HTTP; the county's requests lead there."""
    held = open_department(
        source="bank",
        data=write_rows(tmp_path / "bank.csv", ROWS),
        partner_keys=Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem",
        division=cast.DIVISION,
    )
    held = replace(held, clock=process_clock)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            assert self.path == "/registry/corrections"
            shown.append(self.headers["authorization"])
            said = json.dumps(take_correction(held, body["request"])).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        public = next(iter(tmp_path.rglob("*.pub.pem"))).read_text()
        url = f"http://127.0.0.1:{server.server_port}"
        cast.known_by(Department.objects.get(source="bank"), public, url)
        yield held
        server.shutdown()


@pytest.fixture
def correction(county) -> Correction:
    report = cast.drafted(county, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]})
    found = report.findings.get(source="bank", member__key="a", status="inconsistent")
    return review_source(finding=found, fault="outdated", by=county.prepares).correction


def test_the_department_takes_it_and_its_answer_is_entered(county, correction, gateway):
    correction = Correction.objects.get(pk=correction.pk)
    assert send_correction(correction=correction, by=county.prepares) == ""
    (asked,) = asked_for(gateway)
    assert (asked.request.number, asked.request.fault) == (correction.number, "outdated")
    assert (asked.request.message_id, asked.request.serial) == (
        str(correction.message),
        correction.serial,
    )
    assert send_correction(correction=correction, by=county.prepares) == ""
    answer_correction(
        gateway,
        partner=asked.request.sender,
        number=correction.number,
        outcome="corrected",
        by="张",
    )
    assert send_correction(correction=correction, by=county.prepares) == "corrected"
    correction.refresh_from_db()
    assert (correction.outcome, correction.document) == ("corrected", "部门签名答复")
    with pytest.raises(NotAnswered):
        send_correction(correction=correction, by=county.prepares)


def send_what_is_due(sent):
    for department, open_ in beside.unsent(sent):
        beside.send_corrections(department, open_, sent, threading.Event())


def test_the_machine_sends_it_by_itself_once_a_day_and_enters_the_answer(
    county, correction, gateway
):
    sent: dict = {}
    send_what_is_due(sent)
    send_what_is_due(sent)
    (asked,) = asked_for(gateway)
    names = Entry.objects.filter(act="reports.let_go").values_list("actor", flat=True)
    assert list(names) == ["machine:worker"], "asked once, and not again within the day"
    answer_correction(
        gateway, partner=asked.request.sender, number=correction.number, outcome="upheld", by="张"
    )
    send_what_is_due({})
    correction.refresh_from_db()
    assert (correction.outcome, correction.answered_by) == ("upheld", "machine:worker")
    send_what_is_due({})
    assert len(names.all()) == 2, "what is answered is not sent again"


def test_who_is_not_there_is_left_alone_in_the_end_and_sent_it_later(county, correction):
    cast.reached_at("http://127.0.0.1:9")
    ((bank, _),) = beside.unsent({})
    for _ in range(FAULTS_TO_REST):
        beside.send_corrections(bank, [correction], {}, threading.Event())
    bank.refresh_from_db()
    assert (bank.faults, bank.rests_until > moment()) == (FAULTS_TO_REST, True)
    sent: dict = {}
    beside.send_corrections(bank, [correction], sent, threading.Event())
    assert Entry.objects.filter(act="reports.let_go").count() == FAULTS_TO_REST
    assert sent == {}, "it is not put off for a day"


def test_a_department_without_a_service_gets_a_letter_and_no_message(county, correction):
    cast.reached_at("")
    send_what_is_due({})
    assert not Entry.objects.filter(act="reports.let_go").exists()


def test_the_token_that_was_agreed_is_shown(county, correction, gateway, shown):
    folder().mkdir(parents=True, exist_ok=True)
    receiver = Department.objects.get(source="bank").receiver_id
    written = folder() / f"{receiver}.toml"
    (folder() / "token").write_text("t0ken")
    written.write_text('[https]\ntoken = "token"\n', encoding="utf-8")
    try:
        send_correction(correction=Correction.objects.get(pk=correction.pk), by=county.prepares)
    finally:
        written.unlink()
    assert shown == ["Bearer t0ken"]


def test_what_another_signed_is_no_answer(county, correction, gateway):
    asked = Correction.objects.get(pk=correction.pk)
    send_correction(correction=asked, by=county.prepares)
    answer_correction(
        gateway, partner="310101-hedui", number=asked.number, outcome="upheld", by="张"
    )
    platform = (Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem").read_text()
    cast.known_by(Department.objects.get(source="bank"), platform)
    with pytest.raises(NotTaken, match="不成立"):
        send_correction(correction=Correction.objects.get(pk=asked.pk), by=county.prepares)
    assert Correction.objects.get(pk=asked.pk).outcome == ""


def test_the_answer_to_another_request_is_none(county, correction, gateway, monkeypatch):
    held = Correction.objects.get(pk=correction.pk)
    asked = put_on_its_way(correction=held, by=county.prepares)
    department = held.review.department
    assert correcting.send(department, asked) == ""
    answer_correction(
        gateway, partner="310101-hedui", number=held.number, outcome="upheld", by="张"
    )
    assert correcting.send(department, asked) == "upheld"
    earlier = correcting.ask_for_correction(asked, keys.signer())
    monkeypatch.setattr(correcting, "ask_for_correction", lambda *_: earlier)
    for other in (replace(asked, number=f"{asked.number}0"), replace(asked, source="tax")):
        with pytest.raises(NotTaken, match="不成立"):
            correcting.send(department, other)


def test_with_what_the_department_turned_it_away_is_said(county, correction):
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as knows_no_post:
        threading.Thread(target=knows_no_post.serve_forever, args=(0.01,), daemon=True).start()
        cast.reached_at(f"http://127.0.0.1:{knows_no_post.server_port}")
        with pytest.raises(NotTaken, match=r"没有收下\(HTTP 501\)"):
            send_correction(correction=Correction.objects.get(pk=correction.pk), by=county.prepares)
        knows_no_post.shutdown()


def test_where_nobody_takes_it_the_page_says_to_print_it(county, correction, client):
    client.force_login(county.officers["liu"])
    way = reverse("workbench:send_correction", args=[correction.number])
    said = client.post(way, follow=True).content.decode()
    assert "部门没有收下（连不上部门），请打印更正函送达" in said
    assert "发送给部门前置机" in said

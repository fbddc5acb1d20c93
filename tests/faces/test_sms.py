"""短信 to a real gateway process: signed, once, asked about; receipts believed by its key."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hedui.faces.api import sms as line
from hedui.faces.cli.checking import findings
from hedui.procedure.record import keys
from hedui.procedure.record.moment import moment
from hedui.procedure.reports import sms
from hedui.procedure.reports.sms_models import Sms
from hedui.wire.seals import generate_key, load_signer, write_public
from tests import cast
from tests.faces.desks import at_desk

GATEWAY = Path(__file__).parents[2] / "examples/sms-gateway/gateway.py"


@dataclass
class Gateway:
    """The example's process, and what it keeps."""

    folder: Path
    process: Any
    url: str

    def stop(self) -> None:
        """End it as a crash would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def sent(self) -> list[dict]:
        """Return the messages it took."""
        file = self.folder / "sent.jsonl"
        return [json.loads(one) for one in file.read_text().splitlines()] if file.exists() else []

    def receipt(self, message: Sms, **changes: Any) -> str:
        """Sign a receipt as the gateway does."""
        said = {"id": str(message.pk), "outcome": "delivered", "at": moment().isoformat()} | changes
        return load_signer(self.folder / "sms.pem").sign(
            json.dumps(said).encode(), typ=line.RECEIPT
        )


@pytest.fixture
def gateway(tmp_path, settings) -> Iterator[Gateway]:
    platform = tmp_path / "platform.pub.pem"
    write_public(keys.signer(), platform)
    process = subprocess.Popen(
        [sys.executable, GATEWAY, "--port", "0", "--keys", tmp_path, "--platform", platform],
        stdout=subprocess.PIPE,
        text=True,
    )
    url = process.stdout.readline().strip()
    settings.HEDUI_SMS_URL = url
    settings.HEDUI_SMS_KEY = tmp_path / "sms.pub.pem"
    yield Gateway(tmp_path, process, url)
    process.kill()
    process.wait()


@pytest.fixture
def waits(county, gateway, settings):
    """Return a message that is to be sent about an issued report."""
    report = cast.issued(county)
    made = cast.told_by_sms(county, report)
    settings.HEDUI_SMS_URL = gateway.url
    return made


def everything(at=None) -> int:
    """Do what is due until nothing is; return how much it was."""
    return sum(1 for _ in iter(lambda: line.deliver(at or moment()), False))


def test_the_gateway_is_told_a_case_and_where_to_turn_and_no_more(db, gateway, waits):
    assert everything() == 1
    [told] = gateway.sent
    case = waits.phone.member.case
    assert told == {
        "id": str(waits.pk),
        "template": "HEDUI_NOTICE",
        "to": cast.PHONE,
        "parameters": {"case": case.number, "office": case.agency.name, "phone": case.agency.phone},
    }
    assert everything() == 0, "it waits for the receipt"


def test_what_did_not_come_is_asked_for_and_kept_once(db, gateway, waits):
    everything()
    later = moment() + sms.ASK_AFTER + timedelta(seconds=1)
    assert everything(later) == 1
    waits.refresh_from_db()
    assert waits.outcome == "delivered"
    assert everything(later + timedelta(days=1)) == 0


def test_a_gateway_that_is_away_is_tried_again_and_told_once(db, gateway, waits):
    gateway.stop()
    assert everything() == 1
    waits.refresh_from_db()
    assert (waits.attempts, waits.fault, waits.taken_at) == (1, "ConnectionRefusedError", None)
    assert everything() == 0, "not at once"
    again = subprocess.Popen(
        [sys.executable, GATEWAY, "--port", gateway.url.split(":")[2].split("/")[0],
         "--keys", gateway.folder, "--platform", gateway.folder / "platform.pub.pem"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        again.stdout.readline()
        assert everything(moment() + timedelta(minutes=2)) == 1
    finally:
        again.kill()
        again.wait()
    assert [one["id"] for one in gateway.sent] == [str(waits.pk)]


def test_a_message_that_came_twice_is_sent_once(db, gateway, waits):
    body = line.body_of(waits)
    for _ in range(2):
        assert line._handed_over(waits) == ""
    assert [one["id"] for one in gateway.sent] == [json.loads(body)["id"]]


def test_the_gateway_takes_nothing_that_the_platform_did_not_sign(db, gateway, waits):
    body = line.body_of(waits)
    fault, _ = line.webhooks.reach(gateway.url, body, {"Hedui-Signature": "x..y"})
    assert fault == "HTTP 401"
    assert gateway.sent == []


def test_a_receipt_comes_by_itself_signed_by_the_gateway(db, client, gateway, waits):
    everything()

    def tell(jws: str) -> int:
        return client.post("/api/sms/receipts", jws, content_type="application/jose").status_code

    stranger = generate_key(gateway.folder / "stranger.pem")
    forged = stranger.sign(b"{}", typ=line.RECEIPT)
    ours = keys.signer().sign(gateway.receipt(waits).encode(), typ=line.RECEIPT)
    for jws in (forged, ours, "x", gateway.receipt(waits)[:-4] + "AAAA"):
        assert tell(jws) == 401
    for wrong in ({"outcome": "read"}, {"id": "7"}, {"at": "2026-11-26T10:00:00"}, {"more": 1}):
        assert tell(gateway.receipt(waits, **wrong)) == 422
    assert tell("x" * 5000) == 404
    waits.refresh_from_db()
    assert waits.outcome == ""
    assert [tell(gateway.receipt(waits)) for _ in range(2)] == [204, 204]
    waits.refresh_from_db()
    assert waits.outcome == "delivered"


def test_a_gateway_that_answers_for_another_message_is_not_believed(db, gateway, waits):
    everything()
    other = gateway.receipt(waits, id="0190a5c2-0000-7000-8000-000000000001")
    with pytest.raises(ValueError, match="not a receipt of this"):
        line._kept(other.encode(), about=waits.pk)


def test_check_says_whether_it_is_set_and_its_key_is_there(db, county, settings, tmp_path):
    def said() -> list[tuple[str, str]]:
        return [(one.level, one.what) for one in findings() if "短信" in one.what]

    settings.HEDUI_SMS_URL = ""
    assert said() == [("ok", "没有设定短信网关,不发送短信提醒")]
    settings.HEDUI_SMS_URL, settings.HEDUI_SMS_KEY = "http://x/messages", tmp_path / "no.pem"
    assert [level for level, _ in said()] == ["error", "error"]
    settings.HEDUI_SMS_URL, settings.HEDUI_SMS_KEY = "https://x/messages", tmp_path / "s.pub.pem"
    generate_key(tmp_path / "s.pem")
    assert said() == [("ok", "短信网关已设定,公钥就位")]


@pytest.mark.parametrize("kind", ["report", "notice"])
def test_an_officer_does_it_where_the_delivery_is_recorded(county, gateway, kind):
    report = cast.issued(county)
    about = report if kind == "report" else cast.noticed(county, report.commission.case)
    desk = at_desk(county, "wang")
    where = f"/{kind}s/{about.number}"
    told = {"key": "a", "number": cast.PHONE}
    for do, said in (
        ("agree", "100****0001"),
        ("send", "等待发送"),
        ("withdraw", "已停止短信联系"),
    ):
        answer = desk.post(f"{where}/sms/", told | {"do": do}, follow=True)
        assert said in answer.content.decode()
        assert cast.PHONE not in answer.content.decode()
    refused = desk.post(f"{where}/sms/", told | {"do": "send"}, follow=True)
    assert "没有同意短信联系" in refused.content.decode()
    assert desk.post(f"{where}/sms/", told | {"do": "shout"}).status_code == 404
    assert at_desk(county, "sheng").post(f"{where}/sms/", told | {"do": "send"}).status_code == 404

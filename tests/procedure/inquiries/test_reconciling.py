"""对账: what a department received is what was sent, or the log alone shows the difference."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import pytest

from hedui.faces.cli.processes import free_ports
from hedui.gateway.inquiry_log import read_log
from hedui.ledger import verify
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import exchange, reconciling
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import Reply, Ticket
from hedui.procedure.inquiries.reconciling import AlreadyReconciled, NotTold
from hedui.procedure.record import checkpoints, keys
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.reports import worker
from hedui.wire.canonical import canonical
from hedui.wire.counts import digest_of_marks
from hedui.wire.inquiry import build_search
from hedui.wire.moments import china_day, new_message_id
from hedui.wire.seals import load_signer, public_path, write_public
from tests import cast
from tests.gateway.bank import ROWS, write_rows
from tests.procedure.record.test_verifying import by_us, entries_in
from tests.wire.made import ZHANG, inquiry

pytestmark = pytest.mark.django_db
LATER = """
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from hedui.gateway import department, serving
ahead = timedelta(hours=float(sys.argv.pop(1)))
department.system_clock = lambda: datetime.now(UTC) + ahead
serving.Department = partial(department.Department, clock=department.system_clock)
from hedui.faces.cli.commands import main
main()
"""
AHEAD = timedelta(hours=25)


class Bank:
    """A bank's gateway as a process of its own, whose clock can be set ahead."""

    def __init__(self, folder):
        self.folder = folder
        write_rows(folder / "bank.csv", ROWS)
        self.partner = folder / "platform.pub.pem"
        write_public(keys.signer(), self.partner)
        [self.port] = free_ports(1)
        self.start()

    @property
    def log(self):
        return self.folder / "bank.csv.inquiries.jsonl"

    def start(self, hours=0.0):
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", LATER, str(hours), "department", "serve"),
                *("--source", "bank", "--data", f"{self.folder / 'bank.csv'}"),
                *("--port", str(self.port), "--key", f"{self.folder / 'bank.pem'}"),
                *("--partner-key", f"{self.partner}"),
            ]
        )
        for _ in range(400):
            try:
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None
                time.sleep(0.05)
        raise AssertionError("the bank does not answer")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def die(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def a_day_later(self):
        self.die()
        self.start(hours=AHEAD.total_seconds() / 3600)

    def asked_beside_the_platform(self, reference="beside"):
        """Ask it with the platform's key, in another's name, past the gate and the ledger."""
        now = datetime.now(UTC)
        identity = new_message_id(now)
        body = build_search(
            [replace(inquiry(None, consent_jws="a.b.c"), reference_id=reference)],
            message_id=identity,
            sender="999999-hedui",
            receiver="310101-bank",
            at=now,
            signer=keys.signer(),
        )
        answer = httpx.post(
            f"{self.url}/registry/sync/search",
            content=body,
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == HTTPStatus.OK
        return identity


@pytest.fixture
def suite(request, settings, tmp_path, monkeypatch):
    """Let platform and department sign in a suite; else with the keys that all tests share."""
    chosen = getattr(request, "param", "")
    if chosen:
        settings.HEDUI_KEYS_DIR, settings.HEDUI_CRYPTO_SUITE = tmp_path / "keys", chosen
        keys.make_keys()
        monkeypatch.setenv("HEDUI_CRYPTO_SUITE", chosen)
    return chosen


SUITES = pytest.mark.parametrize("suite", ["", "sm"], indirect=True, ids=["default", "sm"])


@pytest.fixture
def bank(county, tmp_path, suite):
    bank = Bank(tmp_path)
    public = public_path(tmp_path / "bank.pem").read_text()
    cast.known_by(Department.objects.get(source="bank"), public, bank.url)
    agencies.agree(
        source="bank",
        division=cast.DIVISION,
        name="示例银行",
        public_key=public,
        base_url=bank.url,
        answer_within=20,
        by=INSTALLER,
    )
    yield bank
    bank.die()


@pytest.fixture
def asked(county, bank):
    commission = cast.commissioned(county)
    dispatch(commission)
    assert Reply.objects.filter(inquiry__source="bank", conclusive=True).count() >= 2
    return commission


def gateway_of(source="bank"):
    return next(s for s in reconciling.gateways() if s.source == source)


def a_day_later(monkeypatch):
    for name in ("moment", "process_clock"):
        real = getattr(reconciling, name)
        monkeypatch.setattr(reconciling, name, lambda real=real: real() + AHEAD)


def reconciled(bank, monkeypatch):
    bank.a_day_later()
    a_day_later(monkeypatch)
    statement = reconciling.fetch(gateway_of(), TODAY())
    return statement, reconciling.reconcile(gateway=gateway_of(), statement=statement, by=WORKER)


def TODAY():  # noqa: N802 - a day that a test may pass the end of
    return china_day(datetime.now(UTC))


def verdict():
    return verify.verify(checkpoints.export())


def test_a_killed_and_restarted_bank_tells_what_was_sent_and_the_log_proves_it(
    asked, bank, monkeypatch
):
    bank.die()
    bank.start()
    statement, difference = reconciled(bank, monkeypatch)
    assert statement.marks is None  # the digest was enough
    assert statement.counts.count == Reply.objects.filter(inquiry__source="bank").count()
    assert not (difference.unknown or difference.denied or difference.undelivered)
    found = verdict()
    assert (found.first_bad, found.reconciled, found.differences) == (None, 1, ())
    with pytest.raises(AlreadyReconciled):
        reconciling.reconcile(gateway=gateway_of(), statement=statement, by=WORKER)
    assert Entry.objects.filter(act=reconciling.ACT).count() == 1


def test_a_query_beside_the_platform_with_its_key_is_found_and_named(asked, bank, monkeypatch):
    beside = bank.asked_beside_the_platform()
    bank.die()
    bank.start()
    _statement, difference = reconciled(bank, monkeypatch)
    [unknown] = difference.unknown
    assert unknown.startswith(f"{beside}/")
    assert not (difference.denied or difference.undelivered)
    found = verdict()
    assert found.first_bad is None
    [one] = found.differences
    assert (one.unknown, one.denied, one.receivers) == (1, 0, ("310101-bank",))
    assert "台账之外的查询 1 次" in verify.told(found)


def test_what_left_together_with_others_is_reconciled_and_the_log_proves_it(
    county, bank, settings, tmp_path, monkeypatch
):
    settings.DATA_DIR, settings.HEDUI_ANSWER_WITHIN = tmp_path, 3 * 86_400
    agreed = cast.agreed(Department.objects.get(source="bank"), channel="https_together")
    for _ in range(2):
        dispatch(cast.commissioned(county))
    exchange.exchange(agreed, lambda _: None)
    asked = Reply.objects.filter(inquiry__source="bank", conclusive=True).count()
    assert asked > 2
    before = verdict().inquiries
    statement, difference = reconciled(bank, monkeypatch)
    assert statement.counts.count == asked
    assert not (difference.unknown or difference.denied or difference.undelivered)
    found = verdict()
    assert (found.first_bad, found.reason, found.differences) == (None, "", ())
    assert (found.reconciled, found.inquiries) == (1, before)
    assert found.inquiries == Ticket.objects.count()


def test_a_day_on_which_nothing_was_sent_shows_a_query_beside_too(bank, monkeypatch):
    bank.asked_beside_the_platform()
    assert len(reconciled(bank, monkeypatch)[1].unknown) == 1
    assert verdict().differences[0].unknown == 1


def test_what_never_arrived_is_undelivered_and_no_alarm(county, bank, monkeypatch):
    bank.die()
    commission = cast.commissioned(county)
    dispatch(commission)
    _statement, difference = reconciled(bank, monkeypatch)
    assert not (difference.unknown or difference.denied)
    assert len(difference.undelivered) == Reply.objects.filter(inquiry__source="bank").count() > 0
    found = verdict()
    assert (found.first_bad, found.differences) == (None, ())


def test_a_bank_that_cuts_its_record_short_denies_what_it_answered(asked, bank, monkeypatch):
    bank.die()
    kept = bank.log.read_text(encoding="utf-8").splitlines()
    bank.log.write_text("\n".join(kept[:1]) + "\n", encoding="utf-8")
    _statement, difference = reconciled(bank, monkeypatch)
    assert len(difference.denied) == len(kept) - 1 > 0
    [one] = verdict().differences
    assert (one.unknown, one.denied) == (0, len(kept) - 1)


def test_a_bank_that_does_not_tell_is_asked_again_and_the_log_shows_the_gap(
    asked, bank, monkeypatch
):
    bank.die()
    a_day_later(monkeypatch)
    with pytest.raises(NotTold, match="没有提供"):
        reconciling.fetch(gateway_of(), TODAY())
    waiting = [gateway.source for gateway, day in reconciling.due() if day == TODAY()]
    assert "bank" in waiting
    assert verdict().untold == 0  # the day is not well over yet
    entries = entries_in(list(checkpoints.export()))
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    last = entries[-1] | {"at": later, "act": "cases.declare", "detail": {"digest": "x"}}
    assert verify.verify(by_us(list(checkpoints.export()), [*entries, last])).untold >= 1


def test_a_day_that_is_not_over_is_not_reconciled(asked, bank):
    with pytest.raises(NotTold, match="还没有过完"):
        reconciling.fetch(gateway_of(), TODAY())


@SUITES
def test_a_statement_on_paper_serves_as_well(suite, asked, bank, tmp_path, monkeypatch):
    """Where no network leads to the department, its file does (hedui department counts)."""
    bank.asked_beside_the_platform()
    a_day_later(monkeypatch)
    command = ["department", "counts", "--source", "bank", "--log", f"{bank.log}"]
    more = ["--key", f"{tmp_path / 'bank.pem'}", "--day", TODAY().isoformat()]
    run = [sys.executable, "-c", LATER, "25", *command, *more]
    file = subprocess.run(run, check=True, capture_output=True).stdout
    gateway, statement = reconciling.read_statement(file)
    assert gateway.source == "bank"
    found = reconciling.reconcile(gateway=gateway, statement=statement, by=WORKER)
    assert len(found.unknown) == 1
    assert [one.unknown for one in verdict().differences] == [1]
    tampered = json.loads(file)
    tampered["marks"].pop()
    with pytest.raises(NotTold, match="与签署的摘要不符"):
        reconciling.read_statement(json.dumps(tampered).encode())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d | {"unknown": []}, "差异没有登记"),
        (lambda d: d | {"denied": d["unknown"]}, "与台账所载的查询不符"),
        (lambda d: d | {"unknown": [], "undelivered": d["unknown"]}, "与台账所载的查询不符"),
        (lambda d: d | {"digest": "sha256:" + "0" * 64}, "不是部门所签署的"),
        (lambda d: d | {"received": d["received"] - 1}, "不是部门所签署的"),
        (lambda d: d | {"repeated": d["repeated"] + 1}, "不是部门所签署的"),
        (lambda d: d | {"public": "00" * 32}, "不是协议所登记的密钥"),
        (lambda d: d | {"signed": d["signed"][:-4] + "AAAA"}, "签名不成立"),
        (lambda d: d | {"receivers": ["310101-tax"]}, "不是协议所登记的密钥"),
        (lambda d: d | {"receivers": []}, "差异没有登记"),
    ],
)
def test_an_entry_that_hides_a_difference_does_not_hold(asked, bank, monkeypatch, change, says):
    bank.asked_beside_the_platform()
    reconciled(bank, monkeypatch)
    lines = list(checkpoints.export())
    entries = entries_in(lines)
    [place] = [n for n, e in enumerate(entries) if e["act"] == reconciling.ACT]
    entries[place] |= {"detail": change(entries[place]["detail"])}
    found = verify.verify(by_us(lines, entries))
    assert found.first_bad == place
    assert says in found.reason


def test_what_was_answered_is_not_passed_off_as_lost(asked, bank, monkeypatch):
    bank.die()
    bank.log.write_text("", encoding="utf-8")
    reconciled(bank, monkeypatch)
    lines = list(checkpoints.export())
    entries = entries_in(lines)
    [place] = [n for n, e in enumerate(entries) if e["act"] == reconciling.ACT]
    said = entries[place]["detail"]
    assert said["denied"]
    entries[place] |= {"detail": said | {"denied": [], "undelivered": said["denied"]}}
    found = verify.verify(by_us(lines, entries))
    assert (found.first_bad, "反馈不符" in found.reason) == (place, True)


def test_nothing_in_request_statement_or_ledger_names_a_person(asked, bank, monkeypatch):
    bank.asked_beside_the_platform(reference=f"about-{ZHANG}")
    reconciled(bank, monkeypatch)
    assert any(ZHANG in entry["reference_id"] for entry in read_log(bank.log))
    assert all(ZHANG not in content for content in Entry.objects.values_list("content", flat=True))


def test_a_statement_by_another_key_is_not_taken(asked, bank, tmp_path, monkeypatch):
    bank.a_day_later()
    a_day_later(monkeypatch)
    answered = https_json.ask_for_counts
    signer = load_signer(tmp_path / "bank.pem")
    assert signer.kid == gateway_of().kid
    forged = {"counts": keys.signer().sign(b"{}", typ="hedui-counts+jws")}
    monkeypatch.setattr(https_json, "ask_for_counts", lambda *_: json.dumps(forged).encode())
    with pytest.raises(NotTold, match="不成立"):
        reconciling.fetch(gateway_of(), TODAY())
    monkeypatch.setattr(https_json, "ask_for_counts", answered)


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ({}, ["ZHANG"]),
        ({"partner": "ZHANG"}, []),
        ({"digest": "ZHANG"}, None),
        ({"source": "tax"}, []),
        ({"count": 2}, []),
    ],
)
def test_a_department_cannot_write_what_it_likes_into_the_ledger(
    bank, tmp_path, monkeypatch, said, marks
):
    written = [ZHANG if one == "ZHANG" else one for one in marks or []]
    claims = {
        "source": "bank",
        "partner": "*",
        "day": TODAY().isoformat(),
        "count": len(written),
        "repeated": 0,
        "digest": digest_of_marks(written),
        "at": "2026-01-01T00:00:00.000+08:00",
    } | {name: ZHANG if value == "ZHANG" else value for name, value in said.items()}
    signer = load_signer(tmp_path / "bank.pem")
    signed = {"counts": signer.sign(canonical(claims), typ="hedui-counts+jws")}
    answer = json.dumps(signed if marks is None else signed | {"marks": written}).encode()
    monkeypatch.setattr(https_json, "ask_for_counts", lambda *_: answer)
    a_day_later(monkeypatch)
    with pytest.raises(NotTold, match="不成立"):
        reconciling.fetch(gateway_of(), TODAY())


def test_the_worker_enters_what_is_due_and_says_where_it_differs(bank, monkeypatch, caplog):
    beside = bank.asked_beside_the_platform()
    bank.a_day_later()
    a_day_later(monkeypatch)
    for _ in range(2):  # another process may be faster
        worker._reconcile(gateway_of(), TODAY())
    worker._reconcile(gateway_of("tax"), TODAY())
    assert Entry.objects.filter(act=reconciling.ACT).count() == 1
    assert "对账不符" in caplog.text
    assert "没有提供" in caplog.text
    assert beside not in caplog.text
    told = [g.source for g, day in reconciling.due() if day == TODAY()]
    assert "bank" not in told
    assert "tax" in told

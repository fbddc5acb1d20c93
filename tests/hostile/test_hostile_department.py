"""R07, R08, R12 and T46 to T53: whatever a department sends, nothing wrong is kept of it."""

import json
import ssl
from pathlib import Path

import pytest

from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.failures import FAILURES, failure_of
from hedui.procedure.inquiries.models import Inquiry, Reply, Ticket
from hedui.procedure.inquiries.queries import begin_facts_of
from hedui.procedure.record import lines
from tests.hostile import certificates
from tests.hostile.manners import CANARY, MANNERS, Manner, balance
from tests.hostile.town import came

MOST_MEMORY = 64 * 1024
IN_TIME = 2.0
LONGER = 3.0
"""So long one department is waited for, where the others' answers must not wait for it."""
OUT_OF_TURN = ("answers_twice", "early_hints", "no_content", "replay_old")
UNREACHED = {
    "self_signed": ("self_signed", "SSLCertVerificationError", "certificate"),
    "expired": ("expired", "SSLCertVerificationError", "certificate"),
    "other_host": ("other_host", "SSLCertVerificationError", "certificate"),
    "in_clear": ("http", "TimeoutError", "unreachable"),
}


def peak() -> int:
    """Return the most memory that this process had since the peak was forgotten, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def nothing_wrong_is_kept(commission, manner_source: str) -> None:
    """Every amount kept is that of the person it is kept for."""
    rows = begin_facts_of(commission)()
    for reply in Reply.objects.filter(inquiry__commission=commission):
        number = reply.inquiry.member.opened["id_number"]
        for row in rows.get(reply.pk, []):
            assert CANARY not in json.dumps(row, ensure_ascii=False)
            if reply.inquiry.source == "bank":
                assert row["balance_fen"] == balance(number)
                assert row["outflow_6m_fen"] == 0
            else:
                assert (reply.inquiry.source, row["amount_fen"]) == (manner_source, 1)


def others_answered(commission, source: str, *, in_time: bool = True) -> None:
    """The other departments' answers are there, and came long before the one was given up."""
    others = Inquiry.objects.filter(commission=commission).exclude(source=source)
    replies = Reply.objects.filter(inquiry__in=others, conclusive=True)
    assert replies.count() == others.count() > 3
    left = min(t.minted_at for t in Ticket.objects.filter(inquiry__in=others))
    took = max(r.received_at for r in replies) - left
    assert not in_time or took.total_seconds() < IN_TIME


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
def test_nothing_wrong_is_kept_of_a_hostile_department(town, hostile, manner: Manner, monkeypatch):
    if manner.slow:
        monkeypatch.setattr(https_json, "PATIENCE", LONGER)
    forget_peak()
    before = peak()
    commission = town.ask(manner.source, hostile.url(manner.name))
    assert peak() - before < MOST_MEMORY
    found = came(commission, manner.source)
    assert found == sorted(manner.expected(len(found)))
    assert len(found) == 3
    nothing_wrong_is_kept(commission, manner.source)
    others_answered(commission, manner.source, in_time=manner.slow)
    for outcome, code in found:
        failure = failure_of(outcome, code)
        assert failure is None if outcome in {"FOUND", "PARTIAL"} else failure and failure.remedy


@pytest.mark.parametrize("name", OUT_OF_TURN)
def test_who_answered_out_of_turn_is_heard_again(town, hostile, name):
    """What stood in the connection is not taken for the answer to the next question, for ever."""
    for _ in range(2):
        nothing_wrong_is_kept(town.ask("bank", hostile.url(name)), "bank")
    assert came(town.ask("bank", hostile.url("true")), "bank") == [("FOUND", "")] * 3


def test_a_connection_that_is_one_answer_behind_is_not_used_on(town, hostile):
    own = hostile.url("one_behind").replace("127.0.0.1", "localhost")
    found = [came(town.ask("bank", own), "bank") for _ in range(3)]
    behind = [("UNREADABLE", "replay")] * 3
    assert found == [[("FOUND", "")] * 3, behind, [("FOUND", "")] * 3]


def test_a_department_that_can_prove_who_it_is_is_asked_over_tls(town, hostile, trusting):
    commission = town.ask("bank", hostile.url("true", "trusted", "https"))
    assert came(commission, "bank") == [("FOUND", "")] * 3


@pytest.mark.parametrize("name", UNREACHED)
def test_who_cannot_prove_who_it_is_is_told_nothing(town, hostile, trusting, name, monkeypatch):
    """T50: not a byte of what is asked leaves; the certificate is looked at before."""
    monkeypatch.setattr(lines, "CONNECT_WITHIN", LONGER)
    door, code, kind = UNREACHED[name]
    commission = town.ask("bank", hostile.url("true", door, "https"))
    assert came(commission, "bank") == [("NO_ANSWER", code)] * 3
    others_answered(commission, "bank")
    assert failure_of("NO_ANSWER", code) is FAILURES[kind]


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:9", "ConnectionRefusedError"), ("http://nobody.invalid", "gaierror")],
)
def test_who_is_not_there_delays_nobody(town, url, code):
    commission = town.ask("bank", url)
    assert came(commission, "bank") == [("NO_ANSWER", code)] * 3
    others_answered(commission, "bank")
    assert failure_of("NO_ANSWER", code) is FAILURES["unreachable"]


@pytest.fixture
def trusting(hostile, monkeypatch):
    """Trust the private authority, and nobody else."""
    context = ssl.create_default_context(cafile=str(hostile.folder / certificates.AUTHORITY))
    monkeypatch.setattr(lines, "_tls", lambda: context)


def test_the_list_is_long_enough():
    assert len(MANNERS) > 90

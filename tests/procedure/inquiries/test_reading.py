"""What is written in a message, read of what came, and told of a day: to the letter."""

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import dispatch, pacing, reconciling
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.allowing import allow, outdated
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.models import AllowList, Fact, Inquiry
from hedui.procedure.inquiries.queries import Asked, Came, asked_in, begin_facts_of
from hedui.procedure.inquiries.reconciling import NotTold
from hedui.procedure.record import keys, lines
from hedui.procedure.record.actor import INSTALLER, WORKER, Actor, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.way import PLAIN
from hedui.wire.canonical import digest
from hedui.wire.checks import WireError
from hedui.wire.counts import digest_of_marks, mark
from hedui.wire.moments import new_message_id
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.test_statements_on_paper import counts, file, taken

pytestmark = pytest.mark.django_db


def came(conclusive: bool, minutes: int) -> Came:
    at = moment() + timedelta(minutes=minutes)
    return Came(uuid4(), "FOUND", conclusive, "exact", None, "S", "bank", at)


def test_the_reply_that_ends_it_counts_and_else_the_one_that_came_last():
    first, last = came(False, 5), came(False, 9)
    asked = Asked(uuid4(), uuid4(), "a", "bank", [], "bank", None, 0, 3, (last, first))
    assert (asked.concluding, asked.last) == (None, last)
    ended = came(True, 7)
    asked = Asked(uuid4(), uuid4(), "a", "bank", [], "bank", None, 0, 3, (first, ended, last))
    assert asked.concluding == asked.last == ended
    assert Asked(uuid4(), uuid4(), "a", "bank", [], "bank", None, 0, 0, ()).last is None


def test_what_was_asked_is_read_with_how_often_and_what_came(county):
    rows = {("a", "bank"): [{"bank": "b", "balance_fen": 1}, {"bank": "c", "balance_fen": 2}]}
    commission = cast.commissioned(county)
    cast.answered(commission, rows)
    asked = asked_in(commission)
    order = [(one.member_key, one.source) for one in asked]
    assert order == sorted(order)
    found = next(one for one in asked if (one.member_key, one.source) == ("a", "bank"))
    assert (found.attempts, len(found.replies), found.department) == (1, 1, "bank")
    assert (found.last.outcome, found.last.conclusive) == ("FOUND", True)
    assert set(found.items) == {i for i in cast.policy_items(commission.case) if i[:5] == "bank."}
    facts = begin_facts_of(commission)()
    assert list(facts) == [found.last.reply]
    assert [fact["balance_fen"] for fact in facts[found.last.reply]] == [1, 2]
    stored = Fact.objects.order_by("position")
    assert [fact.opened["balance_fen"] for fact in stored] == [1, 2]


def test_a_message_says_all_of_a_question_and_nothing_else(commission):
    envelope = next(
        e for e in inquire(commission=commission, by=WORKER) if e.department.source == "bank"
    )
    message = https_json.write(envelope)
    assert (message.sender, message.envelope) == ("310101-hedui", envelope)
    assert set(message.elements) == {str(t.inquiry_id) for t in envelope.tickets}
    ticket = next(t for t in envelope.tickets if t.inquiry.member.key == "a")
    signed = ticket.inquiry.authorization
    element = message.elements[str(ticket.inquiry_id)]
    assert (element.subject_name, element.subject_number) == ("张三", cast.ZHANG_SAN)
    assert (element.source, element.purpose) == ("bank", "dibao")
    assert element.items == tuple(ticket.inquiry.items)
    assert (element.period.first, element.period.last) == (signed.period_first, signed.period_last)
    assert element.as_of == signed.period_last
    assert element.consent_jws == signed.artefact
    assert str(envelope.message).encode() in message.body


def sends(monkeypatch, *, fails: Exception | None = None, status: int = 200, content: bytes = b"x"):
    """Let the line answer so, and return what was handed to it."""
    given: list[dict] = []

    def send(url, body, **how):
        given.append({"url": url, "body": body} | how)
        if fails:
            raise fails
        return status, content

    monkeypatch.setattr(lines, "send", send)
    return given


class Open:
    """A way out that is never shut."""

    def wait(self): ...

    def end(self): ...


def test_a_message_goes_to_the_department_and_what_comes_back_is_unread(commission, monkeypatch):
    message = https_json.write(inquire(commission=commission, by=WORKER)[0])
    passage = Open()
    given = sends(monkeypatch, status=202, content=b"later")
    arrived = https_json.ask(message, passage)
    assert (arrived.status, arrived.content, arrived.failure) == (202, b"later", "")
    (one,) = given
    assert one["url"] == f"{message.envelope.department.base_url}/registry/sync/search"
    assert (one["body"], one["patience"]) == (message.body, 8.0)
    assert (one["leave"], one["left"]) == (passage.wait, passage.end)
    sends(monkeypatch, fails=TimeoutError())
    assert https_json.ask(message, passage) == https_json.Arrived(message, failure="TimeoutError")
    monkeypatch.setattr(https_json, "process_clock", lambda: message.envelope.expires_at)
    assert https_json.ask(message, passage) == https_json.Arrived(message, failure="ticket_expired")


def test_what_came_for_who_revoked_is_not_read_and_the_rest_is(commission):
    message = https_json.write(inquire(commission=commission, by=WORKER)[0])
    tickets = message.envelope.tickets
    gone = {tickets[0].inquiry.authorization_id}
    found = https_json.read(https_json.Arrived(message, 200, b"{}"), gone)
    outcomes = {one.ticket: one.outcome for one in found}
    assert outcomes == dict.fromkeys(tickets, "UNREADABLE") | {tickets[0]: "DISCARDED"}
    assert {one.digest for one in found} == {
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    }
    nothing = https_json.read(https_json.Arrived(message, failure="Failure"), gone)
    assert {(one.outcome, one.code, one.digest) for one in nothing} == {
        ("NO_ANSWER", "Failure", "")
    }
    everybody = {t.inquiry.authorization_id for t in tickets}
    unread = https_json.read(https_json.Arrived(message, 200, b"{}"), everybody)
    assert {one.outcome for one in unread} == {"DISCARDED"}


def test_the_key_of_a_department_is_known_as_the_departments(county):
    department = Department.objects.get(source="bank")
    verifier = https_json._verifier(department.public_key, department.receiver_id)
    signed = keys.signer().sign(b"{}", typ="x")
    assert verifier.key_of(signed, typ="x").owner == "310101-bank"


def test_a_count_is_asked_for_with_patience(monkeypatch):
    given = sends(monkeypatch, content=b"told")
    bank = Department(base_url="http://bank", receiver_id="310101-bank")
    assert https_json.ask_for_counts(bank, "signed") == b"told"
    assert given == [
        {
            "url": "http://bank/registry/counts",
            "body": b'{"request": "signed"}',
            "most": https_json.MOST_MARKS,
            "patience": 60.0,
            "to": PLAIN,
        }
    ]
    sends(monkeypatch, status=500)
    with pytest.raises(https_json.NoCounts, match="^HTTP 500$"):
        https_json.ask_for_counts(bank, "signed")
    sends(monkeypatch, fails=ConnectionRefusedError("who"))
    with pytest.raises(https_json.NoCounts, match="^ConnectionRefusedError$"):
        https_json.ask_for_counts(bank, "signed")


# ------------------------------------------------------------------ when to ask again


NEVER_FAILED = SimpleNamespace(rests_until=None)


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [((0, 3), 0.5), ((1, 1), 0.5), ((2, 2), 1.0), ((2, 5), 1.0), ((5, 5), 8.0), ((40, 40), 600.0)],
)
def test_each_attempt_waits_twice_as_long_by_who_was_asked_least(
    commission, monkeypatch, attempts, pause
):
    inquire(commission=commission, by=WORKER)
    at = moment()
    monkeypatch.setattr(dispatch, "moment", lambda: at)
    monkeypatch.setattr(pacing, "with_jitter", lambda pause: pause)
    waiting = [
        SimpleNamespace(
            pk=n, counted=counted, due_at=at + timedelta(days=1), department=NEVER_FAILED
        )
        for n, counted in enumerate(attempts)
    ]
    over = SimpleNamespace(pk=9, counted=0, due_at=at, department=NEVER_FAILED)

    found = SimpleNamespace(annotate=lambda **_: [over, *waiting])
    asked = SimpleNamespace(exclude=lambda **_: SimpleNamespace(select_related=lambda _: found))
    monkeypatch.setattr(dispatch.Inquiry.objects, "filter", lambda **_: asked)
    assert dispatch._next_attempt(commission) == at + timedelta(seconds=pause)
    soon = at + timedelta(seconds=0.25)
    for one in waiting:
        one.due_at = soon
    assert dispatch._next_attempt(commission) == soon


def test_tickets_are_counted_for_each_question(commission, monkeypatch):
    for _ in range(3):
        inquire(commission=commission, by=WORKER)
    at = moment()
    monkeypatch.setattr(dispatch, "moment", lambda: at)
    monkeypatch.setattr(pacing, "with_jitter", lambda pause: pause)
    assert dispatch._next_attempt(commission) == at + timedelta(seconds=2)
    assert Inquiry.objects.filter(commission=commission).count() == 18


# ------------------------------------------------------------------ a department's days


def test_the_entry_of_a_day_says_all_that_a_department_signed(county):
    beside = sorted(mark(new_message_id(moment() - timedelta(days=1)), name) for name in "ab")
    more = counts(count=2, repeated=3, digest=digest_of_marks(beside))
    difference = taken(more, marks=beside)
    assert (difference.unknown, difference.denied, difference.undelivered) == (
        tuple(beside),
        (),
        (),
    )
    entry = Entry.objects.get(act=reconciling.ACT)
    said = json.loads(entry.content)["detail"]
    assert json.loads(file(more))["counts"].split(".")[1] == said.pop("signed").split(".")[1]
    gateway = next(one for one in reconciling.gateways() if one.source == "bank")
    assert said == {
        "key": gateway.kid,
        "source": "bank",
        "receivers": ["310101-bank"],
        "day": (today() - timedelta(days=1)).isoformat(),
        "received": 2,
        "repeated": 3,
        "digest": more.digest,
        "unknown": beside,
        "denied": [],
        "undelivered": [],
        "public": keys.signer().public().raw.hex(),
    }
    (one,) = reconciling.reconciled(moment() - timedelta(minutes=5))
    assert (one[0], one[1]["received"]) == (entry, 2)
    assert list(reconciling.reconciled(moment() + timedelta(minutes=5))) == []


@pytest.fixture
def two_days(county, monkeypatch) -> date:
    """Let bank and tax have been agreed with for three days, and noon of today be now."""
    raw.changed(Department.objects, first_day=today())
    both = Department.objects.filter(source__in=("bank", "tax"))
    raw.changed(both, first_day=today() - timedelta(days=3))
    noon = datetime.combine(today(), datetime.min.time(), SHANGHAI) + timedelta(hours=12)
    monkeypatch.setattr(reconciling, "moment", lambda: noon)
    return today() - timedelta(days=1)


def test_the_days_that_are_due_are_those_agreed_for_and_not_told(two_days):
    expected = [(two_days - timedelta(days=back), source)
                for back in (2, 1, 0) for source in ("bank", "tax")]  # fmt: skip
    assert [(day, gateway.source) for gateway, day in reconciling.due()] == expected
    taken(counts())
    assert [(day, gateway.source) for gateway, day in reconciling.due()] == expected[:-2] + [
        (two_days, "tax")
    ]
    raw.changed(Department.objects.filter(source="bank"), last_day=two_days)
    raw.changed(Department.objects.filter(source="tax"), last_day=two_days - timedelta(days=2))
    assert [(day, gateway.source) for gateway, day in reconciling.due()] == [
        (two_days - timedelta(days=2), "bank"),
        (two_days - timedelta(days=2), "tax"),
        (two_days - timedelta(days=1), "bank"),
    ]


def test_an_auditor_sees_first_what_differs_or_is_not_told(two_days, county):
    beside = mark(new_message_id(moment() - timedelta(days=1)), "beside")
    assert reconciling.unsettled() == (0, 4)  # yesterday may still be told
    taken(counts(day=two_days - timedelta(days=1)))
    taken(counts())
    taken(counts(count=1, digest=digest_of_marks([beside])), marks=[beside])
    auditor = Actor("officer:9", "审", None, frozenset({Role.AUDIT_ADMIN}))
    found = reconciling.standings(auditor)
    assert reconciling.standings(county.intake) == []
    assert [(one.day, one.names, one.matches, one.restated) for one in found] == [
        (two_days, "bank", False, True),
        (two_days, "tax", False, False),
        (two_days - timedelta(days=1), "tax", False, False),
        (two_days - timedelta(days=2), "bank", False, False),
        (two_days - timedelta(days=2), "tax", False, False),
        (two_days - timedelta(days=1), "bank", True, False),
    ]
    assert (found[0].said or {})["unknown"] == [beside]
    assert reconciling.unsettled() == (1, 3)
    assert [one.day for one in reconciling.standings(auditor, days=1)] == [two_days] * 2
    denied = reconciling.Standing("", today(), {"unknown": [], "denied": ["x"]})
    assert not denied.matches


def test_a_day_is_well_over_when_no_clock_can_add_to_it(monkeypatch):
    midnight = datetime.combine(today(), datetime.min.time(), SHANGHAI)
    for minutes, day in ((0, 2), (29, 2), (30, 1), (24 * 60 - 1, 1)):
        monkeypatch.setattr(
            reconciling, "moment", lambda minutes=minutes: midnight + timedelta(minutes=minutes)
        )
        assert reconciling.last_day_over() == today() - timedelta(days=day), minutes


def test_a_department_that_tells_another_day_tells_nothing(county, monkeypatch):
    gateway = next(one for one in reconciling.gateways() if one.source == "bank")
    asked = []

    def answer(department, request):
        asked.append(department.base_url)
        return file(counts(), **({"marks": []} if len(asked) > 1 else {}))

    monkeypatch.setattr(https_json, "ask_for_counts", answer)
    statement = reconciling.fetch(gateway, today() - timedelta(days=1))
    assert (statement.counts.count, statement.marks, statement.key.kid) == (0, None, gateway.kid)
    assert asked == [gateway.departments[0].base_url]
    with pytest.raises(NotTold, match=f"^bank的对账单不是 {today()} 的。$"):
        reconciling.fetch(gateway, today())

    other = file(counts(source="tax"))
    monkeypatch.setattr(https_json, "ask_for_counts", lambda *_: other)
    with pytest.raises(NotTold, match="^bank的对账单不成立:对账单不是这一来源的。$"):
        reconciling.fetch(gateway, today())

    def refuse(department, request):
        raise https_json.NoCounts("HTTP 409")

    monkeypatch.setattr(https_json, "ask_for_counts", refuse)
    yesterday = today() - timedelta(days=1)
    for day, why in ((yesterday, "HTTP 409"), (today(), "这一天还没有过完,次日才有")):
        with pytest.raises(NotTold, match=f"^bank没有提供 {day} 的对账单:{why}。$"):
            reconciling.fetch(gateway, day)


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (lambda: b"[]", "malformed_object", "对账单格式有误"),
        (lambda: b'{"counts": 1}', "malformed_object", "对账单格式有误"),
        (lambda: file(counts(), marks=[1]), "malformed_object", "查询清单格式有误"),
        (lambda: file(counts(), marks=["0" * 36]), "malformed_object", "查询清单格式有误"),
        (lambda: file(counts(count=1), marks=[]), "malformed_object", "查询清单与签署的摘要不符"),
        (lambda: file(counts(source="tax")), "audience_mismatch", "对账单不是这一来源的"),
    ],
)
def test_what_is_wrong_with_a_statement_has_a_code_and_a_reason(county, content, code, reason):
    gateway = next(one for one in reconciling.gateways() if one.source == "bank")
    with pytest.raises(WireError) as refusal:
        reconciling._read(gateway, content())
    assert (refusal.value.code, refusal.value.reason) == (code, reason)


def test_of_several_agreements_with_one_gateway_the_standing_one_is_asked(county):
    ended = Department.objects.get(source="bank")
    standing = Department(
        source="bank", division="3101", receiver_id="3101-bank", name="市银行",
        public_key=ended.public_key, base_url="http://stands", first_day=ended.first_day,
    )  # fmt: skip
    raw.insert(standing)
    raw.changed(Department.objects.filter(pk=ended.pk), last_day=today())
    (gateway,) = [one for one in reconciling.gateways() if one.source == "bank"]
    assert [one.base_url for one in gateway.departments] == ["http://stands", ended.base_url]
    assert gateway.receivers == ["3101-bank", "310101-bank"]


def test_what_was_sent_on_a_day_is_marked_with_whether_it_was_answered(county):
    commission = cast.commissioned(county)
    cast.answered(commission)
    gateway = next(one for one in reconciling.gateways() if one.source == "bank")
    sent = reconciling._sent(gateway, today())
    tickets = [t for i in Inquiry.objects.filter(source="bank") for t in i.tickets.all()]
    assert sent == {mark(str(t.message), str(t.inquiry_id)): True for t in tickets}
    for day in (today() - timedelta(days=1), today() + timedelta(days=1)):
        assert reconciling._sent(gateway, day) == {}
    other = next(one for one in reconciling.gateways() if one.source == "tax")
    assert sent.keys().isdisjoint(reconciling._sent(other, today()))
    again = cast.commissioned(county)
    inquire(commission=again, by=WORKER)
    assert sorted(reconciling._sent(gateway, today()).values()) == [False] * 3 + [True] * 3


# ------------------------------------------------------------------ what may be asked


def test_a_list_takes_the_place_of_the_one_before_and_is_entered(county):
    assert outdated() == []
    before = AllowList.objects.get(programme="dibao", ended_at=None)
    made = allow(programme="dibao", items=["tax.amount_fen", "bank.balance_fen"], by=INSTALLER)
    items = ["bank.balance_fen", "tax.amount_fen"]
    assert (made.items, made.digest) == (items, digest(items))
    before.refresh_from_db()
    assert before.ended_at == made.began_at
    detail = json.loads(Entry.objects.get(pk=made.entry_id).content)["detail"]
    assert detail == {"programme": "dibao", "items": items, "digest": digest(items)}
    assert outdated() == ["dibao"]
    raw.drop_triggers("inquiries_allowlist_is_never_deleted")
    raw.delete(AllowList.objects.filter(ended_at=None).exclude(programme="dibao").first())
    assert len(outdated()) == 2

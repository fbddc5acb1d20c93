"""A view that a department lends: PostgreSQL and MariaDB as they are, asked through the gate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import acts, dispatch, exchange
from hedui.procedure.inquiries.connections import folder
from hedui.procedure.inquiries.connectors import database_view
from hedui.procedure.inquiries.dispatch import trouble_with
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, RequestFile, Ticket
from hedui.procedure.record.moment import moment
from tests import cast
from tests.gateway.lenders import LENDERS, Lender, lent

MAPPING = """
source: bank
data:
  table: 存款
  database:
    kind: {kind}
    host: {host}
    port: {port}
    name: {name}
    user: {user}
    password_file: {password}
    timeout_seconds: 2
person: {{id_number: 证件号码, name: 户名}}
as_of: {{column: 数据日期}}
items:
  bank: 开户行
  account_type: {{column: 类型, codes: {{活: current}}}}
  account_tail: 尾号
  balance_fen: {{column: 余额, unit: 元}}
  outflow_6m_fen: {{column: 支出, unit: 元}}
"""


@pytest.fixture(scope="module", params=LENDERS)
def lender(request, tmp_path_factory) -> Iterator[Lender]:
    with lent(request.param, tmp_path_factory.mktemp("lent")) as lender:
        lender.run(
            "create table {存款} ({证件号码} varchar(20), {户名} varchar(50), {数据日期} date,"
            " {开户行} varchar(50), {类型} varchar(10), {尾号} varchar(4), {余额} decimal(12,2),"
            " {支出} decimal(12,2), {秘密} varchar(50))"
        )
        lender.grant("{存款}")
        yield lender


@pytest.fixture
def view(county, lender):
    """Let the bank lend its view, by an agreement; 张三 and 李四 are in it."""
    today = moment().date() - timedelta(days=1)
    lender.run("delete from {存款}")
    for number, name, balance in (
        (cast.ZHANG_SAN, "张三", "30000.50"),
        (cast.LI_SI, "另一人", "9"),
    ):
        lender.run(
            "insert into {存款} values (%s, %s, %s, '工行', '活', '0001', %s, null, '不得读出')",
            number,
            name,
            today,
            balance,
        )
    folder().mkdir(parents=True, exist_ok=True)
    receiver = f"{cast.DIVISION}-bank"
    (folder() / f"{receiver}.toml").write_text(
        f'[database_view]\nmapping = "{receiver}.mapping.yaml"\n', encoding="utf-8"
    )
    mapping = folder() / f"{receiver}.mapping.yaml"
    password = lender.folder / "reader.password"
    text = MAPPING.format(**lender.place(), password=password)
    mapping.write_text(text, encoding="utf-8")
    cast.agreed(Department.objects.get(source="bank"), channel="database_view")
    yield mapping
    (folder() / f"{receiver}.toml").unlink()
    for standing in database_view._standing.values():
        for table in standing:
            table.close()
    database_view._standing.clear()


def replies():
    """Return what the bank's replies are, by member."""
    found = Reply.objects.filter(inquiry__source="bank").select_related("inquiry__member")
    return {reply.inquiry.member.key: reply for reply in found}


def test_a_person_is_looked_up_and_the_facts_are_kept(view, lender, commission):
    with lender.overheard() as heard:
        dispatch.dispatch(commission)
    found = replies()
    assert (found["a"].outcome, found["a"].match) == ("FOUND", "exact")
    [fact] = Fact.objects.filter(reply=found["a"])
    assert fact.opened["balance_fen"] == 3000050
    assert fact.opened["account_type"] == "current"
    # the same number under another name is for a person to look at
    assert found["b"].outcome == "NAME_MISMATCH"
    assert not Fact.objects.filter(reply=found["b"]).exists()
    asked = [text for text in heard() if cast.ZHANG_SAN in text]
    assert len(asked) == 1  # the household at once
    assert cast.LI_SI in asked[0]
    assert not any("秘密" in text or "*" in text for text in asked)


def test_whoever_is_not_in_it_is_not_found_as_of_its_newest_day(view, lender, commission):
    lender.run("delete from {存款} where {户名} = '张三'")
    dispatch.dispatch(commission)
    assert replies()["a"].outcome == "NOT_FOUND"
    assert replies()["a"].as_of == moment().date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("spoil", "outcome"),
    [
        ("update {存款} set {余额} = 1.001 * 0 - 99999999", "FOUND"),
        ("update {存款} set {类型} = '未知'", "PARTIAL"),
        ("update {存款} set {余额} = null", "UNAVAILABLE"),
        ("delete from {存款}", "UNAVAILABLE"),
    ],
)
def test_what_stands_there_is_read_as_strictly_as_an_answer(
    view, lender, commission, spoil, outcome
):
    lender.run(spoil)
    dispatch.dispatch(commission)
    assert replies()["a"].outcome == outcome


def test_data_of_the_future_are_of_no_use(view, lender, commission):
    lender.run("update {存款} set {数据日期} = %s", moment().date() + timedelta(days=3))
    dispatch.dispatch(commission)
    assert replies()["a"].outcome == "UNAVAILABLE"


def test_a_role_that_could_write_is_not_used(view, lender, commission):
    lender.grant("{存款}", "delete")
    try:
        dispatch.dispatch(commission)
        assert (replies()["a"].outcome, replies()["a"].code) == ("NO_ANSWER", "DataUnreadable")
    finally:
        lender.revoke("{存款}", "delete")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("存款", "没有的表"),
        ("source: bank", "source: vehicle"),
        ("name: ", "nmae: "),
        ("password_file: ", "password_file: x"),
    ],
)
def test_a_view_that_cannot_be_read_is_no_answer_and_holds_nobody_up(view, commission, old, new):
    view.write_text(view.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert dispatch.dispatch(commission) is not None
    assert replies()["a"].outcome == "NO_ANSWER"
    assert Reply.objects.count() == Ticket.objects.count() == 3 * len(cast.SOURCES)


def test_without_a_mapping_nothing_is_asked(view, commission):
    view.unlink()
    dispatch.dispatch(commission)
    assert (replies()["a"].outcome, replies()["a"].code) == ("NO_ANSWER", "FileNotFoundError")


def test_after_a_revocation_nobody_is_looked_up(view, lender, commission):
    """What was let through the gate is kept back at the door."""
    envelope = next(
        e
        for e in acts.inquire(commission=commission, by=dispatch.WORKER)
        if e.channel == "database_view"
    )
    message = database_view.write(envelope)

    class Shut:
        def wait(self):
            raise database_view.KeptBack("revoked")

        def end(self):
            pass

    with lender.overheard() as heard:
        arrived = database_view.ask(message, Shut())
        assert [one.code for one in database_view.read(arrived)] == ["revoked"] * 3
        assert not any(cast.ZHANG_SAN in text for text in heard())


def test_what_rests_on_a_revoked_authorization_is_not_read(view, commission):
    envelope = next(
        e
        for e in acts.inquire(commission=commission, by=dispatch.WORKER)
        if e.channel == "database_view"
    )

    class Open:
        def wait(self):
            pass

        def end(self):
            pass

    arrived = database_view.ask(database_view.write(envelope), Open())
    ended = envelope.tickets[0].inquiry.authorization_id
    outcomes = {t.ticket.pk: t.outcome for t in database_view.read(arrived, {ended})}
    assert outcomes[envelope.tickets[0].pk] == "DISCARDED"
    assert sorted(outcomes.values()).count("DISCARDED") == 1


def test_the_way_to_a_view_is_tried_before_anybody_is_asked_about(view, county):
    agreement = Department.objects.get(source="bank").agreements.get(channel="database_view")
    assert trouble_with(agreement) == ""
    view.write_text(view.read_text(encoding="utf-8").replace("bank", "tax", 1), encoding="utf-8")
    assert trouble_with(agreement)
    view.unlink()
    assert trouble_with(agreement)
    assert not Inquiry.objects.exists()


class Gone:
    """A door that is open, and what happens while it is passed."""

    def __init__(self, meanwhile=lambda: None):
        self.wait = meanwhile
        self.end = lambda: None


def asked_of_the_view(commission, **changes):
    """Return the message to the bank, by the view."""
    minted = acts.inquire(commission=commission, by=dispatch.WORKER)
    envelope = next(e for e in minted if e.channel == "database_view")
    return database_view.write(replace(envelope, **changes))


def test_nobody_is_looked_up_once_the_tickets_have_run_out(view, lender, commission):
    message = asked_of_the_view(commission, expires_at=moment())
    with lender.overheard() as heard:
        arrived = database_view.ask(message, Gone())
        assert {one.code for one in database_view.read(arrived)} == {"ticket_expired"}
        assert not any(cast.ZHANG_SAN in text for text in heard())


def test_nobody_more_is_looked_up_once_they_run_out_on_the_way(view, commission, monkeypatch):
    message = asked_of_the_view(commission)

    def late():
        monkeypatch.setattr(database_view, "process_clock", lambda: message.envelope.expires_at)

    arrived = database_view.ask(message, Gone(late))
    assert {one.code for one in database_view.read(arrived)} == {"DataUnreadable"}
    assert not any(database_view._standing.values())  # nor is its connection kept


def test_who_is_asked_less_about_is_looked_up_alone(view, lender, commission):
    message = asked_of_the_view(commission)
    name = next(k for k, e in message.elements.items() if e.subject_number == cast.ZHANG_SAN)
    message.elements[name] = replace(message.elements[name], items=("bank.balance_fen",))
    with lender.overheard() as heard:
        arrived = database_view.ask(message, Gone())
        assert not any(cast.ZHANG_SAN in text and cast.LI_SI in text for text in heard())
    found = {str(one.ticket.inquiry_id): one for one in database_view.read(arrived)}
    assert [set(row) for row in found[name].rows] == [{"balance_fen"}]


def test_a_view_of_another_source_is_not_used(view, county):
    assert "不是这一来源的数据库视图" in database_view.tried(f"{cast.DIVISION}-bank", "tax")


def test_no_more_connections_stand_than_are_wanted(view, commission, monkeypatch):
    monkeypatch.setattr(database_view, "KEPT_OPEN", 0)
    dispatch.dispatch(commission)
    assert replies()["a"].outcome == "FOUND"
    assert not any(database_view._standing.values())


def test_households_are_looked_up_in_one_turn(view, lender, county, settings):
    """Gathered as messages are: each with its ticket, let out together, each answer kept once."""
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    bank = Department.objects.get(source="bank")
    agreement = cast.agreed(bank, channel="view_together")
    for _ in range(2):
        dispatch.dispatch(cast.commissioned(county))
    assert not Reply.objects.filter(inquiry__source="bank").exists()
    assert exchange.exchange(agreement, lambda _: None)
    sent = RequestFile.objects.get()
    assert (sent.count, sent.code) == (6, "answered")
    found = Reply.objects.filter(inquiry__source="bank", outcome="FOUND")
    assert [fact.opened["balance_fen"] for fact in Fact.objects.filter(reply__in=found)] == [
        3000050,
        3000050,
    ]

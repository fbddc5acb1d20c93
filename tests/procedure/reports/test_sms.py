"""短信: told to who agreed, about what waits; a delivery only by the receipt of the gateway."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import yaml
from django.db import DatabaseError, connection, transaction

from hedui.procedure.cases import terms
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Step
from hedui.procedure.determinations import acts as determinations
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports import sms
from hedui.procedure.reports.delivering import NotDelivered
from hedui.procedure.reports.models import Delivery
from hedui.procedure.reports.sms import NotSent
from hedui.procedure.reports.sms_models import Phone, Sms
from tests import cast

pytestmark = pytest.mark.django_db
HOLD = timedelta(seconds=20)


@pytest.fixture
def report(county):
    return cast.issued(county)


@pytest.fixture
def member(report):
    return report.commission.case.members.get(key="a", replaced=False)


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.HEDUI_SMS_URL = "http://127.0.0.1:1/messages"


def by_sms(county, about, receipt="", **changes):
    return cast.delivered(county, about, way="message", receipt=receipt, **changes)


@pytest.fixture
def receipts_count(tmp_path, monkeypatch):
    """Write into the customs of 黄浦, as a place would, that a receipt is a delivery."""
    written = yaml.safe_load(terms.CUSTOMS.read_text(encoding="utf-8"))
    rule = {"value": "receipt", "ground": "本地办法 第3条", "seen": "text"}
    written["sms"]["values"][cast.DIVISION] = rule
    file = tmp_path / "customs.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(terms, "CUSTOMS", file)
    terms.custom.cache_clear()
    yield
    terms.custom.cache_clear()


def test_the_number_lies_sealed_and_stands_in_no_entry(county, member):
    held = sms.agree_to_sms(member=member, number=f" {cast.PHONE} ", by=county.intake)
    assert (held.number, held.masked) == (cast.PHONE, "100****0001")
    assert cast.PHONE.encode() not in bytes(held.content)
    assert not Entry.objects.filter(content__contains=cast.PHONE).exists()


@pytest.mark.parametrize("number", ["", "1000000000", "021-6000000", "1" + "０" * 10, "1" * 12])
def test_what_is_no_mobile_number_is_refused(county, member, number):
    with pytest.raises(NotSent, match="11 位手机号码"):
        sms.agree_to_sms(member=member, number=number, by=county.intake)


def test_nobody_is_written_to_who_did_not_agree_or_withdrew(county, report, member):
    with pytest.raises(NotSent, match="没有同意"):
        sms.send_sms(member=member, about=report.pk, by=county.intake)
    waits = cast.told_by_sms(county, report)
    sms.withdraw_sms(member=member, by=county.intake)
    with pytest.raises(NotSent, match="没有同意"):
        sms.send_sms(member=member, about=report.pk, by=county.intake)
    assert sms.take_due(moment(), HOLD) is None, "it was ordered before, and is not sent any more"
    assert Sms.objects.get(pk=waits.pk).taken_at is None


def test_without_a_gateway_nothing_is_ordered(county, report, member, settings):
    settings.HEDUI_SMS_URL = ""
    sms.agree_to_sms(member=member, number=cast.PHONE, by=county.intake)
    with pytest.raises(NotSent, match="没有接通"):
        sms.send_sms(member=member, about=report.pk, by=county.intake)


def test_one_is_sent_once_and_again_only_where_it_did_not_arrive(county, report, member):
    cast.told_by_sms(county, report)
    with pytest.raises(NotSent, match="已经发出"):
        sms.send_sms(member=member, about=report.pk, by=county.intake)
    sms.take_receipt(message=Sms.objects.get().pk, outcome="failed", at=moment(), by=WORKER)
    cast.told_by_sms(county, report, outcome="delivered")
    with pytest.raises(NotSent, match="已经发出"):
        sms.send_sms(member=member, about=report.pk, by=county.intake)


def test_only_who_has_the_family_before_them_does_it(county, report, member):
    for act, more in ((sms.agree_to_sms, {"number": cast.PHONE}), (sms.withdraw_sms, {})):
        with pytest.raises(NotYours):
            act(member=member, **more, by=county.stranger)
        with pytest.raises(NotAllowed):
            act(member=member, **more, by=county.prepares)
    sms.agree_to_sms(member=member, number=cast.PHONE, by=county.intake)
    with pytest.raises(NotYours):
        sms.send_sms(member=member, about=report.pk, by=county.stranger)
    with pytest.raises(NotYours):
        sms.reached(county.stranger, case=report.commission.case, about=report.pk)


def test_a_receipt_is_kept_once_with_its_entry(county, report):
    made = cast.told_by_sms(county, report)
    at = moment()
    sms.take_receipt(message=made.pk, outcome="delivered", at=at, by=WORKER)
    entries = Entry.objects.filter(act="reports.take_receipt")
    assert entries.count() == 1
    sms.take_receipt(message=made.pk, outcome="failed", at=moment(), by=WORKER)
    made.refresh_from_db()
    assert (made.outcome, made.told_at, entries.count()) == ("delivered", at, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": uuid4()},
        {"outcome": "read"},
        {"at": datetime.now(UTC) + timedelta(hours=1)},
        {"at": datetime.now(UTC) - timedelta(days=1)},
    ],
    ids=["unknown", "no such outcome", "to come", "before it was sent"],
)
def test_a_receipt_that_cannot_be_is_refused(county, report, wrong):
    made = cast.told_by_sms(county, report)
    given = {"message": made.pk, "outcome": "delivered", "at": moment()} | wrong
    with pytest.raises(NotSent):
        sms.take_receipt(**given, by=WORKER)


def test_a_message_delivers_nothing_by_itself(county, report):
    cast.told_by_sms(county, report, outcome="delivered")
    assert not Delivery.objects.exists()
    assert determinations.may_not_yet(report, today()).startswith("核对报告还没有送达")


def test_without_a_receipt_nothing_is_delivered_by_message(county, report):
    with pytest.raises(NotDelivered, match="没有短信网关的送达回执"):
        by_sms(county, report, receipt="本人回复收到")
    cast.told_by_sms(county, report, outcome="failed")
    with pytest.raises(NotDelivered, match="没有短信网关的送达回执"):
        by_sms(county, report, receipt="本人回复收到")
    cast.told_by_sms(county, report, key="b", outcome="delivered")
    with pytest.raises(NotDelivered, match="没有短信网关的送达回执"):
        by_sms(county, report, receipt="是配偶收到的")


def test_where_no_rule_says_so_the_person_has_to_answer_too(county, report):
    cast.told_by_sms(county, report, outcome="delivered")
    with pytest.raises(NotDelivered, match="怎样回复确认") as refusal:
        by_sms(county, report)
    assert refusal.value.field == "receipt"
    made = by_sms(county, report, receipt="本人来电确认")
    said = report.commission.case.key.open(made.receipt)["receipt"]
    assert said.startswith("短信网关回执") and said.endswith("本人来电确认")


@pytest.mark.usefixtures("receipts_count")
def test_where_the_place_says_so_the_receipt_is_enough(county, report):
    cast.told_by_sms(county, report, outcome="delivered")
    assert by_sms(county, report).way == "message"


def test_a_notice_is_told_of_and_delivered_likewise(county, report):
    notice = cast.noticed(county, report.commission.case)
    with pytest.raises(NotDelivered, match="没有短信网关"):
        cast.handed_over(county, notice, way="message")
    cast.told_by_sms(county, notice, outcome="delivered")
    assert cast.handed_over(county, notice, way="message", receipt="本人回复").way == "message"


# ------------------------------------------------------------------ whoever writes the row


def refused(save, said):
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        save()


def test_the_database_takes_no_delivery_by_message_without_a_receipt(county, report):
    notice = cast.noticed(county, report.commission.case)
    rows = {
        "delivery": cast.delivered(county, report),
        "notice_delivery": cast.handed_over(county, notice),
    }
    for name, row in rows.items():
        row.pk, row.way = uuid4(), "message"
        refused(lambda row=row: row.save(force_insert=True), f"^{name}: by text message only")
    for about in (report, notice):
        cast.told_by_sms(county, about, outcome="delivered")
    for row in rows.values():
        row.save(force_insert=True)


def test_the_database_takes_no_step_that_tells_a_decision_by_message_alone(county, report):
    made = cast.proposed_for(county, report)
    cast.published(county, made, days_ago=20)
    determinations.confirm(determination=made, by=cast.deciders(county)[1])
    case = report.commission.case
    row = Step(
        case=case, kind="notify", about=made.pk, word="message", first_day=today(), content=b"x",
        recorded_by=county.intake.identifier, recorded_at=moment(), entry=case.entry,
    )  # fmt: skip
    refused(lambda: row.save(force_insert=True), "told by text message only by its")


def test_the_database_sends_nothing_to_who_did_not_agree(county, report, member):
    made = cast.told_by_sms(county, report)
    made.pk = uuid4()
    sms.withdraw_sms(member=member, by=county.intake)
    refused(lambda: made.save(force_insert=True), "to who agreed and did not withdraw")
    newest = Phone.objects.latest("id")
    made.phone = newest
    refused(lambda: made.save(force_insert=True), "to who agreed and did not withdraw")


def test_the_database_sends_nothing_about_what_does_not_wait(county, report):
    made = cast.told_by_sms(county, report)
    made.pk, made.about = uuid4(), uuid4()
    refused(lambda: made.save(force_insert=True), "about an issued report or notice")


@pytest.mark.parametrize(
    "change",
    ["about = phone_id", "requested_by = 'officer:9'", "outcome = 'delivered'",
     "outcome = 'read', told_at = requested_at", "taken_at = NULL"],
)  # fmt: skip
def test_the_database_changes_no_message_but_once(county, report, change):
    made = cast.told_by_sms(county, report)
    sms.mark_taken(made, moment())

    def save():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE reports_sms SET {change}")

    refused(save, "sms: never changed, only taken and told once")

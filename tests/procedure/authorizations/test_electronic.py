"""Signing without paper 电子签名: enrolled at the window, signed once with each code."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from hedui import catalogue, policy
from hedui.procedure.agencies.acts import arrange_intake
from hedui.procedure.agencies.queries import askable
from hedui.procedure.authorizations import acts, electronic, totp
from hedui.procedure.authorizations.electronic import MOST_WRONG, Locked, NotNow
from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.evidence_models import ElectronicSignature, WrongCode
from hedui.procedure.authorizations.models import Authorization, Form
from hedui.procedure.authorizations.printing import period_of
from hedui.procedure.authorizations.texts import withdraw
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.written import day
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import china_text, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw

NO_MORE = "authorization: the code was given before, or is in force no more"
ITEMS = ("bank.balance_fen", "tax.amount_fen")


@pytest.fixture
def case(county):
    return cast.declared(county)


def enrolled(county, case, key="a"):
    return electronic.enrol(member=case.members.get(key=key, replaced=False), by=county.intake)


def code_now(enrolment, off=0):
    secret = enrolment.member.case.key.open_bytes(enrolment.secret)
    return totp.code(secret, int(moment().timestamp()) // totp.STEP + off)


def sign(enrolment, code=None, items=ITEMS):
    form = Form.objects.get(id=cast.FORM)
    return electronic.sign(
        enrolment=enrolment,
        form=form,
        notice=electronic.notice_before(enrolment.member.case),
        items=items,
        code=code or code_now(enrolment),
        by=electronic.PORTAL,
    )


def entries_of(case, *acts):
    """Return the entries of these acts on a case, in order, each with its detail."""
    names = [f"authorizations.{name}" for name in acts]
    found = list(Entry.objects.filter(case=case.id, act__in=names))
    for entry in found:
        entry.detail = json.loads(entry.content)["detail"]
    return found


def wrong(enrolment, times):
    """Enter wrong codes, each an hour before the next one."""
    for n in range(times):
        at = moment() - timedelta(hours=n + 1)
        raw.insert(WrongCode(enrolment=enrolment, entered_at=at))


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
     (2000000000, "279037"), (20000000000, "353130")],
)  # fmt: skip
def test_the_codes_are_those_of_the_standard(at, code):
    """RFC 6238, appendix B, the last six of eight digits."""
    assert totp.code(b"12345678901234567890", at // totp.STEP) == code


def test_a_signature_becomes_an_authorization_like_that_on_paper(county, case):
    answered = sign(enrolled(county, case).enrolment)
    signature = electronic.signature_of(answered.signature)
    signed = acts.authorize(member=case.members.get(key="a"), signature=signature, by=county.intake)
    assert signed.items == list(ITEMS)
    assert signed.signed_on == today()
    assert signed.evidence == answered.signature.digest
    assert signed.notice == electronic.notice_before(case).digest
    record = json.loads(acts.consult(authorization=signed, by=county.intake))
    assert record["items"] == list(ITEMS)
    assert record["form"]["digest"] == signed.form.digest
    assert (record["member"], record["case"]) == (str(signed.member_id), str(case.id))
    assert record["method"] == "totp-rfc6238"


def test_what_is_kept_says_all_that_was_shown_and_signed(county, case):
    given = enrolled(county, case)
    answered = sign(given.enrolment)
    signed = answered.signature
    assert answered.left == MOST_WRONG
    record = json.loads(case.key.open_bytes(signed.record))
    assert len(bytes.fromhex(record.pop("salt"))) == 16
    notice = electronic.notice_before(case)
    assert record == {
        "kind": "hedui electronic signature 2",
        "method": "totp-rfc6238",
        "form": {"id": cast.FORM, "digest": Form.objects.get().digest},
        "notice": {"digest": notice.digest, "sections": notice.sections},
        "items": list(ITEMS),
        "purpose": "dibao",
        "case": str(case.id),
        "member": str(given.enrolment.member_id),
        "name": "张三",
        "id_number": cast.ZHANG_SAN,
        "signed_at": china_text(signed.signed_at),
        "valid_until": (today() + timedelta(days=364)).isoformat(),
    }
    assert electronic.signature_of(signed) == acts.Signature(
        form=cast.FORM,
        items=ITEMS,
        signed_on=today(),
        valid_until=today() + timedelta(days=364),
        scan=case.key.open_bytes(signed.record),
        notice=notice.digest,
        electronic=signed.id,
    )
    enrolled_, signed_ = (e.detail for e in entries_of(case, "enrol", "sign"))
    assert enrolled_ == {"member": str(given.enrolment.member_id)}
    assert signed_ == enrolled_ | {
        "enrolment": str(given.enrolment.id),
        "outcome": "signed",
        "digest": signed.digest,
    }


def test_one_signs_for_as_long_as_the_agency_offers_on_paper(county, case):
    arrange_intake(
        agency=county.street, second_person=False, numbered_only=False, authorization_days=90,
        by=INSTALLER,
    )  # fmt: skip
    case.refresh_from_db()
    last = today() + timedelta(days=89)
    notice = electronic.notice_before(case)
    lines = [line for part in notice.sections for line in part["lines"]]
    assert any(f"授权至{day(last)}；" in line for line in lines)
    signed = sign(enrolled(county, case).enrolment).signature
    assert electronic.signature_of(signed).valid_until == last


def test_nothing_is_signed_for_that_the_notice_did_not_show(county, case):
    """The programme may also ask it, but nobody there has agreed to tell it."""
    enrolment = enrolled(county, case).enrolment
    programme = policy.programme(case.programme)
    unshown = set(programme.allowed) - set(askable(case.programme, case.division, today()))
    assert unshown
    for item in sorted(unshown):
        with pytest.raises(Refusal, match="至少勾选一项") as refusal:
            sign(enrolment, items=(*ITEMS, item))
        assert refusal.value.field == "items"
    assert not ElectronicSignature.objects.exists()


def test_who_has_lost_capacity_since_the_enrolment_signs_no_more(county, case):
    enrolment = enrolled(county, case, "b").enrolment
    before = electronic.signature_of(sign(enrolment).signature)
    guarded = cast.authorize(
        county, case.members.get(key="b"), guardian="a", capacity="none", proof=cast.SCAN
    )
    with pytest.raises(Refusal, match="由监护人签署的成年人"):
        sign(enrolment, code_now(enrolment, 1))
    with pytest.raises(Refusal, match="不能自己签署"):
        acts.authorize(member=case.members.get(key="b"), signature=before, by=county.intake)
    assert list(Authorization.objects.all()) == [guarded]


@pytest.mark.parametrize(("hour", "last"), [(15, "2027-01-30"), (16, "2027-01-31")])
def test_the_day_of_signing_is_that_of_china(county, case, hour, last):
    at = datetime(2026, 1, 31, hour, 30, tzinfo=UTC)
    member, notice = case.members.get(key="a"), electronic.notice_before(case)
    record = electronic._record(member, Form.objects.get(), notice, ITEMS, at)
    assert record["valid_until"] == last


def test_the_notice_before_names_the_days_asked_about_and_the_last_day(county, case):
    notice = electronic.notice_before(case)
    whole = {"version": "notice-2026-2", "sections": notice.sections}
    assert (json.loads(notice.text), notice.digest) == (whole, digest(whole))
    assert [part["heading"] for part in notice.sections] == [
        "一、谁处理您的信息",
        "二、目的和方式",
        "三、向谁查询、查询什么",
        "四、期间和保存",
        "五、您的权利",
    ]
    lines = [line for part in notice.sections for line in part["lines"]]
    assert any(f"授权至{day(today() + timedelta(days=364))}；" in line for line in lines)
    period = period_of(case, today())
    assert any(f"查询{day(period.first)}至{day(period.last)}期间" in line for line in lines)
    assert any(line.startswith("bank（") for line in lines)
    (insured,) = [line for line in lines if line.startswith("social_insurance（")]
    items = catalogue.sources()["social_insurance"].items.values()
    said = [f"{item.label}（敏感）" if item.sensitive else item.label for item in items]
    assert {item.sensitive for item in items} == {True, False}
    assert insured.partition("：")[2] == f"{'、'.join(said)}。"


def test_an_app_reads_the_key_from_the_code(county, case):
    given = enrolled(county, case)
    secret = case.key.open_bytes(given.enrolment.secret)
    assert len(secret) == 20
    assert given.secret_text == base64.b32encode(secret).decode()
    issuer = "%E6%A0%B8%E5%AF%B9"
    assert given.uri == (
        f"otpauth://totp/{issuer}:{case.number}?secret={given.secret_text}&issuer={issuer}"
    )


def test_what_was_signed_waits_for_the_window_newest_first(county, case):
    person = case.members.get(key="a")
    first = sign(enrolled(county, case).enrolment).signature
    second = sign(enrolled(county, case).enrolment).signature
    assert electronic.not_yet_registered(person) == [second, first]
    acts.authorize(member=person, signature=electronic.signature_of(first), by=county.intake)
    assert electronic.not_yet_registered(person) == [second]
    assert electronic.not_yet_registered(case.members.get(key="b")) == []


def test_it_passes_the_same_checks(county, case):
    answered = sign(enrolled(county, case).enrolment)
    signature = electronic.signature_of(answered.signature)
    with pytest.raises(NotYours):
        electronic.enrol(member=case.members.get(key="a"), by=county.stranger)
    with pytest.raises(Refusal, match="其他机构"):
        acts.authorize(member=case.members.get(key="a"), signature=signature, by=county.stranger)


def test_it_serves_nobody_else_and_nobody_twice(county, case):
    answered = sign(enrolled(county, case).enrolment)
    signature = electronic.signature_of(answered.signature)
    with pytest.raises(EvidenceNotUsable, match="不是这位成员签署的"):
        acts.authorize(member=case.members.get(key="b"), signature=signature, by=county.intake)
    signed = acts.authorize(member=case.members.get(key="a"), signature=signature, by=county.intake)
    acts.revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    with pytest.raises(EvidenceNotUsable, match="已经登记过"):
        acts.authorize(member=case.members.get(key="a"), signature=signature, by=county.intake)


def test_a_record_handed_in_as_paper_is_none(county, case):
    answered = sign(enrolled(county, case).enrolment)
    record = electronic.signature_of(answered.signature).scan
    with pytest.raises(EvidenceNotUsable, match="PDF"):
        cast.authorize(county, case.members.get(key="a"), scan=record)
    assert not Authorization.objects.exists()


def test_a_code_serves_once(county, case):
    enrolment = enrolled(county, case).enrolment
    code = code_now(enrolment)
    assert sign(enrolment, code).signature
    assert sign(enrolment, code).signature is None
    assert ElectronicSignature.objects.count() == 1


def test_a_code_given_before_is_refused_by_the_database(county, case):
    signed = sign(enrolled(county, case).enrolment).signature
    with raw.refused(NO_MORE):
        raw.insert(signed, id=uuid4(), digest="sha256:other", step=signed.step - 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw.insert(signed, id=uuid4(), digest="sha256:other")
    assert ElectronicSignature.objects.count() == 1


def test_so_is_a_signature_by_an_enrolment_that_is_over_or_locked(county, case):
    enrolment = enrolled(county, case).enrolment
    signed = sign(enrolment).signature
    wrong(enrolment, MOST_WRONG)
    with raw.refused(NO_MORE):
        raw.insert(signed, id=uuid4(), digest="sha256:other", step=signed.step + 5)
    fresh = enrolled(county, case, "b").enrolment
    signed = sign(fresh).signature
    enrolled(county, case, "b")
    with raw.refused(NO_MORE):
        raw.insert(signed, id=uuid4(), digest="sha256:third", step=signed.step + 5)


@pytest.mark.parametrize("off", [-3, 3])
def test_a_code_of_another_minute_is_wrong_and_counted(county, case, off):
    enrolment = enrolled(county, case).enrolment
    answered = sign(enrolment, code_now(enrolment, off))
    assert (answered.signature, answered.left) == (None, MOST_WRONG - 1)
    (entry,) = entries_of(case, "sign")
    assert entry.detail["outcome"] == "wrong code"
    (kept,) = WrongCode.objects.all()
    assert (kept.enrolment, kept.entry_id) == (enrolment, entry.id)


@pytest.mark.parametrize(("off", "right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off(off, right):
    secret, at = totp.new_secret(), 1_800_000_000.0
    given = totp.code(secret, int(at) // 30 + off)
    assert totp.step_of(secret, given, at=at) == (int(at) // 30 + off if right else None)


def test_two_wrong_codes_hinder_nobody_and_each_is_counted_down(county, case):
    enrolment = enrolled(county, case).enrolment
    assert [sign(enrolment, code_now(enrolment, 9)).left for _ in range(2)] == [7, 6]
    answered = sign(enrolment)
    assert answered.signature
    assert answered.left == 6


def test_wrong_codes_to_sign_in_are_counted_with_those_to_sign(county, case):
    enrolment = enrolled(county, case).enrolment
    sign(enrolment, code_now(enrolment, 9))

    def enter(code):
        return electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL)

    before = moment()
    refused = enter(code_now(enrolment, 9))
    assert (refused.sign_in, refused.left) == (None, MOST_WRONG - 2)
    assert WrongCode.objects.filter(entered_at__range=(before, moment())).count() == 1
    let_in = enter(code_now(enrolment))
    assert (let_in.sign_in.enrolment, let_in.left) == (enrolment, MOST_WRONG - 2)
    told = [entry.detail["outcome"] for entry in entries_of(case, "sign_in")]
    assert told == ["wrong code", "signed in"]


def test_one_before_the_last_the_right_code_still_serves(county, case):
    enrolment = enrolled(county, case).enrolment
    wrong(enrolment, MOST_WRONG - 1)
    assert sign(enrolment, code_now(enrolment, 9)).left == 0
    with pytest.raises(Locked) as refusal:
        sign(enrolment)
    assert refusal.value.field == "code"


def test_after_three_wrong_codes_even_the_right_one_waits(county, case):
    enrolment = enrolled(county, case).enrolment
    for _ in range(3):
        sign(enrolment, code_now(enrolment, 9))
    with pytest.raises(NotNow, match="五分钟") as refusal:
        sign(enrolment)
    assert refusal.value.field == "code"
    assert WrongCode.objects.count() == 3


def test_after_eight_it_is_locked_until_the_person_comes_to_the_window(county, case):
    enrolment = enrolled(county, case).enrolment
    wrong(enrolment, MOST_WRONG)
    with pytest.raises(Locked, match="受理窗口"):
        sign(enrolment)
    assert sign(enrolled(county, case).enrolment).signature


def test_a_new_enrolment_ends_the_one_before(county, case):
    first = enrolled(county, case)
    second = enrolled(county, case)
    assert electronic.enrolment_at(first.token) is None
    assert electronic.enrolment_at(second.token) == second.enrolment
    with pytest.raises(Refusal, match="已经失效"):
        sign(first.enrolment)


def test_whose_number_was_corrected_is_enrolled_anew(county, case):
    given = enrolled(county, case)
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["id_number"] = cast.number("19840301", "007")
    cases.declare(case=case, content=content, by=county.intake)
    assert electronic.enrolment_at(given.token) is None


def test_a_minor_signs_on_paper(county, case):
    with pytest.raises(Refusal, match="监护人"):
        enrolled(county, case, "c")


def test_nothing_beyond_what_the_programme_needs_is_signed(county, case):
    enrolment = enrolled(county, case).enrolment
    for items in ((), ("bank.secret",)):
        with pytest.raises(Refusal, match="勾选") as refusal:
            sign(enrolment, items=items)
        assert refusal.value.field == "items"


def test_secret_record_and_address_lie_sealed(county, case):
    given = enrolled(county, case)
    signed = sign(given.enrolment).signature
    secret = case.key.open_bytes(given.enrolment.secret)
    assert secret not in bytes(given.enrolment.secret)
    assert given.token != given.enrolment.address
    assert "张三".encode() not in bytes(signed.record)
    entries = "".join(Entry.objects.values_list("content", flat=True))
    assert given.token not in entries
    assert given.secret_text not in entries


def test_where_papers_need_a_number_what_is_signed_without_paper_needs_none(county, case):
    """A printed form that was not signed is no hindrance; a paper without number still is."""
    arrange_intake(
        agency=county.street,
        second_person=False,
        numbered_only=True,
        authorization_days=365,
        by=INSTALLER,
    )
    cast.printed(county, case.members.get(key="a"))
    signed = sign(enrolled(county, case).enrolment).signature
    held = acts.authorize(
        member=case.members.get(key="a"),
        signature=electronic.signature_of(signed),
        by=county.intake,
    )
    assert held.sheet is None
    with raw.refused("authorization: this agency takes numbered forms only"):
        raw.insert(held, id=uuid4(), evidence="sha256:" + "0" * 64)


def test_who_is_signed_for_signs_nothing_without_paper(county, case):
    cast.authorize(
        county, case.members.get(key="b"), guardian="a", capacity="none", proof=cast.SCAN
    )
    with pytest.raises(Refusal, match="监护人"):
        enrolled(county, case, "b")


def test_nothing_is_signed_on_a_withdrawn_text(county, case):
    given = enrolled(county, case)
    withdraw(form=Form.objects.get(), by=INSTALLER)
    with pytest.raises(Refusal, match="停用"):
        sign(given.enrolment)

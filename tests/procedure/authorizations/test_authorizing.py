"""Authorizing 授权: one person, on paper, for what the programme needs, and until when."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from hedui import policy
from hedui.procedure.authorizations import evidence
from hedui.procedure.authorizations.acts import AlreadyEnded, ItemNotNeeded, revoke
from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.guardians import GuardianNeeded
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.texts import FormNotUsable, publish
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.record import keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.wire import artefact
from hedui.wire.seals import Verifier, load_public
from tests import cast, papers
from tests.procedure import raw

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHEET = papers.paper(1).resize((310, 438))


@pytest.fixture
def case(county):
    return cast.declared(county)


def platform() -> Verifier:
    return Verifier.of(load_public(Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC))


def years_ago(years: int, day: date | None = None) -> date:
    day = day or today()
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def family_with(county: cast.County, born: date) -> Any:
    """Return the case of 张家 whose child was born on a day, declared."""
    case = cast.declared(county)
    content = cast.zhang_family(case.applied_on)
    content["members"][2]["id_number"] = cast.number(f"{born:%Y%m%d}", "005")
    cases.declare(case=case, content=content, by=county.intake)
    case.refresh_from_db()
    return case


def member(case: Any, key: str) -> Any:
    return case.members.get(key=key, replaced=False)


REFUSED: dict[str, tuple[dict[str, Any], type[Refusal], str, str]] = {
    "a form nobody registered": (
        {"form": "form-1999"},
        FormNotUsable,
        "form",
        "没有登记过编号为 form-1999",
    ),
    "a day to come": (
        {"signed_on": "tomorrow"},
        FormNotUsable,
        "signed_on",
        "签署日期不能晚于今天",
    ),
    "a day before the form was in use": (
        {"signed_on": date(2023, 12, 31)},
        FormNotUsable,
        "signed_on",
        "不在使用期内",
    ),
    "an item beyond the catalogue": (
        {"items": ("bank.transactions",)},
        ItemNotNeeded,
        "items",
        "bank.transactions",
    ),
    "a source beyond the catalogue": ({"items": ("credit",)}, ItemNotNeeded, "items", "credit"),
    "a guardian for an adult": (
        {"guardian": "b"},
        GuardianNeeded,
        "guardian",
        "成年人应由本人签署",
    ),
    "an end before the beginning": (
        {"valid_until": "before"},
        Refusal,
        "valid_until",
        "有效期至不能早于签署日期",
    ),
    "an empty scan": ({"scan": b""}, EvidenceNotUsable, "evidence", "空文件"),
    "a scan that is a program": (
        {"scan": b"MZ\x90\x00"},
        EvidenceNotUsable,
        "evidence",
        "须为 PDF、PNG 或 JPEG",
    ),
    "a scan that is a page": ({"scan": b"<html>"}, EvidenceNotUsable, "evidence", "须为 PDF"),
    "a scan that has a PDF further on": (
        {"scan": b"GIF89a %PDF-1.7"},
        EvidenceNotUsable,
        "evidence",
        "须为 PDF",
    ),
    "a scan of more than ten megabytes": (
        {"scan": b"%PDF-" + bytes(10 * 1024 * 1024)},
        EvidenceNotUsable,
        "evidence",
        "10 MB",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_refuses(what, county, case):
    changes, kind, field, words = REFUSED[what]
    said = {"tomorrow": today() + timedelta(days=1), "before": case.applied_on - timedelta(days=1)}
    terms = {
        name: said.get(value, value) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    before = Entry.objects.count()
    with pytest.raises(kind) as caught:
        cast.authorize(county, member(case, "a"), **terms)
    assert (caught.value.field, words in caught.value.message) == (field, True)
    assert (Authorization.objects.count(), Entry.objects.count()) == (0, before)


def test_it_refuses_a_form_after_its_last_day(county, case):
    form = publish(
        form="form-old",
        title="旧",
        text=cast.TEXT,
        programmes=["dibao"],
        first_day=date(2023, 1, 1),
        by=INSTALLER,
    )
    raw.insert(form, id="form-ended", last_day=case.applied_on - timedelta(days=1))
    with pytest.raises(FormNotUsable, match="不在使用期内"):
        cast.authorize(county, member(case, "a"), form="form-ended")
    assert (
        cast.authorize(
            county,
            member(case, "a"),
            form="form-ended",
            signed_on=case.applied_on - timedelta(days=1),
        ).form_id
        == "form-ended"
    )


def test_it_refuses_a_form_of_another_programme(county, case):
    publish(
        form="form-other",
        title="他",
        text=cast.TEXT,
        programmes=["tekun"],
        first_day=date(2023, 1, 1),
        by=INSTALLER,
    )
    with pytest.raises(FormNotUsable, match="本项目授权书文本"):
        cast.authorize(county, member(case, "a"), form="form-other")


def test_it_refuses_an_item_that_the_programme_does_not_need(county, case, monkeypatch):
    """The programmes of today need every source; one that needs less is put in their place."""
    lean = policy.programme("dibao")
    monkeypatch.setattr("hedui.policy.programme", lambda name: _Lean(lean))
    with pytest.raises(ItemNotNeeded, match="bank.outflow_6m_fen 不是本项目需要的查询项"):
        cast.authorize(county, member(case, "a"), items=("bank",))
    assert cast.authorize(county, member(case, "a"), items=("bank.balance_fen",)).items == [
        "bank.balance_fen"
    ]
    assert cast.authorize(county, member(case, "b")).items == ["bank.balance_fen"]


class _Lean:
    def __init__(self, programme: Any) -> None:
        self.label, self.form = programme.label, programme.form
        self.may_ask = ("bank.balance_fen",)
        self.may_also_ask, self.allowed = (), self.may_ask


def test_a_form_that_was_published_stays_as_it_was(county):
    terms = {"form": cast.FORM, "programmes": ["dibao"], "first_day": date(2020, 1, 1)}
    again = publish(title="授权书", text=cast.TEXT, **terms, by=INSTALLER)
    assert (again.text, again.first_day) == (cast.TEXT, date(2024, 1, 1))
    with pytest.raises(FormNotUsable, match="不能更改,请另起编号"):
        publish(title="授权书", text=f"{cast.TEXT}另有", **terms, by=INSTALLER)


def test_nothing_is_authorized_before_it_is_declared(county):
    case = cases.open_case(
        programme="dibao", division=cast.DIVISION, applied_on=today(), by=county.intake
    )
    assert not case.members.exists()


def test_a_replaced_person_authorizes_nothing(county, case):
    old = member(case, "b")
    content = cast.zhang_family(case.applied_on)
    content["members"][1]["name"] = "李思"
    cases.declare(case=case, content=content, by=county.intake)
    with pytest.raises(Refusal, match="先报告后核对"):
        cast.authorize(county, old)


def test_a_stranger_registers_and_revokes_nothing(county, case):
    signed = cast.authorize(county, member(case, "a"))
    from dataclasses import replace

    elsewhere = replace(county, intake=county.stranger)
    with pytest.raises(Refusal, match="由其他机构受理"):
        cast.authorize(elsewhere, member(case, "b"))
    with pytest.raises(NotYours):
        revoke(authorization=signed, reason="本人要求撤回", by=county.stranger)
    assert Authorization.objects.get().revoked_at is None


# ------------------------------------------------------------------ guardians and age


@pytest.mark.parametrize("guardian", [None, "a", "b"])
def test_an_adult_of_the_family_signs_for_a_minor(county, case, guardian):
    signed = cast.authorize(county, member(case, "c"), guardian=guardian)
    named = case.key.open(signed.guardian)
    assert named["key"] == (guardian or "a")
    issued = artefact.read(signed.artefact, platform())
    number = member(case, guardian or "a").opened["id_number"]
    assert issued.guardian.digest == artefact.grantor_digest(issued.guardian.salt, number)


@pytest.mark.parametrize("guardian", ["c", "d", ""])
def test_nobody_but_an_adult_of_the_family_signs_for_a_minor(county, case, guardian):
    content = cast.zhang_family(case.applied_on)
    content["members"].append(
        {
            "key": "d",
            "name": "张幼",
            "relation": "child",
            "id_number": cast.number("20160501", "006"),
        }
    )
    if guardian == "":  # the applicant, who would sign by default, is a minor too
        content["members"][0]["id_number"] = cast.number("20120501", "007")
        content["members"][0].pop("incomes")
    cases.declare(case=case, content=content, by=county.intake)
    with pytest.raises(GuardianNeeded, match="须由成年监护人签署"):
        cast.authorize(county, member(case, "c"), guardian=guardian or None)


def test_a_guardians_signature_ends_with_the_18th_birthday(county):
    born = years_ago(17) - timedelta(days=30)
    case = family_with(county, born)
    signed = cast.authorize(county, member(case, "c"))
    birthday = born.replace(year=born.year + 18)
    assert signed.valid_until == datetime.combine(birthday, time(), SHANGHAI)
    assert artefact.read(signed.artefact, platform()).exp == signed.valid_until


def test_who_is_18_on_the_day_signs_alone(county):
    case = cast.declared(county)
    case = family_with(county, years_ago(18, case.applied_on))
    with pytest.raises(GuardianNeeded, match="成年人应由本人签署"):
        cast.authorize(county, member(case, "c"), guardian="a")
    assert cast.authorize(county, member(case, "c")).guardian is None


def test_who_is_18_tomorrow_does_not(county):
    case = cast.declared(county)
    case = family_with(county, years_ago(18, case.applied_on) + timedelta(days=1))
    assert cast.authorize(county, member(case, "c")).guardian is not None


# ------------------------------------------------------------------ validity, artefact, evidence


def test_it_is_in_force_from_the_day_signed_to_the_last_day_in_chinese_time(county, case):
    last = case.applied_on + timedelta(days=100)
    signed = cast.authorize(county, member(case, "a"), valid_until=last)
    assert signed.valid_from == datetime.combine(signed.signed_on, time(), SHANGHAI)
    assert signed.valid_until == datetime.combine(last + timedelta(days=1), time(), SHANGHAI)


def test_no_signature_serves_for_longer_than_the_longest_validity(county, case):
    signed = cast.authorize(
        county, member(case, "a"), valid_until=case.applied_on + timedelta(days=9_000)
    )
    assert signed.valid_until - signed.valid_from == artefact.LONGEST_VALIDITY


def test_the_artefact_says_what_was_signed_and_no_more(county, case):
    signed = cast.authorize(county, member(case, "a"), items=("bank", "vehicle.vehicle_class"))
    issued = artefact.read(signed.artefact, platform())
    declaration = case.declarations.get()
    assert issued.jti == str(signed.id)
    assert issued.programme == "dibao"
    assert list(issued.items) == signed.items
    assert {i.split(".")[0] for i in issued.items} == {"bank", "vehicle"}
    assert issued.declaration == declaration.digest
    assert issued.evidence == signed.evidence
    assert issued.form.digest == signed.form.digest
    assert issued.grantor.digest == artefact.grantor_digest(issued.grantor.salt, cast.ZHANG_SAN)
    for personal in (cast.ZHANG_SAN, "张三"):
        assert personal not in repr(issued)


@pytest.mark.parametrize(
    "asked, reason",
    [
        ({}, None),
        ({"items": ["bank.balance_fen", "bank.account_tail"]}, None),
        ({"items": ["tax.amount_fen"], "source": "tax"}, "scope_exceeds_policy"),
        ({"items": ["vehicle.brand_model"], "source": "vehicle"}, "scope_exceeds_policy"),
        ({"subject_number": cast.LI_SI}, "subject_not_allowed"),
        ({"purpose": "dibao_edge"}, "purpose_not_allowed"),
        ({"at": -400}, "not_yet_valid"),
        ({"at": 900}, "expired"),
    ],
)
def test_the_artefact_covers_exactly_that(county, case, asked, reason):
    signed = cast.authorize(county, member(case, "a"), items=("bank", "vehicle.vehicle_class"))
    terms = {
        "subject_number": cast.ZHANG_SAN,
        "source": "bank",
        "items": ["bank.balance_fen"],
        "purpose": "dibao",
    } | asked
    terms["at"] = moment() + timedelta(days=asked.get("at", 0))
    assert artefact.covers(artefact.read(signed.artefact, platform()), **terms) == reason


@pytest.mark.parametrize("scan", [cast.SCAN, papers.png(SHEET), papers.jpeg(SHEET)])
def test_the_digest_is_that_of_the_scan_and_the_scan_is_kept_sealed(county, case, scan):
    signed = cast.authorize(county, member(case, "a"), scan=scan)
    assert signed.evidence == f"sha256:{sha256(scan).hexdigest()}"
    assert evidence.read(case, signed.id) == scan
    kept = Path(settings.DATA_DIR) / "evidence" / f"{signed.id}.sealed"
    assert scan not in kept.read_bytes()
    assert f'"evidence":"{signed.evidence}"' in signed.entry.content


def test_everything_the_programme_needs_is_written_out(county, case):
    signed = cast.authorize(county, member(case, "a"))
    assert tuple(signed.items) == tuple(policy.programme("dibao").may_ask)


# ------------------------------------------------------------------ revocation


def test_it_ends_once(county, case):
    signed = cast.authorize(county, member(case, "a"))
    before = moment()
    revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    assert before <= Authorization.objects.get().revoked_at <= moment()
    with pytest.raises(AlreadyEnded, match="此前已经撤回"):
        revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    assert Entry.objects.filter(act="authorizations.revoke").count() == 1

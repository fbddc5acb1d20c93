"""What the ledger and the papers say of each act at the window: all of it, and nothing else."""

import json
import re
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hedui.procedure.agencies.acts import arrange_intake
from hedui.procedure.authorizations import acts, evidence, intake, texts
from hedui.procedure.authorizations.acts import Agent, ItemNotNeeded, consult, consult_proof, revoke
from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.guardians import GuardianNeeded, end_guardianship, signer_for
from hedui.procedure.authorizations.models import Form, Guardianship
from hedui.procedure.authorizations.printing import NumberNotUsable, drafts_of, sheet_of
from hedui.procedure.authorizations.queries import form_for, text_of_number
from hedui.procedure.authorizations.texts import FormNotUsable, publish, usable, withdraw
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.content import NotWellFormed
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.wire.canonical import digest
from tests import cast
from tests.procedure import raw


@pytest.fixture
def case(county):
    return cast.declared(county)


def member(case: Any, key: str) -> Any:
    return case.members.get(key=key, replaced=False)


def entered(act: str) -> tuple[Any, dict[str, Any]]:
    """Return the case and the detail of the newest entry of an act."""
    entry = Entry.objects.filter(act=f"authorizations.{act}").latest("index")
    return entry.case, json.loads(entry.content)["detail"]


def refused(kind: type[Refusal], field: str, said: str) -> Any:
    """Expect a refusal that names the field and says what to do."""
    return pytest.raises(kind, match=said, check=lambda one: one.field == field)


# ------------------------------------------------------------------ what is entered


def test_of_a_paper_with_all_that_goes_with_it(county, case):
    signed = cast.signed_on_sheet(
        county, member(case, "c"), guardian="a", agent=Agent(" 邻 ", "邻居")
    )
    of, said = entered("authorize")
    assert of == case.id
    assert said == {
        "authorization": str(signed.id),
        "member": str(signed.member_id),
        "purpose": "dibao",
        "items": signed.items,
        "form": Form.objects.get().digest,
        "evidence": signed.evidence,
        "declaration": case.declarations.get().digest,
        "from": signed.valid_from.isoformat(),
        "until": signed.valid_until.isoformat(),
        "notice": signed.sheet.digest,
        "sheet": signed.sheet_id,
        "guardianship": str(signed.guardianship_id),
        "agent": True,
    }
    assert entered("print_form") == (
        case.id,
        {
            "member": str(signed.member_id),
            "form": signed.form.digest,
            "notice": signed.sheet.digest,
            "sheet": signed.sheet_id,
        },
    )
    assert case.key.open(signed.agent) == {"name": "邻", "relation": "邻居"}
    assert case.key.open(signed.guardian) == {"key": "a", "name": "张三", "relation": "self"}


def test_of_a_paper_alone(county, case):
    signed = cast.authorize(county, member(case, "a"))
    _, said = entered("authorize")
    assert said.keys().isdisjoint({"notice", "sheet", "guardianship", "agent"})
    assert (signed.agent, signed.guardian, signed.notice) == (None, None, "")
    assert (signed.issuer, signed.purpose) == (case.division, "dibao")


def test_of_what_is_looked_at_and_ended(county, case):
    signed = cast.authorize(
        county, member(case, "b"), guardian="a", capacity="none", proof=cast.SCAN
    )
    standing = signed.guardianship
    assert consult(authorization=signed, by=county.prepares) == cast.scan(
        f"signed by {signed.member.number_index}"
    )
    assert entered("consult") == (case.id, {"authorization": str(signed.id)})
    assert consult_proof(guardianship=standing, by=county.prepares) == cast.SCAN
    assert entered("consult_proof") == (case.id, {"guardianship": str(standing.id)})
    end_guardianship(guardianship=standing, reason="监护人变更", by=county.intake)
    assert entered("end_guardianship") == (
        case.id,
        {"guardianship": str(standing.id), "reason": "监护人变更"},
    )
    revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
    assert entered("revoke") == (
        case.id,
        {"authorization": str(signed.id), "reason": "本人要求撤回"},
    )


def test_of_a_second_officer_who_compared(county, case):
    arrange_intake(
        agency=county.street, second_person=True, numbered_only=False, authorization_days=365,
        by=INSTALLER,
    )  # fmt: skip
    signed = cast.authorize(county, member(case, "a"))
    cast.confirmed(county, signed)
    assert entered("confirm") == (case.id, {"authorization": str(signed.id)})
    made = signed.confirmation
    assert made.officer == cast.second_officer(county).identifier
    assert made.entry.act == "authorizations.confirm"


def test_of_a_text(county):
    terms = {"title": "另一授权书", "text": cast.TEXT, "first_day": date(2024, 5, 1)}
    made = publish(form="form-x", programmes={"dibao_edge", "dibao"}, by=INSTALLER, **terms)
    fingerprint = digest({"id": "form-x", "title": "另一授权书", "text": cast.TEXT})
    assert (made.digest, made.programmes) == (fingerprint, ["dibao", "dibao_edge"])
    assert (made.title, made.text, made.first_day) == tuple(terms.values())
    began = {"form": "form-x", "digest": fingerprint, "first_day": "2024-05-01"}
    assert entered("publish") == (None, began)
    withdraw(form=made, by=INSTALLER)
    assert entered("withdraw") == (None, {"form": "form-x", "digest": fingerprint})
    assert Form.objects.get(pk="form-x").withdrawn_at


def test_each_writes_only_what_the_applications_role_may_change(county, case):
    signed = cast.authorize(county, member(case, "c"), guardian="a")
    with CaptureQueriesContext(connection) as asked:
        end_guardianship(guardianship=signed.guardianship, reason="监护人变更", by=county.intake)
        revoke(authorization=signed, reason="本人要求撤回", by=county.intake)
        withdraw(form=Form.objects.get(), by=INSTALLER)
    written = [
        (found[1], set(re.findall(r'"(\w+)" =', found[2])))
        for query in asked.captured_queries
        if (found := re.match(r'UPDATE "(authorizations_\w+)" SET (.*) WHERE', query["sql"]))
    ]
    assert len(written) == 3
    assert all(columns == set(MAY_CHANGE[table]) for table, columns in written)


def test_of_a_file_that_was_taken_in(county):
    content = cast.zhang_family(today().replace(day=1))
    case = intake.take_in(content, scans={}, by=county.intake)
    assert entered("import_file") == (case.id, {})


# ------------------------------------------------------------------ what is refused, and where


def test_each_refusal_of_a_paper_names_its_field(county, case):
    person, signing = member(case, "a"), cast.authorize
    with refused(ItemNotNeeded, "items", "查询项"):
        signing(county, person, items=("bank.secret",))
    with refused(Refusal, "valid_until", "不能早于签署日期"):
        signing(county, person, valid_until=case.applied_on - timedelta(days=1))
    for agent in (Agent(" ", "邻居"), Agent("邻", " ")):
        with refused(Refusal, "agent_name", "代办人"):
            signing(county, person, agent=agent)
    for scan, said in (
        (b"", "签署件是空文件"),
        (b"%PDF-" + bytes(10 << 20), "10 MB"),
        (b"GIF", "PDF"),
    ):
        with refused(EvidenceNotUsable, "evidence", said):
            signing(county, person, scan=scan)
    with refused(EvidenceNotUsable, "proof", "监护证明须为"):
        signing(county, member(case, "c"), proof=b"GIF")
    assert signing(county, person, valid_until=case.applied_on)


def test_the_largest_scan_is_kept_and_a_byte_more_is_not():
    evidence.check_paper(b"%PDF-".ljust(10 * 1024 * 1024, b" "))
    with refused(EvidenceNotUsable, "evidence", "10 MB"):
        evidence.check_paper(b"%PDF-".ljust(10 * 1024 * 1024 + 1, b" "))


def test_each_refusal_of_a_guardian_names_its_field(county, case):
    adult, child, day = member(case, "b"), member(case, "c"), today()
    for terms, field, said in (
        ({"guardian": "a", "capacity": ""}, "guardian", "由本人签署"),
        ({"guardian": "a", "capacity": "some"}, "capacity", "无民事行为能力还是限制"),
        (
            {"guardian": "z", "capacity": "none"},
            "guardian",
            "^无、限制民事行为能力的成年人的授权书",
        ),
    ):
        with refused(GuardianNeeded, field, said):
            signer_for(adult, signed_on=day, **terms)
    with refused(GuardianNeeded, "guardian", "^未成年人的授权书"):
        signer_for(child, signed_on=day, guardian="c", capacity="")
    assert signer_for(child, signed_on=day, guardian=None, capacity="") == (
        member(case, "a"), "under_14",
    )  # fmt: skip
    assert signer_for(adult, signed_on=day, guardian="a", capacity="limited") == (
        member(case, "a"), "limited_capacity",
    )  # fmt: skip
    with refused(GuardianNeeded, "proof", "证明"):
        cast.authorize(county, adult, guardian="a", capacity="limited")


def test_a_child_of_fourteen_is_a_minor_of_another_age(county, case):
    child = member(case, "c")
    fourteen = child.birth_date.replace(year=child.birth_date.year + 14)
    for day, ground in ((fourteen - timedelta(days=1), "under_14"), (fourteen, "under_18")):
        signs = signer_for(child, signed_on=day, guardian="a", capacity="")
        assert signs == (member(case, "a"), ground)


def test_a_guardianship_is_on_record_as_it_was_shown(county, case):
    before = cast.authorize(county, member(case, "c"), guardian="a").guardianship
    assert (before.proof, before.outsider, before.guardian.key) == ("", None, "a")
    assert (before.case, before.member.key, before.ground) == (case, "c", "under_14")
    proof = cast.scan("household register")
    shown = cast.authorize(
        county, member(case, "c"), guardian="a", proof=proof, scan=cast.scan("2")
    )
    held = shown.guardianship
    assert held != before
    assert held.proof == f"sha256:{sha256(proof).hexdigest()}"
    again = cast.authorize(county, member(case, "c"), guardian="a", scan=cast.scan("3"))
    assert again.guardianship == held  # the newest
    assert Guardianship.objects.count() == 2


def test_each_refusal_of_a_text_names_its_field(county):
    terms = {"title": "授权书", "programmes": ["dibao"], "first_day": date(2024, 1, 1)}
    with refused(FormNotUsable, "form", "请另起编号"):
        publish(form=cast.FORM, text=cast.TEXT + "改", by=INSTALLER, **terms)
    for text, said in ((" ", "不能空白"), (cast.TEXT.replace("撤回", ""), "没有写明撤回的权利,")):
        with refused(FormNotUsable, "text", said):
            publish(form="x", text=text, by=INSTALLER, **terms)
    with refused(
        FormNotUsable, "text", "没有写明告知事项、处理目的、处理方式、保存期限、撤回的权利"
    ):
        publish(form="x", text="请签名", by=INSTALLER, **terms)
    with refused(FormNotUsable, "text", "不能空白"):
        publish(form="x", text=cast.TEXT, by=INSTALLER, **terms | {"title": " "})


def test_a_text_is_signed_on_the_days_on_which_it_is_in_use(county):
    held, day = Form.objects.get(), today()
    first = held.first_day
    assert usable(cast.FORM, "dibao", first, day) == held
    assert usable(cast.FORM, "dibao", day, day) == held
    with refused(FormNotUsable, "signed_on", "使用期内"):
        usable(cast.FORM, "dibao", first - timedelta(days=1), day)
    with refused(FormNotUsable, "signed_on", "不能晚于今天"):
        usable(cast.FORM, "dibao", day + timedelta(days=1), day)
    for form, programme in (("none", "dibao"), (cast.FORM, "none")):
        with refused(FormNotUsable, "form", "请核对编号"):
            usable(form, programme, day, day)
    raw.drop_triggers("authorizations_form_only_is_withdrawn")
    raw.update(held, last_day=day - timedelta(days=1))
    assert usable(cast.FORM, "dibao", day - timedelta(days=1), day) == held
    with refused(FormNotUsable, "signed_on", "使用期内"):
        usable(cast.FORM, "dibao", day, day)
    withdraw(form=held, by=INSTALLER)
    with refused(FormNotUsable, "form", "已经停用"):
        usable(cast.FORM, "dibao", first, day)
    assert ("dibao", "最低生活保障") in texts.programmes_known()


def test_of_the_texts_in_use_the_newest_is_signed_and_then_the_narrowest(county):
    day = today()
    assert form_for("dibao", day).id == cast.FORM
    terms = {"title": "授权书", "text": cast.TEXT, "by": INSTALLER}
    first = Form.objects.get().first_day
    publish(form="narrow", programmes=["dibao"], first_day=day - timedelta(days=1), **terms)
    publish(form="a wide", programmes=["dibao", "x"], first_day=day - timedelta(days=1), **terms)
    publish(form="later", programmes=["dibao"], first_day=day + timedelta(days=1), **terms)
    publish(form="another", programmes=["x"], first_day=day, **terms)
    assert form_for("dibao", day).id == "narrow"
    assert form_for("dibao", day + timedelta(days=1)).id == "later"
    assert form_for("dibao", first).id == cast.FORM
    assert form_for("dibao", first - timedelta(days=1)) is None
    raw.drop_triggers("authorizations_form_only_is_withdrawn")
    narrow = Form.objects.get(pk="narrow")
    raw.update(narrow, last_day=day)
    assert form_for("dibao", day).id == "narrow"
    raw.update(narrow, last_day=day - timedelta(days=1))
    assert form_for("dibao", day).id == "a wide"
    withdraw(form=Form.objects.get(pk="a wide"), by=INSTALLER)
    assert form_for("dibao", day).id == cast.FORM


def test_a_number_says_on_which_text_it_was_printed(county, case):
    sheet = cast.printed(county, member(case, "a")).sheet
    assert text_of_number(sheet.number.lower()) == cast.FORM
    assert text_of_number("SQ-1") is None
    assert text_of_number("SQ-2345-6789-ABCK") is None


# ------------------------------------------------------------------ printing, and files


def test_what_is_printed_names_who_signs_and_what_is_asked(county, case):
    printed = cast.printed(county, member(case, "c"), guardian="a")
    assert (printed.name, printed.id_number) == ("张小", cast.ZHANG_XIAO)
    assert printed.guardian == {"name": "张三", "id_number": cast.ZHANG_SAN, "relation": ""}
    sheet = printed.sheet
    assert sheet.items == list(cast.policy_items(case))
    assert (sheet.notice, sheet.digest) == (printed.notice.text, printed.notice.digest)
    assert (sheet.guardian, sheet.purpose) == (member(case, "a"), "dibao")
    assert cast.printed(county, member(case, "a")).guardian is None
    assert cast.printed(county, member(case, "c"), guardian="a").sheet == sheet
    fewer = cast.printed(county, member(case, "c"), guardian="a", items=["bank.balance_fen", "x"])
    assert (fewer.sheet.items, fewer.sheet == sheet) == (["bank.balance_fen"], False)
    assert drafts_of(member(case, "c")) == [fewer.sheet, sheet]


def test_a_number_is_looked_for_as_it_was_typed(county, case):
    person, form = member(case, "a"), Form.objects.get()
    assert sheet_of(person, "", form) is None
    sheet = cast.printed(county, person).sheet
    for number, said in (
        ("", "已打印、未登记"),
        ("SQ-1", "末位是校验字符"),
        (sheet.number[:-1] + ("A" if sheet.number[-1] != "A" else "B"), "末位是校验字符"),
    ):
        with refused(NumberNotUsable, "number", said):
            sheet_of(person, number, form)
    assert sheet_of(person, sheet.number.lower(), form) == sheet
    raw.drop_triggers("authorizations_sheet_is_never_deleted")
    raw.delete(sheet)
    with refused(NumberNotUsable, "number", "没有打印过这个编号"):
        sheet_of(person, sheet.number, form)


def test_each_refusal_beside_a_printed_form_names_its_field(county, case):
    child = member(case, "c")
    sheet = cast.printed(county, child, guardian="a", items=["bank.balance_fen"]).sheet
    right = {
        "number": sheet.number, "guardian": "a", "items": ("*",), "signed_on": today(),
        "valid_until": sheet.valid_until,
    }  # fmt: skip
    for wrong, field in (
        ({"items": ("tax.amount_fen",)}, "items"),
        ({"valid_until": sheet.valid_until + timedelta(days=1)}, "valid_until"),
        ({"signed_on": today() - timedelta(days=1)}, "signed_on"),
        ({"guardian": "b"}, "guardian"),
    ):
        with refused(NumberNotUsable, field, "请"):
            cast.authorize(county, child, **right | wrong)
    signed = cast.authorize(county, child, **right)
    assert signed.items == ["bank.balance_fen"]


def signed_in_file(**changes: Any) -> dict[str, Any]:
    day = today().replace(day=1)
    return {
        "form": cast.FORM, "items": ["*"], "signed_on": day.isoformat(), "evidence": "in/a.pdf",
        "valid_until": (day + timedelta(days=300)).isoformat(),
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "scans", "fault"),
    [
        ({}, {}, ("members/0/authorization/evidence", "没有随附签署件“in/a.pdf”")),
        (
            {"signed_on": "2026-02-30"},
            {"a.pdf": cast.SCAN},
            ("members/0/authorization/signed_on", "没有这一天,请核对日期"),
        ),
        (
            {"valid_until": "2026-02-30"},
            {"a.pdf": cast.SCAN},
            ("members/0/authorization/valid_until", "没有这一天,请核对日期"),
        ),
        (
            {"form": "form-x"},
            {"in/a.pdf": cast.SCAN},
            (
                "members/0/authorization/form",
                "没有登记过编号为 form-x 的本项目授权书文本,请核对编号。",
            ),
        ),
    ],
)
def test_a_fault_in_a_file_is_told_where_it_stands(county, changes, scans, fault):
    content = cast.zhang_family(today().replace(day=1))
    content["members"][0]["authorization"] = signed_in_file(**changes)
    with pytest.raises(NotWellFormed) as refusal:
        intake.take_in(content, scans=scans, by=county.intake)
    assert [(one.field, one.message) for one in refusal.value.faults] == [fault]
    assert not Entry.objects.filter(act="cases.open_case").exists()


def test_a_programme_that_nobody_wrote_rules_for_is_not_taken_in(county):
    content = cast.zhang_family(today().replace(day=1)) | {"programme": "moon"}
    with pytest.raises(NotWellFormed) as refusal:
        intake.take_in(content, scans={}, by=county.intake)
    (fault,) = refusal.value.faults
    assert fault.field == "programme"
    assert "可填 dibao、" in fault.message


def test_a_file_is_read_to_the_letter(county):
    content = cast.zhang_family(today().replace(day=1))
    content["members"][2]["authorization"] = signed_in_file(
        guardian="b", items=["bank.balance_fen"]
    )
    case = intake.take_in(content, scans={"a.pdf": cast.SCAN}, by=county.intake)
    signed = member(case, "c").authorizations.get()
    assert signed.guardianship.guardian.key == "b"
    assert (signed.items, signed.form_id) == (["bank.balance_fen"], cast.FORM)
    assert evidence.read(case, signed.id) == cast.SCAN
    assert signed.signed_on == case.applied_on
    assert [one.key for one in case.members.all() if one.authorizations.exists()] == ["c"]
    declared = case.key.open(case.declarations.get().content)
    assert not any("authorization" in one for one in declared["members"])


def test_a_file_goes_into_the_case_for_which_its_forms_were_printed(county, case):
    sheet = cast.printed(county, member(case, "a")).sheet
    content = cast.zhang_family(case.applied_on)
    content["members"][0]["authorization"] = signed_in_file(
        number=sheet.number,
        signed_on=today().isoformat(),
        valid_until=sheet.valid_until.isoformat(),
    )
    scans = {"a.pdf": cast.SCAN}
    earlier = (case.applied_on - timedelta(days=40)).replace(day=1).isoformat()
    with pytest.raises(NotWellFormed) as refusal:
        intake.take_in(content | {"applied_on": earlier}, scans=scans, by=county.intake)
    assert [one.field for one in refusal.value.faults] == ["applied_on"]
    other = cast.printed(county, member(cast.declared(county), "b")).sheet
    both = json.loads(json.dumps(content))
    both["members"][1]["authorization"] = signed_in_file(number=other.number)
    with pytest.raises(NotWellFormed, match="不同的案件") as refusal:
        intake.take_in(both, scans=scans, by=county.intake)
    assert [one.field for one in refusal.value.faults] == ["members"]
    assert intake.take_in(content, scans=scans, by=county.intake) == case
    assert member(case, "a").authorizations.get().sheet == sheet
    assert case.declarations.count() == 2


# ------------------------------------------------------------------ the artefact


def test_the_artefact_says_of_the_paper_what_the_row_says(county, case):
    signed = cast.signed_on_sheet(county, member(case, "c"), guardian="a")
    said = acts._artefact_of(signed, member(case, "a"))
    assert (said.jti, said.iss) == (str(signed.id), "310101-hedui")
    assert (said.nbf, said.exp) == (signed.valid_from, signed.valid_until)
    assert (said.programme, said.purpose, said.items) == ("dibao", "dibao", tuple(signed.items))
    assert (said.period.first, said.period.last) == (signed.period_first, signed.period_last)
    assert (said.declaration, said.evidence) == (signed.declaration.digest, signed.evidence)
    assert (said.form.id, said.form.digest) == (cast.FORM, signed.form.digest)
    assert said.retention == "P90D"
    assert said.status.endswith(f"/api/authorizations/{signed.id}/status")
    assert said.guardian.relation == "self"
    assert said.guardian.salt != said.grantor.salt
    assert acts._artefact_of(signed, None).guardian is None


def test_a_case_that_was_declared_anew_is_authorized_on_the_newest_version(county, case):
    cases.declare(case=case, content=cast.zhang_family(case.applied_on), by=county.intake)
    signed = cast.authorize(county, member(case, "a"))
    assert signed.declaration.version == 2
    assert signed.period_last == today()

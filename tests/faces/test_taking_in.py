"""Taking in: by form and by file."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.models import Case
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


def test_an_application_is_opened_by_form(street):
    day = today().isoformat()
    answer = street.post(
        "/cases/new/", {"programme": "dibao", "division": "310101", "applied_on": day}, follow=True
    )
    assert Case.objects.get().number in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"division": "999999"}, "选择"),
        ({"programme": "none"}, "选择"),
        ({"applied_on": "2999-01-01"}, "申请日期不能晚于今天"),
        ({"applied_on": "0024-08-01"}, "申请日期不能早于2014年5月1日"),
        ({"applied_on": "0001-01-01"}, "请核对年份"),
    ],
)
def test_a_wrong_application_is_told_beside_its_field(street, change, said):
    given = {"programme": "dibao", "division": "310101", "applied_on": today().isoformat()}
    answer = street.post("/cases/new/", given | change)
    (name,) = change
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'href="#id_{name}"' in answer.content.decode()
    assert not Case.objects.exists()


def case_file(content: dict) -> SimpleUploadedFile:
    return SimpleUploadedFile("CASE.json", json.dumps(content).encode())


def whole_file() -> dict:
    content = cast.zhang_family(today())
    content["members"][0]["authorization"] = {
        "signed_on": today().isoformat(),
        "form": cast.FORM,
        "evidence": "scan.pdf",
        "items": ["*"],
        "valid_until": (today() + timedelta(days=365)).isoformat(),
    }
    return content


def test_a_whole_application_is_imported_with_its_papers(street):
    scan = SimpleUploadedFile("scan.pdf", cast.SCAN)
    answer = street.post("/cases/import/", {"case": case_file(whole_file()), "scans": [scan]})
    assert answer.status_code == 302
    case = Case.objects.get()
    assert Authorization.objects.get().member.key == "a"
    assert Entry.objects.filter(case=case.id, act="authorizations.import_file").count() == 1
    where = {"number": case.number, "authorization": Authorization.objects.get().pk}
    kept = street.get(reverse("workbench:scan", kwargs=where))
    assert (kept.content, kept.headers["Content-Type"]) == (cast.SCAN, "application/pdf")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: c["members"][0]["authorization"].update(evidence="other.pdf"), "other.pdf"),
        (lambda c: c["members"][0]["authorization"].update(form="unknown"), "unknown"),
        (lambda c: c["members"][0]["authorization"].update(valid_until="2026-02-30"), "没有这一天"),
        (lambda c: c["members"][1].update(id_number=cast.LI_SI[:17] + "0"), "members/1/id_number"),
        (lambda c: c.update(programme="nothing_known"), "救助项目"),
        (lambda c: c.update(division="310103"), "已停用，现为310101黄浦区"),
        (lambda c: c.update(division="310000"), "请填写其下县（市、区）的代码"),
        (lambda c: c.update(applied_on="0024-08-01"), "申请日期不能早于2014年5月1日"),
        (lambda c: c["members"][0].update(wage=1), "wage"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(street, spoil, said):
    content = whole_file()
    spoil(content)
    before = Entry.objects.count()
    scan = SimpleUploadedFile("scan.pdf", cast.SCAN)
    answer = street.post("/cases/import/", {"case": case_file(content), "scans": [scan]})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (Case.objects.count(), Entry.objects.count()) == (0, before)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("-1", "金额不能为负数"),
        ("1.234", "系统不作四舍五入"),
        ("5万", "不要带单位或货币符号"),
        ("1e9", "不能用科学计数法"),
        ("４２００", "请用半角数字填写"),
        ("", "请填写金额"),
        (4200, "金额须以文字给出"),
        ("4,200.00", "不写千位分隔符和空格"),
        (None, "金额须以文字给出"),
    ],
)
def test_an_amount_in_a_file_is_told_what_is_wrong_with_it(street, amount, said):
    content = whole_file()
    content["members"][0]["incomes"][0]["amount"] = amount
    shown = street.post("/cases/import/", {"case": case_file(content)}).content.decode()
    (line,) = re.findall(r"<li>(.*) <code>members/0/incomes/0/amount</code>", shown)
    assert said in line


def test_what_is_no_json_is_told_so(street):
    answer = street.post("/cases/import/", {"case": SimpleUploadedFile("a.json", b"\xff{")})
    assert "不是可以识读的 JSON" in answer.content.decode()


def printed_family(county, street):
    """Return the case of the file, with a form printed for the applicant."""
    scan = SimpleUploadedFile("scan.pdf", cast.SCAN)
    content = whole_file()
    content["members"][0].pop("authorization")
    street.post("/cases/import/", {"case": case_file(content), "scans": [scan]})
    case = Case.objects.get()
    return case, cast.printed(county, case.members.get(key="a")).sheet


def numbered(sheet, **changes):
    content = whole_file()
    content["members"][0]["authorization"] |= {
        "number": sheet.number.lower(),
        "form": sheet.form_id,
        "signed_on": today().isoformat(),
        "valid_until": sheet.valid_until.isoformat(),
    }
    return content | changes


def imported(street, content):
    scan = SimpleUploadedFile("scan.pdf", cast.SCAN)
    return street.post("/cases/import/", {"case": case_file(content), "scans": [scan]})


def test_a_file_that_names_a_printed_form_goes_into_its_case(county, street):
    raw.changed(Agency.objects.filter(pk=county.street.pk), numbered_only=True)
    case, sheet = printed_family(county, street)
    answer = imported(street, numbered(sheet))
    assert (answer.status_code, case.number in answer.headers["Location"]) == (302, True)
    assert Case.objects.get().declarations.count() == 2
    assert Authorization.objects.get().sheet == sheet


def test_an_agency_that_takes_numbered_forms_only_says_so_of_a_file(county, street):
    raw.changed(Agency.objects.filter(pk=county.street.pk), numbered_only=True)
    before = Entry.objects.count()
    answer = imported(street, whole_file())
    assert answer.status_code == 422
    assert "只收在本系统打印的编号授权书" in answer.content.decode()
    assert (Case.objects.count(), Entry.objects.count()) == (0, before)


def test_a_number_of_another_application_or_of_none_is_refused(county, street):
    case, sheet = printed_family(county, street)
    other = imported(street, numbered(sheet, applied_on=(today() - timedelta(days=1)).isoformat()))
    assert (other.status_code, case.number in other.content.decode()) == (422, True)
    content = numbered(sheet)
    content["members"][0]["authorization"]["number"] = "SQ-AAAA-AAAA-AAAA"
    wrong = imported(street, content)
    assert (wrong.status_code, "编号" in wrong.content.decode()) == (422, True)
    assert Case.objects.count() == 1

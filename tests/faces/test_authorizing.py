"""Authorization, commission, and the page of the case."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Case
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.reports import acts as reports
from tests import cast
from tests.faces.desks import of_one_person, page

pytestmark = pytest.mark.django_db


def signed_paper(**changes: object) -> dict:
    return {
        "items": ["bank.balance_fen", "tax.amount_fen"],
        "signed_on": today().isoformat(),
        "valid_until": (today() + timedelta(days=364)).isoformat(),
        "scan": SimpleUploadedFile("scan.pdf", cast.SCAN),
    } | changes


def authorization_page(case: Case, key: str) -> str:
    return reverse("workbench:authorization", kwargs={"number": case.number, "key": key})


def test_only_the_ticked_items_are_authorized(county, street):
    case = cast.declared(county)
    assert street.post(authorization_page(case, "a"), signed_paper()).status_code == 302
    assert Authorization.objects.get().items == ["bank.balance_fen", "tax.amount_fen"]


def test_a_minor_is_signed_for_by_an_adult_of_the_household(county, street):
    case = cast.declared(county)
    shown = street.get(authorization_page(case, "c")).content.decode()
    choices = re.findall(r'<option value="(\w+)"', shown.split('name="guardian"')[1])
    assert choices[:2] == ["a", "b"]
    assert street.post(authorization_page(case, "c"), signed_paper()).status_code == 422
    assert street.post(authorization_page(case, "c"), signed_paper(guardian="b")).status_code == 302
    assert "李四（申请人的配偶）代签" in page(street, "case", number=case.number)


def test_an_adult_without_capacity_needs_a_proof(county, street):
    case = cast.declared(county)
    paper = {"guardian": "a", "capacity": "none"}
    told = street.post(authorization_page(case, "b"), signed_paper(**paper))
    assert told.status_code == 422
    assert "请上传监护关系的证明" in told.content.decode()
    proof = SimpleUploadedFile("proof.pdf", cast.SCAN)
    done = street.post(authorization_page(case, "b"), signed_paper(proof=proof, **paper))
    assert done.status_code == 302


def test_a_guardian_outside_the_household_is_registered_with_proof(county, street):
    case = cast.declared(county)
    given = {
        "guardian": "outside",
        "outsider_relation": "grandparent",
        "outsider_name": "外祖母",
        "outsider_number": cast.number("19500301", "006"),
    }
    address = authorization_page(case, "c")
    for wrong, field in (
        ({"outsider_relation": ""}, "outsider_relation"),
        ({"outsider_name": ""}, "outsider_name"),
        ({"outsider_number": "1"}, "outsider_number"),
        ({}, "proof"),
    ):
        told = street.post(address, signed_paper(**given | wrong))
        assert told.status_code == 422
        assert f'href="#id_{field}"' in told.content.decode()
    proof = SimpleUploadedFile("proof.pdf", cast.SCAN)
    assert street.post(address, signed_paper(proof=proof, **given)).status_code == 302
    assert "外祖母（祖父母、外祖父母）代签" in page(street, "case", number=case.number)
    shown = street.get(address).content.decode()
    assert cast.number("19500301", "006") not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"items": []}, "至少勾选一项"),
        ({"scan": SimpleUploadedFile("a.exe", b"MZ")}, "签署件须为 PDF"),
        ({"scan": SimpleUploadedFile("a.pdf", b"")}, "空"),
        ({"signed_on": "2999-01-01"}, "签署日期不能晚于今天"),
        ({"valid_until": "2001-01-01"}, "有效期至不能早于签署日期"),
        ({"signed_on": "2024-01-01", "valid_until": "2024-12-31"}, "授权有效期已过"),
        ({"valid_until": "2099-12-31"}, "最长 5 年"),
        ({"items": ["bank.secret"]}, "bank.secret"),
    ],
)
def test_a_wrong_paper_is_refused_in_one_sentence(county, street, change, said):
    case = cast.declared(county)
    answer = street.post(authorization_page(case, "a"), signed_paper(**change))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Authorization.objects.exists()


def test_a_revoked_authorization_counts_no_more(county, street):
    case = cast.authorized(county)
    held = Authorization.objects.filter(case=case, member__key="a").get()
    where = {"number": case.number, "authorization": held.pk}
    path = reverse("workbench:revoke", kwargs=where)
    assert "请选择撤回原因" in street.post(path, {"reason": "随便写"}, follow=True).content.decode()
    street.post(path, {"reason": "本人要求撤回"})
    held.refresh_from_db()
    assert held.revoked_at is not None
    assert "登记张三的授权" in page(street, "case", number=case.number)
    shown = re.sub(r"<[^>]+>", "", page(street, "authorization", number=case.number, key="a"))
    assert re.search(r"已撤回\s*\S+ \d\d:\d\d\s*撤回，原因：本人要求撤回（王办理）", shown)


def test_the_form_is_printed_for_the_member(county, street):
    case = cast.declared(county)
    where = {"number": case.number, "key": "a"}
    answer = street.get(reverse("workbench:form_pdf", kwargs=where) + "?items=bank.balance_fen")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("filled_in", "said"),
    [
        ("valid_until=2099-12-31&items=bank.balance_fen", "核对授权有效期"),
        ("valid_until=soon&items=bank.balance_fen", "核对授权有效期"),
        ("valid_until={day}", "至少勾选一项"),
    ],
)
def test_no_form_is_printed_that_could_not_be_registered(county, street, filled_in, said):
    case = cast.declared(county)
    where = {"number": case.number, "key": "a"}
    query = filled_in.format(day=(today() + timedelta(days=30)).isoformat())
    answer = street.get(f"{reverse('workbench:form_pdf', kwargs=where)}?{query}", follow=True)
    assert said in answer.content.decode()


def test_the_printed_form_names_its_signer_in_full_and_printing_it_is_recorded(county, street):
    case = cast.declared(county)
    where = {"number": case.number, "key": "c"}
    printed = street.get(reverse("workbench:form_pdf", kwargs=where) + "?guardian=b")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(printed.content)).pages)
    assert case.members.get(key="c").opened["id_number"] in text
    assert case.members.get(key="b").opened["id_number"] in text
    assert Entry.objects.filter(case=case.id, act="authorizations.print_form").count() == 1


def test_it_is_commissioned_without_somebody_only_if_that_is_said(county, street):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"))
    path = reverse("workbench:commission", kwargs={"number": case.number})
    assert "李四、" in page(street, "case", number=case.number)
    assert "还有成员没有授权" in street.post(path, follow=True).content.decode()
    assert "自此锁定" in street.post(path, {"without": "yes"}, follow=True).content.decode()
    assert "部分完成" in page(street, "case", number=case.number)


def test_commissioning_freezes_and_is_refused_the_second_time(county, street):
    case = cast.authorized(county)
    path = reverse("workbench:commission", kwargs={"number": case.number})
    assert "申报内容自此锁定" in street.post(path, follow=True).content.decode()
    assert "已经委托核对" in street.post(path, follow=True).content.decode()


def test_the_page_asks_for_news_only_while_something_is_under_way(county, street, drafted):
    case = drafted.commission.case
    assert "hx-trigger" not in page(street, "case", number=case.number)
    other = of_one_person(county)
    cast.authorize(county, other.members.get())
    reports.request(case=other, by=county.intake)
    assert 'hx-trigger="every 1s"' in page(street, "case", number=other.number)


def test_the_case_page_masks_numbers(county, street, drafted):
    shown = page(street, "case", number=drafted.commission.case.number)
    assert "张三" in shown
    assert "990101********0017" in shown
    assert not re.search(r"990101\d{11}[\dX]", shown)


def test_the_history_names_who_did_what(county, street, drafted):
    shown = page(street, "history", number=drafted.commission.case.number)
    assert "确认申报" in shown
    assert ">王<" in shown
    assert "officer:" not in shown


def test_the_history_says_whose_authorization_it_was(county, street):
    case = cast.authorized(county)
    lines = re.findall(r"<tr>.*?</tr>", page(street, "history", number=case.number), re.DOTALL)
    registered = [line for line in lines if "登记授权" in line]
    assert len(registered) == 3
    for line, name in zip(registered, ("张三", "李四", "张小"), strict=True):
        assert f'data-label="成员">{name}</td>' in line
    (declared,) = [line for line in lines if "确认申报" in line]
    assert 'data-label="成员" class="nothing">—</td>' in declared
    for name in ("张三", "李四", "张小"):
        assert f"登记授权：{name}</span>" in page(street, "case", number=case.number)


def test_what_was_changed_since_it_was_confirmed_is_not_lost_by_commissioning(county, street):
    case = cast.authorized(county)
    content = case.key.open(Case.objects.get(pk=case.pk).draft)
    content["members"][0]["incomes"] = []
    cases.fill_in(case=case, content=content, by=county.intake)
    path = reverse("workbench:commission", kwargs={"number": case.number})
    said = street.post(path, {"without": "yes"}, follow=True).content.decode()
    assert "申报有改动，还没有重新确认" in said
    assert not case.commissions.exists()


def test_a_person_who_stands_in_another_case_is_pointed_out(county, street):
    first, second = cast.declared(county), cast.declared(county)
    shown = page(street, "case", number=second.number)
    assert shown.count("请核实是否重复申请") == second.members.count()
    assert reverse("workbench:case", kwargs={"number": first.number}) in shown


def test_of_a_case_that_another_street_took_in_nothing_is_told(county, street):
    mine = cast.declared(county)
    theirs = cast.declared(replace(county, intake=county.stranger))
    assert theirs.agency != mine.agency
    assert "请核实是否重复申请" not in page(street, "case", number=mine.number)

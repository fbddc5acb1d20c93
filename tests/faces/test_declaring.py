"""The declaration: what is kept, what is told, when it is taken."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Case, Declaration
from hedui.procedure.cases.readback import read_back
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.desks import new_member, page

pytestmark = pytest.mark.django_db


PERSON = {"name": "张三", "id_number": cast.ZHANG_SAN, "relation": "self", "employed": "yes"}
WAGE = {
    "incomes-0-class": "wage",
    "incomes-0-kind": "salary",
    "incomes-0-amount": "50,400.00",
    "incomes-0-from": "2023-08-01",
    "incomes-0-to": "2024-07-31",
}


def kept(case: Case) -> dict:
    return Case.objects.get(pk=case.pk).key.open(Case.objects.get(pk=case.pk).draft)


def test_a_member_is_kept_in_the_shape_of_the_file(street, opened):
    answer = street.post(new_member(opened), PERSON | WAGE | {"do": "save"})
    assert answer.status_code == 302
    (member,) = kept(opened)["members"]
    assert member["employed"] is True
    assert member["incomes"] == [
        {
            "class": "wage",
            "kind": "salary",
            "amount": "50400.00",
            "from": "2023-08-01",
            "to": "2024-07-31",
        }
    ]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"id_number": cast.ZHANG_SAN[:17] + "X"}, "id_number", "校验"),
        ({"name": ""}, "name", "还没有填写"),
        ({"relation": ""}, "relation", "还没有填写"),
        ({"incomes-0-amount": "5万"}, "incomes-0-amount", "不要带单位"),
        ({"incomes-0-amount": "1.234"}, "incomes-0-amount", "两位小数"),
        ({"incomes-0-amount": ""}, "incomes-0-amount", "还没有填写"),
        ({"incomes-0-to": "2020-01-01"}, "incomes-0-to", "止期早于起期"),
        ({"incomes-0-to": "2999-01-01"}, "incomes-0-to", "还没有到"),
        ({"incomes-0-amount": "1,2.345"}, "incomes-0-amount", "千位分隔符"),
        ({"id_number": cast.number("18850301", "001")}, "id_number", "超过 130 年"),
        ({"disability-category": "limb"}, "disability-grade", "一并填写"),
    ],
)
def test_a_fault_is_told_at_its_field_and_the_draft_is_kept(street, opened, change, field, said):
    answer = street.post(new_member(opened), PERSON | WAGE | change | {"do": "save"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(
        rf'<a href="#{field}">{change.get("name", "张三") or "第 1 位成员"}·.*{said}', shown
    )
    assert re.search(rf'id="{field}-error">[^<]*{said}', shown)
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', shown)
    assert len(kept(opened)["members"]) == 1


def test_a_fault_of_the_person_and_one_of_a_line_are_told_together(street, opened):
    spoilt = PERSON | WAGE | {"id_number": cast.ZHANG_SAN[:17] + "X", "incomes-0-amount": ""}
    shown = street.post(new_member(opened), spoilt).content.decode()
    assert '<a href="#id_number">' in shown
    assert '<a href="#incomes-0-amount">' in shown


def test_saving_a_faulty_new_member_twice_makes_one_member(street, opened):
    spoilt = PERSON | {"name": ""}
    first = street.post(new_member(opened), spoilt).content.decode()
    (there,) = re.findall(r'action="([^"]+/members/m1/)" id="member-form"', first)
    street.post(there, PERSON)
    assert [m["name"] for m in kept(opened)["members"]] == ["张三"]


@pytest.mark.parametrize("do", ["add:assets.vehicle", "remove:incomes.0"])
def test_adding_and_removing_lines_writes_nothing(street, opened, do):
    done = Entry.objects.exclude(act="cases.look")
    before = done.count()
    shown = street.post(new_member(opened), PERSON | WAGE | {"do": do}).content.decode()
    assert ('name="assets-0-kind"' in shown) == do.startswith("add")
    assert ('name="incomes-0-kind"' in shown) == do.startswith("add")
    assert done.count() == before
    assert kept(opened)["members"] == []


@pytest.mark.parametrize("do", ["add:assets.palace", "add:secrets.x", "remove:incomes.7", "add:"])
def test_a_nonsensical_button_does_no_harm(street, opened, do):
    assert street.post(new_member(opened), PERSON | WAGE | {"do": do}).status_code in (200, 302)


def test_what_only_a_file_can_say_survives_the_form(county, street, opened):
    content = cast.zhang_family(today())
    content["members"][0]["assets"] = [
        {"class": "vehicle", "kind": "car", "value": "60000.00", "as_of": "2024-07-31"}
    ]
    content["obligors"] = [{"key": "o1", "relation": "child", "supports": ["a"]}]
    cases.fill_in(case=opened, content=content, by=county.intake)
    path = reverse("workbench:member", kwargs={"number": opened.number, "key": "a"})
    fields = re.findall(r'name="(assets-0-[\w]+)"', street.get(path).content.decode())
    assert {"assets-0-value", "assets-0-as_of"} <= set(fields)
    given = {
        "assets-0-class": "vehicle",
        "assets-0-kind": "car",
        "assets-0-value": "60000.00",
        "assets-0-as_of": "2024-07-31",
    }
    street.post(path, PERSON | given)
    assert kept(opened)["members"][0]["assets"] == content["members"][0]["assets"]
    assert kept(opened)["obligors"] == content["obligors"]


def test_a_declaration_is_confirmed_only_after_it_was_read_back(street, opened):
    street.post(new_member(opened), PERSON | WAGE)
    path = reverse("workbench:confirm", kwargs={"number": opened.number})
    told = street.get(path).content.decode()
    assert "¥50,400.00" in told and "990101 19840301 0017" in told
    assert street.post(path, {}).status_code == 422
    assert not Declaration.objects.exists()
    assert street.post(path, {"read_back": "yes"}).status_code == 302
    assert Declaration.objects.get().opened["members"][0]["incomes"][0]["amount"] == "50400.00"


def test_a_number_and_a_name_are_read_back_as_they_will_be_declared(street, opened):
    written = {"name": "阿依古丽 • 买买提", "id_number": " ９９０１０１ １９８４０３０１ ００１７ "}
    street.post(new_member(opened), PERSON | written)
    path = reverse("workbench:confirm", kwargs={"number": opened.number})
    told = street.get(path).content.decode()
    assert "990101 19840301 0017" in told and "阿依古丽·买买提" in told
    assert "未说明" not in told  # nobody reads out what was not asked


def test_what_is_said_of_the_whole_household_is_read_back_too():
    told = read_back(
        {
            "programme": "dibao",
            "division": "310101",
            "applied_on": "2026-11-01",
            "members": [
                {
                    "key": "a",
                    "assets": [{"class": "business", "kind": "sole_trader", "employees": 0}],
                }
            ],
            "major_disaster": True,
            "dibao_benefit": "800.00",
            "leaving": {"reason": "pension", "decided_on": "2026-10-08"},
            "obligors": [
                {
                    "key": "o",
                    "name": "张某",
                    "relation": "子女",
                    "household_income": "50000.00",
                    "exempt": "dibao",
                    "supports": ["a"],
                }
            ],
        }
    )
    assert told.circumstances == [
        "遭受重大灾害",
        "已领最低生活保障金 ¥800.00",
        "2026年10月8日确认退出：开始领取养老金",
        "赡养、抚养义务人张某（子女），家庭年收入 ¥50,000.00，最低生活保障对象",
    ]
    assert told.people[0].sides[1][1][0].detail == "雇工 0 人"


def test_faults_at_confirmation_lead_to_the_member_and_field(street, opened):
    street.post(new_member(opened), PERSON | WAGE | {"incomes-0-amount": "", "do": "later"})
    path = reverse("workbench:confirm", kwargs={"number": opened.number})
    answer = street.post(path, {"read_back": "yes"})
    assert f"/cases/{opened.number}/members/m1/?check#incomes-0-amount" in answer.content.decode()
    assert not Declaration.objects.exists()


def told_at_confirmation(street, case: Case) -> set[tuple[str, str]]:
    """Return what the box of faults names, and where it leads, below the address of the case."""
    shown = page(street, "confirm", number=case.number)
    box = shown.partition('class="faults"')[2].partition("</ul>")[0]
    return set(re.findall(rf'<li><a href="/cases/{case.number}/([^"]+)">([^：]+)：', box))


def test_each_fault_at_confirmation_says_whose_it_is_and_leads_to_its_field(county, street, opened):
    content = cast.zhang_family(today())
    content["members"][0]["incomes"][0]["amount"] = "-1"
    del content["members"][2]["name"]
    cases.fill_in(case=opened, content=content, by=county.intake)
    assert told_at_confirmation(street, opened) == {
        ("members/a/?check#incomes-0-amount", "张三·收入第1项·金额"),
        ("members/c/?check#name", "第 3 位成员·姓名"),
    }
    later = (today() + timedelta(days=366)).isoformat()
    content = cast.zhang_family(today()) | {"applied_on": later}
    content["members"][1]["id_number"] = cast.LI_SI[:17] + "0"
    cases.fill_in(case=opened, content=content, by=county.intake)
    assert told_at_confirmation(street, opened) == {
        ("application/#id_applied_on", "申请日期"),
        ("members/b/?check#id_number", "李四·公民身份号码"),
    }


def test_a_frozen_declaration_is_not_changed(county, street):
    case = cast.commissioned(county).case
    path = reverse("workbench:member", kwargs={"number": case.number, "key": "a"})
    answer = street.post(path, PERSON, follow=True)
    assert "申报内容已锁定" in answer.content.decode()
    assert len(kept(case)["members"]) == 3


def test_a_change_after_declaring_is_called_unconfirmed(county, street):
    case = cast.declared(county)
    assert "还没有重新确认" not in page(street, "case", number=case.number)
    street.post(reverse("workbench:remove_member", kwargs={"number": case.number, "key": "c"}))
    assert "还没有重新确认" in page(street, "case", number=case.number)


def test_a_member_whose_form_is_sent_twice_is_there_once(street, opened):
    for _ in range(2):
        assert street.post(new_member(opened), PERSON | WAGE | {"do": "save"}).status_code == 302
    assert len(kept(opened)["members"]) == 1


@pytest.mark.parametrize("name", ["new_member", "confirm", "application"])
def test_what_is_frozen_is_said_before_anything_is_typed_in_vain(county, street, drafted, name):
    number = drafted.commission.case.number
    answer = street.get(reverse(f"workbench:{name}", kwargs={"number": number}), follow=True)
    assert answer.redirect_chain == [(reverse("workbench:case", kwargs={"number": number}), 302)]
    assert "申报内容已锁定" in answer.content.decode()


def test_whose_session_has_ended_is_told_so_and_led_back(opened):
    path = new_member(opened)
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}
    sent_to = Client(headers=asked).post(path, PERSON, follow=True).headers["HX-Redirect"]
    assert "登录已超时" in Client().get(sent_to).content.decode()
    assert f"next={quote(path, safe='')}" in sent_to


@pytest.mark.parametrize("name", ["new_member", "remove_member"])
def test_a_form_sent_after_the_session_has_ended_is_not_lost_silently(county, name):
    case = cast.declared(county)
    on = reverse("workbench:member", kwargs={"number": case.number, "key": "a"})
    where = {"number": case.number} | ({"key": "a"} if name == "remove_member" else {})
    sent = Client(headers={"Referer": f"http://testserver{on}?check"})
    answer = sent.post(reverse(f"workbench:{name}", kwargs=where), PERSON)
    assert answer.headers["Location"] == f"/login/?next={quote(on, safe='')}&ended=1"
    shown = sent.get(answer.headers["Location"]).content.decode()
    assert "登录已超时" in shown and "没有保存" in shown
    credentials = {"username": "wang", "password": "Xk3-test-only", "next": on}
    assert sent.post(answer.headers["Location"], credentials).headers["Location"] == on
    assert len(kept(case)["members"]) == 3


def test_a_form_from_nowhere_leads_to_the_door_and_says_so(opened):
    answer = Client().post(new_member(opened), PERSON)
    assert answer.headers["Location"] == "/login/?ended=1"


def test_who_only_looked_lost_nothing(opened):
    assert "ended" not in Client().get(new_member(opened)).headers["Location"]
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/new/"}
    assert Client(headers=asked).get("/").headers["HX-Redirect"] == "/login/?next=%2Fcases%2Fnew%2F"

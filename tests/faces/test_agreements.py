"""信息共享协议 in the workbench: proposed at one desk, approved at another, ended at either."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hedui.procedure.agencies.agreements import Standing, standing_of
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.agencies.queries import agreements_for
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.faces.desks import at_administration, at_desk, at_security, page
from tests.procedure.agencies.test_agreement_files import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(county):
    return at_administration(county)


@pytest.fixture
def security(county):
    return at_security(county)


@pytest.fixture
def bank(county):
    return Department.objects.get(source="bank")


def terms(**changes):
    return {
        "items": ["bank.balance_fen", "bank.bank"],
        "channel": "https_json",
        "max_age_days": "14",
        "opens": "08:00",
        "closes": "18:00",
        "per_minute": "60",
        "contact": "数据处 021-0000",
        "legal_basis": "示例协议〔2026〕1号",
        "first_day": today().isoformat(),
        "last_day": (today() + timedelta(days=300)).isoformat(),
    } | changes


def propose(desk, department, **changes):
    path = reverse("workbench:new_agreement", kwargs={"department": department.pk})
    return desk.post(path, terms(**changes), follow=True)


@pytest.mark.parametrize(("channel", "warned"), [("sftp", True), ("upload", False)])
def test_files_of_a_department_without_a_key_are_warned_of(system, security, channel, warned):
    """Nothing that it lays down could be taken: said before two officers agree to it."""
    given = {"source": "vehicle", "division": "310106", "name": "车管所", "answer_within": "259200"}
    assert system.post(reverse("workbench:new_department"), given).status_code == 302
    keyless = Department.objects.get(source="vehicle", division="310106")
    propose(system, keyless, channel=channel, items=["vehicle.brand"])
    told = page(security, "agreement", agreement=keyless.agreements.get().pk)
    assert ("反馈文件都不会采用。请先登记公钥" in told, "部门不签名" in told) == (
        warned,
        not warned,
    )


def test_one_proposes_another_approves_and_either_ends(system, security, bank):
    standing = bank.agreements.get()
    shown = propose(system, bank).content.decode()
    assert "协议已提出，待另一位安全管理员批准" in shown and "待批准" in shown
    proposal = Agreement.objects.get(approved_at=None)
    where = {"agreement": proposal.pk}
    own = page(system, "agreement", **where)
    assert "批准协议" not in own and "撤回提议" in own
    told = page(security, "agreement", **where)
    for said in (
        "批准协议",
        "08:00 至 18:00",
        "14 天",
        "60",
        "数据处 021-0000",
        "账户余额、开户银行",
    ):
        assert said in told, said
    answer = security.post(reverse("workbench:approve_agreement", kwargs=where), follow=True)
    assert "协议已批准" in answer.content.decode()
    assert agreements_for(cast.DIVISION, today())["bank"] == proposal
    standing.refresh_from_db()
    assert standing_of(standing, moment()) is Standing.OVER
    answer = system.post(reverse("workbench:end_agreement", kwargs=where), follow=True)
    assert "协议已终止" in answer.content.decode()
    assert "bank" not in agreements_for(cast.DIVISION, today())
    assert "没有有效协议，不查询" in page(system, "departments")
    assert f"提出与{bank.name}" in page(system, "agreements")
    assert "提出与" not in page(security, "agreements")


def test_what_was_agreed_stands_in_the_form_for_the_next(system, bank):
    cast.agreed(bank, items=["bank.balance_fen"], max_age_days=9, contact="上次的联系人")
    shown = page(system, "new_agreement", department=bank.pk)
    assert 'value="9"' in shown and "上次的联系人" in shown
    assert shown.count("checked") == 1


def test_at_first_the_form_has_all_items_and_the_catalogues_age(system, bank):
    bank.agreements.get()
    securities = cast.department("securities")
    end = reverse("workbench:end_agreement", kwargs={"agreement": securities.agreements.get().pk})
    system.post(end)
    shown = page(system, "new_agreement", department=securities.pk)
    assert shown.count("checked") == 2 and 'value="31"' in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": []}, "请选择查询项。"),
        ({"items": ["tax.amount_fen"]}, "请选择查询项"),
        ({"max_age_days": "0"}, "请填写不小于 1 的数。"),
        ({"closes": ""}, "服务时间请写明起止两个时刻"),
        ({"opens": "25:00"}, "时间"),
        ({"contact": ""}, "请填写部门联系人。"),
        ({"legal_basis": ""}, "请填写依据。"),
        ({"last_day": "2020-01-01"}, "协议止不能早于协议起"),
        ({"last_day": ""}, "请填写协议止"),
    ],
)
def test_a_slip_in_the_form_is_told_beside_its_field(system, bank, changes, said):
    entries = Entry.objects.count()
    answer = propose(system, bank, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Entry.objects.count() == entries


def test_who_may_not_is_refused(county, system, security, bank):
    proposal = cast.proposed(bank)
    where = {"agreement": proposal.pk}
    street = at_desk(county, "wang")
    for desk in (street, security):
        assert propose(desk, bank).status_code == 403
    for desk in (street, system):
        answer = desk.post(reverse("workbench:approve_agreement", kwargs=where))
        assert answer.status_code == 403
    assert street.post(reverse("workbench:end_agreement", kwargs=where)).status_code == 403
    assert "批准协议" not in page(street, "agreement", **where)
    assert "立即终止" not in page(street, "agreement", agreement=bank.agreements.first().pk)


def test_what_is_over_is_told_and_not_done_again(system, security, bank):
    proposal = cast.proposed(bank)
    where = {"agreement": proposal.pk}
    system.post(reverse("workbench:end_agreement", kwargs=where))
    for name, desk in (("approve_agreement", security), ("end_agreement", system)):
        shown = desk.post(reverse(f"workbench:{name}", kwargs=where), follow=True).content.decode()
        assert "这份协议已经" in shown


def test_without_any_the_page_says_what_to_do(county, system):
    for one in Agreement.objects.all():
        system.post(reverse("workbench:end_agreement", kwargs={"agreement": one.pk}))
    shown = page(system, "agreements")
    assert "没有有效协议的部门" in shown and "已终止" in shown


def test_a_table_is_proposed_whole_or_told_row_by_row(system, security, bank):
    path = reverse("workbench:import_agreements")
    assert security.get(path).status_code == 403
    assert "从表格提出" in system.get(reverse("workbench:agreements")).content.decode()
    good = table({})
    assert "已提出 1 份协议" in system.post(path, upload(good), follow=True).content.decode()
    shown = system.post(path, upload(table({}, {"查询项": "流水"})))
    assert shown.status_code == 422
    assert "第 3 行" in shown.content.decode() and "没有提出任何协议" in shown.content.decode()
    assert Agreement.objects.filter(approved_at=None).count() == 1
    assert system.post(path, {"csrfmiddlewaretoken": "x"}).status_code == 422


def upload(content):
    return {"table": SimpleUploadedFile("agreements.csv", content)}

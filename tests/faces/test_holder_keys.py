"""换钥 in the workbench: proposed at one desk, approved at another, of departments and partners."""

import pytest

from hedui.procedure.agencies.models import Department
from hedui.wire.seals import generate_key, public_path, read_publics
from tests.faces.desks import at_administration, at_desk, at_security, page
from tests.faces.registry import admitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def new(tmp_path):
    generate_key(tmp_path / "new.pem")
    return public_path(tmp_path / "new.pem").read_text(encoding="ascii")


@pytest.fixture(params=["department", "partner"])
def holder(request, county, tmp_path):
    if request.param == "department":
        return Department.objects.get(source="bank")
    (tmp_path / "partner").mkdir()
    return admitted(tmp_path / "partner").partner


def of(holder):
    kind = "department" if isinstance(holder, Department) else "partner"
    return {"kind": kind, "holder": holder.pk}


def address(holder):
    return "/keys/{kind}/{holder}/".format(**of(holder))


def test_one_proposes_both_keys_and_another_approves(county, holder, new):
    system, security = at_administration(county), at_security(county)
    assert "现在采用" in page(system, "keys", **of(holder))
    both = holder.public_key + new
    asked = {"public_key": both, "base_url": getattr(holder, "base_url", "")}
    shown = system.post(address(holder), asked, follow=True).content.decode()
    assert "更换已提出" in shown and "待另一位安全管理员批准" in shown
    assert "批准更换</button>" not in shown
    change = holder.key_changes.get()
    assert holder == change.partner or change.base_url == holder.base_url
    refused = system.post(f"/keys/{change.pk}/approve/")
    assert refused.status_code == 403
    shown = page(security, "keys", **of(holder))
    assert "批准更换</button>" in shown and "提出更换</button>" not in shown
    for key in read_publics(both):
        assert key.kid in shown
    shown = security.post(f"/keys/{change.pk}/approve/", follow=True).content.decode()
    assert "更换已批准，即时采用" in shown
    holder.refresh_from_db()
    assert holder.public_key == both.strip()
    again = security.post(f"/keys/{change.pk}/drop/", follow=True).content.decode()
    assert "已经批准或者撤回" in again


def test_one_proposes_another_address_and_another_approves(county):
    bank = Department.objects.get(source="bank")
    system, security = at_administration(county), at_security(county)
    old, new = bank.base_url, "https://10.0.0.8:8443"
    asked = {"public_key": bank.public_key, "base_url": "nonsense?"}
    answer = system.post(address(bank), asked)
    assert answer.status_code == 422 and "base_url" in answer.context["form"].errors
    system.post(address(bank), asked | {"base_url": f"{new}/"})
    shown = page(security, "keys", **of(bank))
    assert f"<code>{new}</code>（新；原为 <code>{old}</code>）" in shown
    assert "个人信息发往新地址" in shown
    security.post(f"/keys/{bank.key_changes.get().pk}/approve/")
    shown = page(security, "keys", **of(bank))
    assert f"服务地址：<code>{new}</code>" in shown and f"原为 <code>{old}</code>" in shown
    bank.refresh_from_db()
    assert bank.base_url == new


def test_the_page_of_an_agreement_shows_where_the_department_is_asked_and_its_keys(county):
    bank = Department.objects.get(source="bank")
    shown = page(at_security(county), "agreement", agreement=bank.agreements.get().pk)
    assert f"<code>{bank.base_url}</code>" in shown
    for key in read_publics(bank.public_key):
        assert key.kid in shown


def test_registering_it_anew_does_not_move_it(county):
    bank = Department.objects.get(source="bank")
    asked = {
        "source": "bank", "division": bank.division, "name": "行", "answer_within": 5,
        "public_key": bank.public_key, "base_url": "https://10.0.0.8:8443",
    }  # fmt: skip
    answer = at_administration(county).post(f"/departments/{bank.pk}/", asked)
    assert answer.status_code == 422 and "两人办理" in answer.content.decode()


def test_what_is_no_key_is_told_beside_the_field_and_a_proposal_can_be_dropped(county, holder, new):
    system, security = at_administration(county), at_security(county)
    answer = system.post(address(holder), {"public_key": "-----BEGIN NONSENSE-----"})
    assert answer.status_code == 422 and "验签公钥不能使用" in answer.content.decode()
    system.post(address(holder), {"public_key": new})
    change = holder.key_changes.get()
    shown = security.post(f"/keys/{change.pk}/drop/", follow=True).content.decode()
    assert "更换已撤回" in shown


def test_nobody_else_sees_or_proposes_keys(county, holder, new):
    for login in ("wang", "liu", "zhao"):
        desk = at_desk(county, login)
        assert desk.get(address(holder)).status_code == 403
        assert desk.post(address(holder), {"public_key": new}).status_code == 403
    assert at_security(county).post(address(holder), {"public_key": new}).status_code == 403
    assert at_administration(county).get(f"/keys/other/{holder.pk}/").status_code == 404
    assert not holder.key_changes.exists()

"""Administration, one's own password, and what goes wrong."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver

from hedui.faces.workbench import urls
from hedui.faces.workbench.views import tasks
from hedui.procedure.agencies.models import Department, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble
from hedui.wire.seals import generate_key
from tests import cast
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


def test_an_account_comes_with_its_post_and_its_entry(county, admin):
    given = {
        "username": "xin",
        "display_name": "新",
        "password1": "Qz7-fresh-one",
        "password2": "Qz7-fresh-one",
        "agency": str(county.street.pk),
        "role": "intake",
        "first_day": today().isoformat(),
    }
    assert admin.post("/officers/new/", given | {"password2": "other"}).status_code == 422
    assert (
        admin.post("/officers/new/", given | {"password1": "123", "password2": "123"}).status_code
        == 422
    )
    assert not Officer.objects.filter(username="xin").exists()
    assert admin.post("/officers/new/", given).status_code == 302
    made = Officer.objects.get(username="xin")
    assert made.check_password("Qz7-fresh-one")
    assert Entry.objects.filter(act="agencies.appoint", content__contains=f'"officer":{made.pk}')


def test_a_post_is_ended_on_its_page_and_not_ones_own(county, admin):
    post = county.officers["wang"].posts.get()
    address = f"/posts/{post.pk}/relieve/"
    assert f'href="{address}"' in page(admin, "agencies")
    assert admin.post(address, {"last_day": "2024-01-01"}).status_code == 422
    yesterday = (today() - timedelta(days=1)).isoformat()
    assert admin.post(address, {"last_day": yesterday}).status_code == 302
    assert actor_of(county.officers["wang"]).roles == frozenset()
    assert f'href="{address}"' not in page(admin, "agencies")
    own = Officer.objects.get(posts__role="system_admin").posts.get()
    told = admin.post(f"/posts/{own.pk}/relieve/", {"last_day": yesterday})
    assert "不能免去自己的岗位" in told.content.decode()


def test_who_has_no_post_changes_no_password(county):
    client = Client()
    client.force_login(cast.account("yu", "余"))
    given = dict.fromkeys(("new_password1", "new_password2"), "Wm9-another")
    told = client.post("/password/", given | {"old_password": cast.PASSWORD})
    assert "您的岗位没有这项权限" in told.content.decode()


def test_an_agreement_with_a_key_that_is_none_is_refused(county, admin, tmp_path):
    given = {
        "source": "bank",
        "division": "310101",
        "name": "银行",
        "base_url": "http://127.0.0.1:9",
        "answer_within": "20",
        "public_key": "-----BEGIN NONSENSE-----",
    }
    answer = admin.post("/departments/new/", given)
    assert "不是可用的 PEM 公钥" in answer.content.decode()
    generate_key(tmp_path / "secret.pem")
    secret = (tmp_path / "secret.pem").read_text()
    shown = admin.post("/departments/new/", given | {"public_key": secret}).content.decode()
    assert "私钥不得交给任何人，这一把请更换" in shown
    assert secret.splitlines()[1] not in shown
    key = Department.objects.get(source="bank").public_key
    assert admin.post("/departments/new/", given | {"public_key": key}).status_code == 302
    assert Department.objects.get(source="bank", last_day=None).name == "银行"


def told_at(shown: str) -> list[str]:
    """Return what stands beside the fields."""
    return re.findall(r'class="error" id="[^"]+">(.*?) ?</p>', shown)


FORMS = {
    "/officers/new/": ["登录名", "姓名", "初始密码", "再次输入", "机构", "岗位", "任职起"],
    "/officers/appoint/": ["工作人员", "机构", "岗位", "任职起"],
    "/agencies/new/": ["机构名称", "类别", "行政区划"],
    "/departments/new/": [
        "数据来源",
        "行政区划",
        "部门名称",
        "答复时限（秒）",
    ],
    "/password/": ["旧密码", "新密码", "新密码确认"],
    "/cases/new/": ["救助项目", "县（市、区）", "申请日期"],
    "/cases/import/": ["申请文件 CASE.json"],
}


@pytest.mark.parametrize("path", FORMS)
def test_what_is_missing_is_asked_for_by_its_name_and_told_in_one_box(street, admin, path):
    desk = street if path.startswith("/cases") else admin
    shown = desk.post(path, {"csrfmiddlewaretoken": "x"}).content.decode()
    asked = [re.fullmatch(r"请(?:填写|选择|上传)(.+)。", said) for said in told_at(shown)]
    assert [found and found[1] for found in asked] == FORMS[path]
    assert shown.count('class="faults"') == 1
    box = shown.partition('class="faults"')[2].partition("</section>")[0]
    assert f"有 {len(asked)} 处需要更正" in box
    assert [f">{said}</a>" in box for said in told_at(shown)] == [True] * len(asked)


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("/departments/new/", {"base_url": "nonsense"}, "请填写完整的地址"),
        ("/departments/new/", {"answer_within": "soon"}, "请填写整数。"),
        ("/departments/new/", {"answer_within": "0"}, "请填写不小于 1 的数。"),
        ("/departments/new/", {"name": "长" * 121}, "请不要超过 120 个字，现在是 121 个字。"),
        ("/departments/new/", {"source": "gossip"}, "请选择数据来源。"),
        ("/officers/new/", {"first_day": "2024-02-30"}, "请填写真实的日期"),
        ("/officers/new/", {"username": "wang"}, "这个登录名已有人使用"),
        ("/officers/new/", {"username": "a b"}, "请只用字母、数字和"),
        ("/officers/new/", {"password1": "Qz7", "password2": "Qz7"}, "请填写至少 8 位的密码。"),
        ("/officers/new/", {"password1": "password", "password2": "password"}, "太常见"),
        ("/officers/new/", {"password1": "Qz7-fresh", "password2": "x"}, "两次填写的密码不一致"),
        (
            "/officers/new/",
            {"username": "xiaolan", "password1": "xiaolan1", "password2": "xiaolan1"},
            "密码与登录名太相似",
        ),
        ("/password/", {"old_password": "wrong"}, "旧密码不正确，请重新填写。"),
        ("/password/", {"new_password1": "Qz7", "new_password2": "Qz7"}, "请填写至少 8 位的密码。"),
    ],
)
def test_what_is_wrong_is_told_in_our_words(county, admin, path, change, said):
    shown = admin.post(path, change).content.decode()
    assert [one for one in told_at(shown) if said in one]
    assert not re.search("你|必填项|This password", shown)


def test_the_page_of_the_password_is_polite(street):
    assert "你" not in page(street, "password")


def test_one_changes_ones_own_password(county, street):
    given = {
        "old_password": "Xk3-test-only",
        "new_password1": "Wm9-another",
        "new_password2": "Wm9-another",
    }
    assert street.post("/password/", given).status_code == 302
    assert Officer.objects.get(username="wang").check_password("Wm9-another")


def test_trouble_tells_no_details(county, street, monkeypatch):
    def breaks(*_: object, **__: object) -> None:
        raise Trouble("secret detail")

    monkeypatch.setattr(tasks.queries, "worklist", breaks)
    street.raise_request_exception = False
    answer = street.get("/")
    assert answer.status_code == 500
    assert "系统出现故障" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_form_from_elsewhere_is_refused(county):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {"username": "wang", "password": "Xk3-test-only"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_no_page_holds_a_script_or_style_of_its_own(county, drafted):
    body = at_desk(county, "liu")
    report = drafted
    for path in (
        "/",
        f"/cases/{drafted.commission.case.number}/",
        f"/reports/{report.number}/",
        "/departments/",
        "/login/",
        "/verify/",
    ):
        shown = body.get(path, follow=True).content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", shown), path


def test_every_address_has_a_name():
    assert all(pattern.name for pattern in urls.urlpatterns)
    assert get_resolver().namespace_dict.keys() >= {"workbench", "public", "api"}

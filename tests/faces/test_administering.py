"""Administration, one's own password, and what goes wrong."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from hedui.faces.workbench import urls
from hedui.faces.workbench.views import tasks
from hedui.procedure.agencies.models import Department, Officer
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Trouble
from tests.faces.desks import at_desk

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


def test_an_agreement_with_a_key_that_is_none_is_refused(county, admin):
    given = {
        "source": "bank",
        "division": "310101",
        "name": "银行",
        "base_url": "http://127.0.0.1:1",
        "answer_within": "20",
        "public_key": "-----BEGIN NONSENSE-----",
    }
    answer = admin.post("/departments/new/", given)
    assert "不是 PEM 格式" in answer.content.decode()
    key = Department.objects.get(source="bank").public_key
    assert admin.post("/departments/new/", given | {"public_key": key}).status_code == 302
    assert Department.objects.get(source="bank", last_day=None).name == "银行"


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

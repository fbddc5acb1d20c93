"""Who may open what: nobody without a post, and nobody another agency's cases."""

import pytest
from django.urls import reverse

from hedui.faces.workbench import urls
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.reports import acts as reports
from tests import cast
from tests.faces.desks import at_county, at_desk, new_member, page

pytestmark = pytest.mark.django_db


PUBLIC = {"login", "logout"}


def test_no_page_opens_without_login(client):
    patterns = {pattern.name: pattern for pattern in urls.urlpatterns}
    assert len(patterns) > 20
    sample = {
        "number": "310101-2024-000001",
        "key": "a",
        "authorization": "00000000-0000-7000-8000-000000000000",
        "signature": "00000000-0000-7000-8000-000000000000",
        "erasure": "00000000-0000-7000-8000-000000000000",
        "withholding": "00000000-0000-7000-8000-000000000000",
        "department": "00000000-0000-7000-8000-000000000000",
        "agreement": "00000000-0000-7000-8000-000000000000",
        "exhibit": "00000000-0000-7000-8000-000000000000",
        "contested": "00000000-0000-7000-8000-000000000000",
        "position": 0,
        "post": 0,
        "determination": "00000000-0000-7000-8000-000000000000",
        "client": "00000000-0000-7000-8000-000000000000",
        "token": "00000000-0000-7000-8000-000000000000",
        "holder": "00000000-0000-7000-8000-000000000000",
        "change": "00000000-0000-7000-8000-000000000000",
        "partner": "00000000-0000-7000-8000-000000000000",
        "roster": "00000000-0000-7000-8000-000000000000",
        "task": "00000000-0000-7000-8000-000000000000",
        "endpoint": "00000000-0000-7000-8000-000000000000",
        "suspension": "00000000-0000-7000-8000-000000000000",
        "used": "00000000-0000-7000-8000-000000000000",
        "request_file": "00000000-0000-7000-8000-000000000000",
        "guardianship": "00000000-0000-7000-8000-000000000000",
        "agency": "00000000-0000-7000-8000-000000000000",
        "form": "form-2024-1",
        "kind": "visit",
        "division": "310101",
        "parameter": "standard_monthly",
    }
    for name, pattern in patterns.items():
        if name in PUBLIC:
            continue
        wanted = {key: sample[key] for key in pattern.pattern.converters}
        answer = client.get(reverse(f"workbench:{name}", kwargs=wanted))
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/login/"), name


def test_a_background_request_without_login_is_sent_to_the_door_as_a_whole(client):
    answer = client.get("/", headers={"HX-Request": "true"}, follow=True)
    assert answer.headers["HX-Redirect"] == "/login/"


@pytest.mark.parametrize("name", ["case", "history", "application", "confirm", "new_member"])
def test_a_case_of_another_street_does_not_exist(county, name):
    case = cast.declared(county)
    stranger = at_desk(county, "sheng")
    answer = stranger.get(reverse(f"workbench:{name}", kwargs={"number": case.number}))
    assert answer.status_code == 404
    assert case.number not in page(stranger, "home")


@pytest.mark.parametrize("name", ["member", "authorization", "form_pdf"])
def test_a_member_of_another_street_does_not_exist(county, name):
    case = cast.declared(county)
    where = {"number": case.number, "key": "a"}
    stranger = at_desk(county, "sheng")
    assert stranger.get(reverse(f"workbench:{name}", kwargs=where)).status_code == 404
    assert (
        at_desk(county, "wang").get(reverse(f"workbench:{name}", kwargs=where)).status_code == 200
    )


def test_another_street_neither_commissions_nor_revokes_nor_sees_the_scan(county):
    case = cast.authorized(county)
    held = Authorization.objects.filter(case=case)[0]
    stranger = at_desk(county, "sheng")
    where = {"number": case.number, "authorization": held.pk}
    posts = [
        reverse("workbench:commission", kwargs={"number": case.number}),
        reverse("workbench:revoke", kwargs=where),
    ]
    for path in posts:
        assert stranger.post(path, {"reason": "本人要求撤回"}).status_code == 404
    assert stranger.get(reverse("workbench:scan", kwargs=where)).status_code == 404
    held.refresh_from_db()
    assert held.revoked_at is None
    assert not case.commissions.exists()


def test_the_county_sees_the_cases_of_its_streets_but_does_not_do_their_work(county):
    case = cast.authorized(county)
    bureau = at_county(county)
    assert bureau.get(reverse("workbench:case", kwargs={"number": case.number})).status_code == 200
    held = Authorization.objects.filter(case=case)[0]
    where = {"number": case.number, "authorization": held.pk}
    answer = bureau.post(reverse("workbench:revoke", kwargs=where), {"reason": "本人要求撤回"})
    assert answer.status_code == 404
    assert bureau.get(new_member(case)).status_code == 404
    held.refresh_from_db()
    assert held.revoked_at is None


def test_another_county_sees_nothing(county):
    case = cast.declared(county)
    elsewhere = at_county(county, division="310104")
    path = reverse("workbench:case", kwargs={"number": case.number})
    assert elsewhere.get(path).status_code == 404


def test_the_verification_body_sees_a_case_once_it_is_commissioned(county):
    case = cast.authorized(county)
    body = at_desk(county, "liu")
    path = reverse("workbench:case", kwargs={"number": case.number})
    assert body.get(path).status_code == 404
    reports.request(case=case, by=county.intake)
    assert body.get(path).status_code == 200


def test_the_verification_body_does_not_fill_in_a_declaration(county):
    case = cast.commissioned(county).case
    body = at_desk(county, "liu")
    path = reverse("workbench:member", kwargs={"number": case.number, "key": "a"})
    assert body.get(path).status_code == 403


def test_a_draft_report_is_read_by_the_verification_body_alone(county, drafted):
    number = drafted.number
    for name in ("report", "report_json", "report_pdf"):
        path = reverse(f"workbench:{name}", kwargs={"number": number})
        assert at_desk(county, "wang").get(path).status_code == 404
        assert at_desk(county, "sheng").get(path).status_code == 404
        assert at_desk(county, "liu").get(path).status_code == 200


@pytest.mark.parametrize(
    "name", ["agencies", "new_agency", "new_officer", "appoint", "new_department"]
)
def test_only_the_system_administrator_opens_administration(county, admin, street, name):
    path = reverse(f"workbench:{name}")
    answer = street.get(path)
    assert answer.status_code == 403
    assert "没有这项权限" in answer.content.decode()
    assert admin.get(path).status_code == 200


def test_the_system_administrator_sees_no_case(county, admin):
    case = cast.declared(county)
    assert admin.get(reverse("workbench:case", kwargs={"number": case.number})).status_code == 404

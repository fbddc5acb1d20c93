"""The report: two persons, its filter, its signed file."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports.models import Report
from tests.faces.desks import at_desk, page

pytestmark = pytest.mark.django_db


def press(client: Client, name: str, number: str) -> str:
    path = reverse(f"workbench:{name}", kwargs={"number": number})
    return client.post(path, follow=True).content.decode()


def test_a_report_is_signed_by_two_persons(county, drafted):
    number = drafted.number
    prepares, signs = at_desk(county, "liu"), at_desk(county, "zhao")
    assert "已提交" in press(prepares, "submit", number)
    assert "已退回" in press(signs, "send_back", number)
    assert "已提交" in press(prepares, "submit", number)
    assert "已签发" in press(signs, "issue", number)
    assert Report.objects.get().status == "issued"
    assert (
        at_desk(county, "wang")
        .get(reverse("workbench:report", kwargs={"number": number}))
        .status_code
        == 200
    )


def test_who_prepared_a_report_does_not_issue_it(county, drafted):
    agencies.appoint(
        officer=county.officers["liu"],
        agency=county.body,
        role=Role.COUNTERSIGN,
        first_day=today(),
        by=INSTALLER,
    )
    number = drafted.number
    both = at_desk(county, "liu")
    press(both, "submit", number)
    shown = page(both, "report", number=number)
    assert "须由另一位" in shown
    assert reverse("workbench:issue", kwargs={"number": number}) not in shown
    assert "签发人不能是经办人本人" in press(both, "issue", number)
    assert Report.objects.get().status == "submitted"


@pytest.mark.parametrize("name", ["submit", "send_back", "issue"])
def test_the_street_does_not_act_on_reports(county, street, drafted, name):
    number = drafted.number
    path = reverse(f"workbench:{name}", kwargs={"number": number})
    assert street.post(path).status_code == 403
    assert Report.objects.get().status == "draft"


def test_findings_are_narrowed_by_member_and_status(county, drafted):
    body = at_desk(county, "liu")
    path = reverse("workbench:report", kwargs={"number": drafted.number})
    assert {f["status"] for f in drafted.opened["findings"]} >= {"consistent", "inconsistent"}
    for member, status in (("b", "inconsistent"), ("b", "consistent"), ("a", ""), ("", "")):
        shown = body.get(path, {"member": member, "status": status}).content.decode()
        wanted = [
            f
            for f in drafted.opened["findings"]
            if member in ("", f["member"]) and status in ("", f["status"])
        ]
        found = re.findall(r'<tr class="(?:in)?consistent">|<tr class="(?:not|no|aw)_?\w+">', shown)
        assert wanted and len(found) == len(wanted)


def test_report_json_is_the_signed_body(county, drafted):
    report = drafted
    answer = at_desk(county, "liu").get(
        reverse("workbench:report_json", kwargs={"number": report.number})
    )
    assert json.loads(answer.content) == {"report": report.opened, "signature": report.signature}

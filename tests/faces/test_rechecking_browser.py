"""定期复核 in a real browser: the preview, the forms and a list half worked through."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from hedui.faces.workbench.views import rechecking
from hedui.procedure.determinations.granting import recheck
from hedui.procedure.rechecks.models import Round
from hedui.procedure.record.moment import today
from tests import cast
from tests.faces.browsing import CHROMIUM, chromium, window
from tests.faces.desks import at_desk
from tests.faces.test_rechecking import post
from tests.faces.test_sources_browser import ADDRESS, given
from tests.procedure.rechecks.test_rechecking import paid

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]


@pytest.fixture
def pages(county, monkeypatch) -> dict[str, str]:
    """Return the pages by name: empty, who is due, the forms, lists before and after the work."""
    first, _ = cast.deciders(county)
    desk = at_desk(county, "he")
    empty = desk.get(reverse("workbench:rechecks")).content.decode()
    case = paid(county)
    until = (today() + timedelta(days=800)).isoformat()
    ahead = {"until": until}
    due = desk.get(reverse("workbench:rechecks"), ahead).content.decode()
    form = desk.get(reverse("workbench:new_list"), ahead).content.decode()
    worklist = desk.get(reverse("workbench:bring_worklist")).content.decode()
    refused = post(desk, "bring_worklist", {"percent": "200"}).content.decode()
    begun = post(desk, "new_list", {"until": until, "percent": "100"}).content.decode()
    rows = f"household_id,reason,items\n{case.number},outcome,bank.balance_fen\n没有,outcome,\n"
    file = SimpleUploadedFile("worklist.csv", rows.encode())
    brought = post(desk, "bring_worklist", {"percent": "0", "file": file}).content.decode()
    recheck(case=case, checked_on=today(), note="没有变化", by=first)
    held = Round.objects.get(origin="due").pk
    at = reverse("workbench:recheck_list", kwargs={"roster": held})
    second = at_desk(county, "lv").get(at).content.decode()
    lists = desk.get(reverse("workbench:rechecks"), ahead).content.decode()
    monkeypatch.setattr(rechecking, "LISTS", 1)
    paged = desk.get(reverse("workbench:rechecks"), ahead | {"page": "2"}).content.decode()
    return {
        "empty": empty, "due": due, "form": form, "worklist": worklist, "refused": refused,
        "begun": begun, "brought": brought, "second": second, "lists": lists,
        "paged": paged,
    }  # fmt: skip


def test_the_pages_hold_at_desk_and_phone_and_for_a_screen_reader(pages, tmp_path):
    with sync_playwright() as playwright, chromium(playwright) as browser:
        desk = window(browser, ADDRESS, tmp_path)
        desk.page.route("**/*", given(pages))
        for name in pages:
            assert desk.open(f"/{name}") == 200
            desk.look(name)
        desk.open("/second")
        expect(desk.page.get_by_role("button", name="结果一致")).to_be_visible()
        desk.open("/paged")
        expect(desk.page.get_by_role("link", name="上一页")).to_be_visible()
        assert desk.complaints == []

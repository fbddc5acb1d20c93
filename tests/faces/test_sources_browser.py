"""The pages on sources in a real browser, at desk and phone width, checked for accessibility.

They are fetched beforehand; the browser is given them, with the style and scripts of the house.
"""

import mimetypes
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import Route, expect, sync_playwright

from hedui.procedure.agencies.suspensions import LEAST_WRONG, propose_lift, standing
from hedui.procedure.inquiries.breaker import FAULTS_TO_REST
from hedui.procedure.record.actor import Role
from hedui.procedure.record.moment import today
from hedui.procedure.reports import sources
from hedui.procedure.reports.reviewing import review_source
from hedui.procedure.reports.sources import Day
from tests import cast
from tests.faces.browsing import CHROMIUM, chromium, window
from tests.faces.desks import _newcomer, at_desk
from tests.faces.test_sources import failed, with_a_car

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]
ADDRESS = "http://hedui.test"


@pytest.fixture
def pages(county, admin, monkeypatch) -> dict[str, str]:
    """Return the pages by name: a source that fails, one that is suspended, letters, a review."""
    verifier = at_desk(county, "liu")
    empty = admin.get(reverse("workbench:sources")).content.decode()
    cast.answered(cast.commissioned(county))
    week = tuple(
        Day(today() - timedelta(days=back), 100, 40 + back, 90 + 9 * back)
        for back in range(7, 0, -1)
    )
    monkeypatch.setattr(sources._Seen, "days", lambda *_: week)
    failed(county, times=FAULTS_TO_REST)
    failed(county, "UNREADABLE", "QUARANTINED", source="tax")
    reports = [with_a_car(county) for _ in range(LEAST_WRONG + 1)]
    for _, car in reports[1:]:
        review_source(finding=car, fault="value", by=county.prepares)
    held = standing(reports[0][1].report.commission.inquiries.get(
        member=reports[0][1].member, source="vehicle").department_id)  # fmt: skip
    propose_lift(suspension=held, reason="部门已修复错位的数据", by=county.prepares)
    second = _newcomer(county, "qian", county.body, Role.COUNTERSIGN)
    number, place = reports[0][0].number, reports[0][1].position
    letter = reports[1][1].review.correction.number
    ways = {
        "sources": (second, reverse("workbench:sources")),
        "home": (admin, reverse("workbench:home")),
        "report": (verifier, reverse("workbench:report", args=[number])),
        "review": (
            verifier,
            reverse("workbench:review_source", args=[number, place]),
        ),
        "corrections": (verifier, reverse("workbench:corrections")),
        "letter": (verifier, reverse("workbench:correction", args=[letter])),
        "lift": (verifier, reverse("workbench:lift", args=[held.pk])),
    }
    found = {name: client.get(path).content.decode() for name, (client, path) in ways.items()}
    return found | {"empty": empty}


def given(pages: dict[str, str]):
    """Give a browser what it asks for: a page, or a file of the house's."""

    def give(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            kind = mimetypes.guess_type(path)[0] or "text/plain"
            route.fulfill(body=Path(str(file)).read_bytes(), content_type=kind)
        elif html := pages.get(path.strip("/")):
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    return give


def test_the_pages_hold_at_desk_and_phone_and_for_a_screen_reader(pages, tmp_path):
    with sync_playwright() as playwright, chromium(playwright) as browser:
        desk = window(browser, ADDRESS, tmp_path)
        desk.page.route("**/*", given(pages))
        for name in pages:
            assert desk.open(f"/{name}") == 200
            desk.look(name)
        desk.open("/sources")
        picture = desk.page.get_by_role("img", name="bank的答复用时")
        expect(picture).to_be_visible()
        desk.page.get_by_text("逐日数字").first.focus()
        desk.page.keyboard.press("Enter")
        expect(desk.page.get_by_role("columnheader", name="中位数").first).to_be_visible()
        desk.open("/review")
        desk.page.get_by_label("来源有误：不是本人的记录").focus()
        desk.page.keyboard.press("Space")
        expect(desk.page.get_by_label("来源有误：不是本人的记录")).to_be_checked()
        assert desk.complaints == []

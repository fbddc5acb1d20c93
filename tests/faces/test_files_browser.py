# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""Files that were refused in a real browser, at desk and phone width, checked for accessibility."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries import taking
from hedui.procedure.inquiries.turned_away import at_the_door
from hedui.procedure.record.scope import acting_as
from hedui.wire.canonical import canonical
from hedui.wire.files import FileFault
from tests.faces.browsing import CHROMIUM, chromium, window
from tests.faces.test_files import commission, desk, made  # noqa: F401 - its fixtures too
from tests.faces.test_sources_browser import ADDRESS, given

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]


@pytest.fixture
def pages(commission, desk, county, admin) -> dict[str, str]:
    """Return pages that tell of files that were refused, and of a message that was."""
    made(desk, county)
    bank = Department.objects.get(source="bank")
    with acting_as("machine:worker"):
        for digest, code in (("a", "signature"), ("b", "unknown_request"), ("c", "name")):
            taking.refused(bank, digest * 64, FileFault(code))
        at_the_door(
            canonical({"header": {"sender_id": bank.receiver_id}}), code="message_ts_invalid"
        )
    ways = {"files": desk, "home": admin, "sources": admin}
    return {
        name: client.get(reverse(f"workbench:{name}")).content.decode()
        for name, client in ways.items()
    }


def test_they_are_read_at_desk_and_phone(pages, tmp_path):
    with sync_playwright() as playwright, chromium(playwright) as browser:
        seen = window(browser, ADDRESS, tmp_path)
        seen.page.route("**/*", given(pages))
        for name in pages:
            assert seen.open(f"/{name}") == 200
            seen.look(name)
        seen.open("/files")
        heading = "没有采用、也不能归到某个请求文件的反馈文件"
        expect(seen.page.get_by_role("heading", name=heading)).to_be_visible()
        assert seen.complaints == []

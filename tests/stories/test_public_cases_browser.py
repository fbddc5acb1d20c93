"""
The public cases in a real browser: what the family is told, and how it is heard.

The browser's requests are answered by the platform within the test, so that its database is the
test's.
"""

import mimetypes
import re
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from playwright.sync_api import Route, expect, sync_playwright

from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.determinations.applying import confirm_turning_down, turn_down
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Objection
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.accepting import as_accepted
from hedui.procedure.reports.entering import give_code
from hedui.procedure.reports.models import Cause, Finding, Report
from tests import cast
from tests.faces.browsing import CHROMIUM, PHONE, Window, chromium, window
from tests.faces.desks import at_desk, of_one_person
from tests.procedure.rechecks.test_rechecking import paid
from tests.stories import telling
from tests.stories.telling import Story

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]
ADDRESS = "http://hedui.test"
FIRST = "01-account-not-his"
NEVER_SAID = ("隐瞒", "骗", "虚假", "嫌疑", "不诚信")


class Desk:
    """Who sits before the browser; what it asks for is asked of the platform in their name."""

    def __init__(self, county: cast.County, window: Window, database: BaseDatabaseWrapper) -> None:
        self.county, self.window, self.database = county, window, database
        self.client = Client()
        window.page.route("**/*", self.answer)

    def seat(self, login: str) -> Window:
        """Let an officer sit down."""
        self.client = at_desk(self.county, login)
        return self.window

    def answer(self, route: Route) -> None:
        """Answer the browser: a file of the house's, or what the platform says, where it leads."""
        connections[DEFAULT_DB_ALIAS] = self.database  # the test's, also within the loop
        asked = route.request
        where = urlsplit(asked.url)
        if where.path.startswith("/static/"):
            file = Path(str(finders.find(where.path.removeprefix("/static/"))))
            kind = mimetypes.guess_type(where.path)[0] or "text/plain"
            route.fulfill(body=file.read_bytes(), content_type=kind)
            return
        said = self.client.generic(
            asked.method,
            where.path,
            asked.post_data_buffer or b"",
            asked.headers.get("content-type", ""),
            QUERY_STRING=where.query,
        )
        if said.status_code == HTTPStatus.FOUND:
            said = self.client.get(said.url, follow=True)
        body = b"".join(said) if said.streaming else said.content
        route.fulfill(status=said.status_code, body=body, content_type=said["Content-Type"])


@pytest.fixture
def desk(county, monkeypatch, tmp_path):
    """Open a browser on the platform of this test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's loop is in this thread
    held = connections[DEFAULT_DB_ALIAS]
    with sync_playwright() as playwright, chromium(playwright) as browser:
        connections[DEFAULT_DB_ALIAS] = held
        yield Desk(county, window(browser, ADDRESS, tmp_path), held)


@pytest.mark.parametrize("story", telling.stories(), ids=lambda story: story.name)
def test_the_family_is_told_what_to_bring_and_is_heard(county, desk, story: Story):
    cast.reviewer(county)
    draft = telling.drafted(county, story)
    if "on_draft" in story.written:
        settles(desk.seat("liu"), draft, story)
    report = cast.signed_off(county, draft)
    tells(desk.seat("wang"), report, story)
    if "objects" in story.written:
        finding = shown(report, story)
        contests(desk.window, finding.position, story)
        hears(desk.seat("qian"), report, story)
        revises(desk.seat("liu"), report)
        second = as_accepted(report.commission.reports.get(version=2))
        line = second["findings"][finding.position]
        assert line["cause"] == story.written["resolved"]["cause"]
    assert not Determination.objects.exists()
    assert desk.window.complaints == []


def shown(report: Report, story: Story, name: str = "shows") -> Finding:
    """Return the line of the report that the story is about."""
    key, _, item = story.written[name]["item"].partition(".")
    finding: Finding = cast.finding_on(report, item, key)
    return finding


def settles(verifier: Window, draft: Report, story: Story) -> None:
    """Settle on the draft what the family's papers make clear before anybody signs."""
    said, finding = story.written["on_draft"], shown(draft, story)
    verifier.open(f"/reports/{draft.number}/findings/{finding.position}/accept/")
    verifier.page.get_by_label("差异原因").select_option(label=Cause(said["cause"]).label)
    verifier.page.get_by_label("认定数额").fill(said["accepted"])
    verifier.page.get_by_label("理由").fill(said["reason"])
    verifier.press("认定")
    expect(verifier.page.get_by_text(said["reason"]).first).to_be_visible()


def tells(street: Window, report: Report, story: Story) -> None:
    """Tell the family what to bring, at the counter; looked at once at desk and phone width."""
    street.open(f"/reports/{report.number}/")
    bring = street.page.get_by_role("region", name="需要家庭说明的，可以带来的材料")
    wanted = [] if "on_draft" in story.written else [
        told["bring"]
        for name in ("shows", "shows_also")
        if "bring" in (told := story.written.get(name, {}))
    ]  # fmt: skip
    for paper in wanted:
        expect(bring.get_by_role("cell", name=re.compile(re.escape(paper))).first).to_be_visible()
    text = street.page.locator("main").inner_text()
    assert [word for word in NEVER_SAID if word in text] == []
    if story.name == FIRST:
        street.look("told")


def contests(street: Window, position: int, story: Story) -> None:
    """Take in what the family says, with its paper."""
    said = story.written["objects"]
    street.follow("登记异议")
    street.page.locator(f"[name=item_{position}]").check()
    street.page.locator(f"[name=grounds_{position}]").fill(said["says"])
    street.page.get_by_text("家庭可以带来的材料").click()
    street.page.locator("[name=what_1]").fill(said["brings"])
    street.page.locator("[name=paper_1]").set_input_files(
        {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": telling.PAPER}
    )
    who = story.written["shows"]["item"].partition(".")[0]
    street.page.locator("[name=key]").select_option(value=who)
    street.page.locator("[name=received_on]").fill(str(today()))
    street.press("登记异议")
    expect(street.page.get_by_text("暂缓使用").first).to_be_visible()


def hears(apart: Window, report: Report, story: Story) -> None:
    """Let an officer apart open the paper and uphold what the family says."""
    said, ends = story.written["objects"], story.written["resolved"]
    objection = Objection.objects.get(report=report)
    apart.open(f"/objections/{objection.number}/")
    paper = apart.page.get_by_role("link", name=re.compile(said["brings"])).get_attribute("href")
    apart.page.evaluate("address => fetch(address)", paper)
    apart.page.get_by_label("复核结论").select_option(label="成立")
    apart.page.get_by_label("差异原因").select_option(label=Cause(ends["cause"]).label)
    apart.page.get_by_label("认定数额").fill(ends["accepted"])
    apart.page.get_by_label("理由和看过的材料").fill(f"看过{said['brings']}，情况属实")
    apart.press("记录复核结论")
    expect(apart.page.get_by_text("复核结论：成立")).to_be_visible()


def revises(verifier: Window, report: Report) -> None:
    """Make the new version, in which the family's word stands."""
    verifier.open(f"/reports/{report.number}/")
    verifier.page.get_by_text("拟制新版报告").click()
    verifier.page.get_by_label("原因").select_option(label="异议复核")
    verifier.press("拟制新版")
    expect(verifier.page.get_by_text("异议复核").first).to_be_visible()


def test_the_person_objects_on_a_telephone_and_the_bureau_sees_what_it_comes_to(county, desk):
    """Whose account it is not: by their own report, with a code, item by item, with a photo."""
    (story,) = [one for one in telling.stories() if one.name == FIRST]
    report = cast.signed_off(county, telling.drafted(county, story))
    cast.delivered(county, report)
    member = report.commission.case.members.get(key="a")
    enrolment = electronic.enrol(member=member, by=county.intake).enrolment
    secret = member.case.key.open_bytes(enrolment.secret)
    code = totp.code(secret, int(moment().timestamp()) // totp.STEP)
    phone = desk.window
    phone.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    enters(phone, give_code(member=member, by=county.intake), member.opened["id_number"])
    phone.look("own")
    phone.follow("看我的核对报告，提出异议")
    phone.look("own-code")
    phone.page.get_by_label("动态码").fill(code)
    phone.page.keyboard.press("Enter")
    phone.page.get_by_role("heading", name="我的核对报告").wait_for()
    line = phone.page.get_by_role("region", name=re.compile("存款余额"))
    line.get_by_text("这一项不对，我要说明").press("Enter")  # by keyboard
    line.get_by_role("textbox").fill(story.written["objects"]["says"])
    phone.page.locator("#papers").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"x" * 99}
    )
    phone.page.get_by_label("是什么材料").fill("银行的证明")
    phone.look("own-report")
    phone.press("提出异议")
    expect(phone.page.get_by_role("status")).to_contain_text("暂缓使用")
    phone.look("own-said")
    assert Objection.objects.get().items.get().opened == story.written["objects"]["says"]
    cast.resolved(county, Objection.objects.get(), accepted="3000", cause="source_error")
    sees_what_it_came_to(county, desk)
    assert phone.complaints == []


def enters(phone: Window, number: str, id_number: str) -> None:
    """Enter one's own page by a code from the window and one's own number."""
    phone.open("/mine/")
    phone.page.get_by_label("授权书编号").fill(number)
    phone.page.get_by_label("公民身份号码").fill(id_number)
    phone.press("查看")


def sees_what_it_came_to(county: cast.County, desk: Desk) -> None:
    """See at the bureau how often a source was overturned, who was turned down, what waits."""
    case = cast.declared(county)
    turn_down(case=case, ground="not_here", reasons="不在本区", by=county.intake)
    confirm_turning_down(case=case, way="counter", by=cast.deciders(county)[0])
    bureau = desk.seat("he")
    bureau.open("/quality/")
    expect(bureau.page.get_by_role("img", name=re.compile("被推翻"))).to_be_visible()
    bureau.look("quality")
    bureau.open("/printing/")
    expect(bureau.page.get_by_role("heading", name=re.compile("待出具"))).to_contain_text("1")
    bureau.look("papers")
    bureau.open("/")
    expect(bureau.page.get_by_text("待出具文书")).to_be_visible()
    bureau.look("tasks")


def test_what_is_posted_is_read_on_a_telephone(county, desk):
    report = cast.signed_off(county, cast.drafted(county))
    cast.delivered(county, report)
    posted = cast.published(county, cast.proposed_for(county, report))
    phone = desk.window
    phone.open("/publications/")
    phone.look("publications")
    phone.follow(county.street.name)
    phone.look("publications-of")
    phone.open(f"/publications/{posted.pk}/")
    expect(phone.page.get_by_text("张三")).to_be_visible()
    phone.look("publication")
    phone.open("/publications/01a2186a-ed57-7e58-a117-4f7fd4cbc870/")
    phone.look("publication-gone")
    assert phone.complaints == []


def test_the_bureau_orders_anew_what_is_due_and_the_street_many_at_once(county, desk):
    case, further = paid(county), of_one_person(county)
    cast.authorize(county, further.members.get())
    street = desk.seat("wang")
    street.open(f"/cases/{case.number}/")
    expect(street.page.get_by_role("button", name="重新委托核对")).to_be_visible()
    street.look("paid")
    street.open("/")
    street.follow("批量委托（1 件待委托）")
    street.look("commissions")
    street.press("委托所选")
    expect(street.page.get_by_role("status")).to_contain_text("已委托 1 件")
    bureau = desk.seat("he")
    bureau.open("/rechecks/new/?until=2099-01-01")
    bureau.press("生成")
    bureau.look("list")
    bureau.follow("批量委托重新核对")
    bureau.look("commissions-of-list")
    bureau.press("委托所选")
    expect(bureau.page.get_by_text("已重新委托核对").first).to_be_visible()
    assert bureau.complaints == []

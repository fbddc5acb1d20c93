"""The department's own page: what was asked, the switch, corrections; for whoever may see it."""

import csv
import http.client
import io
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from hedui.gateway.corrections import NumberUsed, asked_for, take_correction
from hedui.gateway.desk import answer
from hedui.gateway.limits import NotNow
from hedui.gateway.page import page
from hedui.gateway.page.passwords import PasswordError, holds, set_password
from hedui.gateway.page.record import Tallies
from hedui.gateway.trying import served
from hedui.values.marks import punctuated
from hedui.wire import artefact
from hedui.wire.corrections import ask_for_correction, read_correction
from hedui.wire.seals import Verifier
from tests.faces.browsing import CHROMIUM, chromium, window
from tests.gateway.bank import close, open_bank
from tests.wire.made import LI, NOW, ZHANG, Keys, inquiry, permission, search
from tests.wire.test_corrections import ASKED

WHO, PASSWORD = "张主任", "一个很长的口令 2024"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def bank(tmp_path, keys):
    bank = open_bank(tmp_path, keys)
    bank.pause._clock = lambda: NOW
    set_password(tmp_path / "page.passwords", WHO, PASSWORD)
    yield bank
    bank.questions.close()
    close(bank)


@contextmanager
def shown(bank):
    passwords = bank.log.path.parent / "page.passwords"
    with served(page(bank, passwords, is_private=False)) as address:
        yield Visitor(address)


class Visitor:
    """Somebody at a browser without a browser."""

    def __init__(self, address):
        self.port = urlsplit(address).port
        self.cookie = ""

    def request(self, method, path, form=None, cookie=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = urlencode(form) if form is not None else None
        headers = {"cookie": self.cookie if cookie is None else cookie}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        headers = dict(answer.getheaders())
        connection.close()
        return answer.status, headers, content

    def get(self, path):
        status, _, content = self.request("GET", path)
        return status, content.decode()

    def login(self, password=PASSWORD):
        status, headers, content = self.request(
            "POST", "/login", {"name": WHO, "password": password}
        )
        self.cookie = headers.get("set-cookie", "").partition(";")[0]
        return status, headers, content.decode()

    def post(self, path, **form):
        _, text = self.get("/")
        [word] = set(re.findall(r'name="form" value="(\w+)"', text))
        return self.request("POST", path, {"form": word} | form)


def ask_all(bank, keys):
    """Ask about two people: one is answered, one refused."""
    other = artefact.issue(permission(jti="SQ-2", exp=NOW - timedelta(hours=1)), keys.platform)
    answer(bank, search(keys, inquiry(keys)))
    refused = inquiry(keys, reference_id="inquiry-2", consent_jws=other)
    answer(bank, search(keys, refused))


@pytest.mark.parametrize("path", ["/", "/record", "/record.csv", "/corrections", "/nothing"])
def test_nobody_sees_anything_without_a_password(bank, path):
    with shown(bank) as visitor:
        letters = 'hedui_department="AAAA.\\351"'  # of no cookie of ours
        for cookie in ("", "hedui_department=", "hedui_department=YWJj.abc", 'x="\x01', letters):
            status, headers, content = visitor.request("GET", path, cookie=cookie)
            assert (status, headers["location"], content) == (303, "/login", b"")
        assert visitor.request("POST", "/switch", {"paused": "yes", "reason": "x x"})[0] == 303
    assert bank.pause.reason() is None


def test_a_wrong_password_is_refused_and_after_five_the_right_one_too(bank):
    with shown(bank) as visitor:
        for _ in range(5):
            assert visitor.login("falsch falsch falsch")[0] == 403
        status, _, text = visitor.login()
        assert (status, "十分钟后" in text) == (429, True)


def test_the_cookie_is_for_this_page_alone_and_ends_with_the_session(bank):
    with shown(bank) as visitor:
        status, headers, _ = visitor.login()
        assert (status, headers["location"]) == (303, "/")
        assert "HttpOnly; SameSite=Strict" in headers["set-cookie"]
        assert visitor.get("/")[0] == 200
        assert "default-src 'none'" in visitor.request("GET", "/")[1]["content-security-policy"]
        assert visitor.post("/logout")[0] == 303
        assert visitor.request("GET", "/")[0] == 303  # whoever kept the cookie


def test_whose_password_is_taken_away_sees_nothing_more(bank):
    with shown(bank) as visitor:
        visitor.login()
        set_password(bank.log.path.parent / "page.passwords", "李科员", PASSWORD)
        assert visitor.get("/")[0] == 200
        (bank.log.path.parent / "page.passwords").write_text("{}", encoding="utf-8")
        assert visitor.get("/")[0] == 303


def test_what_goes_wrong_is_one_sentence_in_chinese(bank):
    with shown(bank) as visitor:
        visitor.login()
        bank.log.path.unlink()
        status, text = visitor.get("/record")
        assert (status, "现在不能显示" in text, "<title>" in text) == (500, True, True)
        (bank.log.path.parent / "page.passwords").write_text("[", encoding="utf-8")
        status, text = visitor.get("/record")
        assert (status, "现在不能显示" in text) == (500, True)


def test_what_two_count_at_once_is_counted_once(bank, keys, monkeypatch):
    ask_all(bank, keys)
    tallies = Tallies(bank.log.path)
    whole, both = tallies._count, Barrier(2)

    def slowly(line):
        with suppress(BrokenBarrierError):
            both.wait(0.2)
        whole(line)

    monkeypatch.setattr(Tallies, "_count", lambda _, line: slowly(line))
    readers = [Thread(target=tallies.read_on) for _ in range(2)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert sum(tallies.decisions.values()) == 2


def test_it_shows_what_was_asked_by_whom_and_masks_about_whom(bank, keys):
    ask_all(bank, keys)
    with shown(bank) as visitor:
        visitor.login()
        _, text = visitor.get("/record?day=2024-08-01")
        for word in ("310101-hedui", "SQ-310101-2024-000001", "账户余额", "授权已过期"):
            assert word in text
        assert "990101********0010" in text
        assert ZHANG not in text
        assert visitor.get("/record?day=2024-07-31")[1].count("这一天没有") == 1
        assert "<td>已答复</td>" in visitor.get("/")[1]
    seen = bank.log.path.with_name(f"{bank.log.path.name}.seen").read_text(encoding="utf-8")
    assert seen.count("查看 2024-08-01 的查询留痕") == 1


def test_of_a_day_that_cannot_be_it_shows_today(bank):
    with shown(bank) as visitor:
        visitor.login()
        for day in ("0001-01-01", "9999-12-31", "2024-08-02"):
            status, text = visitor.get(f"/record?day={day}")
            assert (status, "已改为今天" in text) == (200, True)


def test_its_words_and_marks_are_those_of_chinese(bank, keys):
    ask_all(bank, keys)
    take_correction(bank, ask_for_correction(ASKED, keys.platform))
    with shown(bank) as visitor:
        pages = [visitor.get("/login")[1], visitor.login("falsch falsch falsch")[2]]
        visitor.login()
        visitor.post("/switch", paused="yes", reason="系统升级")
        assert "最低生活保障" in visitor.get("/record?day=2024-08-01")[1]
        pages += [visitor.get(path)[1] for path in ("/", "/record?day=2024-08-01", "/corrections")]
        pages += [visitor.get("/record?day=1")[1], visitor.get("/nothing")[1]]
        pages.append(visitor.post("/switch", paused="yes", reason="")[2].decode())
    for one in pages:
        words = re.findall(r">([^<]+)<", one)
        assert [text for text in words if punctuated(text) != text] == []
        assert "dibao" not in one


def test_it_finds_by_decision_word_and_number_without_a_number_in_any_address(bank, keys):
    ask_all(bank, keys)
    with shown(bank) as visitor:
        visitor.login()

        def found(**form):
            status, _, content = visitor.post("/record", day="2024-08-01", **form)
            assert status == 200
            return set(re.findall(r"inquiry-[12]", content.decode()))

        assert found() == {"inquiry-1", "inquiry-2"}
        assert found(decision="refused") == {"inquiry-2"}
        assert found(text="SQ-310101-2024") == {"inquiry-1"}
        assert found(sender="320101-hedui") == set()
        assert found(number=ZHANG) == {"inquiry-1", "inquiry-2"}
        assert found(number=LI) == set()
        assert "身份号码有误" in visitor.post("/record", number="123")[2].decode()


def test_the_switch_pauses_and_goes_on_with_a_reason_and_a_name(bank, keys):
    with shown(bank) as visitor:
        visitor.login()
        assert visitor.post("/switch", paused="yes", reason="")[0] == 400
        assert bank.pause.reason() is None
        assert visitor.post("/switch", paused="yes", reason="系统升级")[0] == 303
        with pytest.raises(NotNow):
            answer(bank, search(keys, inquiry(keys)))
        assert "本部门已暂停答复：系统升级" in visitor.get("/")[1]
        assert visitor.post("/switch", paused="no", reason="升级完毕")[0] == 303
        assert answer(bank, search(keys, inquiry(keys)))
        # a form that another site made has not the word that ours carry
        status, _, _ = visitor.request("POST", "/switch", {"paused": "yes", "reason": "别处来的"})
        assert (status, bank.pause.reason()) == (403, None)
    assert [(e["by"], e["paused"]) for e in bank.pause.history()] == [(WHO, True), (WHO, False)]


def test_what_is_exported_is_no_formula_and_names_nobody(bank, keys):
    ask_all(bank, keys)
    evil = inquiry(keys, reference_id="=HYPERLINK(1)")
    answer(bank, search(keys, evil))
    with shown(bank) as visitor:
        visitor.login()
        status, headers, content = visitor.request(
            "GET", "/record.csv?from=2024-08-01&to=2024-08-01"
        )
        assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert [row["处理"] for row in rows] == ["answered", "refused", "answered"]
        assert rows[2]["查询编号"] == "'=HYPERLINK(1)"
        assert ZHANG not in content.decode("utf-8-sig")
        assert visitor.get("/record.csv?from=2020-01-01&to=2024-08-01")[0] == 400


def test_a_request_for_correction_is_taken_once_and_answered_signed(bank, keys):
    jws = ask_for_correction(ASKED, keys.platform)
    assert take_correction(bank, jws) == {"state": "received"}
    later = replace(bank, clock=lambda: NOW + timedelta(minutes=5))
    again = ask_for_correction(replace(ASKED, at=NOW + timedelta(minutes=5)), keys.platform)
    assert take_correction(later, again) == {"state": "received"}
    assert len(asked_for(bank)) == 1
    with pytest.raises(NumberUsed):
        take_correction(bank, ask_for_correction(replace(ASKED, fault="missing"), keys.platform))
    with shown(bank) as visitor:
        visitor.login()
        text = visitor.get("/corrections")[1]
        assert "账户余额：内容不对" in text
        form = {"partner": ASKED.sender, "number": ASKED.number}
        assert visitor.post("/corrections", **form, outcome="perhaps")[0] == 400
        assert visitor.post("/corrections", **form, outcome="corrected")[0] == 303
        # an answer that was given stays
        assert visitor.post("/corrections", **form, outcome="upheld")[0] == 400
    said = take_correction(bank, jws)
    found = read_correction(said["correction"], Verifier.of(bank.signer.public()))
    assert (said["state"], found.outcome, found.partner) == ("answered", "corrected", ASKED.sender)


def test_a_password_is_kept_so_that_it_cannot_be_read(tmp_path):
    path = tmp_path / "page.passwords"
    set_password(path, WHO, PASSWORD)
    set_password(path, "李科员", PASSWORD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text(encoding="utf-8")
    assert holds(path, WHO, PASSWORD)
    assert not holds(path, WHO, PASSWORD + "x")
    assert not holds(path, "王", "")
    set_password(path, WHO, "另一个很长的口令 2024")
    assert not holds(path, WHO, PASSWORD)
    for name, password in ((WHO, "short"), ("", PASSWORD), ("\n", PASSWORD)):
        with pytest.raises(PasswordError):
            set_password(path, name, password)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}")
def test_every_page_is_for_everybody_at_desk_and_phone_without_scripts(bank, keys, tmp_path):
    passwords = bank.log.path.parent / "page.passwords"
    with (
        served(page(bank, passwords, is_private=False)) as address,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        # axe itself is a script; the pages have none, and their policy lets none in
        desk = window(browser, address, tmp_path, bypass_csp=True)
        desk.open("/login")
        desk.look("login")
        desk.page.get_by_label("名称").fill(WHO)
        desk.page.get_by_label("口令").fill("wrong")
        desk.press("登录")
        desk.look("login-refused")
        desk.page.get_by_label("名称").fill(WHO)
        desk.page.get_by_label("口令").fill(PASSWORD)
        desk.page.keyboard.press("Enter")
        desk.page.get_by_role("heading", name="概况").wait_for()
        desk.look("overview-empty")
        ask_all(bank, keys)
        take_correction(bank, ask_for_correction(ASKED, keys.platform))
        desk.open("/")
        desk.page.get_by_text("按日的数字").click()
        desk.look("overview")
        desk.follow("查询留痕")
        desk.look("record")
        desk.page.get_by_label("处理").select_option("refused")
        desk.press("查找")
        assert "授权已过期" in desk.seen()
        desk.follow("更正请求")
        desk.look("corrections")
        desk.page.get_by_label("对 GZ-1 的答复").select_option("corrected")
        desk.press("签名答复")
        desk.look("corrections-answered")
        desk.follow("概况")
        desk.page.get_by_label("原因").fill("系统升级")
        desk.press("暂停答复")
        desk.look("paused")
        desk.open("/record?day=nonsense")
        desk.look("record-error")
        assert desk.complaints == []

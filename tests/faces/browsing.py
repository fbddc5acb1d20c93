"""A browser for the tests: pages that are looked at, measured and checked for accessibility."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = Path("/usr/bin/chromium")
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = (1280, 900), (360, 740)

MEASURE = """
(levels) => axe.run(document, {runOnly: levels}).then(result => result.violations.map(
  one => one.id + ' ' + one.nodes.map(node => node.target.join(' ')).join(', ')))
"""


@dataclass
class Window:
    """One officer's browser; `complaints` is what the page's console said was wrong."""

    page: Page
    address: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Open a page and return the status of the answer."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def heard(self, kind: str, text: str) -> None:
        """Note what the console complains about; a refusal (4xx) is no fault of the page."""
        if kind in {"error", "warning"} and "status of 4" not in text:
            self.complaints.append(text)

    def login(self, name: str, password: str) -> None:
        """Log in."""
        self.open("/login/")
        self.page.get_by_label("登录名").fill(name)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.get_by_role("heading", name="待办").wait_for()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the link of that name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def seen(self) -> str:
        """Tell what stands on the page, for whoever reads of a failure."""
        text = self.page.locator("body").inner_text()
        return f"at {self.page.url}, {self.page.title()}: {text[:800]} {self.complaints}"

    def look(self, name: str) -> None:
        """Keep pictures at desk and phone width, and check the page at both."""
        for size, suffix in ((DESK, ""), (PHONE, "-phone")):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            self.page.screenshot(path=self.shots / f"{name}{suffix}.png", full_page=True)
            faults = violations(self.page) + too_wide(self.page)
            assert faults == [], f"{name}{suffix}: {faults}"
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def violations(page: Page) -> list[str]:
    """Return what axe-core finds against WCAG A and AA."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(MEASURE, LEVELS)
    return found


def too_wide(page: Page) -> list[str]:
    """Return what makes a page scroll sideways."""
    found: list[str] = page.evaluate(
        "() => document.documentElement.scrollWidth <= window.innerWidth ? [] :"
        " [...document.querySelectorAll('body *')]"
        ".filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)"
        ".map(e => e.tagName + '.' + e.className).slice(0, 5)"
    )
    return found


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the browser of the system."""
    wishes = ["--no-sandbox", "--lang=zh-CN"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=wishes)
    try:
        yield browser
    finally:
        browser.close()


def window(browser: Browser, address: str, shots: Path, **options: Any) -> Window:
    """Open a window of its own, with nothing kept from others."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    context.set_default_timeout(20_000)
    opened = Window(context.new_page(), address, shots)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("console", lambda said: opened.heard(said.type, said.text))
    return opened

"""
The tutorial, followed word by word: its commands are run as written, its pages are walked.

Its beginning says what its signs mean: **pressed**, 「field」 `entered`, 『read』. The commands
run in a folder that looks like a fresh clone; there `hedui demo` gets a free port and no browser by
its own options, and the addresses in the text are read with that port.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect, sync_playwright

from hedui.faces.cli.processes import free_ports
from tests.architecture.house import ROOT
from tests.faces.browsing import CHROMIUM, Window, chromium, window
from tests.stories.demonstration import environment, wait_until

pytestmark = pytest.mark.slow
TUTORIAL = ROOT / "docs" / "tutorials" / "first-household.md"
IN_CHINESE = TUTORIAL.with_suffix(".zh-CN.md")
STEP = re.compile(
    r"^```(?P<block>\w+)\n(?P<code>.*?)^```$"
    r"|<(?P<open>http://127\.0\.0\.1:8000/[^>]*)>"
    r"|(?:log\s+in\s+as|以)\s+`(?P<login>\w+)`"
    r"|「(?P<name>[^」]+)」\s+`(?P<value>[^`]+)`"
    r"|\*\*(?P<press>[^*]+)\*\*"
    r"|『(?P<read>[^』]+)』",
    re.MULTILINE | re.DOTALL,
)
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
EXAMPLE_CODE = "ABCD-EFGH-JKMN"


@dataclass(frozen=True)
class Step:
    """One thing that the tutorial lets its reader do or see."""

    kind: str
    what: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.what} {self.value}".strip()


def steps(text: str) -> Iterator[Step]:
    """Yield the steps of a text, in order; what stands before its first heading explains them."""
    begins = text.index("\n## ")
    for found in STEP.finditer(text, begins):
        if found["block"]:
            yield Step(found["block"], found["code"])
        elif found["name"]:
            yield Step("fill", found["name"], found["value"])
        else:
            kind = next(k for k in ("open", "login", "press", "read") if found[k])
            yield Step(kind, " ".join(found[kind].split()))


@dataclass
class Clone:
    """A folder like a fresh clone after `make setup`, with the demonstration running in it."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    logins: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def lay_out(self) -> None:
        """Put in place what the commands of the tutorial find in a clone."""
        for name in ("Makefile", "pyproject.toml", "requirements", "examples"):
            (self.folder / name).symlink_to(ROOT / name)
        command = self.folder / ".venv" / "bin" / "hedui"
        command.parent.mkdir(parents=True)
        command.write_text(
            f'#!/bin/sh\n[ "$1" = demo ] && set -- "$@" --port {self.port} --no-browser\n'
            f'exec {sys.executable} -m hedui "$@"\n',
            encoding="utf-8",
        )
        command.chmod(0o755)
        (self.folder / ".venv" / ".ready").touch()

    def run(self, step: Step) -> None:
        """Run a command of the tutorial, or look for what it is said to print."""
        if step.kind == "text":
            for line in step.what.splitlines():
                assert line in self.said, f"not printed: {line}\n{self.said}"
        elif step.what.strip() == "make run":
            self._start(step.what)
        else:
            done = subprocess.run(
                ["sh", "-ec", step.what],
                cwd=self.folder,
                env=_plain(),
                text=True,
                capture_output=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, f"{step.what}\n{done.stdout}{done.stderr}"
            self.said = done.stdout

    def _start(self, command: str) -> None:
        if self.process:
            return
        # A test run in the background ignores Ctrl-C, and what it starts would inherit that.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", "sh", "-ec", command],
            cwd=self.folder,
            env=_plain(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        printed = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        assert "Ctrl-C" in printed, printed
        self.logins = dict(re.findall(r"^([a-z]+) +(\S{12}) ", printed, re.MULTILINE))

    def log(self, name: str) -> str:
        """Return the end of a process's log."""
        return (self.folder / "hedui-demo" / "logs" / f"{name}.log").read_text()[-2000:]

    def stop(self) -> None:
        """Press Ctrl-C: the whole foreground group of the terminal gets it."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(30)


def _plain() -> dict[str, str]:
    plain = environment(Path())
    del plain["HEDUI_DATA_DIR"]
    return plain


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Iterator[Clone]:
    made = Clone(tmp_path_factory.mktemp("clone"), *free_ports(1))
    made.lay_out()
    try:
        yield made
    finally:
        made.stop()


@dataclass
class Reader:
    """One who reads the tutorial and does what it says in a browser."""

    clone: Clone
    window: Window
    code: str = ""

    def follow(self, step: Step) -> None:
        """Do one step."""
        if step.kind in {"sh", "text"}:
            self.clone.run(step)
        elif step.kind == "fill":
            self._fill(step.what, step.value)
        else:
            {"open": self._open, "login": self._login, "press": self._press, "read": self._read}[
                step.kind
            ](step.what)

    def _open(self, address: str) -> None:
        if written := CODE.search(self.window.page.locator("body").inner_text()):
            self.code = written[0]
        self.window.page.goto(address.replace(":8000", f":{self.clone.port}"))

    def _login(self, name: str) -> None:
        self.window.login(name, self.clone.logins[name])

    def _press(self, label: str) -> None:
        page = self.window.page
        name = f"添加 {label[2:]}" if label.startswith("+ ") else label
        found = page.get_by_role("button", name=name, exact=True)
        for role in ("link", "checkbox"):
            found = found.or_(page.get_by_role(role, name=name, exact=True))
        found.or_(page.locator("summary", has_text=label)).first.click()

    def _fill(self, label: str, value: str) -> None:
        wanted = re.compile(rf"^\s*{re.escape(label)}\s*([(（]选填[)）])?\s*$")
        entry = self.window.page.get_by_label(wanted).last
        entry.wait_for()
        if value == EXAMPLE_CODE:
            assert self.code, "no report with a code was seen before"
            entry.fill(self.code)
        elif _tag(entry) == "SELECT":
            entry.select_option(label=value)
        elif entry.get_attribute("type") == "file":
            entry.set_input_files(ROOT / value)
        else:
            entry.fill(value)

    def _read(self, text: str) -> None:
        expect(self.window.page.locator("body")).to_contain_text(text, timeout=30_000)


def _tag(entry: Locator) -> str:
    return str(entry.evaluate("element => element.tagName"))


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}")
def test_the_tutorial_leads_a_reader_through_its_pages_word_by_word(clone, tmp_path):
    with sync_playwright() as playwright, chromium(playwright) as browser:
        opened = window(browser, f"http://127.0.0.1:{clone.port}", tmp_path)
        reader = Reader(clone, opened)
        for step in steps(TUTORIAL.read_text(encoding="utf-8")):
            try:
                reader.follow(step)
            except Exception as error:
                error.add_note(f"at the step of the tutorial: {step}")
                error.add_note(f"{opened.seen()}\nweb.log: {reader.clone.log('web')}")
                raise
        assert opened.complaints == []


def test_the_commands_of_the_tutorial_run_as_written(clone):
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.kind in {"sh", "text"}:
            clone.run(step)


def test_ctrl_c_stops_all_that_the_tutorial_started(clone):
    clone.run(Step("sh", "make run\n"))
    clone.stop()
    clone.process = None
    running = clone.folder / "hedui-demo"
    wait_until(lambda: str(running) not in _commands())


def _commands() -> str:
    """Return the command lines of all processes."""
    listed = subprocess.run(["ps", "-eo", "args"], text=True, capture_output=True, check=True)
    return listed.stdout


def test_the_tutorial_in_chinese_takes_the_same_steps():
    """What holds of one therefore holds of the other."""
    both = [list(steps(page.read_text(encoding="utf-8"))) for page in (TUTORIAL, IN_CHINESE)]
    assert both[0] == both[1]


def test_the_steps_of_a_text_are_read_in_order():
    text = (
        "**no** `x`\n## A\n「甲」 `1`, **乙**,\nthen log in\nas `who`; 『丙 丁』\n"
        "```sh\nls\n```\n<http://127.0.0.1:8000/v/>"
    )
    assert [str(step).strip() for step in steps(text)] == [
        "fill 甲 1",
        "press 乙",
        "login who",
        "read 丙 丁",
        "sh ls",
        "open http://127.0.0.1:8000/v/",
    ]

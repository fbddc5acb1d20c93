"""The policy officer's tutorial is followed, word for word, on a copy of the program."""

import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorials" / "change-a-rule.md").read_text(encoding="utf-8")
IN_CHINESE = (ROOT / "docs" / "tutorials" / "change-a-rule.zh-CN.md").read_text(encoding="utf-8")
NAMED = re.compile(r"^(?:File|Add to|文件|加到) `([^`]+)`[:：]$", re.MULTILINE)
FENCED = re.compile(r"^```\w+\n.*?^```", re.MULTILINE | re.DOTALL)
WRITTEN = re.compile(r"^(File|Add to) `([^`]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)

NAMES = ("sample", "policy simulate")


def follow(copy: Path, part: str) -> None:
    """Create and extend the files of a part of the tutorial."""
    for how, name, text in WRITTEN.findall(part):
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if how == "Add to" else ""
        path.write_text(f"{before}\n\n{text}" if before else text, encoding="utf-8")


def simulated(text: str) -> list[str]:
    """Give what stands behind `hedui sample` and `hedui policy simulate` in the third part."""
    part = text.partition("## 3. ")[2].replace("\\\n", " ")
    return [re.findall(rf"^hedui {name} (.*)$", part, re.MULTILINE)[0] for name in NAMES]


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `hedui policy` of the copy."""
    return hedui(copy, "policy", *words)


def hedui(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `hedui` of the copy."""
    return subprocess.run(
        [sys.executable, "-m", "hedui", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_an_officer_enters_a_standard_and_adds_a_deduction(tmp_path):
    shutil.copytree(ROOT / "src" / "hedui", tmp_path / "src" / "hedui")
    standard, _, rest = TUTORIAL.partition("## 2. ")
    deduction, _, _ = rest.partition("## 3. ")
    shown = run(tmp_path, "show", "360722", "--on", "2025-08-01")
    assert "低于 800.00元/月" in shown.stdout and "360700" in shown.stdout
    follow(tmp_path, standard)
    differs = run(
        tmp_path,
        *("compare", "360722", "--on", "2025-06-30", "--and-on", "2025-08-01"),
        *("--parameters", "mine"),
    )
    assert differs.stdout.strip() in TUTORIAL and "860.00" in differs.stdout
    tested = run(tmp_path, "test", "mine/cases", "--parameters", "mine")
    assert tested.stdout.splitlines()[-1] == "2 passed, 0 failed"
    follow(tmp_path, deduction)
    wrong = run(tmp_path, "test", "mine/cases", "--parameters", "mine")
    assert (wrong.stdout.splitlines()[-1], wrong.returncode) == ("3 passed, 1 failed", 1)
    assert "应为 920.00,实为 704.00" in wrong.stdout
    case = tmp_path / "mine" / "cases" / "school.yaml"
    case.write_text(case.read_text("utf-8").replace("920.00", "704.00"), encoding="utf-8")
    right = run(tmp_path, "test", "mine/cases", "--parameters", "mine")
    assert right.stdout.splitlines()[-1] == "4 passed, 0 failed"
    asked = simulated(TUTORIAL)
    for words in (["sample", *asked[0].split()], ["policy", "simulate", *asked[1].split()]):
        done = hedui(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    assert "没有影响" not in done.stdout and "没有一户" not in done.stdout
    before, after = re.findall(r"最低生活保障:.*月金额 ([0-9.]+) → ([0-9.]+) 元", done.stdout)[0]
    assert Decimal(after) > Decimal(before) > 0


def test_the_tutorial_in_chinese_has_the_same_files_and_commands():
    """What holds of one therefore holds of the other."""
    assert NAMED.findall(IN_CHINESE) == NAMED.findall(TUTORIAL)
    assert len(NAMED.findall(TUTORIAL)) == len(WRITTEN.findall(TUTORIAL))
    assert FENCED.findall(IN_CHINESE) == FENCED.findall(TUTORIAL)
    assert re.findall("^## [0-9]", IN_CHINESE, re.MULTILINE) == ["## 1", "## 2", "## 3", "## 4"]

"""Documents hold what they promise: links lead somewhere, decisions are short and complete."""

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, project_files, shown

DECISIONS = ROOT / "docs" / "decisions"
SECTIONS = ["Context", "Decision", "Consequences", "Rejected", "What would change our mind"]
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
NUMBERED = re.compile(r"^(\d{4})-[a-z0-9-]+\.md$")
LINES_OF_A_DECISION = 60


def documents() -> list[Path]:
    """List the project's Markdown files."""
    return [path for path in project_files() if path.suffix == ".md"]


def prose(text: str) -> str:
    """Take code blocks and code spans out: what stands in them is no link."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Name the anchors that a renderer gives to the headings of a document."""
    found = set()
    for title in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def broken_links(path: Path, text: str) -> list[str]:
    """List the links of a document that lead to no file, or to no heading of that file."""
    found = []
    for link in LINK.findall(prose(text)):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        name, _, anchor = link.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists():
            found.append(link)
        elif anchor and there.suffix == ".md":
            content = text if there == path else there.read_text(encoding="utf-8")
            if anchor.lower() not in anchors(content):
                found.append(link)
    return found


def decisions() -> list[Path]:
    """List the decision records in the order of their numbers."""
    return sorted(
        path for path in documents() if path.parent == DECISIONS and path.stem != "README"
    )


def test_every_link_in_the_documents_leads_somewhere():
    found = {shown(p): broken_links(p, p.read_text(encoding="utf-8")) for p in documents()}
    assert found
    assert {name: links for name, links in found.items() if links} == {}


def test_every_page_of_the_documentation_can_be_reached_from_its_index():
    reached = {ROOT / "docs" / "README.md"}
    waiting = list(reached)
    while waiting:
        page = waiting.pop()
        for link in LINK.findall(prose(page.read_text(encoding="utf-8"))):
            there = (page.parent / link.partition("#")[0]).resolve()
            if there.suffix == ".md" and there.is_file() and there not in reached:
                reached.add(there)
                waiting.append(there)
    pages = {path for path in documents() if path.is_relative_to(ROOT / "docs")}
    assert sorted(map(shown, pages - reached)) == []


def test_decisions_are_numbered_without_gaps():
    names = [path.name for path in decisions()]
    assert [name for name in names if not NUMBERED.match(name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert len(names) >= 12


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_is_short_and_complete(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_OF_A_DECISION
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_every_guarantee_links_the_test_that_holds_it():
    text = (ROOT / "docs" / "explanation" / "guarantees.md").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if re.match(r"\| \d", row)]
    assert rows
    assert [row for row in rows if not re.search(r"\]\(\.\./\.\./tests/\S+\.py\)", row)] == []


def test_the_check_sees_broken_links(tmp_path):
    page = tmp_path / "page.md"
    text = (
        "# A `title` 中文\n[a](#a-title-中文) [b](#nowhere) [c](page.md)"
        " [d](gone.md#x) ![e](no.svg)"
        "\n[f](https://example.org/x) `[g](code.md)`\n```\n[h](fenced.md)\n```\n"
    )
    page.write_text(text, encoding="utf-8")
    assert broken_links(page, text) == ["#nowhere", "gone.md#x", "no.svg"]

"""The page for people: whole in itself, legible on a phone and on paper, and without a person."""

import json
import re

import pytest
from playwright.sync_api import sync_playwright

from hedui.batch import sample
from hedui.batch.asked import everywhere
from hedui.batch.recheck import recheck, report
from hedui.batch.sample.registry import write_registry
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import written
from tests.faces.browsing import AXE, DESK, LEVELS, MEASURE, PHONE, chromium


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    made = sample.many(20, 3, **GOLDEN)
    write_registry(made, folder / "registry")
    sample.write_sources(made, folder / "sources")
    recheck(folder / "registry", folder / "sources", folder / "out")
    return folder / "out"


def test_it_fetches_nothing_and_runs_nothing(out):
    page = (out / "summary.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|<iframe|https?:|url\(|@import| on[a-z]+=", page)


def test_nobody_stands_on_it(out):
    page = (out / "summary.html").read_text(encoding="utf-8")
    registry = out.parent / "registry"
    for member in written(registry / "members.csv"):
        for cell in (member["name"], member["id_number"], member["household_id"]):
            assert cell not in page


def test_it_says_what_the_summary_says(out):
    page = (out / "summary.html").read_text(encoding="utf-8")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    del summary["outputs"]["summary.html"], summary["outputs"]["changes.parquet"]
    for digest in (*summary["inputs"].values(), *summary["outputs"].values()):
        assert digest in page
    for source in everywhere().values():
        assert source.label in page
    asked = summary["members"] - summary["members_without_authorization"]
    assert summary["answers"]["securities"]["no_reply"] == asked
    assert f"<td>{asked}</td>" in page
    assert sum(summary["outcomes"]["changed"].values()) == summary["households"]
    assert "不是停发" in page


def test_it_says_how_many_candidates_there_are_and_who_confirms_them(out):
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert "人选" not in report.page(summary)  # nobody asked for them
    page = report.page(summary | {"candidates": {"real_estate": 1234, "bank": 0}})
    assert "<td>1,234</td>" in page
    assert "人选在 candidates 中" in page
    assert "不在本程序中登记" in page
    assert "人选):没有" in report.page(summary | {"candidates": {}})


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_it_is_accessible_and_fits_the_screen(out, size):
    with sync_playwright() as driver, chromium(driver) as browser:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto((out / "summary.html").as_uri())
        page.evaluate(AXE)
        assert page.evaluate(MEASURE, LEVELS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.pdf() if size == DESK else True

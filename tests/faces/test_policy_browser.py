"""
A policy officer at the pages on parameters, at a simulation, and at a report's explanation.

In a real browser against real processes; the pictures lie under `shots`, at desk and phone width
and as printed.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.faces.browsing import CHROMIUM, Window, chromium
from tests.faces.test_browser import Town
from tests.stories.demonstration import demonstration

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory, tables):
    shots = tmp_path_factory.mktemp("shots")
    with (
        demonstration(tmp_path_factory.mktemp("demo") / "hedui", tables=tables) as demo,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        yield Town(demo, browser, shots)


def print_out(desk: Window, name: str) -> Path:
    """Keep a picture of the page as it is printed, and its PDF."""
    desk.page.emulate_media(media="print")
    desk.page.screenshot(path=desk.shots / f"{name}-print.png", full_page=True)
    file = desk.shots / f"{name}.pdf"
    desk.page.pdf(path=file, format="A4")
    desk.page.emulate_media(media="screen")
    return file


def test_an_officer_finds_a_place_and_reads_what_holds_there(town):
    desk = town.window("jiedao")
    desk.follow("政策")
    desk.look("policy-1-places")
    desk.page.get_by_label("查找地方").fill("信丰")
    desk.press("查找")
    desk.follow("江西省赣州市信丰县")
    expect(desk.page.locator("main")).to_contain_text("低于 800.00元/月")
    expect(desk.page.locator("main")).to_contain_text("江西省赣州市")
    desk.look("policy-2-place")
    print_out(desk, "policy-2-place")
    chart = desk.page.get_by_role("img", name="最低生活保障标准的变化")
    expect(chart).to_be_visible()
    desk.follow("最低生活保障标准")
    expect(desk.page.get_by_role("table")).to_contain_text("算例，不是公布数")
    desk.look("policy-3-parameter")
    print_out(desk, "policy-3-parameter")
    desk.page.go_back()
    desk.follow("与另一日、另一地比较")
    desk.page.get_by_label("另一地方").fill("310101")
    desk.press("比较")
    expect(desk.page.get_by_role("table")).to_contain_text("1595.00元/月")
    desk.look("policy-4-compare")
    assert desk.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_change_is_simulated_in_two_scenarios(town, scripts):
    desk = town.window("jiedao", java_script_enabled=scripts)
    desk.open("/policy/310101/?on=2025-08-01")
    desk.follow("模拟调整")
    page = desk.page
    page.locator("#id_s0-name0").select_option("standard_monthly")
    page.locator("#id_s0-value0").fill("1700.00")
    desk.press("再加一个方案")
    expect(page.locator("#id_s0-value0")).to_have_value("1700.00")
    page.locator("#id_s1-name0").select_option("standard_monthly")
    page.locator("#id_s1-value0").fill("一千五")
    desk.press("模拟")
    expect(page.locator(".faults")).to_be_visible()
    if scripts:
        desk.look("simulation-1-faults")
    page.locator("#id_s1-value0").fill("1500.00")
    desk.press("模拟")
    expect(page.get_by_role("heading", name="结果")).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(2)
    fold = page.locator("details.fold", has_text="最低生活保障：谁受益，谁受损").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold.get_by_text("都是60周岁以上的人")).to_be_visible()
    if scripts:
        desk.look("simulation-2-result")
        print_out(desk, "simulation-2-result")
    with page.expect_download() as waiting:
        desk.press("下载 CSV")
    assert "最低生活保障" in waiting.value.path().read_text(encoding="utf-8-sig")
    assert desk.complaints == []


def test_a_report_is_explained_and_its_tree_opened_by_keyboard(town):
    desk = town.window("jingban", java_script_enabled=False)
    case = "310101-" + town.demo.printed.split("HD-310101-")[1][:11]
    desk.open(f"/reports/HD-{case}-1/")
    desk.follow("给家庭的说明和计算过程图")
    page = desk.page
    first = page.locator(".tree summary").first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tree details").first).to_have_attribute("open", "")
    expect(page.locator(".sentences")).to_contain_text("全家计入的收入")
    desk.follow("全部展开（打印用）")
    expect(page.locator(".tree details:not([open])")).to_have_count(0)
    print_out(desk, "explanation")
    seeing = town.window("jingban")
    seeing.open(f"/reports/HD-{case}-1/explanation/")
    seeing.look("explanation")
    seeing.open(f"/reports/HD-{case}-1/explanation/?unfold")
    seeing.look("explanation-unfolded")
    assert desk.complaints == seeing.complaints == []

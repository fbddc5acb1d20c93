"""
The whole way in a real browser against real processes: intake, authorization, commission, report.

The pictures lie in pytest's temporary folder under `shots`; look at them after a change of look.
"""

import base64
import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from hedui.batch.sample.scans import scan
from hedui.procedure.authorizations import totp
from tests import cast
from tests.faces.browsing import CHROMIUM, PHONE, Window, chromium, violations, window
from tests.stories.demonstration import Demonstration, demonstration

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"没有浏览器:{CHROMIUM}"),
]
CODE = re.compile(r"^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$")


@dataclass
class Town:
    """The demonstration, and a browser to look at it with."""

    demo: Demonstration
    browser: Browser
    shots: Path

    def window(self, officer: str = "", **options: bool) -> Window:
        """Open a window, logged in as an officer of the demonstration if one is named."""
        opened = window(self.browser, f"http://127.0.0.1:{self.demo.port}", self.shots, **options)
        if officer:
            opened.login(officer, self.demo.logins[officer])
        return opened


@pytest.fixture(scope="module")
def town(tmp_path_factory, tables):
    shots = tmp_path_factory.mktemp("shots")
    with (
        demonstration(tmp_path_factory.mktemp("demo") / "hedui", tables=tables) as demo,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        yield Town(demo, browser, shots)


def requests_within(desk: Window, *, seconds: float) -> list[str]:
    """Return what a page asks for by itself, once what is under way has come in."""
    desk.page.wait_for_timeout(1500)  # what was on its way when it came in
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.wait_for_timeout(seconds * 1000)
    return asked


def put_on_record(demo: Demonstration, source: str, **cells: str) -> None:
    """Let a department hold a row."""
    file = demo.folder / "departments" / f"{source}.csv"
    with file.open(encoding="utf-8", newline="") as table:
        names = next(csv.reader(table))
    with file.open("a", encoding="utf-8", newline="") as table:
        csv.DictWriter(table, names).writerow(cells)


def told(desk: Window, sentence: str) -> None:
    """Wait for the page that says what was done."""
    expect(desk.page.locator(".notice.good")).to_contain_text(sentence)


def add_member(desk: Window, name: str, number: str, relation: str) -> None:
    page = desk.page
    page.get_by_label("姓名").fill(name)
    page.get_by_label("公民身份号码").fill(number)
    page.get_by_label("与申请人关系").select_option(label=relation)


def authorize(desk: Window, signer: str, number: str = "") -> None:
    desk.page.get_by_label("授权书编号").fill(number)
    paper = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": scan(signer)}
    desk.page.get_by_label("已签名的授权书扫描件").set_input_files(paper)
    desk.press("登记授权")
    told(desk, "授权已登记")


def test_a_household_is_verified_from_intake_to_signature(town):
    today = datetime.now(UTC).date().isoformat()
    put_on_record(
        town.demo,
        "vehicle",
        name="张三",
        id_number=cast.ZHANG_SAN,
        as_of=today,
        plate_class="小型汽车",
        vehicle_class="car",
        brand="样例牌",
        use="private",
        registered_on="2020-05-01",
        status="normal",
        purchase_price_fen="8000000",
    )
    number = declare_a_household(town)
    street = town.window("jiedao")
    street.open(f"/cases/{number}/")
    page = street.page

    street.follow("登记张三的授权")
    street.look("07-authorization")
    authorize(street, "Zhang San")
    street.follow("张小的授权")
    expect(page.get_by_role("combobox", name="监护人")).to_have_value("m1")
    authorize(street, "for Zhang Xiao")
    street.look("08-case-authorized")
    page.get_by_text("有人不授权，也要委托核对").click()
    page.get_by_label("不查询没有授权的成员").check()
    street.press("委托核对（仅查询已授权成员）")
    told(street, "已委托核对")
    expect(page.locator(".next")).to_contain_text("报告初稿已生成", timeout=30_000)
    expect(page.get_by_text("无记录")).to_have_count(11)
    assert requests_within(street, seconds=2.5) == []  # the page asks for news no longer
    street.look("09-case-answered")
    assert street.open(f"/reports/HD-{number}-1/") == 404  # a draft is the body's alone
    sign_the_report(town, number)

    street.open(f"/cases/{number}/")
    street.look("14-case-issued")
    street.follow("查看核对报告")
    car = page.locator("tr", has_text="机动车数量").first
    expect(car).to_contain_text("不一致")
    assert street.complaints == []


def declare_a_household(town: Town) -> str:
    """Enter 张三 with his wife and child, with a slip on the way, and return the case's number."""
    street = town.window("jiedao")
    page = street.page
    street.look("01-home")
    street.follow("新建申请")
    street.look("02-new")
    street.press("登记并填写申报")
    number = page.url.rstrip("/").rpartition("/")[2]
    street.follow("添加申请人")
    add_member(street, "张三", cast.ZHANG_SAN[:-1] + "0", "本人")
    street.press("添加 工资性收入")
    expect(page.locator("#incomes-0-kind")).to_be_focused()
    page.locator("#incomes-0-amount").fill("50,400.00")
    street.press("添加 存款")
    page.locator("#assets-0-value").fill("三万")
    street.press("保存")
    summary = page.locator("#faults")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("公民身份号码")
    expect(summary).to_contain_text("金额")
    street.look("03-member-faults")
    summary.get_by_role("link").first.click()
    expect(page.locator("#id_number")).to_be_focused()
    page.locator("#id_number").fill(cast.ZHANG_SAN)
    page.locator("#assets-0-value").fill("30000")
    street.press("保存")
    told(street, "张三 的申报已填好")
    others = (("李四", cast.LI_SI, "配偶"), ("张小", cast.ZHANG_XIAO, "子女"))
    for name, number_, relation in others:
        street.follow("添加成员")
        add_member(street, name, number_, relation)
        street.press("保存")
        told(street, f"{name} 的申报已填好")
    street.look("04-case-drafted")
    street.follow("核对并确认申报")
    expect(page.get_by_text("¥50,400.00")).to_be_visible()
    street.look("05-confirm")
    street.press("确认申报")
    expect(page.get_by_role("alert")).to_contain_text("请先向申请人宣读")
    street.look("05-confirm-refused")
    page.get_by_label("已向申请人宣读").check()
    street.press("确认申报")
    expect(page.locator(".next")).to_contain_text("还有 3 人没有授权")
    street.look("06-case-declared")
    assert street.complaints == []
    return number


def sign_the_report(town: Town, number: str) -> None:
    """Let one officer submit the report and another issue it."""
    first, second = town.window("jingban"), town.window("qianfa")
    first.open(f"/cases/{number}/")
    first.follow("审阅报告初稿")
    first.look("10-report-draft")
    first.page.get_by_label("结果", exact=True).select_option("inconsistent")
    expect(first.page.locator("table.findings tr.consistent")).to_have_count(0)
    expect(first.page.locator("table.findings tr.inconsistent").first).to_be_visible()
    first.look("11-report-filtered")
    first.press("提交签发")
    told(first, "已提交")
    second.open("/")
    second.look("12-home-countersign")
    second.follow(number)
    second.follow("复核并签发")
    second.press("签发报告")
    told(second, "已签发")
    second.look("13-report-issued")
    code = second.page.get_by_role("link", name=CODE).inner_text()
    stranger = town.window()
    stranger.open("/verify/")
    stranger.look("15-verify")
    stranger.page.get_by_label("核验码").fill(code.lower().replace("-", " "))
    stranger.press("查验")
    expect(stranger.page.locator("main")).to_contain_text("报告真实")
    expect(stranger.page.locator("main")).not_to_contain_text("张")
    stranger.look("16-verify-confirmed")
    assert [desk.complaints for desk in (first, second, stranger)] == [[], [], []]


def test_a_family_objects_and_a_new_version_says_what_came_of_it(town):
    """On the report that the demonstration issued: handed over, contested, upheld, revised."""
    report = "HD-" + town.demo.printed.split("HD-")[1].split()[0]
    street, reviewer = town.window("jiedao"), town.window("minzheng")
    prepares, signs = town.window("jingban"), town.window("qianfa")
    street.open(f"/reports/{report}/")
    street.look("30-report-to-deliver")
    street.follow("登记送达")
    street.press("登记送达")
    expect(street.page.locator(".faults")).to_contain_text("请选择送达给谁")
    street.look("31-deliver-refused")
    street.page.get_by_label("送达给谁").select_option(index=1)
    street.page.get_by_label("送达方式").select_option("counter")
    street.page.get_by_label("由谁签收").fill("本人签字领取")
    street.press("登记送达")
    told(street, "已登记送达")
    street.follow("登记异议")
    street.look("32-object")
    expect(street.page.locator(".contested :checked")).to_have_count(0)
    street.page.get_by_label("由谁提出").select_option(index=1)
    for folded in street.page.locator("summary", has_text="没有不一致").all():
        folded.click()
    money = street.page.locator(".contested", has_text="存款余额").first
    money.get_by_role("checkbox").focus()
    street.page.keyboard.press("Space")
    street.press("登记异议")
    expect(street.page.locator(".faults")).to_contain_text("请写明异议理由")
    street.look("33-object-refused")
    street.page.locator(".faults a").first.click()
    street.page.keyboard.type("其中五万元是交通事故赔偿款")
    street.page.get_by_label("材料1是什么").fill("赔偿协议")
    paper = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": scan("agreement")}
    street.page.get_by_label("材料1的扫描件").set_input_files(paper)
    street.press("登记异议")
    told(street, "暂缓使用")
    street.look("34-objection-taken-in")
    number = street.page.url.rstrip("/").rpartition("/")[2]
    prepares.open(f"/objections/{number}/")
    prepares.page.get_by_text("对来源有疑问").click()
    prepares.page.get_by_label("理由", exact=True).select_option("objection")
    prepares.look("35-ask-again")
    prepares.press("发起复核查询")
    told(prepares, "已发起复核查询")
    reviewer.open("/")
    reviewer.look("36-home-reviews")
    reviewer.follow(number)
    for _ in range(100):
        reviewer.page.reload()
        if reviewer.page.get_by_role("button", name="记录复核结论").count():
            break
        reviewer.page.wait_for_timeout(100)
    reviewer.page.get_by_label("复核结论").select_option("upheld")
    reviewer.page.get_by_label("差异原因").select_option("exempt")
    reviewer.page.get_by_label("认定数额").fill("1000")
    reviewer.page.get_by_label("理由和看过的材料").fill("与协议和入账记录相符")
    reviewer.press("记录复核结论")
    expect(reviewer.page.locator(".faults")).to_contain_text("请先打开")
    reviewer.look("37-review-refused")
    with reviewer.page.context.expect_page():
        reviewer.page.locator("#papers-title + ul a").click()
    reviewer.press("记录复核结论")
    told(reviewer, "已记录复核结论")
    reviewer.look("38-reviewed")
    reviewer.open("/objections/statistics/")
    reviewer.look("39-statistics")
    prepares.open(f"/reports/{report}/")
    prepares.page.get_by_text("拟制新版报告").click()
    prepares.page.get_by_label("原因").select_option("objection")
    prepares.press("拟制新版")
    told(prepares, "已拟制第 2 版")
    prepares.look("40-second-version")
    prepares.page.goto(prepares.page.url + "findings/0/accept/")
    prepares.look("41-accept")
    prepares.page.go_back()
    prepares.press("提交签发")
    second = prepares.page.url.rstrip("/").rpartition("/")[2]
    signs.open(f"/reports/{second}/")
    signs.press("签发报告")
    told(signs, "已签发")
    street.open(f"/reports/{report}/")
    expect(street.page.locator(".notice.warn")).to_contain_text("第 2 版")
    street.look("42-replaced")
    street.page.get_by_role("link", name=CODE).click()
    expect(street.page.locator("main")).to_contain_text("已被新版")
    street.look("43-verify-replaced")
    assert [w.complaints for w in (street, reviewer, prepares, signs)] == [[], [], [], []]


def test_an_agreement_is_proposed_at_one_desk_and_approved_at_another(town):
    system, security = town.window("guanli"), town.window("anquan")
    system.open("/agreements/")
    system.look("20-agreements")
    system.follow("税务局")
    system.look("21-agreement")
    system.press("立即终止")
    told(system, "协议已终止")
    system.open("/departments/")
    system.look("22-departments")
    system.page.get_by_role("link", name=re.compile("提出协议.*税务局")).focus()
    system.page.keyboard.press("Enter")
    system.page.get_by_label("已缴税额").uncheck()
    system.page.get_by_label("服务时间起").fill("08:00")
    system.page.get_by_label("部门联系人").fill("数据处 021-0000")
    system.page.get_by_label("依据").fill("社会救助暂行办法 第58条")
    system.press("提出协议")
    expect(system.page.locator(".faults")).to_contain_text("服务时间请写明起止两个时刻")
    system.look("23-agreement-refused")
    system.page.get_by_label("服务时间起").fill("")
    system.press("提出协议")
    told(system, "待另一位安全管理员批准")
    security.open("/agreements/")
    security.look("24-agreements-to-approve")
    security.follow("税务局")
    security.look("25-agreement-to-approve")
    security.press("批准协议")
    told(security, "协议已批准")
    security.look("26-agreement-approved")
    assert system.complaints == security.complaints == []


def test_a_system_is_proposed_at_one_desk_approved_at_another_and_given_its_token(town):
    system, security = town.window("guanli"), town.window("anquan")
    system.open("/clients/")
    system.look("27-clients-none")
    system.follow("提出接入系统")
    system.page.get_by_label("系统名称").fill("区社会救助信息系统")
    system.page.get_by_label("所属机构").select_option(index=1)
    system.press("提出")
    expect(system.page.locator(".faults")).to_contain_text("请填写系统负责人")
    system.page.get_by_label("系统负责人").fill("信息科 021-0000")
    system.press("提出")
    told(system, "待另一位安全管理员批准")
    security.open("/clients/")
    security.follow("区社会救助信息系统")
    security.look("28-client-to-approve")
    security.press("批准接入")
    told(security, "接入系统已批准")
    system.follow("区社会救助信息系统")
    system.follow("发放令牌")
    system.press("发放")
    shown = system.page.locator("code.token")
    expect(shown).to_contain_text("hedui_")
    system.look("29-token")
    secret = shown.inner_text()
    system.follow("已经抄存")
    system.follow("登记推送地址")
    system.page.get_by_label("推送地址").fill("http://jiuzhu.example.gov.cn/news")
    system.press("登记")
    expect(system.page.locator(".faults")).to_contain_text("地址应为其他主机的 https 地址")
    system.page.get_by_label("推送地址").fill("https://jiuzhu.example.gov.cn/news")
    system.press("登记")
    told(system, "推送地址已登记")
    expect(system.page.locator("main")).not_to_contain_text(secret)
    system.look("30-client")
    assert system.complaints == security.complaints == []


# Where another answer is meant than the page asked for, it stands beside the path.
Paths = list[str | tuple[str, int]]


@pytest.mark.parametrize(
    ("officer", "paths"),
    [
        (
            "",
            ["/login/", "/verify/", ("/verify/ABCD-EFGH-JKMN/", 404), "/mine/", ("/nowhere/", 404)],
        ),
        (
            "jiedao",
            [
                "/?stage=all",
                "/cases/new/",
                "/cases/import/",
                "/cases/import/workbook/",
                "/departments/",
                "/password/",
                "{case}",
                "{case}history/",
                "{case}steps/",
                "{case}steps/visit/",
                "/due/?urgency=later",
                "{case}members/b/authorization/",
                ("/agencies/", 403),
                "/erasures/",
            ],
        ),
        ("jingban", ["/", "{report}", "{case}withholdings/", "{case}members/b/withhold/"]),
        ("anquan", ["/budgets/", "/budgets/new/", "/texts/", "/texts/new/", "/texts/form-2024-1/"]),
        ("shenji", ["/", "/audit/", ("/audit/?number=nobody", 422), "/audit/?day=2024-08-01"]),
        (
            "guanli",
            [
                "/",
                "/departments/new/",
                "/agencies/",
                "/agencies/new/",
                "/officers/new/",
                "/officers/appoint/",
                "/clients/",
                "/clients/new/",
                "/partners/",
                "/partners/new/",
            ],
        ),
    ],
)
def test_every_page_is_accessible_and_fits_a_phone(town, officer, paths: Paths):
    desk = town.window(officer)
    case = "310101-" + town.demo.printed.split("HD-310101-")[1][:11]
    for given in paths:
        path, status = (given, 200) if isinstance(given, str) else given
        wanted = path.format(case=f"/cases/{case}/", report=f"/reports/HD-{case}-1/")
        assert (desk.open(wanted), desk.page.url) == (status, desk.address + wanted)
        desk.look(f"page-{officer or 'anybody'}{wanted.replace('/', '_').replace('?', '_')}")
    assert desk.complaints == []


def test_the_check_for_accessibility_sees_a_fault(town):
    desk = town.window()
    desk.open("/login/")
    desk.page.evaluate("() => document.querySelector('label').remove()")
    assert violations(desk.page) != []


def test_a_member_can_be_filled_in_without_scripts(town):
    desk = town.window("jiedao", java_script_enabled=False)
    desk.open("/cases/new/")
    desk.press("登记并填写申报")
    desk.follow("添加申请人")
    add_member(desk, "李四", cast.LI_SI, "本人")
    desk.press("添加 财产净收入")
    desk.page.locator("#incomes-0-amount").fill("100")
    desk.press("添加 支出")
    expect(desk.page.locator("#incomes-0-amount")).to_have_value("100.00")
    desk.press("删除收入第 1 项 财产净收入")
    expect(desk.page.locator("#incomes-0-amount")).to_have_count(0)
    expect(desk.page.locator("#expenses-0-amount")).to_have_count(1)
    desk.press("先存草稿，稍后再填")
    told(desk, "草稿已保存")


def test_enter_in_a_field_saves_and_neither_adds_nor_removes(town):
    desk = town.window("jiedao")
    desk.open("/cases/new/")
    desk.press("登记并填写申报")
    desk.follow("添加申请人")
    add_member(desk, "张三", cast.ZHANG_SAN, "本人")
    desk.press("添加 存款")
    desk.page.locator("#assets-0-value").fill("1")
    desk.page.locator("#assets-0-value").press("Enter")
    told(desk, "张三 的申报已填好")


def test_the_menu_of_the_account_is_reached_and_left_by_keyboard(town):
    desk = town.window("jiedao")
    menu = desk.page.locator("details.who")
    menu.locator("summary").focus()
    desk.page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    desk.page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    desk.page.keyboard.press("Enter")
    desk.press("退出登录")
    expect(desk.page.get_by_role("heading", name="登录工作台")).to_be_visible()


def test_a_person_signs_on_a_telephone(town):
    number = declare_a_household(town)
    desk, phone = town.window("jiedao"), town.window()
    way = f"/cases/{number}/members/m1/authorization/"
    desk.open(way)
    desk.page.get_by_text("为本人登记线上签署").click()
    desk.page.locator("form[action$='/enrol/']").get_by_label("本人在场").check()
    desk.press("登记并显示二维码")
    desk.page.get_by_text("不能扫码时手工输入").click()
    desk.look("20-enrolled")
    secret = base64.b32decode(desk.page.locator("details code").inner_text())
    address = re.search(r"/sign/[\w-]+/", desk.page.content())

    assert address and phone.open(address[0]) == 200
    phone.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    phone.look("21-sign")
    phone.page.get_by_role("checkbox").first.uncheck()
    phone.press("我已阅读并同意，签署")
    expect(phone.page.locator("#code")).to_be_focused()
    phone.look("22-sign-fault")
    phone.page.get_by_role("textbox", name="动态码").fill(
        totp.code(secret, int(time()) // totp.STEP)
    )
    phone.page.keyboard.press("Enter")
    phone.page.get_by_role("heading", name="已签署").wait_for()
    phone.look("23-signed")

    desk.open(way)
    desk.look("24-to-register")
    desk.press("登记这份线上签署的授权")
    told(desk, "授权已登记")
    desk.open(way)
    desk.follow("查看签署件")
    desk.page.get_by_role("heading", name="张三的电子签名").wait_for()
    desk.look("25-record")
    assert desk.complaints == phone.complaints == []


def test_a_person_sees_on_a_telephone_who_asked_about_them(town):
    """By the number on the form that was printed for them, and their own."""
    number = declare_a_household(town)
    desk, phone = town.window("jiedao"), town.window()
    way = f"/cases/{number}/members/m1/authorization/"
    desk.open(way)
    printed = desk.page.context.request.get(f"{desk.page.url}form.pdf")
    sheet = re.search(r"SQ(-[A-Z0-9]{4}){3}", printed.headers["content-disposition"])
    assert sheet
    desk.open(way)
    desk.look("26-printed")
    authorize(desk, "Zhang San on a numbered form", number=sheet[0])

    phone.open("/mine/")
    phone.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for person in (cast.LI_SI, cast.ZHANG_SAN):
        phone.page.get_by_label("授权书编号").fill(sheet[0].lower())
        phone.page.get_by_label("公民身份号码").fill(person)
        phone.press("查看")
        phone.look("27-own-wrong" if person == cast.LI_SI else "28-own")
    phone.page.get_by_role("heading", name="的查询记录").wait_for()
    expect(phone.page.locator("main")).to_contain_text("登记授权")
    assert phone.complaints == []


def test_what_is_held_back_is_proposed_confirmed_and_ended_by_two(town):
    case = "310101-" + town.demo.printed.split("HD-310101-")[1][:11]
    first, second = town.window("jingban"), town.window("qianfa")
    first.open(f"/cases/{case}/withholdings/")
    first.look("30-withheld-none")
    first.page.get_by_role("link", name="张伟民", exact=True).click()
    first.press("提出")
    expect(first.page.locator(".faults a")).to_have_count(5)
    first.look("31-withhold-faults")
    first.page.locator(".faults a").first.click()
    expect(first.page.locator("#id_entries_0")).to_be_focused()
    first.page.locator("#id_entries_0").check()
    first.page.get_by_label("理由").select_option(index=1)
    first.page.get_by_label("依据").select_option(index=1)
    first.page.get_by_label("来函文号").fill("示公协〔2026〕1号")
    last = datetime.now(UTC).date() + timedelta(days=30)
    first.page.get_by_label("暂不展示至").fill(last.isoformat())
    first.press("提出")
    told(first, "已提出")
    first.look("32-withheld-proposed")
    second.open("/")
    second.look("33-home-to-confirm")
    second.page.locator(".notice").get_by_role("link", name=case).click()
    second.page.get_by_role("button", name="确认暂不展示").click()
    told(second, "已确认")
    second.look("34-withheld")
    first.open(f"/cases/{case}/withholdings/")
    first.page.get_by_role("button", name="提出恢复展示").click()
    told(first, "已提出")
    second.open(f"/cases/{case}/withholdings/")
    second.page.get_by_role("button", name="确认恢复展示").click()
    told(second, "已恢复展示")
    second.look("35-withheld-ended")
    assert first.complaints == second.complaints == []


def test_a_code_from_the_window_opens_ones_own_page(town):
    number = declare_a_household(town)
    desk, phone = town.window("jiedao"), town.window()
    desk.open(f"/cases/{number}/members/m1/authorization/")
    desk.page.get_by_text("发给本人查询码（").click()
    desk.page.locator("form[action$='/own-code/']").get_by_label("本人在场").check()
    desk.press("发给查询码")
    desk.look("36-own-code")
    code = desk.page.locator(".big-code").inner_text()
    phone.open("/mine/")
    phone.page.get_by_label("授权书编号").fill(code)
    phone.page.get_by_label("公民身份号码").fill(cast.ZHANG_SAN)
    phone.press("查看")
    phone.page.get_by_role("heading", name="的查询记录").wait_for()
    phone.look("37-own-by-code")
    assert desk.complaints == phone.complaints == []


def allow_looks(security: Window, number: str) -> None:
    """Set how many cases of others may be seen in a day."""
    security.open("/budgets/new/")
    security.page.get_by_label("每人每日查阅限额").fill(number)
    security.press("设定")
    told(security, "限额已设定")


def test_who_only_looks_is_asked_why_and_somebody_else_reviews_it(town):
    security, curious = town.window("anquan"), town.window("minzheng")
    case = "310101-" + town.demo.printed.split("HD-310101-")[4][:11]  # nobody works on it here
    allow_looks(security, "0")
    assert curious.open(f"/cases/{case}/") == 429
    curious.look("60-why")
    curious.press("写明理由后查阅")
    expect(curious.page.locator(".faults")).to_contain_text("查阅的理由")
    curious.look("61-no-reason")
    curious.page.get_by_label("查阅的理由").select_option(label="办理信访、投诉")
    curious.press("写明理由后查阅")
    told(curious, "理由已登记")
    security.open("/budgets/")
    security.look("62-to-review")
    expect(security.page.locator("table").first).to_contain_text("超限查阅")
    security.page.get_by_role("button", name=re.compile("不属实")).first.click()
    told(security, "已复核")
    allow_looks(security, "100")
    assert security.complaints == curious.complaints == []

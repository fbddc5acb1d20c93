"""The workbook of many households: what it takes, what it refuses, and that nothing is lost."""

import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from hedui.batch.sample.scans import scan
from hedui.procedure.authorizations.workbook import reading
from hedui.procedure.authorizations.workbook.households import households_in
from hedui.procedure.authorizations.workbook.importing import import_workbook
from hedui.procedure.authorizations.workbook.reading import NotAWorkbook, read
from hedui.procedure.authorizations.workbook.sheets import FAULT, TAKEN, sheets
from hedui.procedure.authorizations.workbook.writing import written
from hedui.procedure.cases.content import check
from hedui.procedure.cases.models import Case
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure import raw


def heading_of(sheet, name):
    return next(c.heading for c in sheet.columns if c.name == name)


def book(*families, **spoiled):
    """Return the template with families in it; spoiled: `sheet__heading` to another value."""
    rows: dict[str, list[dict]] = {sheet.name: [] for sheet in sheets()}
    start = today().replace(day=1)
    for number, people in enumerate(families, start=1):
        rows["家庭"].append(
            {"家庭代号": number, "救助项目": "最低生活保障", "行政区划代码": cast.DIVISION,
             "申请日期": start}
        )  # fmt: skip
        for position, (name, resident) in enumerate(people):
            key = "abc"[position]
            rows["成员"].append(
                {"家庭代号": number, "成员代号": key, "姓名": name, "公民身份号码": resident,
                 "与申请人关系": "配偶" if position else "本人", "是否就业": "是"}
            )  # fmt: skip
            rows["授权"].append(
                {"家庭代号": number, "成员代号": key, "授权书文本": cast.FORM,
                 "签署日期": start, "有效期至": start + timedelta(days=300),
                 "签署件文件名": f"{number}{key}.pdf"}
            )  # fmt: skip
        rows["收入"].append(
            {"家庭代号": number, "成员代号": "a", "种类": "工资性收入·工资", "金额(元)": 50400.5,
             "起": date(start.year - 1, start.month, 1), "止": start - timedelta(days=1)}
        )  # fmt: skip
        rows["财产"].append(
            {"家庭代号": number, "成员代号": "a", "种类": "存款·银行存款", "价值(元)": "30,000.00"}
        )
    for where, value in spoiled.items():
        sheet, heading = where.split("__")
        rows[sheet][0][heading] = value
    return written(rows)


ZHANG, LI = ("张三", cast.ZHANG_SAN), ("李四", cast.LI_SI)
WANG = ("王五", cast.number("19700101", "005"))
SCANS = {f"{n}{k}.pdf": scan(f"{n}{k}") for n in (1, 2, 3) for k in "ab"}


@pytest.fixture
def take(county):
    return lambda content, **more: import_workbook(
        content, scan=SCANS.get, by=county.intake, **more
    )


def cells(content, sheet):
    page = load_workbook(BytesIO(content))[sheet]
    head, *rows = page.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_template_is_read_as_empty_and_has_lists_and_headings():
    content = written()
    assert all(rows == [] for rows in read(content).rows.values())
    page = load_workbook(BytesIO(content))["成员"]
    assert [cell.value for cell in page[1]] == next(
        s for s in sheets() if s.name == "成员"
    ).headings
    lists = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
    assert lists["E2:E5000"].startswith("'词表'!")
    assert page.column_dimensions["D"].number_format == "@"
    assert page.freeze_panes == "A2"


def test_each_column_goes_to_its_place_in_what_is_declared():
    day, of = date(2024, 8, 1), {"家庭代号": 1, "成员代号": "a"}
    rows = {
        "家庭": [{"家庭代号": 1, "救助项目": "最低生活保障", "行政区划代码": cast.DIVISION,
                "申请日期": day}],
        "成员": [of | {"姓名": "张三", "公民身份号码": cast.ZHANG_SAN, "与申请人关系": "本人",
                     "婚姻状况": "丧偶", "是否就业": "是", "劳动能力": "部分丧失",
                     "生活自理能力": "部分丧失生活自理能力", "残疾类别": "肢体", "残疾等级": "3",
                     "是否重病": "否", "在读情况": "本专科", "单亲家庭成员": "是",
                     "毕业日期": date(2024, 6, 30)}],
        "收入": [of | {"种类": "经营净收入·种养殖", "金额(元)": "900.50", "起": date(2024, 2, 1),
                     "止": date(2024, 7, 31), "成本(元)": 100, "已缴税款(元)": 2.5,
                     "个人缴纳社保(元)": 3}],
        "财产": [of | {"种类": "房产·祖屋", "价值(元)": 1000, "截止日期": date(2024, 7, 31),
                     "购置价(元)": 500, "购置日期": date(1999, 12, 31), "建筑面积(平方米)": 40.5,
                     "份额": 0.5},
               of | {"种类": "住房公积金", "价值(元)": 7}],
        "支出": [of | {"种类": "支付的赡养(抚养)费", "金额(元)": 60, "起": date(2024, 1, 1),
                     "止": date(2024, 6, 30)}],
        "授权": [of | {"授权书文本": cast.FORM, "授权书编号": "H-1", "签署日期": day,
                     "有效期至": date(2025, 5, 28), "签署件文件名": "a.pdf",
                     "查询项": "tax.payer,tax.amount_fen", "监护人代号": "b"}],
    }  # fmt: skip
    for sheet in sheets():
        assert rows[sheet.name][0].keys() == set(sheet.headings) - {TAKEN, FAULT}
    [household] = households_in(read(written(rows)))
    assert household.content == {
        "programme": "dibao", "division": cast.DIVISION, "applied_on": "2024-08-01",
        "members": [{
            "key": "a", "name": "张三", "id_number": cast.ZHANG_SAN, "relation": "self",
            "marital_status": "widowed", "employed": True, "work_capacity": "partial",
            "self_care": "partial", "disability": {"category": "limb", "grade": 3},
            "serious_illness": False, "student": "college", "single_parent": True,
            "graduated_on": "2024-06-30",
            "incomes": [{
                "class": "business", "kind": "farm", "amount": "900.50", "from": "2024-02-01",
                "to": "2024-07-31", "costs": "100.00", "tax": "2.50", "social_insurance": "3.00",
            }],
            "assets": [
                {"class": "real_estate", "kind": "ancestral", "value": "1000.00",
                 "as_of": "2024-07-31", "purchase_price": "500.00", "purchased_on": "1999-12-31",
                 "floor_area": "40.5", "share": "0.5"},
                {"class": "provident_fund", "value": "7.00"},
            ],
            "expenses": [{
                "kind": "maintenance_paid", "amount": "60.00", "from": "2024-01-01",
                "to": "2024-06-30",
            }],
            "authorization": {
                "form": cast.FORM, "number": "H-1", "signed_on": "2024-08-01",
                "valid_until": "2025-05-28", "evidence": "a.pdf",
                "items": ["tax.payer", "tax.amount_fen"], "guardian": "b",
            },
        }],
    }  # fmt: skip
    check(household.content, today=day)


def test_households_are_taken_in_with_what_was_declared_and_signed(county, take):
    done = take(book([ZHANG, LI], [WANG]))
    assert (len(done.taken), done.refused, done.faults) == (2, 0, ())
    first = Case.objects.get(number=done.taken[0])
    assert first.agency == county.street
    assert first.authorizations.count() == 2
    declared = first.declarations.get().opened
    assert declared["members"][0]["incomes"][0]["amount"] == "50400.50"
    assert declared["members"][0]["assets"][0] == {
        "class": "deposit", "kind": "bank", "value": "30000.00",
    }  # fmt: skip
    assert [row[TAKEN] for row in cells(done.copy, "家庭")] == list(done.taken)


def test_the_copy_taken_in_again_does_nothing_twice(take):
    done = take(book([ZHANG, LI], [WANG]))
    again = take(done.copy)
    assert (again.taken, again.before, again.refused) == ((), 2, 0)
    assert Case.objects.count() == 2


def test_one_faulty_household_hinders_no_other_and_leaves_nothing(take):
    done = take(book([("张三", "990101198403010011")], [WANG]))
    assert (len(done.taken), done.refused) == (1, 1)
    assert Case.objects.count() == 1
    [(sheet, line, said)] = done.faults
    assert (sheet, line) == ("成员", 2)
    assert "公民身份号码" in said
    assert "9901011984" not in said
    copy = cells(done.copy, "成员")
    assert copy[0][FAULT] == said
    assert copy[1][FAULT] is None
    corrected = load_workbook(BytesIO(done.copy))
    corrected["成员"]["D2"] = cast.ZHANG_SAN
    content = BytesIO()
    corrected.save(content)
    again = take(content.getvalue())
    assert (len(again.taken), again.before, again.refused) == (1, 1, 0)


@pytest.mark.parametrize(
    ("where", "value", "sheet", "said"),
    [
        ("成员__公民身份号码", 990101198403010015, "成员", "末几位已经失真"),
        ("成员__公民身份号码", 9.9010119840301e17, "成员", "末几位已经失真"),
        ("成员__与申请人关系", "二叔", "成员", "请从列表中选择"),
        ("成员__是否就业", "也许", "成员", "请从列表中选择"),
        ("成员__成员代号", "z", "收入", "成员代号不在"),
        ("收入__金额(元)", 1.234, "收入", "金额"),
        ("收入__金额(元)", -5, "收入", "金额"),
        ("收入__金额(元)", "5万", "收入", "金额"),
        ("收入__金额(元)", date(2024, 1, 1), "收入", "应为文字"),
        ("收入__起", "去年", "收入", "应为日期"),
        ("收入__起", 45000, "收入", "应为日期"),
        ("收入__起", datetime.fromisoformat("2024-08-01T12:00"), "收入", "不带时刻"),
        ("成员__公民身份号码", 123456, "成员", "公民身份号码"),
        ("家庭__家庭代号", None, "家庭", "家庭代号没有填写"),
        ("收入__家庭代号", 99, "收入", "家庭代号不在"),
        ("收入__种类", "存款·银行存款", "收入", "请从列表中选择"),
        ("家庭__救助项目", "最低", "家庭", "请从列表中选择"),
        ("家庭__行政区划代码", "000001", "家庭", "行政区划"),
        ("授权__签署件文件名", "nowhere.pdf", "授权", "没有随附签署件"),
        ("授权__授权书文本", "form-x", "授权", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_row_and_the_household_is_not_taken_in(
    take, where, value, sheet, said
):
    done = take(book([ZHANG], **{where: value}))
    wrong_elsewhere = where == "收入__家庭代号"  # the family itself is whole without that row
    assert len(done.taken) == (1 if wrong_elsewhere else 0)
    assert any(f[0] == sheet and f[1] == 2 and said in f[2] for f in done.faults), done.faults
    assert Case.objects.count() == len(done.taken)


def again(content, change):
    """Return the workbook as somebody has changed it by hand."""
    held = load_workbook(BytesIO(content))
    change(held)
    out = BytesIO()
    held.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "written_so",
    [
        {"成员__是否就业": True},
        {"收入__起": "{year}年{month}月1日"},
        {"授权__查询项": "bank.balance_fen、tax.amount_fen,tax.payer"},
        {"成员__残疾类别": "肢体", "成员__残疾等级": 1},
    ],
    ids=str,
)
def test_what_people_write_in_their_way_is_read(take, written_so):
    day = {"year": today().year - 1, "month": today().month}
    given = {n: v.format(**day) if isinstance(v, str) else v for n, v in written_so.items()}
    done = take(book([ZHANG], **given))
    assert (len(done.taken), done.faults) == (1, ())


def test_days_are_read_as_other_programs_store_them(take):
    def by_iso(held):
        held.iso_dates = True

    stored = again(book([ZHANG]), by_iso)
    alone = repacked(stored, lambda _, text: text.replace(b"T00:00:00</v>", b"</v>"))
    assert alone != stored
    assert [len(take(content).taken) for content in (stored, alone)] == [1, 1]


def test_whole_numbers_are_read_as_other_programs_store_them(take):
    pointed = repacked(book([ZHANG]), lambda _, text: text.replace(b"<v>1</v>", b"<v>1.0</v>"))
    assert len(take(pointed).taken) == 1


def test_a_member_signs_in_one_row(take):
    def twice(held):
        page = held["授权"]
        page.append([cell.value for cell in page[2]])

    done = take(again(book([ZHANG]), twice))
    assert (done.taken, [f[2] for f in done.faults]) == ((), ["这位成员另有一行授权"])


def test_what_the_agency_does_not_take_is_said_at_its_row(county, take):
    raw.update(county.street, numbered_only=True)
    done = take(book([ZHANG]))
    assert done.taken == ()
    assert [f[:2] for f in done.faults] == [("授权", 2)]
    assert Case.objects.count() == 0


def test_a_household_that_is_being_verified_is_not_declared_anew(county, take):
    case = cast.declared(county, today().replace(day=1))
    number = cast.printed(county, case.members.get(key="a")).sheet.number
    cast.commissioned(county, case)
    done = take(book([ZHANG], [WANG], 授权__授权书编号=number))
    assert (len(done.taken), done.refused) == (1, 1)
    assert [f[:2] for f in done.faults] == [("家庭", 2)]
    assert "申报内容已锁定" in done.faults[0][2]
    assert case.declarations.count() == 1


def test_formulas_are_refused_and_text_that_looks_like_one_stays_text(take):
    spoiled = load_workbook(BytesIO(book([ZHANG])))
    spoiled["收入"]["D2"] = "=1+1"
    content = BytesIO()
    spoiled.save(content)
    done = take(content.getvalue())
    assert done.taken == ()
    assert any("不接受公式" in fault[2] for fault in done.faults)
    named = take(book([ZHANG], 成员__姓名="=HYPERLINK(1)"))
    assert named.taken == ()
    assert load_workbook(BytesIO(named.copy))["成员"]["C2"].data_type == "s"


def test_empty_rows_between_keep_the_places_of_the_others(take):
    spread = load_workbook(BytesIO(book([ZHANG], 成员__与申请人关系="二叔")))
    spread["成员"].insert_rows(2, 3)
    content = BytesIO()
    spread.save(content)
    done = take(content.getvalue())
    assert [(sheet, line) for sheet, line, _ in done.faults][0] == ("成员", 5)
    assert cells(done.copy, "成员")[3][FAULT]


def other(**sheets_):
    made = Workbook()
    for name, rows in sheets_.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def repacked(content, change):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return out.getvalue()


def swollen(name, text):
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    return entity + text if name.endswith("sheet2.xml") else text


def far_away(name, text):
    row = b'<row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData>'
    return text.replace(b"</sheetData>", row) if name.endswith("sheet3.xml") else text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"name,id\n",
        b"\0" * (reading.MOST_BYTES + 1),
        other(家庭=[["x"]]),
        other(),
        repacked(written(), lambda name, text: text + b" " * 9_000_000),
        repacked(written(), lambda name, text: text[:-20]),
        repacked(written(), lambda name, text: b"<x/>" if name == "xl/workbook.xml" else text),
        repacked(written(), lambda _, text: text.replace(b'"inlineStr">', b'"s"><v>9</v>')),
    ],
    ids=[
        "empty",
        "cut",
        "csv",
        "large",
        "other",
        "none",
        "bomb",
        "spoiled",
        "another book",
        "a word that is not there",
    ],
)
def test_what_is_no_workbook_of_ours_is_refused_before_it_is_looked_at(content):
    with pytest.raises(NotAWorkbook):
        read(content)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [swollen, far_away])
def test_what_would_swell_is_refused(change):
    content = repacked(book([ZHANG]), change)
    assert content != book([ZHANG])
    with pytest.raises(NotAWorkbook):
        read(content)


def test_a_page_takes_so_many_households_at_a_time(take):
    with pytest.raises(Refusal, match="一次至多导入 1 户"):
        take(book([ZHANG], [WANG]), most=1)
    assert Case.objects.count() == 0

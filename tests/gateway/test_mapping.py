"""A department's own columns, read by a mapping: exactly, or told where and why not."""

import csv
import json
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from hedui.catalogue import ItemValueError, from_cell, sources
from hedui.gateway.beginning import draft
from hedui.gateway.checking import check
from hedui.gateway.converting import converted
from hedui.gateway.dataset import FileFront
from hedui.gateway.lookup import find
from hedui.gateway.mapping import Column, MappingError, load_mapping
from hedui.gateway.tables import DataUnreadable, Table, read_table
from hedui.values.resident_id import ResidentId
from tests.wire.made import LI, ZHANG, inquiry

TODAY = date(2024, 8, 1)
EXAMPLE = Path(__file__).parents[2] / "examples" / "department"
HEADER = [
    "车主姓名",
    "身份证明号码",
    "厂牌型号",
    "车型",
    "购置价(万元)",
    "初次登记",
    "车况",
    "备注",
]
ROWS = [
    ["张三", ZHANG, "五菱之光", "面包车", "3.2", "2017年5月1日", "正常", "不得读出"],
    ["李四", LI, "东风", "轻型货车", "1,2", "2019-03-02", "作废", ""],
]
MAPPING = """
source: vehicle
data: {file: 车辆.csv}
person: {id_number: 身份证明号码, name: 车主姓名}
as_of: {day: 2024-07-31}
empty: [无]
items:
  brand: 厂牌型号
  vehicle_class: {column: 车型, codes: {面包车: car}}
  purchase_price_fen: {column: 购置价(万元), unit: 万元}
  registered_on: 初次登记
  status: 车况
  use: {constant: private}
"""


def write(folder, rows=ROWS, mapping=MAPPING, encoding="gb18030", header=HEADER):
    with (folder / "车辆.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    path = folder / "车辆.mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    return path


def look_up(mapped, number=ZHANG, name="张三", items=()):
    source = mapped.source
    names = tuple(f"{source.name}.{item}" for item in items or mapped.items)
    asked = inquiry(None, source=source.name, items=names, subject_number=number, subject_name=name)
    dataset = FileFront(mapped).dataset()
    person = ResidentId.parse(number)
    return find(dataset, source, asked, person=person, items=names, today=TODAY)


def test_chinese_columns_units_codes_days_and_constants_become_items(tmp_path):
    found = look_up(load_mapping(write(tmp_path)))
    assert found.outcome == "FOUND"
    assert found.as_of == date(2024, 7, 31)
    [record] = found.records
    assert record == {
        "brand": "五菱之光",
        "vehicle_class": "car",
        "purchase_price_fen": 3_200_000,
        "registered_on": "2017-05-01",
        "status": "normal",
        "use": "private",
    }


def test_what_cannot_be_read_exactly_is_left_out_or_spoils_the_answer(tmp_path):
    found = look_up(load_mapping(write(tmp_path)), LI, "李四")
    # a status that is no word of the catalogue decides which vehicles count
    assert (found.outcome, found.records) == ("UNAVAILABLE", ())
    mapped = load_mapping(write(tmp_path, [[*ROWS[1][:4], "1.2", "不详", "正常", ""]]))
    found = look_up(mapped, LI, "李四")
    assert found.outcome == "PARTIAL"
    assert "registered_on" not in found.records[0]


@pytest.mark.parametrize(
    ("unit", "cell", "fen"),
    [
        ("元", "1234.56", 123456),
        ("元", " ¥1,234.56 ", 123456),
        ("元", "30000元", 3000000),
        ("元", 12.1, 1210),
        ("万元", "3.2", 3_200_000),
        ("万元", "0.0001", 100),
        ("千元", "1", 100_000),
        ("分", "7", 7),
        ("万元", "3.2万元", 3_200_000),
        ("分", "7分", 7),
        ("元", "-5.5", -550),
    ],
)
def test_amounts_become_fen_exactly(unit, cell, fen):
    item = sources()["bank"].items["balance_fen"]
    assert from_cell(item, converted(item, Column("x", unit=unit), cell, empty=frozenset())) == fen


@pytest.mark.parametrize(
    ("unit", "cell"),
    [
        ("元", "1.234"),
        ("分", "0.5"),
        ("元", "1,23"),
        ("元", "约3万"),
        ("元", "1e5"),
        ("元", float("nan")),
        ("元", float("inf")),
        ("元", 0.1 + 0.2),
        ("元", True),
        ("元", b"\x01"),
        ("万元", "99999999999999"),
        ("万元", "30000元"),
        ("万元", "¥3.2"),
        ("元", "3万元"),
        ("千元", "3万元"),
        ("分", "3元"),
    ],
)
def test_an_amount_that_is_not_exact_is_unreadable(unit, cell):
    item = sources()["bank"].items["balance_fen"]
    with pytest.raises(ItemValueError):
        from_cell(item, converted(item, Column("x", unit=unit), cell, empty=frozenset()))


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("", "2017-05-01", "2017-05-01"),
        ("", "2017/5/1", "2017-05-01"),
        ("", "2017.5.1", "2017-05-01"),
        ("", "20170501", "2017-05-01"),
        ("", "2017-05-01 00:00:00", "2017-05-01"),
        ("", date(2017, 5, 1), "2017-05-01"),
        ("D/M/YYYY", "1/5/2017", "2017-05-01"),
        ("DD.MM.YYYY", "01.05.2017", "2017-05-01"),
        ("", "5/1/2017", None),
        ("", "42856", None),
        ("D/M/YYYY", "2017/5/1", None),
        ("", "2017-02-30", None),
    ],
)
def test_days_are_read_in_known_ways_only(form, cell, day):
    item = sources()["vehicle"].items["registered_on"]
    read = converted(item, Column("x", format=form), cell, empty=frozenset())
    if day is None:
        with pytest.raises(ItemValueError):
            from_cell(item, read)
    else:
        assert from_cell(item, read) == day


def test_a_share_in_per_cent_and_a_month_in_words():
    share = sources()["real_estate"].items["share"]
    cell = converted(share, Column("x", unit="%"), "33.5%", empty=frozenset())
    assert from_cell(share, cell) == "0.335"
    month = sources()["tax"].items["period"]
    for written in ("2024年7月", "2024/7", "2024-07", "202407"):
        assert from_cell(month, converted(month, Column("x"), written, empty=frozenset())) == (
            "2024-07"
        )


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        (("brand: 厂牌型号", "brnd: 厂牌型号"), 8, "没有查询项“brnd”"),
        ((", unit: 万元", ""), 10, "没有写明单位"),
        (("面包车: car", "面包车: truck"), 9, "没有这个代码"),
        (("source: vehicle", "source: cars"), 2, "没有这个来源"),
        (("{file: 车辆.csv}", "{table: 车辆}"), 3, "file 或 database"),
        (("items:", "itmes:"), 7, "不认识的键“itmes”"),
        (("unit: 万元", "unit: 亿元"), 10, "没有这种写法"),
        (("{constant: private}", "{unit: 元, column: 车况}"), 13, "不应有单位"),
        (("{day: 2024-07-31}", "{day: 2024-07-31, days_ago: 1}"), 5, "只能写一种"),
        (("brand: 厂牌型号", "brand: 厂牌型号\n  brand: 车型"), 8, "写了两次"),
    ],
)
def test_a_slip_in_a_mapping_is_told_with_file_line_and_remedy(tmp_path, wrong, line, said):
    path = write(tmp_path, mapping=MAPPING.replace(*wrong))
    with pytest.raises(MappingError) as told:
        load_mapping(path)
    assert f"车辆.mapping.yaml 第 {line} 行" in str(told.value)
    assert said in str(told.value)


def test_a_draft_in_which_nothing_was_filled_in_is_told_as_empty(tmp_path):
    nothing = MAPPING[: MAPPING.index("items:")] + "items:\n  # brand: 列名\n"
    with pytest.raises(MappingError, match="第 7 行:不能为空;请至少写一项"):
        load_mapping(write(tmp_path, mapping=nothing))


def test_two_files_are_joined_by_a_key_that_stands_once(tmp_path):
    path = write(
        tmp_path,
        [["1", "五菱", "轿车"], ["2", "东风", "轿车"], ["9", "无主", "轿车"]],
        """
source: vehicle
data: {file: 车辆.csv, join: {file: 车主.csv, keys: {车主编号: 编号}}}
person: {id_number: 证件, name: 姓名}
as_of: {day: 2024-07-31}
items: {brand: 品牌, vehicle_class: 类型}
""",
        header=["车主编号", "品牌", "类型"],
    )
    owners = tmp_path / "车主.csv"
    owners.write_text(f"编号,姓名,证件\n1,张三,{ZHANG}\n2,李四,{LI}\n", encoding="utf-8")
    assert look_up(load_mapping(path)).records == ({"brand": "五菱", "vehicle_class": "car"},)
    assert check(load_mapping(path), TODAY).rows == 2
    owners.write_text(f"编号,姓名,证件\n1,张三,{ZHANG}\n1,李四,{LI}\n", encoding="utf-8")
    with pytest.raises(DataUnreadable, match="不能一一对应"):
        FileFront(load_mapping(path)).dataset()


def test_two_tables_of_one_sqlite_file_are_joined(tmp_path):
    with sqlite3.connect(tmp_path / "库.db") as database:
        database.execute("create table 车 (编号 text, 品牌 text)")
        database.execute("create table 人 (编号 text, 姓名 text, 证件 text)")
        database.execute("insert into 车 values ('1', '五菱')")
        database.execute("insert into 人 values ('1', '张三', ?)", (ZHANG,))
    path = tmp_path / "m.yaml"
    path.write_text(
        """
source: vehicle
data: {file: 库.db, table: 车, join: {table: 人, keys: {编号: 编号}}}
person: {id_number: 证件, name: 姓名}
as_of: {day: 2024-07-31}
items: {brand: 品牌}
""",
        encoding="utf-8",
    )
    assert look_up(load_mapping(path)).records == ({"brand": "五菱"},)


def test_the_check_counts_and_shows_no_value(tmp_path):
    rows = [*ROWS, ROWS[0], ["王五", "", "x", "轿车", "无", "2019-03-02", "正常", ""]]
    mapped = load_mapping(write(tmp_path, rows))
    found = check(mapped, TODAY)
    assert (found.rows, found.people, found.nobodys, found.repeated) == (4, 2, 1, 1)
    assert found.first_rows == {"nobodys": [5], "repeated": [4]}
    price = found.items["purchase_price_fen"]
    assert (price.filled, price.empty, price.unreadable, price.rows) == (2, 1, 1, [3])
    assert found.items["status"].rows == [3]
    assert not found.holds
    assert check(load_mapping(write(tmp_path, ROWS[:1])), TODAY).holds


def test_the_check_says_of_an_amount_what_may_stand_there(tmp_path):
    table = "姓名,证件号,余额\n张三,11010519491231002X,无\n"
    (tmp_path / "存款.csv").write_text(table, encoding="utf-8")
    mapping = (
        "source: bank\ndata: {file: 存款.csv}\nperson: {name: 姓名, id_number: 证件号}\n"
        "items: {balance_fen: {column: 余额, unit: 万元}}\n"
    )
    path = tmp_path / "存款.mapping.yaml"
    for more, said in (("", "不是以万元为单位的数额"), ("empty: [无]\n", "没有余额的请写 0")):
        path.write_text(mapping + more, encoding="utf-8")
        found = check(load_mapping(path), TODAY)
        assert said in found.items["balance_fen"].reason and not found.holds


def hedui(*words):
    done = subprocess.run(
        [sys.executable, "-m", "hedui", *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_clerk_goes_from_columns_to_a_mapping_that_holds(tmp_path):
    write(tmp_path, [ROWS[0], [*ROWS[1][:4], "1.2", "2019-03-02", "正常", "备注二"]])
    mapping = tmp_path / "起草.yaml"
    data = tmp_path / "车辆.csv"
    asked = ("department", "init", "--source", "vehicle", "--data", data, "--out", mapping)
    assert hedui(*asked)[0] == 0
    text = mapping.read_text(encoding="utf-8")
    assert 'id_number: "身份证明号码"' in text
    assert 'purchase_price_fen: {column: "购置价(万元)", unit: 万元}' in text
    code, _, said = hedui(*asked)  # what somebody wrote is not written over
    assert (code, "已经存在" in said) == (2, True)
    # the draft is a file to work on: what only the clerk knows is still to be written
    assert 'codes: {"面包车": 待填}' in text
    mapping.write_text(MAPPING, encoding="utf-8")
    code, said, _ = hedui("department", "check", mapping)
    assert (code, said.splitlines()[-1]) == (0, "可以使用。")
    told = json.loads(hedui("department", "check", mapping, "--json")[1])
    assert told["holds"] is True
    mapping.write_text(MAPPING.replace("厂牌型号", "不存在的列"), encoding="utf-8")
    code, _, said = hedui("department", "check", mapping)
    assert (code, said.count("\n"), "没有列“不存在的列”" in said) == (2, 1, True)
    write(tmp_path, ROWS)
    mapping.write_text(MAPPING, encoding="utf-8")
    code, said, _ = hedui("department", "check", mapping)
    assert (code, "还不能使用" in said) == (1, True)
    for secret in (ZHANG, LI, "张三", "作废", "1,2"):
        assert secret not in said


def test_the_example_of_the_documents_holds_and_its_draft_asks_for_the_codes(tmp_path):
    assert check(load_mapping(EXAMPLE / "vehicles.mapping.yaml"), TODAY).people == 4
    table = read_table(EXAMPLE / "vehicles.csv", name="vehicle")
    text = draft(sources()["vehicle"], table, ["file: vehicles.csv"])
    assert 'status: "目前状态"' in text  # by what stands in it
    assert 'registered_on: "上牌日期"' in text
    assert "号牌号码" in text.splitlines()[-1]  # a plate is no kind of plate
    (tmp_path / "draft.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match="目录中没有这个代码"):
        load_mapping(tmp_path / "draft.yaml")


def test_a_draft_reads_brackets_as_chinese_tables_have_them():
    head = ("户名", "证件号", "余额\uff08万元\uff09", "统计日")
    table = Table(head, [["张三", ZHANG, "1", "20240731"]])
    text = draft(sources()["bank"], table, ["file: x.csv"])
    assert 'balance_fen: {column: "余额\uff08万元\uff09", unit: 万元}' in text
    assert 'as_of: {column: "统计日"}' in text


def test_a_draft_shows_how_to_write_what_it_did_not_find():
    head = ("客户姓名", "证件号", "期末市值(万元)", "持仓止", "备注")
    table = Table(head, [["张三", ZHANG, "1", "2026年3月5日", "x"]])
    text = draft(sources()["securities"], table, ["file: x.csv"])
    assert (
        'market_value_fen: {column: "期末市值(万元)", unit: 万元}  # 持有市值,金额;是这一列吗'
        in text
    )
    assert "  # cash_fen: {column: 列名, unit: 元}    #" in text
    (hint,) = (line for line in text.splitlines() if line.startswith("# as_of: {column: 列名}"))
    assert hint.endswith("是日期的列有 持仓止")


def test_what_comparison_cannot_do_without_is_named_where_it_is_not_mapped(tmp_path):
    head = ("权利人", "证件号码", "坐落", "登簿时间")
    table = Table(head, [["张三", ZHANG, "某路", "2019-03-05"]])
    text = draft(sources()["real_estate"], table, ["file: 房产.csv"])
    asked = [line for line in text.splitlines() if "而比对要用它" in line]
    assert ["unit_no" in line for line in asked].count(True) == 1
    (tmp_path / "房产.csv").write_text(f"{','.join(head)}\n张三,{ZHANG},某路,2019-03-05\n")
    mapping = tmp_path / "房产.yaml"
    mapping.write_text(text, encoding="utf-8")
    code, said, _ = hedui("department", "check", mapping)
    assert code == 0
    named = "未对应,不答复;比对要用它,请写上这一列,各行都一样的写固定值\n"
    assert f"  -  unit_no 不动产单元号:{named}" in said
    assert "  -  share 本人份额:未对应,不答复\n" in said


def test_what_tells_rows_apart_is_named_too_with_the_way_to_say_it_once(tmp_path):
    """Of a policy: without 保单角色 its value can be compared with nothing, and the table is of
    policyholders alone."""
    head = ("投保人姓名", "证件号码", "险种", "保险公司", "现金价值(万元)")
    row = ["张三", ZHANG, "年金险", "甲", "1.25"]
    text = draft(sources()["commercial_insurance"], Table(head, [row]), ["file: 保单.csv"])
    (asked,) = (line for line in text.splitlines() if "而比对要用它" in line)
    assert asked.startswith("  # role: 列名")
    assert asked.endswith("而比对要用它;各行都一样的写成 {constant: 代码}")
    (tmp_path / "保单.csv").write_text(f"{','.join(head)}\n{','.join(row)}\n")
    mapping = tmp_path / "保单.yaml"
    mapping.write_text(text, encoding="utf-8")
    code, said, _ = hedui("department", "check", mapping)
    assert (code, said.count("比对要用它")) == (0, 1)
    mapping.write_text(text.replace("# role: 列名 ", "role: {constant: policyholder} "))
    code, said, _ = hedui("department", "check", mapping)
    assert (code, said.count("比对要用它")) == (0, 0)


def test_an_amount_without_its_unit_is_told_how_to_write_it(tmp_path):
    wrong = MAPPING.replace("{column: 购置价(万元), unit: 万元}", "购置价(万元)")
    (tmp_path / "m.yaml").write_text(wrong, encoding="utf-8")
    said = r'purchase_price_fen: {column: "购置价\(万元\)", unit: 万元}'
    with pytest.raises(MappingError, match=said):
        load_mapping(tmp_path / "m.yaml")


def test_a_draft_finds_the_number_by_what_stands_in_the_column():
    table = Table(("甲", "乙", "账户余额(元)", "开户行"), [["张三", ZHANG, "1", "工行"]])
    text = draft(sources()["bank"], table, ["file: x.csv"])
    assert 'id_number: "乙"' in text
    assert 'balance_fen: {column: "账户余额(元)", unit: 元}' in text

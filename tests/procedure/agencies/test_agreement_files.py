"""Agreements from a table: a row each, all of them or none, and another officer approves."""

from io import BytesIO

import pytest
from django.db import IntegrityError
from openpyxl import Workbook

from hedui.procedure.agencies.agreement_files import COLUMNS, NotImported, propose_all
from hedui.procedure.agencies.agreements import approve_agreement
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import today
from tests import cast

ROW = {
    "部门标识": "310101-bank",
    "查询项": "账户余额、存款余额所在区间",
    "交换方式": "签名报文(HTTPS)",
    "数据有效天数": "31",
    "部门联系人": "科技处 021-0000",
    "依据": "协议 2026-1",
    "协议起": "",
    "协议止": "",
    "服务时间起": "8:30",
    "服务时间止": "17:00",
    "每分钟最多查询": "",
}


def table(*changes, encoding="utf-8"):
    day = today()
    days = {"协议起": day.isoformat(), "协议止": f"{day.year + 1}年{day.month}月1日"}
    rows = [list((ROW | days | change).values()) for change in changes]
    return "\n".join(",".join(row) for row in [list(COLUMNS.values()), *map(_same, rows)]).encode(
        encoding
    )


def _same(row):
    by_heading = dict(zip(ROW, row, strict=True))
    return [by_heading[heading] for heading in COLUMNS.values()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_row_is_proposed_and_nothing_is_agreed_before_another_approves(county, encoding):
    proposes, approves = cast.administrators()
    before = Agreement.objects.count()
    content = table({}, {"部门标识": "310101-vehicle", "查询项": "全部"}, encoding=encoding)
    bank, vehicle = propose_all(content, by=proposes)
    assert bank.items == ["bank.balance_band", "bank.balance_fen"]
    assert (str(bank.opens), bank.approved_at) == ("08:30:00", None)
    assert "vehicle.vehicle_class" in vehicle.items and "vehicle.has_vehicle" not in vehicle.items
    assert Agreement.objects.count() == before + 2
    approve_agreement(agreement=bank, by=approves)


@pytest.mark.parametrize(
    "written", ["签名报文(HTTPS)，成批", "签名报文（HTTPS）,成批", "https_together"]
)
def test_a_channel_is_known_in_whichever_width_its_brackets_were_typed(county, written):
    proposes, _ = cast.administrators()
    content = table({"交换方式": f'"{written}"'})
    assert propose_all(content, by=proposes)[0].channel == "https_together"


def test_a_workbook_is_a_table_too(county):
    held, out = Workbook(), BytesIO()
    held.active.append(list(COLUMNS.values()))
    row = ROW | {"协议起": today(), "协议止": today(), "数据有效天数": 31}
    held.active.append([row[heading] for heading in COLUMNS.values()])
    held.save(out)
    assert len(propose_all(out.getvalue(), by=cast.administrators()[0])) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"部门标识": "310101-nobody"}, "没有登记部门"),
        ({"查询项": "流水"}, "没有查询项“流水”"),
        ({"交换方式": "传真"}, "没有交换方式“传真”"),
        ({"数据有效天数": "一月"}, "数据有效天数应为整数"),
        ({"协议起": "2026-02-30"}, "协议起应为日期"),
        ({"服务时间起": "26:00"}, "服务时间起应为时刻"),
        ({"服务时间止": ""}, "请写明起止两个时刻"),
        ({"依据": ""}, "请写明部门联系人和依据"),
    ],
)
def test_one_row_that_is_wrong_is_told_with_its_number_and_none_is_proposed(county, change, said):
    before = Agreement.objects.count()
    with pytest.raises(NotImported, match="没有提出任何协议") as refused:
        propose_all(table({}, change), by=cast.administrators()[0])
    (fault,) = refused.value.faults
    assert fault.startswith("第 3 行:") and said in fault
    assert Agreement.objects.count() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        ("部门标识\n310101-bank\n".encode(), "缺少列“查询项"),
        (",".join(COLUMNS.values()).encode(), "没有协议"),
        (b"PK\x03\x04nothing", "工作簿"),
        (b"\xff\xfe\x00", "编码"),
    ],
)
def test_what_is_no_table_of_agreements_is_refused_in_words(county, content, said):
    with pytest.raises(NotImported, match=said):
        propose_all(content, by=cast.administrators()[0])


def test_a_department_without_a_service_agrees_on_files_and_on_no_messages(county):
    cast.reached_at("")
    by = cast.administrators()[0]
    with pytest.raises(NotImported) as refused:
        propose_all(table({}), by=by)
    assert "没有登记服务地址" in refused.value.faults[0]
    assert propose_all(table({"交换方式": "upload"}), by=by)


def test_the_database_refuses_what_no_officer_proposed(county):
    with pytest.raises(IntegrityError, match="agreement"):
        propose_all(table({}), by=INSTALLER)

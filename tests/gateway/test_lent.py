"""A department's database: PostgreSQL and MariaDB as they are, read and never written."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from hedui.gateway import databases
from hedui.gateway.checking import check
from hedui.gateway.databases import connect
from hedui.gateway.dataset import open_front
from hedui.gateway.lent import LentTable, written
from hedui.gateway.lookup import find
from hedui.gateway.mapping import load_mapping
from hedui.gateway.tables import DataUnreadable
from hedui.values.resident_id import ResidentId
from tests.gateway.lenders import LENDERS, Lender, lent
from tests.wire.made import LI, ZHANG, inquiry, number

TODAY = date(2024, 8, 1)
MAPPING = """
source: vehicle
data:
  table: 车辆
  join: {{table: 车主, keys: {{车主编号: 编号}}}}
  database:
    kind: {kind}
    host: {host}
    port: {port}
    name: {name}
    user: {user}
    password_file: reader.password
    timeout_seconds: 1
person: {{id_number: 证件号码, name: 姓名}}
as_of: {{column: 更新日期}}
items:
  brand: 品牌
  vehicle_class: 类型
  purchase_price_fen: {{column: "购置价(%)", unit: 元}}
  registered_on: 登记日期
"""
OLD = number("19491231", "002")


@pytest.fixture(scope="module", params=LENDERS)
def lender(request, tmp_path_factory) -> Iterator[Lender]:
    with lent(request.param, tmp_path_factory.mktemp("lent")) as lender:
        lender.run(
            "create table {车主} ({编号} int primary key,"
            " {姓名} varchar(50), {证件号码} varchar(20))"
        )
        lender.run("create index numbers on {车主} ({证件号码})")
        lender.run(
            "create table {车辆} ({车主编号} int, {品牌} varchar(50), {类型} varchar(50),"
            " {购置价(%)} decimal(12,2), {登记日期} date, {更新日期} date, {秘密} varchar(50))"
        )
        people = [(1, "张三", ZHANG), (2, "李四", LI), (3, "王五", OLD[:6] + OLD[8:17])]
        for key, name, id_number in people:
            lender.run("insert into {车主} values (%s, %s, %s)", key, name, id_number)
        rows = [
            (1, "五菱", "轿车", "32000.50", "2017-05-01", "2024-07-31", "不得读出"),
            (1, "雅迪", "摩托车", None, None, "2024-07-30", "不得读出"),
            (3, "东风", "货车", "1", "2019-01-01", "2024-07-31", "不得读出"),
        ]
        for row in rows:
            lender.run("insert into {车辆} values (%s, %s, %s, %s, %s, %s, %s)", *row)
        lender.grant("{车主}")
        lender.grant("{车辆}")
        yield lender


def mapped(lender: Lender, **changes: str):
    path = lender.folder / "m.yaml"
    text = MAPPING.format(**lender.place())
    for old, new in changes.items():
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def look_up(front, id_number=ZHANG, name="张三", items=("brand", "purchase_price_fen")):
    source = front.mapped.source
    names = tuple(f"vehicle.{item}" for item in items)
    asked = inquiry(
        None, source="vehicle", items=names, subject_number=id_number, subject_name=name
    )
    person = ResidentId.parse(id_number)
    return find(front.dataset(), source, asked, person=person, items=names, today=TODAY)


def test_it_looks_one_person_up_and_answers_what_the_rows_say(lender):
    found = look_up(open_front(mapped(lender)))
    assert (found.outcome, found.as_of) == ("FOUND", date(2024, 7, 30))
    assert sorted(found.records, key=str) == [
        {"brand": "五菱", "purchase_price_fen": 3_200_050},
        {"brand": "雅迪", "purchase_price_fen": None},
    ]


def test_whom_it_does_not_hold_is_not_found_as_of_its_newest_day(lender):
    found = look_up(open_front(mapped(lender)), LI, "李四")
    assert (found.outcome, found.as_of) == ("NOT_FOUND", date(2024, 7, 31))


def test_a_number_of_fifteen_digits_is_found_by_that_of_eighteen(lender):
    found = look_up(open_front(mapped(lender)), OLD, "王五")
    assert [row["brand"] for row in found.records] == ["东风"]


def test_only_the_columns_of_what_may_be_answered_are_asked_for(lender):
    with lender.overheard() as heard:
        look_up(open_front(mapped(lender)), items=("brand",))
    asked = [text for text in heard() if "品牌" in text and ZHANG in text]
    assert asked
    for text in asked:
        assert "*" not in text
        assert "秘密" not in text
        assert "购置价" not in text


def test_several_people_are_asked_for_at_once_and_each_gets_their_own(lender):
    front = open_front(mapped(lender))
    front.dataset()
    people = [ResidentId.parse(number) for number in (ZHANG, LI, OLD)]
    with lender.overheard() as heard:
        front.look_ahead(people, ["brand", "purchase_price_fen"], TODAY)
        brands = [row["brand"] for row in look_up(front).records]
        assert sorted(brands) == ["五菱", "雅迪"]
        assert look_up(front, LI, "李四").outcome == "NOT_FOUND"
        assert [row["brand"] for row in look_up(front, OLD, "王五").records] == ["东风"]
    assert len([text for text in heard() if ZHANG in text]) == 1
    # what was told once is not told again from memory
    lender.run("update {车辆} set {品牌} = '改了' where {品牌} = '东风'")
    assert [row["brand"] for row in look_up(front, OLD, "王五").records] == ["改了"]
    lender.run("update {车辆} set {品牌} = '东风' where {品牌} = '改了'")


def test_an_empty_table_says_nothing_about_anybody(lender):
    lender.run("create table {空} as select * from {车辆} where 1 = 0")
    lender.grant("{空}")
    found = look_up(open_front(mapped(lender, **{"table: 车辆": "table: 空"})))
    assert (found.outcome, found.as_of) == ("UNAVAILABLE", None)


@pytest.mark.parametrize("power", ["insert", "update", "delete"])
def test_a_role_that_can_write_is_refused(lender, power):
    lender.grant("{车辆}", power)
    try:
        with pytest.raises(DataUnreadable, match="可以写"):
            open_front(mapped(lender)).dataset()
    finally:
        lender.revoke("{车辆}", power)
    assert open_front(mapped(lender)).dataset()


def test_an_administrator_is_refused(lender):
    with pytest.raises(DataUnreadable, match="可以写"):
        open_front(mapped(lender, **{f"user: {lender.reader}": f"user: {lender.owner}"})).dataset()


def test_a_statement_that_takes_too_long_is_given_up(lender):
    front = open_front(mapped(lender))
    assert isinstance(front, LentTable)
    front.dataset()
    with pytest.raises(DataUnreadable):
        front.read(lambda connection: connection.rows(lender.slowly()))
    # for a moment nobody else waits for it, and then it is asked again
    began = time.monotonic()
    assert look_up(front).outcome == "UNAVAILABLE"
    assert time.monotonic() - began < 0.5
    front._rests_until = 0.0
    assert look_up(front).outcome == "FOUND"


def test_a_connection_that_was_lost_is_made_anew(lender):
    front = open_front(mapped(lender))
    assert look_up(front).outcome == "FOUND"
    lender.cut_off()
    assert look_up(front).outcome == "FOUND"


def test_the_session_cannot_write_even_where_the_role_could(lender):
    place = mapped(lender).database
    owner = databases._KINDS[place.kind](replace(place, user=lender.owner))
    assert owner.writable()
    with pytest.raises(DataUnreadable):
        owner.rows(f"delete from {owner.quoted('车辆')}")
    owner.close()


def test_a_name_is_nothing_but_a_name(lender):
    connection = connect(mapped(lender).database)
    for name in ('a"b', "a`b", "a;drop table x", "a%s", "a'b"):
        with pytest.raises(DataUnreadable):
            connection.rows(f"select {connection.quoted(name)} from {connection.quoted('车辆')}")
    connection.close()


def test_a_key_that_stands_twice_where_it_must_stand_once_is_refused(lender):
    lender.run("create table {多主} as select * from {车主} union all select * from {车主}")
    lender.grant("{多主}")
    with pytest.raises(DataUnreadable, match="不能一一对应"):
        open_front(mapped(lender, **{"table: 车主": "table: 多主"})).dataset()


def test_the_check_reads_the_table_through_and_finds_numbers_no_question_would(lender):
    found = check(mapped(lender), TODAY)
    assert (found.rows, found.people, found.odd, found.newest) == (3, 2, 0, date(2024, 7, 31))
    assert found.holds
    lender.run("update {车主} set {证件号码} = %s where {编号} = 3", f" {OLD}")
    try:
        found = check(mapped(lender), TODAY)
        assert (found.odd, found.holds) == (1, False)
        assert look_up(open_front(mapped(lender)), OLD, "王五").outcome == "NOT_FOUND"
    finally:
        lender.run("update {车主} set {证件号码} = %s where {编号} = 3", OLD[:6] + OLD[8:17])


def test_a_password_that_others_can_read_is_not_used(lender):
    path = lender.folder / "reader.password"
    path.chmod(0o644)
    try:
        with pytest.raises(DataUnreadable, match="chmod 600"):
            open_front(mapped(lender)).dataset()
    finally:
        path.chmod(0o600)


def test_what_goes_wrong_is_told_without_what_was_asked(lender):
    front = open_front(mapped(lender, **{"品牌": "没有的列"}))
    with pytest.raises(DataUnreadable) as told:
        front.dataset()
    assert ZHANG not in str(told.value)
    assert re.search("数据库查询失败.*:没有这一列", str(told.value))


def test_a_look_up_that_takes_too_long_is_said_to(lender):
    wait = "pg_sleep(3) is null" if lender.quote == '"' else "sleep(3) = 1"
    slow = f"select 1 from information_schema.tables where {wait}"
    link = connect(mapped(lender).database)
    try:
        with pytest.raises(DataUnreadable, match="没有在 timeout_seconds 内查完"):
            link.rows(slow)
    finally:
        link.close()


def test_the_spellings_of_a_number_are_those_of_registers():
    person = ResidentId.parse("11010519491231002X")
    assert written(person) == ["11010519491231002X", "11010519491231002x", "110105491231002"]

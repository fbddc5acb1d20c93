"""Declaring 申报: every fault names its field in Chinese, and what is taken is normalised."""

import copy
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hedui.ledger import verify
from hedui.policy import PolicyError, case
from hedui.procedure.cases import acts
from hedui.procedure.cases.content import SCHEMA, NotWellFormed, check, read_file
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.checkpoints import export
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import assessment
from hedui.wire.canonical import digest
from tests import cast

TODAY = date(2024, 8, 15)
SAN = cast.ZHANG_SAN
Wrong = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Any]

# what is wrong → how (c: the case, m: 张三, i: his wage), the field, the words
FAULTS: dict[str, tuple[Wrong, str, str]] = {
    "leaving in days to come": (
        lambda c, m, i: c.update(leaving={"reason": "pension", "decided_on": "2024-08-16"}),
        "leaving/decided_on",
        "退出·确认日期:日期还没有到",
    ),
    "away without a reason": (
        lambda c, m, i: m.update(absence={"since": "2024-01-01"}),
        "members/0/absence/reason",
        "不在家中·情形:还没有填写",
    ),
    "a job not begun yet": (
        lambda c, m, i: i.update(started_on="2024-09-01"),
        "members/0/incomes/0/started_on",
        "就业日期:日期还没有到",
    ),
    "no programme": (lambda c, m, i: c.pop("programme"), "programme", "救助项目:还没有填写"),
    "nobody": (lambda c, m, i: c.update(members=[]), "members", "家庭成员:不能为空"),
    "too many": (
        lambda c, m, i: c.update(members=c["members"] * 11),
        "members",
        "家庭成员:至多 30 项",
    ),
    "one in place of a list": (
        lambda c, m, i: m.update(incomes=i),
        "members/0/incomes",
        "收入:格式不对,应为:列表",
    ),
    "a line that is none": (
        lambda c, m, i: m.update(incomes=["4200.00"]),
        "members/0/incomes/0",
        "收入第1项:格式不对,应为:各项的名称和内容",
    ),
    "a truth in words": (
        lambda c, m, i: m.update(employed="是"),
        "members/0/employed",
        "格式不对,应为:true 或 false",
    ),
    "a newline after a key": (
        lambda c, m, i: m.update(key="a\n"),
        "members/0/key",
        "格式不对,应为:字母、数字、_ 或 -,1 至 20 个",
    ),
    "a newline after the programme": (
        lambda c, m, i: c.update(programme="dibao\n"),
        "programme",
        "救助项目:格式不对",
    ),
    "an unknown division": (
        lambda c, m, i: c.update(division="999999"),
        "division",
        "行政区划:没有行政区划代码999999",
    ),
    "a county that was no more": (
        lambda c, m, i: c.update(division="310103"),
        "division",
        "行政区划:行政区划代码310103(卢湾区)在2024-08-01已停用,现为310101黄浦区",
    ),
    "a county that was not yet": (
        lambda c, m, i: c.update(division="653228"),
        "division",
        "在2024-08-01尚未启用",
    ),
    "a province": (
        lambda c, m, i: c.update(division="310000"),
        "division",
        "行政区划:310000是上海市,请填写其下县(市、区)的代码",
    ),
    "a province of which no counties are known": (
        lambda c, m, i: c.update(division="710000"),
        "division",
        "请填写其下县(市、区)的代码",
    ),
    "a city that has counties": (
        lambda c, m, i: c.update(division="330100"),
        "division",
        "330100是杭州市,请填写其下县(市、区)的代码",
    ),
    "half a division": (lambda c, m, i: c.update(division="31"), "division", "县级代码"),
    "a day to come": (
        lambda c, m, i: c.update(applied_on="2024-08-16"),
        "applied_on",
        "申请日期:申请日期不能晚于今天",
    ),
    "a day before anybody could apply": (
        lambda c, m, i: c.update(applied_on="2014-04-30"),
        "applied_on",
        "申请日期:申请日期不能早于2014年5月1日",
    ),
    "a year of two digits": (
        lambda c, m, i: c.update(applied_on="0024-08-01"),
        "applied_on",
        "请核对年份",
    ),
    "the first day that can be written": (
        lambda c, m, i: c.update(applied_on="0001-01-01"),
        "applied_on",
        "请核对年份",
    ),
    "a day that never was": (
        lambda c, m, i: c.update(applied_on="2024-02-30"),
        "applied_on",
        "申请日期:没有这一天",
    ),
    "a day written otherwise": (
        lambda c, m, i: c.update(applied_on="2024/08/01"),
        "applied_on",
        "YYYY-MM-DD",
    ),
    "two applicants": (
        lambda c, m, i: c["members"][1].update(relation="self"),
        "members",
        "有且只有一位",
    ),
    "no applicant": (lambda c, m, i: m.update(relation="other"), "members", "有且只有一位"),
    "a key twice": (lambda c, m, i: c["members"][1].update(key="a"), "members", "不能重复"),
    "a number twice": (
        lambda c, m, i: c["members"][1].update(id_number=SAN),
        "members/1/id_number",
        "家庭成员第2位·公民身份号码:与另一位成员的号码相同",
    ),
    "no name": (lambda c, m, i: m.pop("name"), "members/0/name", "家庭成员第1位·姓名:还没有填写"),
    "a blank name": (lambda c, m, i: m.update(name="  "), "members/0/name", "请填写姓名"),
    "a digit in a name": (
        lambda c, m, i: m.update(name="张3"),
        "members/0/name",
        "第2个字符是数字",
    ),
    "a wrong check digit": (
        lambda c, m, i: m.update(id_number=SAN[:-1] + ("0" if SAN[-1] != "0" else "1")),
        "members/0/id_number",
        "公民身份号码:身份号码校验不通过",
    ),
    "17 digits": (lambda c, m, i: m.update(id_number=SAN[:-1]), "members/0/id_number", "现为17位"),
    "a letter in a number": (
        lambda c, m, i: m.update(id_number=SAN[:5] + "A" + SAN[6:]),
        "members/0/id_number",
        "第6位不是数字",
    ),
    "a 13th month": (
        lambda c, m, i: m.update(id_number=f"{SAN[:10]}13{SAN[12:]}"),
        "members/0/id_number",
        "不是真实存在的日期",
    ),
    "somebody not yet born": (
        lambda c, m, i: m.update(id_number=cast.number("20990101", "001")),
        "members/0/id_number",
        "出生日期晚于申请日期",
    ),
    "another birth date": (
        lambda c, m, i: m.update(birth_date="1984-03-02"),
        "members/0/birth_date",
        "出生日期:与公民身份号码中的出生日期",
    ),
    "an unknown relation": (
        lambda c, m, i: m.update(relation="uncle"),
        "members/0/relation",
        "与申请人关系:只能填 self、spouse",
    ),
    "a slip in a name of a field": (
        lambda c, m, i: m.update(incoms=[]),
        "members/0",
        "不认识的项“incoms”",
    ),
    "a third decimal": (
        lambda c, m, i: i.update(amount="1.234"),
        "members/0/incomes/0/amount",
        "家庭成员第1位·收入第1项·金额:格式不对,应为:元,至多两位小数",
    ),
    "a negative income": (
        lambda c, m, i: i.update(amount="-1"),
        "members/0/incomes/0/amount",
        "元,至多两位小数",
    ),
    "a float": (lambda c, m, i: i.update(amount=1.5), "members/0/incomes/0/amount", "两位小数"),
    "an exponent": (
        lambda c, m, i: i.update(amount="1e9"),
        "members/0/incomes/0/amount",
        "两位小数",
    ),
    "NaN": (lambda c, m, i: i.update(amount="NaN"), "members/0/incomes/0/amount", "两位小数"),
    "a kind of another class": (
        lambda c, m, i: i.update(kind="rent"),
        "members/0/incomes/0/kind",
        "种类:只能填 salary、bonus、labour_service",
    ),
    "an end before the beginning": (
        lambda c, m, i: i.update({"from": "2025-01-01"}),
        "members/0/incomes/0/to",
        "止期早于起期",
    ),
    "no beginning": (lambda c, m, i: i.pop("from"), "members/0/incomes/0/from", "起:还没有填写"),
    "an account without a balance": (
        lambda c, m, i: m["assets"][0].pop("value"),
        "members/0/assets/0/value",
        "财产第1项·价值:还没有填写",
    ),
    "two flats of one": (
        lambda c, m, i: m["assets"][1].update(share="2"),
        "members/0/assets/1/share",
        "份额:应大于 0、不超过 1",
    ),
    "an area that is no number": (
        lambda c, m, i: m["assets"][1].update(floor_area="NaN"),
        "members/0/assets/1/floor_area",
        "建筑面积(平方米):应大于 0",
    ),
    "a fifth grade": (
        lambda c, m, i: m.update(disability={"category": "limb", "grade": 5}),
        "members/0/disability",
        "残疾:格式不对",
    ),
    "support of nobody": (
        lambda c, m, i: c.update(obligors=[{"key": "o", "relation": "child", "supports": ["z"]}]),
        "obligors/0/supports",
        "没有 key 为 z 的成员",
    ),
}


def content(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(cast.zhang_family(date(2024, 8, 1))) | changes


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_names_its_field(what):
    wrong, field, words = FAULTS[what]
    case = content()
    member = case["members"][0]
    wrong(case, member, member["incomes"][0])
    with pytest.raises(NotWellFormed) as caught:
        check(case, today=TODAY)
    assert (caught.value.field, len(caught.value.faults)) == (field, 1)
    assert words in caught.value.message
    assert SAN[6:] not in caught.value.message


@pytest.mark.parametrize(
    ("division", "applied_on", "day"),
    [
        ("441900", "2024-08-01", TODAY),  # 东莞, a city without counties
        ("460300", "2019-08-01", date(2019, 8, 15)),  # 三沙, before it had any
        ("310103", "2011-08-01", date(2011, 8, 15)),
        ("500112", "2025-11-01", date(2026, 1, 5)),  # abolished while the case was open
        ("500157", "2025-11-01", date(2026, 1, 5)),  # and who took it over
    ],
)
def test_a_place_is_one_that_takes_applications(monkeypatch, division, applied_on, day):
    monkeypatch.setattr("hedui.procedure.cases.content.EARLIEST", date(2009, 1, 1))
    case = content(division=division, applied_on=applied_on)
    case["members"] = [{n: case["members"][0][n] for n in ("key", "name", "id_number", "relation")}]
    assert check(case, today=day)["division"] == division


def test_one_applies_from_the_first_day_of_the_measures_on():
    case = content(applied_on="2014-05-01")
    case["members"] = case["members"][:1]
    assert check(case, today=TODAY)["applied_on"] == "2014-05-01"


def test_all_faults_are_told_at_once():
    case = content()
    case["members"][0]["name"] = "张3"
    case["members"][0]["incomes"][0]["from"] = "2025-02-30"
    case["members"][2]["id_number"] = "1"
    with pytest.raises(NotWellFormed) as caught:
        check(case, today=TODAY)
    assert [f.field for f in caught.value.faults] == [
        "members/0/name",
        "members/0/incomes/0/from",
        "members/2/id_number",
    ]


@pytest.mark.parametrize(
    "written",
    [
        SAN,
        "".join(chr(ord(c) + 0xFEE0) for c in SAN),
        f"{SAN[:6]} {SAN[6:14]}-{SAN[14:]}",
        SAN[:6] + SAN[8:17],
        f" {SAN} ",
    ],
)
def test_a_number_is_taken_however_it_is_written(county, written):
    case = cast.declared(county)
    case.refresh_from_db()
    standing = case.members.get(key="a")
    changed = cast.zhang_family(case.applied_on)
    changed["members"][0]["id_number"] = written
    acts.declare(case=case, content=changed, by=county.intake)
    member = case.members.get(key="a", replaced=False)
    assert member.opened["id_number"] == SAN
    assert member.pk == standing.pk
    assert case.declarations.get(version=2).opened["members"][0]["id_number"] == SAN


def test_money_is_taken_with_two_decimals():
    case = content()
    case["members"][0]["incomes"][0]["amount"] = "50400"
    taken = check(case, today=TODAY)
    assert taken["members"][0]["incomes"][0]["amount"] == "50400.00"


def test_a_declaration_is_sealed_and_its_digest_is_of_what_is_sealed(county):
    declaration = cast.declared(county).declarations.get()
    assert "张三".encode() not in bytes(declaration.content)
    assert declaration.digest == digest(declaration.opened)
    assert len(declaration.opened["salt"]) == 32


def test_the_same_declaration_twice_has_two_digests(county):
    """Else the digest would tell who declared the same."""
    first, second = cast.declared(county), cast.declared(county)
    assert first.declarations.get().digest != second.declarations.get().digest


def test_a_fault_leaves_nothing_behind(county):
    case = cast.declared(county)
    before = Entry.objects.count()
    wrong = cast.zhang_family(case.applied_on)
    wrong["members"][0]["name"] = ""
    with pytest.raises(NotWellFormed):
        acts.declare(case=case, content=wrong, by=county.intake)
    assert (Declaration.objects.count(), Entry.objects.count()) == (1, before)


def corrected(case: Case, key: str, **changes: Any) -> dict[str, Any]:
    """Return the declaration of 张家 with one member corrected."""
    again = cast.zhang_family(case.applied_on)
    for member in again["members"]:
        if member["key"] == key:
            member.update(changes)
    return again


def test_a_correction_before_the_commission_is_a_new_version(county):
    case = cast.declared(county)
    first = case.declarations.get()
    acts.declare(case=case, content=corrected(case, "a", employed=False), by=county.intake)
    assert [d.version for d in case.declarations.all()] == [1, 2]
    assert case.declarations.get(version=1).opened == first.opened
    assert not Member.objects.filter(replaced=True).exists()
    assert commission(case=case, by=county.intake).declaration.version == 2


@pytest.mark.parametrize(
    "changes", [{"name": "李思"}, {"id_number": cast.number("19860301", "004")}]
)
def test_a_person_corrected_is_another_person_who_has_not_authorized(county, changes):
    case = cast.authorized(county)
    acts.declare(case=case, content=corrected(case, "b", **changes), by=county.intake)
    old, new = case.members.filter(key="b").order_by("id")
    assert (old.replaced, new.replaced) == (True, False)
    assert not new.authorizations.exists()
    envelopes = inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    asked = {t.inquiry.member.key for e in envelopes for t in e.tickets}
    assert asked == {"a", "c"}


def test_a_person_no_longer_declared_is_no_longer_asked_about(county):
    case = cast.authorized(county)
    fewer = cast.zhang_family(case.applied_on)
    del fewer["members"][1]
    acts.declare(case=case, content=fewer, by=county.intake)
    envelopes = inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    assert {t.inquiry.member.key for e in envelopes for t in e.tickets} == {"a", "c"}


def test_the_ledger_knows_who_was_replaced(county):
    """So that an outsider can see that nobody was asked about on what they had signed."""
    case = cast.authorized(county)
    old = case.members.get(key="b")
    acts.declare(case=case, content=corrected(case, "a", employed=False), by=county.intake)
    acts.declare(case=case, content=corrected(case, "b", name="李思"), by=county.intake)
    declared = Entry.objects.filter(act="cases.declare", case=case.pk)
    details = [json.loads(one.content)["detail"] for one in declared.order_by("index")]
    assert [one.get("replaced") for one in details] == [None, None, [str(old.pk)]]
    inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    assert verify.verify(export()).reason == ""


def test_a_relation_corrected_keeps_the_person(county):
    case = cast.authorized(county)
    acts.declare(case=case, content=corrected(case, "b", relation="other"), by=county.intake)
    member = case.members.get(key="b")
    assert (member.relation, member.authorizations.count()) == ("other", 1)


@pytest.mark.parametrize("act", ["declare", "fill_in"])
def test_nothing_is_declared_once_it_is_frozen(county, act):
    case = cast.commissioned(county).case
    frozen = case.declarations.get()
    with pytest.raises(acts.AlreadyFrozen, match="核对已经开始,申报内容已锁定"):
        getattr(acts, act)(case=case, content=cast.zhang_family(case.applied_on), by=county.intake)
    assert case.declarations.get().digest == frozen.digest


@pytest.mark.parametrize("act", ["declare", "fill_in"])
def test_a_stranger_declares_nothing(county, act):
    case = cast.declared(county)
    with pytest.raises(acts.NotYours):
        getattr(acts, act)(
            case=case, content=cast.zhang_family(case.applied_on), by=county.stranger
        )
    with pytest.raises(NotAllowed):
        getattr(acts, act)(
            case=case, content=cast.zhang_family(case.applied_on), by=county.prepares
        )
    assert case.declarations.count() == 1


def test_a_stranger_sees_no_case(county):
    commissioned = cast.commissioned(county)
    assert not visible_to(county.stranger).exists()
    for reader in (county.intake, county.prepares, county.countersigns):
        assert visible_to(reader).get() == commissioned.case


def test_the_body_sees_a_case_only_once_it_is_ordered(county):
    cast.authorized(county)
    assert not visible_to(county.prepares).exists()


def test_numbers_have_no_gaps_even_where_an_act_failed(county):
    first = cast.declared(county)
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.declared(county)
        raise IntegrityError
    second = cast.declared(county)
    assert [int(c.number[-6:]) for c in (first, second)] == [1, 2]


def test_an_officer_without_an_agency_opens_no_case(county):
    from dataclasses import replace

    with pytest.raises(Refusal, match="岗位"):
        acts.open_case(
            programme="dibao",
            division=cast.DIVISION,
            applied_on=today(),
            by=replace(county.intake, agency=None),
        )
    assert not Case.objects.exists()


def test_an_application_is_not_of_the_future(county):
    case = cast.declared(county)
    late = corrected(case, "a") | {"applied_on": (today() + timedelta(days=1)).isoformat()}
    with pytest.raises(NotWellFormed, match="不能晚于今天"):
        acts.declare(case=case, content=late, by=county.intake)


def test_a_sex_that_differs_from_the_number_is_kept_as_declared():
    """GB 11643's own example is a woman's number; who copies it with another sex is not refused."""
    case = content()
    case["members"][0]["sex"] = "female"
    assert check(case, today=date(2024, 8, 1))["members"][0]["sex"] == "female"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_with_exact_decimals_and_with_or_without_a_mark(mark):
    found = read_file(mark + b'{"share": 0.5, "floor_area": 71.50}')
    assert found == {"share": Decimal("0.5"), "floor_area": Decimal("71.50")}


def test_a_decimal_in_a_file_is_taken_where_a_number_stands_and_named_where_money_stands():
    case = content()
    home = {"class": "real_estate", "kind": "residence", "floor_area": 71.5, "share": 0.5}
    case["members"][0]["assets"] = [home]
    read = read_file(json.dumps(case).encode())
    (asset,) = check(read, today=date(2024, 8, 1))["members"][0]["assets"]
    assert (asset["floor_area"], asset["share"]) == ("71.5", "0.5")
    case["members"][0]["incomes"][0]["amount"] = 50400.5
    with pytest.raises(NotWellFormed) as caught:
        check(read_file(json.dumps(case).encode()), today=date(2024, 8, 1))
    assert [fault.field for fault in caught.value.faults] == ["members/0/incomes/0/amount"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a": 1, "a": 2}', b"\xff", b'{"a": NaN}'])
def test_a_file_that_is_none_is_said_to_be_none(body):
    with pytest.raises(NotWellFormed, match="JSON"):
        read_file(body)


def test_whatever_a_rule_reads_can_be_declared_and_reaches_it():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    allowed = {
        name: set(part["properties"])
        for name, part in schema["$defs"].items()
        if "properties" in part
    }
    of_case = case.CASE_KEYS - {"name", "expect", "as_of"}  # the day is that of the application
    assert of_case - set(schema["properties"]) == set()
    in_bands = {"at_least", "at_most"}  # what a source tells in place of a value
    for part, keys in case.KEYS.items():
        assert keys - allowed[part] - in_bands == set(), part
    lines = {"incomes", "assets", "expenses"}
    assert case.KEYS["member"] - lines - set(assessment.RULE_KEYS) == set()
    declared = of_case - {"programme", "division", "members", "obligors"}
    assert declared == set(assessment.CASE_KEYS)


def test_a_declaration_with_every_circumstance_is_taken_and_assessed():
    said = cast.zhang_family(TODAY.replace(day=1))
    first, wage = said["members"][0], said["members"][0]["incomes"][0]
    said |= {"major_disaster": True, "leaving": {"reason": "pension", "decided_on": "2024-08-01"}}
    first |= {"single_parent": True, "no_earnings_shown": True, "graduated_on": "2010-07-01"}
    wage["started_on"] = "2020-01-01"
    first["assets"].append(
        {
            "class": "business",
            "kind": "sole_trader",
            "role": "owner",
            "employees": 1.0,  # a whole number to JSON
            "profit": "1200",
        }
    )
    said["members"][1]["absence"] = {"reason": "custody", "since": "2023-01-01"}
    taken = check(said, today=TODAY)
    assert taken["members"][0]["assets"][-1]["profit"] == "1200.00"
    assert taken["members"][0]["assets"][-1]["employees"] == 1
    stated = assessment.stated_in(SimpleNamespace(opened=taken))
    assert not isinstance(stated.assessed, PolicyError)
    assert stated.assessed["members"] == len(said["members"]) - 1  # who is in custody is none
    assert stated.assessed["inputs"]["case"]["leaving"]["reason"] == "pension"

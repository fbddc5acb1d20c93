"""What the summary, the table of inquiries and the list of steps say, before they are typeset."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.procedure.reports.documents.assessment import assessment
from hedui.procedure.reports.documents.inquiries import inquiries, receipts
from hedui.procedure.reports.documents.summary import SIGNS, line, summary
from tests.procedure.reports import bodies
from tests.procedure.reports.bodies import finding, gap, source

WORDS = {name: finding(1, "m1", "bank", "存款余额", name)["status_label"] for name in SIGNS}


def body_with(**more: Any) -> dict[str, Any]:
    return {**bodies.family_of_three(), **more}


@given(st.lists(st.sampled_from(sorted(SIGNS)), max_size=60))
def test_every_finding_is_counted_once_and_every_open_one_is_listed(statuses):
    found = [finding(at, "m1", "bank", "存款余额", one) for at, one in enumerate(statuses)]
    told: Any = summary(body_with(findings=found))
    counts = {one["words"]: one["number"] for one in told["counts"]}
    assert counts == {WORDS[one]: statuses.count(one) for one in set(statuses)}
    assert sum(counts.values()) == told["total"] == len(statuses)
    listed = [row["status"] for row in told["rows"]]
    assert sorted(listed) == sorted(one for one in statuses if one != "consistent")
    assert listed == sorted(listed, key=list(SIGNS).index)
    assert told["all_agree"] == (bool(statuses) and set(statuses) == {"consistent"})


def test_nothing_compared_is_not_called_agreement():
    told = summary(body_with(findings=[]))
    assert (told["total"], told["all_agree"]) == (0, False)


def test_a_status_nobody_knows_yet_is_listed_and_not_taken_for_agreement():
    odd = finding(1, "m1", "bank", "存款余额", "consistent") | {
        "status": "new",
        "status_label": "新",
    }
    told: Any = summary(body_with(findings=[odd]))
    assert [row["words"] for row in told["rows"]] == ["新"] and not told["all_agree"]


def test_the_note_of_a_line_that_agrees_is_left_out_and_no_other():
    for status in SIGNS:
        told = line(finding(1, "m1", "bank", "存款余额", status, note="登记为普通摩托车"))
        assert told["remarks"] == ("" if status == "consistent" else "登记为普通摩托车")


def test_what_was_accepted_and_a_name_written_otherwise_are_always_told():
    agreed = finding(
        1,
        "m1",
        "bank",
        "存款余额",
        "consistent",
        accepted="12000.00",
        match="name_variant",
        note="申报的与银行查到的相同。",
    )
    assert line(agreed)["remarks"] == "认定数额 12,000.00。姓名写法略有不同，身份号码相同。"


def cells(body: dict[str, Any]) -> dict[str, list[str]]:
    told: Any = inquiries(body)
    return {row["member"]: [one["words"] for one in row["cells"]] for row in told["rows"]}


def test_each_member_and_source_has_the_outcome_of_its_own_inquiry():
    asked = [
        source("bank", "m1", "FOUND", "有记录"),
        source("tax", "m2", "NOT_FOUND", "无记录"),
        source("bank", "m2", "NAME_MISMATCH", "姓名不同"),
    ]
    body = body_with(sources=asked, findings=[], not_asked=[gap("vehicle", "m3", "未签署")])
    told: Any = inquiries(body)
    assert [one["label"] for one in told["columns"]] == ["银行存款", "个人所得税", "机动车登记"]
    assert cells(body) == {
        "张立新": ["有记录", "未查询", "未查询"],
        "王䶮": ["姓名不同", "无记录", "未查询"],
        "张小禾": ["未查询"] * 3,
    }


@pytest.mark.parametrize("outcome", ["NO_REPLY", "UNAVAILABLE", "REFUSED"])
def test_a_silent_source_says_why_or_how_often_it_was_asked(outcome):
    silent = source("bank", "m1", outcome, "未反馈", attempts=4)
    told: Any = inquiries(body_with(sources=[silent]))
    (cell,) = (one for one in told["rows"][0]["cells"] if one["kind"] == "silent")
    assert cell["reason"] == "已查询4次" and told["silent"]
    explained: Any = inquiries(body_with(sources=[silent | {"reason": "部门暂不能答复"}]))
    assert explained["rows"][0]["cells"][1]["reason"] == "部门暂不能答复"


def test_days_are_told_once_for_a_source_and_singly_in_the_annex_where_they_differ():
    early = source("bank", "m1", "FOUND", "有记录")
    late = source("bank", "m2", "FOUND", "有记录", attempts=3)
    late.update(as_of="2024-07-20", received_at="2024-08-05T02:40:00Z")
    same = source("tax", "m1", "FOUND", "有记录")
    body = body_with(sources=[early, late, same], findings=[], not_asked=[])
    told: Any = inquiries(body)
    assert [(one["as_of"], one["received"]) for one in told["columns"]] == [
        ("2024-07-20 至 2024-07-31", "2024-08-05 10:31 至 10:40"),
        ("2024-07-31", "2024-08-05 10:31"),
    ]
    annex: Any = receipts(body)
    first, second, _ = annex
    assert [one["detail"] for one in first["answers"]] == [
        "数据截至 2024-07-31，收到 2024-08-05 10:31",
        "",
    ]
    assert [one["detail"] for one in second["answers"]] == [
        "数据截至 2024-07-20，收到 2024-08-05 10:40，查询3次"
    ]


def test_what_was_not_asked_is_grouped_by_reason_and_never_widened():
    body = body_with(
        sources=[source("bank", "m1", "FOUND", "有记录")],
        findings=[],
        not_asked=[
            *(gap("tax", who, "尚未建立协作") for who in ("m1", "m2", "m3")),
            *(gap(name, "m3", "未签署") for name in ("bank", "vehicle")),
            *(gap("vehicle", who, "未包括此项") for who in ("m1", "m2")),
        ],
    )
    told: Any = inquiries(body)
    assert [(one["members"], one["sources"], one["reason"]) for one in told["not_asked"]] == [
        ("全部成员", "个人所得税", "尚未建立协作"),
        ("张小禾", "银行存款、机动车登记", "未签署"),
        ("张立新、王䶮", "机动车登记", "未包括此项"),
    ]
    everything = [gap(name, "m3", "未签署") for name in ("bank", "tax")]
    unsigned: Any = inquiries({**body, "not_asked": everything})
    assert [one["sources"] for one in unsigned["not_asked"]] == ["全部来源"]


def test_every_authorization_and_every_receipt_is_in_the_annex():
    body = bodies.family_of_eight()
    listed: Any = receipts(body)
    serials = [one["serial"] for row in listed for one in row["answers"]]
    assert sorted(serials) == sorted(one["serial"] for one in body["sources"])
    for row, member in zip(listed, body["members"], strict=True):
        held = member["authorization"]
        assert row["authorization"] == (f"{held['number']}（{held['form']}）" if held else "—")


def steps(*declared: dict[str, Any], found: list[dict[str, Any]] | None = None) -> Any:
    sides = {"declared": bodies.side("0.00", "0.00", "0.00", "0.00", "pass")}
    sides["found"] = {**sides["declared"], "steps": list(declared) if found is None else found}
    sides["declared"] = {**sides["declared"], "steps": list(declared)}
    told: Any = assessment(body_with(assessment=sides))
    return told


def own(who: str, value: str, *inputs: tuple[str, str]) -> dict[str, Any]:
    return bodies.step("本人限额", value, "暂行办法", "text", *inputs) | {"subject": who}


def test_members_for_whom_a_step_is_the_same_share_a_row_and_others_do_not():
    told = steps(
        own("m1", "38280.00元", ("人数", "3")),
        own("m2", "38280.00元", ("人数", "3")),
        own("m3", "45936.00元", ("人数", "3")),
    )
    assert [(row["members"], row["values"][0]) for row in told["steps"]] == [
        ("张立新、王䶮", "38,280.00元"),
        ("张小禾", "45,936.00元"),
    ]


def test_what_is_summed_is_named_once_and_nothing_but_sums_of_nought_is_left_out():
    total = bodies.step(
        "家庭货币财产",
        "20.00元",
        "暂行办法",
        "text",
        ("m1 第1项财产:价值", "20.00元"),
        ("m2 第1项财产:价值", "0.00元"),
        ("m3 来源未反馈:价值", "不明"),
        ("人数", "0"),
    )
    (row,) = steps(total)["steps"]
    assert row["inputs"] == ["价值：张立新 第1项财产 20.00元、张小禾 来源未反馈 不明；人数 0"]


def test_each_ground_is_listed_once_and_cited_by_its_number():
    told = steps(
        bodies.step("甲", "1", "A", "text") | {"reference": "B；C"},
        bodies.step("乙", "1", "C", "memory") | {"reference": "A"},
        bodies.step("丙", "1", "D", "excerpt") | {"reference": "D"},
    )
    assert told["grounds"] == ["A", "B", "C", "D"]
    assert [row["grounds"] for row in told["steps"]] == ["1、2、3", "1、3", "4"]
    assert [row["trust"] for row in told["steps"]] == ["原文", "依据待核", "摘录"]


def test_a_step_only_the_second_basis_took_stands_where_that_basis_took_it():
    one, two, three = (bodies.step(name, "1", "A", "text") for name in ("一", "二", "三"))
    rows = steps(one, three, found=[one, two, three])["steps"]
    assert [row["label"] for row in rows] == ["一", "二", "三"]


@given(
    st.lists(st.sampled_from("abcdef"), max_size=6, unique=True),
    st.lists(st.sampled_from("abcdef"), max_size=6, unique=True),
)
def test_steps_of_two_bases_are_all_kept_and_each_stands_under_its_basis(one, other):
    def way(names: list[str], value: str) -> list[dict[str, Any]]:
        return [bodies.step(name, value, "A", "text") for name in names]

    rows = steps(*way(one, "1"), found=way(other, "2"))["steps"]
    assert sorted(row["label"] for row in rows) == sorted({*one, *other})
    for row in rows:
        assert row["values"] == [
            "1" if row["label"] in one else "—",
            "2" if row["label"] in other else "—",
        ]
    assert [row["label"] for row in rows if row["label"] in one] == one

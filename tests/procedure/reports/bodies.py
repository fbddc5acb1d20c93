"""Two sample reports and a form to print. All persons are generated (prefix 990101)."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

URL = "https://hedui.example.gov.cn/verify/ABCD-EFGH-JKMN"
ABSENT = "\U0002a6a5"  # 𪚥, Extension B: in no face we install
RARE = "䶮𬭚𠮷㛃龴"  # Extensions A, E, B, A and the late additions to the first block
SOURCES = {
    "social_insurance": "社会保险",
    "vehicle": "机动车登记",
    "real_estate": "不动产登记",
    "tax": "个人所得税",
    "bank": "银行存款",
    "provident_fund": "住房公积金",
}
UNITS = {
    "social_insurance": "市人力资源和社会保障局",
    "vehicle": "市公安局交通警察总队",
    "real_estate": "市自然资源确权登记事务中心",
    "tax": "国家税务总局上海市税务局",
    "bank": "银行间信息查询平台",
    "provident_fund": "市公积金管理中心",
}


def member(key: str, name: str, masked: str, relation: str, **more: Any) -> Body:
    held = {
        "number": f"SQ-310101-2024-00012{key[-1]}",
        "signed_on": "2024-08-01",
        "valid_until": "2025-01-31",
        "form": "dibao-2024-1",
        "guardian": None,
    }
    start = {"key": key, "name": name, "id_masked": masked, "relation": relation}
    labels = {"applicant": "申请人", "spouse": "配偶", "child": "子女", "parent": "父母"}
    filled = {"relation_label": labels[relation], "authorization": held, "note": ""}
    return {**start, **filled, **more}


def source(name: str, who: str, outcome: str, label: str, attempts: int = 1) -> Body:
    silent = outcome == "NO_REPLY"
    return {
        "source": name,
        "label": SOURCES[name],
        "member": who,
        "outcome": outcome,
        "outcome_label": label,
        "as_of": None if silent else "2024-07-31",
        "received_at": None if silent else "2024-08-05T02:31:07Z",
        "serial": None if silent else f"{name[:2].upper()}-20240805-00{who[-1]}731",
        "unit": UNITS[name],
        "attempts": attempts,
        "items": [f"{name}.balance_fen"],
    }


def gap(name: str, who: str, reason: str) -> Body:
    return {"member": who, "source": name, "source_label": SOURCES[name], "reason": reason}


def finding(at: int, who: str, name: str, label: str, status: str, **more: Any) -> Body:
    words = {
        "consistent": "一致",
        "inconsistent": "不一致",
        "not_found": "未核到",
        "no_reply": "未反馈",
        "awaiting_explanation": "待说明",
        "not_comparable": "不可比",
    }
    start: Body = {"id": f"F{at}", "member": who, "source": name, "source_label": SOURCES[name]}
    filled = {"item": f"{name}.x", "label": label, "unit": "fen", "declared": None, "found": None}
    rest = {"accepted": None, "difference": None, "as_of": "2024-07-31", "status": status}
    last = {"status_label": words[status], "match": "exact", "note": ""}
    return {**start, **filled, **rest, **last, **more}


def step(label: str, value: str, article: str, seen: str, *inputs: tuple[str, str]) -> Body:
    given = [{"label": name, "value": amount} for name, amount in inputs]
    reference = "沪民规〔2024〕参数 自2024-07-01起"
    return {
        "label": label,
        "article": article,
        "value": value,
        "inputs": given,
        "reference": reference,
        "seen": seen,
    }


def side(net: str, monthly: str, per_head: str, deposits: str, verdict: str) -> Body:
    return {
        "per_capita_income": per_head,
        "countable_income_annual": net,
        "tests": {"income": verdict, "financial_assets": "pass", "vehicle": "unknown"},
        "categories": ["dibao"] if verdict == "pass" else [],
        "steps": [
            step(
                "就业人员收入豁免",
                monthly,
                "上海市社会救助条例 第二十七条",
                "excerpt",
                ("月工资", "4200.00"),
                ("豁免额", "870.00"),
            ),
            step(
                "家庭月人均收入",
                per_head,
                "社会救助暂行办法 第九条",
                "text",
                ("计入收入（月）", monthly),
                ("人数", "3"),
            ),
            step(
                "货币财产限额",
                "114840.00",
                "最低生活保障审核确认办法",
                "memory",
                ("货币财产", deposits),
                ("每人限额", "38280.00"),
            ),
        ],
    }


def totals(income: str | None, wage: str | None, per_head: str | None, assets: str) -> Body:
    classes = {"wage": wage, "business": "0.00", "property": "0.00", "transfer": "0.00"}
    return {
        "income_annual": income,
        "income_by_class": classes,
        "per_capita_monthly": per_head,
        "financial_assets": assets,
        "vehicles": 0,
        "real_estates": 1,
    }


def family_of_three() -> Body:
    """An ordinary household (张家), issued: one vehicle not declared, one department silent."""
    people = [
        member("m1", "张立新", "990101********1538", "applicant"),
        member("m2", "王䶮", "990101********0029", "spouse"),
        member(
            "m3",
            "张小禾",
            "990101********4214",
            "child",
            authorization={
                "number": "SQ-310101-2024-000123",
                "signed_on": "2024-08-01",
                "valid_until": "2025-01-31",
                "form": "dibao-2024-1",
                "guardian": "父亲 张立新",
            },
        ),
    ]
    answers = [source(name, who, "FOUND", "有记录") for name in SOURCES for who in ("m1", "m2")]
    answers[7] = source("tax", "m2", "NO_REPLY", "未反馈", attempts=5)
    answers[10] = source("provident_fund", "m1", "NOT_FOUND", "无记录")
    findings = [
        finding(
            1,
            "m1",
            "tax",
            "工资薪金（年）",
            "consistent",
            declared="50400.00",
            found="50400.00",
            difference="0.00",
        ),
        finding(
            2,
            "m1",
            "bank",
            "存款余额",
            "inconsistent",
            declared="12000.00",
            found="31580.46",
            difference="19580.46",
            note="另一账户未申报，请本人说明",
        ),
        finding(
            3,
            "m1",
            "vehicle",
            "机动车数",
            "inconsistent",
            unit="count",
            declared=0,
            found=1,
            difference=1,
            note="登记为普通摩托车",
        ),
        finding(
            4,
            "m1",
            "real_estate",
            "房产套数",
            "consistent",
            unit="count",
            declared=1,
            found=1,
            difference=0,
        ),
        finding(
            5,
            "m2",
            "tax",
            "工资薪金（年）",
            "no_reply",
            declared="0.00",
            as_of=None,
            note="税务部门五次未答复",
        ),
        finding(
            6,
            "m2",
            "bank",
            "存款余额",
            "inconsistent",
            declared="9000.00",
            found="8211.35",
            difference="-788.65",
        ),
        finding(
            7,
            "m2",
            "social_insurance",
            "缴费状态",
            "awaiting_explanation",
            declared="0.00",
            note="有缴费基数而未申报工资",
        ),
        finding(8, "m2", "provident_fund", "公积金余额", "not_found", declared="6000.00"),
    ]
    return {
        "format": "hedui-report-1",
        "number": "HD-310101-2024-000001-1",
        "version": 1,
        "status": "issued",
        "code": "ABCD-EFGH-JKMN",
        "commission": {
            "number": "WT-310101-2024-000001",
            "commissioned_on": "2024-08-02",
            "agency": "黄浦区民政局",
            "body": "黄浦区居民经济状况核对中心",
            "programme": "dibao",
            "programme_label": "最低生活保障",
            "purpose": "仅供黄浦区民政局办理最低生活保障审核确认使用",
        },
        "division": "310101",
        "division_name": "上海市黄浦区",
        "applied_on": "2024-08-01",
        "drafted_at": "2024-08-06T16:20:00+08:00",
        "issued_at": "2024-08-07T09:05:00+08:00",
        "valid_until": "2025-02-06",
        "period": {"from": "2023-08-01", "to": "2024-07-31"},
        "declaration": {
            "digest": "sha256:" + "0" * 64,
            "declared_at": "2024-08-01T10:02:00+08:00",
            "frozen_at": "2024-08-02T09:00:00+08:00",
        },
        "members": people,
        "sources": answers,
        "findings": findings,
        "totals": {
            "declared": totals("50400.00", "50400.00", "1400.00", "27000.00"),
            "found": totals(None, "50400.00", None, "39791.81"),
        },
        "assessment": {
            "declared": side("39960.00", "3330.00", "1110.00", "27000.00", "pass"),
            "found": side("39960.00", "3330.00", "1110.00", "39791.81", "pass"),
            "rules": {"version": "2024.1", "parameters_digest": "sha256:" + "5b7d" * 16},
        },
        "not_asked": [gap(name, "m3", "授权书未包括此项,未作查询") for name in SOURCES],
        "rights": [
            "对核对结果有异议的，可自收到本报告之日起十五个工作日内向黄浦区居民经济状况核对中心提出，"
            "并可提交说明和佐证材料。",
            "异议处理期间，有异议的内容暂缓使用。",
            "可以查阅、复制与本人有关的核对信息，可以要求更正。",
            "可以撤回授权；撤回后不再查询，撤回前依法取得的结果仍然有效。",
        ],
        "prepared_by": {"name": "陈经办", "at": "2024-08-06T16:20:00+08:00"},
        "countersigned_by": {"name": "周复核", "at": "2024-08-07T09:05:00+08:00"},
    }


def family_of_eight() -> Body:
    """A draft for eight members, names in rare characters, no rules for the place."""
    body = family_of_three()
    names = ["李𠮷祥", "赵㛃", "李𬭚", "李龴", f"李{ABSENT}", "买买提·艾力", "李秀英", "李小满"]
    kinds = ["applicant", "spouse", "child", "child", "child", "child", "parent", "child"]
    body["members"] = [
        member(f"m{at}", name, f"990101********10{at}X", kind)
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True), 1)
    ]
    body["members"][6].update(authorization=None, note="本人住院，尚未签署")
    body["sources"] = [
        source(name, f"m{at}", "FOUND", "有记录")
        for at in range(1, 9)
        if at != 7
        for name in SOURCES
    ]
    body["findings"] = [
        finding(
            10 * at + row,
            f"m{at}",
            name,
            "余额或数量",
            "consistent",
            declared="1234567.80",
            found="1234567.80",
            difference="0.00",
        )
        for at in range(1, 9)
        if at != 7
        for row, name in enumerate(SOURCES)
    ]
    body.update(
        status="draft",
        issued_at=None,
        countersigned_by=None,
        assessment=None,
        not_asked=[gap(name, "m7", "本人未签署授权书,不予查询") for name in SOURCES],
        number="HD-310101-2024-000002-1",
        code="KMNP-QRST-VWXY",
    )
    return body


def form() -> Body:
    """The form of a child (张小禾), signed by the father."""
    return {
        "number": "SQ-310101-2024-000123",
        "printed_at": "2024-08-01T09:40:00+08:00",
        "agency": "黄浦区某某街道办事处",
        "body": "黄浦区居民经济状况核对中心",
        "programme_label": "最低生活保障",
        "purpose": "仅供办理最低生活保障审核确认使用",
        "form": {"id": "dibao-2024-1", "digest": "sha256:" + "3f9a" * 16},
        "person": {
            "name": "张小禾",
            "id_number": "990101********4214",
            "relation_label": "子女",
            "guardian": {
                "name": "张立新",
                "id_number": "990101********1538",
                "relation": "父亲",
            },
        },
        "paragraphs": [
            "因申请最低生活保障，本人授权上列核对机构依照《社会救助暂行办法》的规定，向下列部门查询本人在"
            "查询期间内的收入和财产状况，用于核对本人及共同生活的家庭成员申报的家庭经济状况。",
            "查询结果只用于本次申请的审核确认，并依法保密。本人有权查阅、复制查询结果，有权要求更正、"
            "补充，对结果有异议的，可以提出说明和佐证材料。",
            "本人可以随时向受理机关撤回本授权。撤回后不再查询；撤回以前依法取得的结果仍然有效。",
        ],
        "items": [
            {"department": UNITS[name], "source_label": SOURCES[name], "items": items}
            for name, items in (
                ("social_insurance", ["缴费状态", "缴费基数", "待遇类别", "月待遇金额"]),
                ("vehicle", ["车辆类型", "登记日期", "使用状态"]),
                ("real_estate", ["不动产单元号", "用途", "面积", "共有份额"]),
                ("tax", ["所得项目", "收入额"]),
                ("bank", ["账户余额"]),
                ("provident_fund", ["缴存基数", "账户余额"]),
            )
        ],
        "period": {"from": "2023-08-01", "to": "2024-07-31"},
        "valid_until": "2025-01-31",
        "own_address": "https://hedui.example/mine/",
        "notice": {
            "version": "notice-2026-2",
            "digest": "sha256:" + "5b7c" * 16,
            "sections": [
                {"heading": "一、谁处理您的信息", "lines": ["受理机关：黄浦区某某街道办事处。"]},
                {"heading": "五、您的权利", "lines": ["随时撤回授权。"]},
            ],
        },
    }

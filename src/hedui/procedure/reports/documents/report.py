"""
The verification report on paper (核对报告): from the signed body to what each cell says.

The document states what was declared and what was found, and by whom; it decides nothing. Every
amount on it stands in the body: nothing is computed here but how many items have which status, so
paper and signature cannot differ. Punctuation is set in full width, words are not touched.
Not here: layout (templates/report.typ) and wording of outcomes and findings (the body brings it).
"""

from __future__ import annotations

from typing import Any

from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.documents.assessment import assessment
from hedui.procedure.reports.documents.glyphs import Printed
from hedui.procedure.reports.documents.inquiries import inquiries, receipts
from hedui.procedure.reports.documents.summary import AGREED, line, summary
from hedui.procedure.reports.documents.typesetting import Document, qr, typeset
from hedui.procedure.reports.documents.versions import replaced, stands
from hedui.procedure.reports.documents.wording import Unprintable
from hedui.wire import canonical

Body = dict[str, Any]

FORMAT = "hedui-report-1"
TITLE = "居民家庭经济状况核对报告"
UNDATED = "　　　　年　　月　　日"
WATERMARKS = {"draft": "草稿 · 未签发", "submitted": "待签发", "issued": None}
TOTALS = (
    ("income_annual", "家庭年收入合计（元）"),
    ("wage", "其中：工资性收入（元）"),
    ("business", "　　　经营净收入（元）"),
    ("property", "　　　财产净收入（元）"),
    ("transfer", "　　　转移净收入（元）"),
    ("per_capita_monthly", "家庭月人均收入（元）"),
    ("financial_assets", "存款、有价证券和保险（元）"),
    ("deposits", "其中：存款（元）"),
    ("vehicles", "机动车（辆）"),
    ("real_estates", "房产（套）"),
    ("businesses", "市场主体（个）"),
    ("maintenance", "收到的赡养、抚养、扶养费（元）"),
)


def report_pdf(
    body: Body, *, verify_url: str, standing: Body | None = None, copy: str = ""
) -> bytes:
    """
    Print a verification report (核对报告) on A4.

    body: the `report` object of report.json, amounts in yuan with two decimals; a body that is not
    issued carries a watermark on every page
    verify_url: where the code can be checked; printed, and as QR code
    standing: how an issued report stands when it is printed: what is on hold, what replaced it
    copy: whose copy it is and of when, set lightly behind every page; "" where nobody is known

    The same body, address, standing and copy give the same bytes.

    :raises Unprintable: the body is not of this format
    :raises TypesettingFailed, FontsMissing: see there
    """
    return typeset(report_document(body, verify_url=verify_url, standing=standing, copy=copy))


def report_document(
    body: Body, *, verify_url: str, standing: Body | None = None, copy: str = ""
) -> Document:
    """
    Describe a report as `report_pdf` prints it, to be typeset, alone or with others.

    :raises Unprintable: the body is not of this format
    """
    if body.get("format") != FORMAT or body.get("status") not in WATERMARKS:
        raise Unprintable("报告格式或状态不能识别，无法生成文书")
    given = wording.set_in_full_width(_given(body, verify_url, standing) | {"copy": copy})
    return Document(
        template="report",
        given=given,
        title=TITLE,
        author=body["commission"]["body"],
        number=body["number"],
        at=wording.moment(body["issued_at"] or body["drafted_at"]),
    )


def _given(body: Body, verify_url: str, standing: Body | None) -> dict[str, Printed]:
    commission = body["commission"]
    return {
        "title": TITLE,
        "body": commission["body"],
        "number": body["number"],
        "purpose": commission["purpose"],
        "watermark": WATERMARKS[body["status"]],
        "standing": stands(body, standing) if standing else [],
        "replaces": replaced(body) if body.get("replaces") else None,
        "particulars": _particulars(body),
        "members": [_member(member, body["findings"]) for member in body["members"]],
        "summary": summary(body),
        "inquiries": inquiries(body),
        "findings": _findings(body),
        "guidance": [_guidance(kind) for kind in body.get("guidance", ())],
        "totals": _totals(body["totals"]),
        "assessment": assessment(body),
        "no_assessment": body.get("assessment_note") or "",
        "receipts": receipts(body),
        "rights": list(body["rights"]),
        "prepared": _signature(body["prepared_by"]),
        "countersigned": _signature(body["countersigned_by"]),
        "issued": wording.long_date(body["issued_at"]) if body["issued_at"] else UNDATED,
        "code": body["code"],
        "verify_url": verify_url,
        "qr": qr(verify_url),
        "digest": canonical.digest(body),
    }


def _particulars(body: Body) -> list[Printed]:
    commission = body["commission"]
    return [
        ["报告编号", body["number"]],
        ["版　　次", f"第 {body['version']} 版"],
        ["委托单位", commission["agency"]],
        ["核对机构", commission["body"]],
        ["委托编号", commission["number"]],
        ["委托日期", wording.long_date(commission["commissioned_on"])],
        ["救助项目", commission["programme_label"]],
        ["行政区划", f"{body['division_name']}（{body['division']}）"],
        ["申请日期", wording.long_date(body["applied_on"])],
        ["申报时间", wording.long_moment(body["declaration"]["declared_at"])],
        ["核算期", wording.span(body["period"])],
        ["申报锁定", wording.long_moment(body["declaration"]["frozen_at"])],
        ["签发时间", wording.long_moment(body["issued_at"]) if body["issued_at"] else "尚未签发"],
        ["有效期至", wording.long_date(body["valid_until"])],
    ]


def _guidance(kind: Body) -> Printed:
    return {
        "label": kind["label"],
        "findings": "、".join(kind["findings"]),
        "asks": [[one["ask"], "；".join(one["bring"])] for one in kind["asks"]],
    }


def _member(member: Body, findings: list[Body]) -> dict[str, Printed]:
    held = member["authorization"]
    remarks = [str(member["note"])] if member.get("note") else []
    if held and held["guardian"]:
        remarks.insert(0, f"监护人代签：{held['guardian']}")
    remarks += _registered(member, findings)
    return {
        "name": member["name"],
        "id": member["id_masked"],
        "relation": member["relation_label"],
        "signed_on": wording.short_date(held["signed_on"]) if held else None,
        "valid_until": wording.last_day(held["valid_until"]) if held else None,
        "remarks": "；".join(remarks),
    }


def _registered(member: Body, findings: list[Body]) -> list[str]:
    """Say how what was stated of a person stands beside what registers say of them."""
    told = [
        one
        for one in findings
        if one["member"] == member["key"] and str(one.get("part", "")).startswith("members.")
    ]
    if not told:
        return []
    apart = [f"{one['label']}{one['status_label']}" for one in told if one["status"] != AGREED]
    return [f"申报与登记：{'、'.join(apart) or '一致'}{'（见对照）' if apart else ''}"]


def _findings(body: Body) -> list[Printed]:
    groups: list[Printed] = []
    for member in body["members"]:
        rows: list[Printed] = [
            line(finding) for finding in body["findings"] if finding["member"] == member["key"]
        ]
        heading = f"{member['name']}（{member['relation_label']}）"
        groups.append({"heading": heading, "rows": rows})
    return groups


def _totals(totals: Body) -> list[Printed]:
    declared, found = (
        {**side, **side.get("income_by_class", {})}
        for side in (totals["declared"] or {}, totals["found"] or {})
    )
    return [
        [label, wording.figure(declared.get(name)), wording.figure(found.get(name))]
        for name, label in TOTALS
        if name in declared or name in found
    ]


def _signature(signed: Body | None) -> dict[str, Printed] | None:
    if signed is None:
        return None
    return {"name": signed["name"], "at": wording.long_moment(signed["at"])}

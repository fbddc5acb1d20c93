"""What the fields of a form are filled with 填入文书: read from the rows of a case, as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from hedui import catalogue, policy
from hedui.procedure.agencies.models import Agency
from hedui.procedure.agencies.queries import agreements_for, askable, lineage, verification_body_of
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.states import serving
from hedui.procedure.cases.labels import MARITAL_STATUSES
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import as_declared, is_taken_in_by
from hedui.procedure.cases.readback import Person, ReadBack, Told, read_back
from hedui.procedure.cases.written import day
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Objection
from hedui.procedure.papers.catalogue import relief_for
from hedui.procedure.papers.describing import Values
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.reports.compose import purpose_of
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.documents import wording
from hedui.procedure.reports.models import Report
from hedui.values.divisions import full_name
from hedui.values.money import yuan_text
from hedui.values.resident_id import mask

Row = dict[str, str]
UNSTATED = MARITAL_STATUSES["unknown"]
SILENT = frozenset({"not_found", "no_reply"})


@dataclass(frozen=True)
class About:
    """What a paper is about: a case, and what of it stands when it is printed."""

    case: Case
    by: Actor
    determination: Determination | None = None
    objection: Objection | None = None

    @cached_property
    def declared(self) -> ReadBack:
        """Return the declaration in words: the last that was confirmed, else the draft."""
        last = self.case.declarations.order_by("-version").first()
        if last is None:
            return read_back(as_declared(self.case.key.open(self.case.draft)))
        last.case = self.case
        return read_back(last.opened)

    @cached_property
    def report(self) -> Report | None:
        """Return the report that the paper is about: of what was concluded, else the newest."""
        if self.determination is not None:
            return self.determination.report
        if self.objection is not None:
            return self.objection.report
        issued = Report.objects.filter(
            commission__case=self.case, status=Report.Status.ISSUED
        ).select_related("commission__case")
        return issued.order_by("commission__commissioned_at", "version").last()


def values_of(about: About) -> Values:
    """Return the values of every group of fields; what is not there is left out."""
    return {
        "案件": _case(about),
        "申请人": _applicant(about),
        "机关": _offices(about.case),
        "成员": [_member(at, one, about) for at, one in enumerate(about.declared.people, start=1)],
        "收入": list(_lines(about.declared, "收入", "金额")),
        "财产": list(_lines(about.declared, "财产", "价值")),
        "支出": list(_lines(about.declared, "支出", "金额")),
        "家庭情况": [{"内容": told} for told in about.declared.circumstances],
        "委托": _commission(about.case),
        "授权": list(_authorizations(about.case)),
        "查询": list(_asked(about.case)),
        "救济": relief_for(about.case.division),
        "打印": {"日期": day(today()), "打印人": about.by.name},
        **(_reported(about) if about.report else {}),
        **(_objected(about.objection) if about.objection else {}),
        **(_concluded(about) if about.determination else {}),
    }


def _case(about: About) -> Row:
    case, known = about.case, policy.known_programmes().get(about.case.programme)
    return {
        "编号": case.number,
        "救助项目": known.label if known else case.programme,
        "行政区划": full_name(case.division),
        "申请日期": day(case.applied_on),
        "人数": str(len(about.declared.people) or ""),
    }


def _applicant(about: About) -> Row:
    person = next((one for one in about.declared.people if one.relation == "本人"), None)
    return _person(person, about) if person else {}


def _person(person: Person, about: About) -> Row:
    """Write a person; the whole number only for those who take the papers in, as on their pages."""
    sex, born = "", ""
    for told in person.circumstances:
        sex = told if told in ("男", "女") else sex
        born = told.removesuffix("出生") if told.endswith("出生") else born
    masked = mask(person.number) if person.number else ""
    return {
        "姓名": person.name,
        "性别": sex,
        "出生日期": born,
        "公民身份号码": person.number if is_taken_in_by(about.by, case=about.case) else masked,
        "遮盖号码": masked,
    }


def _member(at: int, person: Person, about: About) -> Row:
    told = "，".join(one for one in person.circumstances if one != UNSTATED)
    return _person(person, about) | {"序号": str(at), "关系": person.relation, "情况": told}


def _lines(declared: ReadBack, side: str, amount: str) -> Iterator[Row]:
    for person in declared.people:
        told: list[Told] = dict(person.sides).get(side, [])
        for line in told:
            written = line.amount.replace("¥", "")
            yield {"成员": person.name, "种类": line.what, amount: written, "说明": line.detail}


def _offices(case: Case) -> Row:
    body = verification_body_of(case.division)
    above = lineage(case.division)
    bureaus = Agency.objects.filter(kind=Agency.Kind.CIVIL_AFFAIRS, division__in=above)
    bureau = min(bureaus, key=lambda one: above.index(one.division), default=None)
    return {
        "名称": case.agency.name,
        "电话": case.agency.phone,
        "民政部门": bureau.name if bureau else "",
        "核对机构": body.name if body else "",
        "核对机构电话": body.phone if body else "",
    }


def _commission(case: Case) -> Row:
    ordered = case.commissions.select_related("agency").first()
    if ordered is None:
        return {"用途": purpose_of(case.programme)}
    return {
        "编号": ordered.number,
        "日期": _day_of(ordered.commissioned_at),
        "单位": ordered.agency.name,
        "用途": purpose_of(ordered.purpose),
    }


def _authorizations(case: Case) -> Iterator[Row]:
    held = Authorization.objects.filter(serving(moment()), case=case, member__replaced=False)
    for one in held.select_related("member").order_by("member__position"):
        one.case = one.member.case = case
        guardian = case.key.open(one.guardian) if one.guardian else {}
        yield {
            "成员": one.member.opened["name"],
            "编号": one.sheet_id or str(one.pk),
            "签署日期": day(one.signed_on),
            # The moment stored is the one it ends at; the day before is the last.
            "有效期至": _day_of(one.valid_until - timedelta(seconds=1)),
            "监护人": guardian.get("name", ""),
        }


def _asked(case: Case) -> Iterator[Row]:
    """Say which department is asked what under which agreement; nobody is asked without one."""
    on = today()
    wanted = set(askable(case.programme, case.division, on))
    agreed = agreements_for(case.division, on)
    for source in catalogue.sources().values():
        agreement = agreed.get(source.name)
        if agreement is None:
            continue
        items = [
            item.label
            for item in source.items.values()
            if item.full_name in wanted and item.full_name in agreement.items
        ]
        if items:
            yield {
                "部门": agreement.department.name,
                "来源": source.label,
                "内容": "、".join(items),
                "依据": agreement.legal_basis,
            }


def _reported(about: About) -> Mapping[str, Any]:
    report = about.report
    assert report is not None
    report.commission.case = about.case
    body, names = report.opened, _names(report)
    counted = [one["status"] for one in body["findings"]]
    delivered = report.deliveries.order_by("delivered_on").first()
    until = objections_until(report)
    return {
        "报告": {
            "编号": report.number,
            "版次": str(report.version),
            "签发日期": _day_of(report.issued_at),
            "有效期至": day(report.valid_until) if report.valid_until else "",
            "核验码": report.code,
            "送达日期": day(delivered.delivered_on) if delivered else "",
            "异议期至": day(until) if until else "",
            "一致": str(counted.count("consistent")),
            "不一致": str(counted.count("inconsistent")),
            "未核到": str(sum(status in SILENT for status in counted)),
        },
        "不一致": [
            _finding(one, names) for one in body["findings"] if one["status"] == "inconsistent"
        ],
    }


def _names(report: Report) -> dict[str, str]:
    return {member["key"]: str(member["name"]) for member in report.opened["members"]}


def _finding(one: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    return {
        "成员": names[one["member"]],
        "项目": one["label"],
        "来源": one["source_label"],
        "申报": wording.figure(one["declared"]),
        "核到": wording.figure(one["found"]),
        "认定": wording.figure(one["accepted"]) if one["accepted"] is not None else "",
        "数据截至": wording.short_date(one["as_of"]) if one["as_of"] else "",
    }


def _objected(objection: Objection) -> Mapping[str, Any]:
    body, case = objection.report.opened, objection.report.commission.case
    objection.member.case = case
    rows: list[Row] = []
    for item in objection.items.select_related("finding", "resolution"):
        item.objection = objection
        made = getattr(item, "resolution", None)
        if made is not None:
            made.contested = item
        line = body["findings"][item.finding.position]
        rows.append(
            {
                "项目": f"{line['label']}（{line['source_label']}）",
                "说法": item.opened,
                "结论": made.get_outcome_display() if made else "",
                "理由": made.opened["reasons"] if made else "",
            }
        )
    return {
        "异议": {
            "编号": objection.number,
            "提出人": objection.member.opened["name"],
            "收到日期": day(objection.received_on),
            "复核期限": day(objection.resolve_by),
        },
        "异议事项": rows,
    }


def _concluded(about: About) -> Mapping[str, Any]:
    made, report = about.determination, about.report
    assert made is not None and report is not None
    made.report = report
    opened, names = made.opened, _names(report)
    lines = report.opened["findings"]
    amount = opened.get("amount_fen")
    return {
        "决定": {
            "结论": made.get_outcome_display(),
            "理由": opened["reasons"],
            "日期": _day_of(made.confirmed_at),
            "依据": made.get_basis_display() if made.basis else "",
            "金额": wording.yuan(yuan_text(amount)) if amount is not None else "",
            "起始月": f"{made.first_month.year}年{made.first_month.month}月"
            if made.first_month
            else "",
            "核实方式": made.get_apart_display() if made.apart else "",
        },
        "依据事项": [_finding(lines[at], names) for at in made.findings],
    }


def _day_of(at: datetime | date | None) -> str:
    """Write the day of a moment in China; nothing where there is none."""
    if at is None:
        return ""
    return day(at.astimezone(SHANGHAI) if isinstance(at, datetime) else at)

"""Objections 异议 through the interface: against findings of the report that was issued last."""

from typing import Any

from django.http import HttpResponse

from hedui.faces.api.calling import Call
from hedui.faces.api.commissions import issued, kept_once, parts
from hedui.faces.api.contract import day_in, read_as
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.content import Fault, NotWellFormed
from hedui.procedure.cases.models import Member
from hedui.procedure.objections.sending import send
from hedui.procedure.reports.models import Finding, Report


def object_to(call: Call, number: str) -> HttpResponse:
    """Take in what a family says against findings; a repeat is told what was said first."""
    written, scans = parts(call, "objection")
    report = issued(call, number)

    def act(key: str, asked: str) -> Any:
        content = read_as("ObjectionRequest", written)
        return send(
            client=call.client,
            report=report,
            member=_member(report, content["member"]),
            received_on=day_in(content, "received_on"),
            items=_items(report, content["items"]),
            papers=_papers(content.get("papers", []), scans),
            late_because=content.get("late_because", ""),
            key=key,
            asked=asked,
            by=call.actor,
        )

    place = f"/api/v1/commissions/{number}"
    return kept_once(call, [number.encode(), written], scans, act, lambda _: place)


def _member(report: Report, key: str) -> Member:
    found = Member.objects.filter(case=report.commission.case_id, key=key, replaced=False).first()
    if found is None:
        raise NotWellFormed([Fault("member", "家庭中没有这个成员代号")])
    return found


def _items(report: Report, items: list[dict[str, str]]) -> dict[Finding, str]:
    findings = {f"F{one.position + 1:02d}": one for one in report.findings.all()}
    unknown = [
        Fault(f"items/{place}/finding", "这份报告没有这个比对结果,或者重复")
        for place, one in enumerate(items)
        if one["finding"] not in findings
        or one["finding"] in {before["finding"] for before in items[:place]}
    ]
    if unknown:
        raise NotWellFormed(unknown)
    return {findings[one["finding"]]: one["grounds"] for one in items}


def _papers(listed: list[dict[str, str]], scans: dict[str, bytes]) -> list[Paper]:
    missing = [
        Fault(f"papers/{place}/evidence", "没有随附这个文件")
        for place, one in enumerate(listed)
        if one["evidence"] not in scans
    ]
    if missing:
        raise NotWellFormed(missing)
    return [Paper(one["description"], scans[one["evidence"]]) for one in listed]

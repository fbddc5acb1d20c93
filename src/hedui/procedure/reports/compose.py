"""
Compose a report 核对报告: what was declared, what each source answered, how they compare.

Everything is read from the rows of this commission; nothing is decided here. Three numbers never
merge: declared, found, and (by people, later) accepted.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from hedui import catalogue, comparison, policy
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.outsiders import related
from hedui.procedure.authorizations.states import State, Told, state_of
from hedui.procedure.cases.labels import RELATIONS, declared_label
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.cases.terms import term
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.queries import Asked
from hedui.procedure.record.moment import SHANGHAI, china_text
from hedui.procedure.reports.answers import source_line
from hedui.procedure.reports.assessment import Stated, assess, totals
from hedui.procedure.reports.heard import Heard, Members
from hedui.values.divisions import full_name
from hedui.values.money import yuan_text
from hedui.values.resident_id import ResidentId, mask

RIGHTS = (
    "本报告只陈述申报与核到情况,不作是否给予救助的决定。未反馈、未核到的事项不作不利于您的使用。",
    "对任何一项结果有异议的,可在收到本报告之日起{within}内向{office}提出,书面、口头都可以,"
    "并提交佐证材料;复核完成前,有异议的事项不作不利于您的使用。",
    "您有权查阅、复制、更正本人信息,了解何人在何时因何事查询了您的信息,并可随时撤回授权。",
)

SET_ASIDE = "该来源近期核实有误较多,已停止用于不利认定。此项只供说明,没有计入,不作不利于您的使用。"


def compose(commission: Commission, stated: Stated, told: Heard) -> dict[str, Any]:
    """Return the body of the report on a commission, without number, code and signatures."""
    case, members, at = commission.case, told.members, told.at
    inquiries, look_back = told.inquiries, told.look_back
    # Asked once for each: of a guardian's standing the rows are asked.
    stands = {m: state_of(signed[-1], at) for m, signed in members.items() if signed}
    findings = [_set_aside(one, told.suspended) for one in _findings(stated.members, told)]
    return {
        "commission": _commission(commission),
        "division": case.division,
        "division_name": full_name(case.division),
        "applied_on": case.applied_on.isoformat(),
        "period": {"from": look_back.first.isoformat(), "to": look_back.last.isoformat()},
        "declaration": _declaration(commission.declaration),
        "members": [_member(m, signed, stands.get(m)) for m, signed in members.items()],
        "sources": [source_line(inquiry, told.day) for inquiry in told.every],
        "findings": findings,
        "guidance": comparison.guided(findings),
        "totals": totals(stated.lines, told.found, told.unknown),
        **assess(stated, told.found, told.unknown),
        "not_asked": _not_asked(told, stands),
        "left_out": _left_out(members, inquiries, commission.purpose),
        "rights": _rights(case),
    }


def _rights(case: Case) -> list[str]:
    """Say how to object, until when and to whom; the day it ends depends on the delivery."""
    phone = f"(电话 {case.agency.phone})" if case.agency.phone else ""
    within = term("objection", case.division).told
    return [one.format(within=within, office=f"{case.agency.name}{phone}") for one in RIGHTS]


def _commission(commission: Commission) -> dict[str, Any]:
    return {
        "number": commission.number,
        "commissioned_on": commission.commissioned_at.astimezone(SHANGHAI).date().isoformat(),
        "agency": commission.agency.name,
        "body": commission.body.name,
        "programme": commission.purpose,
        "programme_label": policy.programme(commission.purpose).label,
        "purpose": purpose_of(commission.purpose),
    }


def purpose_of(programme: str) -> str:
    """Say for what a report may be used, in the words that are printed on it."""
    return f"仅供审核确认本次{policy.programme(programme).label}申请使用,不得用于其他用途"


def _declaration(declaration: Declaration) -> dict[str, Any]:
    return {
        "digest": declaration.digest,
        "declared_at": china_text(declaration.declared_at),
        "frozen_at": declaration.frozen_at and china_text(declaration.frozen_at),
    }


def _member(member: Member, held: list[Authorization], stands: Told | None) -> dict[str, Any]:
    person, signed = member.opened, held[-1] if held else None
    return {
        "key": member.key,
        "name": person["name"],
        "id_masked": mask(person["id_number"]),
        "relation": member.relation,
        "relation_label": RELATIONS[member.relation],
        "authorization": _authorization(member, signed) if signed else None,
        "note": ";".join(filter(None, _notes(member, held, stands))),
    }


def _notes(member: Member, held: list[Authorization], stands: Told | None) -> Iterator[str]:
    """Say what the reader must know of a member: not asked about, or a sex that does not fit."""
    if stands is None or stands.state is not State.ACTIVE:
        yield _why_not(held, stands, None)
    if ResidentId.parse(member.opened["id_number"]).sex != member.opened["sex"]:
        yield "申报的性别与公民身份号码不一致,请核实"


def _authorization(member: Member, signed: Authorization) -> dict[str, Any]:
    guardian = member.case.key.open(signed.guardian) if signed.guardian else None
    return {
        "number": str(signed.id),
        "signed_on": signed.signed_on.isoformat(),
        # the last day on which it holds; the moment stored is the one it ends at
        "valid_until": (signed.valid_until.astimezone(SHANGHAI) - timedelta(seconds=1))
        .date()
        .isoformat(),
        "form": signed.form_id,
        "guardian": guardian and _guardian(guardian),
    }


def _guardian(guardian: dict[str, str]) -> str:
    return f"{related(guardian)} {guardian['name']}"


def _findings(stated: Mapping[str, Mapping[str, Any]], told: Heard) -> list[dict[str, Any]]:
    lines = []
    for member in told.members:
        asked = [item for i in told.inquiries if i.member == member.pk for item in i.items]
        compared = comparison.compare_member(
            member_key=member.key,
            declared=stated[member.key],
            answers=told.answers[member.key],
            authorized_items=asked,
            look_back=told.look_back,
            as_of=told.day,
        )
        alone = comparison.unsourced(
            member_key=member.key,
            declared=stated[member.key],
            expected=told.expected,
            look_back=told.look_back,
        )
        lines += [_finding(finding) for finding in (*_telling(compared), *alone)]
    return [{"id": f"F{number:02d}", **line} for number, line in enumerate(lines, start=1)]


def _set_aside(line: dict[str, Any], suspended: Collection[tuple[str, str]]) -> dict[str, Any]:
    """Turn a discrepancy that a suspended source asserts into what is to be explained."""
    if line["status"] != comparison.Status.INCONSISTENT.value:
        return line
    if (line["member"], line["source"]) not in suspended:
        return line
    waiting = comparison.Status.AWAITING_EXPLANATION
    told = {"status": waiting.value, "status_label": waiting.label, "note": SET_ASIDE}
    return line | told


def _telling(compared: Sequence[comparison.Finding]) -> list[comparison.Finding]:
    """
    Leave out lines that say nothing beside another line about the same item.

    One item may be held against several classes of income; where nothing was declared and
    nothing found in a class, its line is only kept if no other line speaks for the item.
    """
    by_item: dict[str, list[comparison.Finding]] = {}
    for finding in compared:
        by_item.setdefault(finding.item, []).append(finding)
    kept = []
    for item, lines in by_item.items():
        telling = [line for line in lines if not _is_empty(line)]
        if telling or len(lines) == 1:
            kept += telling or lines
        else:
            kept.append(replace(lines[0], label=catalogue.item(item).label))
    return kept


def _is_empty(line: comparison.Finding) -> bool:
    amounts = (line.declared_fen, line.found_fen, line.declared_count, line.found_count)
    return not any(amounts) and line.status not in (
        comparison.Status.AWAITING_EXPLANATION,
        comparison.Status.NOT_COMPARABLE,
    )


def _finding(finding: comparison.Finding) -> dict[str, Any]:
    money = finding.unit == "fen"
    stated = finding.declared_fen if money else finding.declared_count
    found = finding.found_fen if money else finding.found_count
    difference = None if stated is None or found is None else found - stated
    return {
        "member": finding.member_key,
        "source": finding.source,
        "source_label": _source_label(finding.source),
        "item": finding.item,
        "label": finding.label or declared_label(finding.item),
        "part": f"{finding.side}.{finding.class_}",
        "unit": finding.unit,
        "declared": _amount(stated, money),
        "found": _amount(found, money),
        "accepted": None,
        "cause": None,
        "cause_label": "",
        "explanation": "",
        "difference": _amount(difference, money),
        "as_of": finding.as_of and finding.as_of.isoformat(),
        "status": finding.status.value,
        "status_label": finding.status.label,
        "match": finding.match,
        "note": finding.note,
    } | ({"found_words": finding.found_words} if finding.found_words else {})


def _source_label(source: str) -> str:
    return catalogue.sources()[source].label if source else "没有可查的来源"


def _amount(value: int | None, money: bool) -> str | int | None:
    if value is None or not money:
        return value
    return f"-{yuan_text(-value)}" if value < 0 else yuan_text(value)


def _not_asked(told: Heard, stands: Mapping[Member, Told]) -> list[dict[str, Any]]:
    asked = {(i.member, i.source) for i in told.inquiries}
    return [
        {
            "member": member.key,
            "source": source,
            "source_label": _source_label(source),
            "reason": _why_not(held, stands.get(member), source),
        }
        for member, held in told.members.items()
        for source in told.expected
        if (member.pk, source) not in asked
    ]


def _left_out(members: Members, inquiries: Sequence[Asked], programme: str) -> list[dict[str, Any]]:
    """Name what a source that was asked was not asked about, and why."""
    allowed = _values_of(programme)
    signed = {m.pk: {i for one in held for i in one.items} for m, held in members.items()}
    gaps = []
    for one in inquiries:
        left = [item for item in allowed.get(one.source, ()) if item not in one.items]
        for items, reason in _reasons(one, left, signed[one.member]):
            if items:
                gaps.append(
                    {
                        "member": one.member_key,
                        "source": one.source,
                        "source_label": _source_label(one.source),
                        "items": [catalogue.item(item).label for item in items],
                        "reason": reason,
                    }
                )
    return gaps


@cache
def _values_of(programme: str) -> Mapping[str, Sequence[str]]:
    """Name by source what of values a programme may ask, in the order in which it names them."""
    return catalogue.by_source(catalogue.whole(policy.programme(programme).allowed))


def _reasons(
    one: Asked, left: Sequence[str], signed: Collection[str]
) -> Iterator[tuple[list[str], str]]:
    """Divide what was left out by why: less was enough, not signed for, or not agreed."""
    if any(map(catalogue.is_minimal, one.items)):
        yield list(left), "按最少够用的原则,只问了区间、有无或者数量,未查询"
        return
    unsigned = [item for item in left if item not in signed]
    yield unsigned, "授权书未包含这些项目,未查询"
    yield [i for i in left if i not in unsigned], "与该部门的协议不包含这些项目,未查询"


def _why_not(held: list[Authorization], stands: Told | None, source: str | None) -> str:
    """Say why a person was not asked about; the last word on it is the newest authorization."""
    if stands is None:
        return "本人未签署授权书,不予查询"
    if stands.state is not State.ACTIVE:
        return {
            State.REVOKED: "授权已撤回,不予查询",
            State.EXPIRED: "授权已过有效期,不予查询",
            State.SIGNED: "授权登记尚未复核,不予查询",
        }.get(stands.state, f"{stands.why},不予查询")
    if source and not any(item.split(".")[0] == source for item in held[-1].items):
        return "授权书未包含此项,不予查询"
    return "本地与该部门没有涵盖这些项目的有效协议" if source else ""

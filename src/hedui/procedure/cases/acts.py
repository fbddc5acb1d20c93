"""申报的办理: open a case, fill in the declaration, declare."""

import secrets
from datetime import date
from typing import Any

from django.db.models import F
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.content import check
from hedui.procedure.cases.models import Case, Declaration, Member, Numbering
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.record.sealing import CaseKey, blind
from hedui.values.names import mask_name
from hedui.wire.canonical import digest


class AlreadyFrozen(Refusal):
    """Verification has started: the declaration stands as it was declared."""

    def __init__(self) -> None:
        super().__init__(
            "核对已经开始,申报内容已锁定,不能再改。需要补充说明的,请在核对报告出具后提出异议。"
        )


class NotYours(Refusal):
    """The case belongs to another agency."""

    def __init__(self) -> None:
        super().__init__("这一案件由其他机构受理,您不能办理。")


def next_number(prefix: str) -> str:
    """Return the next number of a series, such as 310101-2024-000007; gapless within it."""
    Numbering.objects.get_or_create(prefix=prefix)
    Numbering.objects.filter(prefix=prefix).update(last=F("last") + 1)
    return f"{prefix}-{Numbering.objects.get(prefix=prefix).last:06d}"


@act("登记申请", article="社会救助暂行办法 第11条", roles={Role.INTAKE})
def open_case(*, programme: str, division: str, applied_on: date, by: Actor) -> Case:
    """
    Open a case 案 for a household that applies.

    :raises Refusal: the officer's post has no agency
    """
    if by.agency is None:
        raise Refusal("请以所在机构的岗位受理申请。")
    case_id = uuid7()
    entry = note(case=case_id, programme=programme, division=division)
    wrapped = CaseKey.wrapped_new(case_id.bytes)
    draft = {
        "programme": programme,
        "division": division,
        "applied_on": applied_on.isoformat(),
        "members": [],
        "obligors": [],
    }
    return Case.objects.create(
        id=case_id,
        number=next_number(f"{division}-{applied_on:%Y}"),
        programme=programme,
        division=division,
        applied_on=applied_on,
        agency=Agency.objects.get(id=by.agency),
        wrapped_key=wrapped,
        draft=CaseKey.unwrap(wrapped, case_id.bytes).seal(draft),
        opened_at=moment(),
        entry_id=entry,
    )


@act("填写申报", article="民办函〔2011〕365号 二(二)", roles={Role.INTAKE})
def fill_in(*, case: Case, content: dict[str, Any], by: Actor) -> Case:
    """
    Keep a declaration that is being filled in (it may still be incomplete).

    :raises AlreadyFrozen: verification has started
    """
    held = _held(case, by)
    note(case=held.id)
    held.draft = held.key.seal(content)
    held.save(update_fields=["draft"])
    return held


@act("确认申报", article="民办函〔2011〕365号 二(二) 先报告后核对", roles={Role.INTAKE})
def declare(*, case: Case, content: dict[str, Any], by: Actor) -> Declaration:
    """
    Take the household's declaration 申报 as a new version.

    content: in the shape of CASE.json without authorizations

    :raises NotWellFormed: with every fault, field by field
    :raises AlreadyFrozen: verification has started
    """
    held = _held(case, by)
    content = check(content, today=today())
    salted = {**content, "salt": secrets.token_hex(16)}
    version = held.declarations.count() + 1
    fingerprint = digest(salted)
    entry = note(case=held.id, version=version, digest=fingerprint)
    if gone := _take_members(held, content["members"]):
        note(replaced=gone)  # on what they signed nobody is asked any more
    applicant = next(m for m in content["members"] if m["relation"] == "self")
    held.programme, held.division = content["programme"], content["division"]
    held.applied_on = date.fromisoformat(content["applied_on"])
    held.draft = held.key.seal(content)
    held.applicant_masked = mask_name(applicant["name"])
    held.applicant_index = blind(applicant["name"])
    held.save(update_fields=MAY_CHANGE["cases_case"])
    return Declaration.objects.create(
        case=held,
        version=version,
        content=held.key.seal(salted),
        digest=fingerprint,
        declared_at=moment(),
        entry_id=entry,
    )


def _held(case: Case, by: Actor) -> Case:
    """Lock the case. :raises AlreadyFrozen, NotYours: :raises Refusal: the case is over"""
    held = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if held.agency_id != by.agency:
        raise NotYours
    if held.is_frozen:
        raise AlreadyFrozen
    if held.is_over:
        raise Refusal("本案已经办结,不再接受申报;家庭可以重新申请。")
    return held


def _take_members(case: Case, declared: list[dict[str, Any]]) -> list[str]:
    """
    Make the rows of the members; a person whose name or number changed is a new row.

    Return which rows were replaced.
    """
    standing = {member.key: member for member in case.members.filter(replaced=False)}
    people = {m["key"]: _person(m) for m in declared}
    gone = [one.pk for key, one in standing.items() if people.get(key) != one.opened]
    for member in gone:
        Member.objects.filter(pk=member).update(replaced=True)
    for position, m in enumerate(declared):
        Member.objects.filter(case=case, key=m["key"], replaced=False).update(
            position=position, relation=m["relation"]
        )
    Member.objects.bulk_create(
        Member(
            case=case,
            key=m["key"],
            position=position,
            relation=m["relation"],
            birth_date=date.fromisoformat(m["birth_date"]),
            person=case.key.seal(people[m["key"]]),
            number_index=blind(m["id_number"]),
        )
        for position, m in enumerate(declared)
        if m["key"] not in standing or standing[m["key"]].opened != people[m["key"]]
    )
    return [str(member) for member in gone]


def _person(member: dict[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("name", "id_number", "birth_date", "sex")}

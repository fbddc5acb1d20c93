"""
Intake of a whole file 导入: an application as CASE.json with its signed papers, in one act.

The terminal and the workbench take it in by the same way; the schema beside the declaration says
what the file looks like.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from hedui import policy
from hedui.procedure.authorizations.acts import Signature, authorize
from hedui.procedure.authorizations.models import Sheet
from hedui.procedure.authorizations.numbers import read_number
from hedui.procedure.cases.acts import declare, open_case
from hedui.procedure.cases.content import Fault, NotWellFormed, check
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal


def take_in(content: dict[str, Any], *, scans: Mapping[str, bytes], by: Actor) -> Case:
    """
    Take in a household from CASE.json: open the case, declare, register each authorization.

    content: the parsed file. scans: the signed papers by the names that the file gives them.
    All of it or nothing; a member without `authorization` is taken in and will not be asked about.
    Where it names the numbers of forms that were printed, it goes into the case they were printed
    for, as a new version of the declaration.

    :raises NotWellFormed: with every fault of the declaration, or the first of an authorization
    """
    return import_file(content=content, scans=scans, by=by)


@act("导入申请", article="社会救助暂行办法 第11条", roles={Role.INTAKE})
def import_file(*, content: dict[str, Any], scans: Mapping[str, bytes], by: Actor) -> Case:
    """Do what `take_in` promises, with the acts in it, in one transaction."""
    taken = check(content, today=today())
    if taken["programme"] not in policy.known_programmes():
        known = "、".join(policy.known_programmes())
        raise NotWellFormed([Fault("programme", f"没有收录这个救助项目,可填 {known}")])
    signatures = _signatures(taken, scans)
    numbers = [signature.number for _, signature in signatures.values() if signature.number]
    case = _printed_for(numbers, taken, by) or open_case(
        programme=taken["programme"],
        division=taken["division"],
        applied_on=date.fromisoformat(taken["applied_on"]),
        by=by,
    )
    note(case=case.id)
    declare(case=case, content=_without_authorizations(taken), by=by)
    for member in case.members.filter(replaced=False).order_by("position"):
        if member.key in signatures:
            path, signature = signatures[member.key]
            try:
                authorize(member=member, signature=signature, by=by)
            except Refusal as refusal:
                field = f"{path}/{refusal.field}".rstrip("/")
                raise NotWellFormed([Fault(field, refusal.message)]) from refusal
    return case


def _printed_for(numbers: list[str], content: dict[str, Any], by: Actor) -> Case | None:
    """
    Return the case for which forms were printed; None where there is none, or not within reach.

    :raises NotWellFormed: they are of several cases, or the file is of another application
    """
    printed = Sheet.objects.filter(pk__in=[read for n in numbers if (read := read_number(n))])
    found = list(visible_to(by).filter(pk__in=printed.values("case"), agency=by.agency))
    if not found:
        return None
    if len(found) > 1:
        fault = "授权书编号分属不同的案件,一个文件只能导入一户"
        raise NotWellFormed([Fault("members", fault)])
    [case] = found
    for name in ("programme", "division", "applied_on"):
        if content[name] != str(getattr(case, name)):
            fault = f"与打印授权书的案件 {case.number} 不一致,请核对"
            raise NotWellFormed([Fault(name, fault)])
    return case


def _without_authorizations(content: dict[str, Any]) -> dict[str, Any]:
    members = [
        {name: part for name, part in member.items() if name != "authorization"}
        for member in content["members"]
    ]
    return {**content, "members": members}


def _signatures(
    content: dict[str, Any], scans: Mapping[str, bytes]
) -> dict[str, tuple[str, Signature]]:
    """Read the authorizations of the file, by member key. :raises NotWellFormed:"""
    faults: list[Fault] = []
    signatures: dict[str, tuple[str, Signature]] = {}
    for position, member in enumerate(content["members"]):
        written = member.get("authorization")
        if written is None:
            continue
        path = f"members/{position}/authorization"
        days = {
            name: _day(written[name], f"{path}/{name}", faults)
            for name in ("signed_on", "valid_until")
        }
        name = written["evidence"]
        scan = scans.get(name, scans.get(PurePosixPath(name).name))
        if scan is None:
            faults.append(Fault(f"{path}/evidence", f"没有随附签署件“{name}”"))
        if scan is not None and days["signed_on"] and days["valid_until"]:
            signatures[member["key"]] = (
                path,
                Signature(
                    form=written["form"],
                    items=tuple(written["items"]),
                    scan=scan,
                    signed_on=days["signed_on"],
                    valid_until=days["valid_until"],
                    guardian=written.get("guardian"),
                    number=written.get("number", ""),
                ),
            )
    if faults:
        raise NotWellFormed(faults)
    return signatures


def _day(text: str, path: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault(path, "没有这一天,请核对日期"))
        return None

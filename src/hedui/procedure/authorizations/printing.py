"""编号授权书的办理: print a numbered form for one person, and hold a signed one against it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hedui import policy
from hedui.procedure.authorizations.models import Form, Sheet
from hedui.procedure.authorizations.notice import Notice, notice_for
from hedui.procedure.authorizations.numbers import new_number, read_number
from hedui.procedure.authorizations.outsiders import Outsider
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.values.periods import Period


class NumberNotUsable(Refusal):
    """The number of the paper is wrong, of somebody else, or used up."""

    def __init__(self, message: str, field: str = "number") -> None:
        super().__init__(message, field)


@dataclass(frozen=True, slots=True)
class Printing:
    """What goes on paper: the sheet, its notice, and who is named in full on it."""

    sheet: Sheet
    notice: Notice
    name: str
    id_number: str
    guardian: dict[str, str] | None


@act("打印授权书", article="个人信息保护法 第17条", roles={Role.INTAKE})
def print_form(
    *,
    member: Member,
    form: Form,
    items: Sequence[str],
    valid_until: date,
    guardian: str | None,
    by: Actor,
) -> Printing:
    """
    Number a form for one person, with the notice of what will be asked; names in full are an act.

    The same form printed again on the same day keeps its number, until it is signed.
    guardian: key of the member who will sign. What the guardian is to the other is left open, to
    be written by hand: only what both are to the applicant is known.

    :raises NotYours: another agency took the case in
    :raises Refusal: the text is withdrawn, or the person was replaced
    """
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agency")
        .get(pk=member.case_id)
    )
    if case.agency_id != by.agency:
        raise NotYours
    if form.withdrawn_at or member.replaced:
        raise Refusal("文本已停用或者成员已变更,请刷新页面后重新打印。")
    wanted = [item for item in policy.programme(case.programme).allowed if item in set(items)]
    day = today()
    notice = notice_for(case, wanted, period=period_of(case, day), until=valid_until, on=day)
    signing = Member.objects.filter(case=case, key=guardian, replaced=False).first()
    bound: dict[str, Any] = {
        "case": case,
        "member": member,
        "guardian": signing,
        "form": form,
        "purpose": case.programme,
        "items": wanted,
        "valid_until": valid_until,
        "digest": notice.digest,
    }
    sheet = _still_open(bound, day)
    entry = note(case=case.id, member=str(member.id), form=form.digest, notice=notice.digest)
    if sheet is None:
        sheet = Sheet.objects.create(
            number=new_number(), notice=notice.text, printed_at=moment(), entry_id=entry, **bound
        )
    note(sheet=sheet.number)
    return printing_of(sheet)


def printing_of(sheet: Sheet) -> Printing:
    """Return what stands on a numbered form as it was printed, names in full."""
    member, signing = sheet.member, sheet.guardian
    return Printing(
        sheet,
        Notice(json.loads(sheet.notice)["sections"]),
        member.opened["name"],
        member.opened["id_number"],
        {"name": signing.opened["name"], "id_number": signing.opened["id_number"], "relation": ""}
        if signing
        else None,
    )


def sheet_of(member: Member, number: str, form: Form) -> Sheet | None:
    """
    Return the sheet that was signed; None for a paper that was not printed here.

    :raises NumberNotUsable: mistyped, of another person, case, text or programme, or used up
    """
    if not number:
        _may_lack_number(member)
        return None
    read = read_number(number)
    if read is None:
        raise NumberNotUsable("授权书编号不正确,请照纸上的编号重新填写;末位是校验字符。")
    # Not locked: whoever registers it has locked the person, and it is this person's or refused.
    sheet = Sheet.objects.filter(pk=read).first()
    if sheet is None:
        raise NumberNotUsable("没有打印过这个编号的授权书,请核对编号。")
    if sheet.member_id != member.pk:
        raise NumberNotUsable("这份授权书是为另一个人或者另一案件打印的,不能登记在这里。")
    if hasattr(sheet, "authorization"):
        raise NumberNotUsable("这个编号的授权书已经登记过,一份授权书只登记一次。")
    if sheet.form_id != form.pk or sheet.purpose != member.case.programme:
        raise NumberNotUsable("这份授权书的文本或者救助项目与本次登记不符,请重新打印并签署。")
    return sheet


def check_against(
    sheet: Sheet,
    items: Sequence[str],
    signed_on: date,
    valid_until: date,
    guardian: Member | Outsider | None,
) -> None:
    """Hold what is registered against what was printed. :raises NumberNotUsable: it goes beyond"""
    if set(items) - set(sheet.items):
        raise NumberNotUsable("登记的查询项超出了这份授权书打印的范围,请对照纸面更正。", "items")
    if valid_until > sheet.valid_until:
        raise NumberNotUsable("有效期超过了这份授权书上打印的日期,请对照纸面更正。", "valid_until")
    if signed_on < sheet.printed_at.astimezone(SHANGHAI).date():
        raise NumberNotUsable("签署日期早于这份授权书的打印日期,请对照纸面更正。", "signed_on")
    if sheet.guardian_id and not (
        isinstance(guardian, Member) and guardian.pk == sheet.guardian_id
    ):
        raise NumberNotUsable("监护人不是这份授权书上打印的人,请重新打印并签署。", "guardian")


def period_of(case: Case, day: date) -> Period:
    """Return the days that an authorization printed or registered on a day lets us ask about."""
    return Period(Period.year_before(case.applied_on).first, max(day, case.applied_on))


def drafts_of(member: Member) -> list[Sheet]:
    """Return the sheets of a member that are printed and can still be signed, newest first."""
    printed = member.sheets.filter(
        authorization__isnull=True, form__withdrawn_at__isnull=True, purpose=member.case.programme
    )
    return list(printed.order_by("-printed_at"))


def _may_lack_number(member: Member) -> None:
    if member.case.agency.numbered_only:
        raise NumberNotUsable(
            "本机构只收在本系统打印的编号授权书,请填写纸上的编号(导入文件的 number)。"
        )
    if drafts_of(member):
        raise NumberNotUsable(
            "这位成员有已打印、未登记的编号授权书,请填写纸上的编号;纸已作废的,请重新打印并签署。"
        )


def _still_open(bound: dict[str, Any], day: date) -> Sheet | None:
    same = Sheet.objects.filter(authorization__isnull=True, **bound).order_by("-printed_at")
    return next((s for s in same if s.printed_at.astimezone(SHANGHAI).date() == day), None)

"""文书的办理: print a form, issue a notice, open one again, record that it was handed over."""

from collections.abc import Mapping, Sequence
from typing import Any

from hedui.procedure.authorizations import exhibits
from hedui.procedure.cases.acts import NotYours, next_number
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.cases.written import day
from hedui.procedure.determinations.granting import notify
from hedui.procedure.determinations.models import Determination, made_in
from hedui.procedure.objections.models import Objection
from hedui.procedure.objections.queries import is_open
from hedui.procedure.papers.catalogue import Form, text_for
from hedui.procedure.papers.describing import Values, described, issuer_of
from hedui.procedure.papers.fields import ASKED
from hedui.procedure.papers.filling import About, values_of
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.papers.offering import address_of_form, offered
from hedui.procedure.papers.queries import is_accepted
from hedui.procedure.papers.text import FormText
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.delivering import Handed
from hedui.procedure.reports.documents import Paper

GROUND = "社会救助暂行办法 第11条、第13条"
HANDLERS = {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}
LONGEST = 2000


class NotIssued(Refusal):
    """The notice cannot be issued so, or not now."""


@act("打印文书表格", article=GROUND, roles=HANDLERS)
def print_form(*, about: About, form: Form, by: Actor) -> Paper:
    """
    Fill a form from a case, to be printed; what stands on it is personal data, so it is an act.

    :raises NotYours: the case is not within the officer's reach
    :raises NotIssued: it is a notice, which is issued, with a number
    """
    _within_reach(about.case, by)
    if form.is_issued:
        raise NotIssued("这种文书须编号出具,请用“出具”。")
    text = text_for(form.name, about.case.division)
    note(case=about.case.pk, form=form.name, text=text.digest)
    return _paper(text, about.case, described(text, values_of(about)))


@act("出具文书", article=GROUND, roles={Role.INTAKE, Role.COMMISSION})
def issue(*, about: About, form: Form, asked: Mapping[str, str], by: Actor) -> Notice:
    """
    Issue a notice: numbered, with everything that stands on it, never changed afterwards.

    asked: what the officer writes, by the names that the form asks for; what a step of the case
        says already is taken from there

    :raises NotYours: the case is not within the officer's reach
    :raises NotIssued: something is missing, or what it tells has not been concluded
    """
    case = about.case
    _within_reach(case, by)
    Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    check_told(form, about)
    given = _written(form, {**asked, **offered(form.name, case, about.determination)})
    text = text_for(form.name, case.division)
    on = today()
    number = next_number(f"WS-{case.division}-{on:%Y}")
    values: Values = {
        **values_of(about),
        ASKED: given,
        "文书": {
            "编号": number,
            "年": f"{on:%Y}",
            "序号": str(int(number.rpartition("-")[2])),
            "日期": day(on),
            "经办人": by.name,
        },
    }
    issued = Notice(
        case=case,
        form=form.name,
        number=number,
        text=text.digest,
        determination=about.determination if form.outcome else None,
        content=case.key.seal(
            _content(text, described(text, values)) | {"address": address_of_form(form.name, case)}
        ),
        issued_by=by.identifier,
        issued_at=moment(),
    )
    issued.entry_id = note(
        case=case.pk, notice=str(issued.pk), number=number, form=form.name, text=text.digest
    )
    issued.save(force_insert=True)
    return issued


@act("打印文书", article=GROUND, roles=HANDLERS)
def open_notice(*, notice: Notice, by: Actor) -> Paper:
    """
    Open a notice as it was issued, to be printed.

    :raises NotYours: the case is not within the officer's reach
    """
    _within_reach(notice.case, by)
    note(case=notice.case_id, notice=str(notice.pk), number=notice.number)
    held = notice.opened
    return Paper(
        title=held["title"],
        layout=held["layout"],
        issuer=held["issuer"],
        number=notice.number,
        ground=held["ground"],
        foot=_foot(notice.text),
        blocks=held["blocks"],
        address=held.get("address", ""),
    )


@act("登记文书送达", article=GROUND, roles={Role.INTAKE, Role.COMMISSION})
def deliver_notice(*, notice: Notice, handed: Handed, by: Actor) -> NoticeDelivery:
    """
    Record that a person of the household was handed a notice.

    Where the course of the case waits for the decision to be handed over, this is that step too.

    :raises NotYours: the case is not within the officer's reach
    :raises NotDelivered: it is no delivery
    """
    case = notice.case
    _within_reach(case, by)
    made = NoticeDelivery(notice=notice, **handed.row(case, notice.pk, notice.issued_at, by))
    made.entry_id = note(case=case.pk, notice=str(notice.pk), delivery=str(made.pk), **handed.noted)
    made.save(force_insert=True)
    exhibits.bring(case, made.pk, handed.papers, made.entry_id)
    if _is_decision_to_be_told(notice):
        told = case.key.open(made.receipt)["receipt"]
        day = handed.delivered_on
        notify(case=case, way=handed.way, delivered_on=day, receipt=told, by=by)
    return made


def _is_decision_to_be_told(notice: Notice) -> bool:
    """Tell whether the course of the case waits for just this to be handed over."""
    made = notice.determination
    if made is None:
        return False
    told = notice.case.steps.filter(kind=Step.Kind.NOTIFY, about=made.pk).exists()
    return not told and made_in(notice.case).last() == made


def _within_reach(case: Case, by: Actor) -> None:
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours


def check_told(form: Form, about: About) -> None:
    """Refuse a notice of what was not concluded or done. :raises NotIssued: what comes first"""
    if not form.is_issued:
        raise NotIssued("这种文书是表格,请直接打印。")
    if form.step and not about.case.steps.filter(kind=form.step).exists():
        raise NotIssued(f"请先登记“{Step.Kind(form.step).label}”,再出具。")
    if form.outcome:
        _is_concluded(form, about.case, about.determination)
    if form.about == "受理" and not is_accepted(about.case):
        raise NotIssued("申请还没有受理,不能出具受理通知书。")
    if form.about == "报告" and about.report is None:
        raise NotIssued("核对报告还没有签发。")
    if form.about == "异议":
        _is_reviewed(about.case, about.objection)


def _is_concluded(form: Form, case: Case, made: Determination | None) -> None:
    if made is None or made.report.commission.case_id != case.pk:
        raise NotIssued("请先选择这一户的审核确认。")
    if made.confirmed_at is None:
        raise NotIssued("审核意见还没有经第二人确认,不能出具。")
    if made.outcome != form.outcome:
        raise NotIssued(f"审核确认的结论是“{made.get_outcome_display()}”,请选择相应的文书。")


def _is_reviewed(case: Case, objection: Objection | None) -> None:
    if objection is None or objection.report.commission.case_id != case.pk:
        raise NotIssued("请先选择这一户的异议。")
    if is_open(objection):
        raise NotIssued("异议还没有复核完,不能出具复核结果。")


def _written(form: Form, asked: Mapping[str, str]) -> dict[str, str]:
    given = {name: str(asked.get(name, "")).strip() for name in form.needs.asked}
    for name, value in given.items():
        if not value:
            raise NotIssued(f"请填写{name}。", name)
        if len(value) > LONGEST:
            raise NotIssued(f"{name}超过 {LONGEST} 字,请缩短。", name)
    return given


def _content(text: FormText, blocks: Sequence[Any]) -> dict[str, Any]:
    return {
        "title": text.title,
        "layout": text.layout,
        "issuer": issuer_of(blocks) if text.layout == "letter" else "",
        "ground": text.ground,
        "blocks": list(blocks),
    }


def _paper(text: FormText, case: Case, blocks: Sequence[Any]) -> Paper:
    return Paper(
        title=text.title,
        layout=text.layout,
        issuer=issuer_of(blocks) if text.layout == "letter" else "",
        number="",
        ground=text.ground,
        foot=f"{case.number}　{_foot(text.digest)}",
        blocks=blocks,
    )


def _foot(digest: str) -> str:
    """Name the text that a paper was printed from, by the beginning of its digest."""
    return f"文本 {digest.removeprefix('sha256:')[:12]}"

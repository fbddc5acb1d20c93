"""异议的办理: taken in item by item, on hold at once, resolved by an officer with no part in it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from hedui.procedure.authorizations import evidence, exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.authorizations.models import Guardianship
from hedui.procedure.cases.acts import NotYours, next_number
from hedui.procedure.cases.models import Case, Exhibit, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.cases.terms import term
from hedui.procedure.inquiries.reverifying import awaited_again
from hedui.procedure.objections.models import Contested, Objection, Resolution
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.accepting import amount_of
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Finding, Report
from hedui.procedure.reports.reviewing import review_by_cause
from hedui.procedure.reports.versions import replaced_by

GROUND = "最低生活保障审核确认办法(民发〔2021〕57号)"
READERS = {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}
CAUSED = (Resolution.Outcome.UPHELD, Resolution.Outcome.PARTLY)


class NotTakenIn(Refusal):
    """What was entered is no objection to this report."""


class NotResolved(Refusal):
    """This item cannot be resolved so, now, by this officer."""


@act("登记异议", article=GROUND, roles={Role.INTAKE, Role.COMMISSION, Role.PERSON})
def object_to(
    *,
    report: Report,
    member: Member,
    received_on: date,
    items: Mapping[Finding, str],
    papers: Sequence[Paper] = (),
    late_because: str = "",
    by: Actor,
) -> Objection:
    """
    Take in what a family says against findings of an issued report; they are on hold at once.

    An officer takes it in on paper or at the counter; or the person objects themselves, to what
    was found on them or a ward of theirs, while the time runs. It is the same thing afterwards.

    items: the grounds for each finding; late_because: why it counts although its time is over

    :raises NotYours: the case is not within reach, or a finding is not the person's own
    :raises NotTakenIn: not issued, replaced, nothing contested, no grounds, or too late without a
        reason; or the officer prepared or signed the report
    """
    case = _within_reach(report, by)
    held = _held(report.pk)
    _can_be_contested(held, received_on, by)
    until = objections_until(held)
    if by.member:
        _in_person(by.member, member, items, until)
    if until and received_on > until and not late_because.strip():
        raise NotTakenIn(
            f"异议期已于{until:%Y年%-m月%-d日}届满;确有正当理由的,请写明逾期理由后受理。",
            "late_because",
        )
    if not items:
        raise NotTakenIn("请选择有异议的事项。", "items")
    if not all(grounds.strip() for grounds in items.values()):
        raise NotTakenIn("请写明每一项的异议理由,家庭怎么说就怎么写。", "items")
    exhibits.check(papers)
    objection = Objection(
        report=held,
        member=member,
        number=next_number(f"YY-{case.division}-{received_on:%Y}"),
        content=case.key.seal({"late_because": late_because.strip()}),
        received_on=received_on,
        resolve_by=term("reverification", case.division).last_day(received_on),
        taken_in_by=by.identifier,
        taken_in_at=moment(),
    )
    objection.entry_id = _noted(objection, case, findings=sorted(f.position for f in items))
    objection.save(force_insert=True)
    for finding, grounds in items.items():
        _contest(case, objection, finding, grounds)
    exhibits.bring(case, objection.pk, papers, objection.entry_id)
    return objection


def _can_be_contested(report: Report, received_on: date, by: Actor) -> None:
    if report.commission.case.is_filed:
        raise NotTakenIn("本案已经归档;家庭可以重新申请。")
    if report.status != Report.Status.ISSUED or report.issued_at is None:
        raise NotTakenIn("报告还没有签发,不能提出异议。")
    if newer := replaced_by(report):
        raise NotTakenIn(f"本报告已由第 {newer.version} 版替代,请对第 {newer.version} 版提出异议。")
    if by.identifier in signers(report):
        raise NotTakenIn("您经办或者签发了这份报告,请由其他人员受理异议。")
    if not report.issued_at.astimezone(SHANGHAI).date() <= received_on <= today():
        raise NotTakenIn("收到日期须在签发之日以后,并且不晚于今天。", "received_on")


def _in_person(who: UUID, member: Member, items: Collection[Finding], until: date | None) -> None:
    if member.pk != who or not {one.member_id for one in items} <= spoken_for(member):
        raise NotYours
    if until is None:
        raise NotTakenIn("报告还没有送达;送达以后可以在这里提出异议,也可以到受理窗口提出。")
    if today() > until:
        raise NotTakenIn(
            f"异议期已于{until:%Y年%-m月%-d日}届满;有正当理由的,请到受理窗口说明后提出。"
        )


def spoken_for(member: Member) -> set[UUID]:
    """Return for whom a person may object themselves: for themselves, and those they guard."""
    wards = Guardianship.objects.filter(guardian=member, ended_at=None, member__replaced=False)
    return {member.pk, *wards.values_list("member", flat=True)}


def _contest(case: Case, objection: Objection, finding: Finding, grounds: str) -> None:
    if finding.contested.filter(resolution=None).exists():
        line = objection.report.opened["findings"][finding.position]
        raise NotTakenIn(f"“{line['label']}”已有异议在复核,可以补充佐证材料。", "items")
    sealed = case.key.seal({"grounds": grounds.strip()})
    Contested(objection=objection, finding=finding, grounds=sealed).save(force_insert=True)


def signers(report: Report) -> set[str]:
    """Return who prepared and who signed a report, as the ledger names them."""
    return {f"officer:{report.prepared_by_id}", f"officer:{report.countersigned_by_id}"}


@act("补充佐证材料", article=GROUND, roles={Role.INTAKE, Role.COMMISSION, Role.PERSON})
def add_papers(*, objection: Objection, papers: Sequence[Paper], by: Actor) -> list[Exhibit]:
    """
    Take in further papers of the family, as long as the objection is not resolved.

    :raises NotYours: the case is not within the officer's reach
    :raises NotTakenIn: there is none, or all is resolved
    """
    case = _within_reach(objection.report, by)
    _held(objection.report_id)
    if by.member not in (None, objection.member_id):
        raise NotYours
    if not papers:
        raise NotTakenIn("请上传佐证材料。", "papers")
    if not objection.items.filter(resolution=None).exists():
        raise NotTakenIn("这件异议已经复核完毕;有新的材料,请重新提出异议。")
    exhibits.check(papers)
    return exhibits.bring(case, objection.pk, papers, _noted(objection, case, papers=len(papers)))


@act("查阅佐证材料", article="个人信息保护法 第51条", roles=READERS)
def consult_exhibit(*, exhibit: Exhibit, by: Actor) -> bytes:  # noqa: ARG001 - `act` reads it
    """Open a paper that was brought; to see it is an act, and leaves its entry."""
    note(case=exhibit.case_id, exhibit=str(exhibit.pk))
    return evidence.read(exhibit.case, exhibit.pk)


@act("复核异议", article=GROUND, roles={Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN})
def resolve(
    *,
    contested: Contested,
    outcome: str,
    reasons: str,
    cause: str = "",
    accepted: str = "",
    by: Actor,
) -> Resolution:
    """
    Say what came of one contested finding, with reasons; upheld, also the cause and what counts.

    accepted: yuan, or a number of things, where the objection is upheld in whole or in part

    :raises NotYours: the case is not within the officer's reach
    :raises NotResolved: it is resolved, the officer had a part in it, has not opened the papers,
        gives no reasons, or the source is being asked once more
    """
    objection = contested.objection
    case = _within_reach(objection.report, by)
    _held(objection.report_id)
    if Resolution.objects.filter(contested=contested).exists():
        raise NotResolved("这一项已经复核。")
    if by.identifier in signers(objection.report) | {objection.taken_in_by}:
        raise NotResolved("经办、签发报告或者受理这件异议的人员不能复核,请由其他人员办理。")
    _papers_were_opened(objection, case, by)
    _nothing_is_awaited(contested)
    if not reasons.strip():
        raise NotResolved("请写明复核的理由,以及看过哪些材料。", "reasons")
    amount, held_cause = _accepted(contested, outcome, cause, accepted)
    made = Resolution(
        contested=contested,
        outcome=outcome,
        cause=held_cause,
        content=case.key.seal({"reasons": reasons.strip(), "accepted": amount}),
        resolved_by=by.identifier,
        resolved_at=moment(),
    )
    finding = contested.finding
    made.entry_id = _noted(
        objection, case, finding=finding.position, outcome=outcome, cause=held_cause
    )
    made.save(force_insert=True)
    review_by_cause(finding=finding, cause=held_cause, by=by)
    return made


def _accepted(
    contested: Contested, outcome: str, cause: str, accepted: str
) -> tuple[str | int | None, str]:
    if outcome not in CAUSED:
        return None, ""
    if not cause:
        raise NotResolved("请选择差异原因。", "cause")
    line = contested.objection.report.opened["findings"][contested.finding.position]
    if line["unit"] not in ("fen", "count"):
        return None, cause
    return amount_of(line, accepted), cause


def _papers_were_opened(objection: Objection, case: Case, by: Actor) -> None:
    opened = Entry.objects.filter(
        act="objections.consult_exhibit", case=case.pk, actor=by.identifier
    )
    for exhibit in exhibits.about(objection.pk):
        if not opened.filter(content__contains=str(exhibit.pk)).exists():
            raise NotResolved("请先打开家庭提交的每一份佐证材料,再作复核结论。")


def _nothing_is_awaited(contested: Contested) -> None:
    finding, commission = contested.finding, contested.objection.report.commission
    if (finding.member_id, finding.source) in awaited_again(commission):
        raise NotResolved("这个来源正在复核查询,请等待反馈或者期限届满后再作结论。")


def _held(report: UUID) -> Report:
    """Lock the report: whoever contests, adds to or resolves what is contested waits in line."""
    return Report.objects.select_for_update(of=("self",), no_key=True).get(pk=report)


def _within_reach(report: Report, by: Actor) -> Case:
    case = report.commission.case
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    return case


def _noted(objection: Objection, case: Case, **detail: Any) -> Any:
    return note(
        case=case.pk,
        report=str(objection.report_id),
        objection=str(objection.pk),
        number=objection.number,
        **detail,
    )

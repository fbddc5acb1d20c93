"""盲审 (reviewing): a conclusion is judged once more by who has never seen the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hedui.procedure.authorizations import evidence, exhibits
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Exhibit, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Objection
from hedui.procedure.oversight.drawing import Drawn, drawn, oversees, samples
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal

GROUND = "民办函〔2011〕365号 三(四)"
OWN = "oversight."
# What of a report tells what was found, and neither whose it is nor what became of it.
SHOWN = ("period", "findings", "totals", "assessment", "assessment_note", "applied_on")
TOLD = ("seen", "own_words")
LOOKED = (Step.Kind.VISIT, Step.Kind.INTERVIEW, Step.Kind.REVIEW)


class NotReviewed(Refusal):
    """It was not drawn, is reviewed already, or not by this officer."""


@dataclass(frozen=True, slots=True)
class Blind:
    """What a second officer sees: report, surveys and the family's papers; no name, no outcome."""

    body: Mapping[str, Any]
    surveys: Sequence[tuple[str, Mapping[str, Any]]]
    papers: Sequence[tuple[UUID, str]]


def knows(reader: Actor, case: UUID) -> bool:
    """Tell whether the ledger has an entry of this officer on a case, besides blind reviews."""
    entries = Entry.objects.filter(case=case, actor=reader.identifier)
    return entries.exclude(act__startswith=OWN).exists()


def to_review(reader: Actor) -> list[Drawn]:
    """Return what was drawn, is not reviewed yet, and this officer may review."""
    waiting = [one for sample in samples(reader).values() for one in sample if one.review is None]
    cases = dict(
        Determination.objects.filter(pk__in=[one.determination for one in waiting]).values_list(
            "pk", "report__commission__case"
        )
    )
    return [one for one in waiting if not knows(reader, cases[one.determination])]


def drawn_one(reader: Actor, *, determination: UUID) -> Determination:
    """
    Return a conclusion that was drawn and waits, for an officer who may review it.

    :raises NotYours: the case is not within the officer's reach
    :raises NotReviewed: it does not oversee the place, not drawn, reviewed already, or the officer
        knows the case
    """
    held = Determination.objects.select_related("report__commission__case").get(pk=determination)
    case = held.report.commission.case
    if not visible_to(reader).filter(pk=case.pk).exists():
        raise NotYours
    if not oversees(reader, case.division):
        raise NotReviewed("盲审由民政部门的委托岗人员办理。")
    if knows(reader, case.pk):
        raise NotReviewed("您办理或者查阅过这一户,不能盲审,请由没有接触过的人员办理。")
    if SecondReview.objects.filter(determination=held).exists():
        raise NotReviewed("这一件已经盲审。")
    if held.confirmed_at is None or held.pk not in {
        one.determination
        for one in drawn(
            held.confirmed_at.astimezone(SHANGHAI).date().replace(day=1), case.division
        )
    }:
        raise NotReviewed("这一件没有被抽中。")
    return held


@act("查阅盲审材料", article=GROUND, roles={Role.COMMISSION})
def look(*, determination: Determination, by: Actor) -> Blind:
    """
    Open what is reviewed; to see it is an act, and leaves its entry.

    :raises NotReviewed: as `drawn_one` says
    """
    held = drawn_one(by, determination=determination.pk)
    case = held.report.commission.case
    note(case=case.pk, determination=str(held.pk))
    body = held.report.opened
    members = [
        {"key": m["key"], "relation_label": m["relation_label"], "name": m["relation_label"]}
        for m in body["members"]
    ]
    surveys = [
        (step.get_kind_display(), {name: step.opened.get(name, "") for name in TOLD})
        for step in case.steps.filter(kind__in=LOOKED)
    ]
    papers = [(one.pk, exhibits.described(one)) for one in _papers(case)]
    return Blind({"members": members} | {n: body.get(n) for n in SHOWN}, surveys, papers)


@act("打开盲审材料", article=GROUND, roles={Role.COMMISSION})
def open_paper(*, determination: Determination, exhibit: UUID, by: Actor) -> bytes:
    """
    Open a paper that the family brought; to see it is an act, and leaves its entry.

    :raises NotReviewed: as `drawn_one` says
    :raises Exhibit.DoesNotExist: it is not among what the reviewer is shown
    """
    held = drawn_one(by, determination=determination.pk)
    case = held.report.commission.case
    paper = next((one for one in _papers(case) if one.pk == exhibit), None)
    if paper is None:
        raise Exhibit.DoesNotExist
    note(case=case.pk, determination=str(held.pk), exhibit=str(exhibit))
    return evidence.read(case, exhibit)


@act("盲审", article=GROUND, roles={Role.COMMISSION})
def review(*, determination: Determination, outcome: str, reasons: str, by: Actor) -> SecondReview:
    """
    Say what one would have concluded, without knowing what was; it changes nothing by itself.

    :raises NotReviewed: as `drawn_one` says, no conclusion, no reasons, or it was not looked at
    """
    Determination.objects.select_for_update(of=("self",), no_key=True).get(pk=determination.pk)
    held = drawn_one(by, determination=determination.pk)
    case = held.report.commission.case
    if outcome not in SecondReview.Outcome.values:
        raise NotReviewed("请选择盲审结论。", "outcome")
    if not reasons.strip():
        raise NotReviewed("请写明理由。", "reasons")
    _was_looked_at(held, case, by)
    made = SecondReview(
        determination=held,
        outcome=outcome,
        content=case.key.seal({"reasons": reasons.strip()}),
        reviewed_by=by.identifier,
        reviewed_at=moment(),
        entry_id=note(case=case.pk, determination=str(held.pk), outcome=outcome),
    )
    made.save(force_insert=True)
    return made


def _was_looked_at(held: Determination, case: Case, by: Actor) -> None:
    own = Entry.objects.filter(case=case.pk, actor=by.identifier, act__startswith=OWN)
    if not own.filter(act="oversight.look").exists():
        raise NotReviewed("请先打开报告和调查记录,再作盲审结论。")
    for paper in _papers(case):
        if not own.filter(act="oversight.open_paper", content__contains=str(paper.pk)).exists():
            raise NotReviewed("请先打开家庭提交的每一份材料,再作盲审结论。")


def _papers(case: Case) -> list[Exhibit]:
    """Return the papers the family brought with objections; what others brought tells too much."""
    objections = Objection.objects.filter(report__commission__case=case).values("pk")
    return list(Exhibit.objects.filter(case=case, about__in=objections).order_by("id"))

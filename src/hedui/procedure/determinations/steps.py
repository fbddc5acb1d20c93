"""How a step 办理事项 is taken: within reach, where the course allows it, once and for all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.standing import Stand, stand
from hedui.procedure.determinations.told import Told, told_of
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import REGISTRY, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal

ROOM = "determinations."


class NotNow(Refusal):
    """The course does not lead there from where the case stands, or not by this officer."""


@dataclass(frozen=True, slots=True)
class Held:
    """A case that is locked for a step, and where it stands."""

    case: Case
    told: Told
    stand: Stand


@dataclass(frozen=True, slots=True)
class Said:
    """
    What a step is: its days, its fixed words, and what is sealed.

    first_day: today where none is given; the others as in `Step`
    """

    content: dict[str, Any]
    first_day: date | None = None
    last_day: date | None = None
    about: UUID | None = None
    word: str = ""
    clock: str = ""
    days: int = 0
    officer: str = ""
    papers: Sequence[Paper] = field(default_factory=tuple)


def hold(case: Case, kind: Step.Kind, by: Actor) -> Held:
    """
    Lock a case for a step.

    :raises NotYours: it is not within the officer's reach
    :raises NotNow: the course does not allow the step where the case stands
    """
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    told = told_of(locked)
    current = stand(told, today())
    if not current.state.allows(ROOM + kind.value):
        label = REGISTRY[ROOM + kind.value].label
        raise NotNow(f"案件目前是“{current.state.label}”,不能办理“{label}”。")
    return Held(locked, told, current)


def take(held: Held, kind: Step.Kind, said: Said, by: Actor) -> Step:
    """
    Take a step and keep the papers that came with it.

    :raises NotNow: it is dated after today, though it is something that was done
    :raises EvidenceNotUsable: a paper cannot be kept
    """
    exhibits.check(said.papers)
    step = Step(
        case=held.case,
        kind=kind,
        about=said.about,
        first_day=said.first_day or today(),
        last_day=said.last_day,
        word=said.word,
        clock=said.clock,
        days=said.days,
        officer=said.officer,
        content=held.case.key.seal(said.content),
        recorded_by=by.identifier,
        recorded_at=moment(),
    )
    step.entry_id = note(
        case=held.case.pk,
        step=str(step.pk),
        kind=kind.value,
        about=str(said.about) if said.about else None,
        first_day=step.first_day.isoformat(),
        last_day=step.last_day.isoformat() if step.last_day else None,
        **{name: value for name in ("word", "clock", "days") if (value := getattr(said, name))},
    )
    step.save(force_insert=True)
    exhibits.bring(held.case, step.pk, said.papers, step.entry_id)
    return step


def written(text: str, asked: str, field_: str) -> str:
    """Return what was written. :raises NotNow: nothing was"""
    if not text.strip():
        raise NotNow(asked, field_)
    return text.strip()


def done_on(day: date, earliest: date, field_: str = "first_day") -> date:
    """Return a day on which something can have been done. :raises NotNow: it cannot"""
    if not earliest <= day <= today():
        said = f"日期须在{earliest.year}年{earliest.month}月{earliest.day}日以后,并且不晚于今天。"
        raise NotNow(said, field_)
    return day


def second(officer: str, by: Actor, field_: str = "officer") -> str:
    """Return the other officer who took part. :raises NotNow: it is the same, or nobody"""
    if not officer or officer == by.identifier:
        raise NotNow("须有另一名工作人员一同办理,请选择与您一同办理的人员。", field_)
    return officer

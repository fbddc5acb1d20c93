"""调查 (surveying): what two officers saw and were told at home, what neighbours said, the 评议."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.determinations.applying import OF_CASES
from hedui.procedure.determinations.steps import (
    NotNow,
    Said,
    done_on,
    hold,
    second,
    take,
    written,
)
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import act

Kind = Step.Kind
GROUND = "社会救助暂行办法 第11条"
CONSENT = {"given": "当事人同意", "declined": "当事人没有同意"}
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What a visit came to.

    present: who was there; consent: one of `CONSENT`; seen: what was seen and said, in the
    officers' words; own_words: what the family wants to be recorded
    """

    day: date
    officer: str
    present: str
    consent: str
    seen: str = ""
    own_words: str = ""
    papers: Sequence[Paper] = field(default_factory=tuple)


@act("登记入户调查", article=GROUND, roles=OF_CASES)
def visit(*, case: Case, seen: Seen, by: Actor) -> Step:
    """
    Record a visit at home 入户调查 by two officers, who was there, and what was seen.

    Where the family did not consent nobody goes in: that is recorded, and counts for nothing.

    :raises NotYours, NotNow: out of reach; alone, on no possible day, or not said who was there
    """
    return _looked(case, Kind.VISIT, seen, by)


@act("登记邻里访问", article=GROUND, roles=OF_CASES)
def interview(*, case: Case, seen: Seen, by: Actor) -> Step:
    """
    Record what somebody who knows the family said 邻里访问, to two officers.

    :raises NotYours, NotNow: as for `visit`
    """
    return _looked(case, Kind.INTERVIEW, seen, by)


@act("登记民主评议", article=GROUND, roles=OF_CASES)
def review(
    *,
    case: Case,
    held_on: date,
    present: int,
    agreed: int,
    said: str,
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Step:
    """
    Record what a meeting of neighbours said of the living of a family 民主评议; it decides nothing.

    :raises NotYours, NotNow: out of reach; fewer than three came, or on no possible day
    """
    held = hold(case, Kind.REVIEW, by)
    if present < FEWEST or not 0 <= agreed <= present:
        raise NotNow(f"请填写到会人数(不少于 {FEWEST} 人)和同意人数。", "present")
    content = {
        "present": present,
        "agreed": agreed,
        "said": written(said, "请写明评议的意见。", "said"),
    }
    terms = Said(content, first_day=done_on(held_on, case.applied_on, "held_on"), papers=papers)
    return take(held, Kind.REVIEW, terms, by)


def _looked(case: Case, kind: Step.Kind, seen: Seen, by: Actor) -> Step:
    held = hold(case, kind, by)
    if seen.consent not in CONSENT:
        raise NotNow("请写明当事人是否同意。", "consent")
    content = {
        "present": written(seen.present, "请写明在场的人。", "present"),
        "consent": seen.consent,
        "seen": seen.seen.strip(),
        "own_words": seen.own_words.strip(),
    }
    if seen.consent == "given":
        written(seen.seen, "请写明看到和听到的情况。", "seen")
    terms = Said(
        content,
        first_day=done_on(seen.day, case.applied_on, "day"),
        word=seen.consent,
        officer=second(seen.officer, by),
        papers=seen.papers,
    )
    return take(held, kind, terms, by)


def visited(case: Case) -> bool:
    """Tell whether two officers went to the family's home, or were not let in."""
    return case.steps.filter(kind=Kind.VISIT).exists()

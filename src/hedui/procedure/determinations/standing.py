"""Where a case stands 办理进程, and by when the next step is due: reckoned, never stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hedui.procedure.cases.models import LASTS, Case
from hedui.procedure.cases.terms import Term, custom, term
from hedui.procedure.determinations.models import FAVOURABLE
from hedui.procedure.determinations.states import DATED, STATES, State
from hedui.procedure.determinations.told import Conclusion, ReportTold, Told, paused, told_of
from hedui.values.working_days import add_working_days, is_provisional

SOON = 2
TAKEN_IN = ("supplement", "supply", "accept", "turn_down", "confirm_turning_down")
AFTER_INTAKE = {
    "supply": "accepting",
    "turn_down": "refusing",
    "confirm_turning_down": "turned_down",
}
WHOLE, SURVEY = "total", "survey"
# Accepted and not concluded yet: the whole course has its term.
OPEN = frozenset(
    {
        "authorizing",
        "verifying",
        "examining",
        "signing",
        "delivering",
        "objecting",
        "reviewing",
        "determining",
        "announcing",
        "publishing",
        "protested",
        "confirming",
    }
)
Place = tuple[str, date | None, date | None]


@dataclass(frozen=True, slots=True)
class Stand:
    """
    Where a case stands, since when, and by when the next step is due.

    clock: the name of the term that runs, "" without one; is_paused: it stands still on that day;
    further: by how many days it was extended
    """

    state: State
    since: date | None = None
    due: date | None = None
    term: Term | None = None
    clock: str = ""
    is_paused: bool = False
    further: int = 0

    def left(self, on: date) -> int | None:
        """Return how many days are left; below nought it is overdue. None without a term."""
        return None if self.due is None else (self.due - on).days

    def urgency(self, on: date) -> str:
        """Tell how urgent the next step is: overdue, today, soon, later, paused, or "" undated."""
        if self.due is None:
            return ""
        if self.is_paused:
            return "paused"
        if self.due < on:
            return "overdue"
        if self.due == on:
            return "today"
        return "soon" if self.due <= add_working_days(on, SOON) else "later"

    @property
    def is_provisional(self) -> bool:
        """Whether it reaches into a year whose holidays are not announced yet."""
        return self.due is not None and is_provisional(self.due)


def stands(case: Case, on: date) -> Stand:
    """Tell where a case stands on a day, from its rows."""
    return stand(told_of(case), on)


def stand(told: Told, on: date) -> Stand:
    """Tell where a case stands on a day, from what is there of it."""
    name, since, dated = _place(told, on)
    state = STATES[name]
    clock = _clock(state, told)
    if clock in DATED:
        return Stand(state, since, dated, None, clock)
    if not clock or since is None:
        return Stand(state, since)
    reckoned = deadline(told, clock, since, on)
    return Stand(
        state,
        since,
        dated or reckoned.due,
        reckoned.term,
        clock,
        is_paused=reckoned.is_paused and not dated,
        further=reckoned.further,
    )


def whole(told: Told, on: date) -> Stand | None:
    """Tell by when the application is to be concluded; None before acceptance and after."""
    return _beside(told, WHOLE, on)


def survey(told: Told, on: date) -> Stand | None:
    """Tell by when the family is to be visited, where that is asked; None after a visit."""
    if not custom("visit", told.division, told.programme).is_asked or told.last("visit"):
        return None
    return None if told.conclusion else _beside(told, SURVEY, on)


def _beside(told: Told, clock: str, on: date) -> Stand | None:
    """Reckon a term that runs from acceptance beside the steps; what was granted has none again."""
    current, accepted, made = stand(told, on), told.accepted_on, told.conclusion
    was_concluded = made is not None and made.confirmed_on is not None or told.last("hear")
    if accepted is None or was_concluded or current.state.name not in OPEN:
        return None
    reckoned = deadline(told, clock, accepted, on)
    return Stand(
        current.state,
        accepted,
        reckoned.due,
        reckoned.term,
        clock,
        is_paused=reckoned.is_paused,
        further=reckoned.further,
    )


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term with its pauses and extension."""

    term: Term
    due: date
    is_paused: bool
    further: int


def deadline(told: Told, clock: str, since: date, on: date) -> Deadline:
    """Reckon the last day of a term that began on a day, as it is known on another."""
    allowed = term(clock, told.division, told.programme)
    counted = custom("pauses", told.division, told.programme).value
    further = sum(
        step.days
        for step in told.steps
        if step.kind == "extend" and step.clock == clock and step.about == told.commission
    )
    due = allowed.last_day(since, pauses=paused(told, clock, on, counted), further=further)
    return Deadline(allowed, due, _is_open(told, clock, counted, on), further)


def _is_open(told: Told, clock: str, counted: Collection[str], on: date) -> bool:
    """Tell whether a pause runs that has no end yet."""
    by_hand = any(clock in (step.clock, WHOLE) for step in told.pauses)
    asked = told.last("supplement")
    missing = "supplement" in counted and asked is not None and not told.after(asked, "supply")
    if asked is not None and asked.last_day is not None and on > asked.last_day:
        missing = False
    contested = "objection" in counted and clock != "reverification" and told.reviewing_since
    asking = "requery" in counted and any(over is None or over > on for _, over in told.requeried)
    return by_hand or missing or asking or bool(contested)


def _clock(state: State, told: Told) -> str:
    """Name the term that runs in a state: a notice that is posted once more has its own."""
    if state.term == "publish" and sum(step.kind == "publish" for step in told.steps) > 1:
        return "republish"
    return state.term


def _place(told: Told, on: date) -> Place:
    """Tell the state, the day its term begins from, and the day it is due where a row has it."""
    filed = told.last("archive")
    if filed:
        return "archived", filed.first_day, None
    heard = told.last("hear", about=told.commission) if told.commission else None
    if heard is not None:
        return ("receiving" if heard.word == LASTS else "settled"), heard.first_day, None
    made = told.conclusion
    if made is not None and made.commission != told.commission:
        made = None  # on an earlier order: what is verified now is not concluded
    if made is not None and made.confirmed_on is not None and not _is_open_again(told, made):
        return _concluded(told, made, made.confirmed_on, on)
    if told.commissioned_on is not None:
        return _verified(told, made, told.commissioned_on, on)
    return _taken_in(told, on)


def _is_open_again(told: Told, made: Conclusion) -> bool:
    """Tell whether what ends aid waits: on a late objection, or since there is a newer report."""
    ends_aid = made.outcome in ("refuse", "stop")
    is_replaced = told.report is not None and told.report.id != made.report
    return ends_aid and (told.reviewing_since is not None or is_replaced)


def _taken_in(told: Told, on: date) -> Place:
    step = told.last(*TAKEN_IN)
    if step is not None and step.kind == "supplement":
        is_over = step.last_day is not None and on > step.last_day
        return ("lapsed", step.last_day, None) if is_over else (
            "supplementing", step.first_day, step.last_day
        )  # fmt: skip
    if step is not None and step.kind in AFTER_INTAKE:
        return AFTER_INTAKE[step.kind], step.first_day, None
    if told.declared_on is None:
        return "declaring", told.opened_on, None
    return "authorizing", told.accepted_on, None


def _verified(told: Told, made: Conclusion | None, ordered: date, on: date) -> Place:
    report = told.report
    if told.reviewing_since:
        return "reviewing", told.reviewing_since, None
    if report is None:
        return "verifying", ordered, None
    if report.issued_on is None:
        begun = report.drafted_on if report.version > 1 else ordered
        return ("examining" if report.status == "draft" else "signing"), begun, None
    if made is not None and made.report == report.id and _counts(told, made, on):
        place = _proposed(told, made, on)
        if place is not None:
            return place
    return _issued(told, report, report.issued_on, on)


def _counts(told: Told, made: Conclusion, on: date) -> bool:
    """Tell whether a proposal moves the case: an adverse one when the family's time is over."""
    until = _free_from(told, made)
    return made.outcome in FAVOURABLE or (until is not None and on > until)


def _free_from(told: Told, made: Conclusion) -> date | None:
    """Return the last day of the family's time to object, where a proposal has to wait for it."""
    return told.report.objections_until if told.report and made.outcome not in FAVOURABLE else None


def _issued(told: Told, report: ReportTold, issued_on: date, on: date) -> Place:
    until = report.objections_until
    if until is None:
        return "delivering", issued_on, None
    if on <= until:
        return "objecting", report.delivered_on, until
    return "determining", max([until, *(over for _, over in told.contested if over)]), None


def _proposed(told: Told, made: Conclusion, on: date) -> Place | None:
    """Tell where a proposal stands; None where an objection to its notice was upheld."""
    posted = told.last("publish", about=made.id)
    if posted is None or posted.last_day is None:
        name = "announcing" if made.publishes else "confirming"
        return name, max(made.proposed_on, _free_from(told, made) or made.proposed_on), None
    for step in told.steps:
        if step.kind == "protest" and step.about == posted.id:
            if told.after(step, "uphold"):
                return None
            if not told.after(step, "dismiss"):
                return "protested", step.first_day, None
    if on <= posted.last_day:
        return "publishing", posted.first_day, posted.last_day
    return "confirming", posted.last_day, None


def _concluded(told: Told, made: Conclusion, confirmed: date, on: date) -> Place:
    if made.outcome == "refuse":
        informed = told.last("notify", about=made.id)
        return ("informed", informed.first_day, None) if informed else ("refused", confirmed, None)
    if made.outcome == "stop":
        return _stopping(told, made, confirmed, on)
    paid = told.last("pay", about=made.id)
    if paid is None:
        return "granted", confirmed, made.first_month
    checked = told.last("recheck", about=paid.id) or paid
    if checked.last_day is not None and on > checked.last_day:
        return "rechecking", checked.last_day, None
    return "paying", checked.first_day, checked.last_day


def _stopping(told: Told, made: Conclusion, confirmed: date, on: date) -> Place:
    ended = told.last("end", about=made.id)
    if ended:
        return "stopped", ended.first_day, None
    leaving = told.last("phase_out", about=made.id)
    if leaving is None or leaving.last_day is None:
        return "stopping", confirmed, None
    if on > leaving.last_day:
        return "ending", leaving.last_day, None
    return "phasing_out", leaving.first_day, leaving.last_day


def stand_all(told: Mapping[UUID, Told], on: date) -> dict[UUID, Stand]:
    """Tell where many cases stand."""
    return {case: stand(one, on) for case, one in told.items()}

"""
办理流程 (the course): the states of a case after one another, told from rows, in one table.

For a lawyer to read: what is so in each state, who may do what next and where that leads, by when,
and on what ground. No state is stored; `stands` tells it from the rows that are there. The diagram
and the table in docs/reference/course.md are written from it, and a test compares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hedui.procedure.cases.models import Case
from hedui.procedure.cases.terms import Term, term
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.models import Contested
from hedui.procedure.objections.queries import objections_in
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Report


@dataclass(frozen=True, slots=True)
class State:
    """
    One state: what is so, and what may follow.

    term: the name of the term within which the next step is due, "" where there is none; leads:
    act → the state it leads to; after: the state to which the end of the term leads by itself
    """

    name: str
    label: str
    is_so: str
    term: str
    leads: dict[str, str]
    after: str = ""


COURSE = (
    State(
        "declaring",
        "申报待完成",
        "已受理，家庭还没有确认申报",
        "",
        {"cases.declare": "authorizing"},
    ),
    State(
        "authorizing",
        "待授权、待委托",
        "已申报，还没有委托核对",
        "commission",
        {"authorizations.authorize": "authorizing", "reports.request": "verifying"},
    ),
    State(
        "verifying",
        "核对中",
        "已委托，来源还在答复；到期没有答复的记为未反馈，不作不利依据，报告照常出具",
        "report",
        {"authorizations.revoke": "verifying", "reports.draft": "examining"},
    ),
    State(
        "examining",
        "待经办核定",
        "报告初稿已生成，经办人逐项核定，可以认定差异",
        "report",
        {"reports.accept": "examining", "reports.submit": "signing"},
    ),
    State(
        "signing",
        "待签发",
        "经办人已提交，等待另一人签发",
        "report",
        {"reports.send_back": "examining", "reports.issue": "delivering"},
    ),
    State(
        "delivering",
        "待送达",
        "报告已签发，还没有送达家庭；异议期没有开始",
        "delivery",
        {
            "reports.deliver": "objecting",
            "objections.object_to": "reviewing",
            "objections.revise": "examining",
            "determinations.propose": "confirming",
        },
    ),
    State(
        "objecting",
        "异议期",
        "已送达，家庭可以提出异议；有利的意见不必等待",
        "objection",
        {
            "objections.object_to": "reviewing",
            "objections.revise": "examining",
            "determinations.propose": "confirming",
        },
        after="determining",
    ),
    State(
        "reviewing",
        "异议复核中",
        "有异议的事项暂缓使用，由没有经办、签发和受理的人员复核",
        "reverification",
        {
            "objections.add_papers": "reviewing",
            "objections.reverify": "reviewing",
            "objections.resolve": "objecting",
        },
    ),
    State(
        "determining",
        "待审核确认",
        "异议期已过，没有未复核的异议",
        "determination",
        {
            "objections.object_to": "reviewing",
            "objections.revise": "examining",
            "determinations.propose": "confirming",
        },
    ),
    State(
        "confirming",
        "待第二人确认",
        "审核意见已提出，没有效力；不利的意见须已送达、异议期已过、异议已复核、另行核实",
        "determination",
        {
            "objections.object_to": "reviewing",
            "objections.revise": "examining",
            "determinations.confirm": "concluded",
        },
    ),
    State("concluded", "已审核确认", "两名人员已确认", "", {}),
)
STATES = {state.name: state for state in COURSE}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a case stands, since when, and by when the next step is due."""

    state: State
    since: date | None
    due: date | None
    term: Term | None

    def left(self, on: date) -> int | None:
        """Return how many days are left; below nought it is overdue. None without a term."""
        return None if self.due is None else (self.due - on).days


def stands(case: Case, on: date) -> Stand:
    """Tell where a case stands on a day, from its rows."""
    name, since = next(_told(case, on))
    state = STATES[name]
    if not state.term or since is None:
        return Stand(state, since, None, None)
    allowed = term(state.term, case.division)
    return Stand(state, since, allowed.last_day(since), allowed)


def _told(case: Case, on: date) -> Iterator[tuple[str, date | None]]:
    """Yield the state and the day its term begins from, the furthest first."""
    commission = case.commissions.first()
    report = commission.reports.order_by("-version").first() if commission else None
    if report is not None:
        yield from _reported(case, report, on)
    if commission is not None:
        ordered = commission.commissioned_at.astimezone(SHANGHAI).date()
        if report is None:
            yield "verifying", ordered
        elif report.status == Report.Status.DRAFT:
            yield "examining", _begun(report) or ordered
        else:
            yield "signing", _begun(report) or ordered
    declared = case.declarations.exists()
    yield ("authorizing" if declared else "declaring"), case.opened_at.astimezone(SHANGHAI).date()


def _begun(report: Report) -> date | None:
    """Return the day a further version was begun; the first is due by the order itself."""
    return report.drafted_at.astimezone(SHANGHAI).date() if report.version > 1 else None


def _reported(case: Case, report: Report, on: date) -> Iterator[tuple[str, date | None]]:
    made = Determination.objects.filter(report__commission__case=case).order_by("-id").first()
    if made is not None and made.confirmed_at is not None:
        yield "concluded", made.confirmed_at.astimezone(SHANGHAI).date()
    open_ = Contested.objects.filter(objection__report__commission__case=case, resolution=None)
    first = open_.order_by("objection__resolve_by").select_related("objection").first()
    if first is not None:
        yield "reviewing", first.objection.received_on
    if report.status != Report.Status.ISSUED or report.issued_at is None:
        return
    if made is not None and made.report_id == report.pk:
        yield "confirming", made.proposed_at.astimezone(SHANGHAI).date()
    until = objections_until(report)
    if until is None:
        yield "delivering", report.issued_at.astimezone(SHANGHAI).date()
    elif on <= until:
        delivered = report.deliveries.latest("objections_until")
        yield "objecting", delivered.delivered_on
    else:
        yield "determining", max([until, *_reviewed(case)])


def _reviewed(case: Case) -> list[date]:
    """Return the days on which objections were resolved."""
    resolved = (item for one in objections_in(case) for item in one.items.all())
    return [
        item.resolution.resolved_at.astimezone(SHANGHAI).date()
        for item in resolved
        if hasattr(item, "resolution")
    ]


def as_table() -> str:
    """Write the course as the table of the reference."""
    lines = [
        "| 状态 | 是什么情形 | 下一步（谁） | 期限（全国，地方可另定） | 依据 |",
        "|---|---|---|---|---|",
    ]
    for state in COURSE:
        steps = "<br>".join(
            f"{REGISTRY[act].label}（{'、'.join(r.label for r in sorted(REGISTRY[act].roles))}）"
            f"→ {STATES[to].label}"
            for act, to in state.leads.items()
        )
        if state.after:
            steps += f"<br>期满 → {STATES[state.after].label}"
        allowed = term(state.term, "000000") if state.term else None
        due = f"{allowed.begins}起{allowed.told}：{allowed.label}" if allowed else "—"
        ground = allowed.ground if allowed else "—"
        lines.append(f"| {state.label} | {state.is_so} | {steps or '—'} | {due} | {ground} |")
    return "\n".join(lines)


def as_diagram() -> str:
    """Write the course as a Mermaid diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{state.label}" as {state.name}' for state in COURSE]
    lines.append("  [*] --> declaring")
    for state in COURSE:
        lines += [
            f"  {state.name} --> {to}: {REGISTRY[act].label}"
            for act, to in state.leads.items()
            if to != state.name
        ]
        if state.after:
            lines.append(f"  {state.name} --> {state.after}: 期满")
    return "\n".join([*lines, "  concluded --> [*]"])

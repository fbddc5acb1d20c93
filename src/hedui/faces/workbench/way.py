"""The way of a case in six steps, and the one thing to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hedui.faces.workbench.desk import Desk
from hedui.faces.workbench.templatetags.written import instant
from hedui.procedure.authorizations.queries import AWAITS, Held
from hedui.procedure.cases.models import Case, Declaration
from hedui.procedure.cases.queries import Person, is_taken_in_by
from hedui.procedure.cases.written import day
from hedui.procedure.determinations.standing import Stand
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.reports.queries import Progress, Stage

State = Literal["done", "part", "now", "later"]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps, with what there is to say about it."""

    label: str
    state: State
    detail: str

    @property
    def state_label(self) -> str:
        """Say the state in words, not by colour alone."""
        return {"done": "已完成", "part": "部分完成", "now": "正在办理", "later": "未开始"}[
            self.state
        ]


@dataclass(frozen=True, slots=True)
class Next:
    """
    What is next: a sentence, and the button if it is for this officer to press.

    to: name of the page, or "" where there is nothing to press. posts: the button is an act.
    aside: it can also be commissioned as it is, without asking about the `unsigned`.
    """

    sentence: str
    label: str = ""
    to: str = ""
    key: str = ""
    posts: bool = False
    aside: bool = False
    unsigned: tuple[str, ...] = ()


def steps(
    people: Sequence[Person],
    declaration: Declaration | None,
    live: Mapping[str, Held],
    progress: Progress,
) -> list[Step]:
    """Return the six steps, left to right."""
    commission, report = progress.commission, progress.report
    signed = sum(person.key in live for person in people)
    declared = f"第 {declaration.version} 版，{day(declaration.declared_at)}" if declaration else ""
    asked = f"{progress.answered}/{progress.asked} 项已反馈" if progress.asked else ""
    told = [
        ("申报", declaration is not None, declared or "由申请人先行申报"),
        (
            "授权",
            bool(declaration and people and signed == len(people)) or commission is not None,
            f"{signed}/{len(people)} 人已授权" if declaration else "逐人书面授权",
        ),
        (
            "委托",
            commission is not None,
            instant(commission.commissioned_at) if commission else "委托核对机构",
        ),
        ("查询", report is not None, asked or "向协作部门查询"),
        ("比对", report is not None, "申报与核到逐项比对"),
        (
            "报告",
            bool(report and report.status == report.Status.ISSUED),
            report.get_status_display() if report else "两人签发",
        ),
    ]
    current = next((n for n, (_, is_done, _) in enumerate(told) if not is_done), len(told))
    states: list[State] = [
        "done" if is_done else "now" if n == current else "later"
        for n, (_, is_done, _) in enumerate(told)
    ]
    if commission is not None and signed < len(people):
        states[1] = "part"
    return [
        Step(label, state, detail) for state, (label, _, detail) in zip(states, told, strict=True)
    ]


def next_step(
    desk: Desk, case: Case, stage: Stage, people: Sequence[Person], to_sign: Mapping[str, str]
) -> Next:
    """Return what is next, for the one who looks; to_sign: who has to sign, and why."""
    taking_in = is_taken_in_by(desk.actor, case=case)
    if stage is Stage.DRAFT:
        return _declaring(case, people) if taking_in else _by("cases.declare", case.agency.name)
    if stage is Stage.AUTHORIZE:
        return _signing(case, people, to_sign, taking_in=taking_in)
    if stage is Stage.COMMISSION:
        if not desk.may("reports.request"):
            return _by("reports.request", case.agency.name)
        return Next(
            "全体成员已授权，可以委托核对。委托后申报内容锁定，不能再改。",
            "委托核对",
            "workbench:commission",
            posts=True,
        )
    return _verifying(desk, stage)


# Before verification, what holds an application up.
HELD_UP = ("supplementing", "lapsed", "accepting", "refusing", "turned_down", "archived")


def by_course(stand: Stand, possible: Sequence[tuple[str, str]]) -> Next:
    """Return what is next in the course beside verification, and whose it is."""
    steps_ = "；".join(
        f"{REGISTRY[act].label}（{'、'.join(role.label for role in sorted(REGISTRY[act].roles))}）"
        for act in stand.state.leads
    )
    told = f"{stand.state.is_so}。" + (f"下一步：{steps_}。" if steps_ else "")
    if possible:
        kind, label = possible[0]
        return Next(told, label, "workbench:take_step", kind)
    return Next(told, "查看核对报告", "workbench:report")


def _signing(
    case: Case, people: Sequence[Person], to_sign: Mapping[str, str], *, taking_in: bool
) -> Next:
    if not taking_in:
        return _by("authorizations.authorize", case.agency.name)
    unsigned = [person for person in people if person.key in to_sign]
    signing = [person for person in unsigned if to_sign[person.key] != AWAITS]
    names = tuple(person.name for person in unsigned)
    if not signing:
        first = unsigned[0]
        return Next(
            f"{len(unsigned)} 份授权等待另一位受理人员对照扫描件复核。复核之前不查询。",
            f"复核{first.name}的授权",
            "workbench:authorization",
            first.key,
            aside=True,
            unsigned=names,
        )
    first = signing[0]
    return Next(
        f"还有 {len(signing)} 人没有授权或者须重新签署。未授权的人一律不查询。",
        f"登记{first.name}的授权",
        "workbench:authorization",
        first.key,
        aside=True,
        unsigned=names,
    )


def _declaring(case: Case, people: Sequence[Person]) -> Next:
    if not people:
        return Next(
            "从申请人本人开始，逐人填写收入、财产和支出。", "添加申请人", "workbench:new_member"
        )
    return Next("成员都填好后，向申请人宣读并确认申报。", "核对并确认申报", "workbench:confirm")


def _verifying(desk: Desk, stage: Stage) -> Next:
    waits = {
        Stage.VERIFYING: Next("正在向协作部门查询，本页自动更新，不必等候。"),
        Stage.EXAMINE: Next("报告初稿已生成，由核对机构经办人员核定。"),
        Stage.COUNTERSIGN: Next("报告已核定，由另一位复核签发岗人员签发。"),
        Stage.ISSUED: Next(
            "核对报告已签发。报告只陈述事实，是否给予救助由审核确认机关决定。",
            "查看核对报告",
            "workbench:report",
        ),
    }
    if stage is Stage.EXAMINE and desk.may("reports.submit"):
        return Next("报告初稿已生成，请审阅后提交签发。", "审阅报告初稿", "workbench:report")
    if stage is Stage.COUNTERSIGN and desk.may("reports.issue"):
        return Next("报告已核定，请复核后签发。", "复核并签发", "workbench:report")
    return waits[stage]


def _by(act: str, agency: str) -> Next:
    who = "、".join(role.label for role in sorted(REGISTRY[act].roles))
    return Next(f"下一步“{REGISTRY[act].label}”由{agency}的{who}办理。")

"""
办理流程 (the course): the states of a case after one another, to its archive, in one table.

For a lawyer to read: what is so in each state, who may do what next and where that leads, by when,
and on what ground. No state is stored; `standing` tells it from the rows that are there. The
diagram and the table in docs/reference/course.md are written from it, and a test compares.
"""

from dataclasses import dataclass, field

from hedui.procedure.cases.terms import term
from hedui.procedure.record.acts import REGISTRY

# What may be done along the way without leading anywhere.
SIGNS = ("authorizations.authorize",)
LOOKS = ("determinations.visit", "determinations.interview", "determinations.review")
ALWAYS = ("determinations.stand_back", "authorizations.revoke")
KEEPS_TIME = ("determinations.pause", "determinations.resume", "determinations.extend")
AGAIN = {"objections.object_to": "reviewing", "objections.revise": "examining"}
ASKS_AGAIN = ("objections.reverify",)
TELLS = ("reports.deliver",)
# What goes on from the signed report to the decision.
MEANWHILE = (*TELLS, *ASKS_AGAIN, *SIGNS, *LOOKS)
# While aid is given a family is heard as before; the case stands where it does meanwhile.
HEARD = (
    "objections.object_to",
    "objections.add_papers",
    "objections.resolve",
    "objections.revise",
    "reports.accept",
    "reports.submit",
    "reports.send_back",
    "reports.issue",
    "reports.deliver",
)
PROPOSE = {"determinations.propose": "announcing confirming"}
HEAR = {"determinations.hear": "receiving settled"}
TURN_DOWN = {"determinations.turn_down": "refusing"}
BEGINS, ENDS = "declaring", "archived"


@dataclass(frozen=True, slots=True)
class State:
    """
    One state: what is so, and what may follow.

    term: the name of the term within which the next step is due, "" where there is none; leads:
    act → the states it may lead to; stays: acts that may be done and lead nowhere; after: the state
    to which the end of the term leads by itself
    """

    name: str
    label: str
    is_so: str
    term: str = ""
    leads: dict[str, str] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    after: str = ""

    @property
    def following(self) -> list[tuple[str, str]]:
        """Return what may follow: act and state, for each state it may lead to."""
        return [(act, to) for act, led in self.leads.items() for to in led.split()]

    def allows(self, act: str) -> bool:
        """Whether an act may be done in this state."""
        return act in self.leads or act in self.stays or (act in ALWAYS and self.name != ENDS)


COURSE = (
    State(
        "declaring",
        "申报待完成",
        "申请已登记，家庭还没有确认申报",
        leads={
            "cases.declare": "authorizing",
            "determinations.supplement": "supplementing",
            **TURN_DOWN,
        },
    ),
    State(
        "supplementing",
        "待补正",
        "已一次性告知全部缺少的材料，等家庭补正",
        "supplement",
        {"determinations.supply": "accepting"},
        ("cases.declare",),
        after="lapsed",
    ),
    State(
        "lapsed",
        "补正期满",
        "补正期限已过，材料还没有补齐；家庭仍可补交，也可随时重新申请",
        "acceptance",
        {"determinations.supply": "accepting", **TURN_DOWN},
        ("cases.declare",),
    ),
    State(
        "accepting",
        "待决定受理",
        "已收到补正材料，等待决定是否受理",
        "acceptance",
        {"determinations.accept": "authorizing", **TURN_DOWN},
        ("cases.declare",),
    ),
    State(
        "refusing",
        "拟不予受理",
        "一名人员提出不予受理，没有效力，等另一人员确认",
        "acceptance",
        {
            "determinations.confirm_turning_down": "turned_down",
            "determinations.supply": "accepting",
            "determinations.accept": "authorizing",
        },
        ("cases.declare",),
    ),
    State(
        "turned_down",
        "不予受理",
        "两名人员已决定不予受理并写明理由；家庭可以重新申请",
        leads={"determinations.archive": "archived"},
    ),
    State(
        "authorizing",
        "待授权、待委托",
        "已受理（材料齐全的，确认申报之日即为受理之日），还没有委托核对",
        "commission",
        {
            "reports.request": "verifying",
            "determinations.supplement": "supplementing",
            **TURN_DOWN,
        },
        ("cases.declare", *SIGNS, *LOOKS, *KEEPS_TIME),
    ),
    State(
        "verifying",
        "核对中",
        "已委托，来源还在答复；到期没有答复的记为未反馈，不作不利依据，报告照常出具",
        "report",
        {"reports.draft": "examining"},
        (*SIGNS, *LOOKS, *KEEPS_TIME),
    ),
    State(
        "examining",
        "待经办核定",
        "报告初稿已生成，经办人逐项核定，可以认定差异",
        "report",
        {"reports.submit": "signing"},
        ("reports.accept", *ASKS_AGAIN, *SIGNS, *LOOKS, *KEEPS_TIME),
    ),
    State(
        "signing",
        "待签发",
        "经办人已提交，等待另一人签发",
        "report",
        {"reports.send_back": "examining", "reports.issue": "delivering"},
        (*ASKS_AGAIN, *SIGNS, *LOOKS, *KEEPS_TIME),
    ),
    State(
        "delivering",
        "待送达",
        "报告已签发，还没有送达家庭；异议期没有开始",
        "delivery",
        {"reports.deliver": "objecting", **AGAIN, **PROPOSE, **HEAR},
        (*ASKS_AGAIN, *SIGNS, *LOOKS, *KEEPS_TIME),
    ),
    State(
        "objecting",
        "异议期",
        "已送达，家庭可以提出异议；有利的意见不必等待，不利的意见期满以后才能确认",
        "objection",
        {**AGAIN, **PROPOSE, **HEAR},
        MEANWHILE,
        after="determining",
    ),
    State(
        "reviewing",
        "异议复核中",
        "有异议的事项暂缓使用，由没有经办、签发和受理的人员复核；复核以后回到原来的情形，给予的不必等待",
        "reverification",
        {"objections.resolve": "objecting", "determinations.confirm": "granted"},
        (
            "objections.object_to",
            "objections.add_papers",
            "determinations.propose",
            *MEANWHILE,
            *KEEPS_TIME,
        ),
    ),
    State(
        "determining",
        "待审核确认",
        "异议期已过，没有未复核的异议",
        "determination",
        {**AGAIN, **PROPOSE, **HEAR},
        (*MEANWHILE, *KEEPS_TIME),
    ),
    State(
        "announcing",
        "待公示",
        "给予的审核意见已提出，没有效力；本地规定先公示",
        "announcement",
        {"determinations.publish": "publishing", **AGAIN, **PROPOSE},
        (*MEANWHILE, *KEEPS_TIME),
    ),
    State(
        "publishing",
        "公示中",
        "只公示姓名、人数、项目、拟给予金额；期满自动撤下",
        "publish",
        {"determinations.protest": "protested", **AGAIN, **PROPOSE},
        MEANWHILE,
        after="confirming",
    ),
    State(
        "protested",
        "公示异议待核实",
        "有人对公示提出异议，须重新调查；核实以前不能确认",
        "protest",
        {
            "determinations.dismiss": "publishing confirming",
            "determinations.uphold": "determining",
            **AGAIN,
            **PROPOSE,
        },
        (*MEANWHILE, *KEEPS_TIME),
    ),
    State(
        "confirming",
        "待第二人确认",
        "审核意见已提出，没有效力；不利的意见须已送达、异议期已过、异议已复核、另行核实",
        "determination",
        {"determinations.confirm": "granted refused stopping", **AGAIN, **PROPOSE},
        (*MEANWHILE, *KEEPS_TIME),
    ),
    State(
        "granted",
        "待发放",
        "已确认给予（或者减发），等待从起始月份发放",
        "payment",
        {"determinations.pay": "paying"},
        ("determinations.notify", *HEARD, *ASKS_AGAIN, *SIGNS),
    ),
    State(
        "paying",
        "发放中",
        "正在发放，到期复核",
        "recheck",
        {
            "determinations.recheck": "paying",
            "reports.request": "verifying",
            **PROPOSE,
        },
        ("cases.declare", "determinations.notify", *HEARD, *SIGNS, *LOOKS),
        after="rechecking",
    ),
    State(
        "rechecking",
        "复核到期",
        "已到定期复核的日期；复核以前继续发放",
        leads={
            "determinations.recheck": "paying",
            "reports.request": "verifying",
            **PROPOSE,
        },
        stays=("cases.declare", *HEARD, *SIGNS, *LOOKS),
    ),
    State(
        "refused",
        "不予确认待告知",
        "两名人员已确认不予给予，还没有书面告知理由和救济途径",
        "notify",
        {"determinations.notify": "informed", **AGAIN},
        TELLS,
    ),
    State(
        "informed",
        "不予确认已告知",
        "不予确认的决定和理由已送达；家庭可以复议、诉讼，也可以重新申请",
        leads={"determinations.archive": "archived", **AGAIN},
        stays=TELLS,
    ),
    State(
        "stopping",
        "停发待执行",
        "两名人员已确认停发；决定书送达以前继续发放",
        "notify",
        {"determinations.phase_out": "phasing_out", "determinations.end": "stopped", **AGAIN},
        ("determinations.notify", *TELLS, *SIGNS),
    ),
    State(
        "phasing_out",
        "渐退期",
        "就业等使收入超过标准的，渐退期内继续发放",
        "phase_out",
        AGAIN,
        ("determinations.notify", *TELLS, *SIGNS),
        after="ending",
    ),
    State(
        "ending",
        "渐退期满",
        "渐退期已满，决定书送达后停止发放",
        leads={"determinations.end": "stopped", **AGAIN},
        stays=("determinations.notify", *TELLS, *SIGNS),
    ),
    State(
        "stopped",
        "已停发",
        "已停止发放；家庭可以重新申请",
        leads={"determinations.archive": "archived", **AGAIN},
        stays=TELLS,
    ),
    State(
        "receiving",
        "救助中（另一系统）",
        "本机构在另一系统审核确认，该系统告知已给予、继续救助；停止时由它告知",
        leads={"determinations.hear": "settled", "reports.request": "verifying"},
        stays=("cases.declare", *HEARD, *SIGNS, *LOOKS),
    ),
    State(
        "settled",
        "已决定（另一系统）",
        "本机构在另一系统审核确认，该系统告知结果，没有继续的救助；家庭可以重新申请",
        leads={"determinations.archive": "archived"},
        stays=HEARD,
    ),
    State("archived", "已归档", "全案办结归档，到保存期满后由两名人员销毁"),
)
STATES = {state.name: state for state in COURSE}
# Where what goes against the family has effect.
ADVERSE = ("turned_down", "refused", "stopping")
# Days that stand in a row, and no term of a place says.
DATED = {"payment": "起始月份", "recheck": "下次复核日期", "phase_out": "渐退期最后一日"}


def as_table() -> str:
    """Write the course as the table of the reference."""
    lines = [
        "| 状态 | 是什么情形 | 下一步（谁） | 期限（全国，地方可另定） | 依据 |",
        "|---|---|---|---|---|",
    ]
    for state in COURSE:
        steps = [
            f"{_who(act)}→ {'、'.join(STATES[to].label for to in led.split())}"
            for act, led in state.leads.items()
        ]
        steps += [f"{_who(act)}" for act in state.stays]
        if state.after:
            steps.append(f"期满 → {STATES[state.after].label}")
        due, ground = _due(state)
        told = "<br>".join(steps) or "—"
        lines.append(f"| {state.label} | {state.is_so} | {told} | {due} | {ground} |")
    return "\n".join(lines)


def _who(act: str) -> str:
    told = REGISTRY[act]
    return f"{told.label}（{'、'.join(role.label for role in sorted(told.roles))}）"


def _due(state: State) -> tuple[str, str]:
    if state.term in DATED:
        return DATED[state.term], "—"
    if not state.term:
        return "—", "—"
    allowed = term(state.term, "000000")
    return f"{allowed.begins}起{allowed.told}：{allowed.label}", allowed.ground


def as_diagram() -> str:
    """Write the course as a Mermaid diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{state.label}" as {state.name}' for state in COURSE]
    lines.append(f"  [*] --> {BEGINS}")
    for state in COURSE:
        lines += [
            f"  {state.name} --> {to}: {REGISTRY[act].label}"
            for act, to in state.following
            if to != state.name
        ]
        if state.after:
            lines.append(f"  {state.name} --> {state.after}: 期满")
    return "\n".join([*lines, f"  {ENDS} --> [*]"])

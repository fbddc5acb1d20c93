"""
The notice 告知书: what a person is told before signing, made from what will really be asked.

Who, purpose, method, kinds, retention, rights (个人信息保护法 第17条), to whom it is passed on
(第23条), why sensitive information is needed (第30条). It names nobody, so that its digest
betrays nothing; the departments and items are those of the day and of the form it is printed with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hedui import catalogue, policy
from hedui.procedure.agencies.queries import agreements_for, verification_body_of
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.written import day
from hedui.procedure.record.retention import RETENTION_DAYS
from hedui.values.periods import Period
from hedui.wire.canonical import canonical, digest

VERSION = "notice-2026-2"

METHOD = (
    "以加密的电子查询向下列部门提交姓名、公民身份号码和查询项，由部门返回查询结果，与申报内容逐项比对，"
    "形成核对报告。不自动作出是否给予救助的决定。"
)
KEPT = (
    f"部门返回的信息自取得之日起保存 {RETENTION_DAYS} 日供核对和异议复核；"
    "核对报告和授权书随申请案卷保存，以审核确认、异议、复议和诉讼所需为限。"
)
RIGHTS = (
    "查阅、复制本人信息和每一次查询的记录，要求更正、补充有误的信息，要求删除不应保存的信息；",
    "随时向受理机关书面撤回授权。撤回后不再查询，撤回前已经进行的查询不受影响；",
    "要求说明处理规则，对核对结果提出异议。有异议的事项在复核前不作不利于本人的使用；",
    "不授权或者只授权一部分，不影响提出申请，但未查询的事项可能需要本人另行提供材料。",
)
SENSITIVE = (
    "标有“敏感”的是敏感个人信息。是否符合救助条件须以收入、财产状况为依据，不查询这些信息就无法核实；"
    "查询结果可能影响救助的确认和金额。未经单独同意不查询，取得后加密保存，只供办理本申请的人员使用。"
)
CHILDREN = "不满十四周岁未成年人的个人信息都是敏感个人信息，由其父母或者其他监护人同意。"
Sections = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its sections, each a heading with lines, as they are printed."""

    sections: Sections

    @property
    def text(self) -> str:
        """Return it as it is kept: canonical JSON."""
        return canonical(self._content).decode()

    @property
    def digest(self) -> str:
        """Return the digest that is kept with the signature."""
        return digest(self._content)

    @property
    def _content(self) -> dict[str, Any]:
        return {"version": VERSION, "sections": self.sections}


def notice_for(
    case: Case, items: Sequence[str], *, period: Period, until: date, on: date
) -> Notice:
    """
    Write the notice for who is to authorize `items`.

    period: the days asked about. until: last day of the authorization. on: the day it is printed.
    """
    body = verification_body_of(case.division)
    label = policy.programme(case.programme).label
    return Notice(
        [
            _section(
                "一、谁处理您的信息",
                f"受理机关：{_office(case.agency)}。",
                f"核对机构：{_office(body) if body else '受理机关委托的核对机构'}。",
            ),
            _section(
                "二、目的和方式",
                f"目的：审核确认本次{label}申请，以及获得救助期间的定期复核，不作他用。",
                f"方式：{METHOD}",
            ),
            _section("三、向谁查询、查询什么", *_asked(case, items, on), SENSITIVE, CHILDREN),
            _section(
                "四、期间和保存",
                f"查询{day(period.first)}至{day(period.last)}期间的信息，"
                f"授权至{day(until)}；申请未获确认或者救助终止的，授权即行终止。",
                KEPT,
            ),
            _section("五、您的权利", *RIGHTS),
        ]
    )


def _section(heading: str, *lines: str) -> dict[str, Any]:
    return {"heading": heading, "lines": list(lines)}


def _asked(case: Case, items: Sequence[str], on: date) -> list[str]:
    """Say which department will be asked what; what nobody has agreed to tell is said too."""
    agreements = agreements_for(case.division, on)
    wanted = set(items)
    lines = []
    for source in catalogue.sources().values():
        agreement = agreements.get(source.name)
        agreed = frozenset(agreement.items if agreement else ())
        named = {
            item.full_name: f"{item.label}（敏感）" if item.sensitive else item.label
            for item in source.askable.values()
            if item.full_name in wanted
        }
        asked = "、".join(label for item, label in named.items() if item in agreed)
        left = "、".join(label for item, label in named.items() if item not in agreed)
        if agreement and asked:
            lines.append(f"{agreement.department.name}（{source.label}）：{asked}。")
        if left:
            lines.append(f"{source.label}：{left}。本地与该部门没有有效的协议，暂不查询。")
    return lines


def _office(agency: Any) -> str:
    return f"{agency.name}，联系电话 {agency.phone}" if agency.phone else str(agency.name)

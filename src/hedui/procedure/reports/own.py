"""
What was done about one person 本人查询记录, as they may see it: every act, and who did it.

A file or a message about many households is of no case: its acts are found by what asked about the
person in it, and told to each of them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from hedui import catalogue, policy
from hedui.procedure.agencies.models import Agency, Department
from hedui.procedure.authorizations.models import Guardianship
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.models import BreakGlass
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.inquiries.outcomes import OUTCOMES
from hedui.procedure.inquiries.sendings import Sending, sendings_about
from hedui.procedure.record import checkpoints
from hedui.procedure.record.actor import PERSON
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.checkpoints import NotYetSigned
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.withholding import HeldBack, held_back_from

# What is said of a person's questions in a message about many households.
CARRIED = {
    "inquiries.gather": "编入发往{who}的批量请求：{asked}",
    "inquiries.make_ready": "批量请求备妥，待发往{who}：{asked}",
    "inquiries.let_leave": "{again}向{who}发送查询：{asked}",
    "inquiries.find_left": "查明已{again}向{who}发送查询：{asked}",
    "inquiries.keep_back": "没有发往{who}，或者没有送到：{asked}",
    "inquiries.hand_over": "由工作人员取走，{again}送往{who}查询：{asked}",
    "inquiries.declare_lost": "没有送到{who}，已作废：{asked}",
    "inquiries.bring_answer": "由工作人员送交{who}对这批请求的反馈文件",
    "inquiries.begin_answer": "收到{who}对这批请求的反馈文件",
    "inquiries.end": "发往{who}的这批请求已有结果：{asked}",
}
AGAIN = "再次"


@dataclass(frozen=True, slots=True)
class Deed:
    """
    One act about a person: when, what, by which agency, why, and what was asked or answered.

    of_case: whether it is an act on the case, not on a file or message about many households
    """

    entry: UUID
    index: int
    at: datetime
    label: str
    by: str
    article: str
    told: tuple[str, ...]
    of_case: bool


def deeds_about(member: Member) -> list[Deed]:
    """Return every act in the case that concerns this person and may be shown, newest first."""
    held = held_back_from(member)
    own = _Own.of(member, held)
    agencies = {str(a.pk): a.name for a in Agency.objects.all()}
    departments = {d.receiver_id: d.name for d in Department.objects.all()}
    deeds = []
    about = Q(case=member.case_id) | Q(pk__in=list(own.carried))
    for entry in Entry.objects.filter(about).order_by("-index"):
        written = json.loads(entry.content)
        detail = written["detail"]
        if held.hides(entry.index, detail) or not own.concerns(entry.pk, detail):
            continue
        registered = REGISTRY.get(entry.act)
        deeds.append(
            Deed(
                entry=entry.pk,
                index=entry.index,
                at=entry.at,
                label=registered.label if registered else entry.act,
                by=agencies.get(written["agency"] or "") or _by_no_agency(entry.actor),
                article=registered.article if registered else "",
                told=tuple(own.told(entry, detail, departments)),
                of_case=entry.case is not None,
            )
        )
    return deeds


def _by_no_agency(actor: str) -> str:
    return "本人" if actor.startswith(PERSON) else "本系统"


def purpose_for(member: Member) -> str:
    """Say for what all this is done."""
    return f"审核确认{policy.programme(member.case.programme).label}申请"


def proofs_about(member: Member) -> dict[str, Any]:
    """
    Return the entries about a person with the proof that each stands in the ledger, to keep.

    `hedui ledger proof` verifies the file with the platform's public key alone. What is newer than
    the newest checkpoint has no proof yet; the worker makes one within a minute.
    """
    kept = []
    for deed in deeds_about(member):
        line: dict[str, Any] = {"content": Entry.objects.get(pk=deed.entry).content}
        try:
            proven = checkpoints.prove(deed.entry)
        except NotYetSigned:
            kept.append(line | {"index": deed.index, "proof": None})
            continue
        kept.append(
            line
            | {
                "index": proven.index,
                "proof": [part.hex() for part in proven.proof],
                "checkpoint": checkpoints.cosigned(proven.checkpoint),
            }
        )
    return {"format": "hedui-proofs-1", "origin": checkpoints.origin(), "entries": kept}


@dataclass(frozen=True, slots=True)
class _Own:
    """
    What in the ledger is this person's: keys, authorizations, inquiries and where they were sent.

    asked: source and department of each inquiry; shown: those whose asking is not held back;
    attempts: by message, how often each inquiry in it had left; carried: entries beside the case
    """

    names: frozenset[str]
    authorizations: frozenset[str]
    guardianships: frozenset[str]
    asked: Mapping[str, tuple[str, str]]
    shown: frozenset[str]
    attempts: Mapping[str, Mapping[str, int]]
    carried: Mapping[UUID, Sending]

    @classmethod
    def of(cls, member: Member, held: HeldBack) -> "_Own":
        signed = member.authorizations.values_list("id", flat=True)
        guarded = Guardianship.objects.filter(Q(member=member) | Q(guardian=member))
        of_each = ("id", "source", "department__name", "entry__index")
        asked = Inquiry.objects.filter(member=member).values_list(*of_each)
        sendings = sendings_about(member)
        return cls(
            frozenset({"", member.key, str(member.pk)}),
            frozenset(map(str, signed)),
            frozenset(map(str, guarded.values_list("id", flat=True))),
            {str(number): (source, who) for number, source, who, _ in asked},
            frozenset(str(number) for number, *_, index in asked if index not in held.entries),
            {str(one.message): one.attempts for one in sendings},
            {entry: one for one in sendings for entry in one.entries},
        )

    def concerns(self, entry: UUID, detail: Mapping[str, Any]) -> bool:
        if sending := self.carried.get(entry):
            # What is held back of the asking is held back of the way it went.
            return not self.shown.isdisjoint(sending.attempts)
        if "asked" in detail:
            asked = (one["member"] in self.names for one in detail["asked"])
            return any(asked) or any(self._sent(detail))
        if "replies" in detail:
            return any(one["inquiry"] in self.asked for one in detail["replies"])
        of = {
            "member": self.names,
            "authorization": self.authorizations,
            "guardianship": self.guardianships,
        }
        return next((detail[name] in mine for name, mine in of.items() if name in detail), True)

    def told(
        self, entry: Entry, detail: Mapping[str, Any], departments: Mapping[str, str]
    ) -> Iterator[str]:
        for one in detail.get("asked", ()):
            if one["member"] in self.names:
                labels = "、".join(catalogue.item(item).label for item in one["items"])
                who = departments.get(one["department"], one["department"])
                yield f"向{who}查询：{labels}"
        if sending := self.carried.get(entry.pk):
            yield self._on_its_way(CARRIED[entry.act], sending.attempts)
        else:
            for attempts in self._sent(detail):
                yield self._on_its_way("{again}向{who}发送查询：{asked}", attempts)
        if "entries" in detail and "withholding" in detail:
            listed = "、".join(map(str, detail["entries"]))
            why = dict(Withholding.Reason.choices).get(detail["reason"], detail["reason"])
            yield f"台账第 {listed} 条暂不向本人展示，至 {detail['until'][:10]}；理由：{why}"
        if reason := detail.get("looking"):
            yield f"理由：{BreakGlass.Looking(reason).label}"
        for one in detail.get("replies", ()):
            if one["inquiry"] in self.asked:
                source, _ = self.asked[one["inquiry"]]
                label = catalogue.sources()[source].label
                yield f"{label}：{OUTCOMES.get(one['outcome'], one['outcome'])}"

    def _sent(self, detail: Mapping[str, Any]) -> Iterator[Mapping[str, int]]:
        """Yield, of each message of an act, the person's questions that were asked before it."""
        new = {one["inquiry"] for one in detail.get("asked", ())}
        for message in detail.get("messages", ()):
            attempts = self.attempts.get(message["message"], {})
            if own := {i: n for i, n in attempts.items() if i in self.shown and i not in new}:
                yield own

    def _on_its_way(self, words: str, attempts: Mapping[str, int]) -> str:
        """Say of questions to one department what was done with them."""
        asked = {i: n for i, n in attempts.items() if i in self.shown}
        labels = dict.fromkeys(catalogue.sources()[self.asked[i][0]].label for i in asked)
        who = next(self.asked[i][1] for i in asked)
        again = AGAIN if max(asked.values()) > 1 else ""
        return words.format(who=who, asked="、".join(labels), again=again)

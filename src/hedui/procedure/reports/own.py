"""What was done about one person 本人查询记录, as they may see it: every act, and who did it."""

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
from hedui.procedure.record import checkpoints
from hedui.procedure.record.actor import PERSON
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.checkpoints import NotYetSigned
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Withholding
from hedui.procedure.reports.withholding import held_back_from


@dataclass(frozen=True, slots=True)
class Deed:
    """One act about a person: when, what, by which agency, why, and what was asked or answered."""

    entry: UUID
    index: int
    at: datetime
    label: str
    by: str
    article: str
    told: tuple[str, ...]


def deeds_about(member: Member) -> list[Deed]:
    """Return every act in the case that concerns this person and may be shown, newest first."""
    own = _Own.of(member)
    agencies = {str(a.pk): a.name for a in Agency.objects.all()}
    departments = {d.receiver_id: d.name for d in Department.objects.all()}
    held = held_back_from(member)
    deeds = []
    for entry in Entry.objects.filter(case=member.case_id).order_by("-index"):
        written = json.loads(entry.content)
        if held.hides(entry.index, written["detail"]) or not own.concerns(written["detail"]):
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
                told=tuple(own.told(written["detail"], departments)),
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
    """What in the entries of a case is this person's: keys, authorizations, inquiries."""

    names: frozenset[str]
    authorizations: frozenset[str]
    guardianships: frozenset[str]
    inquiries: Mapping[str, str]

    @classmethod
    def of(cls, member: Member) -> "_Own":
        signed = member.authorizations.values_list("id", flat=True)
        guarded = Guardianship.objects.filter(Q(member=member) | Q(guardian=member))
        asked = Inquiry.objects.filter(member=member).values_list("id", "source")
        return cls(
            frozenset({"", member.key, str(member.pk)}),
            frozenset(map(str, signed)),
            frozenset(map(str, guarded.values_list("id", flat=True))),
            {str(number): source for number, source in asked},
        )

    def concerns(self, detail: Mapping[str, Any]) -> bool:
        if "asked" in detail:
            return any(one["member"] in self.names for one in detail["asked"])
        if "replies" in detail:
            return any(one["inquiry"] in self.inquiries for one in detail["replies"])
        if "member" in detail:
            return detail["member"] in self.names
        if "authorization" in detail:
            return detail["authorization"] in self.authorizations
        if "guardianship" in detail:
            return detail["guardianship"] in self.guardianships
        return True

    def told(self, detail: Mapping[str, Any], departments: Mapping[str, str]) -> Iterator[str]:
        for one in detail.get("asked", ()):
            if one["member"] in self.names:
                labels = "、".join(catalogue.item(item).label for item in one["items"])
                who = departments.get(one["department"], one["department"])
                yield f"向{who}查询：{labels}"
        if "entries" in detail and "withholding" in detail:
            listed = "、".join(map(str, detail["entries"]))
            why = dict(Withholding.Reason.choices).get(detail["reason"], detail["reason"])
            yield f"台账第 {listed} 条暂不向本人展示，至 {detail['until'][:10]}；理由：{why}"
        if reason := detail.get("looking"):
            yield f"理由：{BreakGlass.Looking(reason).label}"
        for one in detail.get("replies", ()):
            if source := self.inquiries.get(one["inquiry"]):
                label = catalogue.sources()[source].label
                yield f"{label}：{OUTCOMES.get(one['outcome'], one['outcome'])}"

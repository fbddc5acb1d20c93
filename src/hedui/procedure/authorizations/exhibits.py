"""Exhibits 佐证材料: papers that are brought to a case later, sealed as the signed ones are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hedui.procedure.authorizations import evidence
from hedui.procedure.cases.models import Case, Exhibit
from hedui.procedure.record.moment import moment

MOST = 20


@dataclass(frozen=True, slots=True)
class Paper:
    """One scan as it is brought, and what it is in a few words."""

    description: str
    scan: bytes


def check(papers: Sequence[Paper]) -> None:
    """
    Refuse what cannot be kept, before anything is written.

    :raises EvidenceNotUsable: too many, not said what it is, or no scan of a paper
    """
    if len(papers) > MOST:
        raise evidence.EvidenceNotUsable(f"一次最多提交 {MOST} 份佐证材料。", "papers")
    for paper in papers:
        evidence.check_paper(paper.scan, "papers")
        if not paper.description.strip():
            raise evidence.EvidenceNotUsable("请写明每份佐证材料是什么。", "papers")


def bring(case: Case, about: UUID, papers: Sequence[Paper], entry: UUID) -> list[Exhibit]:
    """Keep papers for the sake of a row: each file whole on disk before its row is committed."""
    kept = []
    for paper in papers:
        exhibit = Exhibit(case=case, about=about, brought_at=moment(), entry_id=entry)
        exhibit.description = case.key.seal(paper.description.strip(), exhibit.pk.bytes)
        exhibit.digest = evidence.keep(case, exhibit.pk, paper.scan)
        exhibit.save(force_insert=True)
        kept.append(exhibit)
    return kept


def described(exhibit: Exhibit) -> str:
    """Open what an exhibit is."""
    told: str = exhibit.case.key.open(exhibit.description, exhibit.pk.bytes)
    return told


def about(row: UUID) -> list[Exhibit]:
    """Return the exhibits that were brought for the sake of a row, in that order."""
    return list(Exhibit.objects.filter(about=row).select_related("case"))

"""
What is presented as evidence 签署凭据, looked at before it is kept: is it this person's?

A sheet of paper is recognised by its digest, and by what it looks like: in the same case against
every paper, in the whole installation against the few that come nearest.
"""

from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from hedui.procedure.authorizations import likeness
from hedui.procedure.authorizations.evidence import EvidenceNotUsable
from hedui.procedure.authorizations.evidence_models import ElectronicSignature, PagePrint
from hedui.procedure.authorizations.models import Authorization, Sheet
from hedui.procedure.authorizations.pages import NotReadable
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.scope import LIKENESS, acting_as
from hedui.wire.canonical import digest_of_bytes


class AnothersPaper(EvidenceNotUsable):
    """The paper was handed in before, as that of another person."""


SIGNED_HERE = "授权人签名"  # stands on the page of our own form that is signed, and on no other


def look_at_paper(
    held: Member, scan: bytes, sheet: Sheet | None, *, by: Actor
) -> list[likeness.Fingerprint]:
    """
    Return the fingerprints of a paper that is nobody else's.

    sheet: the numbered form that was signed. Of a scan of all its pages those that are as they
    were printed, unsigned, are left out: they look alike for everybody.

    :raises AnothersPaper, EvidenceNotUsable: it is another person's, cannot be opened, or has all
        pages but the signed one
    """
    # The one look across agencies; what comes of it for the officer is a word, or nothing.
    with acting_as(LIKENESS):
        another, taken = _across(held, scan, sheet)
    if another is not None:
        raise _anothers(another, held, by, pages=len(taken))
    return taken


def _across(
    held: Member, scan: bytes, sheet: Sheet | None
) -> tuple[Case | None, list[likeness.Fingerprint]]:
    """Return the case in which the paper is another person's, if it is, and its fingerprints."""
    same = Authorization.objects.filter(evidence=digest_of_bytes(scan)).exclude(
        _own(held) | Q(member__person=b"")
    )
    for held_before in same.select_related("case")[:1]:
        return held_before.case, []
    try:
        taken = likeness.fingerprints(scan)
    except NotReadable:
        raise EvidenceNotUsable(
            "签署件无法打开,文件可能已损坏或加了密码,请重新扫描后上传。"
        ) from None
    if sheet and len(taken) > 1:
        taken = _without_print(taken, sheet)
    for one in taken:
        for page in _worth_a_look(one, held):
            case = page.authorization.case
            if likeness.same_sheet(one.ink, case.key.open_bytes(page.ink)):
                return case, taken
    return None, taken


def _without_print(taken: list[likeness.Fingerprint], sheet: Sheet) -> list[likeness.Fingerprint]:
    as_printed = import_string(settings.HEDUI_FORM_AS_PRINTED)
    printed = likeness.looks_without(as_printed(sheet), SIGNED_HERE)
    left = [one for one in taken if not any(likeness.same_sheet(one.ink, ink) for ink in printed)]
    if not left:
        raise EvidenceNotUsable("签署件里没有签名的那一页,请连同签名页一起扫描后上传。")
    return left


def prints(signed: Authorization, case: Case, taken: list[likeness.Fingerprint]) -> list[PagePrint]:
    """Return the rows to keep of a paper, the maps sealed under the key of its case."""
    return [
        PagePrint(
            authorization=signed,
            position=position,
            sketch=one.sketch,
            ink=case.key.seal_bytes(one.ink),
        )
        for position, one in enumerate(taken)
    ]


def look_at_record(held: Member, number: UUID, record: bytes) -> None:
    """
    See that a record is what this person signed electronically, and was not registered before.

    :raises EvidenceNotUsable: it is not, or it was
    """
    fingerprint = digest_of_bytes(record)
    signed = ElectronicSignature.objects.filter(
        pk=number, digest=fingerprint, enrolment__member=held
    )
    if not signed.exists():
        raise EvidenceNotUsable("这份电子签名不是这位成员签署的,不能登记。")
    if Authorization.objects.filter(evidence=fingerprint).exists():
        raise EvidenceNotUsable("这份电子签名已经登记过;要重新授权,请本人重新签署。")


def _own(held: Member) -> Q:
    """Return what is this person's own; who was entered wrongly and corrected stays the same."""
    return Q(member__number_index=held.number_index) | Q(
        member__case=held.case, member__key=held.key
    )


def _worth_a_look(one: likeness.Fingerprint, held: Member) -> list[PagePrint]:
    """Return the pages of others to compare with: all of the case, and the nearest of all."""
    own = list(Authorization.objects.filter(_own(held)).values_list("id", flat=True))
    others = PagePrint.objects.exclude(authorization__in=own).exclude(sketch=b"")
    rows = list(others.order_by().values_list("id", "sketch"))
    near = likeness.nearest(one.ink, [bytes(sketch) for _, sketch in rows])
    wanted = Q(id__in=[rows[index][0] for index in near]) | Q(authorization__case=held.case)
    return list(others.filter(wanted).select_related("authorization__case"))


def _anothers(case: Case, held: Member, by: Actor, *, pages: int) -> AnothersPaper:
    if case.pk == held.case_id:
        where = "本案中另一人"
    elif visible_to(by).filter(pk=case.pk).exists():
        where = f"案件 {case.number} 中另一人"
    else:
        where = "其他案件中另一人"
    advice = "只上传本人签名的那一页;没有填写的页各人相同。" if pages > 1 else ""
    return AnothersPaper(
        f"这份签署件与{where}的签署件是同一张纸。授权书须由每人各自签署,"
        f"请核对后上传本人的授权书。{advice}"
    )

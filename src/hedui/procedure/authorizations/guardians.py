"""Guardians 监护人: who may sign for whom, and by what proof ."""

from datetime import date, datetime
from uuid import UUID

from uuid6 import uuid7

from hedui.procedure.authorizations import evidence
from hedui.procedure.authorizations.models import MINOR, Guardianship
from hedui.procedure.authorizations.outsiders import Outsider, checked
from hedui.procedure.authorizations.states import (
    ADULT_AGE,
    birthday,
    is_without_capacity,
    stands,
)
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Member
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal

Ground = Guardianship.Ground
CHILD_AGE = 14
CAPACITIES = {"none": Ground.NO_CAPACITY, "limited": Ground.LIMITED_CAPACITY}
BY_GUARDIAN = (
    "该成年人已登记为由监护人签署,不能自己签署;请选择行为能力和监护人。"
    "本人恢复行为能力的,先登记终止监护资格。"
)
# Ward and guardian, each by the relation to the applicant, where the kinship declared makes the
# one guardian of the other by law: parents, then grandparents, then adult brothers and sisters.
KIN = frozenset(
    {
        ("child", "self"), ("child", "spouse"), ("child", "parent"), ("child", "child"),
        ("grandchild", "self"), ("grandchild", "spouse"), ("grandchild", "child"),
        ("self", "parent"), ("self", "grandparent"), ("self", "sibling"),
        ("sibling", "parent"), ("sibling", "grandparent"), ("sibling", "self"),
        ("sibling", "sibling"),
    }
)  # fmt: skip


class GuardianNeeded(Refusal):
    """The person cannot sign alone, or nobody is named who may sign for them."""


def signer_for(
    ward: Member,
    *,
    signed_on: date,
    guardian: str | None,
    capacity: str,
    outsider: Outsider | None = None,
) -> tuple[Member | Outsider, str] | None:
    """
    Return who signs for a member, and why; None for an adult, who signs alone.

    :raises GuardianNeeded: an adult with capacity, or nobody who may sign is named; an adult who
        is recorded as without capacity, and whose guardian is not named
    :raises NotAGuardian: what is said of a guardian outside the household cannot be so
    """
    minor = birthday(ward, ADULT_AGE) > signed_on
    if not minor and not capacity:
        if guardian or outsider:
            raise GuardianNeeded("成年人应由本人签署授权书。", "guardian")
        if is_without_capacity(ward):
            raise GuardianNeeded(BY_GUARDIAN, "guardian")
        return None
    if not minor and capacity not in CAPACITIES:
        raise GuardianNeeded("请写明该成年人是无民事行为能力还是限制民事行为能力。", "capacity")
    if guardian and outsider:
        raise GuardianNeeded("监护人是家庭成员,或者是家庭以外的,请只填一位。", "guardian")
    who = "未成年人" if minor else "无、限制民事行为能力的成年人"
    signs = (
        checked(outsider, signed_on=signed_on)
        if outsider
        else _member_who_signs(ward, guardian, signed_on, who)
    )
    if not minor:
        return signs, CAPACITIES[capacity]
    young = birthday(ward, CHILD_AGE) > signed_on
    return signs, Ground.UNDER_14 if young else Ground.UNDER_18


def _member_who_signs(ward: Member, guardian: str | None, signed_on: date, who: str) -> Member:
    others = Member.objects.filter(case=ward.case_id, replaced=False).exclude(pk=ward.pk)
    named = (
        others.filter(key=guardian).first() if guardian else others.filter(relation="self").first()
    )
    if named is None or birthday(named, ADULT_AGE) > signed_on or is_without_capacity(named):
        raise GuardianNeeded(f"{who}的授权书须由成年监护人签署,请指明监护人。", "guardian")
    return named


def standing_of(
    ward: Member, guardian: Member | Outsider, ground: str, *, proof: bytes | None, entry: UUID
) -> Guardianship:
    """
    Return the standing on which a guardian signs: that on record, or a new one with its proof.

    :raises GuardianNeeded: there is none on record, no proof, and none follows from kinship
    :raises EvidenceNotUsable: the proof is no scan that can be kept
    """
    at = moment()
    if proof is None and (held := _on_record(ward, guardian, ground, at)):
        return held
    if proof is None and not _follows_from_kinship(ward, guardian, ground):
        raise GuardianNeeded(
            "请上传监护关系的证明(户口簿、出生医学证明、法院判决书或者指定监护的文书)。", "proof"
        )
    identifier = uuid7()
    kept = ""
    if proof is not None:
        evidence.check_paper(proof, "proof")
        kept = evidence.keep(ward.case, identifier, proof)
    outsider = guardian if isinstance(guardian, Outsider) else None
    return Guardianship(
        id=identifier,
        case=ward.case,
        member=ward,
        guardian=guardian if isinstance(guardian, Member) else None,
        outsider=ward.case.key.seal(outsider.line) if outsider else None,
        ground=ground,
        proof=kept,
        recorded_at=at,
        entry_id=entry,
    )


def _on_record(
    ward: Member, guardian: Member | Outsider, ground: str, at: datetime
) -> Guardianship | None:
    grounds = MINOR if ground in MINOR else (ground,)
    held = Guardianship.objects.filter(member=ward, ground__in=grounds).order_by("-id")
    return next((one for one in held if _is_of(one, guardian) and stands(one, at)), None)


def _is_of(held: Guardianship, guardian: Member | Outsider) -> bool:
    if isinstance(guardian, Outsider):
        return held.outsider is not None and held.case.key.open(held.outsider) == guardian.line
    return held.guardian_id == guardian.pk


def _follows_from_kinship(ward: Member, guardian: Member | Outsider, ground: str) -> bool:
    if isinstance(guardian, Outsider):
        return False
    return ground in MINOR and (ward.relation, guardian.relation) in KIN


ENDED_BECAUSE = (
    "监护人死亡",
    "监护人变更",
    "监护人离开家庭",
    "本人恢复行为能力",
    "登记有误，重新登记",
)
"""Why a guardian has standing no more: fixed words, for they enter the ledger."""


@act("终止监护资格", article="民办函〔2011〕365号 二(二) 先授权后查询", roles={Role.INTAKE})
def end_guardianship(*, guardianship: Guardianship, reason: str, by: Actor) -> Guardianship:
    """
    Record that a guardian has standing no more: dead, replaced, or no longer needed 终止监护资格.

    Nothing is asked on what this guardian signed from this moment.
    reason: one of `ENDED_BECAUSE`; it enters the ledger and so names nobody.

    :raises Refusal: the reason is none of them
    :raises GuardianNeeded: it has ended before
    :raises NotYours: another agency took the case in
    """
    if reason not in ENDED_BECAUSE:
        raise Refusal("请选择终止原因。", "reason")
    held = (
        Guardianship.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=guardianship.pk)
    )
    if held.case.agency_id != by.agency:
        raise NotYours
    if held.ended_at:
        raise GuardianNeeded("这项监护关系此前已经终止。")
    note(case=held.case_id, guardianship=str(held.id), reason=reason)
    held.ended_at = moment()
    held.save(update_fields=["ended_at"])
    return held

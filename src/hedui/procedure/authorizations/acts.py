"""授权的办理: authorize, revoke, confirm, and open what was signed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from hedui import catalogue, policy
from hedui.procedure.authorizations import evidence as scans
from hedui.procedure.authorizations import guardians, likeness, presented, texts
from hedui.procedure.authorizations.evidence_models import PagePrint
from hedui.procedure.authorizations.guardians import signer_for
from hedui.procedure.authorizations.models import (
    MINOR,
    Authorization,
    Confirmation,
    Form,
    Guardianship,
    Sheet,
)
from hedui.procedure.authorizations.outsiders import Outsider, guardian_line, number_of
from hedui.procedure.authorizations.printing import check_against, period_of, sheet_of
from hedui.procedure.authorizations.states import ADULT_AGE, birthday
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.retention import RETENTION_DAYS
from hedui.values.periods import Period
from hedui.wire import artefact


class ItemNotNeeded(Refusal):
    """An item goes beyond what the programme needs (严格信息使用范围)."""


class AlreadyEnded(Refusal):
    """The authorization has been revoked before."""


class AlreadyConfirmed(Refusal):
    """A second officer has confirmed it, or it is not to be confirmed by this one."""


@dataclass(frozen=True, slots=True)
class Agent:
    """
    Who handed the paper in for the signer 代办人; an agent signs nothing.

    relation: what they are to the signer, such as 邻居 or 村(居)委会工作人员.
    """

    name: str
    relation: str


@dataclass(frozen=True, slots=True)
class Signature:
    """
    What was signed 签署情况, on paper or electronically.

    form: id of the text; items: as on the paper, `*` for all that the programme needs;
    signed_on, valid_until: days, both included; scan: the signed paper (PDF, PNG or JPEG), or
    the record of the electronic signature that `electronic` names (`electronic.signature_of`);
    guardian: key of the member who signed for another, or outsider: who did from outside the
    household; capacity: `none` or `limited`, if the
    other is an adult without or with limited capacity 行为能力; proof: the document that shows
    the guardian's standing; number: of the sheet 授权书编号, if it was printed here;
    agent: who handed it in, if it was not the signer; notice: digest of the 告知书 that was shown
    before an electronic signature (a sheet brings its own).
    """

    form: str
    items: tuple[str, ...]
    signed_on: date
    valid_until: date
    scan: bytes
    guardian: str | None = None
    outsider: Outsider | None = None
    electronic: UUID | None = None
    capacity: str = ""
    proof: bytes | None = None
    number: str = ""
    agent: Agent | None = None
    notice: str = ""


@act("登记授权", article="民办函〔2011〕365号 二(二) 先授权后查询", roles={Role.INTAKE})
def authorize(*, member: Member, signature: Signature, by: Actor) -> Authorization:
    """
    Take one person's written or electronic authorization 授权 and issue its artefact.

    For a minor or an adult without capacity a guardian signs; a minor's authorization ends at the
    18th birthday at the latest.

    :raises FormNotUsable, NumberNotUsable, ItemNotNeeded, GuardianNeeded, EvidenceNotUsable,
        Refusal: what is wrong with the paper
    """
    held = (
        Member.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case__agency")
        .get(pk=member.pk)
    )
    case = held.case
    declaration = case.declarations.order_by("-version").first()
    if declaration is None or held.replaced:
        raise Refusal("请先确认申报,再登记授权(先报告后核对)。")
    if case.agency_id != by.agency:
        raise NotYours
    if case.is_over:
        raise Refusal("本案已经办结,不能再登记授权;重新申请的,在新的申请里登记。")
    terms = _terms(held, signature)
    entry = note(case=case.id)
    looks = _looked_at(held, signature, terms.sheet, by)
    standing = _standing(held, terms, signature.proof, entry)
    signed = _signed(held, declaration, terms, signature, standing)
    signed.entry_id = entry
    _noted(signed)
    issued = artefact.issue(_artefact_of(signed, terms.guardian), keys.signer())
    signed.sealed_artefact = case.key.seal_bytes(issued.encode("ascii"))
    if standing and standing._state.adding:
        standing.save(force_insert=True)
    signed.save(force_insert=True)
    PagePrint.objects.bulk_create(presented.prints(signed, case, looks))
    return signed


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a paper was found to say: text, signer, sheet, items, and for how long."""

    form: Form
    guardian: Member | Outsider | None
    ground: str
    sheet: Sheet | None
    items: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime


def _terms(held: Member, signature: Signature) -> _Terms:
    """Read what was signed, and see that it may be registered for this person."""
    programme = held.case.programme
    form = texts.usable(signature.form, programme, signature.signed_on, today())
    guardian, ground = signer_for(
        held,
        signed_on=signature.signed_on,
        guardian=signature.guardian,
        outsider=signature.outsider,
        capacity=signature.capacity,
    ) or (None, "")
    sheet = None if signature.electronic else sheet_of(held, signature.number, form)
    if sheet and "*" in signature.items:
        items = tuple(sheet.items)
    else:
        items = _needed_items(signature.items, held.case)
    if sheet:
        check_against(sheet, items, signature.signed_on, signature.valid_until, guardian)
    return _Terms(form, guardian, ground, sheet, items, *_validity(held, signature, ground))


def _standing(held: Member, terms: _Terms, proof: bytes | None, entry: UUID) -> Guardianship | None:
    if terms.guardian is None:
        return None
    return guardians.standing_of(held, terms.guardian, terms.ground, proof=proof, entry=entry)


def _signed(
    held: Member,
    declaration: Declaration,
    terms: _Terms,
    signature: Signature,
    standing: Guardianship | None,
) -> Authorization:
    """Write the row, all but its entry and artefact; the paper is kept beside it."""
    case, sheet, identifier = held.case, terms.sheet, uuid7()
    period = period_of(case, sheet.printed_at.astimezone(SHANGHAI).date() if sheet else today())
    return Authorization(
        id=identifier,
        case=case,
        member=held,
        declaration=declaration,
        form=terms.form,
        purpose=case.programme,
        items=list(terms.items),
        period_first=period.first,
        period_last=period.last,
        signed_on=signature.signed_on,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        evidence=scans.keep(case, identifier, signature.scan),
        guardian=case.key.seal(guardian_line(terms.guardian)) if terms.guardian else None,
        guardianship=standing,
        agent=_agent_line(case, signature.agent),
        sheet=sheet,
        notice=sheet.digest if sheet else signature.notice,
        issuer=case.division,
    )


def _looked_at(
    held: Member, signature: Signature, sheet: Sheet | None, by: Actor
) -> list[likeness.Fingerprint]:
    """See that what is presented is this person's own, and how it looks if it is paper."""
    if signature.electronic is None:
        scans.check_paper(signature.scan)
        return presented.look_at_paper(held, signature.scan, sheet, by=by)
    presented.look_at_record(held, signature.electronic, signature.scan)
    return []


def _noted(signed: Authorization) -> None:
    """Enter what was signed, so that each inquiry can be held against it from the ledger alone."""
    beside: dict[str, Any] = {
        "notice": signed.notice,
        "sheet": signed.sheet_id,
        "guardianship": signed.guardianship_id and str(signed.guardianship_id),
        "agent": signed.agent is not None,
    }
    bounds: dict[str, Any] = {
        "from": signed.valid_from.isoformat(),
        "until": signed.valid_until.isoformat(),
    }
    note(
        authorization=str(signed.id),
        member=str(signed.member_id),
        purpose=signed.purpose,
        items=signed.items,
        form=signed.form.digest,
        evidence=signed.evidence,
        declaration=signed.declaration.digest,
        **bounds,
        **{name: value for name, value in beside.items() if value},
    )


def _artefact_of(
    signed: Authorization, guardian: Member | Outsider | None
) -> artefact.AuthorizationArtefact:
    """Say in the words of the wire what was signed."""
    case, salt = signed.case, artefact.new_salt()
    number = signed.member.opened["id_number"]
    return artefact.AuthorizationArtefact(
        jti=str(signed.id),
        iss=f"{case.division}-hedui",
        iat=moment(),
        nbf=signed.valid_from,
        exp=signed.valid_until,
        programme=signed.purpose,
        purpose=signed.purpose,
        grantor=artefact.Grantor(salt=salt, digest=artefact.grantor_digest(salt, number)),
        guardian=_artefact_guardian(guardian),
        items=tuple(signed.items),
        period=Period(signed.period_first, signed.period_last),
        declaration=signed.declaration.digest,
        form=artefact.Form(signed.form.id, signed.form.digest),
        evidence=signed.evidence,
        retention=f"P{RETENTION_DAYS}D",
        status=f"{settings.HEDUI_PUBLIC_URL}/api/authorizations/{signed.id}/status",
    )


REVOKED_BECAUSE = ("本人要求撤回", "监护人要求撤回", "申请已撤回", "登记有误，重新登记")
"""Why an authorization is revoked: fixed words, for they enter the ledger."""


@act("撤回授权", article="个人信息保护法 第15条", roles={Role.INTAKE})
def revoke(*, authorization: Authorization, reason: str, by: Actor) -> Authorization:
    """
    End an authorization at once 撤回授权; no question leaves on it from this moment.

    reason: why, one of `REVOKED_BECAUSE`; it enters the ledger and so names nobody.

    :raises Refusal: the reason is none of them
    :raises AlreadyEnded: it has been revoked before
    :raises NotYours: another agency took the case in
    """
    if reason not in REVOKED_BECAUSE:
        raise Refusal("请选择撤回原因。", "reason")
    held = (
        Authorization.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=authorization.pk)
    )
    if held.case.agency_id != by.agency:
        raise NotYours
    if held.revoked_at:
        raise AlreadyEnded("这份授权此前已经撤回。")
    note(case=held.case_id, authorization=str(held.id), reason=reason)
    held.revoked_at = moment()
    held.save(update_fields=["revoked_at"])
    return held


READERS = {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}


@act("查阅签署件", article="个人信息保护法 第51条", roles=READERS)
def consult(*, authorization: Authorization, by: Actor) -> bytes:  # noqa: ARG001 - `act` reads it
    """Open the kept scan of a signed paper; to see it is an act, and leaves its entry."""
    note(case=authorization.case_id, authorization=str(authorization.id))
    return scans.read(authorization.case, authorization.id)


@act("查阅监护证明", article="个人信息保护法 第51条", roles=READERS)
def consult_proof(*, guardianship: Guardianship, by: Actor) -> bytes:  # noqa: ARG001 - as above
    """Open the kept proof of a guardian's standing; to see it is an act too."""
    note(case=guardianship.case_id, guardianship=str(guardianship.id))
    return scans.read(guardianship.case, guardianship.id)


@act("复核授权登记", article="个人信息保护法 第51条", roles={Role.INTAKE})
def confirm(*, authorization: Authorization, by: Actor) -> Confirmation:
    """
    Confirm as a second officer that what was registered is what the signed paper says.

    :raises AlreadyConfirmed: confirmed before, registered by the same officer, ended, or the scan
        was not opened for comparison
    :raises NotYours: another agency took the case in
    """
    held = (
        Authorization.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "entry")
        .get(pk=authorization.pk)
    )
    if held.case.agency_id != by.agency:
        raise NotYours
    if held.entry.actor == by.identifier:
        raise AlreadyConfirmed("登记人不能复核自己的登记,请由另一位受理人员复核。")
    if held.revoked_at or Confirmation.objects.filter(authorization=held).exists():
        raise AlreadyConfirmed("这份授权已经复核过,或者已经撤回。")
    opened = Entry.objects.filter(
        act="authorizations.consult", case=held.case_id, actor=by.identifier
    )
    if not opened.filter(content__contains=str(held.id)).exists():
        raise AlreadyConfirmed("请先打开签署件扫描件,逐项对照后再确认。")
    return Confirmation.objects.create(
        authorization=held,
        officer=by.identifier,
        confirmed_at=moment(),
        entry_id=note(case=held.case_id, authorization=str(held.id)),
    )


def _needed_items(signed: tuple[str, ...], case: Case) -> tuple[str, ...]:
    """Return what was signed for: all that is needed everywhere (`*`), and what is named."""
    programme = policy.programme(case.programme)
    try:
        items = set(catalogue.expand(name for name in signed if name != "*"))
    except catalogue.CatalogueError as error:
        raise ItemNotNeeded(str(error), "items") from error
    beyond = sorted(items - set(programme.allowed))
    if beyond:
        raise ItemNotNeeded(f"{'、'.join(beyond)} 不是本项目需要的查询项,不得授权查询。", "items")
    if "*" in signed:
        items |= set(programme.may_ask)
    return tuple(sorted(items))


def _validity(member: Member, signature: Signature, ground: str) -> tuple[datetime, datetime]:
    first = datetime.combine(signature.signed_on, time(), SHANGHAI)
    until = datetime.combine(signature.valid_until + timedelta(days=1), time(), SHANGHAI)
    until = min(until, first + artefact.LONGEST_VALIDITY)
    if ground in MINOR:
        until = min(until, datetime.combine(birthday(member, ADULT_AGE), time(), SHANGHAI))
    if until <= first:
        raise Refusal("有效期至不能早于签署日期。", "valid_until")
    return first, until


def _agent_line(case: Case, agent: Agent | None) -> bytes | None:
    if agent is None:
        return None
    if not agent.name.strip() or not agent.relation.strip():
        raise Refusal("请写明代办人的姓名,以及与授权人的关系。", "agent_name")
    return case.key.seal({"name": agent.name.strip(), "relation": agent.relation.strip()})


def _artefact_guardian(guardian: Member | Outsider | None) -> artefact.Guardian | None:
    if guardian is None:
        return None
    salt = artefact.new_salt()
    digest = artefact.grantor_digest(salt, number_of(guardian))
    return artefact.Guardian(guardian.relation, salt, digest)

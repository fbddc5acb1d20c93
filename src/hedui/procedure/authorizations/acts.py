"""授权的办理: publish a form, authorize, revoke."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from hedui import catalogue, policy
from hedui.procedure.authorizations import evidence as scans
from hedui.procedure.authorizations import likeness, presented
from hedui.procedure.authorizations.evidence_models import PagePrint
from hedui.procedure.authorizations.models import Authorization, Form
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Member
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.values.periods import Period
from hedui.wire import artefact
from hedui.wire.canonical import digest

ADULT_AGE = 18
RETENTION = "P90D"


class FormNotUsable(Refusal):
    """The text signed is unknown, or was not to be signed on that day."""


class ItemNotNeeded(Refusal):
    """An item goes beyond what the programme needs (严格信息使用范围)."""


class GuardianNeeded(Refusal):
    """The person is a minor, and no adult who may sign for them is named."""


class AlreadyEnded(Refusal):
    """The authorization has been revoked before."""


@dataclass(frozen=True, slots=True)
class Signature:
    """
    What was signed 签署情况, on paper or electronically.

    form: id of the text; items: as on the paper, `*` for all that the programme needs;
    signed_on, valid_until: days, both included; scan: the signed paper (PDF, PNG or JPEG), or
    the record of the electronic signature that `electronic` names (`electronic.signature_of`);
    guardian: key of the member who signed for a minor.
    """

    form: str
    items: tuple[str, ...]
    signed_on: date
    valid_until: date
    scan: bytes
    guardian: str | None = None
    electronic: UUID | None = None


@act("发布授权书文本", article="个人信息保护法 第17条", roles={Role.SECURITY_ADMIN})
def publish(
    *, form: str, title: str, text: str, programmes: Iterable[str], first_day: date, by: Actor
) -> Form:
    """Publish the text of a form; a text that was published before stays as it was."""
    fingerprint = digest({"id": form, "title": title, "text": text})
    note(form=form, digest=fingerprint)
    return Form.objects.get_or_create(
        id=form,
        defaults={
            "title": title,
            "text": text,
            "digest": fingerprint,
            "programmes": sorted(programmes),
            "first_day": first_day,
        },
    )[0]


@act("登记授权", article="民办函〔2011〕365号 二(二) 先授权后查询", roles={Role.INTAKE})
def authorize(*, member: Member, signature: Signature, by: Actor) -> Authorization:
    """
    Take one person's written or electronic authorization 授权 and issue its artefact.

    For a minor a guardian signs, and the authorization ends at the 18th birthday at the latest.

    :raises FormNotUsable, ItemNotNeeded, GuardianNeeded, Refusal: what is wrong with the paper
    """
    held = Member.objects.select_for_update(of=("self",)).select_related("case").get(pk=member.pk)
    case = held.case
    declaration = case.declarations.order_by("-version").first()
    if declaration is None or held.replaced:
        raise Refusal("请先确认申报,再登记授权(先报告后核对)。")
    if case.agency_id != by.agency:
        raise Refusal("这一案件由其他机构受理,您不能办理。")
    form = _usable_form(signature, case.programme)
    items = _needed_items(signature.items, case.programme)
    guardian = _guardian_of(held, signature)
    valid_from, valid_until = _validity(held, signature, guardian)
    period = Period(Period.year_before(case.applied_on).first, max(today(), case.applied_on))
    identifier = uuid7()
    looks = _looked_at(held, signature, by)
    evidence = scans.keep(case, identifier, signature.scan)
    signed = Authorization(
        id=identifier,
        case=case,
        member=held,
        declaration=declaration,
        form=form,
        purpose=case.programme,
        items=list(items),
        period_first=period.first,
        period_last=period.last,
        signed_on=signature.signed_on,
        valid_from=valid_from,
        valid_until=valid_until,
        evidence=evidence,
        guardian=case.key.seal(_guardian_line(guardian)) if guardian else None,
    )
    signed.entry_id = _noted(signed)
    issued = artefact.issue(_artefact_of(signed, guardian), keys.signer())
    signed.sealed_artefact = case.key.seal_bytes(issued.encode("ascii"))
    signed.save(force_insert=True)
    PagePrint.objects.bulk_create(presented.prints(signed, case, looks))
    return signed


def _looked_at(held: Member, signature: Signature, by: Actor) -> list[likeness.Fingerprint]:
    """See that what is presented is this person's own, and how it looks if it is paper."""
    if signature.electronic is None:
        scans.check_paper(signature.scan)
        return presented.look_at_paper(held, signature.scan, by=by)
    presented.look_at_record(held, signature.electronic, signature.scan)
    return []


def _noted(signed: Authorization) -> UUID:
    """Enter what was signed, so that each inquiry can be held against it from the ledger alone."""
    return note(
        case=signed.case_id,
        authorization=str(signed.id),
        member=str(signed.member_id),
        purpose=signed.purpose,
        items=signed.items,
        form=signed.form.digest,
        evidence=signed.evidence,
        declaration=signed.declaration.digest,
        **{"from": signed.valid_from.isoformat(), "until": signed.valid_until.isoformat()},
    )


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named in full on a form 授权书; guardian: name, id_number and relation, or None."""

    name: str
    id_number: str
    guardian: dict[str, str] | None


@act("打印授权书", article="个人信息保护法 第17条", roles={Role.INTAKE})
def name_on_form(*, member: Member, guardian: str | None, by: Actor) -> Named:
    """
    Give the names and numbers that go on a form to be signed; a number in full is an act.

    guardian: key of the member who will sign for a minor. What the guardian is to the minor is
    left open, to be written by hand: only what both are to the applicant is known.

    :raises NotYours: another agency took the case in
    """
    case = member.case
    if case.agency_id != by.agency:
        raise NotYours
    note(case=case.id, member=str(member.id))
    signing = Member.objects.filter(case=case, key=guardian, replaced=False).first()
    return Named(
        member.opened["name"],
        member.opened["id_number"],
        {"name": signing.opened["name"], "id_number": signing.opened["id_number"], "relation": ""}
        if signing
        else None,
    )


def _artefact_of(signed: Authorization, guardian: Member | None) -> artefact.AuthorizationArtefact:
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
        retention=RETENTION,
        status=f"{settings.HEDUI_PUBLIC_URL}/api/authorizations/{signed.id}/status",
    )


@act("撤回授权", article="个人信息保护法 第15条", roles={Role.INTAKE})
def revoke(*, authorization: Authorization, reason: str, by: Actor) -> Authorization:
    """
    End an authorization at once 撤回授权; no question leaves on it from this moment.

    reason: why, chosen from fixed words; it enters the ledger and so names nobody.

    :raises AlreadyEnded: it has been revoked before
    :raises NotYours: another agency took the case in
    """
    held = (
        Authorization.objects.select_for_update(of=("self",))
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


def _usable_form(signature: Signature, programme: str) -> Form:
    form = Form.objects.filter(id=signature.form).first()
    if form is None or programme not in form.programmes:
        raise FormNotUsable(
            f"没有登记过编号为 {signature.form} 的本项目授权书文本,请核对编号。", "form"
        )
    if signature.signed_on > today():
        raise FormNotUsable("签署日期不能晚于今天。", "signed_on")
    if signature.signed_on < form.first_day or (
        form.last_day and signature.signed_on > form.last_day
    ):
        raise FormNotUsable("签署之日该授权书文本不在使用期内,请用现行文本重新签署。", "signed_on")
    return form


def _needed_items(signed: tuple[str, ...], programme: str) -> tuple[str, ...]:
    needed = policy.programme(programme).may_ask
    if "*" in signed:
        return needed
    try:
        items = catalogue.expand(signed)
    except catalogue.CatalogueError as error:
        raise ItemNotNeeded(str(error), "items") from error
    beyond = sorted(set(items) - set(needed))
    if beyond:
        raise ItemNotNeeded(f"{'、'.join(beyond)} 不是本项目需要的查询项,不得授权查询。", "items")
    return items


def _guardian_of(member: Member, signature: Signature) -> Member | None:
    if _birthday(member, ADULT_AGE) <= signature.signed_on:
        if signature.guardian:
            raise GuardianNeeded("成年人应由本人签署授权书。", "guardian")
        return None
    candidates = Member.objects.filter(case=member.case_id, replaced=False).exclude(pk=member.pk)
    chosen = (
        candidates.filter(key=signature.guardian).first()
        if signature.guardian
        else candidates.filter(relation="self").first()
    )
    if chosen is None or _birthday(chosen, ADULT_AGE) > signature.signed_on:
        raise GuardianNeeded("未成年人的授权书须由成年监护人签署,请指明监护人。", "guardian")
    return chosen


def _validity(
    member: Member, signature: Signature, guardian: Member | None
) -> tuple[datetime, datetime]:
    first = datetime.combine(signature.signed_on, time(), SHANGHAI)
    until = datetime.combine(signature.valid_until + timedelta(days=1), time(), SHANGHAI)
    until = min(until, first + artefact.LONGEST_VALIDITY)
    if guardian:
        until = min(until, datetime.combine(_birthday(member, ADULT_AGE), time(), SHANGHAI))
    if until <= first:
        raise Refusal("有效期至不能早于签署日期。", "valid_until")
    return first, until


def _birthday(member: Member, age: int) -> date:
    born = member.birth_date
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # born on 29 February: the day after 28 February
        return date(born.year + age, 3, 1)


def _guardian_line(guardian: Member) -> dict[str, Any]:
    return {"key": guardian.key, "name": guardian.opened["name"], "relation": guardian.relation}


def _artefact_guardian(guardian: Member | None) -> artefact.Guardian | None:
    if guardian is None:
        return None
    salt = artefact.new_salt()
    number = guardian.opened["id_number"]
    return artefact.Guardian(guardian.relation, salt, artefact.grantor_digest(salt, number))

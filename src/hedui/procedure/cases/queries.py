"""
Reads of cases: who may see which, and what lies in one.

A case is seen by the agency that took it in, by the civil affairs department it belongs to, and,
once commissioned, by the verification body. To everybody else it does not exist.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.acts import AlreadyFrozen
from hedui.procedure.cases.content import Fault, NotWellFormed, check
from hedui.procedure.cases.labels import RELATIONS, to_applicant
from hedui.procedure.cases.models import Case, Declaration, Member, Step
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import today
from hedui.procedure.record.queries import may_audit
from hedui.procedure.record.scope import REVIEW, acting_as
from hedui.procedure.record.sealing import blind
from hedui.values.names import PersonNameError, mask_name, normalise_name
from hedui.values.resident_id import ResidentId, ResidentIdError, mask

HANDLERS = frozenset({Role.VERIFY, Role.COUNTERSIGN})


@dataclass(frozen=True, slots=True)
class Person:
    """One member as those who handle the case see them: name in full, number masked."""

    key: str
    name: str
    id_masked: str
    relation: str
    relation_label: str
    birth_date: date | None
    sex_label: str

    @property
    def is_to_applicant(self) -> str:
        """Say who this is to the applicant, where it might be read as who it is to another."""
        return to_applicant(self.relation)

    def age_on(self, day: date) -> int | None:
        """Return the age in full years on a day, None where the birth date is not known yet."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def visible_to(reader: Actor, *, erased: bool = False) -> QuerySet[Case]:
    """
    Return the cases that `reader` may see, and no others.

    erased: also those whose data was destroyed, of which number and days are left
    """
    if reader.member:
        own = Case.objects.filter(members=reader.member, members__replaced=False)
        return own.filter(erasure__confirmed_at=None)
    agency = Agency.objects.filter(pk=reader.agency).first() if reader.agency else None
    if agency is None:
        return Case.objects.none()
    seen = Q(pk__in=[])
    if Role.INTAKE in reader.roles:
        seen |= Q(agency=agency)
    if Role.COMMISSION in reader.roles:
        seen |= Q(agency=agency)
        if agency.kind == Agency.Kind.CIVIL_AFFAIRS:
            seen |= Q(division__startswith=agency.division.removesuffix("00").removesuffix("00"))
    if reader.roles & HANDLERS:
        seen |= Q(pk__in=Case.objects.filter(commissions__body=agency).values("pk"))
    found = Case.objects.filter(seen).exclude(pk__in=_stood_back_from(reader))
    found = found.select_related("agency")
    return found if erased else found.filter(erasure__confirmed_at=None)


def _stood_back_from(reader: Actor) -> QuerySet[Step, UUID]:
    """Return the cases from which an officer stands back 回避: they see them no more."""
    back = Step.objects.filter(kind=Step.Kind.STAND_BACK, officer=reader.identifier)
    return back.values_list("case", flat=True)


def took_in(reader: Actor, *, case: Case) -> bool:
    """Tell whether this very officer took a case in: opened, declared or accepted it."""
    entries = [case.entry_id, *case.declarations.values_list("entry", flat=True)]
    accepted = case.steps.filter(kind=Step.Kind.ACCEPT, recorded_by=reader.identifier)
    did = Entry.objects.filter(pk__in=entries, actor=reader.identifier)
    return did.exists() or accepted.exists()


def case_of(reader: Actor, *, number: str) -> Case:
    """Return one case by its number. :raises Case.DoesNotExist: also where it is not theirs"""
    return visible_to(reader).get(number=number)


def numbers_of(reader: Actor, *, cases: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of cases to who audits, who sees nothing else of them."""
    if not may_audit(reader):
        return {}
    with acting_as(REVIEW):
        return dict(Case.objects.filter(pk__in=cases).values_list("pk", "number"))


def numbered(reader: Actor, *, number: str) -> UUID | None:
    """Return which case has a number, to who audits."""
    if not may_audit(reader):
        return None
    with acting_as(REVIEW):
        return Case.objects.filter(number=number).values_list("pk", flat=True).first()


def is_taken_in_by(reader: Actor, *, case: Case) -> bool:
    """Tell whether `reader` took the case in and so may fill in its declaration."""
    return Role.INTAKE in reader.roles and case.agency_id == reader.agency


def matching(found: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Narrow cases to those with this number, this full name of the applicant or this ID number."""
    wanted = Q(number__icontains=text)
    if number := index_of_number(text):
        holders = Member.objects.filter(number_index=number, replaced=False)
        wanted |= Q(pk__in=holders.values("case"))
    with suppress(PersonNameError):
        wanted |= Q(applicant_index=blind(normalise_name(text)))
    return found.filter(wanted)


def index_of_number(text: str) -> str | None:
    """Return the blind index of a resident number as it was typed; None for what is no number."""
    try:
        return blind(ResidentId.parse(text).reveal())
    except ResidentIdError:
        return None


def applicant_of(reader: Actor, *, case: Case) -> str:  # noqa: ARG001 - masked for everybody
    """Return the applicant's masked name, from the draft where nothing is declared yet."""
    if case.applicant_masked:
        return case.applicant_masked
    drafted = case.key.open(case.draft)["members"]
    name = next((m.get("name", "") for m in drafted if m.get("relation") == "self"), "")
    return mask_name(name) if name else ""


def draft_of(reader: Actor, *, case: Case) -> dict[str, Any]:
    """
    Return the declaration being filled in, with full numbers.

    :raises Case.DoesNotExist: the reader did not take the case in
    """
    if not is_taken_in_by(reader, case=case):
        raise Case.DoesNotExist
    opened: dict[str, Any] = case.key.open(case.draft)
    return opened


def open_draft_of(reader: Actor, *, case: Case) -> dict[str, Any]:
    """
    Return the declaration being filled in, as long as it can be.

    :raises Case.DoesNotExist: the reader did not take the case in
    :raises AlreadyFrozen: verification has started
    """
    drafted = draft_of(reader, case=case)
    if case.is_frozen:
        raise AlreadyFrozen
    return drafted


def people_in(reader: Actor, *, case: Case) -> list[Person]:
    """Return the members as declared, or, before that, as drafted."""
    standing = list(case.members.filter(replaced=False))
    if standing:
        return [_person(m.opened | {"key": m.key, "relation": m.relation}) for m in standing]
    return [_person(m) for m in case.key.open(case.draft)["members"]]


def elsewhere(reader: Actor, *, case: Case) -> dict[str, list[Case]]:
    """
    Return by member the other cases in which `reader` sees the same person, newest first.

    An applicant may apply again; a person who stands in two open cases is counted twice.
    """
    people = case.members.filter(replaced=False).values_list("number_index", "key")
    keys: dict[str, str] = dict(people)
    others = Member.objects.filter(
        number_index__in=keys, replaced=False, case__in=visible_to(reader).exclude(pk=case.pk)
    )
    found: dict[str, list[Case]] = {}
    for other in others.select_related("case").order_by("-case__number"):
        found.setdefault(keys[other.number_index], []).append(other.case)
    return found


def member_of(reader: Actor, *, case: Case, key: str) -> Member:  # noqa: ARG001 - scoped by case
    """Return a declared member by key. :raises Member.DoesNotExist:"""
    return Member.objects.select_related("case").get(case=case, key=key, replaced=False)


def latest_declaration(reader: Actor, *, case: Case) -> Declaration | None:  # noqa: ARG001
    """Return the declaration that stands, None before the first."""
    return case.declarations.order_by("-version").first()


def is_changed_since_declared(reader: Actor, *, case: Case) -> bool:
    """Tell whether the draft differs from what was declared last."""
    declaration = latest_declaration(reader, case=case)
    if declaration is None:
        return False
    declared = {name: part for name, part in declaration.opened.items() if name != "salt"}
    return bool(declared != case.key.open(case.draft))


def faults_in(content: dict[str, Any]) -> list[Fault]:
    """Return every fault of a declaration that is being filled in."""
    try:
        check(content, today=today())
    except NotWellFormed as refusal:
        return refusal.faults
    return []


def as_declared(content: dict[str, Any]) -> dict[str, Any]:
    """Return a draft as it would be declared; with faults, as it was written."""
    try:
        return check(content, today=today())
    except NotWellFormed:
        return content


def faults_of_member(content: dict[str, Any], *, position: int) -> list[Fault]:
    """
    Return the faults of one member, paths without `members/<position>/`.

    The shape is checked before the meaning; so that one slip does not hide the next, what is out
    of shape is laid aside and the rest is checked again.
    """
    member = content["members"][position]
    first = _own_faults(content, member, {})
    rows = {tuple(f.field.split("/")[:2]) for f in first if "/" in f.field}
    if not rows or any("/" not in f.field for f in first):
        return first
    pruned, places = dict(member), {}
    for name in ("incomes", "assets", "expenses"):
        kept = [n for n in range(len(member.get(name, ()))) if (name, str(n)) not in rows]
        pruned[name] = [member[name][n] for n in kept]
        places[name] = kept
    known = {fault.field for fault in first}
    return first + [f for f in _own_faults(content, pruned, places) if f.field not in known]


def _own_faults(
    content: dict[str, Any], member: dict[str, Any], places: dict[str, list[int]]
) -> list[Fault]:
    alone = {**content, "members": [member], "obligors": []}
    prefix = "members/0/"
    return [
        Fault(_placed(fault.field.removeprefix(prefix), places), fault.message)
        for fault in faults_in(alone)
        if fault.field.startswith(prefix)
    ]


def _placed(path: str, places: dict[str, list[int]]) -> str:
    name, _, rest = path.partition("/")
    if name not in places or not rest:
        return path
    row, slash, field = rest.partition("/")
    return f"{name}/{places[name][int(row)]}{slash}{field}"


def _person(member: dict[str, Any]) -> Person:
    try:
        number: ResidentId | None = ResidentId.parse(member.get("id_number", ""))
    except ResidentIdError:
        number = None
    sex = {"male": "男", "female": "女"}
    return Person(
        key=member["key"],
        name=member.get("name", ""),
        id_masked=mask(member.get("id_number", "")),
        relation=member.get("relation", ""),
        relation_label=RELATIONS.get(member.get("relation", ""), ""),
        birth_date=number.birth_date if number else None,
        sex_label=sex.get(number.sex, "") if number else "",
    )

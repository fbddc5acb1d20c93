"""A guardian outside the household 家庭以外的监护人: a person, or an organisation."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from hedui.procedure.cases.labels import OUTSIDERS, to_applicant
from hedui.procedure.cases.models import Member
from hedui.procedure.record.outcome import Refusal
from hedui.values.credit_code import CreditCodeError, parse_credit_code
from hedui.values.names import PersonNameError, normalise_name
from hedui.values.resident_id import ResidentId, ResidentIdError

ADULT_AGE = 18
ORGANISATIONS = frozenset({"committee", "civil_affairs", "organisation"})


class NotAGuardian(Refusal):
    """What is said of a guardian outside the household cannot be so."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """
    Who signs for a member and does not live in the household.

    relation: to the ward, a key of `OUTSIDERS`. number: the resident number, or the credit code of
    an organisation.
    """

    relation: str
    name: str
    number: str

    @property
    def line(self) -> dict[str, str]:
        """Return what is sealed with the guardianship."""
        return asdict(self)


def checked(given: Outsider, *, signed_on: date) -> Outsider:
    """
    Return a guardian as written in the record.

    :raises NotAGuardian: the relation, the name or the number is none, or not of age
    """
    if given.relation not in OUTSIDERS:
        raise NotAGuardian("请选择监护人与被监护人的关系。", "outsider_relation")
    if given.relation in ORGANISATIONS:
        return Outsider(given.relation, _named(given.name), _code(given.number))
    try:
        number, name = ResidentId.parse(given.number), normalise_name(given.name)
    except ResidentIdError:
        raise NotAGuardian("监护人的公民身份号码有误,请对照证件填写。", "outsider_number") from None
    except PersonNameError:
        raise NotAGuardian("请填写监护人的姓名。", "outsider_name") from None
    born = number.birth_date
    age = signed_on.year - born.year - ((signed_on.month, signed_on.day) < (born.month, born.day))
    if age < ADULT_AGE:
        raise NotAGuardian("监护人签署时须已成年。", "outsider_number")
    return Outsider(given.relation, name, number.reveal())


def guardian_line(guardian: Member | Outsider) -> dict[str, Any]:
    """Return what an authorization keeps of who signed; a guardian from outside has no key."""
    if isinstance(guardian, Outsider):
        return {"key": "", "name": guardian.name, "relation": guardian.relation}
    return {"key": guardian.key, "name": guardian.opened["name"], "relation": guardian.relation}


def number_of(guardian: Member | Outsider) -> str:
    """Return the number by which the artefact names a guardian, to be salted."""
    if isinstance(guardian, Outsider):
        return guardian.number
    number: str = guardian.opened["id_number"]
    return number


def related(line: dict[str, str]) -> str:
    """Say what the guardian of such a line is: to the applicant, or from outside to the ward."""
    return to_applicant(line["relation"]) if line["key"] else OUTSIDERS[line["relation"]]


def _named(name: str) -> str:
    name = name.strip()
    if not name:
        raise NotAGuardian("请填写监护组织的名称。", "outsider_name")
    return name


def _code(number: str) -> str:
    try:
        return parse_credit_code(number)
    except CreditCodeError as error:
        raise NotAGuardian(f"{error}。", "outsider_number") from None

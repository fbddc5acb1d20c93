"""Who acts: an officer in a post 岗位, a person of the household themselves, or the machine."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a post 岗位 may do. The labels are what users see."""

    INTAKE = "intake"
    COMMISSION = "commission"
    VERIFY = "verify"
    COUNTERSIGN = "countersign"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    PERSON = "person"
    MACHINE = "machine"

    @property
    def label(self) -> str:
        """Return the role as users read it."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.INTAKE: "受理岗",
    Role.COMMISSION: "委托岗",
    Role.VERIFY: "核对经办岗",
    Role.COUNTERSIGN: "复核签发岗",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.PERSON: "本人",
    Role.MACHINE: "系统",
}
POSTS = tuple(role for role in Role if role not in (Role.PERSON, Role.MACHINE))
PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    One who acts, as the entry will name them.

    identifier: `officer:<id>`, `person:<member>` or `machine:<name>`; name: as users read it;
    agency: the agency of the post, None for the others; roles: what the posts allow.
    """

    identifier: str
    name: str
    agency: UUID | None
    roles: frozenset[Role]

    @property
    def member(self) -> UUID | None:
        """Return which member of a household acts; None for an officer or the machine."""
        if Role.PERSON not in self.roles or not self.identifier.startswith(PERSON):
            return None
        return UUID(self.identifier.removeprefix(PERSON))


def in_person(member: UUID) -> Actor:
    """Return a member of a household as who acts themselves 本人."""
    return Actor(PERSON + member.hex, Role.PERSON.label, None, frozenset({Role.PERSON}))


WORKER = Actor("machine:worker", "系统", None, frozenset({Role.MACHINE}))
INSTALLER = Actor("machine:installer", "安装程序", None, frozenset(Role))

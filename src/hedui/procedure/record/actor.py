"""Who acts: an officer in a post 岗位, or the machine itself."""

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
    Role.MACHINE: "系统",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """
    One who acts, as the entry will name them.

    identifier: `officer:<id>` or `machine:<name>`; name: as users read it;
    agency: the agency of the post, None for the machine; roles: what the posts allow.
    """

    identifier: str
    name: str
    agency: UUID | None
    roles: frozenset[Role]


WORKER = Actor("machine:worker", "系统", None, frozenset({Role.MACHINE}))
INSTALLER = Actor("machine:installer", "安装程序", None, frozenset(Role))

"""The list of what may be asked 查询项清单, put in force where the gate can see it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from hedui import catalogue, policy
from hedui.procedure.inquiries.models import AllowList
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.wire.canonical import digest


@act(
    "公布查询项清单",
    article="民办函〔2011〕365号 二(二) 严格信息使用范围",
    roles={Role.SECURITY_ADMIN},
)
def allow(*, programme: str, items: Iterable[str], by: Actor) -> AllowList:  # noqa: ARG001
    """Put in force what may be asked for a programme, in place of the list before."""
    listed = sorted(items)
    fingerprint = digest(listed)
    entry = note(programme=programme, items=listed, digest=fingerprint)
    at = moment()
    AllowList.objects.filter(programme=programme, ended_at=None).update(ended_at=at)
    return AllowList.objects.create(
        programme=programme, items=listed, digest=fingerprint, began_at=at, entry_id=entry
    )


def outdated() -> list[str]:
    """Name the programmes whose list in force is not what their folder needs."""
    standing = dict(AllowList.objects.filter(ended_at=None).values_list("programme", "digest"))
    needed = {
        name: digest(sorted(programme.allowed))
        for name, programme in policy.known_programmes().items()
    }
    return sorted(name for name, wanted in needed.items() if standing.get(name) != wanted)


@lru_cache(maxsize=256)
def by_source(allowed: frozenset[str], signed: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Group what may be asked of what was signed for; whole registries sign for the same."""
    return catalogue.by_source(sorted(allowed.intersection(signed)))


@lru_cache(maxsize=1024)
def agreed_among(
    items: tuple[str, ...], covered: tuple[str, ...], *, whole: bool
) -> tuple[str, ...]:
    """
    Choose of what may be asked of a source what the agreement with it covers.

    whole: the value itself, and not the less that a department may be asked for instead
    """
    choose = catalogue.whole if whole else catalogue.least
    return tuple(choose(item for item in items if item in covered))

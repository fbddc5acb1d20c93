"""A county all of whose departments are the hostile one, and a family that is asked about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hedui.procedure.agencies.models import Department
from hedui.procedure.commissions.acts import close
from hedui.procedure.inquiries import dispatch
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.models import Reply
from tests import cast

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the hostile department is, with its ports by name and its public key."""

    folder: Path
    ports: dict[str, int]
    public: str

    def url(self, manner: str, door: str = "http", scheme: str = "http") -> str:
        """Return its address for a manner."""
        return f"{scheme}://127.0.0.1:{self.ports[door]}/{manner}"


@dataclass(frozen=True, slots=True)
class Town:
    """A county, whose families are asked about."""

    county: cast.County

    def ask(self, source: str = "bank", url: str = "") -> Any:
        """Ask about a family, one source at an address of its own; return the commission."""
        if url:
            cast.reached_at(url, source)
        # Whoever misbehaved before is not left alone for it: each manner is to be seen.
        Department.objects.update(faults=None, rests_until=None)
        commission = cast.commissioned(self.county)
        dispatch.dispatch(commission)
        return close(commission=commission, by=self.county.countersigns)


@contextmanager
def settled(county: cast.County, hostile: Place, monkeypatch: Any) -> Iterator[Town]:
    """Settle the hostile department in a county, for a time."""
    monkeypatch.setattr(https_json, "PATIENCE", PATIENCE)
    standing = list(Department.objects.all())
    for department in Department.objects.all():
        cast.known_by(department, hostile.public, hostile.url("true"))
    try:
        yield Town(county)
    finally:
        for one in standing:
            cast.known_by(Department.objects.get(pk=one.pk), one.public_key, one.base_url)


def came(commission, source: str) -> list[tuple[str, str]]:
    """Return outcome and code for each person, sorted."""
    replies = Reply.objects.filter(inquiry__commission=commission, inquiry__source=source)
    return sorted(replies.values_list("outcome", "code"))

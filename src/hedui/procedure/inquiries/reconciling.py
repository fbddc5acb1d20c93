"""对账 (reconcile): each day's signed count of a department, held against what was sent to it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from hedui.procedure.agencies.channels import BY_FILES
from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.models import Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, process_clock
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.queries import may_audit
from hedui.wire import strict_json
from hedui.wire.checks import WireError
from hedui.wire.counts import (
    MOST_BYTES,
    TYP,
    Counts,
    CountsRequest,
    ask_for_counts,
    day_bounds,
    digest_of_marks,
    is_mark,
    is_over,
    mark,
    read_counts,
)
from hedui.wire.moments import FRESHNESS
from hedui.wire.seals import KeyFileError, PublicKey, Verifier, read_publics

ACT = "inquiries.reconcile"
LOOK_BACK = 14
"""So many days are asked about again while a department does not tell."""


class NotTold(Refusal):
    """A department's count of a day is not to be had, or does not hold."""


class AlreadyReconciled(Refusal):
    """The same count of the same day stands in the ledger."""

    def __init__(self) -> None:
        super().__init__("这一天的对账结果已经登记,没有变化。")


@dataclass(frozen=True, slots=True)
class Gateway:
    """One department's gateway: its keys, the first of which names it, and what it serves."""

    keys: tuple[PublicKey, ...]
    departments: tuple[Department, ...]

    @property
    def kid(self) -> str:
        """Return the thumbprint of the first of its keys."""
        return self.keys[0].kid

    @property
    def source(self) -> str:
        """Return what it answers for."""
        return self.departments[0].source

    @property
    def receivers(self) -> list[str]:
        """Return the names under which it is asked."""
        return sorted({department.receiver_id for department in self.departments})


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A day's count as a department signed it 对账单, with the marks where they were fetched.

    The marks are those that it signed: their digest is the one in the count.
    """

    signed: str
    counts: Counts
    marks: frozenset[str] | None
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What a department's count and the ledger do not share, as marks.

    unknown: received there, never sent by this ledger (登记之外的查询); denied: answered under its
    signature, and not in its count; undelivered: sent, neither answered nor received
    """

    unknown: tuple[str, ...]
    denied: tuple[str, ...]
    undelivered: tuple[str, ...]


def gateways() -> list[Gateway]:
    """
    Return the gateways that are or were agreed with, one for each key and source.

    Of the departments of each, those first with whom it still is.
    """
    found: dict[tuple[str, str], tuple[tuple[PublicKey, ...], list[Department]]] = {}
    standing_first = F("last_day").desc(nulls_first=True)  # SQLite and PostgreSQL differ by default
    for department in Department.objects.order_by(standing_first, "division", "source"):
        try:
            known = tuple(read_publics(department.public_key))
        except KeyFileError:  # registered before keys were looked at
            continue
        found.setdefault((known[0].kid, department.source), (known, []))[1].append(department)
    return [Gateway(known, tuple(agreed)) for known, agreed in found.values()]


def fetch(gateway: Gateway, day: date) -> Statement:
    """
    Ask a gateway for its count of a day, and for the marks where the count differs from ours.

    :raises NotTold: it does not answer, or what it says does not hold
    """
    statement = _asked(gateway, day, marks=False)
    if statement.counts.digest != digest_of_marks(_sent(gateway, day)):
        statement = _asked(gateway, day, marks=True)
    return statement


def read_statement(content: bytes) -> tuple[Gateway, Statement]:
    """
    Read a statement that a department handed over as a file (`hedui department counts`).

    :raises NotTold: no department that is agreed with has signed it, or it does not hold
    """
    for gateway in gateways():
        try:
            return gateway, _read(gateway, content)
        except WireError as error:
            if error.code not in {"unknown_partner", "audience_mismatch"}:
                raise NotTold(f"对账单不成立:{error.reason}。") from None
    raise NotTold("对账单不是已登记的协作部门签署的。")


@act("与部门对账", article="民办函〔2011〕365号 二(二) 先授权后查询", roles={Role.MACHINE})
def reconcile(*, gateway: Gateway, statement: Statement, by: Actor) -> Difference:  # noqa: ARG001
    """
    Enter a department's signed count of a day, and in what it differs from what was sent.

    :raises AlreadyReconciled: this is entered as it is
    :raises NotTold: the day can still grow, or its marks are needed and were not given
    """
    counts = statement.counts
    if not is_over(counts.day, moment()):
        raise NotTold(f"{counts.day} 尚未过去,还不能对账。")
    difference = compared(gateway, statement)
    detail: dict[str, Any] = {
        "key": gateway.kid,
        "source": gateway.source,
        "receivers": gateway.receivers,
        "day": counts.day.isoformat(),
        "received": counts.count,
        "repeated": counts.repeated,
        "digest": counts.digest,
        "unknown": list(difference.unknown),
        "denied": list(difference.denied),
        "undelivered": list(difference.undelivered),
    }
    _need_news(detail)
    note(**detail, public=statement.key.raw.hex(), signed=statement.signed)
    return difference


def compared(gateway: Gateway, statement: Statement) -> Difference:
    """
    Hold a statement against what was sent.

    :raises NotTold: its marks are needed and were not given
    """
    sent, received = _sent(gateway, statement.counts.day), statement.marks
    if received is None:
        if statement.counts.digest != digest_of_marks(sent):
            raise NotTold("对账单与台账不符,需要连同查询清单一并提供。")
        received = frozenset(sent)
    missing = sorted(sent.keys() - received)
    return Difference(
        unknown=tuple(sorted(received - sent.keys())),
        denied=tuple(one for one in missing if sent[one]),
        undelivered=tuple(one for one in missing if not sent[one]),
    )


def reconciled(since: datetime) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """Yield the entries of reconciliations since a moment with what they say, newest first."""
    for entry in Entry.objects.filter(act=ACT, at__gte=since).order_by("-index"):
        yield entry, json.loads(entry.content)["detail"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one day of one gateway stands 对账情况; nothing told yet where `said` is None."""

    names: str
    day: date
    said: dict[str, Any] | None
    restated: bool = False

    @property
    def matches(self) -> bool:
        """Whether nothing was received that was not sent, nor answered and then denied."""
        return self.said is not None and not (self.said["unknown"] or self.said["denied"])


def standings(reader: Actor, days: int = LOOK_BACK) -> list[Standing]:
    """Return each gateway's last days, those that differ or are not told first, for an auditor."""
    found = _standings(days) if may_audit(reader) else []
    return sorted(found, key=lambda one: one.matches)


def unsettled() -> tuple[int, int]:
    """Count the last days that differ, and those, well over, of which nothing is told."""
    found, patient = _standings(LOOK_BACK), last_day_over()
    different = sum(one.said is not None and not one.matches for one in found)
    return different, sum(one.said is None and one.day < patient for one in found)


def to_settle(reader: Actor) -> tuple[int, int]:
    """Count what is unsettled for who has to see to it, an auditor; for others nothing."""
    return unsettled() if may_audit(reader) else (0, 0)


def _standings(days: int) -> list[Standing]:
    said: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    newest = last_day_over()
    wanted = [newest - timedelta(days=back) for back in range(days)]
    for _, detail in reconciled(day_bounds(wanted[-1])[0]):
        said.setdefault((detail["key"], detail["source"], detail["day"]), []).append(detail)
    found = []
    for day in wanted:
        for gateway in gateways():
            told = said.get((gateway.kid, gateway.source, day.isoformat()), [])
            if told or _is_agreed(gateway, day):
                names = "、".join(sorted({d.name for d in gateway.departments}))
                found.append(Standing(names, day, told[0] if told else None, len(told) > 1))
    return found


def last_day_over() -> date:
    """Return the last day on which nothing can come in any more, by anybody's clock."""
    return (moment() - 2 * FRESHNESS).astimezone(SHANGHAI).date() - timedelta(days=1)


def due() -> list[tuple[Gateway, date]]:
    """Return which days of which gateways are over, agreed and not reconciled, oldest first."""
    newest = last_day_over()
    days = [newest - timedelta(days=back) for back in reversed(range(LOOK_BACK))]
    done = {(d["key"], d["source"], d["day"]) for _, d in reconciled(day_bounds(days[0])[0])}
    return [
        (gateway, day)
        for day in days
        for gateway in gateways()
        if (gateway.kid, gateway.source, day.isoformat()) not in done and _is_agreed(gateway, day)
    ]


def _is_agreed(gateway: Gateway, day: date) -> bool:
    """Tell whether it was asked over a line on a day, so that it has something to count."""
    return any(
        d.base_url and d.first_day <= day and (d.last_day is None or day <= d.last_day)
        for d in gateway.departments
    )


def _need_news(detail: dict[str, Any]) -> None:
    """Lock whoever reconciles beside us out, and refuse what is entered already."""
    list(Department.objects.select_for_update(no_key=True).order_by("id").values_list("id"))
    begins = day_bounds(date.fromisoformat(detail["day"]))[0]
    for _, said in reconciled(begins):
        if all(said[name] == detail[name] for name in ("key", "source", "day")):
            if all(said[name] == value for name, value in detail.items()):
                raise AlreadyReconciled
            return


def _sent(gateway: Gateway, day: date) -> dict[str, bool]:
    """Return the marks of what was sent to a gateway on a day, and whether it was answered."""
    first, last = (UUID(int=int(at.timestamp() * 1000) << 80) for at in day_bounds(day))
    tickets = (
        Ticket.objects.filter(inquiry__department__receiver_id__in=gateway.receivers)
        .filter(message__gte=first, message__lt=last)
        .exclude(inquiry__agreement__channel__in=BY_FILES)  # a file is no message of a gateway
        .values_list("message", "inquiry_id", "reply__conclusive")
    )
    return {mark(str(m), str(inquiry)): bool(answered) for m, inquiry, answered in tickets}


def _asked(gateway: Gateway, day: date, *, marks: bool) -> Statement:
    department = gateway.departments[0]
    asked = CountsRequest(gateway.source, day, marks, process_clock())
    try:
        content = https_json.ask_for_counts(department, ask_for_counts(asked, keys.signer()))
        statement = _read(gateway, content)
    except https_json.NoCounts as error:
        why = error if is_over(day, moment()) else "这一天还没有过完,次日才有"
        raise NotTold(f"{department.name}没有提供 {day} 的对账单:{why}。") from None
    except WireError as error:
        raise NotTold(f"{department.name}的对账单不成立:{error.reason}。") from None
    if statement.counts.day != day:
        raise NotTold(f"{department.name}的对账单不是 {day} 的。")
    return statement


def _read(gateway: Gateway, content: bytes) -> Statement:
    said = strict_json.loads(content, max_bytes=MOST_BYTES)
    if not isinstance(said, dict) or not isinstance(said.get("counts"), str):
        raise WireError("malformed_object", "对账单格式有误")
    verifier = Verifier.of(*gateway.keys)
    counts = read_counts(said["counts"], verifier)
    if counts.source != gateway.source:
        raise WireError("audience_mismatch", "对账单不是这一来源的")
    marks = said.get("marks")
    if marks is not None:
        if not isinstance(marks, list) or not all(map(is_mark, marks)):
            raise WireError("malformed_object", "查询清单格式有误")
        if len(set(marks)) != counts.count or digest_of_marks(set(marks)) != counts.digest:
            raise WireError("malformed_object", "查询清单与签署的摘要不符")
    key = verifier.key_of(said["counts"], typ=TYP)
    return Statement(said["counts"], counts, None if marks is None else frozenset(marks), key)

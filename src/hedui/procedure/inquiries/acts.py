"""查询的办理: inquire (through the gate) and receive."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, UUIDField
from uuid6 import uuid7

from hedui.procedure.agencies.channels import LATER
from hedui.procedure.agencies.models import Department
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.allowing import agreed_among
from hedui.procedure.inquiries.breaker import kept_waiting, learn
from hedui.procedure.inquiries.grounds import Ground, agreed_at, ground_of, may_be_asked
from hedui.procedure.inquiries.holding import begin_hold, hold
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Reverification, Ticket
from hedui.procedure.inquiries.outcomes import CONCLUSIVE
from hedui.procedure.inquiries.pacing import openings, patience, resumption
from hedui.procedure.inquiries.reverifying import asked_whole, ordered_again
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note, nothing_done
from hedui.procedure.record.prepared import (
    Prepared,
    end_in_one_trip,
    fresh,
    in_one_trip,
    insert,
    knowing,
    while_committing,
)

TICKET_LIFE = timedelta(seconds=5)
NOTICE = "民办函〔2011〕365号 二(二)"

# The moments at which what an inquiry rests on was withdrawn: see `revoked_in`.
WITHDRAWN = ("authorization__revoked_at", "authorization__guardianship__ended_at")
STANDS: Prepared[tuple[UUID, bool | None, datetime | None, datetime | None]] = Prepared(
    lambda commission: (
        Inquiry.objects.filter(commission=commission)
        .order_by()
        .values_list("id", "replies__conclusive", *WITHDRAWN)
    ),
    UUIDField(),
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    What may leave now for one department, on one channel.

    It is one message, with a ticket for each inquiry in it.
    """

    department: Department
    channel: str
    message: UUID
    tickets: tuple[Ticket, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """
    What came back for one ticket, strictly read; `rows` are facts by item.

    digest: of the whole message that brought it, empty where none came
    """

    ticket: Ticket
    outcome: str
    code: str = ""
    match: str = ""
    as_of: date | None = None
    serial: str = ""
    unit: str = ""
    rows: tuple[Mapping[str, Any], ...] = ()
    excess: tuple[Mapping[str, str], ...] = ()
    digest: str = ""


Ahead = Callable[[list[Received]], Callable[[], object]]
"""What is done with what came, before it is there, and returns what is done a little later."""


@act("发出查询", article=f"{NOTICE} 先授权后查询", roles={Role.MACHINE})
def inquire(
    *,
    commission: Commission,
    by: Actor,  # noqa: ARG001
    again: bool = False,
    meanwhile: Callable[[list[Envelope]], object] = lambda _: None,
) -> list[Envelope]:
    """
    Pass the gate for all that is still unanswered, and return what may leave now.

    again: ask what an officer ordered to be asked once more, and nothing else that is new
    meanwhile: what is done with what is to leave while the gate looks at it; nothing leaves yet

    Locks first, then the time; inquiries and tickets are admitted or refused by the database.
    Only what is active gets a ticket: not revoked, expired or ended, the guardian's standing and
    the second officer looked at each time.
    """
    closed_at, at, _ = held = hold(commission)
    ground = ground_of(commission, held)
    entry = note(
        case=commission.case_id,
        commission=str(commission.id),
        at=at.isoformat(),
        asked=[],
        messages=[],
    )
    if closed_at is not None:
        return []
    # What was asked before may be answered since; what is admitted now is not, and is in hand.
    waiting = _unanswered(commission, ground, at) if ground.asked else {}
    wanted = ordered_again(commission) if again else None
    further = _further(commission, ground, at, entry, wanted)
    # A department that fails is left alone; the deadline of what it is to be asked goes on.
    resting = kept_waiting((*waiting, *further), at)
    end_in_one_trip()
    with in_one_trip():
        admitted, leaving = _leaving(commission, waiting, further, resting, at)
        commission.waits_on = _awaited(commission, admitted, at, looks=bool(ground.asked))
        envelopes = _mint(leaving, at, entry)
        meanwhile(envelopes)
    if not admitted and not envelopes:
        nothing_done()
    note(
        asked=[_asked(inquiry) for inquiry in admitted],
        messages=[_sent(envelope) for envelope in envelopes],
    )
    return envelopes


def _leaving(
    commission: Commission,
    waiting: Mapping[Inquiry, int],
    further: Iterable[Inquiry],
    resting: Mapping[Inquiry, datetime],
    at: datetime,
) -> tuple[list[Inquiry], list[tuple[Inquiry, int]]]:
    """Admit what is asked from now on; return it, and what leaves now, with the attempts so far."""
    opens = openings((i for i in (*waiting, *further) if not resting or i not in resting), at)
    commission.resumes_at = resumption(opens, resting, waiting, at)
    open_now = {i for i, opening in opens.items() if opening <= at}
    # What may not be sent yet is not admitted yet: its deadline begins when it is asked.
    admitted = insert(i for i in further if i in open_now or i in resting)
    asked = [*waiting.items(), *((i, 0) for i in admitted)]
    return admitted, [(i, n) for i, n in asked if i in open_now and not i.is_gathered]


def _sent(envelope: Envelope) -> dict[str, Any]:
    return {
        "message": str(envelope.message),
        "receiver": envelope.department.receiver_id,
        "inquiries": [str(ticket.inquiry_id) for ticket in envelope.tickets],
    }


def _asked(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "inquiry": str(inquiry.id),
        "authorization": str(inquiry.authorization_id),
        "member": str(inquiry.member_id),
        "department": inquiry.department.receiver_id,
        "agreement": str(inquiry.agreement_id),
        "items": inquiry.items,
    }


@act("收到反馈", article=NOTICE, roles={Role.MACHINE})
def receive(
    *,
    commission: Commission,
    received: Iterable[Received],
    by: Actor,  # noqa: ARG001
    among: "Keeping | None" = None,
    meanwhile: Ahead = lambda _: lambda: None,
) -> list[Received]:
    """
    Keep what came back, and return it as it was kept.

    received: what came; it may be read as it is asked for, while the database takes its locks
    among: what came for other households in the same transaction; whoever has it writes the rows
    meanwhile: what is done with it, as it is kept, while the database is at that; what it returns
        is done while that is committed

    The first conclusive reply ends an inquiry; a later one is not kept. Where the authorization
    was revoked meanwhile, only that something came is kept, with the digest of the message.
    """
    # Who revokes waits until what came before is kept, and is seen by what comes after.
    with in_one_trip():
        held, standing = begin_hold(commission), STANDS.begin(commission.pk)
        came = list(received)
    at, stands = held().at, standing()
    ended = {inquiry for inquiry, is_conclusive, *_ in stands if is_conclusive}
    revoked = {inquiry for inquiry, _, *withdrawn in stands if any(withdrawn)}
    arrived = [
        Received(one.ticket, "DISCARDED", digest=one.digest)
        if one.outcome in CONCLUSIVE and one.ticket.inquiry_id in revoked
        else one
        for one in came
    ]
    entry = note(
        case=commission.case_id,
        replies=[
            {
                "inquiry": str(r.ticket.inquiry_id),
                "outcome": r.outcome,
                "code": r.code,
                "excess": list(r.excess),
            }
            | ({"digest": r.digest} if r.outcome == "DISCARDED" else {})
            | ({} if r.ticket.inquiry_id in ended else {"message": str(r.ticket.message)})
            for r in arrived
        ],
    )
    end_in_one_trip()
    kept = among or Keeping()
    kept.add(commission, (one for one in arrived if one.ticket.inquiry_id not in ended), at, entry)
    if among is None:
        kept.write(lambda: while_committing(meanwhile(arrived)))
    if kept.learns:
        learn(((one.ticket, one.outcome, one.code) for one in arrived), at)
    return arrived


@dataclass(slots=True)
class Keeping:
    """
    The rows of what came back, of one household or of many in one transaction.

    learns: whether each household's part says how the department fares; one message says it once
    """

    learns: bool = True
    replies: list[Reply] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def add(
        self, commission: Commission, arrived: Iterable[Received], at: datetime, entry: UUID
    ) -> None:
        """Add what came for one household, its facts sealed."""
        for one in arrived:
            reply = _reply(one, at, entry)
            self.replies.append(reply)
            for position, row in enumerate(one.rows):
                sealed = commission.case.key.seal(dict(row), Fact.place(reply.id, position))
                self.facts.append(fresh(Fact, reply_id=reply.id, position=position, content=sealed))

    def write(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Write them, looked at by the database as if each came alone; meanwhile: what to do."""
        with in_one_trip():
            insert(self.replies)
            insert(self.facts)
            meanwhile()


def _reply(one: Received, at: datetime, entry: UUID) -> Reply:
    return fresh(
        Reply,
        inquiry_id=one.ticket.inquiry_id,
        ticket_id=one.ticket.id,
        outcome=one.outcome,
        conclusive=one.outcome in CONCLUSIVE,
        code=one.code,
        match=one.match,
        as_of=one.as_of,
        serial=one.serial,
        unit=one.unit,
        excess=list(one.excess),
        received_at=at,
        entry_id=entry,
    )


def _further(
    commission: Commission,
    ground: Ground,
    at: datetime,
    entry: UUID,
    wanted: Mapping[tuple[UUID, str], Reverification] | None,
) -> list[Inquiry]:
    """
    Write the inquiries that are not there yet: member × source, as authorized and agreed.

    wanted: the orders to ask once more; None: all that was never asked. Where a department may
    be asked less than the value, it is, until the machine has ordered the value itself.
    """
    undecided = asked_whole(commission) if wanted else frozenset()
    inquiries: dict[tuple[UUID, str], Inquiry] = {}
    # The newest that covers a source is the one cited.
    for authorization, source, items, agreement in may_be_asked(ground, commission.purpose):
        key = (authorization.member_id, source)
        past = key in ground.asked if wanted is None else key not in wanted
        if past or key in inquiries:
            continue
        agreed = agreed_among(items, tuple(agreement.items), whole=key in undecided)
        if not agreed:
            continue
        inquiry = fresh(
            Inquiry,
            commission_id=commission.pk,
            member_id=authorization.member_id,
            authorization_id=authorization.pk,
            department_id=agreement.department_id,
            agreement_id=agreement.pk,
            source=source,
            purpose=commission.purpose,
            items=list(agreed),
            round=wanted[key].round if wanted else 0,
            due_at=at + patience(agreement.department),
            entry_id=entry,
        )
        inquiries[key] = knowing(
            inquiry,
            member=authorization.member,
            authorization=authorization,
            department=agreement.department,
            agreement=agreement,
        )
    return list(inquiries.values())


def _unanswered(commission: Commission, ground: Ground, at: datetime) -> dict[Inquiry, int]:
    """Return the inquiries still to be answered, each with the number of attempts so far."""
    live = {authorization.pk for authorization in ground.live}
    waiting = (
        commission.inquiries.exclude(replies__conclusive=True)
        .filter(agreed_at(at), authorization__in=live, due_at__gt=at)
        .select_related("agreement", "department", "member", "authorization")
        .annotate(counted=Count("tickets", distinct=True), came=Count("replies", distinct=True))
    )
    for inquiry in waiting:
        inquiry.commission, inquiry.member.case = commission, commission.case
        inquiry.authorization.case = commission.case
    # One whose answer comes later is under way while a ticket of it has no reply.
    return {i: i.counted for i in waiting if not (i.answers_later and i.counted > i.came)}


def ticket_of(
    inquiry: UUID, attempt: int, message: UUID, at: datetime, ends: datetime, entry: UUID
) -> Ticket:
    """Write the ticket of a question, for the gate to admit or refuse."""
    return fresh(
        Ticket,
        inquiry_id=inquiry,
        attempt=attempt,
        message=message,
        minted_at=at,
        expires_at=ends,
        entry_id=entry,
    )


def _awaited(
    commission: Commission, admitted: Iterable[Inquiry], at: datetime, *, looks: bool
) -> bool:
    """Tell whether an answer may come by itself to what has left, or will leave in a file."""
    if any(inquiry.answers_later for inquiry in admitted):
        return True
    if not looks:  # nothing was asked before
        return False
    later = commission.inquiries.filter(agreement__channel__in=LATER, due_at__gt=at)
    return later.exclude(replies__conclusive=True).exists()


def _mint(leaving: Iterable[tuple[Inquiry, int]], at: datetime, entry: UUID) -> list[Envelope]:
    """
    Mint a ticket for each inquiry, one message a department and channel.

    What the sending threads need hangs on the inquiries already: they do no database work.
    """
    together: dict[tuple[UUID, str], list[tuple[Inquiry, int]]] = {}
    for inquiry, attempts in leaving:
        assert inquiry.agreement is not None  # the gate admits none without
        way = (inquiry.department_id, inquiry.agreement.channel)
        together.setdefault(way, []).append((inquiry, attempts))
    envelopes = []
    for (_, channel), asked in together.items():
        message = uuid7()
        ends = (end for i, _ in asked for end in (i.due_at, i.authorization.valid_until))
        expires_at = min(at + TICKET_LIFE, *ends)
        tickets = tuple(
            knowing(ticket_of(i.id, n + 1, message, at, expires_at, entry), inquiry=i)
            for i, n in asked
        )
        envelopes.append(Envelope(asked[0][0].department, channel, message, tickets, expires_at))
    insert(ticket for e in envelopes for ticket in e.tickets)
    return envelopes

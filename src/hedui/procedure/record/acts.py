"""`act`: the only way to write, and `append`, which leaves the entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from uuid6 import uuid7

from hedui.ledger import leaf_hash
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.models import Entry, Head, Node
from hedui.procedure.record.moment import moment
from hedui.procedure.record.opening import entered
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.prepared import Prepared, fresh, insert, insertion, run
from hedui.procedure.record.scope import acting_for
from hedui.procedure.record.seeing import TOO_MANY, TooManyLooks
from hedui.wire.canonical import canonical

P = ParamSpec("P")
R = TypeVar("R")


class NotAllowed(Refusal):
    """The actor holds no post that may do this."""


@dataclass(slots=True)
class Draft:
    """An entry being written: what the act has noted so far."""

    act: str
    actor: Actor
    id: UUID = field(default_factory=uuid7)
    case: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    has_done: bool = True


@dataclass(frozen=True, slots=True)
class Registered:
    """An act as the table of acts shows it."""

    name: str
    label: str
    article: str
    roles: frozenset[Role]


REGISTRY: dict[str, Registered] = {}
_open: ContextVar[tuple[Draft, ...]] = ContextVar("open_acts", default=())
_waiting: ContextVar[list[Draft] | None] = ContextVar("waiting_entries", default=None)


def act(
    label: str, *, article: str, roles: set[Role]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Register a verb of the procedure: role checked, one transaction, one ledger entry.

    The function takes keyword-only arguments, among them `by`. Entries of acts inside acts are
    appended together at the end of the outermost, so that the head of the ledger is the last
    row locked and acts cannot wait for one another in a ring.

    :raises NotAllowed: `by` holds none of the roles
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(function).parameters
        if "by" not in parameters or any(
            p.kind is not Parameter.KEYWORD_ONLY for p in parameters.values()
        ):
            raise TypeError(f"act {function.__name__}: keyword-only arguments, one of them `by`")
        room = function.__module__.split(".")[-2]
        name = f"{room}.{function.__name__}"
        REGISTRY[name] = Registered(name, label, article, frozenset(roles))

        @wraps(function)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs["by"]
            assert isinstance(by, Actor)
            if not by.roles & roles:
                allowed = "、".join(role.label for role in sorted(roles))
                raise NotAllowed(f"“{label}”只能由{allowed}办理,您的岗位没有这项权限。")
            draft = Draft(name, by)
            with acting_for(by.identifier), transaction.atomic():
                result = _within(draft, function, *args, **kwargs)
            return result

        return perform

    return register


def _within(draft: Draft, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    waiting = _waiting.get()
    outermost = waiting is None
    waiting = [] if waiting is None else waiting
    begun = len(waiting)
    waiting_token = _waiting.set(waiting)
    open_token = _open.set((*_open.get(), draft))
    try:
        result = function(*args, **kwargs)
        if draft.has_done:
            waiting.append(draft)
        if outermost and waiting:
            _append(waiting)
        return result
    except BaseException:
        # The acts inside this one are undone with it, and so are their entries.
        del waiting[begun:]
        raise
    finally:
        _open.reset(open_token)
        _waiting.reset(waiting_token)


@contextmanager
def together() -> Iterator[None]:
    """
    Do several acts or none of them, their entries appended together at the end.

    A bare transaction around them would not do: it would hold the head of the ledger while the
    second act takes its locks, and wait in a ring with whoever takes them in the right order.
    """
    with transaction.atomic():
        waiting: list[Draft] = []
        token = _waiting.set(waiting)
        try:
            yield
            if waiting:
                _append(waiting)
        finally:
            _waiting.reset(token)


def note(*, case: UUID | None = None, **detail: Any) -> UUID:
    """
    Add to the entry of the act under way and return its id, for rows that must point to it.

    detail: identifiers and digests, JSON values without personal data.
    """
    draft = _open.get()[-1]
    draft.case = case or draft.case
    draft.detail.update(detail)
    return draft.id


def nothing_done() -> None:
    """Say that the act under way has changed nothing: then it leaves no entry either."""
    _open.get()[-1].has_done = False


HEAD = Prepared(lambda: Head.objects.select_for_update().filter(id=1))
# One round trip instead of two: no row leaves a common table before its lock is held.
HEAD_THEN_TIME = """
WITH head AS MATERIALIZED (SELECT size, roots, last FROM record_head WHERE id = 1 FOR UPDATE)
SELECT size, roots, last, clock_timestamp() FROM head"""

HEAD_GOES_ON = "UPDATE record_head SET size = %s, roots = %s, last = %s WHERE id = 1"


def _head() -> tuple[Head, datetime]:
    """Lock the head of the ledger, then take the time."""
    if connection.vendor == "postgresql":
        for size, roots, last, at in run(HEAD_THEN_TIME, ()).fetchall():
            return Head(id=1, size=size, roots=roots, last=last), at.astimezone(UTC)
    head = next(iter(HEAD()), None) or Head.objects.create(id=1)
    return head, moment()


def _append(drafts: list[Draft]) -> None:
    """
    Append entries at the head of the ledger: lock, then the time, then the leaves.

    :raises TooManyLooks: one of them is a look beyond the budget of the day
    """
    head, at = _head()
    entries = _entries(drafts, head, at)
    frontier, completed = head.frontier.extended(bytes(entry.leaf) for entry in entries)
    roots = ",".join(root.hex() for root in frontier.roots)
    try:
        _put(entries, [frontier.size, roots, bytes(entries[-1].leaf).hex()])
    except DatabaseError as error:
        if TOO_MANY not in str(error):
            raise
        raise TooManyLooks(frozenset(draft.case for draft in drafts if draft.case)) from None
    insert(
        fresh(Node, place=Node.place_of(subtree), root=root)
        for subtree, root in completed.items()
        if subtree.level >= Node.KEPT_FROM
    )
    for draft in drafts:
        entered(draft.case)


AT_ONCE = 100


def _put(entries: list[Entry], head: list[Any]) -> None:
    """Insert entries, and let the head be that of the last."""
    if connection.vendor != "postgresql":
        insert(entries)
        statement, values = HEAD_GOES_ON, head
    else:  # the last of them and the head in one round trip; counted, so that they come first
        insert(entries[:-AT_ONCE])
        inserted, values = insertion(entries[-AT_ONCE:])
        all_put = "(SELECT count(*) FROM put) > 0"
        statement = f"WITH put AS ({inserted} RETURNING 1) {HEAD_GOES_ON} AND {all_put}"
        values += head
    run(statement, values)


def _entries(drafts: list[Draft], head: Head, at: datetime) -> list[Entry]:
    """Write the entries, each naming the leaf of the one before it."""
    entries: list[Entry] = []
    previous = head.last
    for index, draft in enumerate(drafts, start=head.size):
        content = canonical(
            {
                "id": str(draft.id),
                "index": index,
                "previous": previous,
                "act": draft.act,
                "at": at.isoformat(),
                "actor": draft.actor.identifier,
                "agency": str(draft.actor.agency) if draft.actor.agency else None,
                "case": str(draft.case) if draft.case else None,
                "detail": draft.detail,
            }
        )
        leaf = leaf_hash(content)
        previous = leaf.hex()
        entries.append(
            fresh(
                Entry,
                id=draft.id,
                index=index,
                act=draft.act,
                at=at,
                actor=draft.actor.identifier,
                case=draft.case,
                content=content.decode(),
                leaf=leaf,
            )
        )
    return entries

"""
What `hedui bench --ledger` measures: what gate and ledger cost, each beside its floor in one run.

The ledger is filled with entries of the kinds and sizes that a household leaves, written straight
into the tables in the order in which acts would write them; its figures are ratios.
"""

import hashlib
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from uuid6 import uuid7

from hedui.batch import sample
from hedui.faces.cli import place
from hedui.faces.cli.installing import install
from hedui.ledger import Frontier, leaf_hash
from hedui.ledger.verify import verify
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.cases.looking import look_through
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record import checkpoints, keys
from hedui.procedure.record.actor import INSTALLER, WORKER, Actor, Role
from hedui.procedure.record.models import Entry, Head, Node
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.prepared import insert
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import acts
from hedui.wire.canonical import canonical

Measures = dict[str, float]
BATCH = 500
APPENDS, PROOFS, WARMING = 60, 200, 10
ITEMS = [
    "bank.balance_fen", "tax.taxed_income_fen", "vehicle.plate_class", "real_estate.usage",
    "social_insurance.pension_fen", "provident_fund.balance_fen", "vehicle.status", "bank.bank",
]  # fmt: skip
READER = Actor("machine:bench", "测量", None, frozenset({Role.INTAKE}))


def measure_ledger(folder: Path, entries: int, households: int = 110) -> Measures:
    """Set a county up in `folder`, and measure gate and ledger; the ledger grows to `entries`."""
    install()
    place.settle(folder, first_day=today() - timedelta(days=400))
    figures = _gated(households)
    filler = _household_entries()
    for size in (entries // 100, entries // 10, entries):
        _grow(filler, size)
        figures[f"append_ms_at_{size}"] = _median_ms(_append_one, APPENDS)
    first, last = (figures[f"append_ms_at_{size}"] for size in (entries // 100, entries))
    figures["append_growth"] = last / first
    checkpoints.make_checkpoint()
    some = list(Entry.objects.filter(index__in=range(0, entries, entries // PROOFS)))
    proved = iter(some)
    figures["proof_ms"] = _median_ms(lambda: checkpoints.prove(next(proved).pk), len(some))
    return figures | _verified()


def _gated(households: int) -> Measures:
    """
    Ask about households through gate and ledger, and write the same rows without either.

    The floor has the same keys and indexes, and transactions as many and as large.
    """
    public = (Path(settings.HEDUI_KEYS_DIR) / keys.SIGNING_KEY_PUBLIC).read_text(encoding="ascii")
    for source in place.SOURCES:
        department = agencies.agree(
            source=source,
            division=place.DIVISION,
            name=source,
            base_url="http://127.0.0.1:9",
            answer_within=600,
            public_key=public,
            by=INSTALLER,
        )
        place.agree_on_all(department)
    people = sample.many(
        households,
        1,
        applied_on=today().replace(day=1),
        as_of=today() - timedelta(days=1),
    )
    officer = actor_of(Officer.objects.get(username="jiedao"))
    cases = [take_in(one.case, scans=one.scans, by=officer) for one in people]
    ordered = [acts.request(case=case, by=officer) for case in cases]
    _make_room_beside()
    with acting_as(WORKER.identifier):  # throughout, as in the worker
        return _gated_and_bare(ordered)


def _gated_and_bare(ordered: list[Commission]) -> Measures:
    for commission in ordered[:WARMING]:
        inquire(commission=commission, by=WORKER)
    begun = Inquiry.objects.count()
    gated = bare = 0.0
    for commission in ordered[WARMING:]:  # in turn: what else the machine does falls on both
        gated += _seconds(partial(inquire, commission=commission, by=WORKER))
        inquiries = list(commission.inquiries.all())
        tickets = list(Ticket.objects.filter(inquiry__commission=commission))
        with _beside():
            bare += _seconds(partial(_write, inquiries, tickets))
    asked = Inquiry.objects.count() - begun
    return {
        "gated_per_second": asked / gated,
        "bare_per_second": asked / bare,
        "gated_of_bare": bare / gated,
    }


def _write(inquiries: list[Inquiry], tickets: list[Ticket]) -> None:
    with transaction.atomic():
        Inquiry.objects.bulk_create(inquiries)
        Ticket.objects.bulk_create(tickets)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


BESIDE = {table: f"bare_{table}" for table in ("inquiries_inquiry", "inquiries_ticket")}


def _make_room_beside() -> None:
    """Make the two tables of the gate once more, with their keys and indexes and no trigger."""
    with connection.cursor() as cursor:
        for statement in _tables_written(cursor):
            cursor.execute(re.sub(r'"(inquiries_(?:inquiry|ticket))"', r'"bare_\1"', statement))


def _tables_written(cursor: Any) -> list[str]:
    names = tuple(BESIDE)
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT CASE type WHEN 'index' THEN replace(sql, name, 'bare_' || name) ELSE sql END"
            " FROM sqlite_master WHERE tbl_name IN (%s, %s) AND type IN ('table', 'index')"
            " AND sql IS NOT NULL ORDER BY type DESC, rowid",
            names,
        )
        return [sql for (sql,) in cursor.fetchall()]
    cursor.execute(
        "SELECT 'ALTER TABLE \"' || c.relname || '\" ADD ' || replace("
        "  pg_get_constraintdef(k.oid), 'REFERENCES inquiries_inquiry(',"
        "  'REFERENCES \"inquiries_inquiry\"(')"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        " WHERE c.relname IN (%s, %s) AND k.contype = 'f'",
        names,
    )
    keys = [sql for (sql,) in cursor.fetchall()]
    made = [f'CREATE TABLE "bare_{name}" (LIKE {name} INCLUDING ALL)' for name in names]
    return [*made, *keys]


@contextmanager
def _beside() -> Iterator[None]:
    for model in (Inquiry, Ticket):
        model._meta.db_table = BESIDE[model._meta.db_table]
    try:
        yield
    finally:
        for model in (Inquiry, Ticket):
            model._meta.db_table = model._meta.db_table.removeprefix("bare_")


def _grow(filler: Iterator[tuple[str, str, dict[str, Any]]], size: int) -> None:
    """Fill the ledger up to `size` entries: entries, subtrees and head, as `act` writes them."""
    head = Head.objects.get(id=1)
    while head.size < size:
        at, officer = moment(), f"officer:{head.size // BATCH}"  # nobody looks so much in a day
        made: list[Entry] = []
        for act, case, detail in islice(filler, min(BATCH, size - head.size)):
            if "at" in detail:
                detail["at"] = at.isoformat()
            entry = Entry(
                id=uuid7(), index=head.size + len(made), act=act, at=at, actor=officer,
                case=UUID(case),
            )  # fmt: skip
            written = canonical(
                {
                    "id": str(entry.id), "index": entry.index, "previous": head.last, "act": act,
                    "at": at.isoformat(), "actor": entry.actor, "agency": case, "case": case,
                    "detail": detail,
                }
            )  # fmt: skip
            entry.content, entry.leaf = written.decode(), leaf_hash(written)
            head.last = entry.leaf.hex()
            made.append(entry)
        _put(head, made)


def _put(head: Head, made: list[Entry]) -> None:
    frontier, completed = head.frontier.extended(bytes(entry.leaf) for entry in made)
    head.size, head.roots = frontier.size, _written(frontier)
    with transaction.atomic():
        insert(made)
        insert(
            Node(place=Node.place_of(subtree), root=root)
            for subtree, root in completed.items()
            if subtree.level >= Node.KEPT_FROM
        )
        head.save()


def _written(frontier: Frontier) -> str:
    return ",".join(root.hex() for root in frontier.roots)


def _household_entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield without end what households of three leave in the ledger, two dozen entries each."""
    begun = moment() - timedelta(days=1)
    ended = begun + timedelta(days=700)
    while True:
        case, order, report = str(uuid7()), str(uuid7()), str(uuid7())
        digest = _digest()
        yield "cases.open_case", case, {"number": "310101-2026-000001"}
        yield "cases.declare", case, {"digest": digest, "version": 1}
        signed = [(str(uuid7()), str(uuid7())) for _ in range(3)]
        for authorization, member in signed:
            yield "authorizations.authorize", case, {
                "authorization": authorization, "member": member, "purpose": "dibao",
                "items": ITEMS, "from": begun.isoformat(), "until": ended.isoformat(),
                "declaration": digest, "form": _digest(), "evidence": _digest(),
            }  # fmt: skip
        yield "commissions.commission", case, {
            "commission": order, "purpose": "dibao", "declaration": digest, "number": "H-1",
        }  # fmt: skip
        asked = _asked(signed)
        yield "inquiries.inquire", case, {
            "commission": order, "at": "", "asked": asked,
            "messages": [_message(asked[n::6]) for n in range(6)],
        }  # fmt: skip
        for n in range(6):
            replies = [{"inquiry": one["inquiry"], "outcome": "FOUND"} for one in asked[n::6]]
            yield "inquiries.receive", case, {"replies": replies}
        for act in ("draft", "submit", "issue"):
            yield f"reports.{act}", case, {"report": report, "digest": _digest(), "status": act}
        for _ in range(6):
            yield "cases.look", case, {"page": "case", "member": "", "purpose": "dibao"}
        yield "reports.consult", case, {"report": report, "manner": "page"}


def _asked(signed: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "inquiry": str(uuid7()), "authorization": authorization, "member": member,
            "department": "310101-bank", "items": [item],
        }
        for authorization, member in signed
        for item in ITEMS[:6]
    ]  # fmt: skip


def _message(asked: list[dict[str, Any]]) -> dict[str, Any]:
    inquiries = [one["inquiry"] for one in asked]
    return {"message": str(uuid7()), "receiver": "310101-bank", "inquiries": inquiries}


def _digest() -> str:
    return f"sha256:{os.urandom(32).hex()}"


def _append_one() -> None:
    """Do the smallest act there is: nothing but its entry."""
    look_through(page="bench", rows=1, by=READER)


def _verified() -> Measures:
    """Export the ledger, and verify the file beside plain SHA-256 over the same bytes."""
    with tempfile.TemporaryFile() as file:
        file.writelines(checkpoints.export())
        taken: dict[str, list[float]] = {"verify": [], "plain": []}
        for _ in range(3):
            for name, work in (("plain", _plain), ("verify", _verify)):
                file.seek(0)
                started = time.perf_counter()
                work(file)
                taken[name].append(time.perf_counter() - started)
    best = {name: min(seconds) for name, seconds in taken.items()}
    return {
        "verify_s": best["verify"],
        "plain_sha256_s": best["plain"],
        "verify_of_plain": best["verify"] / best["plain"],
    }


def _plain(file: IO[bytes]) -> None:
    whole = hashlib.sha256()
    while block := file.read(1 << 20):
        whole.update(block)


def _verify(file: IO[bytes]) -> None:
    verdict = verify(file, beside=True)  # as `hedui ledger verify` does
    assert verdict.first_bad is None, verdict.reason


def _median_ms(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000

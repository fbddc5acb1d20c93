"""
The judge of the siege: was any request outside declaration, authorization, item, purpose or time?

Runs in a child that has brought Django up, when everything has stopped. What reached the
department is taken from its own record, what people declared, signed and revoked from the journals
of those who did it for them; the database is read row by row and held against both. None of the
functions by which the procedure decides is called.
"""

import base64
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from hedui import catalogue, policy
from hedui.ledger import verify
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry, Reply, Ticket
from hedui.procedure.record import checkpoints, keys
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.record.queries import first_broken_index
from hedui.wire.artefact import read
from hedui.wire.seals import Verifier
from tests.proof.processes import Asked, record_of

AT_THE_MOST = timedelta(milliseconds=500)
"""From the last look at the clock to the wire a busy processor may take so long."""
TOGETHER = timedelta(seconds=2)
"""Settings that change within so much of a moment may count as either."""
USELESS = {"drop", "half", "of_before", "broken", "elsewhere", "of_another", "forged", "noise"}
"""Manners of a department after which nothing may count as answered."""


@dataclass(frozen=True)
class Signed:
    """What a person signed, as it was written down before it was registered."""

    items: frozenset[str]
    purpose: str
    until: date
    at_ns: int


class Truth:
    """The journals."""

    def __init__(self, folder: Path) -> None:
        self.declared: set[str] = set()
        self.signed: dict[str, list[Signed]] = {}
        self.ended: dict[str, int] = {}
        for file in folder.glob("journal-*.jsonl"):
            for written in file.read_bytes().split(b"\n"):
                try:
                    self._take(json.loads(written))
                except ValueError:  # the line that a kill tore
                    continue

    def _take(self, line: dict[str, Any]) -> None:
        match line["kind"]:
            case "declared":
                self.declared |= set(line["numbers"])
            case "signed":
                purpose, items = line["purpose"], line["items"]
                needed = policy.programme(purpose).may_ask
                full = needed if "*" in items else _expanded(tuple(items))
                signed = Signed(
                    frozenset(full), purpose, date.fromisoformat(line["until"]), line["at_ns"]
                )
                self.signed.setdefault(line["number"], []).append(signed)
            case "revoked":
                self.ended[line["authorization"]] = line["at_ns"]
            case "guardianship ended":
                self.ended[line["guardianship"]] = line["at_ns"]
            case "closed":
                self.ended[line["commission"]] = line["at_ns"]


@cache
def _expanded(items: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(catalogue.expand(items))
    except catalogue.CatalogueError:
        return ()


@dataclass
class Held:
    """One question that reached the department, with the rows that it claims."""

    asked: Asked
    element: dict[str, Any]
    ticket: Ticket
    truth: Truth

    @cached_property
    def inquiry(self) -> Inquiry:
        """Return what was asked, as we have it."""
        return self.ticket.inquiry

    @cached_property
    def authorization(self) -> Authorization:
        """Return what it rests on."""
        return self.inquiry.authorization

    @cached_property
    def commission(self) -> Commission:
        """Return the order."""
        return self.inquiry.commission

    @cached_property
    def criteria(self) -> dict[str, Any]:
        """Return what the message says."""
        found: dict[str, Any] = self.element["search_criteria"]
        return found

    @cached_property
    def said(self) -> dict[str, Any]:
        """Return who and what is asked for."""
        found: dict[str, Any] = self.criteria["query"]["value"]
        return found

    def faults(self) -> Iterator[str]:
        """Tell all that is wrong with it."""
        checks = self._declaration() | self._person() | self._scope() | self._time()
        yield from (fault for fault, holds in checks.items() if not holds)

    def _declaration(self) -> dict[str, bool]:
        declared = self.commission.declaration
        people = {m["id_number"]: m["name"] for m in declared.opened["members"]}
        subject = self.said["subject"]
        frozen = declared.frozen_at
        return {
            "declaration: of another case": declared.case_id == self.commission.case_id,
            "declaration: not frozen before": bool(frozen and frozen <= self.ticket.minted_at),
            "declaration: this person is not in it": people.get(subject["id_number"])
            == subject["name"],
            "declaration: nobody declared this person": subject["id_number"] in self.truth.declared,
        }

    def _person(self) -> dict[str, bool]:
        number, held = self.said["subject"]["id_number"], self.authorization
        claims = _claims(self.criteria["authorize"]["consent_jws"])
        salt, said = bytes.fromhex(claims["grantor"]["salt"]), claims["grantor"]["digest"]
        right = "sha256:" + hmac.new(salt, number.encode(), sha256).hexdigest()
        _genuine(self.criteria["authorize"]["consent_jws"])
        return {
            "person: authorized by another": held.member_id == self.inquiry.member_id
            and held.member.opened["id_number"] == number,
            "person: of another case": held.case_id
            == self.commission.case_id
            == held.member.case_id,
            "person: the artefact is another's": said == right and claims["jti"] == str(held.pk),
            "person: never signed that": self._signed(number),
        }

    def _signed(self, number: str) -> bool:
        """Tell whether the person signed, before, for all this and this long."""
        day = self.asked.at.astimezone(SHANGHAI).date()
        return any(
            set(self.said["items"]) <= one.items
            and one.purpose == self.criteria["authorize"]["purpose"]["code"]
            and day <= one.until
            and one.at_ns <= self.asked.clock_ns
            for one in self.truth.signed.get(number, ())
        )

    def _scope(self) -> dict[str, bool]:
        items, held = set(self.said["items"]), self.authorization
        claims = _claims(self.criteria["authorize"]["consent_jws"])
        purposes = {
            self.criteria["authorize"]["purpose"]["code"], self.inquiry.purpose, held.purpose,
            self.commission.purpose, claims["programme"],
        }  # fmt: skip
        period = self.said["period"]
        return {
            "item: other than we hold": items == set(self.inquiry.items),
            "item: none": bool(items),
            "item: beyond what was signed": items <= set(held.items) & set(claims["items"]),
            "item: beyond what the programme needs": items
            <= set(policy.programme(self.commission.purpose).may_ask),
            "item: of another source": {i.partition(".")[0] for i in items}
            == {self.inquiry.source}
            == {self.asked.source},
            "purpose: not one and the same": len(purposes) == 1,
            "period: beyond what was signed": held.period_first.isoformat() <= period["from"]
            and period["to"] <= held.period_last.isoformat(),
        }

    def _time(self) -> dict[str, bool]:
        at, held, ticket = self.asked.at, self.authorization, self.ticket
        guardian = held.guardianship
        minor = guardian and guardian.ground in ("under_14", "under_18")
        told = (str(held.pk), str(guardian and guardian.pk), str(self.commission.pk))
        return {
            "time: before its ticket": ticket.minted_at <= at,
            "time: after its ticket": at <= ticket.expires_at + AT_THE_MOST,
            "time: before it was in force": held.valid_from <= ticket.minted_at,
            "time: after its end": at <= held.valid_until + AT_THE_MOST,
            "time: after the revocation": not held.revoked_at or at <= held.revoked_at,
            "time: after the guardian's end": not (guardian and guardian.ended_at)
            or at <= guardian.ended_at,
            "time: after the coming of age": not minor
            or at < _eighteen(guardian.member.birth_date),
            "time: after the closing": not self.commission.closed_at
            or at <= self.commission.closed_at,
            "time: after somebody was told that it ended": all(
                self.asked.clock_ns <= self.truth.ended.get(one, self.asked.clock_ns)
                for one in told
            ),
            "time: before a second officer confirmed": self._confirmed(),
            "time: signed on a text withdrawn before": not held.form.withdrawn_at
            or held.entry.at <= held.form.withdrawn_at + TOGETHER,
        }

    def _confirmed(self) -> bool:
        agency, at = str(self.commission.case.agency_id), self.ticket.minted_at
        wanted = {_wanted(agency, at - TOGETHER), _wanted(agency, at + TOGETHER)}
        confirmation = getattr(self.authorization, "confirmation", None)
        return wanted != {True} or bool(confirmation and confirmation.confirmed_at <= at)


@cache
def _arrangements() -> list[tuple[str, datetime, bool]]:
    entries = Entry.objects.filter(act="agencies.arrange_intake").order_by("index")
    details = [(entry.at, json.loads(entry.content)["detail"]) for entry in entries]
    return [(said["agency_settled"], at, said["second_person"]) for at, said in details]


def _wanted(agency: str, at: datetime) -> bool:
    told = [wants for settled, when, wants in _arrangements() if settled == agency and when <= at]
    return bool(told) and told[-1]


def _eighteen(born: date) -> datetime:
    try:
        day = born.replace(year=born.year + 18)
    except ValueError:
        day = date(born.year + 18, 3, 1)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


@cache
def _claims(jws: str) -> dict[str, Any]:
    payload = jws.split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


@cache
def _genuine(jws: str) -> None:
    """See that the platform signed it. :raises ArtefactError:"""
    read(jws, Verifier.of(keys.signer().public()))


class Judge:
    """Holds the record against journals and database."""

    def __init__(self, folder: Path) -> None:
        self.record = list(record_of(folder / "hostile"))
        self.truth = Truth(folder)
        self.tickets = {
            (str(t.message), str(t.inquiry_id)): t
            for t in Ticket.objects.select_related(
                "inquiry__member__case",
                "inquiry__commission__case",
                "inquiry__commission__declaration__case",
                "inquiry__agreement",
                "inquiry__authorization__case",
                "inquiry__authorization__member__case",
                "inquiry__authorization__form",
                "inquiry__authorization__entry",
                "inquiry__authorization__confirmation",
                "inquiry__authorization__guardianship__member",
            )
        }
        self.manner: dict[tuple[str, str], str] = {}
        self.verdict = verify.Verdict()
        self.questions = 0
        self.latest = timedelta(0)

    def faults(self) -> Iterator[str]:
        """Tell every fault, by the law it breaks."""
        times = Counter(asked.message_id for asked in self.record)
        yield from (f"message {m} came {n} times" for m, n in times.items() if n > 1)
        for asked in self.record:
            for element in asked.elements:
                self.questions += 1
                key = asked.message_id, element["reference_id"]
                self.manner[key] = asked.manner
                ticket = self.tickets.get(key)
                if ticket is None:
                    yield f"{key}: no ticket"
                    continue
                self.latest = max(self.latest, asked.at - ticket.expires_at)
                held = Held(asked, element, ticket, self.truth)
                yield from (f"{asked.manner} {key}: {fault}" for fault in held.faults())
        yield from self._evidence()

    def _evidence(self) -> Iterator[str]:
        """Hold our own evidence against the record: answers, tickets, ledger."""
        for reply in Reply.objects.select_related("ticket", "inquiry__authorization"):
            key = str(reply.ticket.message), str(reply.inquiry_id)
            revoked = reply.inquiry.authorization.revoked_at
            if reply.conclusive and self.manner.get(key, "never asked") in USELESS | {
                "never asked",
                "later",
            }:
                yield f"reply {reply.pk}: concluded by {self.manner.get(key)}"
            if reply.conclusive and revoked and reply.received_at > revoked:
                yield f"reply {reply.pk}: read after the revocation"
        told = set(_told())
        if told != set(self.tickets):
            yield f"ledger and tickets differ by {len(told ^ set(self.tickets))}"
        for ticket in self.tickets.values():
            revoked = ticket.inquiry.authorization.revoked_at
            if revoked and ticket.minted_at > revoked:
                yield f"ticket {ticket.pk}: minted after the revocation"
        if (index := first_broken_index()) is not None:
            yield f"the ledger breaks at {index}"
        self.verdict = verify.verify(checkpoints.export())
        if self.verdict.first_bad is not None:
            yield f"an auditor is told: {verify.told(self.verdict)}"

    def figures(self) -> dict[str, Any]:
        """Count what there was."""
        codes = Counter(Reply.objects.values_list("outcome", "code"))
        together = {key for key, ticket in self.tickets.items() if ticket.inquiry.is_gathered}
        return {
            "requests": len(self.record),
            "questions": self.questions,
            "manners": dict(Counter(asked.manner for asked in self.record)),
            "together": sum(
                (a.message_id, e["reference_id"]) in together
                for a in self.record
                for e in a.elements
            ),
            "verified": self.verdict.inquiries,
            "tickets": len(self.tickets),
            "ordered_by_interface": Entry.objects.filter(act="reports.order").count(),
            "inquiries": Inquiry.objects.count(),
            "commissions": Commission.objects.count(),
            "authorizations": Authorization.objects.count(),
            "revoked": Authorization.objects.filter(revoked_at__isnull=False).count(),
            "kept_back_at_the_door": codes["NO_ANSWER", "revoked"],
            "ticket_ran_out": codes["NO_ANSWER", "ticket_expired"],
            "discarded_unread": Reply.objects.filter(outcome="DISCARDED").count(),
            "latest_after_its_ticket_ms": round(self.latest / timedelta(milliseconds=1), 1),
            "entries": Entry.objects.count(),
        }


def _told() -> Iterator[tuple[str, str]]:
    """Name what the ledger says was to leave, whatever act says so: message and inquiry."""
    for content in Entry.objects.order_by("index").values_list("content", flat=True).iterator():
        for message in json.loads(content)["detail"].get("messages", ()):
            yield from ((message["message"], inquiry) for inquiry in message["inquiries"])


def main() -> None:
    """Print faults and figures."""
    judge = Judge(Path(settings.DATA_DIR))
    faults = list(judge.faults())
    print(json.dumps({"faults": faults, "figures": judge.figures()}, ensure_ascii=False))

"""
The judge of the town: holds the database against the departments' own records and files.

Runs in a child that has brought Django up, when the departments have stopped. What is right is
taken from the households as they were drawn and from what they signed, not from what the
procedure says that it did.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from hedui import catalogue, policy
from hedui.batch.sample import SampleHousehold
from hedui.gateway import open_department
from hedui.gateway.lookup import Finding, find
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.inquiries.models import Inquiry, Reply, Ticket
from hedui.procedure.record.models import Entry
from hedui.procedure.record.queries import first_broken_index
from hedui.procedure.record.sealing import blind
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.compose import compose
from hedui.procedure.reports.heard import heard
from hedui.procedure.reports.models import Report
from hedui.values.money import yuan_text
from hedui.values.periods import Period
from hedui.values.resident_id import ResidentId
from hedui.wire.canonical import digest
from hedui.wire.inquiry import InquiryElement
from hedui.wire.moments import CHINA
from tests.cast import SOURCES
from tests.stories.people import households

ANSWERED = {"FOUND", "NOT_FOUND", "MULTIPLE", "NAME_MISMATCH"}
ON_THE_WAY = timedelta(seconds=10)
"""A message that left in time may be noted by its receiver so much later."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a department's record, with the ticket that it claims."""

    source: str
    said: dict[str, Any]
    ticket: Ticket | None


@cache
def drawn() -> list[SampleHousehold]:
    """Return the households as they were drawn."""
    return households(Path(settings.DATA_DIR))


@cache
def cases() -> dict[int, list[Case]]:
    """Return the cases of each household, by its applicant's number."""
    return {
        number: [
            m.case
            for m in Member.objects.filter(number_index=blind(household.numbers[0])).select_related(
                "case"
            )
        ]
        for number, household in enumerate(drawn())
    }


def each_household_has_one_complete_report() -> Iterator[str]:
    """One case, one commission, one report in which everything is answered as the files have it."""
    if (total := Case.objects.count()) != len(drawn()):
        yield f"{total} cases for {len(drawn())} households"
    for number, household in enumerate(drawn()):
        mine = cases()[number]
        if len(mine) != 1:
            yield f"household {number}: {len(mine)} cases"
            continue
        reports = list(Report.objects.filter(commission__case=mine[0]))
        if mine[0].commissions.count() != 1 or [r.version for r in reports] != [1]:
            yield f"household {number}: {len(reports)} reports"
            continue
        report = reports[0]
        said = json.loads(json.dumps(_composed(report)))
        if digest(report.opened) != report.digest:
            yield f"household {number}: its report does not have its digest"
        if differing := [name for name in said if said[name] != report.opened[name]]:
            yield f"household {number}: its report differs from what was answered: {differing}"
        yield from (
            f"household {number}: {fault}" for fault in _faults_of(report.opened, household)
        )


def _composed(report: Report) -> dict[str, Any]:
    commission = report.commission
    stated = stated_in(commission.declaration)
    return compose(commission, stated, heard(commission, stated, report.drafted_at))


def _faults_of(report: dict[str, Any], household: SampleHousehold) -> Iterator[str]:
    members = {line["key"] for line in report["members"]}
    silent = {(line["member"], line["source"]) for line in household.expected["not_asked"]}
    asked = {(member, source) for member in members for source in SOURCES} - silent
    if Counter((s["member"], s["source"]) for s in report["sources"]) != Counter(asked):
        yield "not all who signed were asked about once at each source"
    unasked = {
        (line["member"], line["source"])
        for line in report["not_asked"]
        if line["source"] in SOURCES
    }
    if unasked != silent:
        yield "not those are named who did not sign"
    for line in report["sources"]:
        if line["outcome"] not in ANSWERED:
            yield f"{line['member']} {line['source']}: {line['outcome']}"
    for line in report["findings"]:
        if line["item"] == "bank.balance_fen" and line["found"] is not None:
            right = yuan_text(_balance(household, line["member"]))
            if line["found"] != right:
                yield f"{line['member']}: {line['found']} in the bank, not {right}"


def _balance(household: SampleHousehold, key: str) -> int:
    """Return what the bank's rows say that a member has, however a row writes the number."""
    number = next(m["id_number"] for m in household.case["members"] if m["key"] == key)
    written = {number, number.lower(), number[:6] + number[8:17]}
    return sum(row["balance_fen"] for row in household.rows["bank"] if row["id_number"] in written)


def each_answer_is_what_the_file_says() -> Iterator[str]:
    """Every inquiry was concluded once, with what the department's file says of that person."""
    replies: dict[Any, list[Reply]] = {}
    for reply in Reply.objects.filter(conclusive=True).prefetch_related("facts"):
        replies.setdefault(reply.inquiry_id, []).append(reply)
    for inquiry in Inquiry.objects.select_related("member__case", "authorization"):
        mine = replies.get(inquiry.pk, [])
        if len(mine) != 1:
            yield f"inquiry {inquiry.pk}: {len(mine)} conclusive replies"
            continue
        found = _on_file(inquiry)
        key = inquiry.member.case.key
        rows = [
            key.open(fact.content, fact.place(fact.reply_id, fact.position))
            for fact in mine[0].facts.all()
        ]
        right = json.loads(json.dumps([dict(row) for row in found.records], default=str))
        if (mine[0].outcome, mine[0].as_of, rows) != (found.outcome, found.as_of, right):
            yield f"inquiry {inquiry.pk}: {mine[0].outcome}, the file says {found.outcome}"


def _on_file(inquiry: Inquiry) -> Finding:
    """Look a person up in the department's file, without any network or signature."""
    person, source = inquiry.member.opened, catalogue.sources()[inquiry.source]
    period = Period(inquiry.authorization.period_first, inquiry.authorization.period_last)
    asked = InquiryElement(
        reference_id=str(inquiry.pk),
        source=inquiry.source,
        subject_name=person["name"],
        subject_number=person["id_number"],
        items=tuple(inquiry.items),
        period=period,
        as_of=period.last,
        purpose=inquiry.purpose,
        consent_jws="",
    )
    number, today = ResidentId.parse(person["id_number"]), datetime.now(CHINA).date()
    dataset = _department(inquiry.source).data.dataset()
    return find(dataset, source, asked, person=number, items=asked.items, today=today)


def nothing_is_done_without_an_entry() -> Iterator[str]:
    """Each row has its entry, which tells of this row; each message told of has its tickets."""
    entries = {entry.pk: json.loads(entry.content) for entry in Entry.objects.all()}
    told: set[tuple[str, str]] = set()
    for content in entries.values():
        for message in content["detail"].get("messages", []):
            told |= {(message["message"], inquiry) for inquiry in message["inquiries"]}
    minted = {(str(t.message), str(t.inquiry_id)) for t in Ticket.objects.all()}
    if told != minted:
        yield f"tickets and ledger differ: {len(minted - told)} untold, {len(told - minted)} unmade"
    for inquiry in Inquiry.objects.select_related("commission"):
        entry = entries.get(inquiry.entry_id, {})
        if (entry.get("act"), entry.get("case")) != (
            "inquiries.inquire",
            str(inquiry.commission.case_id),
        ):
            yield f"inquiry {inquiry.pk}: no entry of it"
    for reply in Reply.objects.all():
        entry = entries.get(reply.entry_id, {"detail": {}})
        kept = entry["detail"].get("replies", [])
        if not any(
            (r["inquiry"], r["outcome"]) == (str(reply.inquiry_id), reply.outcome) for r in kept
        ):
            yield f"reply {reply.pk}: no entry of it"
    for report in Report.objects.all():
        if entries.get(report.entry_id, {"detail": {}})["detail"].get("digest") != report.digest:
            yield f"report {report.number}: no entry of it"


def the_ledger_recomputes() -> Iterator[str]:
    """The tree over all entries gives the head that is kept."""
    if (index := first_broken_index()) is not None:
        yield f"the ledger breaks at {index}"


def departments_were_asked_only_what_was_signed() -> Iterator[str]:
    """Every line of every record is of an inquiry within what that person signed, and in time."""
    people = _signed_people()
    for line in _record():
        faults = list(_faults_in(line, people)) if line.ticket else ["it has no ticket"]
        yield from (f"{line.source} {line.said['message_id']}: {fault}" for fault in faults)
    serials = Counter(line.said.get("serial") for line in _record() if line.said.get("serial"))
    yield from (f"serial {serial} is there {n} times" for serial, n in serials.items() if n > 1)


def each_reply_is_in_the_departments_record() -> Iterator[str]:
    """What the platform holds as answered, the department says that it answered, and the same."""
    answered = {
        (line.source, line.said["serial"]): line
        for line in _record()
        if line.said["decision"] == "answered"
    }
    for reply in Reply.objects.filter(conclusive=True).select_related("inquiry", "ticket"):
        line = answered.get((reply.inquiry.source, reply.serial))
        if line is None or (line.ticket, line.said["outcome"]) != (reply.ticket, reply.outcome):
            yield f"reply {reply.pk}: the department has no such answer"


def _signed_people() -> dict[tuple[str, str], set[str]]:
    """Return what each person signed, in full names, by (number of the case, key of the member)."""
    signed = {}
    needed = {item for item in policy.programme("dibao").may_ask}
    for number, household in enumerate(drawn()):
        for member in household.case["members"]:
            if "authorization" in member and len(cases()[number]) == 1:
                items = member["authorization"]["items"]
                full = needed if items == ["*"] else set(catalogue.expand(items)) & needed
                signed[cases()[number][0].number, member["key"]] = full
    return signed


def _faults_in(line: Line, people: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    assert line.ticket
    ticket, said, inquiry = line.ticket, line.said, line.ticket.inquiry
    member = inquiry.member
    at = datetime.fromisoformat(said["at"])
    claims = _claims(inquiry.authorization.artefact)
    paper = people.get((member.case.number, member.key), set())
    asked = set(said["items_asked"])
    checks: dict[str, bool] = {
        f"decided {said['decision']} {said['code']}": said["decision"] in ("answered", "repeated"),
        "another source": said["source"] == inquiry.source == line.source,
        "another authorization": said["decision"] == "repeated"
        or said["jti"] == claims["jti"] == str(inquiry.authorization_id),
        "another person": said["subject"] == _subject(line.source, member.opened["id_number"]),
        "other items than the inquiry's": asked == set(inquiry.items),
        "items of another source": {item.split(".")[0] for item in asked} == {line.source},
        "items beyond the artefact": bool(asked) and asked <= set(claims["items"]),
        "items beyond the paper": asked <= paper,
        "another purpose": said["purpose"] == claims["purpose"] == "dibao",
        "outside its validity": _moment(claims["nbf"]) <= at < _moment(claims["exp"]),
        "before or long after its ticket": ticket.minted_at - timedelta(milliseconds=1)
        <= at
        <= ticket.expires_at + ON_THE_WAY,
    }
    yield from (fault for fault, holds in checks.items() if not holds)


def _claims(artefact: str) -> dict[str, Any]:
    payload = artefact.split(".")[1]
    written = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    claims: dict[str, Any] = json.loads(written)
    return claims


def _moment(claim: object) -> datetime:
    if isinstance(claim, int):
        return datetime.fromtimestamp(claim, UTC)
    return datetime.fromisoformat(str(claim))


@cache
def _record() -> list[Line]:
    tickets = {
        (str(t.message), str(t.inquiry_id)): t
        for t in Ticket.objects.select_related("inquiry__member__case", "inquiry__authorization")
    }
    return [
        Line(source, said, tickets.get((said["message_id"], said["reference_id"])))
        for source in SOURCES
        for said in _lines(source)
    ]


def _path(source: str) -> Path:
    return Path(settings.DATA_DIR) / "departments" / f"{source}.inquiries.jsonl"


def _lines(source: str) -> Iterator[dict[str, Any]]:
    """Read a record as an outsider would: whatever is a whole line of JSON counts."""
    for written in _path(source).read_bytes().split(b"\n"):
        try:
            said = json.loads(written)
        except ValueError:
            continue
        yield said


@cache
def _subject(source: str, number: str) -> str:
    return str(_department(source).log.subject(number)["subject"])


@cache
def _department(source: str) -> Any:
    folder = _path(source).parent
    return open_department(
        source=source,
        data=folder / f"{source}.csv",
        key=folder / f"{source}.key.pem",
        partner_keys=Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem",
        log=_path(source),
    )


def figures() -> dict[str, int]:
    """Count what there is, and what the kills made necessary."""
    torn = sum(_path(s).read_bytes().count(b"\n") for s in SOURCES) - len(_record())
    return {
        "members": Member.objects.count(),
        "inquiries": Inquiry.objects.count(),
        "asked_again": Ticket.objects.filter(attempt__gt=1).count(),
        "tickets_without_reply": Ticket.objects.filter(reply__isnull=True).count(),
        "lines": len(_record()),
        "torn_lines": torn,
        "entries": Entry.objects.count(),
    }


LAWS: tuple[Callable[[], Iterator[str]], ...] = (
    each_household_has_one_complete_report,
    each_answer_is_what_the_file_says,
    nothing_is_done_without_an_entry,
    the_ledger_recomputes,
    departments_were_asked_only_what_was_signed,
    each_reply_is_in_the_departments_record,
)


def main() -> None:
    """Print the faults found under each law, and the figures."""
    faults = [f"{law.__name__}: {fault}" for law in LAWS for fault in law()]
    print(json.dumps({"faults": faults, "figures": figures()}, ensure_ascii=False))

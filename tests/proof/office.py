"""
The office: any operation on any household by anybody, drawn by a seed.

Operations go the ways that people and programs go: the acts themselves, the pages of the workbench
with forms and uploads, the file import, the interface for programs over HTTP, the terminal, the
queue, messages of many households, plain SQL. Many are wrong on
purpose, and so are some of those who try. Before an operation, what a person is about to declare or
sign is written down; after it, what was revoked: that journal is the truth the judge goes by.
"""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import httpx
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from hedui import policy
from hedui.batch.sample.scans import scan
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Agency, Agreement, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations import acts as signing
from hedui.procedure.authorizations import electronic, guardians, texts, totp
from hedui.procedure.authorizations.intake import take_in
from hedui.procedure.authorizations.models import (
    Authorization,
    ElectronicSignature,
    Form,
    Guardianship,
)
from hedui.procedure.authorizations.printing import print_form
from hedui.procedure.authorizations.queries import form_for
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions import acts as commissions
from hedui.procedure.commissions import budgets
from hedui.procedure.commissions.models import BreakGlass, Commission
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.exchange import exchange
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports import acts as reports
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.tasks import enqueue
from tests.cast import DIVISION, number

PROGRAMMES = ("dibao", "dibao", "dibao", "dibao_edge")
SURNAMES, NAMES = "赵钱孙李周吴郑王冯陈", "安平和顺康宁福喜"
REVOKED_BECAUSE = "本人要求撤回"
TOGETHER = "bank"
"""Who is asked about many households in one message."""
ROLES_AT_WORK = ("street", "street", "second", "bureau", "elsewhere", "body", "signer", "safety")


class Refused(Exception):
    """An operation was refused, as a page or the database refuses; says by whom."""


class Nothing(Exception):
    """There is nothing to do it to; that was no operation, and is not counted as one."""


@dataclass
class Journal:
    """What happened, in order, one line each; a line is on disk before the next step."""

    file: Path
    lines: Any = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.file.open("ab", buffering=0)

    def write(self, kind: str, **said: Any) -> None:
        """Append one line."""
        line = {"kind": kind, "at_ns": time.time_ns(), **said}
        self.lines.write(json.dumps(line, ensure_ascii=False, default=str).encode() + b"\n")


@dataclass(frozen=True)
class Partner:
    """A system of the street's that calls the web, as one elsewhere would."""

    web: str
    token: str = field(repr=False)

    def order(self, key: str, case: str, papers: dict[str, bytes]) -> httpx.Response:
        """Order the verification of a household."""
        return httpx.post(
            f"{self.web}/api/v1/commissions",
            data={"case": case},
            files=[("evidence", (name, paper)) for name, paper in papers.items()] or None,
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key},
            timeout=20,
        )


class Office:
    """One who does whatever the seed says."""

    def __init__(self, journal: Journal, seed: int, partner: Partner) -> None:
        self.journal, self.rng, self.partner = journal, random.Random(seed), partner
        self.officers = {o.username: o for o in Officer.objects.all()}
        self.actors = {login: actor_of(o) for login, o in self.officers.items()}
        self.clients = {login: Client() for login in self.officers}
        for login, client in self.clients.items():
            client.force_login(self.officers[login])
        self.known: list[UUID] = []
        self.looked = 0

    # -------------------------------------------------------------- drawing

    def who(self, *rightly: str) -> str:
        """Draw who acts: nearly always one who may."""
        return self.rng.choice(rightly if self.rng.random() < 0.93 else ROLES_AT_WORK)

    def by(self, *rightly: str) -> Actor:
        """Return the actor of one so drawn."""
        return self.actors[self.who(*rightly)]

    def newest(self) -> list[UUID]:
        """Return the newest cases, whoever opened them; looked up anew now and then."""
        self.looked += 1
        if self.looked % 12 == 1 or not self.known:
            found = Case.objects.order_by("-opened_at").values_list("pk", flat=True)
            self.known = list(found[:24])
        return self.known

    def case(self) -> Case:
        """Draw one of the newest cases."""
        return self.drawn(Case.objects.select_related("agency").filter(pk__in=self.newest()))

    def drawn(self, rows: Any) -> Any:
        """Draw one of the rows of a query."""
        found = list(rows.values_list("pk", flat=True))
        if not found:
            raise Nothing
        return rows.get(pk=self.rng.choice(found))

    def household(self) -> dict[str, Any]:
        """Draw a household: one to four people of all ages."""
        pick, applied_on = self.rng, today().replace(day=1)
        relations = [
            ("self", pick.randrange(1950, 2000)),
            ("spouse", pick.randrange(1950, 2000)),
            ("child", pick.randrange(2007, 2020)),
            ("parent", pick.randrange(1935, 1960)),
        ]
        members = [self._person(k, r, y) for k, (r, y) in zip("abcd", relations, strict=True)]
        return {
            "programme": pick.choice(PROGRAMMES),
            "division": DIVISION,
            "applied_on": applied_on.isoformat(),
            "members": members[: pick.choice((1, 1, 2, 2, 3, 4))],
        }

    def _person(self, key: str, relation: str, year: int) -> dict[str, Any]:
        pick = self.rng
        born = f"{year}{pick.randrange(1, 13):02}{pick.randrange(1, 29):02}"
        return {
            "key": key,
            "name": pick.choice(SURNAMES) + pick.choice(NAMES) + pick.choice(NAMES),
            "id_number": number(born, f"{pick.randrange(1000):03}"),
            "relation": relation,
            **({"student": "compulsory"} if relation == "child" and year > 2011 else {}),
        }

    def items(self, programme: str) -> tuple[str, ...]:
        """Draw what is signed for: all, some, or more than is needed."""
        needed = policy.programme(programme).may_ask
        luck = self.rng.random()
        if luck < 0.5:
            return ("*",)
        some = tuple(self.rng.sample(needed, self.rng.randrange(1, len(needed))))
        return some if luck < 0.95 else (*some, "marriage.status")

    # -------------------------------------------------------------- households

    def open_and_declare(self) -> None:
        content, by = self.household(), self.by("street", "second")
        case = cases.open_case(
            programme=content["programme"], division=DIVISION, applied_on=today(), by=by
        )
        self._declare(case, content, by)

    def _declare(self, case: Case, content: dict[str, Any], by: Actor) -> None:
        self.journal.write(
            "declared", case=case.pk, numbers=[m["id_number"] for m in content["members"]]
        )
        cases.declare(case=case, content=content, by=by)

    def declare_again(self) -> None:
        case, by = self.case(), self.by("street", "second")
        content = dict(case.key.open(case.draft))
        fresh = self.household()
        change = self.rng.randrange(4)
        if change == 0 or not content["members"]:
            content = fresh
        elif change == 1:
            content["members"] = [*content["members"][:-1], fresh["members"][0] | {"key": "a"}]
        elif change == 2 and len(content["members"]) > 1:
            content["members"] = content["members"][:-1]
        else:
            content["programme"] = self.rng.choice(PROGRAMMES)
        self._declare(case, content, by)

    def fill_in(self) -> None:
        case = self.case()
        cases.fill_in(case=case, content=self.household(), by=self.by("street", "second"))

    # -------------------------------------------------------------- signatures

    def _member(self) -> Member:
        return self.drawn(Member.objects.filter(case__in=self.newest()).select_related("case"))

    def _sign(self, member: Member, terms: dict[str, Any], by: Actor) -> Authorization:
        """Register a signature; that it was given is written down first."""
        programme = member.case.programme
        items = terms["items"]
        self.journal.write(
            "signed",
            number=member.opened["id_number"],
            case=member.case_id,
            items=list(policy.programme(programme).may_ask if "*" in items else items),
            purpose=programme,
            until=terms["valid_until"],
        )
        return signing.authorize(member=member, signature=signing.Signature(**terms), by=by)

    def _terms(self, member: Member, **changes: Any) -> dict[str, Any]:
        pick, day = self.rng, today()
        text = form_for(member.case.programme, day)
        signed_on = day - timedelta(days=pick.choice((0, 0, 0, 1, 30, 400)))
        grown = member.birth_date < day.replace(year=day.year - 18, day=1)
        guardian = None if grown else pick.choice(("a", "a", "b", None))
        capacity = pick.choice(("none", "limited")) if grown and pick.random() < 0.06 else ""
        return {
            "form": text.pk if text and pick.random() < 0.95 else "form-0",
            "items": self.items(member.case.programme),
            "signed_on": signed_on,
            "valid_until": signed_on + timedelta(days=pick.choice((364, 364, 364, 20, 0))),
            "scan": scan(f"{member.pk} {uuid4()}"),
            "guardian": pick.choice(("a", "b")) if capacity else guardian,
            "capacity": capacity,
            "proof": scan(f"proof {uuid4()}") if capacity else None,
        } | changes

    def sign_paper(self) -> None:
        member = self._member()
        self._sign(member, self._terms(member), self.by("street", "second"))

    def sign_for_a_moment(self) -> None:
        """Let time pass: what is registered now runs out within a second or two."""
        member, by = self._member(), self.by("street", "second")
        ends = moment() + timedelta(seconds=self.rng.uniform(0.05, 2.5))
        terms = self._terms(member, signed_on=today())
        original = signing._validity

        def soon(*given: Any) -> Any:
            first, until = original(*given)
            return first, max(min(until, ends), first + timedelta(seconds=1))

        with mock.patch.object(signing, "_validity", soon):
            self._sign(member, terms, by)

    def sign_sheet(self) -> None:
        member, by = self._member(), self.by("street", "second")
        terms = self._terms(member, signed_on=today())
        text = Form.objects.filter(pk=terms["form"]).first()
        if text is None:
            raise Nothing
        needed = policy.programme(member.case.programme).may_ask
        printed = print_form(
            member=member,
            form=text,
            items=needed if "*" in terms["items"] else terms["items"],
            valid_until=terms["valid_until"],
            guardian=terms["guardian"],
            by=by,
        )
        typed = printed.sheet.number if self.rng.random() < 0.85 else "HD-0000"
        signer = member if self.rng.random() < 0.9 else self._member()
        self._sign(signer, terms | {"number": typed}, by)

    def sign_electronically(self) -> None:
        member, by = self._member(), self.by("street", "second")
        given = electronic.enrol(member=member, by=by)
        secret = member.case.key.open_bytes(given.enrolment.secret)
        right = totp.code(secret, int(moment().timestamp()) // totp.STEP)
        text = form_for(member.case.programme, today())
        items = tuple(i for i in self.items(member.case.programme) if i != "*")
        if text is None or not items:
            raise Nothing
        for code in (right,) if self.rng.random() < 0.8 else ("000000", right, right):
            signed = electronic.sign(
                enrolment=given.enrolment,
                form=text,
                notice=electronic.notice_before(member.case),
                items=items,
                code=code,
                by=electronic.PORTAL,
            ).signature
            if signed is not None:
                self._register(signed, by)

    def _register(self, signed: ElectronicSignature, by: Actor) -> None:
        signature = electronic.signature_of(signed)
        terms = {name: getattr(signature, name) for name in signature.__slots__}
        self._sign(signed.enrolment.member, terms, by)

    def use_anothers_paper(self) -> None:
        """Hand the paper of one in for another."""
        one, other = self._member(), self._member()
        terms, by = self._terms(one), self.by("street")
        self._sign(one, terms, by)
        if one.pk != other.pk:
            # Whoever signs another's paper has signed nothing: no journal.
            signing.authorize(member=other, signature=signing.Signature(**terms), by=by)

    def _authorization(self) -> Authorization:
        return self.drawn(
            Authorization.objects.filter(case__in=self.newest()).select_related("case", "member")
        )

    def confirm(self) -> None:
        held, by = self._authorization(), self.by("street", "second", "second")
        if self.rng.random() < 0.9:
            signing.consult(authorization=held, by=by)
        signing.confirm(authorization=held, by=by)

    def revoke(self) -> None:
        held = self._authorization()
        signing.revoke(authorization=held, reason=REVOKED_BECAUSE, by=self.by("street", "second"))
        self.journal.write("revoked", authorization=held.pk)

    def end_guardianship(self) -> None:
        held = self.drawn(Guardianship.objects.filter(case__in=self.newest()))
        guardians.end_guardianship(guardianship=held, reason="监护人变更", by=self.by("street"))
        self.journal.write("guardianship ended", guardianship=held.pk)

    # -------------------------------------------------------------- verification

    def request(self) -> None:
        urgency = self.rng.choice(("", "", *BreakGlass.Reason.values))
        by = self.by("street", "second", "bureau")
        reports.request(case=self.case(), by=by, urgency=urgency)

    def _commission(self) -> Commission:
        return self.drawn(
            Commission.objects.filter(case__in=self.newest()).select_related(
                "case__agency", "declaration"
            )
        )

    def retry(self) -> None:
        """Ask again at once, in this process, beside the worker."""
        dispatch(self._commission())

    def retry_in_queue(self) -> None:
        with transaction.atomic():
            enqueue(self._commission())

    def ask_together(self) -> None:
        """Ask about many households in one message, in this process, beside the worker."""
        agreed = Agreement.objects.select_related("department").get(channel="https_together")
        began = time.monotonic()
        if not exchange(agreed, enqueue, lambda: time.monotonic() - began < 2):
            raise Nothing  # the worker is at it

    def close(self) -> None:
        held = self._commission()
        commissions.close(commission=held, by=self.by("bureau", "signer"))
        self.journal.write("closed", commission=held.pk)

    def sign_off(self) -> None:
        report = self.drawn(Report.objects.filter(commission__case__in=self.newest()))
        if report.status == Report.Status.DRAFT:
            who = self.who("body")
            reports.submit(report=report, officer=self.officers[who], by=self.actors[who])
        else:
            who = self.who("signer")
            reports.issue(report=report, officer=self.officers[who], by=self.actors[who])

    # -------------------------------------------------------------- administration

    def arrange_intake(self) -> None:
        agencies.arrange_intake(
            agency=self.drawn(Agency.objects.filter(kind=Agency.Kind.STREET)),
            second_person=self.rng.random() < 0.25,
            numbered_only=self.rng.random() < 0.15,
            authorization_days=365,
            by=self.by("system"),
        )

    def change_staff(self) -> None:
        officer = self.drawn(Officer.objects.exclude(username__in=self.officers))
        agencies.appoint(
            officer=officer,
            agency=self.drawn(Agency.objects.all()),
            role=self.rng.choice([Role.INTAKE, Role.COMMISSION, Role.VERIFY]),
            first_day=today(),
            by=self.by("system"),
        )

    def act_as_newcomer(self) -> None:
        """Revoke as somebody whose posts changed meanwhile."""
        officer = self.drawn(Officer.objects.exclude(username__in=self.officers))
        held = self._authorization()
        signing.revoke(authorization=held, reason=REVOKED_BECAUSE, by=actor_of(officer))
        self.journal.write("revoked", authorization=held.pk)

    def change_text(self) -> None:
        by = self.by("safety")
        name = f"form-{uuid4().hex[:8]}"
        programmes, first_day = list(policy.known_programmes()), today()
        text = "正文\n\n## 告知\n\n处理目的、处理方式、保存期限;可以随时撤回授权。" + name
        texts.publish(
            form=name, title="授权书", text=text, programmes=programmes, first_day=first_day, by=by
        )
        older = Form.objects.filter(withdrawn_at=None).exclude(pk=name)
        texts.withdraw(form=self.drawn(older), by=by)

    def narrow_budget(self) -> None:
        budgets.set_budget(
            agency=self.drawn(Agency.objects.filter(kind=Agency.Kind.STREET)),
            per_officer=self.rng.choice((1, 100_000)),
            per_agency=100_000,
            by=self.by("safety"),
        )

    def review(self) -> None:
        used = self.drawn(BreakGlass.objects.filter(reviewed_at=None))
        budgets.review(used=used, is_justified=True, by=self.by("safety"))

    # -------------------------------------------------------------- pages, files, side doors

    def _post(self, login: str, page: str, sent: dict[str, Any], **where: Any) -> None:
        """Post a form as an officer; the page may lead back to itself with a refusal."""
        answer = self.clients[login].post(reverse(f"workbench:{page}", kwargs=where), sent)
        if answer.status_code >= 500:
            raise AssertionError(f"{page}: {answer.status_code}")
        if answer.status_code >= 400:
            raise Refused(f"{page}: {answer.status_code}")

    def revoke_on_page(self) -> None:
        held = self._authorization()
        where = {"number": held.case.number, "authorization": held.pk}
        sent = {"reason": REVOKED_BECAUSE}
        self._post(self.who("street", "second"), "revoke", sent, **where)
        held.refresh_from_db()
        if held.revoked_at:
            self.journal.write("revoked", authorization=held.pk)

    def request_on_page(self) -> None:
        sent = {"without": "yes", "urgency": self.rng.choice(("", "life"))}
        self._post(self.who("street", "bureau"), "commission", sent, number=self.case().number)

    def look(self) -> None:
        login, case = self.who("street", "bureau"), self.case()
        page = self.rng.choice(("case", "history"))
        self.clients[login].get(reverse(f"workbench:{page}", kwargs={"number": case.number}))

    def _file(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Write CASE.json with its papers, and what it says into the journal."""
        content, papers = self.household(), {}
        text = form_for(content["programme"], today())
        for member in content["members"]:
            if self.rng.random() < 0.85:
                name = f"{uuid4().hex}.pdf"
                papers[name] = scan(f"{member['id_number'][:6]} {name}")
                items = self.items(content["programme"])
                member["authorization"] = {
                    "form": text.pk if text else "form-0",
                    "items": list(items),
                    "signed_on": today().isoformat(),
                    "valid_until": (today() + timedelta(days=300)).isoformat(),
                    "evidence": name,
                } | ({"guardian": "a"} if member["relation"] == "child" else {})
                needed = policy.programme(content["programme"]).may_ask
                self.journal.write(
                    "signed",
                    number=member["id_number"],
                    case=None,
                    items=list(needed if "*" in items else items),
                    purpose=content["programme"],
                    until=today() + timedelta(days=300),
                )
        numbers = [m["id_number"] for m in content["members"]]
        self.journal.write("declared", case=None, numbers=numbers)
        return content, papers

    def take_in(self) -> None:
        content, papers = self._file()
        by = self.by("street")
        case = take_in(content, scans=papers, by=by)
        if self.rng.random() < 0.7:
            reports.request(case=case, by=by)

    def import_on_page(self) -> None:
        content, papers = self._file()
        sent = {
            "case": SimpleUploadedFile("case.json", json.dumps(content).encode()),
            "scans": [SimpleUploadedFile(n, paper) for n, paper in papers.items()],
        }
        self._post(self.who("street"), "import_case", sent)

    def order_by_interface(self) -> None:
        """Order as a partner's system does, now and then twice; the second is told the first."""
        content, papers = self._file()
        key, case = uuid4().hex, json.dumps(content, ensure_ascii=False)
        answers = [self.partner.order(key, case, papers)]
        if self.rng.random() < 0.2:
            answers.append(self.partner.order(key, case, papers))
        for answer in answers:
            if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
                raise AssertionError(answer.text[:200])
            if answer.status_code != HTTPStatus.CREATED:
                raise Refused(f"interface: {answer.status_code}")
        if any(answer.json() != answers[0].json() for answer in answers):
            raise AssertionError("the same order was told two things")

    def by_the_side_door(self) -> None:
        """Write past all acts what must not be; that the database lets it pass is a fault."""
        held = self._authorization()
        asked = Inquiry.objects.filter(commission__case=held.case_id).first()
        row, at = Authorization.objects.filter(pk=held.pk), moment()
        statements: list[Callable[[], Any]] = [
            lambda: row.update(items=["bank.balance_fen", "bank.unknown"]),
            lambda: row.update(valid_until=at),
            lambda: row._raw_delete("default"),
        ]
        if held.revoked_at:
            statements.append(lambda: row.update(revoked_at=None))
        if asked:
            wider = {
                "id": uuid4(),
                "entry_id": uuid4(),
                "items": [*asked.items, f"{asked.source}.unknown"],
            }
            ticket = Ticket(
                inquiry=asked, attempt=9_000, message=uuid4(), minted_at=at,
                expires_at=at + timedelta(days=1), entry_id=uuid4(),
            )  # fmt: skip
            statements += [
                lambda: _copied(asked, **wider),
                lambda: ticket.save(force_insert=True),
                lambda: Inquiry.objects.filter(pk=asked.pk).update(items=["bank.balance_fen"]),
            ]
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # It takes its locks in no order, and gives up before a ring is counted as ours.
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '400ms'")
            self.rng.choice(statements)()
            raise AssertionError("the database let an illegal statement pass")


def _copied(row: Any, **changes: Any) -> None:
    columns = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    type(row)(**columns | changes).save(force_insert=True)


OPERATIONS: dict[str, float] = {
    "open_and_declare": 7, "declare_again": 6, "fill_in": 3,
    "sign_paper": 11, "sign_for_a_moment": 5, "sign_sheet": 3, "sign_electronically": 4,
    "use_anothers_paper": 1, "confirm": 5, "revoke": 8, "end_guardianship": 3,
    "request": 10, "retry": 9, "retry_in_queue": 3, "ask_together": 3, "close": 2, "sign_off": 2,
    "arrange_intake": 0.15, "change_staff": 1, "act_as_newcomer": 1, "change_text": 0.2,
    "narrow_budget": 0.5, "review": 1,
    "revoke_on_page": 3, "request_on_page": 2, "look": 2, "take_in": 2, "import_on_page": 0.5,
    "order_by_interface": 4, "by_the_side_door": 10,
}  # fmt: skip


def perform(office: Office, name: str) -> str:
    """
    Do one operation and tell what became of it: done, refused, interrupted or a fault.

    :raises Nothing: there was nothing to do it to
    """
    try:
        getattr(office, name)()
    except (Refusal, Refused) as refusal:
        return f"refused {type(refusal).__name__}"
    except DatabaseError as error:
        said = str(error).splitlines()[0]
        if any(word in said for word in GUARDS):
            return "refused by the database"
        with suppress(DatabaseError):
            connection.close()
        return f"interrupted {type(error).__name__}: {said[:80]}"
    except httpx.TransportError as error:
        return f"interrupted {type(error).__name__}"
    except ObjectDoesNotExist:
        return "refused DoesNotExist"
    return "done"


GUARDS = (
    "gate:", "never changed", "never deleted", "authorization:", "inquiry:", "ticket:",
    "violates foreign key", "FOREIGN KEY", "duplicate key", "UNIQUE", "protected", "permission",
)  # fmt: skip

"""
The cast: who appears in the tests. Numbers start with 99, which no division has; nobody is real.

张家 are ordinary: 张三 (self), his wife 李四, their child 张小 (a minor). Officer 王 takes in and
commissions, 刘 prepares, 赵 countersigns; 生, of another street, is a stranger to see nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from uuid6 import uuid7

from hedui.batch.sample.scans import scan
from hedui.values.resident_id import check_character

DIVISION = "310101"
SCAN = scan("signed")
SOURCES = ("social_insurance", "vehicle", "real_estate", "tax", "bank", "provident_fund")
FORM = "form-2024-1"
PHONE = "10000000001"  # no operator gives out such a number
TEXT = "正文\n\n## 告知\n\n处理目的、处理方式、保存期限;可以随时撤回授权。"


def number(born: str, sequence: str) -> str:
    """Return a generated resident ID number: born YYYYMMDD, sequence of three digits."""
    first17 = f"990101{born}{sequence}"
    return first17 + check_character(first17)


ZHANG_SAN = number("19840301", "001")
LI_SI = number("19860301", "002")
ZHANG_XIAO = number("20140501", "003")


def zhang_family(applied_on: date) -> dict[str, Any]:
    """Return the declaration of 张家: one wage, one account, one flat."""
    start = applied_on.replace(day=1, year=applied_on.year - 1)
    end = applied_on.replace(day=1) - timedelta(days=1)
    return {
        "programme": "dibao",
        "division": DIVISION,
        "applied_on": applied_on.isoformat(),
        "members": [
            {
                "key": "a",
                "name": "张三",
                "id_number": ZHANG_SAN,
                "relation": "self",
                "employed": True,
                "incomes": [
                    {
                        "class": "wage",
                        "kind": "salary",
                        "amount": "50400.00",
                        "from": start.isoformat(),
                        "to": end.isoformat(),
                    }
                ],
                "assets": [
                    {"class": "deposit", "kind": "bank", "value": "30000.00"},
                    {"class": "real_estate", "kind": "residence", "floor_area": "60", "share": "1"},
                ],
            },
            {"key": "b", "name": "李四", "id_number": LI_SI, "relation": "spouse"},
            {
                "key": "c",
                "name": "张小",
                "id_number": ZHANG_XIAO,
                "relation": "child",
                "student": "compulsory",
            },
        ],
    }


@dataclass(frozen=True, slots=True)
class County:
    """The place and those who act in it."""

    street: Any
    body: Any
    intake: Any
    prepares: Any
    countersigns: Any
    stranger: Any
    officers: dict[str, Any]


def county() -> County:
    """Make the county: agencies, officers, the form, six departments (nobody listens there)."""
    from django.conf import settings

    from hedui import policy
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Agency
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.authorizations import texts as authorizations
    from hedui.procedure.commissions.budgets import set_budget
    from hedui.procedure.inquiries.allowing import allow
    from hedui.procedure.record.actor import INSTALLER, Role

    street, other, body = (
        agencies.establish(name=name, kind=kind, division=DIVISION, by=INSTALLER)
        for name, kind in (
            ("南京东路街道", Agency.Kind.STREET),
            ("外滩街道", Agency.Kind.STREET),
            ("黄浦区核对中心", Agency.Kind.VERIFICATION_BODY),
        )
    )
    officers = {}
    for login, name, agency, role in (
        ("wang", "王", street, Role.INTAKE),
        ("liu", "刘", body, Role.VERIFY),
        ("zhao", "赵", body, Role.COUNTERSIGN),
        ("sheng", "生", other, Role.INTAKE),
    ):
        officers[login] = account(login, name)
        agencies.appoint(
            officer=officers[login],
            agency=agency,
            role=role,
            first_day=date(2024, 1, 1),
            by=INSTALLER,
        )
    authorizations.publish(
        form=FORM,
        title="授权书",
        text=TEXT,
        programmes=list(policy.known_programmes()),
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    for name, programme in policy.known_programmes().items():
        allow(programme=name, items=programme.allowed, by=INSTALLER)
    set_budget(agency=None, per_officer=1_000, per_agency=3_000, by=INSTALLER)
    public = (Path(settings.HEDUI_KEYS_DIR) / "platform.pub.pem").read_text()
    for source in SOURCES:
        department = agencies.agree(
            source=source,
            division=DIVISION,
            name=source,
            public_key=public,
            base_url="http://127.0.0.1:9",
            answer_within=20,
            by=INSTALLER,
        )
        agreed(department)
    intake, prepares, countersigns, stranger = (
        actor_of(officers[login]) for login in ("wang", "liu", "zhao", "sheng")
    )
    return County(street, body, intake, prepares, countersigns, stranger, officers)


PASSWORD = "Xk3-test-only"


def account(login: str, name: str) -> Any:
    """Return an account that the installer opened, without a post."""
    from hedui.procedure.agencies.accounts import open_account
    from hedui.procedure.record.actor import INSTALLER

    return open_account(username=login, display_name=name, password=PASSWORD, by=INSTALLER)


def known_by(department: Any, public_key: str, base_url: str | None = None) -> None:
    """Let a department be known by other keys or at another address, as two officers do."""
    from hedui.procedure.agencies.key_changes import approve_keys, propose_keys

    proposes, approves = administrators()
    if (public_key, department.base_url if base_url is None else base_url) != (
        department.public_key,
        department.base_url,
    ):
        change = propose_keys(
            holder=department, public_key=public_key, base_url=base_url, by=proposes
        )
        approve_keys(change=change, by=approves)
        department.refresh_from_db()


def reached_at(base_url: str, source: str = "bank") -> None:
    """Let a department be asked at another address, as two officers do."""
    from hedui.procedure.agencies.models import Department

    held = Department.objects.get(source=source)
    known_by(held, held.public_key, base_url)


def nobody_rests() -> None:
    """Forget how often departments did not answer: a test before may have asked where none is."""
    from hedui.procedure.agencies.models import Department

    Department.objects.update(faults=None, rests_until=None)


def other_street(place: County) -> Any:
    """Return the street that has no part in anything."""
    from hedui.procedure.agencies.models import Agency

    return Agency.objects.get(pk=place.stranger.agency)


def administrators() -> tuple[Any, Any]:
    """Return who proposes an agreement, and who approves it: the system's and security's."""
    from hedui.procedure.record.actor import Actor, Role

    return (
        Actor("officer:9001", "管", None, frozenset({Role.SYSTEM_ADMIN})),
        Actor("officer:9002", "安", None, frozenset({Role.SECURITY_ADMIN})),
    )


def client(place: County, *roles: Any, **changes: Any) -> tuple[Any, str]:
    """Return a system of the street that was admitted by two officers, and its token."""
    from hedui.procedure.agencies.clients import approve_client, give_token, propose_client
    from hedui.procedure.record.actor import Role
    from hedui.procedure.record.moment import today

    proposes, approves = administrators()
    written = {
        "name": "区社会救助信息系统",
        "agency": place.street,
        "roles": roles or (Role.INTAKE,),
        "contact": "信息科 021-0000",
        "last_day": today() + timedelta(days=300),
    }
    proposal = propose_client(**written | changes, by=proposes)
    admitted = approve_client(client=proposal, by=approves)
    return admitted, give_token(client=admitted, days=90, by=proposes).secret


def terms(department: Any, **changes: Any) -> Any:
    """Return terms on all that a department holds, for a year."""
    from hedui.procedure.agencies.agreements import Terms
    from hedui.procedure.record.moment import today

    written = {
        "items": [department.source],
        "max_age_days": 31,
        "contact": "联系人",
        "legal_basis": "社会救助暂行办法 第58条",
        "first_day": today(),
        "last_day": today() + timedelta(days=364),
    }
    return Terms(**written | changes)


def proposed(department: Any, **changes: Any) -> Any:
    """Return a proposed agreement, not yet approved; `changes` as for `terms`."""
    from hedui.procedure.agencies.agreements import propose_agreement

    by = administrators()[0]
    return propose_agreement(department=department, terms=terms(department, **changes), by=by)


def agreed(department: Any, **changes: Any) -> Any:
    """Return an agreement with a department, proposed by one officer and approved by another."""
    from hedui.procedure.agencies.agreements import approve_agreement

    return approve_agreement(agreement=proposed(department, **changes), by=administrators()[1])


def department(source: str, **changes: Any) -> Any:
    """Return a further department of the county with an agreement; `changes` as for `terms`."""
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Department
    from hedui.procedure.record.actor import INSTALLER

    held = agencies.agree(
        source=source,
        division=DIVISION,
        name=source,
        public_key=Department.objects.get(source="bank").public_key,
        base_url="http://127.0.0.1:9",
        answer_within=20,
        by=INSTALLER,
    )
    agreed(held, **changes)
    return held


def declared(place: County, applied_on: date | None = None) -> Any:
    """Return the case of 张家, declared."""
    from hedui.procedure.cases import acts as cases
    from hedui.procedure.record.moment import today

    applied_on = applied_on or today().replace(day=1)
    case = cases.open_case(
        programme="dibao", division=DIVISION, applied_on=applied_on, by=place.intake
    )
    cases.declare(case=case, content=zhang_family(applied_on), by=place.intake)
    return case


def authorize(place: County, member: Any, **changes: Any) -> Any:
    """Register a member's authorization for everything, signed on the day of application."""
    from hedui.procedure.authorizations.acts import Signature, authorize

    day = member.case.applied_on
    terms = {
        "form": FORM,
        "items": ("*",),
        "signed_on": day,
        "valid_until": day + timedelta(days=730),
        "scan": scan(f"signed by {member.number_index}"),
    } | changes
    return authorize(member=member, signature=Signature(**terms), by=place.intake)


def printed(place: County, member: Any, **changes: Any) -> Any:
    """Print a numbered form for a member, and return what is on it."""
    from hedui.procedure.authorizations.models import Form
    from hedui.procedure.authorizations.printing import print_form
    from hedui.procedure.record.moment import today

    terms = {
        "form": Form.objects.get(pk=FORM),
        "items": policy_items(member.case),
        "valid_until": today() + timedelta(days=364),
        "guardian": None,
    } | changes
    return print_form(member=member, **terms, by=place.intake)


def policy_items(case: Any) -> tuple[str, ...]:
    """Return all that may be asked for a case."""
    from hedui import policy

    return policy.programme(case.programme).may_ask


def signed_on_sheet(place: County, member: Any, **changes: Any) -> Any:
    """Register what a member signed today on a numbered form; `changes` as for `authorize`."""
    from hedui.procedure.record.moment import today

    sheet = printed(place, member, guardian=changes.get("guardian")).sheet
    terms = {"signed_on": today(), "valid_until": sheet.valid_until, "number": sheet.number}
    return authorize(place, member, **terms | changes)


def second_officer(place: County) -> Any:
    """Return another who takes in at the same street."""
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Officer
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.record.actor import INSTALLER, Role

    found = Officer.objects.filter(username="sun").first()
    if found is None:
        found = account("sun", "孙")
        agencies.appoint(
            officer=found,
            agency=place.street,
            role=Role.INTAKE,
            first_day=date(2024, 1, 1),
            by=INSTALLER,
        )
    place.officers["sun"] = found
    return actor_of(found)


def confirmed(place: County, authorization: Any) -> Any:
    """Let the second officer compare an authorization with its scan, and confirm it."""
    from hedui.procedure.authorizations.acts import confirm, consult

    other = second_officer(place)
    consult(authorization=authorization, by=other)
    return confirm(authorization=authorization, by=other)


def papered(place: County) -> Any:
    """Return the case of 张家, signed on numbered forms, each confirmed by a second officer."""
    case = declared(place)
    for member in case.members.all():
        confirmed(place, signed_on_sheet(place, member))
    return case


def authorized(place: County, *besides: str) -> Any:
    """Return the case of 张家, declared and signed by all, for what is named besides too."""
    case = declared(place)
    for member in case.members.all():
        authorize(place, member, items=("*", *besides))
    return case


def question(commission: Any, signed: Any, due_in: timedelta = timedelta(minutes=5)) -> Any:
    """Return a question to the bank about who signed, with all that is right, not yet a row."""
    from hedui.procedure.agencies.models import Department
    from hedui.procedure.inquiries.models import Inquiry
    from hedui.procedure.record.moment import moment

    bank = Department.objects.get(source="bank")
    return Inquiry(
        commission=commission,
        member=signed.member,
        authorization=signed,
        department=bank,
        agreement=bank.agreements.get(),
        source="bank",
        purpose="dibao",
        items=["bank.balance_fen"],
        due_at=moment() + due_in,
        entry_id=uuid7(),
    )


def commissioned(place: County, case: Any = None) -> Any:
    """Return the commission on 张家, declared and signed by all; or on a case that is given."""
    from hedui.procedure.commissions.acts import commission

    return commission(case=case or authorized(place), by=place.intake)


def answered(
    commission: Any,
    rows: dict[tuple[str, str], list[dict[str, Any]]] | None = None,
    outcome: str = "NOT_FOUND",
    as_of: date | None = None,
    again: bool = False,
) -> list[Any]:
    """
    Let all departments answer once, and return the envelopes that left.

    rows: what is found, by (member key, source); for all else the outcome is `outcome`.
    as_of: the day up to which all data go, today if it is not said; again: what was ordered anew
    """
    from hedui.procedure.inquiries.acts import Received, inquire, receive
    from hedui.procedure.record.actor import WORKER
    from hedui.procedure.record.moment import today

    found = rows or {}
    envelopes = inquire(commission=commission, again=again, by=WORKER)
    received = []
    for ticket in (ticket for envelope in envelopes for ticket in envelope.tickets):
        given = found.get((ticket.inquiry.member.key, ticket.inquiry.source), [])
        received.append(
            Received(
                ticket,
                "FOUND" if given else outcome,
                match="exact" if given else "",
                as_of=as_of or today(),
                serial=f"S-{ticket.id.hex[:8]}",
                unit=ticket.inquiry.source,
                rows=tuple(given),
            )
        )
    receive(commission=commission, received=received, by=WORKER)
    return envelopes


def drafted(
    place: County,
    rows: dict[tuple[str, str], list[dict[str, Any]]] | None = None,
    case: Any = None,
) -> Any:
    """Return the draft report on 张家, whom all six departments have answered about."""
    from hedui.procedure.record.actor import WORKER
    from hedui.procedure.reports.drafting import draft

    commission = commissioned(place, case)
    answered(commission, rows)
    return draft(commission=commission, by=WORKER)


def submitted(place: County) -> Any:
    """Return the report on 张家 as 刘 has submitted it."""
    from hedui.procedure.reports.acts import submit

    return submit(report=drafted(place), officer=place.officers["liu"], by=place.prepares)


def issued(place: County) -> Any:
    """Return the report on 张家, prepared by 刘 and signed off by 赵."""
    from hedui.procedure.reports.acts import issue

    return issue(report=submitted(place), officer=place.officers["zhao"], by=place.countersigns)


MORE_IN_THE_BANK = {("a", "bank"): [{"bank": "某银行", "balance_fen": 8_000_000}]}


def signed_off(place: County, report: Any) -> Any:
    """Let 刘 submit a draft and 赵 issue it."""
    from hedui.procedure.reports.acts import issue, submit

    held = submit(report=report, officer=place.officers["liu"], by=place.prepares)
    return issue(report=held, officer=place.officers["zhao"], by=place.countersigns)


def doubted(place: County, case: Any = None) -> Any:
    """Return the issued report on 张家, in which the bank has more than was declared."""
    return signed_off(place, drafted(place, MORE_IN_THE_BANK, case))


def long_issued(report: Any, days: int) -> None:
    """Let a report have been issued so many days ago, as nobody could without the guards."""
    from hedui.procedure.record.moment import moment
    from tests.procedure import raw

    raw.drop_triggers("reports_report_is_fixed_once_issued")
    raw.update(report, issued_at=moment() - timedelta(days=days))
    report.refresh_from_db()


def delivered(place: County, report: Any, **changes: Any) -> Any:
    """Hand a report to 张三 at the counter, today."""
    from hedui.procedure.record.moment import today
    from hedui.procedure.reports.delivering import Handed, deliver

    terms = {
        "member": report.commission.case.members.get(key="a", replaced=False),
        "way": "counter",
        "delivered_on": today(),
        "receipt": "本人签收",
    } | changes
    return deliver(report=report, handed=Handed(**terms), by=place.intake)


def told_by_sms(place: County, about: Any, key: str = "a", **receipt: Any) -> Any:
    """Have a person told of a report or notice; with `outcome`, the gateway's receipt is there."""
    from uuid import UUID

    from django.test import override_settings

    from hedui.procedure.record.actor import WORKER
    from hedui.procedure.record.moment import moment
    from hedui.procedure.reports import sms

    case = getattr(about, "case", None) or about.commission.case
    member = case.members.get(key=key, replaced=False)
    if sms.phone_of(member) is None:
        sms.agree_to_sms(member=member, number=PHONE, by=place.intake)
    with override_settings(HEDUI_SMS_URL="http://127.0.0.1:1/messages"):
        made = sms.send_sms(member=member, about=UUID(str(about.pk)), by=place.intake)
    if receipt:
        sms.take_receipt(message=made.pk, **{"at": moment(), **receipt}, by=WORKER)
    return made


def finding_on(report: Any, item: str, key: str = "a") -> Any:
    """Return the finding on an item of a member."""
    return report.findings.get(item=item, member__key=key)


def objected(place: County, report: Any, *items: str, **changes: Any) -> Any:
    """Take in 张三's objection to what the bank said (or to `items`), with a paper."""
    from hedui.procedure.authorizations.exhibits import Paper
    from hedui.procedure.objections.acts import object_to
    from hedui.procedure.record.moment import today

    findings = [finding_on(report, item) for item in items or ("bank.balance_fen",)]
    terms = {
        "member": report.commission.case.members.get(key="a", replaced=False),
        "received_on": today(),
        "items": dict.fromkeys(findings, "其中五万元是交通事故赔偿款"),
        "papers": [Paper("赔偿协议", SCAN)],
    } | changes
    return object_to(report=report, **terms, by=place.intake)


def reviewer(place: County) -> Any:
    """Return a third officer of the verification body, who had no part in the report."""
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Officer
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.record.actor import INSTALLER, Role

    found = Officer.objects.filter(username="qian").first()
    if found is None:
        found = account("qian", "钱")
        for role in (Role.VERIFY, Role.COUNTERSIGN):
            agencies.appoint(
                officer=found,
                agency=place.body,
                role=role,
                first_day=date(2024, 1, 1),
                by=INSTALLER,
            )
    place.officers["qian"] = found
    return actor_of(found)


def resolved(place: County, objection: Any, **changes: Any) -> Any:
    """Let the third officer open the papers and uphold the first item of an objection."""
    from hedui.procedure.authorizations.exhibits import about
    from hedui.procedure.objections.acts import consult_exhibit, resolve

    by = reviewer(place)
    for exhibit in about(objection.pk):
        consult_exhibit(exhibit=exhibit, by=by)
    terms = {
        "outcome": "upheld",
        "cause": "exempt",
        "accepted": "30000",
        "reasons": "赔偿协议和入账记录相符",
    } | changes
    return resolve(contested=objection.items.first(), **terms, by=by)


def deciders(place: County) -> tuple[Any, Any]:
    """Return two officers of the county's civil affairs bureau who propose and confirm."""
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Agency, Officer
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.record.actor import INSTALLER, Role

    bureau = Agency.objects.filter(kind=Agency.Kind.CIVIL_AFFAIRS).first() or agencies.establish(
        name="黄浦区民政局", kind=Agency.Kind.CIVIL_AFFAIRS, division=DIVISION, by=INSTALLER
    )
    made = []
    for login, name in (("he", "何"), ("lv", "吕")):
        found = Officer.objects.filter(username=login).first()
        if found is None:
            found = account(login, name)
            agencies.appoint(
                officer=found,
                agency=bureau,
                role=Role.COMMISSION,
                first_day=date(2024, 1, 1),
                by=INSTALLER,
            )
        place.officers[login] = found
        made.append(actor_of(found))
    return made[0], made[1]


def visited(place: County, case: Any, **changes: Any) -> Any:
    """Let two officers of the street go to the family's home."""
    from hedui.procedure.determinations.surveying import Seen, visit
    from hedui.procedure.record.moment import today

    terms = {
        "day": today(),
        "officer": second_officer(place).identifier,
        "present": "张三本人",
        "consent": "given",
        "seen": "住房一套,与申报相符",
    } | changes
    return visit(case=case, seen=Seen(**terms), by=place.intake)


def long_ago(step: Any, days: int) -> None:
    """Let a step have been taken so many days ago, as nobody could without the guards."""
    from tests.procedure import raw

    ago = timedelta(days=days)
    raw.drop_triggers("cases_step_is_never_changed")
    raw.update(
        step,
        first_day=step.first_day - ago,
        last_day=step.last_day - ago if step.last_day else None,
    )
    raw.install("cases")
    step.refresh_from_db()


def published(place: County, determination: Any, *, days_ago: int = 0) -> Any:
    """Post what is proposed; some days ago, as nobody could without the guards."""
    from hedui.procedure.determinations.publishing import publish
    from hedui.procedure.record.moment import today

    step = publish(
        determination=determination, place="南京东路街道公示栏", posted_on=today(), by=place.intake
    )
    if days_ago:
        long_ago(step, days_ago)
    return step


def proposed_for(place: County, report: Any, **changes: Any) -> Any:
    """Propose to grant what the rules reckon."""
    from hedui.procedure.determinations.acts import propose

    visited(place, report.commission.case)
    terms = {"outcome": "grant", "reasons": "符合条件"} | changes
    return propose(report=report, **terms, by=deciders(place)[0])


def noticed(place: County, case: Any, form: str = "acceptance", **about: Any) -> Any:
    """Issue a notice to the family; what it asks for is written as 一."""
    from hedui.procedure.papers import acts
    from hedui.procedure.papers.catalogue import forms
    from hedui.procedure.papers.filling import About

    given = forms()[form]
    asked = dict.fromkeys(given.needs.asked, "一")
    by = about.pop("by", place.intake)
    return acts.issue(about=About(case, by, **about), form=given, asked=asked, by=by)


def handed_over(place: County, notice: Any, **changes: Any) -> Any:
    """Record that the applicant was handed a notice today."""
    from hedui.procedure.papers.acts import deliver_notice
    from hedui.procedure.record.moment import today
    from hedui.procedure.reports.delivering import Handed

    terms = {
        "member": notice.case.members.get(key="a", replaced=False),
        "way": "counter",
        "delivered_on": today(),
        "receipt": "本人签字领取",
    } | changes
    return deliver_notice(notice=notice, handed=Handed(**terms), by=place.intake)


def newcomer(place: County, login: str = "mei") -> Any:
    """Return a further officer of the bureau, who has done and seen nothing yet."""
    from hedui.procedure.agencies import acts as agencies
    from hedui.procedure.agencies.models import Agency, Officer
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.record.actor import INSTALLER, Role

    deciders(place)
    found = Officer.objects.filter(username=login).first()
    if found is None:
        found = account(login, login)
        agencies.appoint(
            officer=found,
            agency=Agency.objects.get(kind=Agency.Kind.CIVIL_AFFAIRS),
            role=Role.COMMISSION,
            first_day=date(2024, 1, 1),
            by=INSTALLER,
        )
    place.officers[login] = found
    return actor_of(found)


def looked_at_again(determination: Any) -> Any:
    """Add a second review before its month is over, as nobody could without the guards."""
    from hedui.procedure.oversight.models import SecondReview
    from hedui.procedure.record.moment import moment

    return SecondReview.objects.create(
        determination=determination,
        outcome=SecondReview.Outcome.OPEN,
        content=b"x",
        reviewed_by="officer:9",
        reviewed_at=moment(),
        entry_id=determination.entry_id,
    )


def exhibits_of(row: Any) -> list[Any]:
    """Return the papers that were brought for the sake of a row."""
    from hedui.procedure.authorizations.exhibits import about

    return about(row.pk)


def attended(place: County, determination: Any, by: Any = None) -> Any:
    """Let the second officer of the bureau read the report and open the papers of a proposal."""
    from hedui.procedure.authorizations.exhibits import about
    from hedui.procedure.objections.acts import consult_exhibit
    from hedui.procedure.reports.acts import consult

    reader = by or deciders(place)[1]
    consult(report=determination.report, manner="page", by=reader)
    for exhibit in about(determination.pk):
        consult_exhibit(exhibit=exhibit, by=reader)
    return determination


def proposed_against(place: County, report: Any, **changes: Any) -> Any:
    """Propose to refuse, on what the bank said and a visit confirmed."""
    from hedui.procedure.authorizations.exhibits import Paper
    from hedui.procedure.determinations.acts import Decided, propose

    visited(place, report.commission.case)
    terms = {
        "outcome": "refuse",
        "reasons": "存款超过标准",
        "decided": Decided(departs="存款当天转出,账户以外另有现金"),
        "findings": [finding_on(report, "bank.balance_fen").position],
        "apart": "visit",
        "papers": [Paper("入户调查表", SCAN)],
    } | changes
    return attended(place, propose(report=report, **terms, by=deciders(place)[0]))

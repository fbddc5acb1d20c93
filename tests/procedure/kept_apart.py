"""A city: a family whose case has a row in every table, and officers of every post around it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps
from django.db import connection, models

from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Agency, Officer
from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations.evidence_models import PagePrint
from hedui.procedure.authorizations.models import Form
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.models import Case, Erasure
from hedui.procedure.commissions.models import BreakGlass
from hedui.procedure.determinations.applying import stand_back
from hedui.procedure.objections.reverifying import reverify
from hedui.procedure.rechecks.models import Round, Task
from hedui.procedure.record import privileges
from hedui.procedure.record.actor import INSTALLER, POSTS, Role
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.rows import RULES
from hedui.procedure.reports.accepting import accept
from hedui.procedure.reports.entering import give_code
from hedui.procedure.reports.reviewing import review_source
from hedui.procedure.reports.withholding import propose_withholding
from tests import cast, databases
from tests.procedure import raw

ROLES = POSTS
# Where an officer may sit, seen from the street that took the family in.
PLACES = {
    "own": ("南京东路街道", Agency.Kind.STREET, cast.DIVISION),
    "sibling": ("外滩街道", Agency.Kind.STREET, cast.DIVISION),
    "county": ("黄浦区民政局", Agency.Kind.CIVIL_AFFAIRS, cast.DIVISION),
    "city": ("市民政局", Agency.Kind.CIVIL_AFFAIRS, "310100"),
    "province": ("上海市民政局", Agency.Kind.CIVIL_AFFAIRS, "310000"),
    "elsewhere": ("徐汇区民政局", Agency.Kind.CIVIL_AFFAIRS, "310104"),
    "body": ("黄浦区核对中心", Agency.Kind.VERIFICATION_BODY, cast.DIVISION),
    "other_body": ("徐汇区核对中心", Agency.Kind.VERIFICATION_BODY, "310104"),
}


@dataclass(frozen=True, slots=True)
class City:
    """
    The database as its owner and as the application's role reach it, the officers, two cases.

    walked: the street's, with a row in every table; bureaus: the county's own, only declared
    """

    owner: str
    application: str
    county: cast.County
    officers: dict[tuple[Role, str], int]
    walked: Case
    bureaus: Case


@contextmanager
def city(server: str, blocker) -> Iterator[City]:
    """Make a database of its own, settle the city in it, and let the application's role in."""
    password = secrets.token_hex(16)
    with databases.application_role(server) as role:
        serving = f"{role.name}_serving"
        with psycopg.connect(role.url("postgres"), autocommit=True) as made:
            made.execute(f"CREATE DATABASE {role.name}_city")
        owner = role.url(f"{role.name}_city")
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {serving} LOGIN PASSWORD '{password}'")
        parts = urlsplit(owner)
        place = f"{serving}:{password}@{parts.hostname}:{parts.port or 5432}"
        application = urlunsplit(parts._replace(netloc=place))
        try:
            with blocker.unblock(), databases.pointed_at(owner):
                databases.make_tables()
                settled = _settled(owner, application)
                privileges.grant(serving)
                yield settled
        finally:
            as_admin = urlunsplit(urlsplit(server)._replace(path=parts.path))
            with psycopg.connect(as_admin, autocommit=True) as admin:
                admin.execute(f"DROP OWNED BY {serving}")
                admin.execute(f"DROP ROLE {serving}")


def _settled(owner: str, application: str) -> City:
    county = cast.county()
    officers = {
        (role, name): _officer(f"{role}-{name}", place, role)
        for name, place in PLACES.items()
        for role in ROLES
    }
    walked = _walked(county)
    back = f"officer:{officers[Role.COMMISSION, 'province']}"
    stand_back(case=walked, officer=back, reason="x", by=county.intake)
    return City(owner, application, county, officers, walked, _of_the_bureau(county))


def _officer(login: str, place: tuple[str, str, str], *roles: Role) -> int:
    name, kind, division = place
    # Not by the act: a municipality has no cities, and one is wanted here.
    agency = Agency.objects.filter(name=name).first()
    if agency is None:
        raw.insert(agency := Agency(name=name, kind=kind, division=division))
    officer = cast.account(login, login)
    for role in roles:
        agencies.appoint(
            officer=officer, agency=agency, role=role, first_day=date(2024, 1, 1), by=INSTALLER
        )
    return officer.pk


def _walked(county: cast.County) -> Case:
    case = cast.papered(county)
    member = case.members.get(key="a", replaced=False)
    enrolment = electronic.enrol(member=member, by=county.intake).enrolment
    right = totp.code(case.key.open_bytes(enrolment.secret), int(moment().timestamp()) // totp.STEP)
    for code in (str((int(right) + 1) % 1_000_000).zfill(6), right):
        electronic.sign(
            enrolment=enrolment,
            form=Form.objects.get(pk=cast.FORM),
            notice=electronic.notice_before(case),
            items=cast.policy_items(case),
            code=code,
            by=electronic.PORTAL,
        )
    step = int(moment().timestamp()) // totp.STEP + 1
    code = totp.code(case.key.open_bytes(enrolment.secret), step)
    assert electronic.sign_in(enrolment=enrolment, code=code, by=electronic.PORTAL).sign_in
    # The scans of the cast have nothing on them to know them by, and its budget is not spent.
    PagePrint.objects.create(
        authorization=case.authorizations.earliest("id"), position=0, sketch=b"", ink=b""
    )
    BreakGlass.objects.create(
        case=case,
        agency=county.street,
        officer=county.intake.identifier,
        reason=BreakGlass.Reason.LIFE,
        opened_at=moment(),
        entry=case.entry,
    )
    with without_guards():  # which want its time to have come
        Erasure.objects.create(
            case=case, proposed_by=county.intake.identifier, proposed_at=moment(), entry=case.entry
        )
    give_code(member=member, by=county.intake)
    report = cast.drafted(county, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]}, case)
    propose_withholding(
        member=member,
        entries=[case.entry.index],
        reason="investigation",
        basis="pipl_35",
        document="〔2026〕1号",
        last_day=today(),
        by=county.prepares,
    )
    found = report.findings.get(source="bank", member=member, status="inconsistent")
    review_source(finding=found, fault="value", by=county.prepares)
    finding = cast.finding_on(report, "bank.balance_fen")
    terms = {"cause": "time", "accepted": "1", "reason": "x"}
    accept(finding=finding, **terms, by=county.prepares)
    report = cast.signed_off(county, report)
    cast.delivered(county, report)
    cast.told_by_sms(county, report)
    cast.resolved(county, cast.objected(county, report), outcome="not_upheld")
    held = cast.proposed_against(county, report)
    with without_guards():  # which want its month to be over
        cast.looked_at_again(held)
    cast.handed_over(county, cast.noticed(county, report.commission.case))
    reverify(finding=finding, reason="objection", by=county.prepares)
    held = Round.objects.create(
        agency=county.street, origin="due", until=today(), percent=100, opened_by="x",
        opened_at=moment(), entry=case.entry,
    )  # fmt: skip
    Task.objects.create(round=held, case=case, reason="due", turn=1, sampled=True, entry=case.entry)
    return Case.objects.get(pk=case.pk)


def _of_the_bureau(county: cast.County) -> Case:
    from hedui.procedure.agencies.queries import actor_of

    by = actor_of(Officer.objects.get(username="intake-county"))
    case = cases.open_case(programme="dibao", division=cast.DIVISION, applied_on=today(), by=by)
    cases.declare(case=case, content=cast.zhang_family(today()), by=by)
    return Case.objects.get(pk=case.pk)


# ------------------------------------------------------------------ what lies in the tables


def model_of(table: str) -> type[models.Model]:
    """Return the model of a table."""
    return next(m for m in apps.get_models() if m._meta.db_table == table)


@cache
def rows_of(table: str, case: Case) -> list[models.Model]:
    """Return the rows of a table that lie in a case, as the owner sees them; none comes or goes."""
    path = [table]
    while path[-1] != "cases_case":
        path.append(RULES[path[-1]].to)
    way = "__".join(RULES[one].leads.removesuffix("_id") for one in path[:-1])
    return list(model_of(table)._base_manager.filter(**{way or "pk": case.pk}))


class Judge:
    """The database itself, asked by raw SQL as the application's role; all is undone again."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def sees(self, actor: str, table: str, rows: list[models.Model]) -> int:
        """Count how many of these rows are seen in a name."""
        key = model_of(table)._meta.pk.column
        found = self._do(
            actor,
            f'SELECT count(*) FROM {table} WHERE "{key}"::text = ANY (%s)',
            [[str(row.pk) for row in rows]],
        )
        (count,) = found.fetchone() or (0,)
        return int(count)

    def changes(self, actor: str, row: models.Model, column: str) -> bool:
        """Tell whether a row may be changed (to what it is) in a name."""
        table, key = row._meta.db_table, row._meta.pk.column
        try:
            sql = f'UPDATE {table} SET "{column}" = "{column}" WHERE "{key}"::text = %s'
            return bool(self._do(actor, sql, [str(row.pk)]).rowcount)
        except psycopg.errors.InsufficientPrivilege as refusal:
            return _let_by_the_rule(refusal)

    def adds(self, actor: str, row: models.Model, **changed: object) -> bool:
        """Tell whether a row just like this may be added in a name; that it is there is later."""
        fields = row._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        places = ", ".join("%s" for _ in fields)
        values = [raw.prepared(f, changed.get(f.attname, getattr(row, f.attname))) for f in fields]
        try:
            sql = f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({places})"
            self._do(actor, sql, values)
        except psycopg.errors.UniqueViolation:
            return True
        except psycopg.errors.InsufficientPrivilege as refusal:
            return _let_by_the_rule(refusal)
        raise AssertionError("a row was added twice")

    def _do(self, actor: str, sql: str, params: list[object]) -> psycopg.Cursor:
        self._connection.rollback()
        self._connection.execute("SELECT set_config('hedui.actor', %s, true)", [actor])
        return self._connection.execute(sql, params)


def _let_by_the_rule(refusal: psycopg.Error) -> bool:
    if "row-level security" not in str(refusal):
        raise refusal  # a right of the role itself is missing: that is not what is judged here
    return False


@contextmanager
def without_guards() -> Iterator[None]:
    """Take the triggers off, as the owner, so that what answers is the row rules alone."""
    for table in RULES:
        raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        for table in RULES:
            raw.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def foreign_ways_to_a_case() -> set[str]:
    """Name the tables from which foreign keys lead to a case, as the database itself has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE led(to_) AS (SELECT 'cases_case'::regclass::oid UNION"
            " SELECT f.conrelid FROM pg_constraint f JOIN led ON f.confrelid = led.to_"
            " WHERE f.contype = 'f') SELECT to_::regclass::text FROM led"
        )
        return {str(name) for (name,) in cursor.fetchall()}

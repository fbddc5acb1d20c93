"""The application's own role 应用角色 on PostgreSQL: it does all acts, and can undo none."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from hedui.faces.cli.checking import findings
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.cases import queries as cases
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.acts import close
from hedui.procedure.record import guards, privileges
from hedui.procedure.record.checkpoints import make_checkpoint
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.queries import first_broken_index
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import erasing
from hedui.procedure.reports.acts import issue, submit
from tests import cast, databases
from tests.conftest import postgres_url
from tests.faces.desks import at_county
from tests.procedure import raw
from tests.procedure.reports.test_erasing import long_ago

pytestmark = pytest.mark.postgres

LET_GO = "permission denied|must be owner|not allowed|must be superuser|no schema has been selected"


@dataclass(frozen=True, slots=True)
class Served:
    """A county served by a role that does not own its tables."""

    county: cast.County
    role: str


@pytest.fixture(scope="module")
def role(own_postgres) -> Iterator[tuple[str, str]]:
    """Make an ordinary role, and remove it afterwards."""
    name, password = f"hedui_serving_{secrets.token_hex(4)}", secrets.token_hex(16)
    with psycopg.connect(postgres_url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    try:
        yield name, password
    finally:
        server, database = urlsplit(postgres_url()), urlsplit(own_postgres.url).path
        with psycopg.connect(urlunsplit(server._replace(path=database)), autocommit=True) as admin:
            admin.execute(f"DROP OWNED BY {name}")
            admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def served(own_postgres, role, django_db_blocker) -> Iterator[Served]:
    """Grant the role what it needs, as the owner, and connect as the role."""
    name, password = role
    parts = urlsplit(own_postgres.url)
    place = f"{name}:{password}@{parts.hostname}:{parts.port or 5432}"
    url = urlunsplit(("postgresql", place, parts.path, "", ""))
    with django_db_blocker.unblock():
        with databases.pointed_at(own_postgres.url):
            privileges.grant(name)
            assert privileges.owns_the_tables()
            cast.nobody_rests()
        # What the tests look at between the acts, each of which asks in its own officer's name.
        with databases.pointed_at(url), acting_as("machine:worker"):
            yield Served(own_postgres.county, name)


def the_whole_way(place: cast.County) -> None:
    report = cast.drafted(place, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]})
    report = submit(report=report, officer=place.officers["liu"], by=place.prepares)
    issue(report=report, officer=place.officers["zhao"], by=place.countersigns)
    case = report.commission.case
    revoke(authorization=case.authorizations.first(), reason="本人要求撤回", by=place.intake)
    close(commission=report.commission, by=place.countersigns)
    assert make_checkpoint()


def test_it_does_all_acts_from_the_application_to_the_issued_report(served):
    the_whole_way(served.county)
    assert not privileges.owns_the_tables()
    assert first_broken_index() is None


def test_it_takes_in_numbered_forms_and_their_confirmation(served):
    assert cast.papered(served.county).authorizations.count() == 3


def opened_by(place: cast.County, login: str, name: str, **where: str) -> tuple[int, str]:
    client = Client()
    client.force_login(place.officers[login])
    answer = client.get(reverse(f"workbench:{name}", kwargs=where))
    return answer.status_code, answer.content.decode()


def test_a_page_that_forgets_its_filter_still_shows_nothing_of_another_agency(served, monkeypatch):
    number = cast.authorized(served.county).number
    monkeypatch.setattr(cases, "visible_to", lambda _: Case.objects.select_related("agency"))
    for name in ("case", "history", "application", "confirm"):
        assert opened_by(served.county, "wang", name, number=number)[0] == 200, name
        for other in ("sheng", "liu"):
            assert opened_by(served.county, other, name, number=number)[0] in {403, 404}, name
    assert number in opened_by(served.county, "wang", "home")[1]
    assert number not in opened_by(served.county, "sheng", "home")[1]


def told_about_rows() -> list[str]:
    return [one.level for one in findings() if "行级规则" in one.what]


def test_the_check_says_whether_rows_are_kept_apart(served, own_postgres):
    assert told_about_rows() == ["ok"]
    with databases.pointed_at(own_postgres.url):
        assert told_about_rows() == ["warning"]
        raw.execute("DROP POLICY reports_finding_update ON reports_finding")
    assert told_about_rows() == ["error"]
    with databases.pointed_at(own_postgres.url):
        privileges.grant(served.role)
    assert told_about_rows() == ["ok"]


def columns() -> list[tuple[str, str]]:
    """Return every column of every table of the procedure, save what comes and goes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name ~"
            " '^(record|cases|authorizations|commissions|inquiries|reports|objections"
            "|determinations|papers|agencies)_'"
        )
        found = [(str(table), str(column)) for table, column in cursor.fetchall()]
    passing = {table for table, _ in found} & set(privileges.COMES_AND_GOES)
    assert passing == {"reports_attempt"}
    return [(table, column) for table, column in found if table not in passing]


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match=LET_GO), transaction.atomic():
        raw.execute(statement)


def test_it_can_delete_and_truncate_nothing(served):
    the_whole_way(served.county)
    for table in sorted({table for table, _ in columns()}):
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table} CASCADE")


def test_it_can_change_no_column_that_is_not_named(served):
    tried = 0
    for table, column in columns():
        if column not in privileges.MAY_CHANGE.get(table, ()):
            refused(f'UPDATE {table} SET "{column}" = "{column}"')
            tried += 1
    assert tried > 60


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE inquiries_inquiry DISABLE TRIGGER inquiries_inquiry_gate",
        "ALTER TABLE inquiries_inquiry DISABLE TRIGGER ALL",
        "ALTER TABLE record_entry ENABLE REPLICA TRIGGER record_entry_is_never_changed",
        "ALTER TABLE record_entry DROP COLUMN leaf",
        "ALTER TABLE authorizations_authorization RENAME TO a",
        "ALTER TABLE authorizations_authorization OWNER TO CURRENT_USER",
        "DROP TRIGGER inquiries_inquiry_gate ON inquiries_inquiry",
        "DROP TRIGGER record_entry_is_never_changed ON record_entry",
        "DROP TABLE inquiries_ticket CASCADE",
        "DROP FUNCTION hedui_inquiry_gate() CASCADE",
        "CREATE OR REPLACE FUNCTION hedui_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NEW; END $$",
        "CREATE TRIGGER z BEFORE INSERT ON record_entry FOR EACH ROW EXECUTE FUNCTION"
        " hedui_refuse('z')",
        "CREATE RULE r AS ON INSERT TO record_entry DO INSTEAD NOTHING",
        "CREATE TABLE authorizations_mine (id int)",
        "CREATE TEMP TABLE authorizations_authorization (id int)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
        "ALTER FUNCTION hedui_inquiry_gate() RESET ALL",
        "COPY record_entry TO PROGRAM 'cat'",
        "ALTER SEQUENCE agencies_post_id_seq OWNED BY NONE",
    ],
)
def test_it_can_touch_no_guard(served, statement):
    refused(statement)


def test_no_grant_widens_it(served):
    """PostgreSQL answers a grant of what one has not with a warning; nothing must come of it."""
    raw.execute("GRANT ALL ON record_entry TO CURRENT_USER")
    refused("UPDATE record_entry SET act = 'x'")


@pytest.mark.parametrize("name", ["nobody_of_this_name", "owner"])
def test_a_role_that_is_not_there_or_owns_the_tables_is_refused(committed_postgres, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    with pytest.raises(Trouble):
        privileges.grant(owner if name == "owner" else name)


def test_it_destroys_what_two_officers_erase(served, own_postgres):
    place = served.county
    with databases.pointed_at(own_postgres.url):
        found = {("a", "bank"): [{"bank": "b", "balance_fen": 1}]}
        case = long_ago(cast.drafted(place, found, cast.papered(place)))
        at_county(place)
        guards.install()
    proposed = erasing.propose_erasure(case=case, by=place.intake)
    erasing.confirm_erasure(erasure=proposed, by=actor_of(place.officers["chen"]))
    gone = Case.objects.get(pk=case.pk)
    assert (bytes(gone.wrapped_key), bytes(gone.draft)) == (b"", b"")
    assert {bytes(member.person) for member in gone.members.all()} == {b""}


def test_it_wraps_no_key_anew(served):
    case = cast.declared(served.county)
    with pytest.raises(DatabaseError, match="its key stays"), acting_as(place_of(served)):
        Case.objects.filter(pk=case.pk).update(wrapped_key=secrets.token_bytes(100))


def place_of(served: Served) -> str:
    return served.county.intake.identifier

"""
Statements 语句 that a stranger tries, who knows the tables and their columns and no guard.

They were written from the data model alone, by somebody who had not read a trigger, against three
households: one whose report is issued, with a signature revoked and the commission closed; one that
is being asked about; one of whom nobody has signed. Each is refused to the application's role, or
finds no row to change. So that none is refused for being nonsense, each is also run by a superuser
with all guards off.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from hedui.procedure.cases.models import Case
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.queries import first_broken_index
from hedui.procedure.record.scope import acting_as
from tests import cast
from tests.conftest import postgres_url
from tests.procedure.test_application_role import Served, role, served, the_whole_way

__all__ = ["role", "served"]
pytestmark = pytest.mark.postgres

# PostgreSQL's classes: privilege and row rules, constraints, and what a guard raises.
REFUSED = ("42501", "23", "P0001")
Statement = tuple[str, str]


def copied(table: str, where: str, **changes: str) -> str:
    """Return an INSERT of a copy of one row with other values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public'",
            [table],
        )
        names = [str(name) for (name,) in cursor.fetchall()]
    assert set(changes) <= set(names), table
    fresh = {"id": "gen_random_uuid()"} | changes
    values = ", ".join(fresh.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {where} LIMIT 1"


@pytest.fixture
def stood(served: Served) -> dict[str, str]:
    """Return the three households, as SQL names them."""
    place = served.county
    the_whole_way(place)
    issued = Case.objects.order_by("-opened_at")[0]
    asked = cast.drafted(place).commission.case
    bare = cast.declared(place)
    return {
        "issued": f"'{issued.pk}'",
        "asked": f"'{asked.pk}'",
        "bare": f"'{bare.pk}'",
    }


def on_signatures(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "authorizations_authorization"
    stands, of = f"UPDATE {table} SET", f"WHERE case_id = {asked}"
    gone = f"WHERE case_id = {issued} AND revoked_at IS NOT NULL"
    other = f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)"
    yield "more items", f"""{stands} items = items || '["bank.transactions"]' {of}"""
    yield "a year longer", f"{stands} valid_until = valid_until + interval '1 year' {of}"
    yield "from earlier on", f"{stands} valid_from = valid_from - interval '1 year' {of}"
    yield "another purpose", f"{stands} purpose = 'medical' {of}"
    yield "of another person", f"{stands} member_id = {other} {of}"
    yield "of an older period", f"{stands} period_first = period_first - 3650 {of}"
    yield "signed earlier", f"{stands} signed_on = signed_on - 365 {of}"
    yield "on another paper", f"{stands} evidence = 'sha256:0' {of}"
    yield "another artefact", f"{stands} sealed_artefact = '' {of}"
    yield "as if never revoked", f"{stands} revoked_at = NULL {gone}"
    yield "revoked later", f"{stands} revoked_at = revoked_at + interval '1 day' {gone}"
    yield "no trace of it", f"DELETE FROM {table} {gone}"
    yield "one signs for another household", copied(table, of[6:], case_id=bare, member_id=other)
    yield "his paper for his wife", copied(
        table, f"member_id = (SELECT id FROM cases_member WHERE case_id = {asked} AND key = 'a')",
        member_id=f"(SELECT id FROM cases_member WHERE case_id = {asked} AND key = 'b')",
    )  # fmt: skip
    yield "without the guardian", copied(
        table, f"case_id = {asked} AND member_id IN (SELECT id FROM cases_member WHERE key = 'c')",
        guardianship_id="NULL",
    )  # fmt: skip
    yield "for what the form is not", copied(table, of[6:], purpose="'medical'")
    yield "on a text that is not there", copied(table, of[6:], form_id="'form-0'")
    yield "ends before it begins", copied(table, of[6:], valid_until="valid_from")
    yield (
        "of the other's declaration",
        copied(
            table,
            of[6:],
            declaration_id=f"(SELECT id FROM cases_declaration WHERE case_id = {bare})",
        ),
    )


def on_texts(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    form = "authorizations_form"
    yield "another text under the same name", f"UPDATE {form} SET text = text || '并且'"
    yield "a text for more programmes", f"""UPDATE {form} SET programmes = '["medical"]'"""
    yield "a blank text", copied(form, "true", id="'form-b'", text="' '")
    yield (
        "a confirmation by the one who took in",
        (
            "INSERT INTO authorizations_confirmation (id, authorization_id, officer, confirmed_at,"
            " entry_id) SELECT gen_random_uuid(), a.id, e.actor, now(), e.id FROM"
            " authorizations_authorization a JOIN record_entry e ON e.id = a.entry_id"
            f" WHERE a.case_id = {asked} LIMIT 1"
        ),
    )


def on_inquiries(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "inquiries_inquiry"
    of = f"commission_id IN (SELECT id FROM commissions_commission WHERE case_id = {asked})"
    over = f"commission_id IN (SELECT id FROM commissions_commission WHERE case_id = {issued})"
    someone = f"(SELECT id FROM cases_member WHERE case_id = {bare} LIMIT 1)"
    yield "one more item asked", f"""UPDATE {table} SET items = items || '["a.b"]' WHERE {of}"""
    yield (
        "under another's signature",
        (
            f"UPDATE {table} SET authorization_id = (SELECT id FROM authorizations_authorization"
            f" WHERE case_id = {issued} LIMIT 1) WHERE {of}"
        ),
    )
    yield "never asked", f"DELETE FROM {table} WHERE {of}"
    yield "about somebody who has not signed", copied(table, of, member_id=someone)
    yield "after the revocation", copied(
        table, f"{over} AND authorization_id IN (SELECT id FROM authorizations_authorization"
        " WHERE revoked_at IS NOT NULL)",
    )  # fmt: skip
    yield "after the closing", copied(table, over)
    yield "for another purpose", copied(table, of, purpose="'medical'")
    yield "of a source that was not signed for", copied(table, of, source="'police'")
    yield "all that there is", copied(table, of, items="""'["*"]'""")
    yield "nothing in particular", copied(table, of, items="'[]'")
    yield "at another department", copied(
        table, of, department_id="(SELECT d.id FROM agencies_department d"
        " WHERE d.source <> inquiries_inquiry.source LIMIT 1)",
    )  # fmt: skip


def on_agreements(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "agencies_agreement"
    yield "an agreement approved by itself", copied(table, "true")
    yield "more than was agreed", f"""UPDATE {table} SET items = items || '["bank.all"]'"""
    yield "for ever", f"UPDATE {table} SET last_day = '2999-12-31'"
    yield "approved by who proposed", f"UPDATE {table} SET approved_by = proposed_by"
    yield "not ended", f"UPDATE {table} SET ended_at = NULL, ended_by = ''"
    yield "no agreement", f"DELETE FROM {table}"
    yield "asked under another department's", (
        copied("inquiries_inquiry", f"commission_id IN (SELECT id FROM commissions_commission"
               f" WHERE case_id = {asked})", agreement_id="(SELECT a.id FROM agencies_agreement a"
               " WHERE a.department_id <> inquiries_inquiry.department_id LIMIT 1)")
    )  # fmt: skip


def on_tickets(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "inquiries_ticket"
    of = (
        "inquiry_id IN (SELECT i.id FROM inquiries_inquiry i JOIN commissions_commission c"
        " ON c.id = i.commission_id WHERE c.case_id = {})"
    )
    here, over = of.format(asked), of.format(issued)
    yield (
        "good for a year",
        f"UPDATE {table} SET expires_at = now() + interval '1 year' WHERE {here}",
    )
    yield "not sent", f"DELETE FROM {table} WHERE {here}"
    yield "once more after the closing", copied(table, over, attempt="attempt + 1")
    yield "the same attempt twice", copied(table, here)
    yield (
        "a ticket for a year",
        copied(table, here, attempt="attempt + 1", expires_at="now() + interval '1 year'"),
    )
    yield (
        "a ticket of yesterday",
        copied(table, here, attempt="attempt + 1", minted_at="minted_at - interval '1 day'"),
    )
    reply = "inquiries_reply"
    yield "found nothing", f"UPDATE {reply} SET outcome = 'NOT_FOUND', conclusive = true"
    yield "never answered", f"DELETE FROM {reply} WHERE {here}"
    yield "a second answer", copied(reply, here)
    yield "a fact less", "DELETE FROM inquiries_fact"
    yield "other facts", copied_fact()


def copied_fact() -> str:
    return (
        "INSERT INTO inquiries_fact (id, reply_id, position, content) SELECT gen_random_uuid(),"
        " id, 0, '' FROM inquiries_reply WHERE outcome <> 'FOUND' LIMIT 1"
    )


def on_households(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table, frozen = "cases_declaration", f"WHERE case_id = {asked} AND frozen_at IS NOT NULL"
    yield "other words", f"UPDATE {table} SET content = '' {frozen}"
    yield "another digest", f"UPDATE {table} SET digest = 'sha256:0' {frozen}"
    yield "thawed", f"UPDATE {table} SET frozen_at = NULL {frozen}"
    yield "frozen earlier", f"UPDATE {table} SET frozen_at = declared_at {frozen}"
    yield "never declared", f"DELETE FROM {table} {frozen}"
    yield "the same version again", copied(table, f"case_id = {asked}")
    yield (
        "another street's",
        (
            "UPDATE cases_case SET agency_id = (SELECT id FROM agencies_agency WHERE id <>"
            f" cases_case.agency_id LIMIT 1) WHERE id = {asked}"
        ),
    )
    yield "the key thrown away", f"UPDATE cases_case SET wrapped_key = '' WHERE id = {asked}"
    yield (
        "a child no more",
        f"UPDATE cases_member SET birth_date = '1980-01-01' WHERE case_id = {asked}",
    )
    yield "the numbers begin anew", "UPDATE cases_numbering SET last = 0"
    yield "a number left out", "UPDATE cases_numbering SET last = last + 2"
    yield "numbers never given", "DELETE FROM cases_numbering"
    orders = "commissions_commission"
    yield "open again", f"UPDATE {orders} SET closed_at = NULL WHERE case_id = {issued}"
    yield "ordered by another", f"UPDATE {orders} SET ordered_by = 'x' WHERE case_id = {asked}"
    yield "nothing was ordered today", "UPDATE commissions_tally SET ordered = 0"
    yield "as many as one likes", "UPDATE commissions_budget SET per_officer = 1000000"
    yield "all may be asked", "UPDATE inquiries_allowlist SET ended_at = NULL, items = '[]'"
    yield (
        "a list of one's own",
        copied("inquiries_allowlist", "true", programme="'mine'", items="""'["*"]'"""),
    )


def on_reports(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table = "reports_report"
    of = f"commission_id IN (SELECT id FROM commissions_commission WHERE case_id = {issued})"
    draft = f"commission_id IN (SELECT id FROM commissions_commission WHERE case_id = {asked})"
    yield "another report", f"UPDATE {table} SET body = '' WHERE {of}"
    yield "a draft again", f"UPDATE {table} SET status = 'draft' WHERE {of}"
    yield "good for longer", f"UPDATE {table} SET valid_until = valid_until + 365 WHERE {of}"
    yield "issued by nobody", f"UPDATE {table} SET status = 'issued' WHERE {draft}"
    yield (
        "prepared and signed by one",
        (
            f"UPDATE {table} SET status = 'issued', issued_at = now(), submitted_at = now(),"
            " prepared_by_id = (SELECT min(id) FROM agencies_officer), countersigned_by_id ="
            f" (SELECT min(id) FROM agencies_officer) WHERE {draft}"
        ),
    )
    yield "no report", f"DELETE FROM {table} WHERE {of}"
    found = "reports_finding"
    yield "a finding less", f"DELETE FROM {found}"
    yield "another finding", f"UPDATE {found} SET status = 'consistent'"


def on_the_ledger(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    table, last = "record_entry", "index = (SELECT max(index) FROM record_entry)"
    yield "another deed", f"UPDATE {table} SET content = '{{}}' WHERE {last}"
    yield "by somebody else", f"UPDATE {table} SET actor = 'officer:x' WHERE {last}"
    yield "no deed", f"DELETE FROM {table} WHERE {last}"
    yield "a deed between", copied(table, last)
    yield "a deed in the future", copied(table, last, index="index + 7")
    yield "a shorter ledger", "UPDATE record_head SET size = size - 1"
    yield "another root", "UPDATE record_head SET roots = 'ff'"
    yield "no head", "DELETE FROM record_head"
    yield "two heads", "INSERT INTO record_head SELECT 2, size, roots, last FROM record_head"
    yield "another tree", "UPDATE record_node SET root = ''"
    yield "no checkpoint", "DELETE FROM record_checkpoint"
    yield "another checkpoint", "UPDATE record_checkpoint SET note = 'x'"
    yield "a role of one's own", "UPDATE agencies_post SET role = 'system_admin'"
    yield "a post without end", "UPDATE agencies_post SET last_day = NULL, first_day = '1970-01-01'"
    yield "all rights", "UPDATE agencies_officer SET is_superuser = true"
    yield "another office", "UPDATE agencies_agency SET kind = 'civil_affairs'"
    yield "another source", "UPDATE agencies_department SET source = 'police'"


def on_what_only_grows(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    """What the application must be able to write: here the verifier finds what was not an act."""
    last = "index = (SELECT max(index) FROM record_entry)"
    yield "a deed that never was", copied("record_entry", last, index="index + 1", content="'{}'")


AT_WILL = {  # moments that the application says, and the database takes anew
    "authorizations_authorization": "revoked_at",
    "cases_declaration": "frozen_at",
    "commissions_commission": "closed_at",
}


def statements(stood: dict[str, str]) -> list[Statement]:
    rooms = (
        on_signatures, on_texts, on_agreements, on_inquiries, on_tickets, on_households, on_reports,
        on_the_ledger,
    )  # fmt: skip
    return [statement for room in rooms for statement in room(**stood)]


Told = tuple[str, int]


def as_the_application(statement: str, look: Callable[[], object] = lambda: None) -> Told:
    """Run it, look, take it back: PostgreSQL's code for what it says, and the rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement)
                touched = cursor.rowcount
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                look()
        except DatabaseError as error:
            return str(getattr(error.__cause__, "sqlstate", "")), 0
        transaction.set_rollback(True)
    return "", touched


def without_guards(url: str, statement: str) -> Told:
    """The same, by a superuser for whom no trigger fires and no row is hidden."""
    with psycopg.connect(url) as server:
        server.execute("SET session_replication_role = replica")
        try:
            return "", server.execute(statement).rowcount
        except psycopg.Error as error:
            return str(error.sqlstate), 0
        finally:
            server.rollback()


def let_through(place: cast.County, tried: list[Statement]) -> list[tuple[str, str, str]]:
    """Try each as the worker and as three officers: who it was let through for, and what it was."""
    found = []
    for name in (WORKER, place.intake, place.prepares, place.countersigns):
        with acting_as(name.identifier):
            for what, said in tried:
                code, touched = as_the_application(said)
                if touched or not (code.startswith(REFUSED) or code == ""):
                    found.append((name.identifier, what, code))
    return found


def test_none_of_them_is_let_through(served, stood):
    """In the name of the worker, who sees all rows, and of those officers who may write some."""
    tried = statements(stood)
    assert len(tried) >= 60
    assert let_through(served.county, tried) == []


def test_a_moment_is_that_of_the_database_whatever_is_said(served, stood):
    place = served.county
    for name, table in zip((place.intake, place.intake, place.countersigns), AT_WILL, strict=True):
        household = stood["bare" if table == "cases_declaration" else "asked"]
        column, of = AT_WILL[table], f"WHERE case_id = {household}"
        for said in ("now() - interval '1 year'", "now() + interval '1 year'"):
            far = f"SELECT count(*) FROM {table} {of} AND abs(extract(epoch from"
            far += f" {column} - clock_timestamp())) > 600"
            told: list[int] = []
            with acting_as(name.identifier):
                touched = as_the_application(
                    f"UPDATE {table} SET {column} = {said} {of} AND {column} IS NULL",
                    lambda far=far, told=told: told.append(counted(far)),
                )
            assert (touched[1] > 0, told) == (True, [0]), table


def counted(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def test_what_is_written_where_only_acts_should_is_found(stood):
    assert first_broken_index() is None
    found: list[int | None] = []
    for _, said in on_what_only_grows(**stood):
        assert as_the_application(said, lambda: found.append(first_broken_index()))[1] == 1
    assert None not in found
    assert len(found) == 1


def test_each_would_do_something_if_nothing_stood_in_its_way(stood, own_postgres):
    address = urlsplit(postgres_url())._replace(path=urlsplit(own_postgres.url).path)
    told = {what: without_guards(address.geturl(), said) for what, said in statements(stood)}
    idle = {w: t for w, t in told.items() if t[0][:2] not in {"", "23"} or t == ("", 0)}
    assert idle == {}

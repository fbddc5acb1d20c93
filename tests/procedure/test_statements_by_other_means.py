"""
Statements 语句 of a stranger who goes another way to the same rows: by what else PostgreSQL offers.

An insertion that changes what is in its way, MERGE, two deeds in one statement, a row under another
key or another deed, tables of one's own before ours, and what only looks like a list of items.
Against the households of `test_statements_of_a_stranger`.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.conftest import postgres_url
from tests.procedure.test_application_role import Served, role, served
from tests.procedure.test_statements_of_a_stranger import (
    Statement,
    copied,
    let_through,
    stood,
    without_guards,
)

__all__ = ["role", "served", "stood"]
pytestmark = pytest.mark.postgres
SIGNED, ASKED, TICKETS = "authorizations_authorization", "inquiries_inquiry", "inquiries_ticket"
SOON = "clock_timestamp() + interval '3 seconds'"


def of(case: str) -> str:
    return f"commission_id IN (SELECT id FROM commissions_commission WHERE case_id = {case})"


def sent_for(case: str) -> str:
    return f"inquiry_id IN (SELECT id FROM {ASKED} WHERE {of(case)})"


def over(table: str, where: str, change: str) -> str:
    return f"{copied(table, where, id='id')} ON CONFLICT (id) DO UPDATE SET {change}"


def in_one_statement(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    again = {"attempt": "attempt + 1", "message": "gen_random_uuid()", "expires_at": SOON}
    longer = "valid_until = excluded.valid_until + interval '9 years'"
    here = f"case_id = {asked}"
    revoked = f"WITH r AS (UPDATE {SIGNED} SET revoked_at = now() WHERE {here})"
    closed = f"WITH r AS (UPDATE commissions_commission SET closed_at = now() WHERE {here})"
    yield "in place of a signature", over(SIGNED, here, longer)
    yield "in place of a question", over(ASKED, of(asked), "items = '[]'")
    yield "in place of an entry", over("record_entry", "index = 3", "actor = 'x'")
    yield "in place of the head", (
        "INSERT INTO record_head SELECT * FROM record_head"
        " ON CONFLICT (id) DO UPDATE SET roots = ''"
    )  # fmt: skip
    yield "revoked and asked at once", f"{revoked} {copied(ASKED, of(asked))}"
    yield "revoked and sent at once", f"{revoked} {copied(TICKETS, sent_for(asked), **again)}"
    yield "closed and sent at once", f"{closed} {copied(TICKETS, sent_for(asked), **again)}"
    yield "merged with another question", (
        f"MERGE INTO {ASKED} q USING (SELECT id FROM {ASKED} WHERE {of(asked)}) s ON s.id = q.id"
        " WHEN MATCHED THEN UPDATE SET items = '[]'"
    )  # fmt: skip
    yield "merged away", (
        f"MERGE INTO {SIGNED} q USING (SELECT id FROM {SIGNED} WHERE case_id = {asked}) s"
        " ON s.id = q.id WHEN MATCHED THEN DELETE"
    )  # fmt: skip


def under_another_key(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    here = f"case_id = {asked}"
    rows = {
        SIGNED: here, ASKED: of(asked), "cases_member": here, "commissions_commission": here,
        "cases_case": f"id = {asked}", "reports_report": of(issued),
    }  # fmt: skip
    for table, where in rows.items():
        yield f"{table} by another key", (
            f"UPDATE {table} SET id = gen_random_uuid() WHERE {where}"
        )  # fmt: skip
    yield "a checkpoint of another size", "UPDATE record_checkpoint SET size = size + 1"
    deeds = {**rows, TICKETS: sent_for(asked), "inquiries_reply": sent_for(issued),
             "cases_declaration": here, "agencies_agreement": "true"}  # fmt: skip
    for table, where in deeds.items():
        if table != "cases_member":
            yield f"{table} by another deed", (
                f"UPDATE {table} SET entry_id = (SELECT id FROM record_entry WHERE index = 1)"
                f" WHERE {where}"
            )  # fmt: skip


def not_quite_items(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    for name, items in {
        "a word": '"bank.balance_fen"', "a list in the list": '[["bank.balance_fen"]]',
        "nothing": "null", "an object": '{"bank.balance_fen": 1}', "a source": '["bank."]',
        "nothing in the list": "[null]",
    }.items():  # fmt: skip
        where = f"{of(asked)} AND source = 'bank'"
        yield f"asked for {name}", copied(ASKED, where, items=f"'{items}'")
    for name, items in {"no list": "{}", "an empty list": "[]"}.items():
        yield f"signed for {name}", copied(SIGNED, f"case_id = {asked}", items=f"'{items}'")
    yield "signed and revoked", copied(SIGNED, f"case_id = {asked}", revoked_at="now()")
    yield (
        "signed tomorrow",
        copied(SIGNED, f"case_id = {asked}", signed_on="(now() + interval '40 hours')::date"),
    )
    yield "asked before the first time", copied(ASKED, of(asked), round="-1")
    yield (
        "sent before the first time",
        copied(TICKETS, sent_for(asked), attempt="0", expires_at=SOON),
    )


def beside_what_stands(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    fact, replies = "inquiries_fact", f"(SELECT id FROM inquiries_reply WHERE {sent_for(issued)})"
    yield "one fact more", copied(fact, f"reply_id IN {replies}", position="position + 50")
    yield "a fact of somebody else", (
        f"UPDATE {fact} SET reply_id = (SELECT id FROM inquiries_reply WHERE outcome = 'FOUND'"
        f" AND id <> {fact}.reply_id LIMIT 1)"
    )  # fmt: skip
    finding = f"report_id IN (SELECT id FROM reports_report WHERE {of(issued)})"
    yield "one finding more", copied("reports_finding", finding)
    yield (
        "frozen as it is declared",
        copied("cases_declaration", f"case_id = {asked}", version="version + 1", frozen_at="now()"),
    )
    yield "a checkpoint of what will be", (
        "INSERT INTO record_checkpoint SELECT size + 1000, note, at FROM record_checkpoint LIMIT 1"
    )  # fmt: skip
    yield "a subtree of what will be", (
        "INSERT INTO record_node SELECT 64000003, sha256('x') FROM record_head"
    )  # fmt: skip
    yield "a cosignature that is none", (
        "INSERT INTO record_cosignature (checkpoint_id, witness, line, at)"
        " SELECT size, 'x', 'x', at FROM record_checkpoint LIMIT 1"
    )  # fmt: skip


def before_our_tables(issued: str, asked: str, bare: str) -> Iterator[Statement]:
    copy = f"pg_temp.{SIGNED}"
    asks = copied(ASKED, of(issued)).replace(f"INTO {ASKED}", f"INTO public.{ASKED}")
    yield "a table of one's own before ours", (
        f"CREATE TEMP TABLE {SIGNED} (LIKE public.{SIGNED});"
        f" INSERT INTO {copy} SELECT * FROM public.{SIGNED};"
        f" UPDATE {copy} SET revoked_at = NULL, valid_until = '2999-01-01';"
        f" SET LOCAL search_path = pg_temp, public; {asks}"
    )  # fmt: skip
    yield (
        "in another zone",
        f"SET LOCAL TIME ZONE 'Pacific/Kiritimati'; {copied(ASKED, of(issued))}",
    )


ROOMS = (in_one_statement, under_another_key, not_quite_items, beside_what_stands,
         before_our_tables)  # fmt: skip
# What no superuser is asked to try: it changes the database, not a row.
OF_THE_OWNER = [
    f"CREATE TEMP TABLE z () INHERITS ({SIGNED})",
    "SET row_security = off; UPDATE cases_case SET division = division",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_trigger",
    "CREATE OR REPLACE FUNCTION hedui_inquiry_gate() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION hedui_gate_lock(uuid[], uuid[], uuid[], uuid[]) SECURITY INVOKER",
    "DROP FUNCTION hedui_inquiry_gate() CASCADE",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION hedui_inquiry_gate()",
    "CREATE POLICY p ON cases_case USING (true)",
    "DROP POLICY cases_case_select ON cases_case",
    "SELECT hedui_gate_standing_of(NULL)",
    "CREATE VIEW v AS SELECT * FROM record_entry",
    "CREATE FUNCTION hedui_is_of_age(date, date) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
    "CREATE SCHEMA s",
    "SELECT setval('agencies_post_id_seq', 1)",
    "SELECT pg_read_file('/etc/hostname')",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CLUSTER record_entry USING record_entry_pkey",
    "COMMENT ON TABLE record_entry IS 'x'",
    f"DO $$ BEGIN EXECUTE 'ALTER TABLE {TICKETS} DISABLE TRIGGER ALL'; END $$",
    "LOCK TABLE authorizations_form IN ACCESS EXCLUSIVE MODE",
]


def test_no_other_way_leads_to_them(served: Served, stood: dict[str, str], own_postgres):
    tried = [statement for room in ROOMS for statement in room(**stood)]
    owner = [(statement, statement) for statement in OF_THE_OWNER]
    assert len(tried) + len(owner) >= 60
    assert let_through(served.county, tried + owner) == []
    address = urlsplit(postgres_url())._replace(path=urlsplit(own_postgres.url).path)
    told = {what: without_guards(address.geturl(), said) for what, said in tried}
    assert {w: t for w, t in told.items() if t[0][:2] not in {"", "23"} or t == ("", 0)} == {}

"""
Statements 语句 on who may act, sign and settle: accounts, posts, keys to sign with, texts, offices.

Written as those of `test_statements_of_a_stranger`: from the columns alone. Nobody writes an entry
along; who does, leaves in the ledger who did it (docs/reference/gate.md, what is not protected).
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from hedui.procedure.agencies import endpoints
from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations import printing as forms
from hedui.procedure.record.moment import moment, today
from tests import cast, databases
from tests.conftest import postgres_url
from tests.procedure.test_application_role import Served, role, served
from tests.procedure.test_statements_of_a_stranger import (
    Statement,
    copied,
    let_through,
    without_guards,
)

__all__ = ["role", "served"]
pytestmark = pytest.mark.postgres
NOW = "clock_timestamp()"
TODAY = f"({NOW} AT TIME ZONE 'Asia/Shanghai')::date"
OLD = "(SELECT id FROM record_entry WHERE index = {})"
OFFICER, POST, AGENCY = "agencies_officer", "agencies_post", "agencies_agency"
LAST = f"(SELECT id FROM {OFFICER} ORDER BY id DESC LIMIT 1)"
HASH = "'pbkdf2_sha256$1$a$b'"


@pytest.fixture
def stood(served: Served, own_postgres) -> dict[str, str]:
    """Return two households: one that signed by telephone and on a form, one that only declared."""
    place = served.county
    with databases.pointed_at(own_postgres.url):
        signed, bare = cast.drafted(place).commission.case, cast.declared(place)
        member = signed.members.get(key="a", replaced=False)
        given = electronic.enrol(member=member, by=place.intake)
        secret = signed.key.open_bytes(given.enrolment.secret)
        code = totp.code(secret, int(moment().timestamp()) // totp.STEP)
        electronic.sign_in(enrolment=given.enrolment, code="x", by=electronic.PORTAL)
        electronic.sign_in(enrolment=given.enrolment, code=code, by=electronic.PORTAL)
        forms.print_form(
            member=member, form=signed.authorizations.first().form, items=["bank.balance_fen"],
            valid_until=today(), guardian=None, by=place.intake,
        )  # fmt: skip
        system, _ = cast.client(place)
        by = cast.administrators()[0]
        endpoints.register_endpoint(client=system, url="https://a.example/", by=by)
        cast.second_officer(place)
        cast.confirmed(place, signed.authorizations.first())
    return {"signed": f"'{signed.pk}'", "bare": f"'{bare.pk}'"}


def person(case: str, key: str) -> str:
    return f"(SELECT id FROM cases_member WHERE case_id = {case} AND key = '{key}' LIMIT 1)"


def serial(table: str, where: str, **changes: str) -> str:
    """Return an INSERT of a copy of one row of a table that counts its rows."""
    return copied(table, where, id="nextval(pg_get_serial_sequence('" + table + "', 'id'))",
                  **changes)  # fmt: skip


def on_accounts(signed: str, bare: str) -> Iterator[Statement]:
    mine = "username = 'sheng'"
    yield "above all", f"UPDATE {OFFICER} SET is_superuser = true, is_staff = true WHERE {mine}"
    yield "an account above all", serial(
        OFFICER, mine, username="'root'", is_superuser="true", is_staff="true"
    )  # fmt: skip
    yield "an account of one's own", serial(OFFICER, mine, username="'mine'")
    yield "with an old entry", serial(
        OFFICER, mine, username="'mine'", entry_id=OLD.format(0)
    )  # fmt: skip
    yield "with no entry", serial(OFFICER, mine, username="'mine'", entry_id="NULL")
    yield "another's password", f"UPDATE {OFFICER} SET password = {HASH} WHERE username = 'zhao'"
    yield "everybody's password", f"UPDATE {OFFICER} SET password = {HASH}"
    yield "their password by an old entry", (
        f"UPDATE {OFFICER} SET password = {HASH}, entry_id = {OLD.format(3)} WHERE {mine}"
    )  # fmt: skip
    yield "the password of the one who signs in", (
        f"UPDATE {OFFICER} SET password = (SELECT password FROM {OFFICER} o WHERE o.{mine})"
        " WHERE username = 'liu'"
    )  # fmt: skip
    yield "locked out", f"UPDATE {OFFICER} SET is_active = false WHERE username = 'liu'"
    yield "under another name", f"UPDATE {OFFICER} SET display_name = '赵' WHERE {mine}"
    yield "under another login", f"UPDATE {OFFICER} SET username = 'z' WHERE {mine}"
    yield "nobody", f"DELETE FROM {OFFICER} WHERE {mine}"
    yield "upon another", (
        f"INSERT INTO {OFFICER} SELECT * FROM {OFFICER} WHERE {mine}"
        f" ON CONFLICT (id) DO UPDATE SET password = {HASH}"
    )  # fmt: skip
    yield "swapped", (
        f"MERGE INTO {OFFICER} a USING {OFFICER} b ON a.id <> b.id AND b.{mine}"
        " AND a.username = 'zhao' WHEN MATCHED THEN UPDATE SET password = b.password"
    )  # fmt: skip


def on_posts(signed: str, bare: str) -> Iterator[Statement]:
    mine = "(SELECT id FROM agencies_officer WHERE username = 'sheng')"
    some = "role = 'intake'"
    for one in ("verify", "countersign", "system_admin", "security_admin", "audit_admin"):
        yield f"a post of {one}", serial(POST, some, officer_id=mine, role=f"'{one}'")
    yield "a post at the body", serial(
        POST, "role = 'verify'", officer_id=mine, entry_id=OLD.format(1)
    )  # fmt: skip
    yield "a post since long ago", serial(POST, some, first_day="'2020-01-01'", entry_id="NULL")
    yield "a post for ever", f"UPDATE {POST} SET last_day = '2999-12-31'"
    yield "no post any more", f"UPDATE {POST} SET last_day = {TODAY} - 1"
    yield "no post, by an old entry", (
        f"UPDATE {POST} SET last_day = {TODAY} - 1, entry_id = {OLD.format(2)}"
    )  # fmt: skip
    yield "another's post", f"UPDATE {POST} SET officer_id = {mine}"
    yield "gone", f"DELETE FROM {POST} WHERE officer_id <> {mine}"


def on_offices(signed: str, bare: str) -> Iterator[Statement]:
    yield "one officer is enough", f"UPDATE {AGENCY} SET second_person = NOT second_person"
    yield "any paper is taken", f"UPDATE {AGENCY} SET numbered_only = NOT numbered_only"
    yield "for ten years", f"UPDATE {AGENCY} SET authorization_days = 3650"
    yield "for ten years, by an old entry", (
        f"UPDATE {AGENCY} SET authorization_days = 3650, entry_id = {OLD.format(1)}"
    )  # fmt: skip
    yield "a body of one's own", copied(AGENCY, "kind = 'verification_body'", name="'我们的中心'")
    yield "in another county", f"UPDATE {AGENCY} SET division = '310104'"
    held = "agencies_department"
    yield "another department for it", copied(held, "source = 'bank'", source="'police'")
    yield "nobody is asked any more", f"UPDATE {held} SET last_day = {TODAY} - 1"
    yield "under another name there", f"UPDATE {held} SET name = 'x', receiver_id = 'x'"
    yield "no time to answer", f"UPDATE {held} SET answer_within = 1"
    yield "their key", f"UPDATE {held} SET public_key = 'x'"
    yield "a system admitted by nobody", serial_of_a_system()
    token = "agencies_token"
    yield "a token like theirs", copied(token, "true", digest="repeat('a', 64)")
    yield "the token goes on", f"UPDATE {token} SET ended_at = NULL, expires_at = now() + '9 years'"
    yield "news to oneself", copied("agencies_endpoint", "true", url="'https://m.example/'")
    yield "news from the beginning", "UPDATE agencies_endpoint SET cursor = 0, ended_at = now()"


def serial_of_a_system() -> str:
    return copied("agencies_client", "true", officer_id=LAST, approved_by="'officer:1'")


def on_keys_to_sign(signed: str, bare: str) -> Iterator[Statement]:
    key, code = "authorizations_enrolment", "authorizations_signin"
    fresh = {"address": "md5(random()::text)"}
    his = f"member_id = {person(signed, 'a')}"
    yield "a secret of one's own", f"UPDATE {key} SET secret = 'mine'"
    yield "his secret for his wife", copied(key, his, member_id=person(signed, "b"), **fresh)
    yield "an invented secret", copied(key, his, secret="'\\x00'::bytea", **fresh)
    yield "for who never came", copied(key, his, member_id=person(bare, "a"), **fresh)
    yield "for the child", copied(key, his, member_id=person(signed, "c"), **fresh)
    yield "by an old entry", copied(key, his, entry_id=OLD.format(1), **fresh)
    yield "another page", f"UPDATE {key} SET address = 'x'"
    yield "no key", f"DELETE FROM {key}"
    yield "signed in without a code", copied(code, "true", step="step + 5")
    yield "signed in as his wife", copied(code, "true", step="step + 5", entry_id=OLD.format(1))
    yield "wrong codes for him", copied("authorizations_wrongcode", "true")
    yield "a wrong code less", "DELETE FROM authorizations_wrongcode"
    yield "signed with nothing", (
        "INSERT INTO authorizations_electronicsignature"
        " (id, step, record, digest, signed_at, enrolment_id, entry_id)"
        f" SELECT gen_random_uuid(), 9, 'x', 'sha256:' || repeat('a', 64), {NOW}, s.enrolment_id,"
        f" s.entry_id FROM {code} s LIMIT 1"
    )  # fmt: skip


def on_what_is_signed(signed: str, bare: str) -> Iterator[Statement]:
    form, sheet, paper = (
        f"authorizations_{name}" for name in ("form", "sheet", "authorization")
    )  # fmt: skip
    yield "a text of last year", copied(form, "true", id="'old'", first_day=f"{TODAY} - 400")
    yield "a text of yesterday", copied(form, "true", id="'old'", first_day=f"{TODAY} - 1")
    yield "a text of tomorrow", copied(form, "true", id="'new'", first_day=f"{TODAY} + 1")
    yield "a text by an old entry", copied(
        form, "true", id="'new'", first_day=TODAY, entry_id=OLD.format(2)
    )  # fmt: skip
    yield "signed from earlier on", f"UPDATE {form} SET first_day = first_day - 30"
    yield "in use again", f"UPDATE {form} SET withdrawn_at = NULL, last_day = NULL"
    yield "signed once more", copied(paper, f"case_id = {signed}", sheet_id="NULL")
    yield "signed again by an old entry", copied(
        paper, f"case_id = {signed}", sheet_id="NULL", entry_id=OLD.format(4)
    )  # fmt: skip
    yield "a form for more", copied(
        sheet, "true", number="'SQ-X'", items="""'["bank.transactions"]'"""
    )  # fmt: skip
    yield "a form for his wife", copied(
        sheet, "true", number="'SQ-Y'", member_id=person(bare, "b")
    )  # fmt: skip
    yield "confirmed again", copied("authorizations_confirmation", "true", officer="'officer:1'")
    yield "confirmed by nobody", (
        "INSERT INTO authorizations_confirmation (id, officer, confirmed_at, authorization_id,"
        f" entry_id) SELECT gen_random_uuid(), 'officer:99', {NOW}, a.id, {OLD.format(1)}"
        f" FROM {paper} a WHERE a.case_id = {signed} AND NOT EXISTS (SELECT 1 FROM"
        " authorizations_confirmation c WHERE c.authorization_id = a.id) LIMIT 1"
    )  # fmt: skip
    yield "a guardian of one's own", copied(
        "authorizations_guardianship", "true", guardian_id=person(bare, "a")
    )  # fmt: skip


ROOMS = (on_accounts, on_posts, on_offices, on_keys_to_sign, on_what_is_signed)


def test_nobody_makes_themselves_somebody(served, stood, own_postgres):
    tried = [statement for room in ROOMS for statement in room(**stood)]
    assert len(tried) >= 60
    assert let_through(served.county, tried) == []
    address = urlsplit(postgres_url())._replace(path=urlsplit(own_postgres.url).path)
    told = {what: without_guards(address.geturl(), said) for what, said in tried}
    assert {w: t for w, t in told.items() if t[0][:2] not in {"", "23"} or t == ("", 0)} == {}

"""What each act locks, and how: on PostgreSQL, since SQLite knows no locks of rows."""

import re
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hedui.procedure.authorizations import electronic, totp
from hedui.procedure.authorizations.acts import confirm, consult, revoke
from hedui.procedure.authorizations.guardians import end_guardianship
from hedui.procedure.authorizations.models import Form
from hedui.procedure.authorizations.texts import publish, withdraw
from hedui.procedure.commissions.acts import commission as commission_of
from hedui.procedure.determinations.acts import confirm as confirm_determination
from hedui.procedure.inquiries import reconciling
from hedui.procedure.inquiries.acts import inquire, receive
from hedui.procedure.inquiries.door import Door, KeptBack
from hedui.procedure.inquiries.holding import hold
from hedui.procedure.record.actor import INSTALLER, WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.test_statements_on_paper import counts, file

LOCK = re.compile(
    r'\s*(?:SELECT|WITH) .*?FROM "?(\w+)"?.*?'
    r'(FOR (?:NO KEY )?UPDATE)(?: OF "(\w+)")?(?:\)|$)',
    re.DOTALL,
)
HOLD = "hedui_hold"
ALL_IT_RESTS_ON = ("function", HOLD, "")
HEAD = ("record_head", "FOR UPDATE", "")


def locked(act: Callable[[], Any]) -> list[tuple[str, str, str]]:
    """Return (table, how, of which table) for each lock that an act took, in order."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return list(filter(None, (lock_in(one["sql"]) for one in asked)))


def lock_in(sql: str) -> tuple[str, str, str] | None:
    if found := LOCK.match(sql):
        table, how, of = found.groups("")
        return table, how, of
    return ALL_IT_RESTS_ON if f"FROM {HOLD}(" in sql else None


def of_its_own(table: str) -> tuple[str, str, str]:
    return (table, "FOR NO KEY UPDATE", table)


def whole(table: str) -> tuple[str, str, str]:
    return (table, "FOR NO KEY UPDATE", "")


AUTHORIZATION, MEMBER = "authorizations_authorization", "cases_member"
GUARDIANSHIP, CASE = "authorizations_guardianship", "cases_case"


@pytest.mark.postgres
def test_each_act_locks_what_it_changes_first_and_the_ledger_last(committed_postgres):
    """Never by key: rows that only point to what is locked need not wait for it."""
    place = committed_postgres
    case = cast.declared(place)
    a, c = (case.members.get(key=key) for key in "ac")
    signed = cast.authorize(place, c, guardian="a")
    second = cast.second_officer(place)
    consult(authorization=signed, by=second)
    form = publish(
        form=f"form-{secrets.token_hex(4)}", title="授权书", text=cast.TEXT, programmes=["dibao"],
        first_day=today(), by=INSTALLER,
    )  # fmt: skip
    given = electronic.enrol(member=a, by=place.intake)
    secret = case.key.open_bytes(given.enrolment.secret)

    def sign() -> None:
        electronic.sign(
            enrolment=given.enrolment, form=Form.objects.get(pk=cast.FORM),
            notice=electronic.notice_before(case), items=("bank.balance_fen",),
            code=totp.code(secret, int(moment().timestamp()) // totp.STEP), by=electronic.PORTAL,
        )  # fmt: skip

    standing = signed.guardianship
    for act, tables in (
        (lambda: cast.printed(place, a), [of_its_own(CASE)]),
        (lambda: cast.authorize(place, case.members.get(key="b")), [of_its_own(MEMBER)]),
        (lambda: confirm(authorization=signed, by=second), [of_its_own(AUTHORIZATION)]),
        (sign, [of_its_own(MEMBER)]),
        (
            lambda: end_guardianship(guardianship=standing, reason="监护人变更", by=place.intake),
            [of_its_own(GUARDIANSHIP)],
        ),
        (
            lambda: revoke(authorization=signed, reason="本人要求撤回", by=place.intake),
            [of_its_own(AUTHORIZATION)],
        ),
        (lambda: withdraw(form=form, by=INSTALLER), [whole("authorizations_form")]),
    ):
        assert locked(act) == [*tables, HEAD]


@pytest.mark.postgres
def test_what_a_question_rests_on_is_locked_when_asked_let_out_and_kept(committed_postgres):
    commission = cast.commissioned(committed_postgres)
    envelopes: list[Any] = []
    found = locked(lambda: envelopes.extend(inquire(commission=commission, by=WORKER)))
    assert found == [ALL_IT_RESTS_ON, HEAD]

    def let_out() -> None:
        door = Door(commission)
        passage = door.passage(envelopes[0])

        def leave() -> None:
            with suppress(KeptBack):
                passage.wait()
            passage.end()

        thread = threading.Thread(target=leave)
        thread.start()
        door.let_out()
        thread.join()

    assert locked(let_out) == [ALL_IT_RESTS_ON]
    kept = locked(lambda: receive(commission=commission, received=[], by=WORKER))
    assert kept == [ALL_IT_RESTS_ON, HEAD]
    before = Entry.objects.filter(act="inquiries.reconcile").count()  # a day that is not taken yet
    day = today() - timedelta(days=9 + before)
    gateway, statement = reconciling.read_statement(file(counts(day=day)))
    found = locked(lambda: reconciling.reconcile(gateway=gateway, statement=statement, by=WORKER))
    assert found == [whole("agencies_department"), HEAD]


@pytest.mark.postgres
def test_all_that_a_question_rests_on_is_locked_in_the_order_of_everybody(
    committed_postgres, own_postgres
):
    """Rows that only point to them need not wait; whoever would change one does."""
    case = cast.declared(committed_postgres)
    a, c = (case.members.get(key=key) for key in "ac")
    cast.authorize(committed_postgres, a)
    cast.authorize(committed_postgres, c, guardian="a")
    commission = commission_of(case=case, by=committed_postgres.intake)
    tables = ["commissions_commission", GUARDIANSHIP, MEMBER, AUTHORIZATION]
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [HOLD])
        (written,) = cursor.fetchone()
    assert re.findall(r"FROM (\w+) \w WHERE [^;]*FOR NO KEY UPDATE;", written) == tables
    with psycopg.connect(own_postgres.url, autocommit=True) as other:

        def free(how: str) -> list[int]:
            mine = {"case": case.pk, "order": commission.pk}
            return [
                len(other.execute(
                    f"SELECT 1 FROM {table} WHERE "
                    + ("id = %(order)s" if table == tables[0] else "case_id = %(case)s")
                    + f" FOR {how} SKIP LOCKED", mine,
                ).fetchall())
                for table in tables
            ]  # fmt: skip

        before = free("SHARE")
        assert before == [1, 1, 3, 2]
        with transaction.atomic():
            begun = moment()
            closed_at, at, _ = hold(commission)
            assert closed_at is None
            assert begun < at < moment()
            assert free("SHARE") == [0, 0, 0, 0]
            assert free("KEY SHARE") == before
        assert free("SHARE") == before


@pytest.mark.postgres
def test_who_decides_locks_the_order_before_the_report_as_who_writes_its_next_version(
    committed_postgres,
):
    """Else each could hold what the other waits for: the decision closes the order it locks."""
    report = cast.doubted(committed_postgres)
    cast.long_issued(report, days=90)
    raw.install("reports")  # commits are real here: what was taken off would stay off
    cast.delivered(committed_postgres, report, delivered_on=today() - timedelta(days=60))
    held = cast.proposed_against(committed_postgres, report)
    second = cast.deciders(committed_postgres)[1]
    found = locked(lambda: confirm_determination(determination=held, by=second))
    tables = [table for table, *_ in found if table.startswith(("commissions_", "reports_"))]
    assert tables[:2] == ["commissions_commission", "reports_report"]

"""
Row rules 行级规则: for every post, agency and table, PostgreSQL answers as the Python layer does.

What Python says is asked of Python (`visible_to`, and the acts themselves, as the owner, whom no
row rule holds); what the database says, of the database by raw SQL as the application's role.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from hedui.procedure.agencies.models import Officer, Post
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.authorizations import acts as authorizations
from hedui.procedure.authorizations import electronic, guardians
from hedui.procedure.authorizations.models import Form
from hedui.procedure.authorizations.printing import print_form
from hedui.procedure.cases import acts as cases
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions import acts as commissions
from hedui.procedure.commissions import budgets, looks
from hedui.procedure.determinations import acts as determinations
from hedui.procedure.determinations import applying
from hedui.procedure.inquiries import acts as inquiries
from hedui.procedure.objections import acts as objections
from hedui.procedure.objections import reverifying, revising
from hedui.procedure.oversight import reviewing as oversight
from hedui.procedure.papers import acts as papers
from hedui.procedure.papers.catalogue import forms
from hedui.procedure.papers.filling import About
from hedui.procedure.rechecks import acts as rechecks
from hedui.procedure.rechecks.models import Task
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
from hedui.procedure.record.rows import RULES
from hedui.procedure.reports import (
    accepting,
    delivering,
    drafting,
    entering,
    erasing,
    reviewing,
    sending,
    sms,
    withholding,
)
from hedui.procedure.reports import acts as reports
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.conftest import postgres_url
from tests.procedure import raw
from tests.procedure.kept_apart import (
    PLACES,
    ROLES,
    City,
    Judge,
    city,
    foreign_ways_to_a_case,
    model_of,
    rows_of,
    without_guards,
)

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def place(django_db_blocker) -> Iterator[City]:
    """The city, on which nothing is done but what is undone again."""
    with city(postgres_url(), django_db_blocker) as settled:
        yield settled


@pytest.fixture(scope="module")
def judge(place) -> Iterator[Judge]:
    """The application's role at the bare database; the guards are off and cannot answer for it."""
    asked = Judge(place.application)
    with without_guards():
        yield asked
        asked.close()


# ------------------------------------------------------------------ what Python says

Deed = Callable[[Case, Actor], Any]


def _first(table: str, case: Case) -> Any:
    return rows_of(table, case)[0]


def _fill_in(case: Case, by: Actor) -> None:
    cases.fill_in(case=case, content={}, by=by)


def _declare(case: Case, by: Actor) -> None:
    cases.declare(case=case, content=cast.zhang_family(case.applied_on), by=by)


def _print(case: Case, by: Actor) -> None:
    form = Form.objects.get(pk=cast.FORM)
    member = _first("cases_member", case)
    print_form(member=member, form=form, items=(), valid_until=today(), guardian=None, by=by)


def _authorize(case: Case, by: Actor) -> None:
    signature = authorizations.Signature("no such text", ("*",), today(), today(), b"")
    authorizations.authorize(member=_first("cases_member", case), signature=signature, by=by)


def _confirm(case: Case, by: Actor) -> None:
    authorizations.confirm(authorization=_first("authorizations_authorization", case), by=by)


def _revoke(case: Case, by: Actor) -> None:
    held = _first("authorizations_authorization", case)
    authorizations.revoke(authorization=held, reason="本人要求撤回", by=by)


def _end(case: Case, by: Actor) -> None:
    held = _first("authorizations_guardianship", case)
    guardians.end_guardianship(guardianship=held, reason="监护人变更", by=by)


def _enrol(case: Case, by: Actor) -> None:
    electronic.enrol(member=_first("cases_member", case), by=by)


def _sign(case: Case, by: Actor) -> None:
    enrolment, form = _first("authorizations_enrolment", case), Form.objects.get(pk=cast.FORM)
    electronic.sign(
        enrolment=enrolment,
        form=form,
        notice=electronic.notice_before(case),
        items=(),
        code="000000",
        by=by,
    )


def _sign_in(case: Case, by: Actor) -> None:
    enrolment = _first("authorizations_enrolment", case)
    electronic.sign_in(enrolment=enrolment, code="000000", by=by)


def _commission(case: Case, by: Actor) -> None:
    commissions.commission(case=case, by=by)


def _look_beyond(case: Case, by: Actor) -> None:
    looks.break_glass(case=case, reason="asked", by=by)


def _close(case: Case, by: Actor) -> None:
    commissions.close(commission=_first("commissions_commission", case), by=by)


def _review(case: Case, by: Actor) -> None:
    used = _first("commissions_breakglass", case)
    budgets.review(used=used, is_justified=True, by=by)


def _inquire(case: Case, by: Actor) -> None:
    inquiries.inquire(commission=_first("commissions_commission", case), by=by)


def _receive(case: Case, by: Actor) -> None:
    inquiries.receive(commission=_first("commissions_commission", case), received=[], by=by)


def _draft(case: Case, by: Actor) -> None:
    drafting.draft(commission=_first("commissions_commission", case), by=by)


def _rewrite(case: Case, by: Actor) -> None:
    """Submit it or send it back, whichever the post is for."""
    report = _first("reports_report", case)
    officer = Officer.objects.get(pk=int(by.identifier.removeprefix("officer:")))
    if Role.COUNTERSIGN in by.roles:
        reports.send_back(report=report, by=by)
    else:
        reports.submit(report=report, officer=officer, by=by)


def _propose_erasure(case: Case, by: Actor) -> None:
    erasing.propose_erasure(case=case, by=by)


def _confirm_erasure(case: Case, by: Actor) -> None:
    erasing.confirm_erasure(erasure=_first("cases_erasure", case), by=by)


def _withhold(case: Case, by: Actor) -> None:
    withholding.propose_withholding(
        member=_first("cases_member", case),
        entries=(),
        reason="",
        basis="",
        document="",
        last_day=today(),
        by=by,
    )


def _confirm_withholding(case: Case, by: Actor) -> None:
    withholding.confirm_withholding(withholding=_first("reports_withholding", case), by=by)


def _look_into(case: Case, by: Actor) -> None:
    reviewing.review_source(finding=_first("reports_finding", case), by=by)


def _answer(case: Case, by: Actor) -> None:
    held = _first("reports_correction", case)
    sending.answer_correction(correction=held, outcome="", by=by)


def _give_code(case: Case, by: Actor) -> None:
    entering.give_code(member=_first("cases_member", case), by=by)


def _draft_or_revise(case: Case, by: Actor) -> None:
    if Role.MACHINE in by.roles:
        _draft(case, by)
    else:
        report = _first("reports_report", case)
        revising.revise(report=report, ground=Ground.OBJECTION, by=by)


def _accept(case: Case, by: Actor) -> None:
    finding = _first("reports_finding", case)
    accepting.accept(finding=finding, cause="time", accepted="1", reason="x", by=by)


def _deliver(case: Case, by: Actor) -> None:
    handed = delivering.Handed(_first("cases_member", case), "counter", today(), "x")
    delivering.deliver(report=_first("reports_report", case), handed=handed, by=by)


def _agree_to_sms(case: Case, by: Actor) -> None:
    sms.agree_to_sms(member=_first("cases_member", case), number=cast.PHONE, by=by)


def _send_sms(case: Case, by: Actor) -> None:
    report = _first("reports_report", case)
    sms.send_sms(member=_first("cases_member", case), about=report.pk, by=by)


def _bring(case: Case, by: Actor) -> None:
    """Bring a paper with a word of the officer in charge, or for the sake of an objection."""
    if Role.VERIFY in by.roles:
        _accept(case, by)
    else:
        objection = _first("objections_objection", case)
        objections.add_papers(objection=objection, papers=[], by=by)


def _stand_back(case: Case, by: Actor) -> None:
    applying.stand_back(case=case, reason="x", by=by)


def _ask_again(case: Case, by: Actor) -> None:
    finding = _first("reports_finding", case)
    reverifying.reverify(finding=finding, reason="objection", by=by)


def _object(case: Case, by: Actor) -> None:
    objections.object_to(
        report=_first("reports_report", case),
        member=_first("cases_member", case),
        received_on=today(),
        items={},
        by=by,
    )


def _propose(case: Case, by: Actor) -> None:
    report = _first("reports_report", case)
    determinations.propose(report=report, outcome="grant", reasons="", by=by)


def _conclude(case: Case, by: Actor) -> None:
    held = _first("determinations_determination", case)
    determinations.confirm(determination=held, by=by)


def _review_again(case: Case, by: Actor) -> None:
    held = _first("determinations_determination", case)
    oversight.review(determination=held, outcome="", reasons="", by=by)


def _notify(case: Case, by: Actor) -> None:
    papers.issue(about=About(case, by), form=forms()["acceptance"], asked={}, by=by)


def _hand_over(case: Case, by: Actor) -> None:
    handed = delivering.Handed(_first("cases_member", case), "counter", today(), "")
    papers.deliver_notice(notice=_first("papers_notice", case), handed=handed, by=by)


def _enlist(case: Case, by: Actor) -> None:
    held = _first("rechecks_task", case).round
    held.pk = None  # another list, on which nobody stands yet
    held.save(force_insert=True)
    rechecks.enlist(held=held, case=case, reason=Task.Reason.DUE, turn=2, sampled=False, by=by)


def _look_again(case: Case, by: Actor) -> None:
    rechecks.look_again(task=_first("rechecks_task", case), agrees=True, by=by)


def _resolve(case: Case, by: Actor) -> None:
    contested = _first("objections_contested", case)
    objections.resolve(contested=contested, outcome="withdrawn", reasons="", by=by)


# By which act a row of each table is added, and by which one changed.
DEEDS: dict[str, tuple[Deed, Deed | None]] = {
    "cases_case": (_fill_in, _fill_in),  # it is opened for one's own agency, never another's
    "cases_member": (_declare, _declare),
    "cases_declaration": (_declare, _commission),
    "authorizations_sheet": (_print, None),
    "authorizations_guardianship": (_authorize, _end),
    "authorizations_authorization": (_authorize, _revoke),
    "authorizations_confirmation": (_confirm, None),
    "authorizations_pageprint": (_authorize, None),
    "authorizations_enrolment": (_enrol, None),
    "authorizations_wrongcode": (_sign, None),
    "authorizations_signin": (_sign_in, None),
    "authorizations_electronicsignature": (_sign, None),
    "commissions_commission": (_commission, _close),
    "commissions_breakglass": (_commission, _review),
    "inquiries_inquiry": (_inquire, None),
    "inquiries_ticket": (_inquire, None),
    "inquiries_reply": (_receive, None),
    "inquiries_fact": (_receive, None),
    "reports_report": (_draft_or_revise, _rewrite),
    "reports_finding": (_draft_or_revise, None),
    "reports_sourcereview": (_look_into, None),
    "reports_correction": (_look_into, _answer),
    "reports_acceptance": (_accept, None),
    "reports_delivery": (_deliver, None),
    "cases_exhibit": (_bring, None),
    "cases_step": (_stand_back, None),
    "inquiries_reverification": (_ask_again, None),
    "objections_objection": (_object, None),
    "objections_contested": (_object, None),
    "objections_resolution": (_resolve, None),
    "determinations_determination": (_propose, _conclude),
    "oversight_secondreview": (_review_again, None),
    "papers_notice": (_notify, None),
    "papers_noticedelivery": (_hand_over, None),
    "rechecks_task": (_enlist, _look_again),
    "cases_erasure": (_propose_erasure, _confirm_erasure),
    "reports_withholding": (_withhold, _confirm_withholding),
    "reports_owncode": (_give_code, None),
    "reports_phone": (_agree_to_sms, None),
    "reports_sms": (_send_sms, None),
}


def python_lets(deed: Deed, case: Case, by: Actor) -> bool:
    """Tell whether an act is this officer's to do; what else it refuses, it refuses everybody."""
    with transaction.atomic():
        try:
            deed(case, by)
        except (NotAllowed, NotYours):
            return False
        except Refusal:
            return True
        finally:
            transaction.set_rollback(True)
    return True


def python_shows(case: Case, by: Actor) -> bool:
    return visible_to(by).filter(pk=case.pk).exists()


POSTS = [pytest.param(role, where, id=f"{role}-{where}") for where in PLACES for role in ROLES]


@pytest.mark.parametrize(("role", "where"), POSTS)
def test_the_database_shows_what_python_shows(place, judge, role, where):
    by = _actor(place, role, where)
    for case in (place.walked, place.bureaus):
        shown = python_shows(case, by)
        for table in RULES:
            rows = rows_of(table, case)
            assert rows or case is place.bureaus, table
            reviewed = table == "commissions_breakglass" and role is Role.SECURITY_ADMIN
            wanted = len(rows) if shown or reviewed else 0
            assert judge.sees(by.identifier, table, rows) == wanted, table


@pytest.mark.parametrize(("role", "where"), POSTS)
def test_the_database_lets_be_written_what_the_acts_write(place, judge, role, where):
    by, case = _actor(place, role, where), place.walked
    shown, own = python_shows(case, by), {"agency_id": by.agency}
    verdicts = {
        deed: python_lets(deed, case, by) for pair in DEEDS.values() for deed in pair if deed
    }
    for table, (adds, changes) in DEEDS.items():
        row = _first(table, case)
        ordered = own if table.startswith("commissions_") else {}
        assert judge.adds(by.identifier, row, **ordered) == verdicts[adds], table
        if changes:
            # A page finds a case first, and then does something in it; reviewers find no case.
            may = verdicts[changes] and (shown or changes is _review)
            column = MAY_CHANGE[table][0]
            assert judge.changes(by.identifier, row, column) == may, table


@pytest.mark.parametrize(("role", "where"), POSTS)
def test_a_reason_to_look_is_written_by_who_sees_the_case(place, judge, role, where):
    by, case = _actor(place, role, where), place.walked
    row = _first("commissions_breakglass", case)
    told = {"agency_id": by.agency, "lifts": "looks", "reason": "asked"}
    assert judge.adds(by.identifier, row, **told) is python_lets(_look_beyond, case, by)


def _actor(place: City, role: Role, where: str) -> Actor:
    return actor_of(Officer.objects.get(pk=place.officers[role, where]))


def test_the_matrix_is_no_desert_and_no_meadow(place):
    """That everything is refused, or nothing, would also be equal."""
    shown = {
        (r, w) for r in ROLES for w in PLACES if python_shows(place.walked, _actor(place, r, w))
    }
    assert shown == {
        (Role.INTAKE, "own"),
        # The province's officer stands back from the case 回避.
        *((Role.COMMISSION, where) for where in ("own", "county", "city")),
        (Role.VERIFY, "body"),
        (Role.COUNTERSIGN, "body"),
    }


# ------------------------------------------------------------------ posts


def _posts(officer: Officer, *given: dict[str, Any]) -> Actor:
    """Give an officer posts by hand, of any days; beyond the numbers that the table gives out."""
    last = Post.objects.order_by("-id").values_list("id", flat=True)[0]
    begins = {"role": Role.INTAKE, "first_day": date(2024, 1, 1)}
    for n, one in enumerate(given, start=1):
        raw.insert(Post(id=max(last, 90_000) + n, officer=officer, **begins | one))
    return actor_of(officer)


def _held_to(place: City, judge: Judge, shown: bool, *given: dict[str, Any]) -> None:
    """Compare what somebody with these posts sees in Python and in the database."""
    by = _posts(cast.account(f"held-{uuid4()}", "岗"), *given)
    assert python_shows(place.walked, by) is shown
    assert bool(judge.sees(by.identifier, "cases_case", [place.walked])) is shown


@pytest.mark.parametrize(
    ("days", "role", "shown"),
    [
        ({}, Role.INTAKE, True),
        ({"last_day": 0}, Role.INTAKE, True),
        ({"last_day": -1}, Role.INTAKE, False),
        ({"first_day": 1}, Role.INTAKE, False),
        ({}, Role.SYSTEM_ADMIN, False),
    ],
    ids=["open", "last-day", "ended", "to-come", "another-role"],
)
def test_a_post_counts_from_its_day_until_its_day(place, judge, days, role, shown):
    given = {name: today() + timedelta(days=n) for name, n in days.items()}
    _held_to(place, judge, shown, {"agency": place.county.street, "role": role} | given)


def test_a_post_elsewhere_does_not_count_beside_the_first(place, judge):
    elsewhere = Officer.objects.get(pk=place.officers[Role.INTAKE, "sibling"]).posts.get().agency
    _held_to(place, judge, False, {"agency": elsewhere}, {"agency": place.county.street})
    _held_to(place, judge, True, {"agency": place.county.street}, {"agency": elsewhere})


def test_an_account_that_is_closed_sees_nothing(place, judge):
    number = place.officers[Role.INTAKE, "own"]
    account = Officer.objects.filter(pk=number)
    raw.changed(account, is_active=False)
    try:
        assert judge.sees(f"officer:{number}", "cases_case", [place.walked]) == 0
    finally:
        raw.changed(account, is_active=True)


# ------------------------------------------------------------------ nobody, machines, holders


@pytest.mark.parametrize(
    "name",
    ["", "officer:", "officer:999999", "officer:1 OR true", "machine:", "machine:nobody", "code:",
     "sheet:", "page:", "authorization:", "authorization:x", "officer:99999999999999999999"],
)  # fmt: skip
def test_who_is_nobody_sees_and_adds_nothing(place, judge, name):
    for table in RULES:
        rows = rows_of(table, place.walked)
        assert judge.sees(name, table, rows) == 0, table
        assert not judge.adds(name, rows[0]), table


def test_without_a_scope_nothing_is_seen(place, judge):
    with psycopg.connect(place.application) as fresh:
        for table in RULES:
            assert fresh.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_the_worker_reads_all_and_writes_what_the_machine_makes(place, judge):
    made = {
        "inquiries_inquiry", "inquiries_ticket", "inquiries_reply", "inquiries_fact",
        "reports_report", "reports_finding",
    }  # fmt: skip
    for table in RULES:
        rows = rows_of(table, place.walked)
        assert judge.sees("machine:worker", table, rows) == len(rows), table
        assert judge.adds("machine:worker", rows[0]) == (table in made), table
        if column := MAY_CHANGE.get(table, ("",))[0]:
            sends = table == "reports_sms"  # it hands them over, and keeps the receipts
            assert judge.changes("machine:worker", rows[0], column) == sends, table


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("machine:likeness", {"cases_case", "cases_member", "authorizations_authorization",
                              "authorizations_pageprint"}),
        ("machine:review", {"cases_case", "commissions_breakglass"}),
        ("machine:sources", {"inquiries_inquiry", "inquiries_ticket", "inquiries_reply",
                             "reports_sourcereview", "reports_correction"}),
        ("machine:posted", set()),  # of this family nothing is posted
    ],
)  # fmt: skip
def test_a_machine_of_one_purpose_reads_its_tables_and_writes_nothing(place, judge, name, read):
    for table in RULES:
        rows = rows_of(table, place.walked)
        assert bool(judge.sees(name, table, rows)) == (table in read), table
        assert not judge.adds(name, rows[0]), table


def test_who_holds_something_sees_that_one_case(place, judge):
    held = {
        f"code:{_first('reports_report', place.walked).code}",
        f"sheet:{_first('authorizations_sheet', place.walked).pk}",
        f"page:{_first('authorizations_enrolment', place.walked).address}",
        f"authorization:{_first('authorizations_authorization', place.walked).pk}",
    }
    for name in held:
        assert judge.sees(name, "cases_case", [place.walked, place.bureaus]) == 1, name
        assert judge.sees(name, "cases_member", rows_of("cases_member", place.walked)) == 3
        assert not judge.adds(name, place.walked)
        assert not judge.changes(name, place.walked, "draft")


def test_who_holds_their_own_paper_objects_in_person_and_for_nobody_else(place, judge):
    objection = _first("objections_objection", place.walked)
    papers = rows_of("authorizations_sheet", place.walked)
    code = _first("reports_owncode", place.walked)
    holders = [(f"sheet:{one.pk}", one.member_id) for one in papers]
    holders += [(f"own:{code.code}", code.member_id), (f"page:{_address(place)}", None)]
    assert {member == objection.member_id for _, member in holders} == {True, False}
    contested = _first("objections_contested", place.walked)
    exhibit = next(e for e in rows_of("cases_exhibit", place.walked) if e.about == objection.pk)
    for name, member in holders:
        own = member == objection.member_id
        assert judge.adds(name, objection, taken_in_by="person:x") == own, name
        assert not judge.adds(name, objection), name  # as an officer took it in
        with _made_in_person(objection):
            assert judge.adds(name, contested) == own, name
            assert judge.adds(name, exhibit) == own, name
        assert not judge.adds(name, contested), name
        assert not judge.adds(name, exhibit), name
        for table in RULES.keys() - {"authorizations_signin", "authorizations_wrongcode",
                                     "authorizations_electronicsignature"}:  # fmt: skip
            assert not judge.adds(name, _first(table, place.walked)), table


def _address(place: City) -> str:
    return str(_first("authorizations_enrolment", place.walked).address)


@contextmanager
def _made_in_person(objection: Any) -> Iterator[None]:
    rows = type(objection).objects.filter(pk=objection.pk)
    rows.update(taken_in_by="person:x")
    try:
        yield
    finally:
        rows.update(taken_in_by=objection.taken_in_by)


# ------------------------------------------------------------------ ways round


def as_officer(place: City, role: Role, where: str) -> psycopg.Connection:
    fresh = psycopg.connect(place.application, autocommit=True)
    number = place.officers[role, where]
    fresh.execute("SELECT set_config('hedui.actor', %s, false)", [f"officer:{number}"])
    return fresh


def test_copy_shows_no_more_and_takes_nothing_in(place, judge):
    with as_officer(place, Role.INTAKE, "sibling") as stranger:
        with stranger.cursor().copy("COPY cases_case TO STDOUT") as copied:
            assert [bytes(line) for line in copied] == []
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"):
            stranger.execute("COPY cases_member FROM STDIN")


@pytest.mark.parametrize(
    "statement",
    [
        "SET row_security = off; SELECT count(*) FROM cases_case",
        "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY cases_case_select ON cases_case",
        "ALTER POLICY cases_case_select ON cases_case USING (true)",
        "CREATE POLICY mine ON cases_case USING (true)",
        "CREATE OR REPLACE FUNCTION hedui_reach() RETURNS text[] LANGUAGE sql AS $$ SELECT '{}' $$",
        "ALTER FUNCTION hedui_post_in(text[]) SECURITY INVOKER",
        "TRUNCATE cases_case CASCADE",
        "DELETE FROM cases_case",
        "SELECT hedui_gate_lock(NULL, NULL, NULL, NULL)",
        "SELECT hedui_is_frozen(NULL)",
        "SET ROLE pg_read_all_data",
    ],
)
def test_the_rules_are_not_taken_off_nor_gone_round(place, judge, statement):
    denied = psycopg.errors.InsufficientPrivilege, psycopg.errors.lookup("42501")
    with as_officer(place, Role.INTAKE, "sibling") as stranger, pytest.raises(denied):
        stranger.execute(statement)


def test_a_condition_that_would_tell_is_asked_after_the_rule(place, judge):
    """A cast that fails on what is not seen would tell that it is there."""
    with as_officer(place, Role.INTAKE, "sibling") as stranger:
        found = stranger.execute("SELECT 1 FROM cases_case WHERE number::int = 1").fetchall()
    assert found == []
    with as_officer(place, Role.INTAKE, "own") as own, pytest.raises(psycopg.errors.DataError):
        own.execute("SELECT 1 FROM cases_case WHERE number::int = 1")


def test_a_row_is_not_carried_to_another_agency_nor_hung_on_an_unseen_one(place, judge):
    member, theirs = _first("cases_member", place.walked), place.bureaus
    own = f"officer:{place.officers[Role.INTAKE, 'own']}"
    assert judge.adds(own, member)
    assert not judge.adds(own, member, case_id=theirs.pk, id=secrets.token_hex(16))
    for table in ("inquiries_inquiry", "reports_report"):
        assert not judge.adds(own, _first(table, place.walked), id=secrets.token_hex(16)), table


# ------------------------------------------------------------------ the rules are complete


def test_every_table_that_leads_to_a_case_has_a_rule(place):
    assert foreign_ways_to_a_case() == set(RULES) == set(DEEDS)


def test_each_rule_leads_by_a_column_that_is_never_empty(place):
    for table, rule in RULES.items():
        if rule.leads:
            field = next(f for f in model_of(table)._meta.fields if f.column == rule.leads)
            assert field.related_model._meta.db_table == rule.to, table
            assert not field.null, table


def test_no_view_shows_rows_as_their_owner_sees_them(place):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
            " AND relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchall() == []

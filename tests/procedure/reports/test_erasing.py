"""销毁: after retention, by two officers, the key is gone; the ledger stays whole and says so."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from uuid6 import uuid7

from hedui.ledger import verify
from hedui.procedure.authorizations.evidence_models import PagePrint
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Declaration, Erasure
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Ticket
from hedui.procedure.record import checkpoints, guards, key_files
from hedui.procedure.record.actor import Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.rows import RULES
from hedui.procedure.reports import erasing as acts
from hedui.procedure.reports.erasing import NotErased
from hedui.procedure.reports.models import Report
from tests import cast, papers
from tests.faces.desks import at_county, at_desk, page
from tests.procedure import raw
from tests.procedure.record.test_verifying import by_us, entries_in
from tests.procedure.test_rows_are_fixed import story, withheld

AGO = timedelta(days=400)


@pytest.fixture
def bureau(db, county):
    """Return the browser of 陈, who sees the county's cases, and 陈 as one who acts."""
    from hedui.procedure.agencies.queries import actor_of

    browser = at_county(county)
    return browser, actor_of(county.officers["chen"])


def long_ago(report):
    """Make all of a case as old as a year and more, as only who owns the tables could."""
    case, at = report.commission.case, moment() - AGO
    tables = {
        "authorizations_authorization": "authorizations_authorization_only_is_revoked",
        "inquiries_reply": "inquiries_reply_is_never_changed",
        "reports_report": "reports_report_is_fixed_once_issued",
    }
    raw.drop_triggers(*tables.values())
    Case.objects.filter(pk=case.pk).update(opened_at=at)
    Reply.objects.update(received_at=at)
    Report.objects.update(drafted_at=at, valid_until=(at + timedelta(days=180)).date())
    Authorization.objects.update(valid_from=at, valid_until=at + timedelta(days=300))
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def case(county):
    found = {("a", "bank"): [{"bank": "某银行", "balance_fen": 1}]}
    whole = cast.papered(county)
    paper = papers.jpeg(papers.scanned(papers.paper(1), 1))
    cast.authorize(county, whole.members.get(key="a"), scan=paper)
    return long_ago(cast.drafted(county, found, whole))


def erased(county, case, bureau):
    proposed = acts.propose_erasure(case=case, by=county.intake)
    return acts.confirm_erasure(erasure=proposed, by=bureau[1])


def scans_of(case) -> list[Path]:
    folder = Path(settings.DATA_DIR) / "evidence"
    named = case.authorizations.values_list("pk", flat=True)
    return [path for pk in named if (path := folder / f"{pk}.sealed").exists()]


pytestmark = pytest.mark.django_db


def test_nothing_of_the_case_opens_any_more_and_a_receipt_stands(
    county, case, bureau, django_capture_on_commit_callbacks
):
    before = {row.pk: bytes(row.content) for row in Declaration.objects.filter(case=case)}
    member = case.members.get(key="a")
    assert len(scans_of(case)) == 4
    with django_capture_on_commit_callbacks(execute=True):
        erased(county, case, bureau)
    gone = Case.objects.get(pk=case.pk)
    with pytest.raises(Trouble, match="销毁"):
        gone.key  # noqa: B018 - it is the look that fails
    assert (bytes(gone.wrapped_key), bytes(gone.draft), gone.applicant_index) == (b"", b"", "")
    assert scans_of(case) == []
    now = gone.members.get(key="a")
    assert (bytes(now.person), now.birth_date.year) == (b"", 1900)
    assert now.number_index != member.number_index
    for one in PagePrint.objects.filter(authorization__case=case):
        assert (bytes(one.sketch), bytes(one.ink)) == (b"", b"")
    receipt = Entry.objects.get(act="reports.confirm_erasure")
    assert all(row.digest in receipt.content for row in Declaration.objects.filter(pk__in=before))
    assert all(a.evidence in receipt.content for a in case.authorizations.all())
    assert cast.ZHANG_SAN not in receipt.content


def test_who_applies_again_is_not_held_against_papers_that_are_gone(county, case, bureau):
    erased(county, case, bureau)
    again = cast.declared(county)
    first = cast.authorize(county, again.members.get(key="a"))  # the very file of the erased case
    like = papers.jpeg(papers.scanned(papers.paper(1), 2))
    second = cast.authorize(county, again.members.get(key="b"), scan=like)
    assert {first.case_id, second.case_id} == {again.pk}


def test_the_ledger_still_verifies_and_knows_what_was_destroyed(county, case, bureau):
    erased(county, case, bureau)
    lines = list(checkpoints.export())
    # The authorizations that the test made old say otherwise in the ledger: they were revoked.
    entries = entries_in(lines)
    place = next(n for n, e in enumerate(entries) if e["act"] == "reports.propose_erasure")
    revoked = [
        entries[place] | {"act": "authorizations.revoke", "detail": {"authorization": str(a.pk)}}
        for a in case.authorizations.all()
    ]
    whole = [*entries[:place], *revoked, *entries[place:]]
    found = verify.verify(by_us(lines, whole))
    assert (found.first_bad, found.erased) == (None, 1)
    assert "资料已经两人办理销毁" in verify.told(found)
    alone = [dict(e) for e in whole]
    alone[-1] |= {"actor": alone[-2]["actor"]}
    assert "两人" in verify.verify(by_us(lines, alone)).reason
    assert "仍然有效" in verify.verify(by_us(lines, entries)).reason
    declared = next(e for e in whole if e["act"] == "cases.declare")
    later = verify.verify(by_us(lines, [*whole, declared]))
    assert (later.first_bad, "销毁以后" in later.reason) == (len(whole), True)


def test_who_destroys_are_two_and_of_the_right_posts(county, case, bureau):
    both = bureau[1]
    proposed = acts.propose_erasure(case=case, by=both)
    with pytest.raises(NotErased, match="不能自己确认"):
        acts.confirm_erasure(erasure=proposed, by=both)
    with pytest.raises(NotAllowed):
        acts.confirm_erasure(erasure=proposed, by=county.intake)
    with pytest.raises(NotErased, match="已经提出"):
        acts.propose_erasure(case=case, by=county.intake)
    stranger = replace(county.stranger, roles=frozenset({Role.COMMISSION}))
    with pytest.raises(NotYours):
        acts.confirm_erasure(erasure=proposed, by=stranger)


def test_not_before_its_time(county, bureau):
    report = cast.drafted(county, case=cast.papered(county))
    whole = report.commission.case
    with pytest.raises(NotErased, match="没有届满"):
        acts.propose_erasure(case=whole, by=county.intake)
    assert acts.to_erase(bureau[1]) == []


def a_row(case) -> Erasure:
    entry = Entry.objects.order_by("index")[0].pk
    return Erasure(case=case, proposed_by="officer:1", proposed_at=moment(), entry_id=entry)


@pytest.mark.parametrize(
    "young", ["case", "reply", "authorization", "draft", "report", "held back"]
)
def test_the_database_refuses_before_its_time(case, young):
    now = moment()
    report = Report.objects.get()
    {
        "case": lambda: Case.objects.update(opened_at=now - timedelta(days=89)),
        "reply": lambda: Reply.objects.update(received_at=now - timedelta(days=89)),
        "authorization": lambda: Authorization.objects.update(valid_until=now + AGO),
        "draft": lambda: Report.objects.update(drafted_at=now - timedelta(days=89)),
        "report": lambda: Report.objects.update(valid_until=today()),
        "held back": lambda: raw.update(
            withheld(report), confirmed_by="officer:2", confirmed_at=now
        ),
    }[young]()
    with raw.refused("erasure: its retention has not ended"):
        raw.insert(a_row(case))
    assert acts.kept_until(Case.objects.get(pk=case.pk)) >= now


def test_the_database_refuses_one_person_and_a_key_that_goes_without_an_erasure(case):
    message = "case: its key stays until it is erased"
    with raw.refused(message):
        raw.update(case, wrapped_key=b"")
    row = a_row(case)
    raw.insert(row)
    with raw.refused(message):  # proposed only
        raw.update(case, wrapped_key=b"")
    with raw.refused("member: a person is never changed, only replaced"):
        raw.update(case.members.get(key="a"), person=b"")
    for by in ("officer:1", "", "machine:worker"):
        with raw.refused("erasure: never changed, only confirmed once, by another"):
            raw.update(row, confirmed_by=by, confirmed_at=moment())
    raw.update(row, confirmed_by="officer:2", confirmed_at=moment())
    with raw.refused(message):
        raw.update(case, wrapped_key=b"another key")
    with raw.refused("member: a person is never changed, only replaced"):
        raw.update(case.members.get(key="a"), person=b"another person")
    raw.update(case, wrapped_key=b"")
    with raw.refused("case: it is erased, nothing is written to it any more"):
        raw.update(case, applicant_masked="x")


LEFT_TO_THE_GATE = {"inquiries_inquiry", "inquiries_ticket"}
ERASED = "case: it is erased, nothing is written to it any more"


def everything(county):
    """Return a case, long over, in which every kind of row has come to be."""
    return long_ago(story(county))


def another(row):
    """Return a row like this one, under a key of its own."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    key = row._meta.pk
    return type(row)(**fields | {key.attname: uuid4() if key.default is uuid7 else "SQ-NEW"})


def guards_of(table) -> set[str]:
    """Name what else looks at a row that is added to a table."""
    return {
        name
        for room in guards.ROOMS
        for text in guards.statements(room, connection.vendor)
        for name, on in re.findall(r"CREATE TRIGGER (\w+) (?:BEFORE|AFTER) INSERT ON (\w+)", text)
        if on == table
    }


# Rows that come many at a time are looked at when they are there: the keys have spoken before.
IN_NOBODYS_WAY = {
    "reports_finding": {"position": 99},
    "inquiries_fact": {"position": 99},
    "inquiries_reply": {"ticket_id": UUID(int=0), "conclusive": False},
}


def test_the_database_adds_no_row_to_an_erased_case(county, bureau):
    case = everything(county)
    models = {m._meta.db_table: m for m in apps.get_models()}
    tables = RULES.keys() - {"cases_case", "cases_erasure"}
    rows = {table: models[table].objects.order_by("pk").first() for table in tables}
    assert None not in rows.values()
    erased(county, case, bureau)
    for table, row in rows.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            raw.insert(another(row))
        if table in LEFT_TO_THE_GATE:
            continue
        raw.drop_triggers(*guards_of(table) - {f"{table}_not_after_erasure"})
        with raw.refused(ERASED):
            raw.insert(another(row), **IN_NOBODYS_WAY.get(table, {}))


def test_who_lives_beside_an_erased_case_is_asked_about_answered_and_reported(county, case, bureau):
    """What came first is erased: what comes after is looked up by its own case, not by that."""
    erased(county, case, bureau)
    report = cast.drafted(county, {("a", "bank"): [{"bank": "某银行", "balance_fen": 2}]})
    asked = Inquiry.objects.filter(commission=report.commission, member__key="a", source="bank")
    assert Fact.objects.get(reply__inquiry__in=asked).reply.outcome == "FOUND"
    assert report.findings.exists()


def test_the_gate_lets_no_question_be_added_to_an_erased_case(county, bureau):
    case = everything(county)
    asked, sent = Inquiry.objects.order_by("pk")[0], Ticket.objects.order_by("pk")[0]
    erased(county, case, bureau)
    with raw.refused("gate: authorization not in force now"):
        raw.insert(another(asked), source="elsewhere")
    with raw.refused("gate: authorization not in force now"):
        raw.insert(another(sent), attempt=9)


def test_it_is_shown_nowhere_but_among_the_receipts(county, case, bureau):
    browser, chen = bureau
    wang = at_desk(county, "wang")
    assert case.number in page(browser, "erasures")
    assert wang.post(f"/cases/{case.number}/erase/").status_code == 302
    held = Erasure.objects.get()
    assert "待另一人确认" in page(wang, "erasures")
    confirm = f"/erasures/{held.pk}/confirm/"
    assert wang.post(confirm, {"sure": "yes"}).status_code == 403
    browser.post(confirm)
    assert Erasure.objects.filter(confirmed_at=None).exists()  # not ticked
    browser.post(confirm, {"sure": "yes"})
    assert Erasure.objects.filter(confirmed_at=None).count() == 0
    receipt = Entry.objects.get(act="reports.confirm_erasure")
    shown = page(browser, "erasures")
    assert case.number in shown
    assert f"台账第 {receipt.index} 条。成员 3 人、申报 1 份、授权 4 份、核到信息 1 条、" in shown
    assert f"/api/ledger/entries/{receipt.pk}/proof" in shown
    assert case.number not in page(browser, "home")
    assert browser.get(f"/cases/{case.number}/").status_code == 404
    assert case not in visible_to(chen)
    assert at_desk(county, "zhao").get("/erasures/").status_code == 403
    sheet = case.authorizations.filter(sheet__isnull=False)[0].sheet_id
    entering = {"number": sheet, "id_number": cast.ZHANG_SAN}
    assert Client().post("/mine/", entering).status_code == 422


def test_no_byte_on_disk_opens_with_the_installations_key(tables, tmp_path, django_db_blocker):
    """The file and its log of writes, tried at every place where a wrapped key could lie."""
    from tests import databases
    from tests.conftest import _settled

    file = shutil.copy(tables, tmp_path / "own.sqlite3")
    own = _settled(f"sqlite:///{file}", django_db_blocker)
    with django_db_blocker.unblock(), databases.pointed_at(own.url):
        county = own.county
        case = cast.papered(county)
        report = cast.drafted(county, {("a", "bank"): [{"bank": "b", "balance_fen": 1}]}, case)
        old = long_ago(report)
        guards.install()
        wrapped = bytes(old.wrapped_key)
        path = Path(connection.settings_dict["NAME"])
        assert _opening(path, old.pk.bytes, wrapped) > 0
        at_county(county)
        from hedui.procedure.agencies.queries import actor_of

        proposed = acts.propose_erasure(case=old, by=county.intake)
        acts.confirm_erasure(erasure=proposed, by=actor_of(county.officers["chen"]))
        assert _opening(path, old.pk.bytes, wrapped) == 0
        assert scans_of(old) == []


def _opening(path: Path, owner: bytes, wrapped: bytes) -> int:
    """Count the places in the database's files at which a key of the case can be unwrapped."""
    keys = key_files.FileKeys(Path(settings.HEDUI_KEYS_DIR))._sealing_keys()
    size, found = len(wrapped) - key_files.ID, 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        content = file.read_bytes() if file.exists() else b""
        found += content.count(wrapped[key_files.ID :])
        for start in range(len(content) - size + 1):
            piece = content[start : start + size]
            if piece.count(0) > size // 2:
                continue
            try:
                key_files.unseal(keys[0].cipher, piece, owner)
            except InvalidTag:
                continue
            found += 1
    return found

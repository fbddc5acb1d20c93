"""Questions leave in a file while all that it asks stands; answers come in files, each once."""

import os
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import exchange, gathering, taking
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.connectors import carrier, folder
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import AnswerFile, Fact, Inquiry, Reply, RequestFile, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports.drafting import draft
from hedui.wire.files import build_manifest
from hedui.wire.seals import generate_key, public_path
from tests import cast
from tests import clerk_by_files as clerk
from tests.procedure import raw

RECEIVER = "310101-bank"
GOES_ON = "request file: never changed, it is made ready, leaves and ends, each once"


@pytest.fixture
def share(tmp_path, settings):
    """Return the folder that the bank and the platform share, and say where it is."""
    settings.DATA_DIR = tmp_path / "data"
    requests, answers = tmp_path / "requests", tmp_path / "answers"
    requests.mkdir()
    answers.mkdir()
    path = path_of(RECEIVER)
    path.parent.mkdir(parents=True)
    path.write_text(
        f'every_minutes = 0\n[folder]\nrequests = "{requests}"\nanswers = "{answers}"\n'
    )
    return tmp_path


@pytest.fixture
def agreement(county, share):
    """Agree with the bank on files."""
    return cast.agreed(Department.objects.get(source="bank"), channel="folder")


@pytest.fixture
def commission(agreement, county, settings):
    """Return the commission on 张家, asked of all departments; the bank's questions wait."""
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    ordered = cast.commissioned(county)
    assert dispatch(ordered) is not None
    return ordered


def turn(agreement, kept=lambda _: None):
    """Let one turn of the exchange pass."""
    assert exchange.exchange(agreement, kept)


def asked(share):
    """Return the one request that lies there."""
    ((said, rows),) = clerk.requested(share / "requests")
    return said, rows


def codes():
    """Return what became of the inquiries in the last answer file."""
    return dict(AnswerFile.objects.latest("came_at").counts)


def test_what_is_open_leaves_in_one_file_signed_and_whole(commission, agreement, share):
    assert not Ticket.objects.filter(inquiry__source="bank").exists()
    turn(agreement)
    said, rows = asked(share)
    assert [row["姓名"] for row in rows] == ["张三", "李四", "张小"]
    assert rows[0]["公民身份号码"] == cast.ZHANG_SAN
    assert rows[0]["授权凭证"].count(".") == 2
    request = RequestFile.objects.get()
    assert (request.count, request.sha256) == (3, said["sha256"])
    assert request.ready_at <= request.left_at
    assert {t.message for t in Ticket.objects.filter(inquiry__source="bank")} == {request.id}
    assert not list((share / "requests").glob(".*"))
    turn(agreement)
    assert RequestFile.objects.count() == 1


def test_the_case_waits_for_the_file_and_goes_on_when_it_is_answered(commission, agreement, share):
    turn(agreement)
    due = Inquiry.objects.filter(source="bank").first().due_at
    Reply.objects.filter(inquiry__source="bank")
    for source in set(cast.SOURCES) - {"bank"}:
        Inquiry.objects.filter(commission=commission, source=source)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.account(rows[0]), *map(clerk.nothing, rows[1:])])
    went_on: list[Commission] = []
    turn(agreement, went_on.append)
    assert went_on == [commission]
    replies = Reply.objects.filter(inquiry__source="bank").order_by("inquiry__member__position")
    assert [r.outcome for r in replies] == ["FOUND", "NOT_FOUND", "NOT_FOUND"]
    assert Fact.objects.get().opened["balance_fen"] == 3_000_000
    assert codes() == {"kept": 3}
    assert [p.name for p in (share / "answers").iterdir()] == ["processed"]
    again_at = dispatch(commission)
    assert again_at is not None and again_at < due  # the others are asked on, the bank is not
    assert Ticket.objects.filter(inquiry__source="bank").count() == 3


def test_a_case_whose_only_open_question_is_away_waits_until_its_deadline(
    agreement, county, settings
):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    ordered = cast.commissioned(county)
    cast.answered(ordered)  # all but the bank, which is asked by file
    assert dispatch(ordered) == Inquiry.objects.filter(source="bank").first().due_at


def test_nothing_leaves_after_a_revocation(commission, agreement, share, county, monkeypatch):
    """It comes between the file being made ready and its leaving: the file stays, all of it."""
    member = commission.case.members.get(key="b")
    ready = gathering.make_ready

    def revoked_then(**named):
        made = ready(**named)
        revoke(authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回")
        return made

    monkeypatch.setattr(exchange.gathering, "make_ready", revoked_then)
    turn(agreement)
    assert clerk.requested(share / "requests") == []
    assert not list((share / "requests").iterdir())
    kept_back = RequestFile.objects.get()
    assert (kept_back.left_at, kept_back.code) == (None, "kept_back")
    monkeypatch.setattr(exchange.gathering, "make_ready", ready)
    turn(agreement)
    _, rows = asked(share)
    assert [row["姓名"] for row in rows] == ["张三", "张小"]


def test_the_database_lets_no_file_leave_on_what_does_not_stand(commission, agreement, county):
    request = gathering.gather(agreement=agreement, body=commission.body, by=WORKER)
    raw.update(request, ready_at=moment(), sha256="a" * 64, manifest="{}")
    revoke(
        authorization=commission.case.members.get(key="c").authorizations.get(),
        by=county.intake,
        reason="本人要求撤回",
    )
    with raw.refused("request file: what it asks does not stand any more"):
        raw.update(request, left_at=moment())
    with raw.refused(GOES_ON):
        raw.update(request, count=2)
    with raw.refused(GOES_ON):
        raw.update(request, ready_at=moment() + timedelta(seconds=1))
    with raw.refused("request file: it is never deleted"):
        raw.delete(request)


def test_an_answer_about_a_revoked_authorization_is_not_read(commission, agreement, share, county):
    turn(agreement)
    said, rows = asked(share)
    member = commission.case.members.get(key="a")
    revoke(authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回")
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    outcomes = dict(
        Reply.objects.filter(inquiry__source="bank").values_list("inquiry__member__key", "outcome")
    )
    assert outcomes == {"a": "DISCARDED", "b": "FOUND", "c": "FOUND"}
    assert Fact.objects.count() == 2


def test_a_late_answer_is_kept_though_the_report_was_drafted(commission, agreement, share):
    turn(agreement)
    report = draft(commission=commission, by=WORKER)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    assert codes() == {"kept": 3}
    assert draft(commission=commission, by=WORKER) == report


# ------------------------------------------------------------------ rows with faults


def number(changed):
    def change(row):
        row[2] = changed
        return row

    return change


def cell(place, value):
    def change(row):
        row[place] = value
        return row

    return change


FAULTY = {
    "a number that Excel rounded": (cell(2, "9.90101E+17"), "number_damaged"),
    "a number with a decimal point": (cell(2, "990101198403010010.0"), "number_damaged"),
    "a leading apostrophe": (cell(2, "'" + cast.ZHANG_SAN), "apostrophe"),
    "another person's number": (cell(2, cast.LI_SI), "another_person"),
    "a number of seventeen digits": (cell(2, cast.ZHANG_SAN[:17]), "another_person"),
    "a date as a serial": (cell(6, "45504"), "date_serial"),
    "a day that was none": (cell(6, "2024-02-30"), "unusable"),
    "a day in the future": (cell(6, "2999-01-01"), "unusable"),
    "an outcome that nobody knows": (cell(3, "好像有"), "outcome"),
    "nothing, with an amount": (cell(3, "无记录"), "outcome"),
    "an amount with three decimals": (cell(12, "30000.005"), "amount"),
    "an amount in ten thousands": (cell(12, "3万"), "amount"),
    "an amount bent by a spreadsheet": (cell(12, "3.0E+04"), "amount"),
    "a formula": (cell(9, "=HYPERLINK(1)"), "formula"),
    "an account type that is none": (cell(10, "宝贝"), "value"),
    "the first of two, alone": (cell(5, "2"), "incomplete"),
    "the third of two": (cell(4, "3"), "incomplete"),
    "a row of which something is missing": (lambda row: row[:-1], "columns"),
    "no reference": (cell(0, ""), "reference"),
    "a reference that was never given": (
        cell(0, "00000000-0000-7000-8000-000000000000"),
        "not_asked",
    ),
    "not now": (lambda row: [*row[:3], "暂不能答复", "", "", *row[6:9], *[""] * 5], "unavailable"),
}


IN_ONE_CELL = {"amount", "value"}


@pytest.mark.parametrize("what", FAULTY)
def test_a_row_with_a_fault_says_nothing_and_the_others_count(what, commission, agreement, share):
    change, code = FAULTY[what]
    turn(agreement)
    said, rows = asked(share)
    wrong = change(clerk.account(rows[0]))
    clerk.answer(share / "answers", said, [wrong, *map(clerk.nothing, rows[1:])])
    turn(agreement)
    assert codes() == {"kept": 2, code: 1}
    (told,) = AnswerFile.objects.get().faults
    assert (told["row"], told["code"]) == (2, code)
    # the heading is named where one cell is wrong, and it is one of ours
    assert ("column" in told) >= (code in IN_ONE_CELL)
    assert told.get("column", clerk.HEAD[0]) in clerk.HEAD
    assert not Fact.objects.exists()
    assert not Reply.objects.filter(inquiry__source="bank", inquiry__member__key="a").exists()
    (result,) = (share / "answers" / "processed").glob("*.result.txt")
    where = f"第 2 行,“{told['column']}”列" if "column" in told else "第 2 行"
    assert f"({where})" in result.read_text(encoding="utf-8-sig")
    # What was mended comes in a further file.
    clerk.answer(share / "answers", said, [clerk.account(rows[0])])
    turn(agreement)
    assert codes() == {"kept": 1}
    assert Fact.objects.count() == 1


def test_two_accounts_are_two_rows_in_any_order_and_a_row_that_stands_twice_is_not_guessed_about(
    commission, agreement, share
):
    turn(agreement)
    said, rows = asked(share)
    second = clerk.account(rows[0], balance="1.5", at=2, of=2)
    first = clerk.account(rows[0], balance="-2", at=1, of=2)
    twice = clerk.account(rows[1])
    clerk.answer(share / "answers", said, [second, twice, clerk.nothing(rows[2]), first, twice])
    turn(agreement)
    assert codes() == {"kept": 2, "twice": 1}
    assert [fact.opened["balance_fen"] for fact in Fact.objects.all()] == [-200, 150]


def test_columns_in_another_order_and_more_than_was_asked(commission, agreement, share):
    """What was not asked is dropped before it is kept: its name and digest remain."""
    turn(agreement)
    said, rows = asked(share)
    head = ["phone", *reversed(clerk.HEAD), "家庭住址"]
    row = ["13800000000", *reversed(clerk.account(rows[0])), "某路1号"]
    clerk.answer(share / "answers", said, [row], head=head)
    turn(agreement)
    reply = Reply.objects.get(inquiry__source="bank")
    assert reply.outcome == "FOUND"
    assert reply.excess[0]["names"] == "?、phone"
    assert set(Fact.objects.get().opened) == {
        "bank", "account_type", "account_tail", "balance_fen", "outflow_6m_fen"
    }  # fmt: skip


def test_a_second_answer_is_counted_and_not_kept(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    turn(agreement)
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    assert codes() == {"answered": 3}
    assert not Fact.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_names_are_read_in_the_encoding_that_is_said(commission, agreement, share, encoding):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows], encoding=encoding)
    turn(agreement)
    assert codes() == {"kept": 3}
    assert {reply.match for reply in Reply.objects.filter(inquiry__source="bank")} == {"exact"}


# ------------------------------------------------------------------ files with faults


def files_with_faults(said, rows):
    """Yield each kind of file that is not taken: manifest, table, and the fault that is told."""
    answers = [clerk.nothing(row) for row in rows]
    table = clerk.written(clerk.HEAD, answers)

    def of(content, count=3, **changes):
        return clerk.manifest_for(said, content, count, **changes), content

    other = "310101-tax"
    yield "digest", of(table, sha256="0" * 64)
    yield "digest", (of(table)[0], table[:-20])
    yield "missing_table", (of(table)[0], None)
    yield "count", of(table, count=4)
    yield "partner", of(table, sender_id=other)
    yield "partner", of(table, receiver_id="310104-hedui")
    yield "partner", of(table, source="tax")
    yield "unknown_request", of(table, correlation_id="00000000-0000-7000-8000-000000000000")
    head_only = clerk.written(clerk.HEAD, [])
    yield "empty", of(head_only, count=0)
    yield "empty", of(b"", count=0)
    yield "encoding", of(clerk.written(clerk.HEAD, answers, "gb18030"))
    yield "encoding_ambiguous", of(table, encoding="gb18030")
    yield "csv", of(table.replace(b"\r\n", b'\r\n"', 1))
    yield "csv", of(table + b"\x00")
    yield "no_column", of(clerk.written(clerk.HEAD[1:], [a[1:] for a in answers]))
    twice = [*clerk.HEAD, "姓名"]
    yield "column_twice", of(clerk.written(twice, [[*a, "x"] for a in answers]))
    unclear = ["账户余额" if name == "账户余额(元)" else name for name in clerk.HEAD]
    yield "unit_unclear", of(clerk.written(unclear, answers))
    yield "workbook", of(table, encoding="xlsx", file="")


def test_a_file_that_is_not_what_it_should_be_is_refused_as_a_whole(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    for code, (manifest, table) in files_with_faults(said, rows):
        if not manifest.file:
            object.__setattr__(manifest, "file", f"{manifest.message_id}.answer.xlsx")
        path = clerk.leave(share / "answers", manifest, table)
        os.utime(path, (0, 0))  # it has had the time to be written
        turn(agreement)
        assert AnswerFile.objects.latest("came_at").code == code, code
        told = share / "answers" / "refused" / f"{path.name}.result.txt"
        assert told.read_text(encoding="utf-8-sig").count("。") == 2
    assert not Reply.objects.filter(inquiry__source="bank").exists()
    assert not [p for p in (share / "answers").iterdir() if p.is_file()]


def test_a_manifest_signed_by_another_is_refused(commission, agreement, share, tmp_path):
    from hedui.wire.seals import generate_key, load_signer

    generate_key(tmp_path / "other.pem")
    turn(agreement)
    said, rows = asked(share)
    table = clerk.written(clerk.HEAD, [clerk.nothing(row) for row in rows])
    manifest = clerk.manifest_for(said, table, 3)
    clerk.leave(share / "answers", manifest, table, load_signer(tmp_path / "other.pem"))
    turn(agreement)
    assert AnswerFile.objects.get().code == "signature"


def test_what_was_signed_is_what_is_taken_in_whatever_lies_there_meanwhile(
    commission, agreement, share, monkeypatch
):
    turn(agreement)
    said, rows = asked(share)
    path = clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    table, begun = path.with_suffix(".csv"), taking.begun

    def swapped(*arguments):
        """Write another balance over the table, now that its digest was looked at."""
        table.write_bytes(table.read_bytes().replace(b"30000.00", b"99999.00"))
        return begun(*arguments)

    monkeypatch.setattr(taking, "begun", swapped)
    turn(agreement)
    assert [fact.opened["balance_fen"] for fact in Fact.objects.all()] == [3_000_000] * 3


def test_a_manifest_signed_with_a_key_that_was_taken_away_is_refused(
    commission, agreement, share, tmp_path
):
    turn(agreement)
    said, rows = asked(share)
    generate_key(tmp_path / "next.pem")
    cast.known_by(agreement.department, public_path(tmp_path / "next.pem").read_text())
    clerk.answer(share / "answers", said, [clerk.account(row) for row in rows])
    turn(agreement)
    assert AnswerFile.objects.get().code == "signature"
    assert not Fact.objects.exists()


def test_what_is_no_file_among_the_answers_holds_nothing_up(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    answers = share / "answers"
    os.mkfifo(answers / f"{uuid4()}.answer.json")
    (answers / f"{uuid4()}.answer.json").mkdir()
    clerk.answer(answers, said, [clerk.account(row) for row in rows])
    turn(agreement)
    assert Fact.objects.count() == 3


def test_what_is_being_written_is_left_until_it_is_whole(commission, agreement, share):
    turn(agreement)
    said, rows = asked(share)
    table = clerk.written(clerk.HEAD, [clerk.nothing(row) for row in rows])
    manifest = clerk.manifest_for(said, table, 3)
    clerk.leave(share / "answers", manifest, table[:50])
    turn(agreement)
    assert not AnswerFile.objects.exists()
    (share / "answers" / manifest.file).write_bytes(table)
    turn(agreement)
    assert codes() == {"kept": 3}
    # The same once more: what was taken in is not taken in again.
    clerk.leave(share / "answers", manifest, table)
    before = Reply.objects.count()
    turn(agreement)
    assert (AnswerFile.objects.count(), Reply.objects.count()) == (1, before)
    assert not [p for p in (share / "answers").iterdir() if p.is_file()]


def test_a_file_of_another_name_is_moved_aside_after_a_while(commission, agreement, share):
    path = share / "answers" / "新建 Microsoft Excel 工作表.xlsx"
    path.write_bytes(b"x")
    turn(agreement)
    assert path.exists()
    os.utime(path, (0, 0))
    turn(agreement)
    assert not path.exists()
    assert (share / "answers" / "refused" / path.name).exists()


def test_one_process_at_a_time_exchanges_with_a_department(committed):
    def taken() -> list[bool]:
        """Tell whether somebody else gets the turn now: each thread is connected by itself."""
        got = []

        def try_it() -> None:
            with exchange._claimed(RECEIVER) as held:
                got.append(held)
            connection.close()

        thread = Thread(target=try_it)
        thread.start()
        thread.join()
        return got

    with exchange._claimed(RECEIVER) as first:
        assert first
        assert taken() == [False]
    assert taken() == [True]


def test_a_folder_that_is_not_there_is_said_and_nothing_is_gathered(commission, agreement, share):
    (share / "requests").rename(share / "away")
    with pytest.raises(Trouble, match="没有挂载"):
        exchange.exchange(agreement, lambda _: None)
    assert not RequestFile.objects.exists()


def test_a_file_is_not_gathered_outside_the_hours_agreed(county, share, settings):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    from hedui.procedure.record.moment import SHANGHAI

    local = moment().astimezone(SHANGHAI)
    rests = cast.agreed(
        Department.objects.get(source="bank"),
        channel="folder",
        opens=(local + timedelta(hours=1)).time().replace(microsecond=0),
        closes=(local + timedelta(hours=2)).time().replace(microsecond=0),
    )
    dispatch(cast.commissioned(county))
    assert Inquiry.objects.filter(source="bank").count() == 3  # asked; it leaves in its hour
    turn(rests)
    assert not RequestFile.objects.exists()


def test_the_carrier_is_the_connector_of_its_channel():
    assert carrier("folder") is folder
    assert Path(settings.DATA_DIR)


def test_a_department_that_can_only_sign_with_openpgp(commission, agreement, share):
    """Its certificate is pinned; then no other signature of it counts."""
    import pysequoia

    def certificate(name):
        return pysequoia.Tsk.generate(user_id=f"{name} <{name}@example.org>")

    def left(secret, *, signature=True):
        answers = clerk.written(clerk.HEAD, [clerk.nothing(row) for row in rows])
        manifest = clerk.manifest_for(said, answers, 3)
        path = share / "answers" / f"{manifest.message_id}.answer.json"
        (share / "answers" / manifest.file).write_bytes(answers)
        body = build_manifest(manifest, None)
        if signature:
            mode = pysequoia.SignatureMode.DETACHED
            signed = pysequoia.sign(secret.signer(), body, mode=mode)
            path.with_name(f"{path.name}.asc").write_bytes(bytes(signed))
        path.write_bytes(body)
        return path

    ours, other = certificate("bank"), certificate("other")
    path_of(RECEIVER).with_name("bank.asc").write_bytes(bytes(ours.extract_certificate()))
    path_of(RECEIVER).write_text('openpgp_key = "bank.asc"\n' + path_of(RECEIVER).read_text())
    turn(agreement)
    said, rows = asked(share)
    left(other)
    turn(agreement)
    assert AnswerFile.objects.latest("came_at").code == "signature"
    jws = clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    turn(agreement)
    assert AnswerFile.objects.count() == 1  # no signature beside it yet
    os.utime(jws, (0, 0))
    turn(agreement)
    assert AnswerFile.objects.latest("came_at").code == "signature"
    assert not Reply.objects.filter(inquiry__source="bank").exists()
    left(ours)
    turn(agreement)
    held = AnswerFile.objects.latest("came_at")
    assert (held.counts, held.signed_by[:8]) == ({"kept": 3}, "openpgp:")
    assert not list((share / "answers").glob("*.json*"))
    path_of(RECEIVER).with_name("bank.asc").write_text("no key")
    left(ours)
    with pytest.raises(Trouble, match="不是可以使用的 OpenPGP 公钥"):
        exchange.exchange(agreement, lambda _: None)

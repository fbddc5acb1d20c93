# ruff: noqa: F811 - the fixtures of test_files are taken by name
"""Exchange of files where something is missing, late, or of another kind."""

import builtins
import errno
import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from click.exceptions import Exit
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from hedui.faces.cli import exchanging
from hedui.procedure.agencies.agreements import end_agreement
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.queries import revoked_among
from hedui.procedure.inquiries import (
    by_hand,
    connections,
    exchange,
    gathering,
    openpgp,
    sealed_files,
    taking,
)
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.connectors import (
    NoConnector,
    Unreachable,
    Withheld,
    carrier,
    folder,
    upload,
)
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.elements import asked_with
from hedui.procedure.inquiries.models import AnswerFile, Reply, RequestFile, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Trouble
from tests import cast
from tests import clerk_by_files as clerk
from tests.procedure.inquiries.test_files import (  # noqa: F401 - its fixtures too
    RECEIVER,
    agreement,
    asked,
    codes,
    commission,
    share,
    turn,
)


def write(**top):
    lines = "".join(f"{name} = {value!r}\n".replace("'", '"') for name, value in top.items())
    text = path_of(RECEIVER).read_text()
    path_of(RECEIVER).write_text(lines + text[text.index("[folder]") :])


def test_a_workbook_goes_out_is_filled_in_and_comes_back(commission, agreement, share):
    write(every_minutes=0, encoding="xlsx")
    turn(agreement)
    (path,) = (share / "requests").glob("*.xlsx")
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    head = list(rows[0])
    assert "账户余额(元)" in head and head[2] == "公民身份号码"
    out = Workbook()
    out.active.append(head)
    for row in rows[1:]:
        answer = dict(zip(head, row, strict=True)) | {
            "结果": "有记录", "第几条": 1.0, "共几条": 1, "数据截至": today(), "答复单位": "某银行",
            "答复编号": "B-1", "开户银行": "某银行", "账户类型": "活期", "账号后四位": "0123",
            "账户余额(元)": 12,
        }  # fmt: skip
        out.active.append(list(answer.values()))
    held = BytesIO()
    out.save(held)
    said = {
        "message_id": path.name.partition(".")[0],
        "sender_id": "310101-hedui",
        "receiver_id": RECEIVER,
        "source": "bank",
    }
    manifest = clerk.manifest_for(said, held.getvalue(), 3, encoding="xlsx")
    clerk.leave(share / "answers", manifest, held.getvalue())
    turn(agreement)
    assert codes() == {"kept": 3}


def test_a_file_leaves_only_as_often_as_is_written(commission, agreement, share, county):
    write(every_minutes=60)
    turn(agreement)
    dispatch(cast.commissioned(county, cast.authorized(county)))
    turn(agreement)
    assert RequestFile.objects.count() == 1
    write(every_minutes=0)
    turn(agreement)
    assert RequestFile.objects.count() == 2
    assert exchange.tried(agreement) == {"waiting": 0}


def test_what_cannot_be_written_is_kept_back(commission, agreement, share, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(exchange, "write_table", full)
    with pytest.raises(Unreachable, match="磁盘已满"):
        exchange.exchange(agreement, lambda _: None)
    assert RequestFile.objects.get().code == "not_placed"
    monkeypatch.undo()


@pytest.mark.parametrize("step", ["prepare", "_leave", "manifest"])
def test_a_turn_goes_on_from_where_one_was_cut_off(
    commission,
    agreement,
    share,
    monkeypatch,
    step,
):
    class Cut(BaseException):
        pass

    def cut(*_, **__):
        raise Cut

    released = folder.Folder.release
    if step == "manifest":
        monkeypatch.setattr(
            folder.Folder, "release", lambda s, n: cut() if n.endswith("json") else released(s, n)
        )
    else:
        monkeypatch.setattr(exchange, step, cut)
        monkeypatch.setattr(exchange.gathering, "keep_back", lambda **_: None)
    with pytest.raises(Cut):
        exchange.exchange(agreement, lambda _: None)
    monkeypatch.undo()
    turn(agreement)
    turn(agreement)
    assert len(clerk.requested(share / "requests")) == 1
    assert not list((share / "requests").glob(".*"))
    assert sum(one.has_left for one in RequestFile.objects.all()) == 1


def test_a_name_that_is_taken_is_no_place_for_a_request(share):
    with folder.opened(RECEIVER) as line:
        line.place("x.csv", lambda out: out.write(b"1") and None)
        (share / "requests" / "x.csv").write_text("there")
        with pytest.raises(Unreachable, match="同名"):
            line.release("x.csv")


def test_which_agreements_the_worker_sees_to(agreement, county):
    tax = Department.objects.get(source="tax")
    cast.agreed(tax, channel="upload")
    assert exchange.exchanged() == [agreement]
    end_agreement(agreement=agreement, by=cast.administrators()[0])
    assert exchange.exchanged() == [agreement]  # answers are looked for a while longer
    assert exchange.carrier_of("folder") is folder
    with pytest.raises(NoConnector):
        carrier("pigeon")


def test_when_an_agreement_is_over_answers_are_taken_in_and_nothing_more_is_asked(
    commission, agreement, share, county
):
    turn(agreement)
    said, rows = asked(share)
    dispatch(cast.commissioned(county))  # open, and in no file yet
    assert gathering.open_for(agreement, county.body.pk) == 3
    end_agreement(agreement=agreement, by=cast.administrators()[0])
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    turn(agreement)
    assert codes() == {"kept": 3}
    assert RequestFile.objects.count() == 1
    assert gathering.open_for(agreement, county.body.pk) == 0


def test_who_signed_with_a_guardian_is_looked_at_before_it_is_gathered(
    commission,
    agreement,
    monkeypatch,
):
    monkeypatch.setattr(gathering, "serving", lambda _: Q(pk__in=[]))
    assert gathering.gather(agreement=agreement, body=commission.body, by=WORKER) is None
    assert not RequestFile.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("encoding = ", "不是可以识读的 TOML"),
        ('encoding = "latin-1"\n', "encoding 应为"),
        ("every_minutes = 9999\n", "every_minutes 应为"),
        ('[pigeon]\ncoop = "x"\n', r"不认识的设置:\[pigeon\]|不认识的设置:coop"),
        ('[folder]\nrequest = "x"\n', "不认识的设置:request"),
    ],
)
def test_what_is_written_wrongly_is_named(share, text, message):
    path_of(RECEIVER).write_text(text)
    with pytest.raises(Trouble, match=message):
        connections.connection(RECEIVER)
    with pytest.raises(Trouble, match="不合规定"):
        path_of("../secret")


@pytest.mark.parametrize(
    ("channel", "text", "lacking"),
    [
        ("folder", '[folder]\nrequests = "x"\nanswers = ""\n', "answers"),
        ("sftp", '[sftp]\nhost = "x"\nuser = "y"\n', "key、host_key、requests、answers"),
    ],
)
def test_what_is_wanting_for_a_way_is_named(share, channel, text, lacking):
    path_of(RECEIVER).write_text(text)
    with (
        pytest.raises(Trouble, match=rf"\[{channel}\] 中缺少 {lacking}。"),
        carrier(channel).opened(RECEIVER),
    ):
        pass


def test_what_an_officer_did_not_come_back_for_is_destroyed(share):
    name = uuid4()
    sealed_files.keep(name, "张三".encode())
    assert sealed_files.open_kept(name).decode() == "张三"
    path = share / "data" / "by-hand" / f"{name}.sealed"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Trouble, match="无法打开"):
        sealed_files.open_kept(name)
    sealed_files.forget_old()
    assert path.exists()
    os.utime(path, (0, 0))
    sealed_files.forget_old()
    assert not path.exists()
    with upload.opened(RECEIVER) as line:
        line.place(f"{name}.request.csv", lambda out: out.write(b"1") and None)
        assert line.open(f"{name}.request.csv").read() == b"1"
        assert (line.lying(), line.arrived()) == (set(), {})
        with pytest.raises(Trouble):
            line.release(f"{name}.request.csv")
        line.set_aside(f"{name}.request.csv", "processed", "")
        line.drop(f"{name}.request.csv")


def test_a_file_is_handed_over_once_and_none_is_made_of_nothing(county, share, settings):
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    bank = cast.agreed(Department.objects.get(source="bank"), channel="upload")
    assert by_hand.make_file(bank, county.body) is None
    dispatch(cast.commissioned(county))
    untaken = by_hand.make_file(bank, county.body)
    request = by_hand.make_file(bank, county.body)  # in place of the one that was not taken
    untaken.refresh_from_db()
    assert (untaken.code, untaken.count) == ("not_taken", request.count)
    with pytest.raises(FileNotFoundError):
        sealed_files.open_kept(untaken.pk)
    assert by_hand.hand_over(request=request, by=county.prepares)
    with pytest.raises(by_hand.NotTaken, match="已经取走"):
        by_hand.hand_over(request=request, by=county.prepares)


def test_whose_agreement_is_over_is_listed_while_there_are_files_of_it(
    commission, agreement, county, share
):
    turn(agreement)
    tax = cast.agreed(Department.objects.get(source="tax"), channel="folder")

    def listed():
        return [one.agreement for one in by_hand.files_of(county.prepares)]

    assert listed() == [agreement, tax]
    for one in (agreement, tax):
        end_agreement(agreement=one, by=cast.administrators()[0])
    assert listed() == [agreement]


def test_an_answer_of_twenty_megabytes_is_taken_yet(commission, agreement, county, share):
    turn(agreement)
    content = b"x" * 20 * 1024 * 1024
    brought = by_hand.bring_answer(
        request=RequestFile.objects.get(), content=content, by=county.prepares
    )
    assert sealed_files.open_kept(brought.pk) == content


def test_what_is_brought_and_cannot_be_taken_in_is_told(commission, agreement, county, share):
    turn(agreement)
    request = RequestFile.objects.get()
    with pytest.raises(by_hand.NotTaken, match="20 MB"):
        by_hand.bring_answer(
            request=request, content=b"x" * (sealed_files.MOST_BYTES + 1), by=county.prepares
        )
    with pytest.raises(by_hand.NotTaken, match="不是本机构的"):
        by_hand.hand_over(request=request, by=county.prepares)
    stranger = replace(county.prepares, agency=uuid4())
    with pytest.raises(by_hand.NotTaken, match="不是本机构的"):
        by_hand.bring_answer(request=request, content=b"x", by=stranger)
    with pytest.raises(by_hand.NotTaken, match="不是本机构的"):
        by_hand.declare_lost(request=request, by=stranger)
    for content, code in ((b"x,y\r\n1,2\r\n", "no_column"), (b"gone", "missing_table")):
        brought = by_hand.bring_answer(request=request, content=content, by=county.prepares)
        if content == b"gone":
            sealed_files.forget(brought.pk)
        for _ in range(2):
            by_hand.take_in_brought(brought.pk, lambda _: None)
        brought.refresh_from_db()
        assert brought.code == code
    by_hand.take_in_brought(uuid4(), lambda _: None)


def test_rows_of_a_case_that_was_destroyed_are_not_read(commission, agreement, share):
    turn(agreement)
    held = AnswerFile(
        department=agreement.department,
        request=RequestFile.objects.get(),
        sha256="0" * 64,
        came_at=moment(),
    )
    _, rows = asked(share)
    groups = [
        taking.Group(row["查询编号"], n, said=("", "", "NOT_FOUND", "", "", ""))
        for n, row in enumerate(rows)
    ]
    tickets = taking._tickets(held, groups)
    for ticket in tickets.values():
        ticket.inquiry.commission.case.wrapped_key = b""
    assert {taking._code(held, g, tickets[g.reference]) for g in groups} == {"over"}
    assert held.came_at < moment() + timedelta(seconds=1)


def test_without_the_extra_openpgp_says_what_to_install(share, monkeypatch, tmp_path):
    imported = builtins.__import__

    def absent(name, *rest, **named):
        if name == "pysequoia":
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(Trouble, match="pip install"):
        openpgp.verify(b"", b"", tmp_path / "x")


def test_a_file_that_breaks_off_in_the_middle_is_counted_as_far_as_it_was_taken(
    commission,
    agreement,
    share,
    monkeypatch,
):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    kept = taking._keep

    def breaks(held, part, tally, more):
        kept(held, part[:1], tally, more)
        raise taking.FileFault("unordered")

    monkeypatch.setattr(taking, "_keep", breaks)
    turn(agreement)
    held = AnswerFile.objects.get()
    assert (held.code, held.counts) == ("unordered", {"kept": 1})
    assert Reply.objects.filter(inquiry__source="bank").count() == 1


def test_of_a_hundred_thousand_none_is_asked_for_alone(commission, agreement, share):
    """One statement reads what a file asks, two what an answer is held against, however many."""
    turn(agreement)
    request = RequestFile.objects.select_related("agreement__department").get()
    with CaptureQueriesContext(connection) as out:
        exchange.write_table(request, "utf-8", BytesIO())
    assert len(out) == 1
    _, rows = asked(share)
    groups = [taking.Group(row["查询编号"], n) for n, row in enumerate(rows)]
    held = AnswerFile(
        department=request.agreement.department, request=request, sha256="0" * 64, came_at=moment()
    )
    with CaptureQueriesContext(connection) as back:
        tickets = taking._tickets(held, groups)
        assert all(asked_with(ticket).subject_number for ticket in tickets.values())
        revoked_among(ticket.inquiry.authorization_id for ticket in tickets.values())
    assert len(tickets) == 3 and len(back) == 2


NOBODY_WRITES = "/sys/kernel"  # not even root


@contextmanager
def as_nobody():
    """Be a user without rights, for the kernel to refuse."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (lambda line: line.place("x.csv", lambda out: None), "requests"),
        (lambda line: line.release("y.csv"), "requests/y.csv"),
        (lambda line: line.open("x.csv"), "answers/x.csv"),
        (lambda line: line.set_aside("x.csv", "processed", "已处理。"), "answers/processed"),
    ],
)
def test_what_may_not_be_written_or_read_is_named(settings, step, named):
    with TemporaryDirectory(dir="/tmp") as made:
        place = settings.DATA_DIR = Path(made)
        for name, rights in (("requests", 0o555), ("answers", 0o555), ("connections", 0o777)):
            (place / name).mkdir()
            (place / name / "x.csv").touch(0o000)
            (place / name / ".y.csv.part").touch()
            (place / name).chmod(rights)
        place.chmod(0o755)
        line = folder.Folder(place / "requests", place / "answers")
        with as_nobody(), pytest.raises(Withheld, match=f"不能读写 {place / named}。"):
            step(line)
        for name in ("requests", "answers"):
            (place / name).chmod(0o755)


def test_where_no_question_may_be_written_answers_are_taken_in_all_the_same(
    commission, agreement, share, county
):
    turn(agreement)
    said, rows = asked(share)
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    dispatch(cast.commissioned(county, cast.authorized(county)))
    text = path_of(RECEIVER).read_text()
    path_of(RECEIVER).write_text(text.replace(f"{share / 'requests'}", NOBODY_WRITES))
    before = Ticket.objects.count()
    for _ in range(2):
        with pytest.raises(Withheld, match=f"不能读写 {NOBODY_WRITES}。请核对"):
            exchange.exchange(agreement, lambda _: None)
    assert codes() == {"kept": 3}
    # nothing is gathered for what cannot leave, and nothing is lost
    assert (RequestFile.objects.count(), Ticket.objects.count()) == (1, before)
    path_of(RECEIVER).write_text(text)
    turn(agreement)
    assert RequestFile.objects.count() == 2


def test_an_answer_that_is_a_link_keeps_no_other_waiting(commission, agreement, share, tmp_path):
    turn(agreement)
    said, rows = asked(share)
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    link = share / "answers" / f"{uuid4()}.answer.json"
    link.symlink_to(secret)
    clerk.answer(share / "answers", said, [clerk.nothing(row) for row in rows])
    with pytest.raises(Withheld, match=f"{link.name} 是指向别处的链接"):
        exchange.exchange(agreement, lambda _: None)
    assert codes() == {"kept": 3}


@pytest.mark.parametrize("link", ["processed", "processed/x.result.txt", ".x.part"])
def test_no_link_leads_what_is_written_to_a_file_of_this_machine(share, tmp_path, link):
    own = tmp_path / "own"
    own.mkdir()
    (own / "key.pem").write_text("secret")
    (share / "answers" / "x").write_text("answer")
    there = share / ("requests" if link == ".x.part" else "answers") / link
    if "/" in link:
        there.parent.mkdir()
    there.symlink_to(own if link == "processed" else own / "key.pem")
    with folder.opened(RECEIVER) as line, suppress(Withheld):
        line.place("x", lambda out: out.write(b"1") and None)
        line.set_aside("x", "processed", "已处理。")
    assert (own / "key.pem").read_text() == "secret"
    assert [path.name for path in own.iterdir()] == ["key.pem"]


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "已满"), (errno.ESTALE, "没有挂载"), (errno.EIO, r"出错\(EIO\)")],
)
def test_each_way_in_which_a_folder_fails_is_said(number, said, tmp_path):
    with pytest.raises(Unreachable, match=f"{tmp_path} .*{said}"), folder._in_words(tmp_path):
        raise OSError(number, "as the kernel says")


def test_what_others_left_among_the_requests_stops_nothing(commission, agreement, share):
    """Nor what a trial of the connection left that was cut off."""
    (share / "requests" / ".theirs.part").touch()
    (share / "requests" / f".{exchange.TRIED}.part").touch()
    turn(agreement)
    assert len(clerk.requested(share / "requests")) == 1
    assert {path.name for path in (share / "requests").glob(".*")} == {".theirs.part"}


def test_the_command_says_it_in_a_line_and_goes_on_to_the_next(
    commission, agreement, share, capsys, county
):
    """Whether what fails is the department's folder or a file of this machine."""
    cast.agreed(Department.objects.get(source="tax"), channel="folder")
    (share / "data" / "connections" / ".310101-tax.lock").mkdir()
    text = path_of(RECEIVER).read_text()
    path_of(RECEIVER).write_text(text.replace(f"{share / 'requests'}", NOBODY_WRITES))
    with pytest.raises(Exit) as ended:
        exchanging.run(None, only_try=False, as_json=False)
    assert ended.value.exit_code == 1
    told = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    assert told[RECEIVER].startswith(f"运行本程序的用户不能读写 {NOBODY_WRITES}。")
    if connection.vendor == "sqlite":  # PostgreSQL needs no file for whose turn it is
        assert "310101-tax.lock:应为文件" in told["310101-tax"]
